"""What is really served, taken apart by other people's parsers: ffprobe, m3u8 and mpegdash."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

import m3u8
import pytest
from mpegdash.parser import MPEGDASHParser

from streamverse.mediakit.ladder import CodecFamily
from tests.factories.media import beep_starts_ms, frame_numbers
from tests.factories.sites import EVERY_CODEC, H264, MakeSite, Site

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

ANNEX_B_SLICE = re.compile(rb"\x00\x00\x01([\x00-\xff])")
SLICE, IDR = 1, 5
FILMS = ("pattern", "high", "ntsc", "vfr", "portrait", "late_sound", "long", "silent", "sound")
FILMS_IN_EVERY_CODEC = ("surround", "hdr10", "edited", "languages", "covered")
LONGEST_SOUND_FRAME_S = Fraction(1536, 48_000)


@pytest.mark.parametrize(
    ("kind", "codecs"),
    [
        *((kind, H264) for kind in FILMS),
        *((kind, EVERY_CODEC) for kind in FILMS_IN_EVERY_CODEC),
    ],
)
async def test_what_is_served_conforms(
    make_site: MakeSite, kind: str, codecs: tuple[CodecFamily, ...]
):
    site = await make_site(kind, codecs)
    ticks = {track: check_playlist(site, track) for track in site.tracks}
    check_alignment(site, ticks)
    check_master(site)
    check_mpd(site, ticks)
    for manifest in ("master.m3u8", "manifest.mpd"):
        command = [str(site.tools.ffmpeg), "-v", "error", "-xerror", "-i", manifest]
        site.run([*command, "-map", "0", "-f", "null", "-"])


def check_playlist(site: Site, track: str) -> list[int]:
    """Check a rendition against its own samples, and tell how long each segment lasts."""
    playlist = site.playlist(track)
    assert playlist.is_endlist
    assert playlist.playlist_type == "vod"
    assert playlist.is_independent_segments
    assert int(playlist.version) >= 7
    assert playlist.media_sequence == 0
    assert not any(segment.discontinuity for segment in playlist.segments)
    timescale = site.timescale(track)
    ticks: list[int] = []
    following = site.packets(site.alone(track, 0))[0].dts
    for number, segment in enumerate(playlist.segments):
        packets = site.packets(site.alone(track, number))
        # No gap and no overlap: the first sample follows the last one of the segment before.
        assert packets[0].dts == following, (track, number)
        assert min(packet.pts for packet in packets) == sum(ticks)
        following = packets[-1].dts + packets[-1].duration
        ticks.append(sum(packet.duration for packet in packets))
        if segment is playlist.segments[-1] and track.startswith("a"):
            # The last frame of sound may be cut short, which its header does not tell ffprobe.
            told = round(segment.duration * timescale)
            assert 0 <= ticks[-1] - told < packets[-1].duration
            ticks[-1] = told
        assert segment.duration == pytest.approx(ticks[-1] / timescale, abs=1e-6)
        assert round(segment.duration) <= playlist.target_duration
        assert packets[0].is_key
        if track.startswith("v"):
            check_pictures(site, track, number, len(packets))
    return ticks


def check_pictures(site: Site, track: str, number: int, count: int) -> None:
    """Check that a segment can be decoded alone, and that H.264 begins with an IDR picture."""
    ffmpeg, path = str(site.tools.ffmpeg), str(site.alone(track, number))
    if "-" not in track:
        check_idr(site, track, number)
    decoded = site.run(
        [
            *(ffmpeg, "-v", "error", "-xerror", "-i", path, "-fps_mode", "passthrough"),
            *("-vf", "scale=2:2,format=gray", "-f", "rawvideo", "-"),
        ]
    )
    assert len(decoded) == count * 4


def check_idr(site: Site, track: str, number: int) -> None:
    ffmpeg, path = str(site.tools.ffmpeg), str(site.alone(track, number))
    to_annex_b = ("-c", "copy", "-bsf:v", "h264_mp4toannexb", "-f", "h264")
    bitstream = site.run([ffmpeg, "-v", "error", "-i", path, *to_annex_b, "-"])
    kinds = [found[1][0] & 0x1F for found in ANNEX_B_SLICE.finditer(bitstream)]
    slices = [kind for kind in kinds if kind in {SLICE, IDR}]
    assert slices[:1] == [IDR], (track, number)


def check_alignment(site: Site, ticks: dict[str, list[int]]) -> None:
    """Check that renditions change at the same instants, and sound with them."""
    reference = site.tracks[-1]
    for track in site.rungs:
        assert ticks[track] == ticks[reference]
        assert site.timescale(track) == site.timescale(reference)
    starts_s = starts(ticks[reference], site.timescale(reference))
    for track in site.tracks:
        own_s = starts(ticks[track], site.timescale(track))
        assert all(
            abs(own - wanted) <= LONGEST_SOUND_FRAME_S
            for own, wanted in zip(own_s[:-1], starts_s[:-1], strict=False)
        )


def starts(ticks: list[int], timescale: int) -> list[Fraction]:
    return [Fraction(sum(ticks[:number]), timescale) for number in range(len(ticks) + 1)]


def kind_of(site: Site, track: str) -> str:
    return site.stream(site.alone(track, 0))["codec_type"]


def check_master(site: Site) -> None:
    """Check that the master playlist says of each rendition what it is."""
    master = m3u8.loads(site.text("master.m3u8"))
    assert master.is_independent_segments
    sound = {media.uri.removesuffix(".m3u8") for media in master.media}
    assert sound == {track for track in site.tracks if track.startswith("a")}
    for group in {media.group_id for media in master.media}:
        members = [media for media in master.media if media.group_id == group]
        assert [media.default for media in members].count("YES") == 1
        assert len({media.name for media in members}) == len(members)
    listed = {variant.uri.removesuffix(".m3u8") for variant in master.playlists}
    assert listed >= set(site.rungs)
    for variant in master.playlists:
        check_variant(site, variant, sound)


def check_variant(site: Site, variant: Any, sound: set[str]) -> None:
    """Check what the master playlist says of one choice."""
    track = variant.uri.removesuffix(".m3u8")
    told, stream = variant.stream_info, site.stream(site.alone(track, 0))
    voices = {media.uri.removesuffix(".m3u8") for media in variant.media}
    peaks = [max((peak_bps(site, name) for name in names), default=0) for names in (voices,)]
    if kind_of(site, track) == "video":
        peaks.append(peak_bps(site, track))
        assert told.resolution == (stream["width"], stream["height"])
        rate = float(Fraction(stream["avg_frame_rate"]))
        assert told.frame_rate == pytest.approx(rate, abs=0.001)
        assert told.codecs.split(",")[0] == codec_of(stream)
        if told.video_range is not None:
            assert told.video_range == RANGES.get(stream.get("color_transfer"), "SDR")
    assert told.bandwidth >= max(peaks) - 1
    assert told.bandwidth <= sum(peaks) * 1.05 + 1
    assert told.average_bandwidth <= told.bandwidth
    codings = {CODINGS[site.stream(site.alone(name, 0))["codec_name"]] for name in voices}
    assert codings == set(told.codecs.split(",")) - {codec_of(stream)} or not site.rungs
    assert bool(voices) == bool(sound)


RANGES = {"smpte2084": "PQ", "arib-std-b67": "HLG"}
CODINGS = {"aac": "mp4a.40.2", "eac3": "ec-3", "opus": "Opus"}


def codec_of(stream: dict[str, Any]) -> str:
    """Name a coding of pictures by what ffprobe found in the stream."""
    level, is_deep = stream.get("level", 0), "10" in stream.get("pix_fmt", "")
    match stream["codec_name"]:
        case "h264":
            assert stream["profile"] == "High"
            return f"avc1.6400{level:02x}"
        case "hevc":
            return f"hvc1.{'2.4' if is_deep else '1.6'}.L{level}.90"
        case "av1":
            colours = ".0.111.09.16.09.0" if stream.get("color_transfer") == "smpte2084" else ""
            return f"av01.0.{level:02d}M.{'10' if is_deep else '08'}{colours}"
        case other:
            return CODINGS[other]


def peak_bps(site: Site, track: str) -> float:
    """Give the rate of the costliest segment that counts (RFC 8216 §4.1): no crumb at the end."""
    playlist = site.playlist(track)
    return max(
        len(site.read(segment.uri)) * 8 / segment.duration
        for segment in playlist.segments
        if segment.duration * 2 >= playlist.target_duration or len(playlist.segments) == 1
    )


def check_mpd(site: Site, ticks: dict[str, list[int]]) -> None:
    """Check that DASH leads to the same segments at the same times as HLS."""
    mpd = MPEGDASHParser.parse(site.text("manifest.mpd"))
    assert mpd.type == "static"
    (period,) = mpd.periods
    found = {
        representation.id: representation
        for adaptation_set in period.adaptation_sets
        for representation in adaptation_set.representations
    }
    assert sorted(found) == site.tracks
    for track, representation in found.items():
        (template,) = representation.segment_templates
        assert template.timescale == site.timescale(track)
        assert template.initialization == f"{track}/init.mp4"
        at, listed = 0, []
        for entry in template.segment_timelines[0].Ss:
            at = at if entry.t is None else entry.t
            for _ in range(1 + (entry.r or 0)):
                listed.append((at, entry.d))
                at += entry.d
        assert [duration for _, duration in listed] == ticks[track]
        assert [start for start, _ in listed] == [
            sum(ticks[track][:number]) for number in range(len(listed))
        ]
        numbers = range(template.start_number, template.start_number + len(listed))
        assert [template.media.replace("$Number$", str(n)) for n in numbers] == (
            site.segment_uris(track)
        )
        assert representation.bandwidth >= peak_bps(site, track) - 1


@pytest.mark.parametrize(("kind", "frames"), [("pattern", 180), ("high", 125), ("ntsc", 180)])
async def test_every_picture_is_there_once_in_every_rendition(
    make_site: MakeSite, kind: str, frames: int
):
    site = await make_site(kind)
    for track in site.rungs:
        assert frame_numbers(site.whole(track), site.tools) == list(range(frames))


async def test_sound_and_pictures_begin_together(make_site: MakeSite):
    site = await make_site("pattern")
    assert beep_starts_ms(site.whole("a0"), site.tools) == pytest.approx(
        [second * 1000 for second in range(6)], abs=21
    )


async def test_a_large_picture_comes_in_several_sizes(make_site: MakeSite):
    site = await make_site("high")
    assert site.rungs == ["v180", "v270", "v360", "v480", "v720"]
    sizes = [site.stream(site.alone(track, 0)) for track in site.rungs]
    assert [(size["width"], size["height"]) for size in sizes] == [
        *((320, 180), (480, 270), (640, 360), (854, 480), (1280, 720)),
    ]
    assert {size["pix_fmt"] for size in sizes} == {"yuv420p"}
    assert {size.get("sample_aspect_ratio", "1:1") for size in sizes} == {"1:1"}
