"""Low-latency DASH (ISO/IEC 23009-1): the manifest of a stream whose last segment still grows.

A period begins with each head and each publisher. Times of a period are those of the wall clock,
counted from when the broadcast began.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from streamverse.mediakit.live.packager import PART_TARGET_S, TARGET_DURATION_S
from streamverse.mediakit.protection import NAMESPACES, add_content_protection
from streamverse.mediakit.renditions import write_instant

if TYPE_CHECKING:
    from collections.abc import Sequence

PROFILES: Final = (
    "urn:mpeg:dash:profile:isoff-live:2011,http://www.dashif.org/guidelines/low-latency-live-v5"
)
CHANNEL_CONFIGURATION: Final = "urn:mpeg:dash:23003:3:audio_channel_configuration:2011"
CLOCK_IN_MANIFEST: Final = "urn:mpeg:dash:utc:direct:2014"
# Whoever plays learns of the next segment by another look, which so much latency allows for.
UPDATE_PERIOD_S: Final = 0.5
TARGET_LATENCY_S: Final = 3.0
CLOSEST_LATENCY_S: Final = 1.5
FARTHEST_LATENCY_S: Final = 8.0
# A longer list would weigh too much for how often it is asked for.
REWIND_S: Final = 15 * 60
# Stands in a manifest in the place of the time at which it is given.
NOW: Final = "1970-01-01T00:00:00.000Z"


@dataclass(frozen=True, slots=True)
class MpdSegment:
    """A segment: of one that still grows, how long it is expected to become."""

    number: int
    start_ticks: int
    duration_ticks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MpdTrack:
    """What a period has of a track."""

    name: str
    codec: str
    timescale: int
    bitrate_bps: int
    segments: Sequence[MpdSegment]
    head: int
    width: int | None = None
    height: int | None = None
    channels: int | None = None
    sample_rate_hz: int | None = None
    # Its key, then those that are announced; none if it is in the clear.
    keys: Sequence[UUID] = ()

    @property
    def kind(self) -> str:
        """What it carries."""
        return "audio" if self.width is None else "video"


@dataclass(frozen=True, slots=True)
class MpdPeriod:
    """A stretch in which nothing jumps: when it begins, and where in the time of its tracks."""

    number: int
    starts_s: float
    media_starts_s: float
    tracks: Sequence[MpdTrack]

    @property
    def ends_s(self) -> float:
        """When what it has ends."""
        return max(
            self.starts_s - self.media_starts_s + last.start_ticks / scale + _seconds(last, scale)
            for last, scale in ((track.segments[-1], track.timescale) for track in self.tracks)
        )


def render_mpd(
    periods: Sequence[MpdPeriod],
    *,
    began_at: datetime,
    rewind_s: float,
    ahead_s: float,
    is_ended: bool,
) -> str:
    """Write the manifest; `ahead_s` is how long before its end a segment may be asked for."""
    mpd = Element("MPD", {"xmlns": "urn:mpeg:dash:schema:mpd:2011", "profiles": PROFILES})
    if any(track.keys for period in periods for track in period.tracks):
        for name, namespace in NAMESPACES.items():
            mpd.set(name, namespace)
    mpd.set("minBufferTime", "PT1S")
    mpd.set("maxSegmentDuration", f"PT{TARGET_DURATION_S}S")
    if is_ended:
        first_s = periods[0].starts_s if periods else 0.0
        mpd.set("type", "static")
        mpd.set("mediaPresentationDuration", _duration(periods[-1].ends_s - first_s))
    else:
        first_s = 0.0
        mpd.set("type", "dynamic")
        mpd.set("availabilityStartTime", write_instant(began_at))
        mpd.set("publishTime", NOW)
        mpd.set("minimumUpdatePeriod", _duration(UPDATE_PERIOD_S))
        mpd.set("timeShiftBufferDepth", _duration(min(rewind_s, REWIND_S)))
        mpd.set("suggestedPresentationDelay", _duration(TARGET_LATENCY_S))
        _add_service(mpd)
    for period in periods:
        clock = write_instant(began_at + timedelta(seconds=period.starts_s))
        element = _add_period(mpd, period, period.starts_s - first_s)
        for index, tracks in enumerate(_choices(period.tracks)):
            adaptation_set = _add_adaptation_set(element, index, tracks[0].kind)
            if keys := tracks[0].keys:
                add_content_protection(adaptation_set, keys[0], sorted(keys))
            if not is_ended:
                _add_clock(adaptation_set, clock, period, tracks[0])
            for track in tracks:
                _add_representation(adaptation_set, track, period, None if is_ended else ahead_s)
    if not is_ended:
        SubElement(mpd, "UTCTiming", schemeIdUri=CLOCK_IN_MANIFEST, value=NOW)
    indent(mpd)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(mpd, encoding="unicode") + "\n"


def _choices(tracks: Sequence[MpdTrack]) -> Sequence[Sequence[MpdTrack]]:
    """Put together what players may switch among: tracks of one coding."""
    found: dict[tuple[str, str], list[MpdTrack]] = {}
    for track in tracks:
        found.setdefault((track.kind, track.codec.partition(".")[0]), []).append(track)
    return list(found.values())


def _add_service(mpd: Element) -> None:
    service = SubElement(mpd, "ServiceDescription", id="0")
    SubElement(
        service,
        "Latency",
        referenceId="0",
        target=_milliseconds(TARGET_LATENCY_S),
        min=_milliseconds(CLOSEST_LATENCY_S),
        max=_milliseconds(FARTHEST_LATENCY_S),
    )
    SubElement(service, "PlaybackRate", min="0.95", max="1.05")


def _add_period(mpd: Element, period: MpdPeriod, starts_s: float) -> Element:
    return SubElement(mpd, "Period", id=f"p{period.number}", start=_duration(starts_s))


def _add_adaptation_set(period: Element, index: int, kind: str) -> Element:
    return SubElement(
        period,
        "AdaptationSet",
        id=str(index),
        contentType=kind,
        mimeType=f"{kind}/mp4",
        segmentAlignment="true",
        startWithSAP="1",
    )


def _add_clock(adaptation_set: Element, clock: str, period: MpdPeriod, track: MpdTrack) -> None:
    SubElement(
        adaptation_set,
        "ProducerReferenceTime",
        id="0",
        type="encoder",
        wallClockTime=clock,
        presentationTime=str(int(period.media_starts_s * track.timescale)),
    )


def _add_representation(
    adaptation_set: Element, track: MpdTrack, period: MpdPeriod, ahead_s: float | None
) -> None:
    representation = SubElement(
        adaptation_set,
        "Representation",
        id=track.name,
        bandwidth=str(track.bitrate_bps),
        codecs=track.codec,
    )
    for name, value in (
        ("width", track.width),
        ("height", track.height),
        ("audioSamplingRate", track.sample_rate_hz),
    ):
        if value is not None:
            representation.set(name, str(value))
    if track.channels is not None:
        SubElement(
            representation,
            "AudioChannelConfiguration",
            schemeIdUri=CHANNEL_CONFIGURATION,
            value=str(track.channels),
        )
    template = SubElement(
        representation,
        "SegmentTemplate",
        timescale=str(track.timescale),
        presentationTimeOffset=str(int(period.media_starts_s * track.timescale)),
        startNumber=str(track.segments[0].number),
        initialization=f"{track.name}/init-{track.head}.mp4",
        media=f"{track.name}/$Number$.m4s",
    )
    if ahead_s is not None:
        template.set("availabilityTimeOffset", f"{ahead_s:.3f}")
        template.set("availabilityTimeComplete", "false")
    _add_segments(template, track.segments)


def _add_segments(template: Element, segments: Sequence[MpdSegment]) -> None:
    timeline = SubElement(template, "SegmentTimeline")
    entry: Element | None = None
    ends_ticks = 0
    for segment in segments:
        duration = str(segment.duration_ticks)
        if entry is not None and entry.get("d") == duration and segment.start_ticks == ends_ticks:
            entry.set("r", str(int(entry.get("r", "0")) + 1))
        else:
            entry = SubElement(timeline, "S", t=str(segment.start_ticks), d=duration)
        ends_ticks = segment.start_ticks + segment.duration_ticks


def ahead_of_end_s(expected_s: float) -> float:
    """Tell how long before its end a segment of some length has its first part."""
    return max(0.0, expected_s - PART_TARGET_S)


def _seconds(segment: MpdSegment, timescale: int) -> float:
    return segment.duration_ticks / timescale


def _duration(seconds: float) -> str:
    return f"PT{seconds:.3f}S"


def _milliseconds(seconds: float) -> str:
    return str(round(seconds * 1000))
