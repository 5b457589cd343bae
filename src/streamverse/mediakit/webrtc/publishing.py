"""A publisher by WHIP (RFC 9725): admitted when the way is open, then fed to the receiver."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from streamverse.mediakit.ingest.samples import (
    Admit,
    MediaRefused,
    PublishRefused,
    PublishRequest,
    Receiver,
    Sample,
)
from streamverse.mediakit.webrtc.incoming import Heard, Incoming
from streamverse.mediakit.webrtc.peers import ENDED, Patience

if TYPE_CHECKING:
    from streamverse.mediakit.webrtc.negotiation import Agreement
    from streamverse.mediakit.webrtc.srtp import SrtpLine

ADMIT_WITHIN_S: Final = 10.0
MOST_KEPT: Final = 2000
ASKED_EVERY: Final = 100
SILENCE_S: Final = 30.0
BEHIND: Final = "The server cannot keep up with the publisher."
FAILED: Final = "The server failed to take the stream."


class Publishing:
    """What a publisher sends, from the first packet to the last."""

    # Encoders need not check the way again, but they send all the time.
    patience = Patience(silence_s=10)
    tick_s = 0.1

    def __init__(self, admit: Admit, key: str, place: str, encoder: str | None) -> None:
        self.samples_received = 0
        self.end: Callable[[str], None] = lambda _reason: None
        self.send: Callable[[list[bytes]], None] = lambda _datagrams: None
        self.count: Callable[[], int] = lambda: 0
        self._admit = admit
        self._request = PublishRequest(key, "whip", place, encoder, self)
        self._loop = asyncio.get_running_loop()
        self._incoming: Incoming | None = None
        self._line: SrtpLine | None = None
        self._receiver: Receiver | None = None
        self._reason: str | None = None
        self._kept: list[Heard] = []
        self._is_held = False
        self._unasked = 0
        self._fed = asyncio.Event()
        self._heard_s = self._loop.time()
        self._task: asyncio.Task[None] | None = None

    @property
    def bytes_received(self) -> int:
        """Count what came over the line."""
        return self.count()

    def agree(self, agreement: Agreement) -> None:
        """Take what was agreed on."""
        self._incoming = Incoming(agreement, secrets.randbits(31) | 1)

    def close(self, reason: str) -> None:
        """End the publisher."""
        self.end(reason)

    # --- the connection ---------------------------------------------------------------------------

    def on_open(self, line: SrtpLine) -> None:
        """Ask for admission; what comes before it is given is not looked at."""
        self._line = line
        self._heard_s = self._loop.time()
        self._task = self._loop.create_task(self._attend())

    def on_media(self, data: bytes) -> None:
        """Take a packet."""
        if self._receiver is not None and self._incoming is not None:
            self._feed(self._incoming.receive(data, self._loop.time()))

    def on_reports(self, data: bytes) -> None:
        """Take reports."""
        if self._incoming is not None and self._incoming.receive_reports(data, self._loop.time()):
            self.end(ENDED)

    def on_tick(self, now_s: float) -> None:
        """Hand on what has waited long enough, and report."""
        if self._receiver is None or self._incoming is None or self._line is None:
            return
        self._feed(self._incoming.tick(now_s))
        reports = self._incoming.take_reports(now_s)
        self.send([self._line.protect_reports(report) for report in reports])
        if now_s - self._heard_s >= SILENCE_S and not self._is_held:
            self.end(f"The publisher sent nothing for {SILENCE_S:g} seconds.")

    def on_close(self, reason: str) -> None:
        """Tell the receiver, when whatever it does now is done."""
        self._reason = reason
        receiver, self._receiver = self._receiver, None
        if receiver is not None:
            self._loop.call_soon(receiver.on_end, reason)
            if self._task is not None:
                self._task.cancel()

    # --- admission and media ----------------------------------------------------------------------

    async def _attend(self) -> None:
        try:
            async with asyncio.timeout(ADMIT_WITHIN_S):
                receiver = await self._admit(self._request)
        except PublishRefused as refusal:
            self.end(refusal.sentence)
            return
        except Exception:
            self.end(FAILED)
            raise
        if self._reason is not None:
            receiver.on_end(self._reason)
            return
        self._receiver = receiver
        while True:
            await self._fed.wait()
            self._fed.clear()
            self._is_held = True
            await receiver.writable()
            self._is_held = False
            kept, self._kept = self._kept, []
            self._feed(kept)

    def _feed(self, events: Iterable[Heard]) -> None:
        try:
            for event in events:
                self._hand_on(event)
        except MediaRefused as refusal:
            self.end(str(refusal))

    def _hand_on(self, event: Heard) -> None:
        if self._receiver is None:
            return
        if self._is_held:
            self._kept.append(event)
            if len(self._kept) > MOST_KEPT:
                self.end(BEHIND)
            return
        self._heard_s = self._loop.time()
        if not isinstance(event, Sample):
            self._receiver.on_format(event)
            return
        self.samples_received += 1
        self._receiver.on_sample(event)
        self._unasked += 1
        if self._unasked >= ASKED_EVERY:
            self._unasked = 0
            self._fed.set()
