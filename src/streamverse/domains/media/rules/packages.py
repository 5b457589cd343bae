"""What a package consists of: decided before anything is encoded, and read back from its rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from streamverse.domains.media.models import PackageRow, PartRow, TrackRow
from streamverse.domains.media.rules.states import PackageState, PartKind
from streamverse.mediakit.frames import FrameRate, SegmentPlan
from streamverse.mediakit.ladder import Rung, choose_rungs
from streamverse.mediakit.probe import AudioFacts, MediaFacts
from streamverse.mediakit.timeline import Package, Segment, Track, TrackKind

AUDIO_CODEC = "mp4a.40.2"
AUDIO_BITRATE_BPS = 128_000
# A second of a ladder of pictures takes about so many times the work of a second of sound.
PICTURES_WEIGHT = 60
AUDIO_SAMPLE_RATE_HZ = 48_000
AUDIO_CHANNELS = 2
MAX_AUDIO_TRACKS = 8
PLAYABLE_AFTER_SEGMENTS = 2


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a package is made: enough to make the same one again. Kept with it as JSON."""

    frame_rate: str
    total_frames: int
    rungs: tuple[Rung, ...]
    audios: tuple[str, ...]

    @property
    def plan(self) -> SegmentPlan:
        """Where the segments begin and end."""
        return SegmentPlan(FrameRate.parse(self.frame_rate), self.total_frames)

    def stored(self) -> dict[str, Any]:
        """Give what is kept."""
        return msgspec.to_builtins(self)

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Recipe:
        """Read what was kept."""
        return msgspec.convert(stored, cls)


@dataclass(frozen=True, slots=True)
class PlannedTrack:
    """A track before its first segment."""

    name: str
    kind: TrackKind
    codec: str
    timescale: int
    target_bitrate_bps: int
    width: int | None = None
    height: int | None = None
    frame_rate: str | None = None
    language: str | None = None
    label: str | None = None


@dataclass(frozen=True, slots=True)
class PlannedPart:
    """A part before its job has run."""

    kind: PartKind
    track_name: str | None
    chunk_number: int | None
    first_segment: int
    segment_count: int


def choose_recipe(facts: MediaFacts) -> Recipe:
    """Choose renditions and audio tracks for a file."""
    plan = facts.plan()
    video = facts.video
    rungs = choose_rungs(video.width, video.height, plan.frame_rate) if video else ()
    audios = tuple(f"a{position}" for position in range(len(facts.audios[:MAX_AUDIO_TRACKS])))
    return Recipe(str(plan.frame_rate), plan.total_frames, rungs, audios)


def plan_tracks(recipe: Recipe, facts: MediaFacts) -> Iterable[PlannedTrack]:
    """List the tracks: renditions from the best down, then sound."""
    rate = recipe.plan.frame_rate
    for rung in recipe.rungs:
        yield PlannedTrack(
            name=rung.track_name,
            kind=TrackKind.VIDEO,
            codec=rung.codec,
            timescale=rate.timescale,
            target_bitrate_bps=rung.max_bitrate_bps,
            width=rung.width,
            height=rung.height,
            frame_rate=str(rate),
        )
    for name, audio in zip(recipe.audios, facts.audios, strict=False):
        yield _audio_track(name, audio)


def _audio_track(name: str, audio: AudioFacts) -> PlannedTrack:
    return PlannedTrack(
        name=name,
        kind=TrackKind.AUDIO,
        codec=AUDIO_CODEC,
        timescale=AUDIO_SAMPLE_RATE_HZ,
        target_bitrate_bps=AUDIO_BITRATE_BPS,
        language=audio.language,
        label=audio.title,
    )


def plan_parts(recipe: Recipe) -> list[PlannedPart]:
    """Cut the encoding into parts: sound whole and first, as it is quick, then runs of pictures."""
    plan = recipe.plan
    whole = (0, plan.segment_count)
    parts = [PlannedPart(PartKind.AUDIO, name, None, *whole) for name in recipe.audios]
    if recipe.rungs:
        parts.extend(
            PlannedPart(
                PartKind.VIDEO, None, chunk.number, chunk.segments.start, len(chunk.segments)
            )
            for chunk in plan.chunks()
        )
    return parts


def encode_progress(parts: Sequence[PartRow]) -> float:
    """Tell how much of the encoding is done, from 0 to 1."""
    weights = [PICTURES_WEIGHT if part.kind == PartKind.VIDEO else 1 for part in parts]
    total = sum(w * part.segment_count for w, part in zip(weights, parts, strict=True))
    done = sum(
        w * (part.segment_count if part.finished_at else part.next_segment - part.first_segment)
        for w, part in zip(weights, parts, strict=True)
    )
    return min(1.0, done / total) if total else 1.0


def whole_tracks(parts: Iterable[PartRow]) -> set[str]:
    """Name the tracks of sound that get no more segments."""
    return {part.track_name for part in parts if part.track_name and part.finished_at}


def playable_segments(parts: Sequence[PartRow]) -> int:
    """Count the segments from 0 on that every track has; a track that is whole holds nobody up."""
    runs: dict[str | None, int] = {}
    growing: set[str | None] = set()
    for part in sorted(parts, key=_first_segment):
        if part.track_name not in growing:
            runs[part.track_name] = part.next_segment
        if part.finished_at is None:
            growing.add(part.track_name)
    # Pictures are what the rest is measured by, and sound where there are none.
    reference = runs.get(None, next(iter(runs.values()), 0))
    return min([reference, *(runs[track] for track in growing)])


def _first_segment(part: PartRow) -> int:
    return part.first_segment


def to_package(
    row: PackageRow,
    tracks: Sequence[TrackRow],
    parts: Sequence[PartRow],
    index: Mapping[UUID, Sequence[tuple[int, int, int]]],
) -> Package:
    """Turn the rows of a package into what timelines are made of."""
    recipe = Recipe.read(row.recipe)
    whole = whole_tracks(parts)
    return Package(
        id=str(row.id),
        tracks=tuple(
            _to_track(track, index.get(track.id, ()), is_complete=track.name in whole)
            for track in tracks
        ),
        is_complete=row.state == PackageState.READY,
        expected_duration_ms=row.duration_ms,
        target_duration_s=recipe.plan.target_duration_s,
    )


def _to_track(row: TrackRow, lines: Sequence[tuple[int, int, int]], *, is_complete: bool) -> Track:
    return Track(
        name=row.name,
        kind=TrackKind(row.kind),
        codec=row.codec,
        timescale=row.timescale,
        target_bitrate_bps=row.target_bitrate_bps,
        segments=tuple(Segment(*line) for line in lines),
        width=row.width,
        height=row.height,
        frame_rate=FrameRate.parse(row.frame_rate) if row.frame_rate else None,
        channels=row.channels,
        sample_rate_hz=row.sample_rate_hz,
        language=row.language,
        label=row.label,
        is_complete=is_complete,
    )


def package_prefix(package_id: UUID) -> str:
    """Name the folder of everything that players fetch of a package."""
    return f"packages/{package_id}"


def init_key(package_id: UUID | str, track: str) -> str:
    """Name the object of a track's initialisation segment."""
    return f"packages/{package_id}/{track}/init.mp4"


def segment_key(package_id: UUID | str, track: str, number: int) -> str:
    """Name the object of a media segment."""
    return f"packages/{package_id}/{track}/{number}.m4s"


def poster_key(package_id: UUID | str) -> str:
    """Name the object of the poster."""
    return f"packages/{package_id}/poster.webp"


def source_key(asset_id: UUID) -> str:
    """Name the object of a file as it was given to us."""
    return f"assets/{asset_id}/source"
