"""The socket of all peers, and how long each of them is waited for."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from streamverse.mediakit.webrtc.datagrams import DatagramSender
from streamverse.mediakit.webrtc.negotiation import OurSide, answer_publisher
from streamverse.mediakit.webrtc.peers import MOST_WAYS, Patience, Peer
from streamverse.mediakit.webrtc.sdp import SessionDescription
from streamverse.mediakit.webrtc.server import (
    MOST_UNCONNECTED_PER_NETWORK,
    TooManyWaiting,
    WebRtcServer,
)
from streamverse.mediakit.webrtc.srtp import SrtpLine
from streamverse.mediakit.webrtc.stun import REQUEST, USERNAME, StunMessage


class Silence:
    """Happens without a sound."""

    patience = Patience()
    tick_s = 1.0

    def __init__(self) -> None:
        self.reasons: list[str] = []

    def on_open(self, line: SrtpLine) -> None:
        """Begin."""

    def on_media(self, data: bytes) -> None:
        """Hear media."""

    def on_reports(self, data: bytes) -> None:
        """Hear reports."""

    def on_tick(self, now_s: float) -> None:
        """Do nothing."""

    def on_close(self, reason: str) -> None:
        """Note the end."""
        self.reasons.append(reason)


@pytest.fixture
async def server() -> WebRtcServer:
    """Give a server without a socket."""
    return WebRtcServer(["192.0.2.1"])


def welcome(server: WebRtcServer, offer: SessionDescription, session: Silence) -> Peer:
    """Let a peer in."""

    def agree(ours: OurSide):
        return answer_publisher(offer, ours)

    return server.welcome("198.51.100.7", agree, session)


async def test_whoever_does_not_connect_in_time_is_forgotten(
    server: WebRtcServer, chromium_camera: SessionDescription
):
    session = Silence()
    peer = welcome(server, chromium_camera, session)
    began_s = server._now_s()  # noqa: SLF001
    peer.tick(began_s + 10)
    assert session.reasons == []
    peer.tick(began_s + 16)
    assert session.reasons == ["No connection came about."]
    peer.tick(began_s + 60)
    peer.close("Once more.")
    assert len(session.reasons) == 1


async def test_only_so_many_of_a_network_may_be_on_their_way(
    server: WebRtcServer, chromium_camera: SessionDescription
):
    peers = [
        welcome(server, chromium_camera, Silence()) for _ in range(MOST_UNCONNECTED_PER_NETWORK)
    ]
    with pytest.raises(TooManyWaiting):
        welcome(server, chromium_camera, Silence())
    assert len(server.peers) == len(peers)
    server.end(peers[0], "Gone.")
    welcome(server, chromium_camera, Silence())


async def test_ways_are_remembered_for_the_password_alone_and_not_without_end(
    server: WebRtcServer, chromium_camera: SessionDescription
):
    peer = welcome(server, chromium_camera, Silence())
    message = StunMessage(REQUEST, bytes(12), ((USERNAME, b"x:y"),))
    forged = StunMessage.parse(message.sign("guessed"))
    assert not peer.check(forged, ("203.0.113.1", 1), 0)
    right = StunMessage.parse(message.sign(peer.credentials.password))
    taken = [peer.check(right, ("203.0.113.1", port), 0) for port in range(1, MOST_WAYS + 3)]
    assert taken == [True] * MOST_WAYS + [False, False]


@pytest.fixture
def lines() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Give a socket that sends, and one that hears."""
    with (
        socket.socket(type=socket.SOCK_DGRAM) as here,
        socket.socket(type=socket.SOCK_DGRAM) as there,
    ):
        there.bind(("127.0.0.1", 0))
        there.settimeout(60)
        yield here, there


@pytest.mark.parametrize("joins", [True, False])
def test_datagrams_arrive_as_they_were_however_they_are_sent(
    lines: tuple[socket.socket, socket.socket], joins: bool
):
    here, there = lines
    sender = DatagramSender(here)
    sender._joins = joins and sender._joins  # noqa: SLF001
    sizes = [1200, 1200, 1200, 300, 1200, 700, 900, 900, 50, *[1100] * 70]
    sent = [bytes([n]) * size for n, size in enumerate(sizes)]
    sender.send_all(sent, there.getsockname())
    assert [there.recv(2048) for _ in sent] == sent
