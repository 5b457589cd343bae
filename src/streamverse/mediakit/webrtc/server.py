"""The server of WebRTC: one socket for all peers, told apart by name and then by address."""

from __future__ import annotations

import asyncio
import secrets
import socket
from collections.abc import Callable, Sequence
from ipaddress import ip_address
from typing import Final

from streamverse.mediakit.ingest.waiting import WaitingRoom
from streamverse.mediakit.webrtc.datagrams import DatagramSender
from streamverse.mediakit.webrtc.dtls import Identity
from streamverse.mediakit.webrtc.negotiation import Agreement, Credentials, OurSide
from streamverse.mediakit.webrtc.peers import Address, Peer, Session, new_credentials
from streamverse.mediakit.webrtc.stun import REQUEST, USERNAME, StunBroken, StunMessage, is_stun

BUFFER_BYTES: Final = 1 << 22
DATAGRAM_BYTES: Final = 2048
# Nobody else is served for longer than this takes.
READ_AT_ONCE: Final = 200
TICK_S: Final = 0.05
MOST_UNCONNECTED: Final = 500
MOST_UNCONNECTED_PER_NETWORK: Final = 50
SHUT_DOWN: Final = "The server is shutting down."
# No packet is sent there; the system only says which of our addresses it would be sent from.
FAR_AWAY: Final = ("192.0.2.1", "2001:db8::1")


class TooManyWaiting(Exception):
    """More are on their way in than there may be."""


class WebRtcServer:
    """Takes peers whose descriptions were agreed on, and carries what is said with them."""

    def __init__(self, addresses: Sequence[str] = (), identity: Identity | None = None) -> None:
        self.identity = identity or Identity()
        self.port: int | None = None
        self.peers: dict[str, Peer] = {}
        self._announced = tuple(addresses)
        self._by_name: dict[str, Peer] = {}
        self._by_address: dict[Address, Peer] = {}
        self._waiting = WaitingRoom(MOST_UNCONNECTED, MOST_UNCONNECTED_PER_NETWORK)
        self._entered: dict[str, str] = {}
        self._line: socket.socket | None = None
        self._sender: DatagramSender | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ticking: asyncio.TimerHandle | None = None

    async def listen(self, host: str, port: int) -> int:
        """Listen at an address; give the port."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        line = socket.socket(family, socket.SOCK_DGRAM)
        line.setblocking(False)  # noqa: FBT003 - its only argument
        for which in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            line.setsockopt(socket.SOL_SOCKET, which, BUFFER_BYTES)
        try:
            line.bind((host, port))
        except OSError:
            line.close()
            raise
        self._line, self._sender = line, DatagramSender(line)
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(line, self._read)
        self._ticking = self._loop.call_later(TICK_S, self._tick)
        self.port = int(line.getsockname()[1])
        self._announced = self._announced or tuple(_own_addresses(host))
        return self.port

    async def close(self) -> None:
        """End every peer, and listen no longer."""
        for peer in list(self.peers.values()):
            self.end(peer, SHUT_DOWN)
        if self._ticking is not None:
            self._ticking.cancel()
        if self._loop is not None and self._line is not None:
            self._loop.remove_reader(self._line)
            self._line.close()
            self._line, self.port = None, None

    # --- peers ------------------------------------------------------------------------------------

    def our_side(self, credentials: Credentials) -> OurSide:
        """Give what we say of ourselves."""
        addresses = [(host, self.port or 0) for host in self._announced]
        return OurSide(credentials, self.identity.fingerprint, addresses, secrets.randbits(62))

    def welcome(self, place: str, agree: Callable[[OurSide], Agreement], session: Session) -> Peer:
        """Let in a peer whose offer is agreed on; it has some seconds to connect."""
        credentials = new_credentials()
        agreement = agree(self.our_side(credentials))
        if not self._waiting.enter(place):
            raise TooManyWaiting
        peer = Peer(credentials, agreement, session, self.identity, self._now_s())
        peer.sender = self._sender
        self.peers[peer.token] = peer
        self._by_name[credentials.name] = peer
        self._entered[peer.token] = place
        return peer

    def restart(self, peer: Peer) -> OurSide:
        """Let a peer come by another way, under another name; the old one goes on meanwhile."""
        self._by_name.pop(peer.credentials.name, None)
        peer.credentials = new_credentials()
        self._by_name[peer.credentials.name] = peer
        return self.our_side(peer.credentials)

    def end(self, peer: Peer, reason: str) -> None:
        """End a peer, and forget it."""
        peer.close(reason)
        self._forget(peer)

    def _forget(self, peer: Peer) -> None:
        if self.peers.pop(peer.token, None) is None:
            return
        self._by_name.pop(peer.credentials.name, None)
        for way in peer.ways:
            self._by_address.pop(way, None)
        self._let_through(peer)

    def _let_through(self, peer: Peer) -> None:
        place = self._entered.pop(peer.token, None)
        if place is not None:
            self._waiting.leave(place)

    # --- datagrams --------------------------------------------------------------------------------

    def _read(self) -> None:
        for _ in range(READ_AT_ONCE):
            if self._line is None:
                return
            try:
                data, address = self._line.recvfrom(DATAGRAM_BYTES)
            except OSError:
                return
            self._take(data, (address[0], address[1]))

    def _take(self, data: bytes, address: Address) -> None:
        """Give a datagram to whom it is of; those of strangers leave no trace."""
        if is_stun(data):
            self._check(data, address)
            return
        peer = self._by_address.get(address)
        if peer is None:
            return
        peer.receive(data, self._now_s())
        if peer.is_open:
            self._let_through(peer)
        elif peer.is_over:
            self._forget(peer)

    def _check(self, data: bytes, address: Address) -> None:
        try:
            message = StunMessage.parse(data)
        except StunBroken:
            return
        names = message.find(USERNAME)
        if message.kind != REQUEST or names is None:
            return
        peer = self._by_name.get(names.partition(b":")[0].decode("latin-1"))
        if peer is not None and peer.check(message, address, self._now_s()):
            self._by_address[address] = peer

    def _tick(self) -> None:
        if self._loop is None or self._line is None:
            return
        self._ticking = self._loop.call_later(TICK_S, self._tick)
        now_s = self._now_s()
        for peer in list(self.peers.values()):
            peer.tick(now_s)
            if peer.is_over:
                self._forget(peer)

    def _now_s(self) -> float:
        return asyncio.get_running_loop().time()


def _own_addresses(host: str) -> list[str]:
    """Find where this machine is reached; loopback, too, where it alone is listened at."""
    if not ip_address(host).is_unspecified:
        return [host]
    found: list[str] = []
    families = (socket.AF_INET,) if ":" not in host else (socket.AF_INET6, socket.AF_INET)
    for family in families:
        with socket.socket(family, socket.SOCK_DGRAM) as attempt:
            try:
                attempt.connect((FAR_AWAY[family == socket.AF_INET6], 9))
            except OSError:
                continue
            found.append(str(attempt.getsockname()[0]))
    loopback = "::1" if ":" in host else "127.0.0.1"
    return [*found, *([] if loopback in found else [loopback])]
