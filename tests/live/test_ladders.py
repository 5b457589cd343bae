"""Smaller renditions beside what is sent: real pictures, encoded by the real ffmpeg."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import m3u8
import pytest

from streamverse.domains.live.contracts import StreamId
from streamverse.domains.live.service.broadcasts import Broadcast
from streamverse.domains.live.service.edge import LiveSegment, LiveTrack
from streamverse.domains.live.service.ladders import LadderDesk
from streamverse.mediakit.ffmpeg import Tools
from streamverse.mediakit.ingest.samples import CLOCK_HZ, Sample
from streamverse.mediakit.ladder import DynamicRange
from streamverse.mediakit.live.rungs import choose_live_rungs, range_of, rate_of
from streamverse.mediakit.picture import TRANSFERS, map_tones
from tests.conftest import Clients
from tests.factories.media import frame_numbers
from tests.factories.pipeline import WorkOff, eventually, play
from tests.factories.samples import Filmed, film
from tests.live.conftest import FRAME, Channel, Publisher, make_stream
from tests.live.test_edge import Player, watch
from tests.live.test_recordings import download

if TYPE_CHECKING:
    from streamverse.app.resources import Resources

H264 = ("-c:v", "libx264", "-preset", "ultrafast")
HEVC = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none")


@dataclass
class Show:
    """A publisher of real pictures, who waits for the rungs as life would."""

    channel: Channel
    publisher: Publisher
    sent: int = 0

    @property
    def broadcast(self) -> Broadcast:
        """What goes out."""
        (broadcast,) = (
            one for one in self.channel.desk.broadcasts if one.stream.id == self.channel.id
        )
        return broadcast

    def track(self, name: str) -> LiveTrack:
        """Give a rendition."""
        return self.broadcast.edge.tracks[name]

    async def send(self, samples: Sequence[Sample], rungs: Sequence[str]) -> None:
        """Send pictures, a second at a time, when the rungs have got as far as that."""
        for first in range(0, len(samples), 30):
            for sample in samples[first : first + 30]:
                self.publisher.receiver.on_sample(sample)
                self.sent = sample.decode_ticks
            await self.caught_up(rungs)

    async def caught_up(self, rungs: Sequence[str]) -> None:
        """Wait until rungs have got as far as what was sent."""
        for name in rungs:
            await eventually(lambda name=name: self._is_near(name))

    async def _is_near(self, name: str) -> bool:
        track = self.broadcast.edge.tracks.get(name)
        if track is None or not track.segments:
            return self.sent < CLOCK_HZ
        last, sent = track.segments[-1], self.track("v").segments[-1]
        return _ends(last) > _ends(sent) - CLOCK_HZ // 2


def _ends(segment: LiveSegment) -> int:
    return segment.start_ticks + segment.duration_ticks


@pytest.fixture
async def tools(resources: Resources) -> Tools:
    """Give the programs."""
    return resources.tools


@pytest.fixture
async def channel(clients: Clients, resources: Resources) -> AsyncGenerator[Channel]:
    """Let there be a stream with smaller renditions, on a machine that has room for them."""
    stream = await make_stream(clients, ladder="smaller")
    key = (await clients.owner.get(f"/live/streams/{stream['id']}/key")).json()["key"]
    desk = resources.live_desk
    desk.ladders = LadderDesk(resources.tools.ffmpeg, 100)
    yield Channel(desk, StreamId(UUID(stream["id"])), key)
    await desk.end_all()


async def begin(channel: Channel, filmed: Filmed) -> Show:
    """Let somebody begin to send."""
    publisher = await channel.connect()
    publisher.receiver.on_format(filmed.media)
    return Show(channel, publisher)


async def numbers_shown(player: Player, name: str, tools: Tools, folder: Path) -> list[int]:
    """Read the numbers that all pictures of a rendition carry."""
    playlist = await player.playlist(name)
    uris = [f"{name}/init-0.mp4", *(str(one.uri) for one in playlist.segments if one.uri)]
    path = folder / f"{name}.mp4"
    path.write_bytes(b"".join([(await player.get(uri)).content for uri in uris]))
    return frame_numbers(path, tools)


async def test_rungs_show_the_same_pictures_in_segments_of_the_same_numbers(
    clients: Clients, channel: Channel, tools: Tools, tmp_path: Path
):
    filmed = await film(tools, tmp_path, seconds=7)
    show = await begin(channel, filmed)
    await show.send(filmed.samples, ["v480", "v360"])
    await channel.settle()
    player = await watch(clients, channel)
    shown = {name: await numbers_shown(player, name, tools, tmp_path) for name in ("v", "v480")}
    assert shown == {"v": list(range(180)), "v480": list(range(180))}
    for name in ("v480", "v360"):
        segments = zip(show.track("v").segments[:3], show.track(name).segments[:3], strict=True)
        for sent, made in segments:
            assert made.number == sent.number
            assert (made.start_ticks, made.duration_ticks) == (
                sent.start_ticks,
                sent.duration_ticks,
            )
            assert made.starts_at == sent.starts_at
            assert (made.is_independent, made.is_whole) == (True, True)
            assert [line.duration_s for line in made.lines] == [
                line.duration_s for line in sent.lines
            ]
    master = m3u8.loads((await player.get("master.m3u8")).text)
    assert [(one.uri, one.stream_info.resolution) for one in master.playlists] == [
        ("v.m3u8", (1280, 720)),
        ("v480.m3u8", (854, 480)),
        ("v360.m3u8", (640, 360)),
    ]
    reports = (await player.playlist("v360")).rendition_reports
    assert [(report.uri, report.last_msn) for report in reports] == [
        ("v.m3u8", 3),
        ("v480.m3u8", 3),
    ]


async def test_an_encoder_that_dies_leaves_a_gap_and_nothing_else(
    clients: Clients, channel: Channel, tools: Tools, tmp_path: Path
):
    filmed = await film(tools, tmp_path, seconds=11)
    show = await begin(channel, filmed)
    await show.send(filmed.samples[:90], ["v480", "v360"])
    kill_encoder()
    await eventually(lambda: _is_offered(show, "v360", is_it=False))
    # The rest of its segment and all of the next have nothing of the rungs.
    await show.send(filmed.samples[90:175], [])
    player = await watch(clients, channel)
    master = m3u8.loads((await player.get("master.m3u8")).text)
    assert [one.uri for one in master.playlists] == ["v.m3u8"]
    await show.send(filmed.samples[175:], ["v360"])
    show.publisher.receiver.on_end("The publisher hung up.")
    await eventually(lambda: _is_offered(show, "v360", is_it=True))
    await eventually(lambda: _is_whole(show, "v360", 5))
    await channel.settle()
    assert await numbers_shown(player, "v", tools, tmp_path) == list(range(330))
    playlist = await player.playlist("v360")
    gaps = [one.uri for one in playlist.segments if one.gap_tag]
    assert gaps[0] == "v360/1.m4s"
    assert [(await player.get(str(uri))).status_code for uri in gaps] == [404] * len(gaps)
    played = [one.uri for one in playlist.segments if one.uri and not one.gap_tag]
    assert (played[0], played[-1]) == ("v360/0.m4s", "v360/5.m4s")
    assert len(gaps) + len(played) == 6


async def _is_offered(show: Show, name: str, *, is_it: bool) -> bool:
    return show.track(name).is_offered is is_it


async def _is_whole(show: Show, name: str, number: int) -> bool:
    segment = show.track(name).find(number)
    return segment is not None and segment.is_whole


def kill_encoder() -> None:
    """End the encoder of this process's broadcasts, as the kernel does when memory is short."""
    signal_encoder(signal.SIGKILL)


def signal_encoder(what: signal.Signals) -> None:
    """Tell the encoder of this process's broadcasts to end, to stop or to go on."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            arguments = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if parent == os.getpid() and b"force_key_frames" in arguments:
            os.kill(int(folder.name), what)


@pytest.mark.parametrize(
    ("coding", "made"),
    [
        (HEVC, ["v480-again", "v360"]),
        (
            ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv444p"),
            ["v480-again", "v360"],
        ),
        (("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"), ["v360"]),
    ],
    ids=["hevc", "full colour", "for all"],
)
async def test_what_is_not_for_every_device_is_there_in_its_own_size(
    coding: Sequence[str], made: list[str], channel: Channel, tools: Tools, tmp_path: Path
):
    filmed = await film(tools, tmp_path, *coding, seconds=3, size=(854, 480))
    show = await begin(channel, filmed)
    await show.send(filmed.samples, made)
    tracks = show.broadcast.edge.tracks
    assert sorted(tracks) == sorted(["v", *made])
    assert [(tracks[name].heads[0].codec[:4], tracks[name].height) for name in made] == [
        ("avc1", int(name[1:4])) for name in made
    ]


@pytest.mark.parametrize(("transfer", "dynamic_range"), [(16, "pq"), (18, "hlg"), (1, "sdr")])
async def test_bright_pictures_are_made_what_every_screen_shows(
    transfer: int, dynamic_range: str, channel: Channel, tools: Tools, tmp_path: Path
):
    colours = f"log-level=none:colorprim=9:transfer={transfer}:colormatrix=9"
    coding = (*HEVC[:4], "-pix_fmt", "yuv420p10le", "-x265-params", colours)
    filmed = await film(tools, tmp_path, *coding, seconds=3, size=(854, 480))
    assert range_of(filmed.media) == dynamic_range
    show = await begin(channel, filmed)
    await show.send(filmed.samples, ["v480-again", "v360"])
    made = show.track("v480-again")
    path = tmp_path / "made.mp4"
    path.write_bytes(bytes(made.heads[0]) + made.segments[0].payload)
    expected = ["scale=854:480", "format=yuv420p"]
    if dynamic_range != "sdr":
        expected = map_tones(TRANSFERS[DynamicRange(dynamic_range)], 854, 480)
    sent_light = brightness(tools, tmp_path / "480.flv", expected)
    assert brightness(tools, path, ["null"]) == pytest.approx(sent_light, abs=2)


def brightness(tools: Tools, path: Path, filters: Sequence[str]) -> float:
    """Measure how bright the first picture is on the whole, behind some filters."""
    shown = ",".join([*filters, "scale=1:1:flags=area", "format=gray"])
    done = subprocess.run(
        [
            *(str(tools.ffmpeg), "-v", "error", "-nostdin", "-i", str(path), "-vf", shown),
            *("-frames:v", "1", "-f", "rawvideo", "-"),
        ],
        check=True,
        capture_output=True,
        timeout=60,
    )
    return float(done.stdout[0])


async def test_rare_keyframes_bring_a_rung_of_the_same_size(
    channel: Channel, tools: Tools, tmp_path: Path
):
    coding = (*H264, "-pix_fmt", "yuv420p", "-g", "180")
    filmed = await film(tools, tmp_path, *coding, seconds=13, size=(854, 480))
    show = await begin(channel, filmed)
    await show.send(filmed.samples, ["v360"])
    sent, same = show.track("v").segments, show.track("v480-again").segments
    assert [one.is_independent for one in sent[:4]] == [True, False, True, False]
    assert [(one.number, one.is_independent) for one in same[:2]] == [(2, True), (3, True)]
    assert [one.is_independent for one in show.track("v360").segments[:4]] == [True] * 4


async def test_another_size_in_one_connection_brings_its_own_rungs_and_touches_no_other_stream(
    clients: Clients, channel: Channel, tools: Tools, tmp_path: Path
):
    other = await make_stream(clients, name="Beside it")
    key = (await clients.owner.get(f"/live/streams/{other['id']}/key")).json()["key"]
    beside = await Channel(channel.desk, StreamId(UUID(other["id"])), key).connect()
    beside.begin()
    beside.send(3)
    large = await film(tools, tmp_path, seconds=4)
    small = await film(tools, tmp_path, seconds=4, size=(854, 480))
    show = await begin(channel, large)
    await show.send(large.samples, ["v480", "v360"])
    beside.send(3)
    show.publisher.receiver.on_format(small.media)
    behind = [at_later(one, large.samples[-1].decode_ticks + FRAME) for one in small.samples]
    await show.send(behind, ["v360"])
    beside.send(2)
    await channel.settle()
    assert len(channel.desk.broadcasts) == 2
    player = await watch(clients, channel)
    playlist = await player.playlist("v360")
    assert [one.discontinuity for one in playlist.segments if one.uri].count(True) == 1
    assert sorted({one.head for one in show.track("v360").segments}) == [0, 1]
    assert [(one.width, one.height) for one in show.track("v").heads] == [(1280, 720), (854, 480)]
    neighbour = channel.desk.find(StreamId(UUID(other["id"])))
    assert neighbour is not None
    assert {one.head for one in neighbour.edge.tracks["v"].segments} == {0}
    assert (show.publisher.line.closed, beside.line.closed) == ([], [])


def at_later(sample: Sample, later_ticks: int) -> Sample:
    """Move a picture to a later time."""
    return replace(
        sample,
        decode_ticks=sample.decode_ticks + later_ticks,
        present_ticks=sample.present_ticks + later_ticks,
    )


async def test_a_machine_without_room_makes_fewer_and_says_so(
    channel: Channel, tools: Tools, tmp_path: Path
):
    # 720p of 30 pictures a second read, and 360p of them made.
    channel.desk.ladders.processors = 0.3
    filmed = await film(tools, tmp_path, seconds=3)
    show = await begin(channel, filmed)
    await show.send(filmed.samples, ["v360"])
    assert list(show.broadcast.edge.tracks) == ["v", "v360"]
    ladder = show.broadcast.ladder
    assert ladder is not None
    assert ladder.left_out == ["v480"]


async def test_a_silence_of_the_publisher_is_no_slow_machine(
    channel: Channel, tools: Tools, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    filmed = await film(tools, tmp_path, seconds=6)
    show = await begin(channel, filmed)
    await show.send(filmed.samples[:75], ["v480", "v360"])
    await show.send([at_later(one, 9 * CLOCK_HZ) for one in filmed.samples[75:]], ["v480", "v360"])
    assert "too slow" not in caplog.text
    for name in ("v480", "v360"):
        assert [one.is_gap for one in show.track(name).segments] == [False] * len(
            show.track("v").segments
        )


async def test_a_machine_that_is_busy_for_a_moment_catches_up(
    channel: Channel, tools: Tools, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    filmed = await film(tools, tmp_path, seconds=11)
    show = await begin(channel, filmed)
    await show.send(filmed.samples[:60], ["v480", "v360"])
    signal_encoder(signal.SIGSTOP)
    await show.send(filmed.samples[60:240], [])
    signal_encoder(signal.SIGCONT)
    await show.caught_up(["v480", "v360"])
    await show.send(filmed.samples[240:], ["v480", "v360"])
    assert "too slow" not in caplog.text
    assert [one.is_gap for one in show.track("v480").segments] == [False] * 6


async def test_what_a_slow_machine_gave_up_is_tried_for_the_next_publisher(
    channel: Channel, tools: Tools, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    filmed = await film(tools, tmp_path, seconds=14)
    show = await begin(channel, filmed)
    await show.send(filmed.samples[:60], ["v480", "v360"])
    signal_encoder(signal.SIGSTOP)
    await show.send(filmed.samples[60:310], [])
    await eventually(lambda: _is_offered(show, "v360", is_it=False))
    assert "too slow for the rungs v480, v360" in caplog.text
    # The next keyframe begins with what is left.
    await show.send(filmed.samples[310:390], [])
    await show.send(filmed.samples[390:], ["v360"])
    ladder = show.broadcast.ladder
    assert ladder is not None
    assert (ladder.left_out, show.track("v480").is_offered) == (["v480"], False)
    broadcast = show.broadcast
    show.publisher.receiver.on_end("The publisher hung up.")
    again = await begin(channel, filmed)
    assert again.broadcast is broadcast
    again.sent = broadcast.edge.tracks["v"].segments[-1].start_ticks
    for sample in filmed.samples[:60]:
        again.publisher.receiver.on_sample(sample)
    await eventually(lambda: _is_offered(again, "v480", is_it=True))
    assert ladder.left_out == []


async def test_the_room_of_a_ladder_is_free_as_soon_as_its_broadcast_ends(
    channel: Channel, tools: Tools, tmp_path: Path
):
    desk = channel.desk.ladders
    # Room for one ladder of 720p of 30 pictures a second.
    desk.processors = 0.6
    filmed = await film(tools, tmp_path, seconds=3)
    show = await begin(channel, filmed)
    await show.send(filmed.samples, ["v480", "v360"])
    rate = rate_of(filmed.samples)
    wanted = choose_live_rungs(filmed.media, rate, is_own_size=False)
    assert list(desk.take("another", filmed.media, wanted, rate)) == []
    # An encoder that is busy has not given all that it was sent.
    signal_encoder(signal.SIGSTOP)
    ending = asyncio.create_task(channel.desk.stop(channel.id))
    await asyncio.sleep(0)
    await eventually(lambda: _has_ended(channel))
    assert list(desk.take("another", filmed.media, wanted, rate)) == list(wanted)
    assert not ending.done()
    signal_encoder(signal.SIGCONT)
    await ending


async def _has_ended(channel: Channel) -> bool:
    return not channel.desk.broadcasts


async def test_whose_plan_limits_lines_gets_no_more(
    clients: Clients, channel: Channel, tools: Tools, tmp_path: Path
):
    filmed = await film(tools, tmp_path, seconds=3)
    show = await begin(channel, filmed)
    await show.send(filmed.samples, ["v480", "v360"])
    plan = {"name": "Small", "max_height": 480, "is_default": True}
    assert (await clients.owner.post("/admin/plans", json=plan)).status_code == 201
    player = await watch(clients, channel)
    assert player.base.endswith(f"/{channel.id}/h480/")
    master = m3u8.loads((await player.get("master.m3u8")).text)
    assert [one.uri for one in master.playlists] == ["v480.m3u8", "v360.m3u8"]
    assert 'id="v"' not in (await player.get("manifest.mpd")).text
    assert (await player.get("v480/0.m4s")).status_code == 200
    assert (await player.get("v/0.m4s")).status_code == 404
    # The limit is signed, so that nobody goes without it.
    beside = Player(clients, player.base.replace("/h480/", "/") + "master.m3u8")
    assert (await beside.get("v/0.m4s")).status_code == 403


async def test_a_recording_has_the_rungs(
    clients: Clients, channel: Channel, tools: Tools, tmp_path: Path, work_off: WorkOff
):
    filmed = await film(tools, tmp_path, seconds=5)
    show = await begin(channel, filmed)
    await show.send(filmed.samples, ["v480", "v360"])
    await channel.desk.end_all()
    await work_off()
    (recording,) = (await clients.owner.get(f"/live/streams/{channel.id}/recordings")).json()
    playing = await play(clients.owner, recording["id"])
    folder = tmp_path / "played"
    await download(clients.nobody, playing["hls_url"], folder)
    names = [str(one.uri) for one in m3u8.load(str(folder / "master.m3u8")).playlists]
    assert names == ["v720.m3u8", "v480.m3u8", "v360.m3u8"]
    shown = list[list[int]]()
    for name in names:
        playlist = m3u8.load(str(folder / name))
        first = playlist.segments[0].init_section
        assert first is not None
        head = str(first.uri)
        pieces = [head, *(str(one.uri) for one in playlist.segments)]
        path = tmp_path / f"{name}.mp4"
        path.write_bytes(b"".join([(folder / piece).read_bytes() for piece in pieces]))
        shown.append(frame_numbers(path, tools))
    assert shown == [list(range(150))] * 3
