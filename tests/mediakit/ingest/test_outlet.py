"""Streams sent on: to our servers, to ffmpeg's, and to those that refuse, vanish or are slow."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from streamverse.mediakit.ffmpeg import Tools
from streamverse.mediakit.ingest import outlet as outlets
from streamverse.mediakit.ingest import rtmp_carrier
from streamverse.mediakit.ingest.mpegts import TsDemuxer
from streamverse.mediakit.ingest.outlet import Dial, LineLost, Outlet, Phase
from streamverse.mediakit.ingest.rtmp_carrier import Place, RtmpCarrier
from streamverse.mediakit.ingest.rtmp_client import RtmpTarget
from streamverse.mediakit.ingest.rtmp_server import RtmpServer
from streamverse.mediakit.ingest.samples import (
    CLOCK_HZ,
    AudioFormat,
    PublishRefused,
    PublishRequest,
    Sample,
    VideoFormat,
)
from streamverse.mediakit.ingest.srt_caller import Wish
from streamverse.mediakit.ingest.srt_carrier import SrtCarrier
from streamverse.mediakit.ingest.srt_server import SrtServer
from tests.factories.ingest import (
    AAC,
    H264,
    KEY,
    Recorder,
    Studio,
    free_port,
    run_ffmpeg,
    sources,
    until,
)

Heard = VideoFormat | AudioFormat | Sample
FRAME = CLOCK_HZ // 30


@pytest.fixture(scope="session")
def film(tools: Tools, tmp_path_factory: pytest.TempPathFactory) -> list[Heard]:
    """Have ffmpeg encode six seconds with a keyframe each second."""
    path: Path = tmp_path_factory.mktemp("outlet") / "film.ts"
    command = [str(tools.ffmpeg), "-v", "error", "-nostdin", *sources(6), *H264, *AAC]
    subprocess.run([*command, "-f", "mpegts", str(path)], check=True, timeout=120)
    demuxer = TsDemuxer()
    heard = [*demuxer.feed(path.read_bytes()), *demuxer.finish()]
    return sorted(heard, key=lambda one: one.decode_ticks if isinstance(one, Sample) else -1)


@pytest.fixture(autouse=True)
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try again at once."""
    monkeypatch.setattr(outlets, "FIRST_PAUSE_S", 0.05)
    monkeypatch.setattr(outlets, "LONGEST_PAUSE_S", 0.1)


def to_rtmp(port: int, key: str = KEY, host: str = "127.0.0.1") -> Dial:
    async def find() -> Place:
        return Place(host, port, ["127.0.0.1"])

    target = RtmpTarget(f"rtmp://{host}:{port}/live", "live", key)
    return lambda on_end: RtmpCarrier(find, target, None, on_end)


def to_srt(port: int, wish: Wish) -> Dial:
    async def find() -> Place:
        return Place("127.0.0.1", port, ["127.0.0.1"])

    return lambda on_end: SrtCarrier(find, wish, on_end)


@asynccontextmanager
async def sending(dial: Dial) -> AsyncIterator[Outlet]:
    outlet = Outlet(dial, time.monotonic)
    try:
        yield outlet
    finally:
        await outlet.close()


def feed(outlet: Outlet, heard: Sequence[Heard]) -> None:
    for each in heard:
        if isinstance(each, Sample):
            outlet.take_sample(each)
        else:
            outlet.take_format(each)


async def feed_until(outlet: Outlet, film: Sequence[Heard], is_so: Callable[[], bool]) -> None:
    """Send the film again and again, its times going on, until something has come about."""
    formats = [each for each in film if not isinstance(each, Sample)]
    samples = [each for each in film if isinstance(each, Sample)]
    feed(outlet, formats)
    length = samples[-1].decode_ticks - samples[0].decode_ticks + FRAME
    async with asyncio.timeout(60):
        for turn in range(10_000):
            for one in samples:
                if is_so():
                    return
                shift = turn * length
                ticks = one.decode_ticks + shift, one.present_ticks + shift
                outlet.take_sample(Sample(one.kind, *ticks, one.is_keyframe, one.payload))
                await asyncio.sleep(0.001)


@asynccontextmanager
async def rtmp(
    admit: Callable[[PublishRequest], object], port: int = 0
) -> AsyncIterator[tuple[RtmpServer, int]]:
    server = RtmpServer(admit)
    try:
        yield server, await server.listen("127.0.0.1", port)
    finally:
        await server.close()


def payloads(heard: Sequence[Heard], kind: str) -> list[bytes]:
    return [one.payload for one in heard if isinstance(one, Sample) and one.kind == kind]


# --- servers of ours ------------------------------------------------------------------------------


async def test_rtmp_gets_what_there_is_from_the_first_keyframe(film: list[Heard]):
    studio = Studio()
    async with rtmp(studio.admit) as (_, port):
        async with sending(to_rtmp(port)) as outlet:
            # Four seconds wait while the line is made.
            feed(
                outlet,
                [one for one in film if not isinstance(one, Sample) or one.decode_ticks < 480_000],
            )
            sent = payloads(film, "video")
            await until(lambda: len(studio.recorder.of("video")) >= 100)
            assert outlet.read().phase is Phase.SENDING
            assert outlet.read().error is None
        await until(lambda: bool(studio.recorder.reasons))
    recorder = studio.recorder
    assert recorder.reasons == ["The publisher ended the stream."]
    assert sorted(media.codec for media in recorder.formats) == ["aac", "h264"]
    got = [one.payload for one in recorder.of("video")]
    assert got == sent[: len(got)]
    first = recorder.samples[0]
    assert (first.kind, first.decode_ticks, first.is_keyframe) == ("video", 0, True)
    assert recorder.request is not None
    assert recorder.request.key == KEY


@pytest.mark.parametrize("passphrase", [None, "a long passphrase"])
async def test_srt_gets_it_too(film: list[Heard], passphrase: str | None):
    async def find(_key: str) -> str | None:
        return passphrase

    studio = Studio()
    server = SrtServer(studio.admit, find_passphrase=find)
    port = await server.listen("127.0.0.1", 0)
    async with sending(to_srt(port, Wish(KEY, passphrase, 0.2))) as outlet:
        await feed_until(outlet, film, lambda: len(studio.recorder.of("video")) >= 100)
        assert outlet.read().phase is Phase.SENDING
        assert outlet.read().bitrate_bps >= 0
    await until(lambda: bool(studio.recorder.reasons))
    await server.close()
    assert studio.recorder.reasons == ["The publisher ended the stream."]
    assert set(payloads(studio.recorder.samples, "video")) <= set(payloads(film, "video"))
    assert studio.recorder.of("video")[0].is_keyframe
    steps = [one.decode_ticks for one in studio.recorder.of("video")]
    assert {later - earlier for earlier, later in pairwise(steps)} <= {2999, 3000, 3001}


# --- servers of other makers ----------------------------------------------------------------------


async def test_ffmpeg_listens_by_rtmp(tools: Tools, film: list[Heard], tmp_path: Path):
    path, port = tmp_path / "heard.ts", free_port(socket.SOCK_STREAM)
    url = f"rtmp://127.0.0.1:{port}/live/{KEY}"
    arguments = ("-listen", "1", "-i", url, "-c", "copy", "-flush_packets", "1")
    listener = asyncio.create_task(run_ffmpeg(tools, *arguments, "-f", "mpegts", str(path)))
    async with sending(to_rtmp(port)) as outlet:
        await feed_until(outlet, film, lambda: path.exists() and path.stat().st_size > 20_000)
    code, printed = await listener
    assert code == 0, printed
    demuxer = TsDemuxer()
    heard = [*demuxer.feed(path.read_bytes()), *demuxer.finish()]
    assert len(payloads(heard, "video")) > 20
    assert set(payloads(heard, "video")) <= set(payloads(film, "video"))
    assert set(payloads(heard, "audio")) <= set(payloads(film, "audio"))


async def test_ffmpeg_listens_by_srt(tools: Tools, film: list[Heard], tmp_path: Path):
    path, port = tmp_path / "heard.ts", free_port(socket.SOCK_DGRAM)
    url = f"srt://127.0.0.1:{port}?mode=listener&passphrase=a long passphrase&pbkeylen=16"
    arguments = ("-i", url, "-c", "copy", "-flush_packets", "1", "-f", "mpegts", str(path))
    listener = asyncio.create_task(run_ffmpeg(tools, *arguments))
    async with sending(to_srt(port, Wish("any", "a long passphrase", 0.2))) as outlet:
        await feed_until(outlet, film, lambda: path.exists() and path.stat().st_size > 20_000)
    code, printed = await listener
    assert code == 0, printed
    demuxer = TsDemuxer()
    heard = [*demuxer.feed(path.read_bytes()), *demuxer.finish()]
    assert len(payloads(heard, "video")) > 20
    assert set(payloads(heard, "video")) <= set(payloads(film, "video"))


# --- servers that are no good ---------------------------------------------------------------------


async def test_who_refuses_is_quoted_without_the_key_and_asked_again(film: list[Heard]):
    asked: list[str] = []
    studio = Studio()

    async def admit(request: PublishRequest) -> Recorder:
        asked.append(request.key)
        if len(asked) < 3:
            raise PublishRefused(f"The key {request.key} is not valid.")
        return studio.recorder

    async with rtmp(admit) as (_, port), sending(to_rtmp(port)) as outlet:
        await feed_until(outlet, film, lambda: outlet.read().error is not None)
        assert outlet.read().error == "The service refuses the stream: The key … is not valid."
        await feed_until(outlet, film, lambda: outlet.read().phase is Phase.SENDING)
        assert asked == [KEY] * 3
        assert outlet.read().error is None


async def test_who_vanishes_is_connected_to_again_and_gets_a_keyframe_first(film: list[Heard]):
    studio, port = Studio(), free_port(socket.SOCK_STREAM)
    async with sending(to_rtmp(port)) as outlet:
        async with rtmp(studio.admit, port):
            await feed_until(outlet, film, lambda: len(studio.recorder.samples) > 30)
        await feed_until(outlet, film, lambda: outlet.read().phase is Phase.FAILING)
        assert outlet.read().error in {
            rtmp_carrier.HUNG_UP,
            rtmp_carrier.LOST,
            rtmp_carrier.NOBODY,
            "The service refuses the stream: The server is shutting down.",
        }
        again = Studio()
        async with rtmp(again.admit, port):
            await feed_until(outlet, film, lambda: len(again.recorder.samples) > 30)
    first = again.recorder.samples[0]
    assert (first.kind, first.decode_ticks, first.is_keyframe) == ("video", 0, True)
    assert outlet.read().error is None


async def test_nobody_is_there(film: list[Heard]):
    async with sending(to_rtmp(free_port(socket.SOCK_STREAM))) as outlet:
        await feed_until(outlet, film, lambda: outlet.read().phase is Phase.FAILING)
        assert outlet.read().error == rtmp_carrier.NOBODY


async def test_who_is_slow_loses_whole_groups_and_holds_up_nobody(film: list[Heard]):
    studio = Studio()
    studio.recorder.is_willing.clear()
    big = [
        Sample(
            one.kind,
            one.decode_ticks,
            one.present_ticks,
            one.is_keyframe,
            one.payload + bytes(100_000),
        )
        if isinstance(one, Sample) and one.kind == "video"
        else one
        for one in film
    ]
    async with rtmp(studio.admit) as (_, port), sending(to_rtmp(port)) as outlet:
        await feed_until(outlet, big, lambda: outlet.read().dropped > 0)
        assert outlet.read().phase is Phase.SENDING
        studio.recorder.is_willing.set()
        count = len(studio.recorder.samples)
        await feed_until(outlet, film, lambda: len(studio.recorder.samples) > count + 300)
    shown = studio.recorder.of("video")
    gaps = [
        after
        for before, after in pairwise(shown)
        if after.decode_ticks - before.decode_ticks > 6000
    ]
    assert gaps
    assert all(one.is_keyframe for one in gaps)


async def test_a_place_that_may_not_be_gone_to(film: list[Heard]):
    async def find() -> Place:
        raise LineLost("That host lies in a private network.")

    target = RtmpTarget("rtmp://example.org/live", "live", KEY)
    async with sending(lambda on_end: RtmpCarrier(find, target, None, on_end)) as outlet:
        await feed_until(outlet, film, lambda: outlet.read().phase is Phase.FAILING)
        assert outlet.read().error == "That host lies in a private network."


async def test_it_waits_while_nothing_comes():
    async with sending(to_rtmp(1)) as outlet:
        await asyncio.sleep(0)
        assert (outlet.read().phase, outlet.read().bitrate_bps) == (Phase.WAITING, 0)


async def test_what_a_target_cannot_take_is_said():
    studio = Studio()
    server = SrtServer(studio.admit)
    port = await server.listen("127.0.0.1", 0)
    film = [VideoFormat("av1", b"", 320, 180)]
    film += [Sample("video", n * FRAME, n * FRAME, n % 30 == 0, b"picture") for n in range(90)]
    async with sending(to_srt(port, Wish(KEY))) as outlet:
        await feed_until(outlet, film, lambda: outlet.read().phase is Phase.FAILING)
        assert outlet.read().error is not None
        assert outlet.read().error.startswith("AV1 cannot be sent by SRT")
    await server.close()
