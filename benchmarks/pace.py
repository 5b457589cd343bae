"""Requests at a steady pace, whether or not answers come.

They are written to sockets as they are: a client that builds each of them anew takes more of the
processors than what it measures.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

GIVE_UP_AFTER_S = 60.0


@dataclass(frozen=True, slots=True)
class Ask:
    """A request as it goes to the server."""

    host: str
    port: int
    message: bytes

    @classmethod
    def of(cls, method: str, url: str, headers: Mapping[str, str], body: object = None) -> Ask:
        """Write a request down; a body is sent as JSON."""
        parts = urlsplit(url)
        sent = b"" if body is None else json.dumps(body).encode()
        known = {"Host": parts.netloc, "Content-Length": str(len(sent)), **headers}
        if sent:
            known["Content-Type"] = "application/json"
        lines = [f"{method} {parts.path} HTTP/1.1", *(f"{k}: {v}" for k, v in known.items())]
        head = "\r\n".join([*lines, "", ""]).encode()
        return cls(parts.hostname or "", parts.port or 80, head + sent)


class _Connection(asyncio.Protocol):
    """One connection, for one request after the other."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._received = bytearray()
        self._answered: asyncio.Future[int] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what is written to."""
        if isinstance(transport, asyncio.Transport):
            self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Take a part of an answer; tell its status when all of it is there."""
        self._received += data
        head, is_parted, body = self._received.partition(b"\r\n\r\n")
        if not is_parted or self._answered is None:
            return
        status, *fields = head.decode("latin-1").split("\r\n")
        named = dict(field.lower().split(": ", 1) for field in fields)
        if len(body) >= int(named["content-length"]):
            self._received.clear()
            answered, self._answered = self._answered, None
            answered.set_result(int(status.split(" ")[1]))

    def connection_lost(self, exc: Exception | None) -> None:
        """Fail whoever still waits."""
        if self._answered is not None and not self._answered.done():
            self._answered.set_exception(exc or ConnectionResetError("The server hung up."))

    async def ask(self, message: bytes) -> int:
        """Send a request and wait for the status of its answer."""
        if self._transport is None:
            raise ConnectionError("There is no connection.")
        self._answered = asyncio.get_running_loop().create_future()
        self._transport.write(message)
        return await self._answered

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()


async def ask_steadily(questions: Sequence[Ask], per_second: int) -> list[float]:
    """Ask each question when its turn comes; give what each took from then on, in milliseconds.

    Whoever finds no idle connection opens one, so no request waits for another one's answer.
    """
    opened: list[_Connection] = []
    idle: list[_Connection] = []
    loop = asyncio.get_running_loop()
    began_at = time.perf_counter()

    async def ask(number: int) -> float:
        question, due_at = questions[number], began_at + number / per_second
        if idle:
            connection = idle.pop()
        else:
            _, connection = await loop.create_connection(_Connection, question.host, question.port)
            opened.append(connection)
        status = await connection.ask(question.message)
        if status >= HTTPStatus.BAD_REQUEST:
            raise RuntimeError(f"A request was answered with {status}.")
        idle.append(connection)
        return (time.perf_counter() - due_at) * 1000

    asked: list[asyncio.Task[float]] = []
    try:
        async with asyncio.timeout(len(questions) / per_second + GIVE_UP_AFTER_S):
            for number in range(len(questions)):
                await asyncio.sleep(began_at + number / per_second - time.perf_counter())
                asked.append(asyncio.create_task(ask(number)))
            return list(await asyncio.gather(*asked))
    finally:
        for connection in opened:
            connection.close()
