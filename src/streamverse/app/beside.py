"""More processes that answer requests beside the first one, on the same port.

The kernel deals new connections out among all that listen. Each process holds its own memory; what
they must agree on is in the database.
"""

from __future__ import annotations

import asyncio
import multiprocessing
from typing import TYPE_CHECKING

from streamverse.kit.errors import Unavailable
from streamverse.kit.telemetry import set_up_logging

if TYPE_CHECKING:
    from multiprocessing.context import SpawnProcess

    from streamverse.app.settings import Settings

ENDS_WITHIN_S = 10


class ProcessEnded(Unavailable):
    """A process beside the first one has ended, which none does by itself."""

    code = "app.process_ended"
    title = "A process has ended"

    def __init__(self) -> None:
        super().__init__(
            "One of the processes that answer requests has ended, so all of them do. What it "
            "printed last says why; start StreamVerse again."
        )


async def run_beside(settings: Settings) -> None:
    """Run the other processes of the API until cancelled; fail when one of them ends."""
    context = multiprocessing.get_context("spawn")
    others = [
        context.Process(target=_answer, args=(settings,), daemon=True)
        for _ in range(settings.api_processes - 1)
    ]
    ended, loop = asyncio.Event(), asyncio.get_running_loop()
    try:
        for other in others:
            other.start()
            loop.add_reader(other.sentinel, ended.set)
        await ended.wait()
        raise ProcessEnded
    finally:
        started = [other for other in others if other.pid is not None]
        for other in started:
            loop.remove_reader(other.sentinel)
            other.terminate()
        await asyncio.to_thread(_await_end, started)


def _await_end(started: list[SpawnProcess]) -> None:
    for other in started:
        other.join(ENDS_WITHIN_S)


def watch_parent(stop: asyncio.Event) -> None:
    """Stop when the first process has ended, however it did."""
    first = multiprocessing.parent_process()
    if first is not None:
        asyncio.get_running_loop().add_reader(first.sentinel, stop.set)


def _answer(settings: Settings) -> None:
    # A process of its own: it begins without anything that the first one has loaded.
    from streamverse.app.cli import run_async  # noqa: PLC0415
    from streamverse.app.server import serve_beside  # noqa: PLC0415

    set_up_logging(settings.log_level, settings.log_format)
    run_async(serve_beside(settings))
