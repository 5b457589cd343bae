"""The other side of WebRTC: a peer that offers, checks the way, and sends or hears."""

from __future__ import annotations

import asyncio
import secrets
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from streamverse.mediakit.webrtc.dtls import DtlsEndpoint, Identity, is_dtls
from streamverse.mediakit.webrtc.negotiation import Credentials
from streamverse.mediakit.webrtc.rtp import is_rtcp
from streamverse.mediakit.webrtc.sdp import SessionDescription
from streamverse.mediakit.webrtc.srtp import SrtpLine, SrtpRefused
from streamverse.mediakit.webrtc.stun import (
    REQUEST,
    USE_CANDIDATE,
    USERNAME,
    StunMessage,
    is_stun,
)

if TYPE_CHECKING:
    from streamverse.mediakit.webrtc.peers import Address

SDP = {"Content-Type": "application/sdp"}
IDENTITY = Identity()

_SECTION = """m={kind} 9 UDP/TLS/RTP/SAVPF {number}
c=IN IP4 0.0.0.0
a=mid:{mid}
a=ice-ufrag:{name}
a=ice-pwd:{password}
a=fingerprint:sha-256 {fingerprint}
a=setup:active
a=rtcp-mux
a={direction}
a=rtpmap:{number} {coding}
a=rtcp-fb:{number} nack
{more}"""
H264 = "a=fmtp:102 packetization-mode=1;profile-level-id=42e01f\n"


@dataclass
class FarPeer(asyncio.DatagramProtocol):
    """A peer on a socket of its own; `fingerprint` may be a lie."""

    direction: str
    fingerprint: str = IDENTITY.fingerprint
    line: SrtpLine | None = None
    media: list[bytes] = field(default_factory=list[bytes])
    reports: list[bytes] = field(default_factory=list[bytes])
    heard: list[bytes] = field(default_factory=list[bytes])
    repeated: list[bytes] = field(default_factory=list[bytes])
    is_seen_out: bool = False
    credentials: Credentials = field(
        default_factory=lambda: Credentials(secrets.token_hex(4), secrets.token_hex(16))
    )
    transport: asyncio.DatagramTransport | None = None
    _theirs: Credentials | None = None
    _address: Address | None = None
    _dtls: DtlsEndpoint | None = None

    @property
    def offer(self) -> str:
        """Describe what is offered."""
        both = {
            "name": self.credentials.name,
            "password": self.credentials.password,
            "fingerprint": self.fingerprint,
            "direction": self.direction,
        }
        video = _SECTION.format(
            kind="video", number=102, mid=0, coding="H264/90000", more=H264, **both
        )
        audio = _SECTION.format(
            kind="audio", number=111, mid=1, coding="opus/48000/2", more="", **both
        )
        head = "v=0\no=- 1 1 IN IP4 127.0.0.1\ns=-\nt=0 0\na=group:BUNDLE 0 1\n"
        return (head + video + audio).replace("\n", "\r\n")

    async def connect(self, answer: str) -> None:
        """Check the way that an answer names."""
        described = SessionDescription.parse(answer.encode())
        section = described.media[0]
        self._theirs = Credentials(section.find("ice-ufrag") or "", section.find("ice-pwd") or "")
        words = (section.find("candidate") or "").split()
        self._address = (words[4], int(words[5]))
        fingerprint = (section.find("fingerprint") or "").partition(" ")[2]
        loop = asyncio.get_running_loop()
        if self.transport is None:
            self.transport, _ = await loop.create_datagram_endpoint(
                lambda: self, local_addr=("127.0.0.1", 0), family=socket.AF_INET
            )
            self._dtls = DtlsEndpoint(IDENTITY, "client", fingerprint)
        self.check()

    def check(self, password: str | None = None) -> None:
        """Check the way to the server, with the right password or with another one."""
        assert self._theirs is not None
        names = f"{self._theirs.name}:{self.credentials.name}".encode()
        said = ((USERNAME, names), (USE_CANDIDATE, b""))
        message = StunMessage(REQUEST, secrets.token_bytes(12), said)
        self.send(message.sign(password or self._theirs.password))

    def send(self, datagram: bytes) -> None:
        """Send something."""
        assert self.transport is not None
        self.transport.sendto(datagram, self._address)

    def datagram_received(self, data: bytes, addr: Address) -> None:
        """Take what the server sends."""
        del addr
        self.heard.append(data)
        assert self._dtls is not None
        if is_stun(data):
            if self._dtls.keys is None:
                self._dtls.start()
                self._flush()
        elif is_dtls(data):
            self._dtls.receive(data)
            self._flush()
            if self._dtls.keys is not None and self.line is None:
                self.line = SrtpLine(self._dtls.keys)
            self.is_seen_out = self._dtls.is_closed
        elif self.line is not None and is_rtcp(data):
            self.reports.append(self.line.open_reports(data))
        elif self.line is not None:
            try:
                self.media.append(self.line.open(data))
            except SrtpRefused:
                self.repeated.append(data)

    def leave(self) -> None:
        """Let go of the socket."""
        if self.transport is not None:
            self.transport.close()

    def _flush(self) -> None:
        assert self._dtls is not None
        for datagram in self._dtls.take_output():
            self.send(datagram)


async def until(is_so: Callable[[], bool]) -> None:
    """Wait for something that comes by itself."""
    async with asyncio.timeout(60):
        while not is_so():
            await asyncio.sleep(0.01)
