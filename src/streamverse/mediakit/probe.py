"""What a file holds: its pictures, sound and text as ffprobe sees them, or why it is refused."""

import asyncio
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from streamverse.mediakit import containers
from streamverse.mediakit.brightness import ContentLight, MasteringDisplay
from streamverse.mediakit.containers import Container, Extent
from streamverse.mediakit.ffmpeg import (
    QUIET,
    READABLE_CODECS,
    ToolFailed,
    Tools,
    input_arguments,
    run_to_bytes,
)
from streamverse.mediakit.frames import AAC_FRAME_RATE, HIGHEST_RATE, FrameRate, SegmentPlan
from streamverse.mediakit.ladder import DynamicRange
from streamverse.mediakit.sandbox import Command, Limits, pipe_url

LARGEST_SIDE: Final = 16_384
LONGEST_HOURS: Final = 100
MISSING_END_TOLERANCE_MS: Final = 500
_ANSWER_BYTES = 8 << 20
_LONGEST_TAG = 500
_MOST_TAGS = 50
_VFR_TOLERANCE = Fraction(2, 100)
_END_SEARCH_POINTS = 32
_END_SEARCH_PACKETS = 5000
_PROTECTED_TAGS = frozenset({"drmi", "drms"})
_INTERLACED_ORDERS = frozenset({"tt", "bb", "tb", "bt"})
_DYNAMIC_RANGES = {"smpte2084": DynamicRange.PQ, "arib-std-b67": DynamicRange.HLG}
_BARRED_CODEC = re.compile(r"Codec \((\w+)\) not on whitelist")
_LIMITS = Limits(wall_seconds=60, cpu_seconds=30)
_SHOWN = (
    "format=duration,start_time:format_tags:stream=index,codec_name,codec_type,codec_tag_string,"
    "width,height,sample_aspect_ratio,pix_fmt,bits_per_raw_sample,color_range,color_space,"
    "color_transfer,color_primaries,field_order,r_frame_rate,avg_frame_rate,start_time,duration,"
    "channels,channel_layout,sample_rate:stream_tags:stream_disposition:"
    "stream_side_data=rotation:chapter=start_time,end_time:chapter_tags"
)


class MediaRefused(Exception):
    """A file that cannot become a title: a code, a sentence for its owner, and the facts."""

    def __init__(self, code: str, sentence: str, **facts: object) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.facts = facts


@dataclass(frozen=True, slots=True)
class VideoFacts:
    """One stream of pictures; width and height are those that a viewer sees."""

    stream_index: int
    codec: str
    width: int
    height: int
    coded_width: int
    coded_height: int
    sample_aspect_ratio: Fraction
    rotation_degrees: int
    average_frame_rate: Fraction | None
    real_frame_rate: Fraction | None
    pixel_format: str
    bit_depth: int
    color_range: str | None
    color_space: str | None
    color_transfer: str | None
    color_primaries: str | None
    field_order: str | None
    start_ms: int
    duration_ms: int
    mastering_display: MasteringDisplay | None = None
    content_light: ContentLight | None = None

    @property
    def is_vfr(self) -> bool:
        """Whether pictures follow one another at varying distances."""
        average, real = self.average_frame_rate, self.real_frame_rate
        if average is None or real is None:
            return True
        # Interlaced streams count fields in one and pictures in the other.
        return all(abs(real / factor - average) > average * _VFR_TOLERANCE for factor in (1, 2))

    @property
    def grid_rate(self) -> Fraction | None:
        """The rate of a grid on which no picture is lost, where the source has such a rate."""
        real = self.real_frame_rate
        if self.is_vfr and real is not None and real <= HIGHEST_RATE:
            return real
        return self.average_frame_rate

    @property
    def is_interlaced(self) -> bool:
        """Whether each picture holds two instants, line by line."""
        return self.field_order in _INTERLACED_ORDERS

    @property
    def is_hdr(self) -> bool:
        """Whether its brightness is that of PQ or HLG."""
        return self.dynamic_range.is_high

    @property
    def dynamic_range(self) -> DynamicRange:
        """How its brightness is coded."""
        return _DYNAMIC_RANGES.get(self.color_transfer or "", DynamicRange.SDR)


@dataclass(frozen=True, slots=True)
class AudioFacts:
    """One stream of sound."""

    stream_index: int
    codec: str
    channels: int
    channel_layout: str | None
    sample_rate_hz: int
    language: str | None
    title: str | None
    is_default: bool
    start_ms: int
    duration_ms: int


@dataclass(frozen=True, slots=True)
class SubtitleFacts:
    """One stream of subtitles."""

    stream_index: int
    codec: str
    language: str | None
    title: str | None
    is_default: bool
    is_forced: bool


@dataclass(frozen=True, slots=True)
class Chapter:
    """A named part of the whole."""

    start_ms: int
    end_ms: int
    title: str | None


@dataclass(frozen=True, slots=True)
class MediaFacts:
    """Everything we know of a file before encoding it; times count from `start_ms`.

    `duration_ms` is that of the main picture, or of the sound where there is no picture.
    """

    container: Container
    size_bytes: int
    start_ms: int
    duration_ms: int
    videos: tuple[VideoFacts, ...]
    audios: tuple[AudioFacts, ...]
    subtitles: tuple[SubtitleFacts, ...]
    chapters: tuple[Chapter, ...]
    tags: Mapping[str, str]

    @property
    def video(self) -> VideoFacts | None:
        """The main picture."""
        return self.videos[0] if self.videos else None

    @property
    def has_video(self) -> bool:
        """Whether there is a picture at all."""
        return bool(self.videos)

    def plan(self) -> SegmentPlan:
        """Lay out the segments: pictures on their frame grid, sound alone on that of AAC."""
        seconds = Fraction(self.duration_ms, 1000)
        rate = AAC_FRAME_RATE
        if self.video is not None:
            rate = FrameRate.normalise(self.video.grid_rate)
        return SegmentPlan(rate, max(1, round(seconds * rate.per_second)))


async def probe(path: Path, tools: Tools) -> MediaFacts:
    """Look into a file and return what it holds, or raise MediaRefused."""
    container, extent = await asyncio.to_thread(_recognise, path)
    try:
        answer = await _ask(path, container, tools, "-show_entries", _SHOWN)
    except ToolFailed as error:
        raise _explain_failure(error, container) from error
    whole = answer.setdefault("format", {})
    if "duration" not in whole and container == containers.MATROSKA:
        # Browsers record without writing how long.
        end_ms = await asyncio.to_thread(containers.find_matroska_end_ms, path)
        whole["duration"] = (end_ms or 0) / 1000
    facts = _read_facts(answer, container, extent)
    _refuse_unplayable(facts, answer)
    if extent.is_cut_short:
        await _refuse_cut_short(path, facts, extent, tools)
    if facts.video is not None and facts.video.is_hdr:
        return await _with_brightness(path, facts, facts.video, tools)
    return facts


def _recognise(path: Path) -> tuple[Container, Extent]:
    """Refuse what is no media at all without starting any tool."""
    if path.stat().st_size == 0:
        raise MediaRefused("empty_file", "The file is empty: choose the file again.")
    container = containers.sniff(path)
    if isinstance(container, str):
        raise MediaRefused(
            "not_media",
            f"This file is {container}, not a film or a recording: choose a video or audio file.",
            kind=container,
        )
    extent = containers.measure(path, container)
    if not extent.has_index:
        raise MediaRefused(
            "truncated",
            "The end of the file is missing, and with it the index that is needed to play it: "
            "upload it again.",
            size_bytes=extent.size_bytes,
            declared_bytes=extent.declared_bytes,
        )
    return container, extent


async def _ask(path: Path, container: Container, tools: Tools, *questions: str) -> dict[str, Any]:
    """Have ffprobe answer in JSON."""
    command = Command(
        argv=(
            *(str(tools.ffprobe), *QUIET, *questions),
            *("-of", "json", "-o", pipe_url(0)),
            *input_arguments(path, container.demuxer),
        ),
        inputs=(path,),
        pipe_count=1,
        limits=_LIMITS,
    )
    return json.loads(await run_to_bytes(command, most_bytes=_ANSWER_BYTES))


async def _with_brightness(
    path: Path, facts: MediaFacts, video: VideoFacts, tools: Tools
) -> MediaFacts:
    """Add what the container or the first picture says of the brightness it was made for."""
    questions = ("-select_streams", str(video.stream_index), "-show_entries")
    shown = "stream=index:stream_side_data:frame=pts:frame_side_data"
    try:
        answer = await _ask(
            *(path, facts.container, tools, *questions, shown, "-read_intervals", "%+#1")
        )
    except ToolFailed:
        # ffprobe decodes less than ffmpeg does; such a film is shown without these figures.
        answer = await _ask(path, facts.container, tools, *questions, shown.partition(":frame")[0])
    sides = {
        side.get("side_data_type"): side
        for holder in (*answer.get("streams", []), *answer.get("frames", []))
        for side in holder.get("side_data_list", [])
    }
    brightness = replace(
        video,
        mastering_display=MasteringDisplay.read(sides.get("Mastering display metadata", {})),
        content_light=ContentLight.read(sides.get("Content light level metadata", {})),
    )
    return replace(facts, videos=(brightness, *facts.videos[1:]))


def _explain_failure(error: ToolFailed, container: Container) -> MediaRefused:
    barred = _BARRED_CODEC.search("\n".join(error.last_lines))
    if barred is not None:
        return _unsupported("A stream", barred[1])
    return MediaRefused(
        "not_readable",
        f"The file begins like {container.name}, but its contents cannot be read: "
        "it is damaged. Export or copy it again and upload that.",
        container=container.name,
    )


def _unsupported(what: str, codec: str) -> MediaRefused:
    return MediaRefused(
        "unsupported_codec",
        f"{what} is coded as {codec}, which StreamVerse does not read: "
        "convert it to H.264 and AAC.",
        codec=codec,
    )


def _read_facts(answer: dict[str, Any], container: Container, extent: Extent) -> MediaFacts:
    """Turn ffprobe's answer into facts."""
    whole = answer["format"]
    start_ms = _milliseconds(whole.get("start_time"))
    total_ms = _milliseconds(whole.get("duration"))
    streams = [stream for stream in answer.get("streams", []) if _is_readable(stream)]
    videos = [_read_video(stream, start_ms, total_ms) for stream in _of_kind(streams, "video")]
    audios = [_read_audio(stream, start_ms, total_ms) for stream in _of_kind(streams, "audio")]
    videos.sort(key=lambda video: -video.width * video.height)
    leading = videos[:1] or audios
    return MediaFacts(
        container=container,
        size_bytes=extent.size_bytes,
        start_ms=start_ms,
        duration_ms=max((stream.start_ms + stream.duration_ms for stream in leading), default=0),
        videos=tuple(videos),
        audios=tuple(audios),
        subtitles=tuple(map(_read_subtitle, _of_kind(answer.get("streams", []), "subtitle"))),
        chapters=tuple(_read_chapter(chapter, start_ms) for chapter in answer.get("chapters", [])),
        tags=_read_tags(whole),
    )


def _read_video(stream: dict[str, Any], origin_ms: int, total_ms: int) -> VideoFacts:
    coded_width, coded_height = int(stream.get("width", 0)), int(stream.get("height", 0))
    shape = _ratio(stream.get("sample_aspect_ratio"), ":") or Fraction(1)
    rotation = _rotation_degrees(stream)
    # The larger side grows, as players do it, so that no detail is lost.
    shown = (
        round(coded_width * max(shape, Fraction(1))),
        round(coded_height / min(shape, Fraction(1))),
    )
    width, height = reversed(shown) if rotation % 180 else shown
    start_ms = max(0, _milliseconds(stream.get("start_time")) - origin_ms)
    pixel_format = stream.get("pix_fmt", "unknown")
    return VideoFacts(
        stream_index=int(stream["index"]),
        codec=stream["codec_name"],
        width=width,
        height=height,
        coded_width=coded_width,
        coded_height=coded_height,
        sample_aspect_ratio=shape,
        rotation_degrees=rotation,
        average_frame_rate=_ratio(stream.get("avg_frame_rate"), "/"),
        real_frame_rate=_ratio(stream.get("r_frame_rate"), "/"),
        pixel_format=pixel_format,
        bit_depth=_bit_depth(stream, pixel_format),
        color_range=stream.get("color_range"),
        color_space=stream.get("color_space"),
        color_transfer=stream.get("color_transfer"),
        color_primaries=stream.get("color_primaries"),
        field_order=stream.get("field_order"),
        start_ms=start_ms,
        duration_ms=_duration_ms(stream, start_ms, total_ms),
    )


def _read_audio(stream: dict[str, Any], origin_ms: int, total_ms: int) -> AudioFacts:
    start_ms = max(0, _milliseconds(stream.get("start_time")) - origin_ms)
    tags = _read_tags(stream)
    return AudioFacts(
        stream_index=int(stream["index"]),
        codec=stream["codec_name"],
        channels=int(stream.get("channels", 0)),
        channel_layout=stream.get("channel_layout"),
        sample_rate_hz=int(stream.get("sample_rate", 0)),
        language=_language(tags),
        title=tags.get("title"),
        is_default=_has_disposition(stream, "default"),
        start_ms=start_ms,
        duration_ms=_duration_ms(stream, start_ms, total_ms),
    )


def _read_subtitle(stream: dict[str, Any]) -> SubtitleFacts:
    tags = _read_tags(stream)
    return SubtitleFacts(
        stream_index=int(stream["index"]),
        codec=stream.get("codec_name", "unknown"),
        language=_language(tags),
        title=tags.get("title"),
        is_default=_has_disposition(stream, "default"),
        is_forced=_has_disposition(stream, "forced"),
    )


def _read_chapter(chapter: dict[str, Any], origin_ms: int) -> Chapter:
    return Chapter(
        start_ms=max(0, _milliseconds(chapter.get("start_time")) - origin_ms),
        end_ms=max(0, _milliseconds(chapter.get("end_time")) - origin_ms),
        title=_read_tags(chapter).get("title"),
    )


def _refuse_unplayable(facts: MediaFacts, answer: dict[str, Any]) -> None:
    """Refuse a file that is sound but that nothing can be made of."""
    streams = answer.get("streams", [])
    for kind, what, found in (
        ("video", "picture", facts.videos),
        ("audio", "sound", facts.audios),
    ):
        unread = [stream for stream in _of_kind(streams, kind) if not _is_readable(stream)]
        if unread and not found:
            _refuse_stream(unread[0], what)
    if not facts.videos and not facts.audios:
        raise MediaRefused(
            "nothing_to_play",
            "The file holds neither picture nor sound: choose a video or audio file.",
        )
    for video in facts.videos:
        if max(video.width, video.height) > LARGEST_SIDE:
            raise MediaRefused(
                "picture_too_large",
                f"The picture is {video.width}x{video.height} pixels, and no side may be longer "
                f"than {LARGEST_SIDE}: make it smaller.",
                width=video.width,
                height=video.height,
            )
    if facts.duration_ms <= 0:
        raise MediaRefused("no_duration", "The file lasts no time at all: export it again.")
    if facts.duration_ms > LONGEST_HOURS * 3_600_000:
        raise MediaRefused(
            "too_long",
            f"The file says that it lasts {facts.duration_ms // 3_600_000} hours, and nothing may "
            f"last longer than {LONGEST_HOURS}: it is damaged, or must be cut into parts.",
            duration_ms=facts.duration_ms,
        )


def _refuse_stream(stream: dict[str, Any], what: str) -> None:
    if stream.get("codec_tag_string") in _PROTECTED_TAGS:
        raise MediaRefused(
            "protected",
            "The file is protected against copying: upload one without protection (DRM).",
        )
    codec = stream.get("codec_name")
    if codec is None or codec in READABLE_CODECS:
        raise MediaRefused(
            "not_readable",
            f"The {what} does not say what it is made of: the file is damaged. "
            "Export or copy it again and upload that.",
            codec=codec,
        )
    raise _unsupported(f"The {what}", codec)


async def _refuse_cut_short(path: Path, facts: MediaFacts, extent: Extent, tools: Tools) -> None:
    """Refuse a file whose end did not arrive, unless what is missing is not noticed."""
    end_ms = await _find_end_ms(path, facts, tools)
    if facts.duration_ms - end_ms <= MISSING_END_TOLERANCE_MS:
        return
    raise MediaRefused(
        "truncated",
        f"The file ends at {end_ms / 1000:.1f} s of {facts.duration_ms / 1000:.1f} s: "
        "upload it again.",
        end_ms=end_ms,
        duration_ms=facts.duration_ms,
        size_bytes=extent.size_bytes,
        declared_bytes=extent.declared_bytes,
    )


async def _find_end_ms(path: Path, facts: MediaFacts, tools: Tools) -> int:
    """Find the last instant that can be read, by a few seeks."""
    if facts.container == containers.MATROSKA:
        end_ms = await asyncio.to_thread(containers.find_matroska_end_ms, path)
        return (end_ms or 0) - facts.start_ms
    step = facts.duration_ms / 1000 / _END_SEARCH_POINTS
    points = ",".join(f"{point * step:.3f}%+#1" for point in range(_END_SEARCH_POINTS))
    last_s = await _last_packet_s(path, facts, tools, points)
    last_s = await _last_packet_s(path, facts, tools, f"{last_s:.3f}%+#{_END_SEARCH_PACKETS}")
    return round(last_s * 1000) - facts.start_ms


async def _last_packet_s(path: Path, facts: MediaFacts, tools: Tools, intervals: str) -> float:
    answer = await _ask(
        *(path, facts.container, tools),
        *("-read_intervals", intervals, "-show_entries", "packet=pts_time,duration_time"),
        *("-select_streams", str((facts.videos or facts.audios)[0].stream_index)),
    )
    packets = answer.get("packets", [])
    return max(
        (
            float(packet.get("pts_time", 0)) + float(packet.get("duration_time", 0))
            for packet in packets
        ),
        default=0,
    )


def _of_kind(streams: Iterable[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    """Pick streams of one kind; the cover of an album is no film."""
    return [
        stream
        for stream in streams
        if stream.get("codec_type") == kind and not _has_disposition(stream, "attached_pic")
    ]


def _is_readable(stream: dict[str, Any]) -> bool:
    if stream.get("codec_tag_string") in _PROTECTED_TAGS:
        return False
    has_size = stream.get("codec_type") != "video" or int(stream.get("width", 0)) > 0
    has_sound = stream.get("codec_type") != "audio" or int(stream.get("channels", 0)) > 0
    return stream.get("codec_name") in READABLE_CODECS and has_size and has_sound


def _has_disposition(stream: dict[str, Any], name: str) -> bool:
    return bool(stream.get("disposition", {}).get(name))


def _rotation_degrees(stream: dict[str, Any]) -> int:
    """Read how far to turn the picture clockwise."""
    angles = [side.get("rotation") for side in stream.get("side_data_list", [])]
    angle = next((angle for angle in angles if angle is not None), 0)
    return round(-float(angle)) % 360


def _bit_depth(stream: dict[str, Any], pixel_format: str) -> int:
    stated = int(stream.get("bits_per_raw_sample", 0))
    if stated:
        return stated
    return next((depth for depth in (16, 14, 12, 10, 9) if f"p{depth}" in pixel_format), 8)


def _duration_ms(stream: dict[str, Any], start_ms: int, total_ms: int) -> int:
    """Take a stream's own duration, Matroska's tag of it, or the rest of the whole."""
    own_ms = _milliseconds(stream.get("duration"))
    tagged = stream.get("tags", {}).get("DURATION", "")
    return own_ms or _clock_ms(tagged) or max(0, total_ms - start_ms)


def _clock_ms(text: str) -> int:
    """Read `00:01:30.500000000`."""
    parts = text.split(":")
    if len(parts) != 3:  # noqa: PLR2004
        return 0
    hours, minutes, seconds = parts
    try:
        return round((int(hours) * 3600 + int(minutes) * 60 + float(seconds)) * 1000)
    except ValueError:
        return 0


def _milliseconds(text: object) -> int:
    try:
        return round(float(str(text)) * 1000)
    except (ValueError, OverflowError):
        return 0


def _ratio(text: str | None, separator: str) -> Fraction | None:
    numerator, _, denominator = (text or "").partition(separator)
    try:
        ratio = Fraction(int(numerator), int(denominator))
    except (ValueError, ZeroDivisionError):
        return None
    return ratio if ratio > 0 else None


def _language(tags: Mapping[str, str]) -> str | None:
    language = tags.get("language")
    return None if language in {None, "und"} else language


def _read_tags(holder: dict[str, Any]) -> dict[str, str]:
    """Keep tags that are words, shortened: a stranger wrote them."""
    tags = list(holder.get("tags", {}).items())[:_MOST_TAGS]
    return {key.lower(): _words(str(value)) for key, value in tags if _words(str(value))}


def _words(text: str) -> str:
    visible = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(visible.split())[:_LONGEST_TAG]
