"""An application that only says hello, on the HTTP server of ours: ``-m benchmarks.hello PORT``.

It is what our API is compared to, so its server is set up as ours is.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from typing import Any

import httpx
from granian.constants import Interfaces
from granian.server.embed import Server

from benchmarks.programs import wait_for
from streamverse.app.server import MOST_IN_FLIGHT
from tests.factories.processes import free_port

BODY = b'{"hello":"world"}'
HEADERS = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(BODY))]


async def say_hello(
    scope: dict[str, Any], _receive: object, send: Callable[[dict[str, Any]], Awaitable[None]]
) -> None:
    """Answer every request alike."""
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        await send({"type": "http.response.body", "body": BODY})


@contextmanager
def hello() -> Generator[str]:
    """Run it in a process of its own; gives its address."""
    port = free_port()
    with subprocess.Popen([sys.executable, "-m", "benchmarks.hello", str(port)]) as process:
        try:
            url = f"http://127.0.0.1:{port}"
            wait_for(lambda: answers(url), timeout_s=30)
            yield url
        finally:
            process.kill()


def answers(url: str) -> bool | None:
    """Tell whether somebody answers there; None where nobody does yet."""
    try:
        httpx.get(url)
    except httpx.TransportError:
        return None
    return True


async def _serve(port: int) -> None:
    server = Server(
        say_hello,
        address="127.0.0.1",
        port=port,
        interface=Interfaces.ASGI,
        backlog=4096,
        backpressure=MOST_IN_FLIGHT,
        log_enabled=False,
    )
    await server.serve()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
