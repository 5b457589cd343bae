"""What a real encoder sends, looked at and listened to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from PIL import Image

from streamverse.domains.live.contracts import StreamId
from streamverse.domains.live.public import LiveDesk
from tests.conftest import Clients
from tests.factories.ingest import AAC, H264, run_ffmpeg, sources, until
from tests.live.conftest import Channel, make_stream

if TYPE_CHECKING:
    from streamverse.app.resources import Resources


@pytest.fixture
async def sent(clients: Clients, resources: Resources) -> AsyncGenerator[str]:
    """Let an encoder send five seconds, and give the stream that it sent on."""
    desk = resources.live_desk
    desk.settings = replace(desk.settings, rtmp_port=0)
    running = asyncio.create_task(desk.run())
    await until(lambda: desk.rtmp_port is not None)
    stream_id: str = (await make_stream(clients))["id"]
    key = (await clients.owner.get(f"/live/streams/{stream_id}/key")).json()
    target = f"{key['rtmp_url']}/{key['key']}"
    code, said = await run_ffmpeg(
        resources.tools, "-re", *sources(5), *H264, "-g", "60", *AAC, "-f", "flv", target
    )
    assert code == 0, said
    await until(lambda: _seconds(desk) > 4.5)
    yield stream_id
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


def _seconds(desk: LiveDesk) -> float:
    (broadcast,) = desk.broadcasts
    return sum(segment.duration_s for segment in broadcast.edge.tracks["v"].segments)


async def test_a_picture_of_what_goes_out_is_shown_in_every_form(clients: Clients, sent: str):
    for form, media_type in (("webp", "image/webp"), ("jpg", "image/jpeg"), ("avif", "image/avif")):
        answer = await clients.viewer.get(f"/live/streams/{sent}/thumbnails/{form}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, media_type)
        assert answer.headers["cache-control"] == "private, max-age=10"
        assert Image.open(BytesIO(answer.content)).format == media_type[6:].upper()
    missing = await clients.viewer.get(f"/live/streams/{sent}/thumbnails/gif")
    assert (missing.status_code, missing.json()["code"]) == (404, "live.thumbnail_not_found")


async def test_a_picture_is_for_those_who_may_watch(clients: Clients, sent: str):
    await clients.owner.patch(f"/live/streams/{sent}", json={"access": "staff"})
    for client in (clients.viewer, clients.stranger):
        assert (await client.get(f"/live/streams/{sent}/thumbnails/webp")).status_code == 404
    assert (await clients.owner.get(f"/live/streams/{sent}/thumbnails/webp")).status_code == 200


async def test_its_sound_is_measured(sent: str, resources: Resources):
    desk = resources.live_desk
    assert desk.glimpses is not None
    await desk.glimpses.listen(desk.broadcasts, desk.health)
    known = desk.health.find(StreamId(UUID(sent)))
    assert known is not None
    assert known.level_db == pytest.approx(-8, abs=2)


async def test_nothing_is_shown_of_what_is_not_live_or_not_to_be_read(
    clients: Clients, channel: Channel
):
    address = f"/live/streams/{channel.id}/thumbnails/webp"
    assert (await clients.viewer.get(address)).json()["code"] == "live.thumbnail_not_found"
    publisher = await channel.connect()
    publisher.begin()
    publisher.send(3)
    await channel.settle()
    assert (await clients.viewer.get(address)).json()["code"] == "live.thumbnail_not_found"


async def test_a_steady_stream_names_no_parts(clients: Clients, channel: Channel):
    await clients.owner.patch(f"/live/streams/{channel.id}", json={"latency": "steady"})
    publisher = await channel.connect()
    publisher.begin()
    publisher.send(5)
    await channel.settle()
    broadcast = channel.desk.find(channel.id)
    assert broadcast is not None
    text = broadcast.edge.playlist(broadcast.edge.tracks["v"], is_skipping=False).decode()
    assert "#EXT-X-PART" not in text
    assert "PART-HOLD-BACK" not in text
    assert [line for line in text.splitlines() if line.endswith(".m4s")] == ["v/0.m4s", "v/1.m4s"]
