"""Low-latency HLS (RFC 8216bis): the playlists of a live stream, with its parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from streamverse.mediakit.live.packager import PART_TARGET_S, TARGET_DURATION_S
from streamverse.mediakit.protection import UNPROTECTED
from streamverse.mediakit.renditions import write_instant

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PLAIN_PREFIX: Final = "plain-"
NO_KEYS: Final[Mapping[int, str]] = MappingProxyType({})
PLAIN_VERSION: Final = 7
# Apple's players want three parts between them and the edge.
PART_HOLD_BACK_S: Final = 3 * PART_TARGET_S
HOLD_BACK_S: Final = 3 * TARGET_DURATION_S
# Older parts are not named, and what is older still may be left out of an update.
PARTS_FOR_S: Final = 3 * TARGET_DURATION_S
SKIP_UNTIL_S: Final = 6 * TARGET_DURATION_S
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


def render_playlist(
    track: str,
    segments: Sequence[SegmentLine],
    *,
    reports: Sequence[Report] = (),
    is_ended: bool = False,
    is_skipping: bool = False,
    has_parts: bool = True,
    has_hint: bool = True,
    keys: Mapping[int, str] = NO_KEYS,
) -> str:
    """Write the playlist of a rendition whose files lie below its name.

    `keys` are the attributes of `EXT-X-KEY` by the heads that are encrypted.

    `is_skipping` leaves out the segments that whoever asks has seen (EXT-X-SKIP). Without parts,
    viewers stay three segments behind, where a slow line stops nothing. Without a hint, nobody
    asks for the next part before it is known which head it has.
    """
    if not has_parts:
        segments = [replace(one, parts=()) for one in segments if one.is_whole]
    skipped = _skippable(segments) if is_skipping and not is_ended else 0
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:9",
        f"#EXT-X-TARGETDURATION:{TARGET_DURATION_S}",
        *(PARTS_CONTROL if has_parts else (STEADY_CONTROL,)),
        f"#EXT-X-MEDIA-SEQUENCE:{segments[0].number if segments else 0}",
    ]
    if segments and segments[0].head:
        lines.append(f"#EXT-X-DISCONTINUITY-SEQUENCE:{segments[0].head}")
    if all(segment.is_independent for segment in segments):
        lines.append("#EXT-X-INDEPENDENT-SEGMENTS")
    if skipped:
        lines.append(f"#EXT-X-SKIP:SKIPPED-SEGMENTS={skipped}")
    lines += _render_segments(track, segments, skipped, keys, is_ended=is_ended)
    if is_ended:
        lines.append("#EXT-X-ENDLIST")
    elif has_parts:
        lines += _render_edge(track, segments if has_hint else (), reports)
    return "\n".join(lines) + "\n"


def render_plain(
    track: str,
    segments: Sequence[SegmentLine],
    *,
    is_ended: bool = False,
    keys: Mapping[int, str] = NO_KEYS,
) -> str:
    """Write the playlist of a rendition as older players read it: of whole segments alone."""
    whole = [replace(segment, parts=()) for segment in segments if segment.is_whole]
    longest_s = max((round(segment.duration_s) for segment in whole), default=0)
    lines = [
        "#EXTM3U",
        f"#EXT-X-VERSION:{PLAIN_VERSION}",
        f"#EXT-X-TARGETDURATION:{max(TARGET_DURATION_S, longest_s)}",
        f"#EXT-X-MEDIA-SEQUENCE:{segments[0].number if segments else 0}",
    ]
    if whole and whole[0].head:
        lines.append(f"#EXT-X-DISCONTINUITY-SEQUENCE:{whole[0].head}")
    lines += _render_segments(track, whole, 0, keys, is_ended=is_ended)
    if is_ended:
        lines.append("#EXT-X-ENDLIST")
    return "\n".join(lines) + "\n"


def _skippable(segments: Sequence[SegmentLine]) -> int:
    """Count the segments that end before the skip boundary."""
    left_s = sum(segment.duration_s for segment in segments)
    for count, segment in enumerate(segments):
        left_s -= segment.duration_s
        if left_s < SKIP_UNTIL_S:
            return count
    return 0


def _render_segments(
    track: str,
    segments: Sequence[SegmentLine],
    skipped: int,
    keys: Mapping[int, str],
    *,
    is_ended: bool,
) -> Iterator[str]:
    left_s = sum(segment.duration_s for segment in segments[skipped:])
    head = None if skipped == 0 else segments[skipped - 1].head
    # Whoever began to follow after what is skipped knows neither its head nor its key.
    mapped: int | None = None
    key = UNPROTECTED
    for segment in segments[skipped:]:
        if segment.head != head:
            if head is not None:
                yield "#EXT-X-DISCONTINUITY"
            head = segment.head
        if not segment.is_gap and (own := keys.get(segment.head, UNPROTECTED)) != key:
            key = own
            yield f"#EXT-X-KEY:{key}"
        if segment.head != mapped and not segment.is_gap:
            mapped = segment.head
            yield f'#EXT-X-MAP:URI="{track}/init-{mapped}.mp4"'
        yield f"#EXT-X-PROGRAM-DATE-TIME:{write_instant(segment.starts_at)}"
        if left_s <= PARTS_FOR_S and not is_ended:
            yield from _render_parts(track, segment)
        left_s -= segment.duration_s
        if segment.is_gap:
            yield "#EXT-X-GAP"
        if segment.is_whole:
            yield f"#EXTINF:{segment.duration_s:.5f},"
            yield f"{track}/{segment.number}.m4s"


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
