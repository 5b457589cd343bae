"""Packets put into their order; those that are missing are asked for, and given up in time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from streamverse.mediakit.webrtc.rtcp import Reception
from streamverse.mediakit.webrtc.rtp import RtpPacket, Unwrapper

MOST_WAITING: Final = 3000
ASK_AGAIN_S: Final = 0.06
MOST_ASKED: Final = 100


@dataclass(slots=True)
class _Gap:
    since_s: float
    asked_s: float = float("-inf")


class Reordering:
    """Gives the packets of one source in order; None stands where some are lost for good."""

    def __init__(self, patience_s: float) -> None:
        self._patience_s = patience_s
        self._numbers = Unwrapper(16)
        self._waiting: dict[int, RtpPacket] = {}
        self._gaps: dict[int, _Gap] = {}
        self._next: int | None = None
        self._first = self._highest = 0
        self._received = 0
        self._told = (0, 0)

    def receive(self, packet: RtpPacket, now_s: float) -> Iterator[RtpPacket | None]:
        """Take a packet, and give what is in order with it."""
        number = self._numbers.unwrap(packet.sequence)
        if self._next is None:
            self._next = self._first = number
            self._highest = number - 1
        self._received += 1
        if number < self._next or number in self._waiting:
            return
        if number - self._highest > MOST_WAITING:
            # Whoever jumps so far has begun anew.
            self._waiting.clear()
            self._gaps.clear()
            self._next, self._first, self._received = number, number, 1
            self._told = (0, 0)
            yield None
        else:
            for missing in range(self._highest + 1, number):
                self._gaps[missing] = _Gap(now_s)
        self._gaps.pop(number, None)
        self._highest = max(self._highest, number)
        self._waiting[number] = packet
        yield from self.release(now_s)

    def release(self, now_s: float) -> Iterator[RtpPacket | None]:
        """Give what is in order, and what has waited long enough for what is missing."""
        if self._next is None:
            return
        while self._waiting:
            packet = self._waiting.pop(self._next, None)
            if packet is not None:
                self._next += 1
                yield packet
                continue
            if not self._is_hopeless(self._next, now_s):
                return
            present = min(self._waiting)
            for missing in range(self._next, present):
                self._gaps.pop(missing, None)
            self._next = present
            yield None

    def take_missing(self, now_s: float) -> tuple[int, ...]:
        """Give the numbers to ask for now."""
        asked: list[int] = []
        for number, gap in self._gaps.items():
            if now_s - gap.asked_s >= ASK_AGAIN_S and len(asked) < MOST_ASKED:
                gap.asked_s = now_s
                asked.append(number & 0xFFFF)
        return tuple(asked)

    def describe(self, source: int) -> Reception:
        """Tell how much has arrived, in all and since it was told last."""
        expected = self._highest - self._first + 1
        lost = expected - self._received
        expected_before, received_before = self._told
        self._told = (expected, self._received)
        expected_now = expected - expected_before
        lost_now = expected_now - (self._received - received_before)
        fraction = 0 if expected_now <= 0 else max(0, min(255, 256 * lost_now // expected_now))
        return Reception(source, fraction, lost, self._highest)

    def _is_hopeless(self, number: int, now_s: float) -> bool:
        gap = self._gaps.get(number)
        return gap is None or now_s - gap.since_s >= self._patience_s
