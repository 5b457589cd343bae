"""Requests are sent at their time, and whether or not earlier ones were answered."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from benchmarks.pace import Ask, ask_steadily


@asynccontextmanager
async def server(heard: list[bytes], status: int, *, waits_for: int = 1) -> AsyncGenerator[str]:
    """Answer in two pieces, once so many requests have come."""
    have_come, serving = asyncio.Event(), set[asyncio.Task[None]]()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError):
            while True:
                heard.append(await reader.readuntil(b"\r\n\r\n") + await reader.readexactly(8))
                if len(heard) >= waits_for:
                    have_come.set()
                await have_come.wait()
                writer.write(f"HTTP/1.1 {status} So\r\nContent-Length: 4\r\n\r\nab".encode())
                await asyncio.sleep(0)
                writer.write(b"cd")
        writer.close()
        await writer.wait_closed()

    def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving.add(asyncio.create_task(answer(reader, writer)))

    async with await asyncio.start_server(serve, "127.0.0.1") as listening:
        yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        await asyncio.wait_for(asyncio.gather(*serving), 60)


async def test_nobody_waits_for_the_answer_of_another() -> None:
    heard: list[bytes] = []
    async with server(heard, 201, waits_for=20) as url:
        ask = Ask.of("POST", f"{url}/door", {"Authorization": "Bearer me"}, {"a": 1})
        times_ms = await ask_steadily([ask] * 20, per_second=1_000)

    assert len(times_ms) == len(heard) == 20
    host = url.removeprefix("http://")
    assert (
        heard[0]
        == (
            f"POST /door HTTP/1.1\r\nHost: {host}\r\nContent-Length: 8\r\n"
            'Authorization: Bearer me\r\nContent-Type: application/json\r\n\r\n{"a": 1}'
        ).encode()
    )


async def test_a_refusal_is_no_figure() -> None:
    async with server([], 503) as url:
        with pytest.raises(RuntimeError, match="answered with 503"):
            await ask_steadily([Ask.of("POST", url, {}, {"a": 1})], per_second=1_000)
