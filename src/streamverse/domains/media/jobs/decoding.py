"""What was encoded is decoded again: read back from the store as players will read it."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from streamverse.domains.media.rules.checks import Decoded
from streamverse.domains.media.rules.packages import init_key, segment_key
from streamverse.domains.media.rules.states import PartKind
from streamverse.kit.storage import ObjectNotFound
from streamverse.mediakit import checks
from streamverse.mediakit.cenc import decrypt_init, decrypt_segment
from streamverse.mediakit.checks import OutputBroken
from streamverse.mediakit.frames import AudioPlan
from streamverse.mediakit.sound import SAMPLE_RATE_HZ, SOUND_FORMATS
from streamverse.mediakit.timeline import TrackKind

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

    from streamverse.domains.media.jobs.workshop import Workshop
    from streamverse.domains.media.models import PartRow
    from streamverse.domains.media.rules.packages import Recipe
    from streamverse.kit.storage import ObjectStore
    from streamverse.mediakit.cenc import ContentKey


@dataclass(frozen=True, slots=True)
class Stretch:
    """Consecutive segments of a track; `begins_at` tells where each does, in ticks of the track."""

    package_id: UUID | str
    track: str
    kind: TrackKind
    timescale: int
    numbers: range
    begins_at: Callable[[int], int]


async def gather(store: ObjectStore, stretch: Stretch, path: Path, key: ContentKey | None) -> None:
    """Write the head of a track and some of its segments into one file, checking their place.

    Segments that nobody looks into are not fetched.
    """
    init = await store.get(init_key(stretch.package_id, stretch.track))
    with path.open("wb") as file:
        file.write(decrypt_init(init) if key else init)
        for number in stretch.numbers:
            segment = await store.get(segment_key(stretch.package_id, stretch.track, number))
            _refuse_misplaced(stretch, number, segment)
            file.write(decrypt_segment(init, segment, key) if key else segment)


async def decode(workshop: Workshop, stretch: Stretch, key: ContentKey | None) -> Decoded:
    """Decode all of a stretch; whatever is wrong with it is an OutputBroken."""
    with workshop.scratch_folder() as folder:
        path = folder / "stretch.mp4"
        await gather(workshop.store, stretch, path, key)
        if stretch.kind is TrackKind.AUDIO:
            sound = await checks.decode_sound(path, workshop.tools)
            return Decoded(track=stretch.track, sound=sound)
        pictures = await checks.decode_pictures(path, workshop.tools, has_thumbnails=False)
        return Decoded(track=stretch.track, frame_count=pictures.frame_count)


@contextmanager
def naming(track: str) -> Generator[None]:
    """Let what is wrong say of which track it is."""
    try:
        yield
    except ObjectNotFound as lost:
        raise OutputBroken("A part of the encoded film is no longer in the store") from lost
    except OutputBroken as broken:
        if track in str(broken):
            raise
        raise OutputBroken(f"The track {track} is damaged: {broken}") from broken


def sentence_of(broken: BaseException) -> str:
    """Say to people what is wrong with a film."""
    return f"{broken}, so the film is not shown to anyone: try it again."


def stretch_of_part(recipe: Recipe, part: PartRow, track: str) -> Stretch:
    """Give what a part has made of a track, each segment where the plan has it."""
    numbers = range(part.first_segment, part.next_segment)
    plan = recipe.plan
    if part.kind == PartKind.AUDIO:
        form = SOUND_FORMATS[recipe.find_sound(track).kind]
        sound = AudioPlan(plan, form.frame_rate)
        return Stretch(
            *(part.package_id, track, TrackKind.AUDIO, SAMPLE_RATE_HZ, numbers),
            lambda number: sound.start_frame(number) * form.frame_samples,
        )
    rate = plan.frame_rate
    return Stretch(
        *(part.package_id, track, TrackKind.VIDEO, rate.timescale, numbers),
        lambda number: plan.start_frame(number) * rate.ticks_per_frame,
    )


def _refuse_misplaced(stretch: Stretch, number: int, segment: bytes) -> None:
    found, expected = checks.decode_time_ticks(segment), stretch.begins_at(number)
    if found != expected:
        off_ms = round((found - expected) * 1000 / stretch.timescale)
        raise OutputBroken(
            f"Segment {number} of the track {stretch.track} is shown {abs(off_ms)} ms too "
            f"{'late' if off_ms > 0 else 'early'}"
        )
