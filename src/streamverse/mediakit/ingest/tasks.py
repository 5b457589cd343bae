"""The tasks of a server: held until they are over, their failures reported, ended with it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class TaskKeeper:
    """Holds the tasks that attend to publishers."""

    def __init__(self) -> None:
        self.tasks: set[asyncio.Task[None]] = set()

    def keep(self, task: asyncio.Task[None]) -> None:
        """Hold a task until it is over, and report its failure."""
        self.tasks.add(task)
        task.add_done_callback(self._settle)

    def _settle(self, task: asyncio.Task[None]) -> None:
        self.tasks.discard(task)
        failure = None if task.cancelled() else task.exception()
        if failure is not None:
            task.get_loop().call_exception_handler(
                {"message": "A publisher was dropped.", "exception": failure, "task": task}
            )


async def cancel(tasks: Iterable[asyncio.Task[None]]) -> None:
    """End tasks, and wait until they are over."""
    waiting = list(tasks)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
