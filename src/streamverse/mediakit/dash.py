"""The DASH manifest (ISO/IEC 23009-1) of a timeline: one period for each span."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from streamverse.mediakit.frames import round_half_up
from streamverse.mediakit.protection import (
    NAMESPACES,
    add_content_protection,
    is_protected,
    key_ids,
)
from streamverse.mediakit.renditions import (
    Locator,
    display_name,
    escape_uri,
    family_rank,
    language_tag,
    measure_bitrate,
    require_playable,
    write_instant,
)
from streamverse.mediakit.timeline import Span, Timeline, Track, TrackKind

CHANNEL_CONFIGURATION: Final = "urn:mpeg:dash:23003:3:audio_channel_configuration:2011"
CLOCK_IN_MANIFEST: Final = "urn:mpeg:dash:utc:direct:2014"
ROLE: Final = "urn:mpeg:dash:role:2011"
SWITCHING: Final = "urn:mpeg:dash:adaptation-set-switching:2016"
BT_2020: Final = 9  # of primaries and of the matrix alike (ITU-T H.273)
PROFILE: Final = "urn:mpeg:dash:profile:isoff-live:2011"
UPDATE_PERIOD_S: Final = 2


def render_mpd(timeline: Timeline, locate: Locator, now: datetime) -> str:
    """Write the manifest as it is now; it stays the same once the timeline has ended."""
    require_playable(timeline)
    mpd = Element(
        "MPD",
        {
            "xmlns": "urn:mpeg:dash:schema:mpd:2011",
            **(NAMESPACES if is_protected(timeline) else {}),
            "profiles": PROFILE,
            "type": "static" if timeline.is_ended else "dynamic",
            "minBufferTime": f"PT{timeline.target_duration_s}S",
            "maxSegmentDuration": _duration(_longest_segment_s(timeline)),
        },
    )
    expected_ms = timeline.expected_duration_ms
    if expected_ms is not None:
        mpd.set("mediaPresentationDuration", _duration(Fraction(expected_ms, 1000)))
    if not timeline.is_ended:
        mpd.set("availabilityStartTime", write_instant(available_since(timeline, now)))
        mpd.set("publishTime", write_instant(now))
        mpd.set("minimumUpdatePeriod", f"PT{UPDATE_PERIOD_S}S")
    start_s = Fraction()
    for index, span in enumerate(span for span in timeline.spans if span.numbers):
        _add_period(mpd, f"p{index}", start_s, Timeline((span,), timeline.started_at), locate)
        start_s += span.duration_s
    if not timeline.is_ended:
        SubElement(mpd, "UTCTiming", schemeIdUri=CLOCK_IN_MANIFEST, value=write_instant(now))
    indent(mpd)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(mpd, encoding="unicode") + "\n"


def available_since(timeline: Timeline, now: datetime) -> datetime:
    """Choose `availabilityStartTime` so that players believe whatever is listed to be there.

    They expect a segment once the wall clock has passed its end. An encoder is faster than the
    clock, so the clock gets a start of the whole expected duration, which does not change from
    one update to the next.
    """
    elapsed = now - timeline.started_at
    ahead = timedelta(milliseconds=timeline.playable_duration_ms) - elapsed
    expected = timedelta(milliseconds=timeline.expected_duration_ms or 0)
    return timeline.started_at - max(expected, ahead, timedelta())


def _add_period(mpd: Element, id_: str, start_s: Fraction, part: Timeline, locate: Locator) -> None:
    (span,) = part.spans
    period = SubElement(mpd, "Period", id=id_, start=_duration(start_s))
    if part.is_ended:
        period.set("duration", _duration(span.duration_s))
    choices: dict[tuple[str, ...], list[Track]] = {}
    for track in span.package.tracks:
        if span.numbers_in(track):
            choices.setdefault(_choice(track), []).append(track)
    sets = list(choices.values())
    for index in range(len(sets)):
        _add_adaptation_set(period, index, sets, part, locate)


def _choice(track: Track) -> tuple[str, ...]:
    """Players switch freely between tracks that agree in this, and ask people about the rest."""
    if track.kind is TrackKind.VIDEO:
        return track.kind, str(family_rank(track.codec)), track.dynamic_range
    language, role = language_tag(track.language), _subtitle_role(track)
    return track.kind, language, track.label or "", track.codec, role


def _subtitle_role(track: Track) -> str:
    """Name what subtitles are for (ISO/IEC 23009-1, 5.8.5.5)."""
    if track.is_forced:
        return "forced-subtitle"
    return "caption" if track.is_sdh else "subtitle"


def _add_adaptation_set(
    period: Element, index: int, sets: Sequence[Sequence[Track]], part: Timeline, locate: Locator
) -> None:
    tracks = sets[index]
    first, kind = tracks[0], tracks[0].kind
    is_text = kind is TrackKind.TEXT
    mime_type = "text/vtt" if is_text else f"{kind}/mp4"
    adaptation_set = SubElement(
        period,
        "AdaptationSet",
        id=str(index),
        contentType=kind,
        mimeType=mime_type,
    )
    if not is_text:
        adaptation_set.set("segmentAlignment", "true")
        adaptation_set.set("startWithSAP", "1")
    if first.key_id is not None:
        package = part.spans[0].package
        license_url = escape_uri(locate.license(package.id))
        add_content_protection(adaptation_set, first.key_id, key_ids(package), license_url)
    if kind is TrackKind.VIDEO:
        _add_pictures(adaptation_set, index, sets)
    else:
        adaptation_set.set("lang", language_tag(first.language))
    if first.label is not None:
        SubElement(adaptation_set, "Label").text = display_name(first)
    if is_text:
        role = _subtitle_role(first)
        SubElement(adaptation_set, "Role", schemeIdUri=ROLE, value=role)
    if first.is_default:
        SubElement(adaptation_set, "Role", schemeIdUri=ROLE, value="main")
    for track in tracks:
        if is_text:
            _add_subtitles(adaptation_set, track, part, locate)
        else:
            _add_representation(adaptation_set, track, part, locate)


def _add_subtitles(adaptation_set: Element, track: Track, part: Timeline, locate: Locator) -> None:
    """Name subtitles as one file beside the segments, which every player reads."""
    (span,) = part.spans
    bandwidth = str(measure_bitrate(part, track).peak_bps)
    representation = SubElement(
        adaptation_set, "Representation", id=track.name, bandwidth=bandwidth
    )
    uri = escape_uri(locate.subtitles(span.package.id, track.name))
    SubElement(representation, "BaseURL").text = uri
    if span.first:
        start_ticks = track.duration_ticks(range(span.first))
        SubElement(
            representation,
            "SegmentBase",
            timescale=str(track.timescale),
            presentationTimeOffset=str(start_ticks),
        )


def _add_pictures(adaptation_set: Element, index: int, sets: Sequence[Sequence[Track]]) -> None:
    """Say how bright the pictures are, which coding to prefer, and between which to switch."""
    first = sets[index][0]
    if first.dynamic_range.is_high:
        for scheme, value in (
            ("ColourPrimaries", BT_2020),
            ("TransferCharacteristics", first.dynamic_range.transfer_characteristics),
            ("MatrixCoefficients", BT_2020),
        ):
            _add_property(adaptation_set, f"urn:mpeg:mpegB:cicp:{scheme}", str(value))
    others = [
        str(other)
        for other, (track, *_) in enumerate(sets)
        if other != index
        and track.kind is TrackKind.VIDEO
        and track.dynamic_range is first.dynamic_range
    ]
    if others:
        _add_property(adaptation_set, SWITCHING, ",".join(others))
    if sum(tracks[0].kind is TrackKind.VIDEO for tracks in sets) > 1:
        adaptation_set.set("selectionPriority", str(family_rank(first.codec) + 1))


def _add_property(adaptation_set: Element, scheme: str, value: str) -> None:
    SubElement(adaptation_set, "SupplementalProperty", schemeIdUri=scheme, value=value)


def _add_representation(
    adaptation_set: Element, track: Track, part: Timeline, locate: Locator
) -> None:
    bandwidth = str(measure_bitrate(part, track).peak_bps)
    representation = SubElement(
        adaptation_set, "Representation", id=track.name, bandwidth=bandwidth, codecs=track.codec
    )
    if track.width is not None and track.height is not None:
        representation.set("width", str(track.width))
        representation.set("height", str(track.height))
        representation.set("sar", "1:1")
    if track.frame_rate is not None:
        representation.set("frameRate", str(track.frame_rate))
    if track.sample_rate_hz is not None:
        representation.set("audioSamplingRate", str(track.sample_rate_hz))
    if track.channels is not None:
        SubElement(
            representation,
            "AudioChannelConfiguration",
            schemeIdUri=CHANNEL_CONFIGURATION,
            value=str(track.channels),
        )
    _add_segments(representation, track, part.spans[0], locate)


def _add_segments(representation: Element, track: Track, span: Span, locate: Locator) -> None:
    package, reference = span.package, span.package.reference
    period_starts_s = Fraction(reference.start_ticks(span.first), reference.timescale)
    template = SubElement(
        representation,
        "SegmentTemplate",
        timescale=str(track.timescale),
        presentationTimeOffset=str(int(period_starts_s * track.timescale)),
        startNumber=str(span.first),
        # In these addresses `$$` stands for a single one.
        initialization=escape_uri(locate.init(package.id, track.name)).replace("$", "$$"),
        media=escape_uri(locate.segment_template(package.id, track.name)),
    )
    segment_timeline = SubElement(template, "SegmentTimeline")
    start_ticks = track.start_ticks(span.first)
    entry: Element | None = None
    for segment in track.numbered(span.numbers_in(track)):
        # What says itself where it begins may leave a gap, which has to be named.
        begins_ticks = start_ticks if segment.start_ticks is None else segment.start_ticks
        duration = str(segment.duration_ticks)
        if entry is not None and entry.get("d") == duration and begins_ticks == start_ticks:
            entry.set("r", str(int(entry.get("r", "0")) + 1))
        else:
            entry = SubElement(segment_timeline, "S", t=str(begins_ticks), d=duration)
        start_ticks = begins_ticks + segment.duration_ticks


def _longest_segment_s(timeline: Timeline) -> Fraction:
    return max(
        Fraction(segment.duration_ticks, track.timescale)
        for span in timeline.spans
        for track in span.package.tracks
        for segment in track.numbered(span.numbers_in(track))
    )


def _duration(duration_s: Fraction) -> str:
    milliseconds = round_half_up(duration_s * 1000)
    return f"PT{milliseconds // 1000}.{milliseconds % 1000:03d}S"
