"""Encoders that connect to the desk: over real sockets, with a key or without."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from streamverse.domains.live.public import LiveDesk
from tests.conftest import Clients
from tests.factories.ingest import AAC, H264, run_ffmpeg, sources, until
from tests.live.conftest import make_stream

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
