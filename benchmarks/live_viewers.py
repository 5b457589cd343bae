"""Viewers of a live stream in great number, who do what players do and look at nothing."""

from __future__ import annotations

import asyncio
import re
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from functools import partial
from statistics import quantiles
from typing import Any
from urllib.parse import urlsplit

from benchmarks.figures import CannotMeasure

LENGTH = re.compile(rb"(?i)content-length: (\d+)\r\n")
NAMED = re.compile(rb'#EXT-X-PART:[^\n]*URI="([^"]+)"')
HINT = re.compile(rb'#EXT-X-PRELOAD-HINT:TYPE=PART,URI="[^"]*?(\d+)\.(\d+)\.m4s')
NUMBER = re.compile(rb"(\d+)\.\d+\.m4s$")
SETTLED_AFTER_S = 3
TRACKS = ("v", "a")
# Of the first and the last moments not all that was sent had the time to arrive.
LEFT_OUT = 3


@dataclass(eq=False)
class Connection(asyncio.Protocol):
    """Sends requests one after the other, and hands on each body with the moment of its begin."""

    host: str
    transport: asyncio.Transport | None = None
    _received: bytearray = field(default_factory=bytearray)
    _began_at: float = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what is written to."""
        self.transport = transport  # type: ignore[assignment]

    def ask(self, path: str) -> None:
        """Send a request."""
        assert self.transport is not None  # noqa: S101 - it is made before anything is asked
        self.transport.write(f"GET {path} HTTP/1.1\r\nHost: {self.host}\r\n\r\n".encode())

    def data_received(self, data: bytes) -> None:
        """Take what comes, until it is a whole answer."""
        if not self._received:
            self._began_at = time.perf_counter()
        self._received += data
        end = self._received.find(b"\r\n\r\n")
        if end < 0:
            return
        head = bytes(self._received[: end + 2])
        length = LENGTH.search(head)
        if b" 200 " not in head[:20] or length is None:
            raise CannotMeasure(f"A request was refused: {head.decode()}")
        size = end + 4 + int(length[1])
        if len(self._received) >= size:
            body = bytes(self._received[end + 4 : size])
            del self._received[:size]
            self.answered(body, self._began_at)

    def answered(self, body: bytes, began_at: float) -> None:
        """Take a body; to be told what comes next."""
        raise NotImplementedError


@dataclass(eq=False)
class OneAnswer(Connection):
    """Waits for one answer."""

    answer: asyncio.Future[float] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    def answered(self, body: bytes, began_at: float) -> None:
        """Keep the moment."""
        del body
        self.answer.set_result(began_at)


@dataclass(eq=False)
class Follower(Connection):
    """Follows one track: asks for the playlist with the next part, and then for what is new."""

    folder: str = ""
    track: str = ""
    arrivals: dict[tuple[str, bytes], list[float]] = field(default_factory=dict[Any, Any])
    _fetching: bytes | None = None
    _waiting: deque[bytes] = field(default_factory=deque[bytes])
    _last: bytes = b""
    _next: str = ""

    def begin(self) -> None:
        """Ask for the playlist as it is."""
        self.ask(f"{self.folder}/{self.track}.m3u8")

    def answered(self, body: bytes, began_at: float) -> None:
        """Ask for what comes next."""
        del began_at
        if self._fetching is not None:
            self.arrivals[self.track, self._fetching].append(time.perf_counter())
            self._last, self._fetching = self._fetching, None
            self._go_on()
            return
        named, hint = NAMED.findall(body), HINT.search(body)
        if hint is not None:
            self._next = f"?_HLS_msn={int(hint[1])}&_HLS_part={int(hint[2])}"
        elif named and (last := NUMBER.search(named[-1])):
            # While a segment that has ended is being stored, the next one is not named.
            self._next = f"?_HLS_msn={int(last[1]) + 1}&_HLS_part=0"
        # Whoever comes begins with the newest part, and takes all from then on.
        is_following = self._last in named
        self._waiting.extend(named[named.index(self._last) + 1 :] if is_following else named[-1:])
        self._go_on()

    def _go_on(self) -> None:
        if self._waiting:
            self._fetching = self._waiting.popleft()
            self.ask(f"{self.folder}/{self._fetching.decode()}")
        else:
            self.ask(f"{self.folder}/{self.track}.m3u8{self._next}")


async def ask_all(url: str, path: str, count: int) -> float:
    """Ask for the same from so many connections, and give the spread of the answers in ms."""
    netloc, host, port = _place(url)
    loop = asyncio.get_running_loop()
    make = partial(OneAnswer, netloc)
    lines = await asyncio.gather(*(loop.create_connection(make, host, port) for _ in range(count)))
    for _, viewer in lines:
        viewer.ask(path)
    times = await asyncio.gather(*(viewer.answer for _, viewer in lines))
    for transport, _ in lines:
        transport.close()
    return (max(times) - min(times)) * 1000


@dataclass(frozen=True, slots=True)
class Watched:
    """How well an audience was served: the share of parts that it has, and how late (p95, ms)."""

    share: float
    late_ms: float


async def watch(url: str, master: str, count: int, seconds: float) -> Watched:
    """Let many follow picture and sound of a stream for a while."""
    netloc, host, port = _place(url)
    loop = asyncio.get_running_loop()
    arrivals: dict[tuple[str, bytes], list[float]] = defaultdict(list)
    folder = master.rpartition("/")[0]
    followers: list[Follower] = []
    for track in TRACKS:
        make = partial(Follower, netloc, folder=folder, track=track, arrivals=arrivals)
        for _ in range(count):
            _, follower = await loop.create_connection(make, host, port)
            follower.begin()
            followers.append(follower)
    await asyncio.sleep(SETTLED_AFTER_S)
    arrivals.clear()
    await asyncio.sleep(seconds)
    for follower in followers:
        if follower.transport is None or follower.transport.is_closing():
            raise CannotMeasure("The server hung up on a viewer.")
        follower.transport.abort()
    counted = sorted(arrivals.values(), key=min)[LEFT_OUT:-LEFT_OUT]
    late_s = [moment - min(moments) for moments in counted for moment in moments]
    share = sum(map(len, counted)) / (len(counted) * count)
    return Watched(share, quantiles(late_s, n=100)[94] * 1000)


def _place(url: str) -> tuple[str, str, int]:
    address = urlsplit(url)
    return address.netloc, address.hostname or "", address.port or 0
