"""Low-latency HLS (RFC 8216bis): the playlists of a live stream, with its parts."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from streamverse.mediakit.live.packager import PART_TARGET_S, TARGET_DURATION_S
from streamverse.mediakit.protection import UNPROTECTED
from streamverse.mediakit.renditions import write_instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

PLAIN_PREFIX: Final = "plain-"
NO_KEYS: Final[Mapping[int, str]] = MappingProxyType({})
PLAIN_VERSION: Final = 7
# Apple's players want three parts between them and the edge.
PART_HOLD_BACK_S: Final = 3 * PART_TARGET_S
HOLD_BACK_S: Final = 3 * TARGET_DURATION_S
# Older parts are not named, and what is older still may be left out of an update.
PARTS_FOR_S: Final = 3 * TARGET_DURATION_S
SKIP_UNTIL_S: Final = 6 * TARGET_DURATION_S
# An update counts from the end of what it names, which may be a segment less than there is.
SETTLED_AFTER_S: Final = SKIP_UNTIL_S + 2 * TARGET_DURATION_S
STEADY_CONTROL: Final = (
    "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,"
    f"CAN-SKIP-UNTIL={SKIP_UNTIL_S:.1f},HOLD-BACK={HOLD_BACK_S:.1f}"
)
PARTS_CONTROL: Final = (
    f"{STEADY_CONTROL},PART-HOLD-BACK={PART_HOLD_BACK_S:.2f}",
    f"#EXT-X-PART-INF:PART-TARGET={PART_TARGET_S:.2f}",
)


@dataclass(frozen=True, slots=True)
class PartLine:
    """A part that a playlist names."""

    duration_s: float
    is_independent: bool


@dataclass(frozen=True, slots=True)
class SegmentLine:
    """A segment that a playlist names: whole, or with the parts that are there so far."""

    number: int
    duration_s: float
    starts_at: datetime
    parts: Sequence[PartLine]
    is_whole: bool
    is_independent: bool = True
    # The track has another head from here on, which has a number of its own.
    head: int = 0
    # There is nothing to play, and players go on behind it.
    is_gap: bool = False
    # No part of it comes any more; it is whole as soon as it is kept.
    has_ended: bool = False


@dataclass(frozen=True, slots=True)
class Rendition:
    """What a master says of a track."""

    name: str
    codec: str
    bitrate_bps: int
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """How far another rendition is, so that a switch needs no question."""

    playlist: str
    segment: int
    part: int


@dataclass(frozen=True, slots=True)
class Edge:
    """The next part that a playlist will name."""

    segment: int
    part: int


def edge_of(segments: Sequence[SegmentLine]) -> Edge | None:
    """Find where a playlist goes on; None before its first segment."""
    if not segments:
        return None
    last = segments[-1]
    return Edge(last.number + 1, 0) if last.is_whole else Edge(last.number, len(last.parts))


def render_master(
    pictures: Sequence[Rendition],
    audio: Rendition | None,
    *,
    is_plain: bool = False,
    keys: Sequence[str] = (),
) -> str:
    """Write the playlist that names the pictures to choose from, and the sound beside them.

    A plain one leads to playlists without parts, which older players read. Players may ask for
    `keys` before they need them.
    """
    lines = ["#EXTM3U", f"#EXT-X-VERSION:{PLAIN_VERSION if is_plain else 9}"]
    lines += [f"#EXT-X-SESSION-KEY:{key}" for key in keys]
    prefix = PLAIN_PREFIX if is_plain else ""
    if pictures and audio is not None:
        lines.append(
            '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="Sound",DEFAULT=YES,AUTOSELECT=YES,'
            f'URI="{prefix}{audio.name}.m3u8"'
        )
    sound = [audio] if audio is not None else []
    for variant in [[one, *sound] for one in pictures] or [sound] * len(sound):
        lines += [_describe_variant(variant), f"{prefix}{variant[0].name}.m3u8"]
    return "\n".join(lines) + "\n"


def _describe_variant(renditions: Sequence[Rendition]) -> str:
    leader, *sound = renditions
    attributes = [
        f"BANDWIDTH={sum(one.bitrate_bps for one in renditions)}",
        f'CODECS="{",".join(one.codec for one in renditions)}"',
    ]
    if leader.width is not None:
        attributes.append(f"RESOLUTION={leader.width}x{leader.height}")
    if sound:
        attributes.append('AUDIO="sound"')
    return f"#EXT-X-STREAM-INF:{','.join(attributes)}"


@dataclass(slots=True)
class _Pen:
    """Writes segments one after another, and knows what has been said of them so far."""

    track: str
    keys: Mapping[int, str]
    head: int | None = None
    # Whoever begins to follow somewhere knows neither the head nor the key there.
    mapped: int | None = None
    key: str = UNPROTECTED

    def write(self, segment: SegmentLine, *, has_parts: bool = False) -> Iterator[str]:
        """Give the lines of a segment."""
        if segment.head != self.head:
            if self.head is not None:
                yield "#EXT-X-DISCONTINUITY"
            self.head = segment.head
        if not segment.is_gap and (own := self.keys.get(segment.head, UNPROTECTED)) != self.key:
            self.key = own
            yield f"#EXT-X-KEY:{own}"
        if segment.head != self.mapped and not segment.is_gap:
            self.mapped = segment.head
            yield f'#EXT-X-MAP:URI="{self.track}/init-{self.mapped}.mp4"'
        yield f"#EXT-X-PROGRAM-DATE-TIME:{write_instant(segment.starts_at)}"
        if has_parts:
            yield from _render_parts(self.track, segment)
        if segment.is_gap:
            yield "#EXT-X-GAP"
        if segment.is_whole:
            yield f"#EXTINF:{segment.duration_s:.5f},"
            yield f"{self.track}/{segment.number}.m4s"


class Past:
    """The segments at the front of a playlist that change no more: each is written once.

    What is behind them is long enough that updates leave all of them out.
    """

    def __init__(self, track: str) -> None:
        self.track = track
        self.longest_s = 0.0
        self._pen = _Pen(track, NO_KEYS)
        self._written: deque[tuple[SegmentLine, str]] = deque()
        self._dependent = 0

    def __len__(self) -> int:
        return len(self._written)

    @property
    def first(self) -> SegmentLine | None:
        """The segment that playlists begin with."""
        return self._written[0][0] if self._written else None

    @property
    def last(self) -> SegmentLine | None:
        """The segment before those that may still change."""
        return self._written[-1][0] if self._written else None

    @property
    def is_independent(self) -> bool:
        """Whether each segment begins with a picture that stands alone."""
        return self._dependent == 0

    def add(self, segment: SegmentLine, keys: Mapping[int, str] = NO_KEYS) -> None:
        """Take the segment behind those that there are; it is whole."""
        self._pen.keys = keys
        self._written.append((segment, _lines(self._pen.write(segment))))
        self._dependent += not segment.is_independent
        self.longest_s = max(self.longest_s, segment.duration_s)

    def forget(self, count: int) -> None:
        """Leave out so many segments from the front."""
        for _ in range(min(count, len(self._written))):
            segment, _ = self._written.popleft()
            self._dependent -= not segment.is_independent

    def begin(self, keys: Mapping[int, str]) -> tuple[str, _Pen]:
        """Give the lines of all of them, and what goes on behind them."""
        pen = _Pen(self.track, keys)
        texts: list[str] = []
        for segment, _ in self._written:
            texts.append(_lines(pen.write(segment)))
            if not segment.is_gap:
                # From here on the head and the key are known, as they were at first.
                pen = replace(self._pen, keys=keys)
                texts += [text for _, text in islice(self._written, len(texts), None)]
                break
        return "".join(texts), pen


def render_playlist(
    past: Past,
    segments: Sequence[SegmentLine],
    *,
    reports: Sequence[Report] = (),
    is_ended: bool = False,
    is_skipping: bool = False,
    has_parts: bool = True,
    has_hint: bool = True,
    keys: Mapping[int, str] = NO_KEYS,
) -> str:
    """Write the playlist of a rendition whose files lie below its name: its past, and what follows.

    `keys` are the attributes of `EXT-X-KEY` by the heads that are encrypted.

    `is_skipping` leaves out the segments that whoever asks has seen (EXT-X-SKIP). Without parts,
    viewers stay three segments behind, where a slow line stops nothing. Without a hint, nobody
    asks for the next part before it is known which head it has.
    """
    if not has_parts:
        segments = [replace(one, parts=()) for one in segments if one.is_whole]
    skipped = (
        len(past) + _count_before(segments, SKIP_UNTIL_S) if is_skipping and not is_ended else 0
    )
    first = past.first or next(iter(segments), None)
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:9",
        f"#EXT-X-TARGETDURATION:{TARGET_DURATION_S}",
        *(PARTS_CONTROL if has_parts else (STEADY_CONTROL,)),
        f"#EXT-X-MEDIA-SEQUENCE:{first.number if first is not None else 0}",
    ]
    if first is not None and first.head:
        lines.append(f"#EXT-X-DISCONTINUITY-SEQUENCE:{first.head}")
    if past.is_independent and all(segment.is_independent for segment in segments):
        lines.append("#EXT-X-INDEPENDENT-SEGMENTS")
    if skipped:
        lines.append(f"#EXT-X-SKIP:SKIPPED-SEGMENTS={skipped}")
        before = [past.last, *segments][skipped - len(past)]
        text, pen = "", _Pen(past.track, keys, before.head if before is not None else None)
        segments = segments[skipped - len(past) :]
    else:
        text, pen = past.begin(keys)
    text = _lines(lines) + text
    text += _lines(_render_segments(pen, segments, has_parts=not is_ended))
    if is_ended:
        text += "#EXT-X-ENDLIST\n"
    elif has_parts:
        text += _lines(_render_edge(past.track, segments if has_hint else (), reports))
    return text


def render_plain(
    past: Past,
    segments: Sequence[SegmentLine],
    *,
    is_ended: bool = False,
    keys: Mapping[int, str] = NO_KEYS,
) -> str:
    """Write the playlist of a rendition as older players read it: of whole segments alone."""
    whole = [segment for segment in segments if segment.is_whole]
    longest_s = max([past.longest_s, *(segment.duration_s for segment in whole)])
    first = past.first or next(iter(segments), None)
    lines = [
        "#EXTM3U",
        f"#EXT-X-VERSION:{PLAIN_VERSION}",
        f"#EXT-X-TARGETDURATION:{max(TARGET_DURATION_S, round(longest_s))}",
        f"#EXT-X-MEDIA-SEQUENCE:{first.number if first is not None else 0}",
    ]
    if first is not None and first.is_whole and first.head:
        lines.append(f"#EXT-X-DISCONTINUITY-SEQUENCE:{first.head}")
    text, pen = past.begin(keys)
    text += _lines(_render_segments(pen, whole, has_parts=False))
    return _lines(lines) + text + ("#EXT-X-ENDLIST\n" if is_ended else "")


def _lines(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def settled(segments: Sequence[SegmentLine]) -> int:
    """Count the segments at the front that change no more, and that every update leaves out."""
    return _count_before(segments, SETTLED_AFTER_S)


def _count_before(segments: Sequence[SegmentLine], end_s: float) -> int:
    """Count the segments that end so long before the last one does."""
    left_s = sum(segment.duration_s for segment in segments)
    for count, segment in enumerate(segments):
        left_s -= segment.duration_s
        if left_s < end_s:
            return count
    return 0


def _render_segments(
    pen: _Pen, segments: Sequence[SegmentLine], *, has_parts: bool
) -> Iterator[str]:
    left_s = sum(segment.duration_s for segment in segments)
    for segment in segments:
        yield from pen.write(segment, has_parts=has_parts and left_s <= PARTS_FOR_S)
        left_s -= segment.duration_s


def _render_parts(track: str, segment: SegmentLine) -> Iterator[str]:
    for number, part in enumerate(segment.parts):
        independent = ",INDEPENDENT=YES" if part.is_independent else ""
        address = part_address(track, segment.number, number)
        yield f'#EXT-X-PART:DURATION={part.duration_s:.5f},URI="{address}"{independent}'


def _render_edge(
    track: str, segments: Sequence[SegmentLine], reports: Sequence[Report]
) -> Iterator[str]:
    edge = edge_of(segments)
    is_between = bool(segments) and segments[-1].has_ended and not segments[-1].is_whole
    if edge is not None and not is_between:
        address = part_address(track, edge.segment, edge.part)
        yield f'#EXT-X-PRELOAD-HINT:TYPE=PART,URI="{address}"'
    for report in reports:
        yield (
            f'#EXT-X-RENDITION-REPORT:URI="{report.playlist}",'
            f"LAST-MSN={report.segment},LAST-PART={report.part}"
        )


def part_address(track: str, segment: int, part: int) -> str:
    """Name the file of a part, below its playlist."""
    return f"{track}/{segment}.{part}.m4s"
