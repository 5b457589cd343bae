"""Viewers and staff whose requests reach a process that does not hold the stream."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from streamverse.domains.live.contracts import LiveSettings
from streamverse.domains.live.public import LiveDesk
from streamverse.domains.live.routes.delivery import NEIGHBOURS
from streamverse.domains.live.service.leases import LEASE
from streamverse.kit.clock import FixedClock
from streamverse.kit.neighbours import HEADER, Neighbours
from streamverse.kit.tokens import Signer
from tests.conftest import ORIGIN, ASGIApp, Clients
from tests.factories.webrtc import SDP, FarPeer, until
from tests.live.conftest import Channel, Publisher

if TYPE_CHECKING:
    from pathlib import Path

    from streamverse.app.resources import Resources

KEY = b"the key of all neighbours"


@dataclass
class Asked(httpx.AsyncBaseTransport):
    """The way to the holder, on which questions are counted."""

    application: ASGIApp
    paths: Counter[str] = field(default_factory=Counter[str])
    is_cut: bool = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.is_cut:
            raise httpx.ConnectError("Nobody is there.")
        self.paths[request.url.raw_path.decode()] += 1
        return await httpx.ASGITransport(self.application).handle_async_request(request)


@dataclass
class Front:
    """A process that takes no streams, and a viewer and the owner who have come to it."""

    desk: LiveDesk
    viewer: httpx.AsyncClient
    owner: httpx.AsyncClient
    asked: Asked
    base: str = ""

    async def get(self, name: str) -> httpx.Response:
        return await self.viewer.get(f"{ORIGIN}{self.base}{name}")


@pytest.fixture
async def front(
    resources: Resources, application: ASGIApp, clients: Clients, tmp_path: Path
) -> AsyncGenerator[Front]:
    """Let there be another process beside the one that holds the streams."""
    from streamverse.app.api import assemble_api, create_app  # noqa: PLC0415

    signer, clock = Signer([KEY]), resources.workshop.clock
    resources.live_desk.following.neighbours = Neighbours(signer, clock)
    asked = Asked(application)
    neighbours = Neighbours(signer, clock, httpx.AsyncClient(transport=asked))
    settings = LiveSettings(resources.vault, takes_streams=False)
    desk = LiveDesk(resources.workshop, resources.store, settings, neighbours=neighbours)
    app = create_app(
        replace(resources, live_desk=desk), web_folder=tmp_path / "web", api=assemble_api()
    )
    transport, url = httpx.ASGITransport(app), f"{ORIGIN}/api/v1"
    viewer = httpx.AsyncClient(transport=transport, base_url=url, headers=clients.viewer.headers)
    owner = httpx.AsyncClient(transport=transport, base_url=url, headers=clients.owner.headers)
    async with viewer, owner:
        yield Front(desk, viewer, owner, asked)
    await desk.following.aclose()


@pytest.fixture
async def publisher(channel: Channel, front: Front) -> Publisher:
    """Let five seconds go out, and a viewer come to the other process."""
    publisher = await channel.connect()
    publisher.begin()
    publisher.send(5)
    await channel.settle()
    await channel.desk.node.renew(channel.desk)
    answer = await front.viewer.post(f"/live/streams/{channel.id}/playback")
    assert answer.status_code == 201, answer.text
    front.base = str(answer.json()["hls_url"]).removesuffix("master.m3u8")
    return publisher


NAMES = ("master.m3u8", "plain.m3u8", "v.m3u8", "plain-a.m3u8", "manifest.mpd")
FILES = ("v/init-0.mp4", "v/0.m4s", "a/1.m4s", "v/2.0.m4s")


@pytest.mark.usefixtures("publisher")
async def test_all_of_a_stream_is_there(front: Front, clients: Clients):
    for name in (*NAMES, *FILES):
        there = await front.get(name)
        here = await clients.viewer.get(f"{ORIGIN}{front.base}{name}")
        assert (there.status_code, there.content) == (200, here.content), name
        for header in ("content-type", "cache-control", "etag", "access-control-allow-origin"):
            assert there.headers[header] == here.headers[header], name
    part = await clients.viewer.get(f"{ORIGIN}{front.base}v/0.m4s", headers={"Range": "bytes=0-9"})
    assert (part.status_code, len(part.content)) == (206, 10)
    missing = await front.get("v/99.m4s")
    assert (missing.status_code, missing.json()["code"]) == (404, "live.part_not_found")


async def test_many_viewers_cost_the_holder_one_question(front: Front, publisher: Publisher):
    name = "v.m3u8?_HLS_msn=2&_HLS_part=4"
    asking = [asyncio.create_task(front.get(name)) for _ in range(20)]
    done, _ = await asyncio.wait(asking, timeout=0.3)
    assert not done
    # Who hangs up takes the answer from nobody else.
    asking.pop(0).cancel()
    publisher.send(1)
    answers = await asyncio.gather(*asking)
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    await front.get(name)
    stream_id = front.base.split("/")[3]
    assert front.asked.paths[f"/broadcasts/{NEIGHBOURS}/{stream_id}/{name}"] == 1


async def test_what_grows_comes_to_its_end(front: Front, publisher: Publisher):
    asking = asyncio.create_task(front.get("v/2.m4s"))
    await asyncio.sleep(0.2)
    publisher.send(2)
    answer = await asking
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert answer.content == (await front.get("v/2.m4s")).content


@pytest.mark.parametrize("header", [None, "x" * 32, "signed for something else"])
@pytest.mark.usefixtures("publisher")
async def test_only_neighbours_are_answered_as_such(
    front: Front, clients: Clients, clock: FixedClock, header: str | None
):
    stream_id = front.base.split("/")[3]
    path = f"/broadcasts/{NEIGHBOURS}/{stream_id}/v.m3u8"
    if header is not None and " " in header:
        other = f"neighbour GET {path.replace('v.m3u8', 'a.m3u8')} "
        header = Signer([KEY]).grant(other, clock.now() + timedelta(minutes=1)) + ";"
    headers = {} if header is None else {HEADER: header}
    answer = await clients.nobody.get(ORIGIN + path, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "kit.grant_invalid")


@pytest.mark.usefixtures("publisher")
async def test_viewers_are_counted_wherever_they_come(
    front: Front, channel: Channel, clients: Clients
):
    await front.get("v.m3u8")
    await front.desk.audiences.write(front.desk.following.watched(lambda _: True))
    shown: dict[str, Any] = (await clients.owner.get(f"/live/streams/{channel.id}")).json()
    assert (shown["state"], shown["viewers"]) == ("live", 1)


async def test_staff_learns_how_a_stream_does(front: Front, channel: Channel, publisher: Publisher):
    await channel.desk.health.look(channel.desk.broadcasts)
    publisher.send(1)
    path = f"/live/streams/{channel.id}/health"
    health = await front.owner.get(path)
    assert health.status_code == 200, health.text
    assert len(health.json()["moments"]) == 1
    assert (await front.viewer.get(path)).status_code == 403
    clip = await front.owner.post(f"/live/streams/{channel.id}/clips")
    assert clip.status_code == 201, clip.text


@pytest.mark.usefixtures("publisher")
async def test_viewers_wait_for_whoever_goes_on(
    front: Front, channel: Channel, clock: FixedClock, resources: Resources
):
    front.asked.is_cut = True
    (broadcast,) = channel.desk.broadcasts
    channel.desk.lose(broadcast)
    clock.advance(LEASE + timedelta(seconds=1))
    asking = asyncio.create_task(front.get("v.m3u8?_HLS_msn=2&_HLS_part=3"))
    done, _ = await asyncio.wait([asking], timeout=1)
    assert not done
    shown = (await front.viewer.get(f"/live/streams/{channel.id}")).json()
    assert shown["state"] == "away"
    publisher = await channel.connect()
    publisher.begin()
    publisher.send(1)
    await channel.desk.node.renew(channel.desk)
    front.asked.is_cut = False
    answer = await asking
    assert answer.status_code == 200
    assert "#EXT-X-GAP" in answer.text


@pytest.mark.usefixtures("publisher")
async def test_viewers_are_told_when_nobody_goes_on(front: Front, channel: Channel):
    front.asked.is_cut = True
    front.desk.following.return_within = timedelta(seconds=0)
    answer = await front.get("v.m3u8")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert answer.json()["code"] == "live.edge_moving"
    # What is over is over for them, too.
    front.asked.is_cut = False
    await channel.desk.end_all()
    assert "#EXT-X-ENDLIST" in (await front.get("v.m3u8")).text


@pytest.mark.usefixtures("publisher")
async def test_who_watched_by_webrtc_asks_again_until_somebody_goes_on(
    front: Front, channel: Channel, clock: FixedClock
):
    front.asked.is_cut = True
    (broadcast,) = channel.desk.broadcasts
    channel.desk.lose(broadcast)
    peer = FarPeer("recvonly")
    address = f"{ORIGIN}{front.base}whep"
    for wait in (timedelta(seconds=0), LEASE + timedelta(seconds=1)):
        clock.advance(wait)
        refused = await front.viewer.post(address, content=peer.offer, headers=SDP)
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
        assert refused.json()["code"] == "live.edge_moving"
    peer.leave()


@pytest.mark.usefixtures("publisher")
async def test_connections_of_webrtc_are_made_at_the_node(front: Front, channel: Channel):
    desk = channel.desk
    desk.settings = replace(desk.settings, webrtc_port=0)
    running = asyncio.create_task(desk.run())
    await until(lambda: desk.webrtc is not None)
    await desk.node.renew(desk)
    assert desk.webrtc is not None
    peers = desk.webrtc.peers
    key = {"Authorization": f"Bearer {channel.key}"}
    for direction, path, headers in (
        ("recvonly", f"{front.base}whep", SDP),
        ("sendonly", "/whip", {**SDP, **key}),
    ):
        peer = FarPeer(direction)
        made = await front.viewer.post(ORIGIN + path, content=peer.offer, headers=headers)
        assert made.status_code == 201, made.text
        assert made.headers["content-type"] == "application/sdp"
        assert made.headers["access-control-allow-origin"] == "*"
        assert made.headers["location"].startswith(f"{path}/")
        assert len(peers) == 1
        ended = await front.viewer.delete(ORIGIN + made.headers["location"])
        assert (ended.status_code, peers) == (200, {})
        peer.leave()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
