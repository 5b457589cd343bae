"""Publishers by WHIP: with a key or without, over a real socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from streamverse.domains.live.public import LiveDesk
from streamverse.domains.live.service.desk import SECOND, STOPPED
from streamverse.mediakit.webrtc.h264 import write_payloads
from streamverse.mediakit.webrtc.rtp import RtpPacket
from streamverse.mediakit.webrtc.stun import REQUEST, USERNAME, StunMessage
from tests.conftest import Clients
from tests.factories.webrtc import SDP, FarPeer, until
from tests.live.conftest import Channel

if TYPE_CHECKING:
    from streamverse.app.resources import Resources

SEQUENCE_SET = bytes.fromhex("6742c00dda05067e7c0440000003004000000f03c50aa8")
PICTURE_SET = bytes.fromhex("68ce0fc8")


@pytest.fixture
async def desk(resources: Resources) -> AsyncGenerator[LiveDesk]:
    """Take peers at a free port."""
    desk = resources.live_desk
    desk.settings = replace(desk.settings, webrtc_port=0)
    running = asyncio.create_task(desk.run())
    await until(lambda: desk.webrtc is not None)
    yield desk
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


@pytest.fixture
async def camera(desk: LiveDesk) -> AsyncGenerator[FarPeer]:
    """Let there be a camera that wants to be seen."""
    del desk
    camera = FarPeer("sendonly")
    yield camera
    camera.leave()


async def post(
    clients: Clients, path: str, offer: str, key: str | None = None, **headers: str
) -> httpx.Response:
    """Offer something outside of the API."""
    bearer = {"Authorization": f"Bearer {key}"} if key else {}
    url = httpx.URL(str(clients.nobody.base_url)).join(path)
    return await clients.nobody.post(url, content=offer, headers={**SDP, **bearer, **headers})


def send(camera: FarPeer, number: int, *, is_keyframe: bool) -> None:
    """Send a picture of the camera."""
    assert camera.line is not None
    sets = [SEQUENCE_SET, PICTURE_SET] if is_keyframe else []
    nal = (b"\x65" if is_keyframe else b"\x41") + bytes([number & 0xFF]) * 50
    payloads = list(write_payloads([*sets, nal]))
    for place, payload in enumerate(payloads):
        sequence = (2 * number + place) & 0xFFFF
        is_last = place == len(payloads) - 1
        packet = RtpPacket(102, sequence, number * 3000, 77, payload, is_marked=is_last)
        camera.send(camera.line.protect(bytes(packet)))
        if not is_keyframe:
            # Every picture takes two numbers, so that they are known beforehand.
            filler = RtpPacket(102, sequence + 1 & 0xFFFF, number * 3000, 77, b"")
            camera.send(camera.line.protect(bytes(filler)))


async def go_live(clients: Clients, channel: Channel, camera: FarPeer) -> httpx.Response:
    """Offer with the key, and connect."""
    answer = await post(clients, "/whip", camera.offer, channel.key)
    assert answer.status_code == 201, answer.text
    await camera.connect(answer.text)
    await until(lambda: camera.line is not None)
    return answer


async def test_what_a_camera_sends_goes_out(
    clients: Clients, channel: Channel, desk: LiveDesk, camera: FarPeer
):
    answer = await go_live(clients, channel, camera)
    assert answer.headers["content-type"] == "application/sdp"
    assert answer.headers["etag"].startswith('"')
    await until(lambda: bool(desk.broadcasts))
    for number in range(90):
        send(camera, number, is_keyframe=number % 60 == 0)
        await asyncio.sleep(0)
    await until(lambda: desk.find(channel.id) is not None)
    (broadcast,) = desk.broadcasts
    video = broadcast.edge.tracks["v"]
    await until(lambda: len(video.segments) == 2)
    assert video.heads[0].codec == "avc1.42c00d"
    shown = (await clients.owner.get(f"/live/streams/{channel.id}/key")).json()
    assert shown["whip_url"].endswith("/whip")


@pytest.mark.parametrize("key", [None, "not-a-key"])
async def test_a_wrong_key_gets_nowhere(
    key: str | None, clients: Clients, desk: LiveDesk, camera: FarPeer
):
    for path in ("/whip", "/whip/neither-a-key"):
        # What is offered is not even looked at.
        answer = await post(clients, path, "garbage", key)
        assert answer.status_code == 401
        assert answer.json()["code"] == "live.stream_key_unknown"
        assert answer.headers["www-authenticate"] == "Bearer"
    assert desk.webrtc is not None
    assert (dict(desk.webrtc.peers), desk.broadcasts) == ({}, ())


async def test_who_may_not_come_now_is_told_before_anything_is_read(
    clients: Clients, channel: Channel, desk: LiveDesk, camera: FarPeer
):
    await clients.owner.patch(f"/live/streams/{channel.id}", json={"newcomer": "refuse"})
    first = await channel.connect()
    refused = await post(clients, "/whip", "garbage", channel.key)
    assert (refused.status_code, refused.json()["code"]) == (409, "live.publishing_refused")
    assert refused.json()["detail"] == SECOND
    first.receiver.on_end("The publisher hung up.")
    await clients.owner.post("/live/streams/stop", json={"ids": [str(channel.id)]})
    refused = await post(clients, "/whip", camera.offer, channel.key)
    assert (refused.status_code, refused.json()["detail"]) == (409, STOPPED)
    assert desk.webrtc is not None
    assert dict(desk.webrtc.peers) == {}


async def test_checks_of_strangers_are_not_answered_and_leave_nothing(
    clients: Clients, channel: Channel, desk: LiveDesk, camera: FarPeer
):
    answer = await post(clients, "/whip", camera.offer, channel.key)
    # The socket is there, but no check was right so far.
    wrong = FarPeer("sendonly")
    await wrong.connect(answer.text.replace("a=ice-pwd:", "a=ice-pwd:x"))
    for number in range(500):
        names = f"stranger{number}:x".encode()
        wrong.send(StunMessage(REQUEST, bytes(12), ((USERNAME, names),)).sign("guessed"))
        wrong.check("guessed")
        wrong.send(b"\x16\xfe\xfd" + bytes(40))
        wrong.send(bytes(RtpPacket(102, number, 0, 1, b"\x65")))
    await camera.connect(answer.text)
    await until(lambda: camera.line is not None)
    assert wrong.heard == []
    wrong.leave()
    assert desk.webrtc is not None
    (peer,) = desk.webrtc.peers.values()
    assert len(peer.ways) == 1


async def test_another_certificate_than_the_offer_names_is_refused(
    clients: Clients, channel: Channel, desk: LiveDesk
):
    camera = FarPeer("sendonly", fingerprint=":".join(["AB"] * 32))
    answer = await post(clients, "/whip", camera.offer, channel.key)
    await camera.connect(answer.text)
    assert desk.webrtc is not None
    server = desk.webrtc
    await until(lambda: not server.peers)
    assert desk.broadcasts == ()
    camera.leave()


async def test_whoever_deletes_the_connection_is_gone_and_may_come_back(
    clients: Clients, channel: Channel, desk: LiveDesk, camera: FarPeer
):
    answer = await go_live(clients, channel, camera)
    url = httpx.URL(str(clients.nobody.base_url)).join(answer.headers["location"])
    assert (await clients.nobody.delete(url)).status_code == 200
    await until(lambda: camera.is_seen_out)
    # Once is as good as twice.
    assert (await clients.nobody.delete(url)).status_code == 200
    gone = await clients.nobody.patch(url, content="")
    assert (gone.status_code, gone.json()["code"]) == (404, "live.peer_not_found")
    again = FarPeer("sendonly")
    await go_live(clients, channel, again)
    again.leave()


async def test_a_restart_gives_other_credentials_and_the_media_go_on(
    clients: Clients, channel: Channel, desk: LiveDesk, camera: FarPeer
):
    answer = await go_live(clients, channel, camera)
    url = httpx.URL(str(clients.nobody.base_url)).join(answer.headers["location"])
    kind = {"Content-Type": "application/trickle-ice-sdpfrag"}
    candidates = "a=candidate:1 1 udp 1 192.0.2.9 9 typ host\r\n"

    async def patch(body: str, condition: str | None) -> httpx.Response:
        given = {} if condition is None else {"If-Match": condition}
        return await clients.nobody.patch(url, content=body, headers={**kind, **given})

    assert (await patch(candidates, None)).status_code == 428
    assert (await patch(candidates, '"another"')).status_code == 412
    assert (await patch(candidates, answer.headers["etag"])).status_code == 204
    fresh = "a=ice-ufrag:fresh\r\na=ice-pwd:fresh-password-fresh-pass\r\n"
    restarted = await patch(fresh, "*")
    assert restarted.status_code == 200
    assert restarted.headers["etag"] != answer.headers["etag"]
    assert restarted.headers["content-type"] == kind["Content-Type"]
    await camera.connect("v=0\r\n" + restarted.text.replace("a=ice", "a=ice", 1))
    assert desk.webrtc is not None
    (peer,) = desk.webrtc.peers.values()
    await until(lambda: bool(desk.broadcasts))
    before = peer.bytes_received
    send(camera, 0, is_keyframe=True)
    await until(lambda: peer.bytes_received > before)


@pytest.mark.parametrize(
    ("offer", "headers", "expected"),
    [
        ("garbage", {}, (422, "live.offer_refused")),
        ("v=0\r\n", {"Content-Type": "text/plain"}, (415, "live.offer_type_unknown")),
        ("v=0\r\n" + "a=x\r\n" * 20_000, {}, (422, "live.offer_refused")),
    ],
)
async def test_what_is_no_offer_is_refused_in_words(
    offer: str,
    headers: dict[str, str],
    expected: tuple[int, str],
    clients: Clients,
    channel: Channel,
    desk: LiveDesk,
):
    answer = await post(clients, "/whip", offer, channel.key, **headers)
    said: dict[str, Any] = answer.json()
    assert (answer.status_code, said["code"]) == expected
    assert desk.webrtc is not None
    assert desk.webrtc.peers == {}


async def test_encoders_in_browsers_may_ask_from_anywhere(clients: Clients):
    url = httpx.URL(str(clients.nobody.base_url)).join("/whip")
    answer = await clients.nobody.options(url)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["access-control-allow-methods"] == "POST, PATCH, DELETE, OPTIONS"
    assert answer.headers["access-control-expose-headers"] == "ETag, Location"
    assert answer.headers["accept-post"] == "application/sdp"


async def test_where_no_peers_are_taken_it_is_said(clients: Clients, channel: Channel):
    answer = await post(clients, "/whip", FarPeer("sendonly").offer, channel.key)
    assert (answer.status_code, answer.json()["code"]) == (503, "live.webrtc_unavailable")
