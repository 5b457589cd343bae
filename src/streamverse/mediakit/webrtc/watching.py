"""A viewer by WHEP: what a relay passes on is encrypted and sent, and sent again if it was lost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from streamverse.mediakit.webrtc.peers import ENDED, Patience
from streamverse.mediakit.webrtc.relay import Encryptor, Outlet, Relay
from streamverse.mediakit.webrtc.rtcp import Nack, parse_compound

if TYPE_CHECKING:
    from streamverse.mediakit.webrtc.negotiation import Agreement, Kind
    from streamverse.mediakit.webrtc.srtp import SrtpLine

GO_ON_S: Final = 0.004
OVER: Final = "The stream is over."


class Watching:
    """One viewer of a relay."""

    patience = Patience()
    tick_s = 1.0

    def __init__(self, relay: Relay, *, may_go_on: Callable[[], None] = lambda: None) -> None:
        self.outlets: dict[Kind, Outlet] = {}
        self.end_peer: Callable[[str], None] = lambda _reason: None
        self.send: Callable[[Sequence[bytes]], None] = lambda _datagrams: None
        self._relay = relay
        self._may_go_on = may_go_on
        self._line: SrtpLine | None = None
        self._encryptor: Encryptor | None = None
        self._going_on: asyncio.TimerHandle | None = None

    def agree(self, agreement: Agreement) -> None:
        """Take what was agreed on."""
        for track in agreement.tracks:
            source = self._relay.sources.of(track.kind)
            if source is not None:
                self.outlets[track.kind] = Outlet(source, track.coding.payload_type)

    # --- the connection ---------------------------------------------------------------------------

    def on_open(self, line: SrtpLine) -> None:
        """Begin with the pictures that lead to what is shown now."""
        if self._relay.is_ended:
            self.end_peer(OVER)
            return
        self._line = line
        self._encryptor = Encryptor(line, self._relay, self.outlets)
        self._encryptor.begin(self._relay.join(self))
        self.report()
        self._go_on()

    def on_media(self, data: bytes) -> None:
        """Ignore media: viewers send none."""

    def on_reports(self, data: bytes) -> None:
        """Send again what is missing."""
        if self._encryptor is None:
            return
        for said in parse_compound(data):
            if isinstance(said, Nack):
                self.send(self._encryptor.repeat(said.source, said.lost))

    def on_tick(self, now_s: float) -> None:
        """Report, and see whether the viewer may still watch."""
        del now_s
        self.report()
        self._may_go_on()

    def on_close(self, reason: str) -> None:
        """Leave the relay."""
        del reason
        self._relay.leave(self)
        if self._going_on is not None:
            self._going_on.cancel()
        self._encryptor = self._line = None

    # --- what is passed on ------------------------------------------------------------------------

    def take(self, kind: Kind, packets: Sequence[bytes]) -> None:
        """Send packets that are written for this viewer's numbers."""
        if self._encryptor is not None:
            self.send(self._encryptor.write(kind, packets))

    def report(self) -> None:
        """Say which instant of each source is now."""
        if self._line is None:
            return
        for kind, outlet in self.outlets.items():
            report = self._relay.report_of(kind, outlet.tally)
            if report is not None:
                self.send([self._line.protect_reports(report)])

    def end(self) -> None:
        """Hear that the stream is over."""
        if self._line is not None:
            farewells = [self._relay.farewell_of(kind) for kind in self.outlets]
            self.send([self._line.protect_reports(one) for one in farewells])
        self.end_peer(OVER)

    def leave(self) -> None:
        """Let the viewer go who wants to."""
        self.end_peer(ENDED)

    def _go_on(self) -> None:
        if self._encryptor is not None and self._encryptor.is_catching_up:
            self.send(self._encryptor.go_on())
            loop = asyncio.get_running_loop()
            self._going_on = loop.call_later(GO_ON_S, self._go_on)
