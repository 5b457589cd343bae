"""HLS playlists (RFC 8216) of a timeline."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Final

from streamverse.mediakit.frames import round_half_up
from streamverse.mediakit.protection import UNPROTECTED, hls_key, hls_session_keys
from streamverse.mediakit.renditions import (
    LEAN_PICTURE_BPS,
    UNKNOWN_LANGUAGE,
    Bitrate,
    Locator,
    Stretch,
    display_name,
    escape_uri,
    family_rank,
    find_rendition,
    is_lean_sound,
    language_tag,
    measure_bitrate,
    printable,
    renditions,
    require_playable,
    stretches,
    voice,
)
from streamverse.mediakit.timeline import Timeline, Track, TrackKind

NO_BITRATE: Final = Bitrate(0, 0)
SDH: Final = (
    "public.accessibility.transcribes-spoken-dialog,public.accessibility.describes-music-and-sound"
)


@dataclass(frozen=True, slots=True)
class _Group:
    """Tracks that a variant lets viewers choose among, and what the costliest of them costs."""

    id: str
    tracks: Sequence[Track]
    bitrate: Bitrate
    is_lean: bool

    @property
    def codecs(self) -> list[str]:
        """What a player must decode to play any of them; subtitles come as plain text."""
        return [track.codec for track in self.tracks if track.kind is not TrackKind.TEXT]


@dataclass(frozen=True, slots=True)
class _Variant:
    """Pictures, sound and subtitles that play together."""

    video: Track | None
    sound: _Group | None
    subtitles: _Group | None

    @property
    def leader(self) -> Track:
        """The track whose playlist stands for the whole."""
        if self.video is not None:
            return self.video
        return next(group.tracks[0] for group in (self.sound, self.subtitles) if group)

    @property
    def quality(self) -> tuple[int, int, int]:
        """What a player should prefer: larger pictures, then frugal codings, then more sound."""
        video, sound = self.video, self.sound.tracks if self.sound else ()
        pixels = (video.width or 0) * (video.height or 0) if video else 0
        channels = max((track.channels or 0 for track in sound), default=0)
        return pixels, family_rank(video.codec) if video else 0, channels


def render_master(timeline: Timeline, locate: Locator) -> str:
    """Write the playlist that lists what there is to choose from."""
    require_playable(timeline)
    audio, text = _groups(timeline, TrackKind.AUDIO), _groups(timeline, TrackKind.TEXT)
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]
    lines += hls_session_keys(timeline)
    video = renditions(timeline, TrackKind.VIDEO)
    choices = product(video or [None], audio or [None], text or [None])
    variants = [
        _Variant(*choice) for choice in choices if _go_together(choice[0], choice[1], audio)
    ]
    used = [group for group in audio if any(group is variant.sound for variant in variants)]
    for kind, groups in (("AUDIO", used), ("SUBTITLES", text)):
        for group in groups:
            lines += _render_group(kind, group, groups[0], locate)
    ranking = sorted({variant.quality for variant in variants})
    has_codings = len({family_rank(track.codec) for track in video}) > 1
    has_ranges = any(track.dynamic_range.is_high for track in video)
    for variant in variants:
        attributes = _describe_variant(timeline, variant)
        if has_ranges and variant.video is not None:
            attributes.append(f"VIDEO-RANGE={variant.video.dynamic_range.upper()}")
        if has_codings:
            attributes.append(f"SCORE={ranking.index(variant.quality) + 1}.0")
        lines.append(f"#EXT-X-STREAM-INF:{','.join(attributes)}")
        lines.append(escape_uri(locate.media_playlist(variant.leader.name)))
    return _text(lines)


def render_media(timeline: Timeline, track_name: str, locate: Locator) -> str:
    """Write the playlist of the segments of one rendition."""
    require_playable(timeline)
    rendition = find_rendition(timeline, track_name)
    if rendition is None:
        raise LookupError(f"The timeline has no track named {track_name!r}.")
    runs = list(stretches(timeline, rendition))
    durations_s = [duration_s for run in runs for duration_s in _durations_s(run)]
    target_duration_s = max((timeline.target_duration_s, *map(round_half_up, durations_s)))
    lines = [
        "#EXTM3U",
        f"#EXT-X-VERSION:{8 if any(run.is_gap for run in runs) else 7}",
        f"#EXT-X-TARGETDURATION:{target_duration_s}",
        f"#EXT-X-MEDIA-SEQUENCE:{timeline.spans[0].first}",
        *_render_type(timeline),
        "#EXT-X-INDEPENDENT-SEGMENTS",
    ]
    earlier: Stretch | None = None
    key = UNPROTECTED
    for run in runs:
        before, key = key, key if run.is_gap else hls_key(run.span.package, run.track)
        lines += [] if key == before else [f"#EXT-X-KEY:{key}"]
        lines += _render_stretch(run, earlier, locate)
        earlier = run
    if timeline.is_ended:
        lines.append("#EXT-X-ENDLIST")
    return _text(lines)


def _groups(timeline: Timeline, kind: TrackKind) -> list[_Group]:
    """Make a group of every coding, all with the same members (RFC 8216, section 4.3.4.2.1).

    A voice that is not there in a group's coding is there in the one that it has.
    """
    by_coding: dict[tuple[str, bool], dict[str, Track]] = {}
    voices: dict[str, Track] = {}
    for track in renditions(timeline, kind):
        by_coding.setdefault((track.codec, is_lean_sound(track)), {})[voice(track)] = track
        voices.setdefault(voice(track), track)
    every = {
        coding: [coded.get(name, voices[name]) for name in voices]
        for coding, coded in by_coding.items()
    }
    return [
        _Group(f"{kind}-{index}", tracks, _costliest(timeline, tracks), is_lean)
        for index, ((_, is_lean), tracks) in enumerate(every.items())
    ]


def _go_together(video: Track | None, sound: _Group | None, groups: Sequence[_Group]) -> bool:
    """Tell whether sound is as lean as pictures, where its coding comes in both forms."""
    if sound is None:
        return True
    alike = {group.is_lean for group in groups if group.codecs == sound.codecs}
    is_lean = video is not None and video.target_bitrate_bps <= LEAN_PICTURE_BPS
    return len(alike) == 1 or sound.is_lean == is_lean


def _render_group(kind: str, group: _Group, first: _Group, locate: Locator) -> Iterator[str]:
    """List the members; beside address and channels they are named alike in every group."""
    members = first.tracks
    chosen = next((number for number, track in enumerate(members) if track.is_default), 0)
    for number, (track, name) in enumerate(zip(group.tracks, _unique_names(members), strict=True)):
        language = language_tag(track.language)
        is_default = kind == "AUDIO" and number == chosen
        attributes = [f"TYPE={kind}", f'GROUP-ID="{group.id}"', f"NAME={_quoted(name)}"]
        if language != UNKNOWN_LANGUAGE:
            attributes.append(f"LANGUAGE={_quoted(language)}")
        attributes += [f"DEFAULT={'YES' if is_default else 'NO'}", "AUTOSELECT=YES"]
        if track.is_forced:
            attributes.append("FORCED=YES")
        if track.is_sdh:
            attributes.append(f'CHARACTERISTICS="{SDH}"')
        if track.channels is not None:
            attributes.append(f'CHANNELS="{track.channels}"')
        attributes.append(f"URI={_quoted(escape_uri(locate.media_playlist(track.name)))}")
        yield f"#EXT-X-MEDIA:{','.join(attributes)}"


def _describe_variant(timeline: Timeline, variant: _Variant) -> list[str]:
    video, sound, subtitles = variant.video, variant.sound, variant.subtitles
    groups = [group for group in (sound, subtitles) if group is not None]
    bitrate = sum((group.bitrate for group in groups), NO_BITRATE)
    if video is not None:
        bitrate += measure_bitrate(timeline, video)
    codecs = [video.codec] if video else []
    codecs += [codec for group in groups for codec in group.codecs]
    attributes = [
        f"BANDWIDTH={bitrate.peak_bps}",
        f"AVERAGE-BANDWIDTH={bitrate.average_bps}",
        f"CODECS={_quoted(','.join(dict.fromkeys(codecs)))}",
    ]
    if video is not None and video.width is not None and video.height is not None:
        attributes.append(f"RESOLUTION={video.width}x{video.height}")
    if video is not None and video.frame_rate is not None:
        attributes.append(f"FRAME-RATE={float(video.frame_rate.per_second):.3f}")
    if sound is not None:
        attributes.append(f'AUDIO="{sound.id}"')
    if subtitles is not None:
        attributes.append(f'SUBTITLES="{subtitles.id}"')
    return attributes


def _costliest(timeline: Timeline, tracks: Sequence[Track]) -> Bitrate:
    measured = [measure_bitrate(timeline, track) for track in tracks]
    return Bitrate(
        max(bitrate.peak_bps for bitrate in measured),
        max(bitrate.average_bps for bitrate in measured),
    )


def _render_type(timeline: Timeline) -> Iterator[str]:
    if timeline.is_ended:
        yield "#EXT-X-PLAYLIST-TYPE:VOD"
    elif timeline.spans[0].first == 0:
        yield "#EXT-X-PLAYLIST-TYPE:EVENT"
        yield "#EXT-X-START:TIME-OFFSET=0"


def _render_stretch(run: Stretch, earlier: Stretch | None, locate: Locator) -> Iterator[str]:
    package_id, track_name = run.span.package.id, run.track.name
    if earlier is not None and not run.span.continues(earlier.span):
        yield "#EXT-X-DISCONTINUITY"
    locate_segment = locate.segment
    if run.track.kind is TrackKind.TEXT:
        locate_segment = locate.subtitles_segment
    elif not run.is_gap:
        uri = escape_uri(locate.init(package_id, track_name))
        yield f"#EXT-X-MAP:URI={_quoted(uri)}"
    for segment, duration_s in zip(run.segments, _durations_s(run), strict=True):
        if run.is_gap:
            yield "#EXT-X-GAP"
        yield f"#EXTINF:{_decimal(duration_s)},"
        yield escape_uri(locate_segment(package_id, track_name, segment.number))


def _durations_s(run: Stretch) -> Iterator[Fraction]:
    return (Fraction(segment.duration_ticks, run.track.timescale) for segment in run.segments)


def _decimal(duration_s: Fraction) -> str:
    microseconds = round_half_up(duration_s * 1_000_000)
    return f"{microseconds // 1_000_000}.{microseconds % 1_000_000:06d}"


def _unique_names(tracks: Sequence[Track]) -> Iterator[str]:
    seen: Counter[str] = Counter()
    for track in tracks:
        name = display_name(track)
        seen[name] += 1
        yield name if seen[name] == 1 else f"{name} ({seen[name]})"


def _quoted(text: str) -> str:
    return '"' + printable(text).replace('"', "'") + '"'


def _text(lines: Sequence[str]) -> str:
    return "\n".join(lines) + "\n"
