"""Viewers by WHEP: sent what goes out, in Opus where it was AAC, for as long as they may watch."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import httpx
import pytest

from streamverse.domains.live.public import LiveDesk
from streamverse.kit.clock import FixedClock
from streamverse.mediakit.ingest.samples import Sample
from streamverse.mediakit.webrtc.rtcp import Bye, Nack, SenderReport, parse_compound
from streamverse.mediakit.webrtc.rtp import RtpPacket
from tests.conftest import Clients
from tests.factories.ingest import AAC, H264, run_ffmpeg, sources
from tests.factories.webrtc import SDP, FarPeer, until
from tests.live.conftest import AUDIO, FRAME, VIDEO, Channel, Publisher

if TYPE_CHECKING:
    from streamverse.app.resources import Resources


@pytest.fixture
async def desk(resources: Resources) -> AsyncGenerator[LiveDesk]:
    """Take peers and encoders at free ports."""
    desk = resources.live_desk
    desk.settings = replace(
        desk.settings, webrtc_port=0, rtmp_port=0, ffmpeg=resources.tools.ffmpeg
    )
    running = asyncio.create_task(desk.run())
    await until(lambda: desk.webrtc is not None)
    yield desk
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


@pytest.fixture
async def screen(desk: LiveDesk) -> AsyncGenerator[FarPeer]:
    """Let there be somebody who wants to watch."""
    del desk
    screen = FarPeer("recvonly")
    yield screen
    screen.leave()


async def playback(clients: Clients, channel: Channel) -> dict[str, str]:
    """Ask where a stream is watched."""
    async with asyncio.timeout(60):
        while True:
            answer = await clients.viewer.post(f"/live/streams/{channel.id}/playback")
            if answer.status_code == 201:
                return answer.json()
            await asyncio.sleep(0.02)


async def ask(clients: Clients, url: str, screen: FarPeer) -> httpx.Response:
    """Offer to watch."""
    address = httpx.URL(str(clients.nobody.base_url)).join(url)
    return await clients.nobody.post(address, content=screen.offer, headers=SDP)


async def watch(clients: Clients, channel: Channel, screen: FarPeer) -> httpx.Response:
    """Watch a stream."""
    answer = await ask(clients, (await playback(clients, channel))["whep_url"], screen)
    assert answer.status_code == 201, answer.text
    await screen.connect(answer.text)
    await until(lambda: screen.line is not None)
    return answer


@pytest.fixture
async def publisher(desk: LiveDesk, channel: Channel) -> Publisher:
    """Let a second and a half go out, without sound."""
    del desk
    publisher = await channel.connect()
    publisher.begin(VIDEO, None)
    publisher.send(1.5, has_audio=False)
    return publisher


def numbers(screen: FarPeer, kind: int = 102) -> list[int]:
    """Give the numbers of the packets that arrived."""
    packets = map(RtpPacket.parse, screen.media)
    return [one.sequence for one in packets if one.payload_type == kind]


async def test_whoever_comes_sees_the_picture_at_once_and_goes_on(
    clients: Clients, channel: Channel, publisher: Publisher, screen: FarPeer
):
    await watch(clients, channel, screen)
    await until(lambda: len(numbers(screen)) == 46)
    publisher.send(0.5, has_audio=False)
    await until(lambda: len(numbers(screen)) == 61)
    packets = [RtpPacket.parse(one) for one in screen.media]
    assert packets[0].payload[0] & 0x1F == 24
    assert [packet.payload for packet in packets[1:]] == [b"ure %d" % n for n in range(60)]
    assert packets[-1].timestamp - packets[-2].timestamp & 0xFFFF_FFFF == FRAME
    said = [one for data in screen.reports for one in parse_compound(data)]
    assert any(isinstance(one, SenderReport) for one in said)


async def test_what_was_lost_is_sent_again(
    clients: Clients, channel: Channel, publisher: Publisher, screen: FarPeer
):
    await watch(clients, channel, screen)
    await until(lambda: len(numbers(screen)) == 46)
    publisher.send(0.5, has_audio=False)
    await until(lambda: len(numbers(screen)) == 61)
    assert screen.line is not None
    first, last = RtpPacket.parse(screen.media[0]), RtpPacket.parse(screen.media[-1])
    heard = len(screen.heard)
    # One that is not there any more is passed over.
    lost = Nack(1, first.source, (first.sequence, last.sequence, last.sequence + 100 & 0xFFFF))
    screen.send(screen.line.protect_reports(bytes(lost)))
    await until(lambda: len(screen.repeated) == 2)
    assert screen.repeated == [one for one in screen.heard[:heard] if one in screen.repeated]


async def test_an_end_is_told(
    clients: Clients, channel: Channel, publisher: Publisher, screen: FarPeer
):
    del publisher
    await watch(clients, channel, screen)
    await channel.desk.end_all()
    await until(lambda: screen.is_seen_out)
    said = [one for data in screen.reports for one in parse_compound(data)]
    assert any(isinstance(one, Bye) for one in said)
    assert channel.desk.webrtc is not None
    assert channel.desk.webrtc.peers == {}


async def test_whoever_leaves_is_forgotten(
    clients: Clients, channel: Channel, publisher: Publisher, screen: FarPeer
):
    del publisher
    answer = await watch(clients, channel, screen)
    (broadcast,) = channel.desk.broadcasts
    await until(lambda: len(broadcast.relay.relay) == 1)
    address = httpx.URL(str(clients.nobody.base_url)).join(answer.headers["location"])
    assert (await clients.nobody.delete(address)).status_code == 200
    assert len(broadcast.relay.relay) == 0


async def test_a_log_in_that_ends_ends_the_viewer(
    clients: Clients,
    channel: Channel,
    publisher: Publisher,
    screen: FarPeer,
    clock: FixedClock,
):
    del publisher
    await watch(clients, channel, screen)
    assert (await clients.viewer.post("/auth/logout")).status_code == 204
    # As long as anybody is believed who was asked about before.
    clock.advance(timedelta(seconds=15))
    await until(lambda: screen.is_seen_out)


async def test_a_grant_opens_nothing_but_its_stream(
    clients: Clients, channel: Channel, publisher: Publisher, screen: FarPeer
):
    del publisher
    url = (await playback(clients, channel))["whep_url"]
    _, _, grant, stream_id, _ = url.split("/")
    forged = grant[:-1] + ("0" if grant[-1] != "0" else "1")
    refused = await ask(clients, url.replace(grant, forged), screen)
    assert (refused.status_code, refused.json()["code"]) == (403, "kit.grant_invalid")
    other = stream_id.replace(stream_id[0], "1" if stream_id[0] == "0" else "0", 1)
    assert (await ask(clients, url.replace(stream_id, other), screen)).status_code == 403
    assert channel.desk.webrtc is not None
    assert channel.desk.webrtc.peers == {}


async def test_b_frames_are_refused_in_words(
    clients: Clients, channel: Channel, publisher: Publisher, screen: FarPeer
):
    offered = (await playback(clients, channel))["whep_url"]
    for shown in (3, 1, 2):
        publisher.at += FRAME
        at = publisher.at
        publisher.receiver.on_sample(Sample("video", at, at + shown * FRAME, False, b"picture"))
    said = await playback(clients, channel)
    assert said["whep_url"] is None
    assert "B-frames" in said["whep_refusal"]
    refused = await ask(clients, offered, screen)
    assert (refused.status_code, refused.json()["code"]) == (409, "live.not_by_webrtc")


async def test_sound_of_an_encoder_is_heard_in_opus(
    clients: Clients, channel: Channel, desk: LiveDesk, screen: FarPeer, resources: Resources
):
    target = f"{desk.rtmp_url}/{channel.key}"
    coding = ("-re", *sources(20), *H264, "-tune", "zerolatency", *AAC, "-f", "flv", target)
    encoder = asyncio.create_task(run_ffmpeg(resources.tools, *coding))
    await watch(clients, channel, screen)
    await until(lambda: len(numbers(screen, 111)) > 20)
    sound = [one for one in map(RtpPacket.parse, screen.media) if one.payload_type == 111]
    # Frames of 20 ms, one after the other.
    assert {packet.payload[0] >> 3 for packet in sound} == {31}
    steps = {b.timestamp - a.timestamp for a, b in itertools.pairwise(sound)}
    assert steps == {960}
    (broadcast,) = desk.broadcasts
    assert broadcast.relay.relay.audio is not None
    assert AUDIO.codec == "aac"
    encoder.cancel()
    await asyncio.gather(encoder, return_exceptions=True)
