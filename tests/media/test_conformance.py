"""What is really served, taken apart by other people's parsers: ffprobe, m3u8 and mpegdash."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import m3u8
import pytest
from mpegdash.parser import MPEGDASHParser

from streamverse.mediakit.ffmpeg import Tools
from tests.conftest import Clients
from tests.factories.media import MediaFactory, beep_starts_ms, frame_numbers
from tests.factories.pipeline import WorkOff, fetch, make_film, play

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

ANNEX_B_SLICE = re.compile(rb"\x00\x00\x01([\x00-\xff])")
SLICE, IDR = 1, 5
FILMS = ("pattern", "high", "ntsc", "vfr", "portrait", "late_sound", "long", "silent", "sound")


@dataclass(frozen=True)
class Site:
    """Everything that a player can reach from the two manifests, as files of the same names."""

    folder: Path
    tools: Tools

    def read(self, name: str) -> bytes:
        return (self.folder / name).read_bytes()

    def text(self, name: str) -> str:
        return self.read(name).decode()

    def playlist(self, track: str) -> Any:
        return m3u8.loads(self.text(f"{track}.m3u8"))

    @property
    def tracks(self) -> list[str]:
        return sorted(path.stem for path in self.folder.glob("[av]*.m3u8"))

    @property
    def rungs(self) -> list[str]:
        return [track for track in self.tracks if track.startswith("v")]

    def segment_uris(self, track: str) -> list[str]:
        return [segment.uri for segment in self.playlist(track).segments]

    def alone(self, track: str, number: int) -> Path:
        """Join a segment with its head, and with nothing else."""
        path = self.folder / f"{track}-{number}.mp4"
        uri = self.segment_uris(track)[number]
        path.write_bytes(self.read(f"{track}/init.mp4") + self.read(uri))
        return path

    def whole(self, track: str) -> Path:
        path = self.folder / f"{track}.mp4"
        segments = b"".join(map(self.read, self.segment_uris(track)))
        path.write_bytes(self.read(f"{track}/init.mp4") + segments)
        return path

    def packets(self, path: Path) -> list[Packet]:
        found = self.probe(path, "-show_packets", "-show_entries", "packet=pts,dts,duration,flags")
        return [
            Packet(int(p["pts"]), int(p["dts"]), int(p["duration"]), p["flags"].startswith("K"))
            for p in found["packets"]
        ]

    def stream(self, path: Path) -> dict[str, Any]:
        (found,) = self.probe(path, "-show_streams")["streams"]
        return found

    def timescale(self, track: str) -> int:
        base = self.stream(self.alone(track, 0))["time_base"]
        return Fraction(base).denominator

    def probe(self, path: Path, *questions: str) -> dict[str, Any]:
        command = [str(self.tools.ffprobe), "-v", "error", *questions, "-of", "json", str(path)]
        return json.loads(self.run(command))

    def run(self, command: list[str]) -> bytes:
        done = subprocess.run(command, check=True, capture_output=True, timeout=60, cwd=self.folder)
        assert done.stderr == b"", done.stderr
        return done.stdout


@dataclass(frozen=True)
class Packet:
    pts: int
    dts: int
    duration: int
    is_key: bool


MakeSite = Callable[[str], Awaitable[Site]]


@pytest.fixture
def make_site(clients: Clients, work_off: WorkOff, media: MediaFactory, tmp_path: Path) -> MakeSite:
    """Let a film go the whole way, then fetch what a player is led to."""

    async def make(kind: str) -> Site:
        title_id = await make_film(clients.owner, work_off, media.make(kind))
        started = await play(clients.viewer, title_id)
        folder = tmp_path / "site"
        base = started["hls_url"].removesuffix("master.m3u8")

        async def save(name: str) -> str:
            answer = await fetch(clients.nobody, base + name)
            assert answer.status_code == 200, name
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(answer.content)
            return answer.text if name.endswith((".m3u8", ".mpd")) else ""

        await save("manifest.mpd")
        master = m3u8.loads(await save("master.m3u8"))
        for uri in {p.uri for p in master.playlists} | {m.uri for m in master.media}:
            playlist = m3u8.loads(await save(uri))
            for segment in playlist.segments:
                await save(segment.uri)
            await save(playlist.segment_map[0].uri)
        return Site(folder, media.tools)

    return make


@pytest.mark.parametrize("kind", FILMS)
async def test_what_is_served_conforms(make_site: MakeSite, kind: str):
    site = await make_site(kind)
    ticks = {track: check_playlist(site, track) for track in site.tracks}
    check_alignment(site, ticks)
    check_master(site)
    check_mpd(site, ticks)
    for manifest in ("master.m3u8", "manifest.mpd"):
        command = [str(site.tools.ffmpeg), "-v", "error", "-xerror", "-i", manifest]
        site.run([*command, "-f", "null", "-"])


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
        assert segment.duration == pytest.approx(ticks[-1] / timescale, abs=1e-6)
        assert round(segment.duration) <= playlist.target_duration
        assert packets[0].is_key
        if track.startswith("v"):
            check_pictures(site, track, number, len(packets))
    return ticks


def check_pictures(site: Site, track: str, number: int, count: int) -> None:
    """Check that a segment begins with an IDR picture and can be decoded alone."""
    ffmpeg, path = str(site.tools.ffmpeg), str(site.alone(track, number))
    to_annex_b = ("-c", "copy", "-bsf:v", "h264_mp4toannexb", "-f", "h264")
    bitstream = site.run([ffmpeg, "-v", "error", "-i", path, *to_annex_b, "-"])
    kinds = [found[1][0] & 0x1F for found in ANNEX_B_SLICE.finditer(bitstream)]
    slices = [kind for kind in kinds if kind in {SLICE, IDR}]
    assert slices[:1] == [IDR], (track, number)
    decoded = site.run(
        [
            *(ffmpeg, "-v", "error", "-xerror", "-i", path, "-fps_mode", "passthrough"),
            *("-vf", "scale=2:2,format=gray", "-f", "rawvideo", "-"),
        ]
    )
    assert len(decoded) == count * 4


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
            abs(own - wanted) <= Fraction(1024, 48_000)
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
    sound = [media.uri.removesuffix(".m3u8") for media in master.media]
    assert sound == [track for track in site.tracks if track.startswith("a")]
    for variant in master.playlists:
        track = variant.uri.removesuffix(".m3u8")
        told, stream = variant.stream_info, site.stream(site.alone(track, 0))
        peaks = [peak_bps(site, name) for name in {track, *sound[:1]}]
        assert told.bandwidth >= max(peaks) - 1
        assert told.bandwidth <= sum(peaks) * 1.01 + 1
        assert told.average_bandwidth <= told.bandwidth
        if kind_of(site, track) == "video":
            assert told.resolution == (stream["width"], stream["height"])
            assert told.frame_rate == pytest.approx(
                float(Fraction(stream["avg_frame_rate"])), abs=0.001
            )
            level = f"avc1.64{'00'}{stream['level']:02x}"
            assert stream["profile"] == "High"
            assert told.codecs.split(",")[0] == level
        assert ("mp4a.40.2" in told.codecs) == bool(sound or not site.rungs)


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
    assert site.rungs == ["v360", "v480", "v720"]
    sizes = [site.stream(site.alone(track, 0)) for track in site.rungs]
    assert [(size["width"], size["height"]) for size in sizes] == [
        *((640, 360), (854, 480), (1280, 720)),
    ]
    assert {size["pix_fmt"] for size in sizes} == {"yuv420p"}
    assert {size.get("sample_aspect_ratio", "1:1") for size in sizes} == {"1:1"}
