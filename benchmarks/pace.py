"""Requests at a steady pace, whether or not answers come."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

import httpx

Ask = Callable[[httpx.AsyncClient], Awaitable[httpx.Response]]


async def ask_steadily(questions: Sequence[Ask], per_second: int) -> list[float]:
    """Ask each question when its turn comes; give what each took from then on, in milliseconds."""
    began_at = time.perf_counter()
    limits = httpx.Limits(max_connections=per_second)
    async with httpx.AsyncClient(limits=limits, timeout=60) as client:

        async def ask(number: int) -> float:
            due_at = began_at + number / per_second
            await asyncio.sleep(max(0.0, due_at - time.perf_counter()))
            (await questions[number](client)).raise_for_status()
            return (time.perf_counter() - due_at) * 1000

        return list(await asyncio.gather(*map(ask, range(len(questions)))))
