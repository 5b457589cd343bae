"""What a cut of a reel plays: its timeline, and how that is listed among packages."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from uuid import UUID

from streamverse.domains.media.rules.packages import GROUP_OF_FAMILY, Recipe, RungGroup, SoundTrack
from streamverse.mediakit.frames import FrameRate, round_half_up
from streamverse.mediakit.ladder import CodecFamily, Rung
from streamverse.mediakit.sound import SoundKind
from streamverse.mediakit.tailoring import SAMPLE_ENTRIES
from streamverse.mediakit.timeline import Package, Segment, Span, Timeline, Track, TrackKind

PICTURES, SOUND = "v", "a"
SOUND_NAME = "a0"
# Nobody says how many pictures a second a live stream has; only encoding asks, which is not done.
_ANY_RATE = FrameRate(30, 1)
_PICTURES_BPS, _SOUND_BPS = 5_000_000, 128_000
_BPS_PER_LINE = 3_000

Run = tuple[int, int]


@dataclass(frozen=True, slots=True)
class ReelHead:
    """How the segments of a track are coded from one of them on."""

    codec: str
    timescale: int
    width: int | None = None
    height: int | None = None
    channels: int | None = None
    sample_rate_hz: int | None = None
    # By which key they are encrypted, if they are.
    key_id: UUID | None = None

    @property
    def lines(self) -> int:
        """The height by which the picture is known, also of an upright one."""
        return min(self.width or 0, self.height or 0)


@dataclass(frozen=True, slots=True)
class ReelSegment:
    """A line of a reel's index; what has one number shows one time."""

    track: str
    number: int
    head: int
    start_ticks: int
    duration_ticks: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Reel:
    """What a broadcast left: segments by their number, and then by their track."""

    heads: Mapping[str, Sequence[ReelHead]]
    segments: Mapping[int, Mapping[str, ReelSegment]]

    @classmethod
    def of(cls, heads: Mapping[str, Sequence[ReelHead]], segments: Sequence[ReelSegment]) -> Reel:
        """Sort segments by their numbers."""
        by_number: dict[int, dict[str, ReelSegment]] = {}
        for segment in sorted(segments, key=_number):
            by_number.setdefault(segment.number, {})[segment.track] = segment
        return cls(heads, by_number)

    @property
    def whole(self) -> list[Run]:
        """All of it as one run."""
        numbers = list(self.segments)
        return [(numbers[0], numbers[-1])] if numbers else []

    @property
    def picture(self) -> ReelHead | None:
        """The head of the tallest picture, after which pictures are named."""
        return max(self.heads.get(PICTURES, ()), key=_lines, default=None)


def family_of(head: ReelHead) -> CodecFamily:
    """Tell how the pictures of a head are coded."""
    entry = head.codec.partition(".")[0]
    families = {name: family for family, name in SAMPLE_ENTRIES.items()}
    return families.get(entry, CodecFamily.H264)


def make_timeline(reel: Reel, runs: Sequence[Run], started_at: datetime) -> Timeline:
    """Play runs of a reel one after another."""
    spans = [
        _make_span(reel, take, place)
        for place, take in enumerate(take for run in runs for take in _takes(reel, run))
    ]
    return Timeline(tuple(spans), started_at)


def runs_of(timeline: Timeline) -> list[Run]:
    """Give the runs of a timeline that was made of some, or cut out of such a one."""
    runs: list[Run] = []
    for span in timeline.spans:
        numbers = span.numbers
        if runs and runs[-1][1] == numbers[0] - 1:
            runs[-1] = (runs[-1][0], numbers[-1])
        else:
            runs.append((numbers[0], numbers[-1]))
    return runs


def head_of(package_id: str) -> int | None:
    """Tell which head a span's package of `make_timeline` has; None of any other package."""
    head, is_recorded, _ = package_id.partition(".")
    return int(head) if is_recorded else None


def _takes(reel: Reel, run: Run) -> Iterator[list[Mapping[str, ReelSegment]]]:
    """Cut a run where it needs another head, where numbers are missing and where a track comes in.

    Sound that leaves leaves its take shorter; pictures are all there or begin another take.
    """
    numbers = [number for number in reel.segments if run[0] <= number <= run[1]]
    take: list[Mapping[str, ReelSegment]] = []
    for number in numbers:
        here = reel.segments[number]
        if take and not _goes_on(take[-1], here):
            yield take
            take = []
        take.append(here)
    if take:
        yield take


def _goes_on(before: Mapping[str, ReelSegment], here: Mapping[str, ReelSegment]) -> bool:
    last, first = next(iter(before.values())), next(iter(here.values()))
    return (
        (last.number + 1, last.head) == (first.number, first.head)
        and set(here) <= set(before)
        and _pictures_in(before) == _pictures_in(here)
    )


def _pictures_in(tracks: Iterable[str]) -> list[str]:
    """List what shows pictures: what was sent, then the rungs that were made of it."""
    return sorted((one for one in tracks if one.startswith(PICTURES)), key=_order)


def _order(track: str) -> tuple[int, str]:
    return -_lines_named(track), track


def _lines_named(track: str) -> int:
    """Tell after how many lines a rung is named; what was sent is above them all."""
    lines = track.removeprefix(PICTURES).partition("-")[0]
    return int(lines) if lines else sys.maxsize


def _make_span(reel: Reel, take: Sequence[Mapping[str, ReelSegment]], place: int) -> Span:
    names = {PICTURES: _pictures_name(reel), SOUND: SOUND_NAME}
    tracks = [
        _make_track(reel, names.get(track, track), [here[track] for here in take if track in here])
        for track in (*_pictures_in(take[0]), SOUND)
        if track in take[0]
    ]
    first, last = (next(iter(here.values())) for here in (take[0], take[-1]))
    # No two spans are one package: between them time goes on elsewhere.
    package = Package(f"{first.head}.{place}", tuple(tracks), is_complete=True)
    return Span(package, first.number, last.number)


def _make_track(reel: Reel, name: str, segments: Sequence[ReelSegment]) -> Track:
    first = segments[0]
    head = reel.heads[first.track][first.head]
    is_picture = first.track != SOUND
    return Track(
        name=name,
        kind=TrackKind.VIDEO if is_picture else TrackKind.AUDIO,
        codec=head.codec,
        timescale=head.timescale,
        width=head.width,
        height=head.height,
        channels=head.channels,
        sample_rate_hz=head.sample_rate_hz,
        is_default=not is_picture,
        target_bitrate_bps=_target_bps(first.track),
        segments=tuple(_follow(segments)),
        is_complete=True,
        first_number=first.number,
        key_id=head.key_id,
    )


def _target_bps(track: str) -> int:
    """Guess what a track takes of a line: the more, the more lines it has."""
    if track == SOUND:
        return _SOUND_BPS
    return _PICTURES_BPS if track == PICTURES else _lines_named(track) * _BPS_PER_LINE


def _follow(segments: Sequence[ReelSegment]) -> Iterator[Segment]:
    """Let each segment last until the next one begins: sound may have had gaps."""
    for segment, after in pairwise(segments):
        duration_ticks = after.start_ticks - segment.start_ticks
        yield Segment(
            segment.number,
            duration_ticks if duration_ticks > 0 else segment.duration_ticks,
            segment.size_bytes,
            segment.start_ticks,
        )
    last = segments[-1]
    yield Segment(last.number, last.duration_ticks, last.size_bytes, last.start_ticks)


def make_recipe(reel: Reel, timeline: Timeline) -> Recipe:
    """Say what a cut offers in the words of packages; nothing of it is ever made."""
    groups: dict[RungGroup, tuple[Rung, ...]] = {}
    for rung in _rungs(reel):
        group = GROUP_OF_FAMILY[rung.codec_family]
        groups[group] = (*groups.get(group, ()), rung)
    has_sound = bool(reel.heads.get(SOUND))
    sound = SoundTrack(SOUND_NAME, 0, SoundKind.STEREO, is_default=True)
    return Recipe(
        frame_rate=str(_ANY_RATE),
        total_frames=max(1, round_half_up(timeline.playable_duration_s * _ANY_RATE.per_second)),
        groups=groups,
        sounds=(sound,) if has_sound else (),
    )


def _pictures_name(reel: Reel) -> str:
    head = reel.picture
    return _rung(head).track_name if head is not None else ""


def _rungs(reel: Reel) -> Iterator[Rung]:
    """List what was sent, and the rungs that were made of it."""
    if reel.picture is None:
        return
    yield _rung(reel.picture)
    for track in _pictures_in(reel.heads)[1:]:
        head = max(reel.heads[track], key=_lines)
        name, is_again = f"{_lines_named(track)}p", "-" in track
        yield replace(_rung(head), name=name, is_again=is_again)


def _rung(head: ReelHead) -> Rung:
    return Rung(
        name=f"{head.lines}p",
        width=head.width or 0,
        height=head.height or 0,
        max_bitrate_bps=_PICTURES_BPS,
        buffer_size_bits=0,
        crf=0,
        profile="",
        level_idc=0,
        codec_family=family_of(head),
    )


def _number(segment: ReelSegment) -> int:
    return segment.number


def _lines(head: ReelHead) -> int:
    return head.lines
