"""A stream sent on to another service: connected, fed, connected again, and never waited for."""

from __future__ import annotations

import asyncio
import enum
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Protocol

from streamverse.mediakit.ingest.groups import Formats, GroupQueue
from streamverse.mediakit.ingest.samples import AudioFormat, MediaRefused, Sample, VideoFormat

log = logging.getLogger(__name__)

FIRST_PAUSE_S: Final = 1.0
LONGEST_PAUSE_S: Final = 60.0
# A line that held so long was a good one: the next pause is the first one again.
HELD_S: Final = 30.0
BROKEN: Final = "Sending failed for a reason that the log tells; it is tried again."


class Phase(enum.StrEnum):
    """What an outlet does right now."""

    WAITING = "waiting"
    CONNECTING = "connecting"
    SENDING = "sending"
    FAILING = "failing"


class LineLost(Exception):
    """A line that could not be had or did not last: a sentence for whoever set the target."""


class Carrier(Protocol):
    """One line to a target."""

    @property
    def bytes_sent(self) -> int:
        """Count what went over the line."""
        ...

    @property
    def failure(self) -> str | None:
        """Tell why the line is over, if it is."""
        ...

    async def connect(self) -> None:
        """Get as far as formats and samples are welcome; raises `LineLost`."""
        ...

    def send_format(self, media: VideoFormat | AudioFormat) -> None:
        """Say how what follows is coded; raises `MediaRefused`."""
        ...

    def send_sample(self, sample: Sample) -> None:
        """Send a picture or a frame of sound."""
        ...

    async def ready(self) -> None:
        """Wait until more is welcome; raises `LineLost`."""
        ...

    async def close(self) -> None:
        """Say that it is over, if that can be said, and let go of the line."""
        ...


# Makes a line, which calls when it is over.
Dial = Callable[[Callable[[], None]], Carrier]


@dataclass(slots=True)
class OutletState:
    """What an outlet does; ``since_s`` is the clock's time of when it began to."""

    phase: Phase
    since_s: float
    bitrate_bps: int = 0
    dropped: int = 0
    error: str | None = None


class Outlet:
    """Sends what it is given to one target, until it is closed."""

    def __init__(self, dial: Dial, clock: Callable[[], float]) -> None:
        self._dial = dial
        self._clock = clock
        self._queue = GroupQueue()
        self._state = OutletState(Phase.WAITING, clock())
        self._carrier: Carrier | None = None
        self._bytes_before = 0
        self._read_at_s = clock()
        self._bytes_read = 0
        self._task = asyncio.get_running_loop().create_task(self._run())

    def take_format(self, media: VideoFormat | AudioFormat) -> None:
        """Take how what follows is coded."""
        self._queue.take_format(media)

    def take_sample(self, sample: Sample) -> None:
        """Take a picture or a frame of sound; it is never waited for."""
        self._queue.put(sample)

    def read(self) -> OutletState:
        """Tell what it does, with the bitrate since the last time."""
        now_s, sent = self._clock(), self._bytes_sent
        if now_s > self._read_at_s:
            bits = 8 * (sent - self._bytes_read)
            self._state.bitrate_bps = round(bits / (now_s - self._read_at_s))
            self._read_at_s, self._bytes_read = now_s, sent
        self._state.dropped = self._queue.dropped
        return self._state

    async def close(self) -> None:
        """End."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    @property
    def _bytes_sent(self) -> int:
        return self._bytes_before + (self._carrier.bytes_sent if self._carrier is not None else 0)

    # --- one line after the other -----------------------------------------------------------------

    async def _run(self) -> None:
        pause_s = FIRST_PAUSE_S
        while True:
            began_at_s = self._clock()
            try:
                await self._send_over_a_line()
            except (LineLost, MediaRefused) as lost:
                self._enter(Phase.FAILING, str(lost))
            except Exception:
                log.exception("A stream could not be sent on.")
                self._enter(Phase.FAILING, BROKEN)
            self._queue.start_over()
            if self._clock() - began_at_s >= HELD_S:
                pause_s = FIRST_PAUSE_S
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    async def _send_over_a_line(self) -> None:
        """Connect once there is something to send, and send until the line is over."""
        error = self._state.error
        while self._queue.is_empty:
            if self._state.phase is not Phase.FAILING:
                self._enter(Phase.WAITING, error)
            await self._queue.wait()
        self._enter(Phase.CONNECTING, error)
        self._carrier = carrier = self._dial(self._queue.ring)
        try:
            await carrier.connect()
            self._enter(Phase.SENDING, None)
            await self._feed(carrier)
        finally:
            self._bytes_before += carrier.bytes_sent
            self._carrier = None
            await carrier.close()

    async def _feed(self, carrier: Carrier) -> None:
        said: Formats = ()
        begins_at: int | None = None
        while True:
            if carrier.failure is not None:
                raise LineLost(carrier.failure)
            coded = self._queue.next()
            if coded is None:
                await self._queue.wait()
                continue
            if coded.formats is not said:
                for media in coded.formats:
                    if media not in said:
                        carrier.send_format(media)
                said = coded.formats
            if begins_at is None:
                begins_at = coded.sample.decode_ticks
            moved = _move(coded.sample, -begins_at)
            if moved.decode_ticks >= 0:
                carrier.send_sample(moved)
                await carrier.ready()

    def _enter(self, phase: Phase, error: str | None) -> None:
        if phase is not self._state.phase:
            self._state.since_s = self._clock()
        self._state.phase, self._state.error = phase, error


def _move(sample: Sample, ticks: int) -> Sample:
    """Give a sample a place on a timeline that begins elsewhere."""
    decode_ticks, present_ticks = sample.decode_ticks + ticks, sample.present_ticks + ticks
    return replace(sample, decode_ticks=decode_ticks, present_ticks=present_ticks)
