"""One peer: the way to it is checked, keys are agreed on, then media flow."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from streamverse.mediakit.webrtc.dtls import DtlsEndpoint, DtlsFailed, Identity, is_dtls
from streamverse.mediakit.webrtc.negotiation import Agreement, Credentials
from streamverse.mediakit.webrtc.rtp import RtpBroken, is_rtcp
from streamverse.mediakit.webrtc.srtp import SrtpLine, SrtpRefused
from streamverse.mediakit.webrtc.stun import USE_CANDIDATE, StunMessage, answer_check

if TYPE_CHECKING:
    from streamverse.mediakit.webrtc.datagrams import DatagramSender

Address = tuple[str, int]

ENDED: Final = "The other side ended the connection."
LOST: Final = "The connection was lost."
NOT_REACHED: Final = "No connection came about."
# Ways that a peer may have tried; more are not remembered.
MOST_WAYS: Final = 16


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a connection may take to come about, and be silent."""

    connect_s: float = 15
    silence_s: float = 30


class Session(Protocol):
    """What happens over a connection, once there is one."""

    patience: Patience
    tick_s: float

    def on_open(self, line: SrtpLine) -> None:
        """Begin."""
        ...

    def on_media(self, data: bytes) -> None:
        """Take a packet of media."""
        ...

    def on_reports(self, data: bytes) -> None:
        """Take reports."""
        ...

    def on_tick(self, now_s: float) -> None:
        """Do what it is time for."""
        ...

    def on_close(self, reason: str) -> None:
        """Hear that it is over, once."""
        ...


def new_credentials() -> Credentials:
    """Make what nobody guesses."""
    return Credentials(secrets.token_hex(8), secrets.token_hex(16))


class Peer:
    """A connection; it knows addresses of whoever has shown the password, and no others."""

    def __init__(
        self,
        credentials: Credentials,
        agreement: Agreement,
        session: Session,
        identity: Identity,
        now_s: float,
    ) -> None:
        self.credentials = credentials
        self.agreement = agreement
        self.session = session
        self.token = secrets.token_urlsafe(24)
        self.address: Address | None = None
        self.ways: set[Address] = set()
        self.is_over = False
        self.sender: DatagramSender | None = None
        self.bytes_received = 0
        self._line: SrtpLine | None = None
        self._is_nominated = self._is_greeted = False
        self._heard_s = self._began_s = now_s
        self._ticked_s = float("-inf")
        theirs = agreement.peer
        self._dtls = DtlsEndpoint(identity, theirs.our_role, theirs.fingerprint)

    @property
    def is_open(self) -> bool:
        """Tell whether media may flow."""
        return self._line is not None and not self.is_over

    def check(self, message: StunMessage, address: Address, now_s: float) -> bool:
        """Take a check of the way to us, and tell whether it is of the peer."""
        if self.is_over or not message.is_signed_with(self.credentials.password):
            return False
        if address not in self.ways and len(self.ways) >= MOST_WAYS:
            return False
        self._heard_s = now_s
        is_first = self.address is None
        is_chosen = message.find(USE_CANDIDATE) is not None
        if is_first or is_chosen or not self._is_nominated:
            self.address = address
            self._is_nominated = self._is_nominated or is_chosen
        self.ways.add(address)
        self._send(answer_check(message, address, self.credentials.password), address)
        return True

    def receive(self, data: bytes, now_s: float) -> None:
        """Take what came from an address of the peer."""
        self.bytes_received += len(data)
        if is_dtls(data):
            self._handshake(data)
        elif self._line is not None:
            with suppress(SrtpRefused, RtpBroken):
                self._take(self._line, data)
                self._heard_s = now_s

    def _urge(self) -> None:
        """Begin the handshake, if it is us, or go on with it where something was lost."""
        if self.agreement.peer.our_role == "client" and not self._is_greeted:
            # A moment after the first check: by then the peer listens.
            self._is_greeted = True
            self._handshake(None)
        else:
            self._dtls.tick()
            self._flush()

    def _take(self, line: SrtpLine, data: bytes) -> None:
        if is_rtcp(data):
            self.session.on_reports(line.open_reports(data))
        else:
            self.session.on_media(line.open(data))

    def _handshake(self, data: bytes | None) -> None:
        try:
            if data is None:
                self._dtls.start()
            else:
                self._dtls.receive(data)
        except DtlsFailed as failure:
            self.close(str(failure))
            return
        self._flush()
        if self._dtls.is_closed:
            self.close(ENDED)
        elif self._dtls.keys is not None and self._line is None:
            self._line = SrtpLine(self._dtls.keys)
            self.session.on_open(self._line)

    def tick(self, now_s: float) -> None:
        """Do what it is time for."""
        patience = self.session.patience
        if self._line is None:
            if now_s - self._began_s >= patience.connect_s:
                self.close(NOT_REACHED)
            elif self.address is not None:
                self._urge()
        elif now_s - self._heard_s >= patience.silence_s:
            self.close(LOST)
        elif now_s - self._ticked_s >= self.session.tick_s:
            self._ticked_s = now_s
            self.session.on_tick(now_s)

    def send(self, datagrams: Sequence[bytes]) -> None:
        """Send what is encrypted."""
        if self.sender is not None and self.address is not None and datagrams:
            self.sender.send_all(datagrams, self.address)

    def close(self, reason: str) -> None:
        """End it."""
        if self.is_over:
            return
        self.is_over = True
        self._dtls.close()
        self._flush()
        self.session.on_close(reason)

    def _flush(self) -> None:
        for datagram in self._dtls.take_output():
            if self.address is not None:
                self._send(datagram, self.address)

    def _send(self, datagram: bytes, address: Address) -> None:
        if self.sender is not None:
            self.sender.send(datagram, address)
