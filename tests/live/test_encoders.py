"""Encoders that connect to the desk: over real sockets, with a key or without."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from streamverse.domains.live.public import LiveDesk
from streamverse.mediakit import avc, hevc
from streamverse.mediakit.ingest.formats import join_nals
from streamverse.mediakit.ingest.rtmp_carrier import Place, RtmpCarrier
from streamverse.mediakit.ingest.rtmp_client import RtmpTarget
from streamverse.mediakit.ingest.samples import VideoFormat
from tests.conftest import Clients
from tests.factories.ingest import AAC, H264, run_ffmpeg, sources, until
from tests.factories.media import frame_numbers, picture
from tests.factories.samples import film
from tests.live.conftest import Channel, make_stream
from tests.live.test_edge import watch

if TYPE_CHECKING:
    from streamverse.app.resources import Resources


@pytest.fixture
async def desk(resources: Resources) -> AsyncGenerator[LiveDesk]:
    """Take publishers at free ports."""
    desk = resources.live_desk
    desk.settings = replace(desk.settings, rtmp_port=0, srt_port=0)
    running = asyncio.create_task(desk.run())
    await until(lambda: desk.srt_port is not None)
    yield desk
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


@pytest.mark.parametrize(("way", "form"), [("rtmp_url", "flv"), ("srt_url", "mpegts")])
async def test_what_an_encoder_sends_goes_out(
    way: str, form: str, desk: LiveDesk, clients: Clients, resources: Resources
):
    stream = await make_stream(clients)
    shown = (await clients.owner.get(f"/live/streams/{stream['id']}/key")).json()
    target = shown[way] if way == "srt_url" else f"{shown[way]}/{shown['key']}"
    coding = ("-re", *sources(5), *H264, "-g", "60", *AAC, "-f", form, target)
    encoder = asyncio.create_task(run_ffmpeg(resources.tools, *coding))
    playing = await asyncio.wait_for(_play(clients, stream["id"]), 60)
    assert playing["hls_url"].endswith(f"/{stream['id']}/master.m3u8")
    assert (await encoder)[0] == 0
    (broadcast,) = desk.broadcasts
    pictures = broadcast.edge.tracks["v"].segments
    # The end of the stream comes a moment after the encoder has gone.
    await until(lambda: sum(segment.duration_s for segment in pictures) > 4.8)
    assert [segment.number for segment in pictures] == [0, 1, 2]


@pytest.mark.parametrize("codec", ["h264", "hevc", "av1"])
@pytest.mark.parametrize("is_announced", [True, False], ids=["announced", "within pictures"])
async def test_another_size_in_one_connection_by_rtmp_is_another_span(
    is_announced: bool,
    codec: str,
    desk: LiveDesk,
    clients: Clients,
    resources: Resources,
    tmp_path: Path,
):
    stream = await make_stream(clients)
    key = (await clients.owner.get(f"/live/streams/{stream['id']}/key")).json()["key"]
    large, small = [
        await film(resources.tools, tmp_path, *CODINGS[codec], seconds=2, size=size)
        for size in ((640, 360), (426, 240))
    ]
    carrier = await dial(desk, key)
    carrier.send_format(large.media)
    for sample in large.samples:
        carrier.send_sample(sample)
    last = large.samples[-1].decode_ticks
    if is_announced:
        carrier.send_format(small.media)
    for sample in small.samples:
        payload = sample.payload
        if sample.is_keyframe and not is_announced:
            payload = sets_of(small.media) + payload
        ticks = sample.decode_ticks + last + 3000, sample.present_ticks + last + 3000
        moved = replace(sample, decode_ticks=ticks[0], present_ticks=ticks[1], payload=payload)
        carrier.send_sample(moved)
    await until(lambda: carrier.failure is None and is_cut(desk, 2))
    (broadcast,) = desk.broadcasts
    heads = broadcast.edge.tracks["v"].heads
    assert [(one.width, one.height) for one in heads] == [(640, 360), (426, 240)]
    await carrier.close()
    channel = Channel(desk, broadcast.stream.id, key)
    await until(lambda: not desk.has_publisher(broadcast.stream.id))
    await channel.settle()
    await all_of_both_is_shown(clients, channel, resources, tmp_path)
    assert broadcast.id == desk.broadcasts[0].id


@pytest.mark.parametrize("codec", ["h264", "hevc"])
async def test_another_size_in_one_connection_by_srt_is_another_span(
    codec: str, desk: LiveDesk, clients: Clients, resources: Resources, tmp_path: Path
):
    stream = await make_stream(clients)
    shown = (await clients.owner.get(f"/live/streams/{stream['id']}/key")).json()
    both = tmp_path / "both.ts"
    for number, size in enumerate(((640, 360), (426, 240))):
        one = tmp_path / f"{number}.ts"
        made = ("-f", "lavfi", "-i", picture(*size, "30", 2), *CODINGS[codec], "-bf", "0")
        when = ("-g", "60", "-output_ts_offset", str(2 * number), "-muxdelay", "0")
        assert (await run_ffmpeg(resources.tools, *made, *when, str(one)))[0] == 0
        both.write_bytes((both.read_bytes() if number else b"") + one.read_bytes())
    sent = ("-re", "-i", str(both), "-c", "copy", "-f", "mpegts", shown["srt_url"])
    assert (await run_ffmpeg(resources.tools, *sent))[0] == 0
    await until(lambda: is_cut(desk, 2))
    (broadcast,) = desk.broadcasts
    channel = Channel(desk, broadcast.stream.id, shown["key"])
    await until(lambda: not desk.has_publisher(broadcast.stream.id))
    await channel.settle()
    # Where a picture ends, a transport stream says with the beginning of the next one.
    await all_of_both_is_shown(clients, channel, resources, tmp_path, (60, 59))


async def all_of_both_is_shown(
    clients: Clients,
    channel: Channel,
    resources: Resources,
    tmp_path: Path,
    counts: tuple[int, int] = (60, 60),
) -> None:
    """See that two films are played one after the other, each with its head."""
    player = await watch(clients, channel)
    playlist = await player.playlist("v")
    played = [one for one in playlist.segments if one.uri]
    assert [one.discontinuity for one in played] == [False, True]
    assert [one.init_section.uri for one in played] == ["v/init-0.mp4", "v/init-1.mp4"]
    for one, count in zip(played, counts, strict=True):
        path = tmp_path / "played.mp4"
        pieces = [(await player.get(uri)).content for uri in (one.init_section.uri, one.uri)]
        path.write_bytes(b"".join(pieces))
        assert frame_numbers(path, resources.tools) == list(range(count))


CODINGS = {
    "h264": ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"),
    "hevc": ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none"),
    "av1": ("-c:v", "libsvtav1", "-preset", "12", "-svtav1-params", "pred-struct=1"),
}


async def dial(desk: LiveDesk, key: str) -> RtmpCarrier:
    """Publish by RTMP."""

    async def here() -> Place:
        return Place("localhost", desk.rtmp_port or 0, ["127.0.0.1"])

    carrier = RtmpCarrier(here, RtmpTarget("rtmp://localhost/live", "live", key), None, int)
    await carrier.connect()
    return carrier


def sets_of(media: VideoFormat) -> bytes:
    """Give what a configuration says as it stands within pictures."""
    if media.codec == "av1":
        return media.configuration[4:]
    read = avc.parameter_sets if media.codec == "h264" else hevc.parameter_sets
    return join_nals(read(media.configuration))


def is_cut(desk: LiveDesk, heads: int) -> bool:
    """Tell whether pictures under so many heads have gone out."""
    tracks = desk.broadcasts[0].edge.tracks if desk.broadcasts else {}
    return "v" in tracks and tracks["v"].segments[-1].head == heads - 1


async def _play(clients: Clients, stream_id: str) -> dict[str, str]:
    while True:
        answer = await clients.viewer.post(f"/live/streams/{stream_id}/playback")
        if answer.status_code == 201:
            return answer.json()
        assert answer.json()["code"] == "live.stream_not_live"
        await asyncio.sleep(0.05)


async def test_a_wrong_key_makes_nothing(desk: LiveDesk, resources: Resources):
    target = f"{desk.rtmp_url}/not-a-key"
    code, _ = await run_ffmpeg(resources.tools, *sources(1), *H264, *AAC, "-f", "flv", target)
    assert code != 0
    assert desk.broadcasts == ()


async def test_a_port_that_is_taken_is_told_and_the_other_one_serves(
    resources: Resources, caplog: pytest.LogCaptureFixture
):
    desk = resources.live_desk
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        desk.settings = replace(desk.settings, rtmp_port=port, srt_port=0)
        running = asyncio.create_task(desk.run())
        await until(lambda: desk.srt_port is not None)
        assert desk.rtmp_url is None
        assert f"Port {port} cannot be used for live streams" in caplog.text
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


@pytest.mark.parametrize(
    ("form", "told"),
    [
        (r"\1&passphrase=\2", ""),
        (r"\1&passphrase=x\2", "ERROR:BADSECRET"),
        (r"\1", "ERROR:UNSECURE"),
    ],
    ids=["right", "wrong", "none"],
)
async def test_srt_needs_the_passphrase_of_the_stream(
    form: str, told: str, desk: LiveDesk, clients: Clients, resources: Resources
):
    stream = await make_stream(clients, has_passphrase=True)
    shown = (await clients.owner.get(f"/live/streams/{stream['id']}/key")).json()
    found = re.fullmatch(
        r"(srt://.*\?streamid=.+)&passphrase=(.{43}&pbkeylen=32)", shown["srt_url"]
    )
    assert found is not None
    assert found[1].endswith(shown["key"])
    target = found.expand(form)
    code, printed = await run_ffmpeg(
        resources.tools, *sources(1), *H264, *AAC, "-f", "mpegts", target
    )
    assert (code == 0, told in printed) == (told == "", True)
    assert len(desk.broadcasts) == (told == "")


async def test_another_key_comes_with_another_passphrase(desk: LiveDesk, clients: Clients):
    stream = await make_stream(clients)
    path = f"/live/streams/{stream['id']}/key"
    assert "passphrase" not in (await clients.owner.get(path)).json()["srt_url"]
    change = {"has_passphrase": True}
    await clients.owner.patch(f"/live/streams/{stream['id']}", json=change)
    first = (await clients.owner.get(path)).json()["srt_url"]
    second = (await clients.owner.post(path)).json()["srt_url"]
    assert desk.srt_port is not None
    assert [url.partition("&passphrase=")[2] == "" for url in (first, second)] == [False, False]
    assert first.partition("&")[2] != second.partition("&")[2]
