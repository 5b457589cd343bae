"""What is remembered, for how long, and what is forgotten first."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamverse.kit.memory import SharedMemory, ShortMemory


class Watch:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_value_is_remembered_until_it_is_too_old() -> None:
    watch = Watch()
    memory = ShortMemory[str, str](limit=2, seconds=10, clock=watch)
    memory.keep("a", "first")
    watch.now = 109.9
    assert memory.find("a") == "first"
    watch.now = 110.0
    assert memory.find("a") is None
    assert memory.find("a") is None


def test_asking_makes_nothing_younger() -> None:
    watch = Watch()
    memory = ShortMemory[str, str](limit=2, seconds=10, clock=watch)
    memory.keep("a", "first")
    watch.now = 105.0
    memory.find("a")
    watch.now = 110.0
    assert memory.find("a") is None


def test_keeping_again_replaces_and_makes_young() -> None:
    watch = Watch()
    memory = ShortMemory[str, str](limit=1, seconds=10, clock=watch)
    memory.keep("a", "first")
    watch.now = 105.0
    memory.keep("a", "second")
    watch.now = 114.0
    assert memory.find("a") == "second"


def test_the_least_recently_asked_for_goes_first() -> None:
    memory = ShortMemory[str, int](limit=2, seconds=10)
    memory.keep("a", 1)
    memory.keep("b", 2)
    memory.find("a")
    memory.keep("c", 3)
    assert [memory.find(key) for key in "abc"] == [1, None, 3]


def test_what_is_too_heavy_is_not_remembered() -> None:
    memory = ShortMemory[str, bytes](limit=4, seconds=10, weigh=len)
    memory.keep("a", b"12345")
    assert memory.find("a") is None
    memory.keep("b", b"1234")
    assert memory.find("b") == b"1234"


@given(st.lists(st.tuples(st.integers(0, 5), st.binary(max_size=6))))
def test_never_more_than_the_limit_is_kept(steps: list[tuple[int, bytes]]) -> None:
    memory = ShortMemory[int, bytes](limit=10, seconds=10, weigh=len)
    for key, value in steps:
        memory.keep(key, value)
        kept = [memory.find(k) for k in range(6)]
        assert sum(len(value) for value in kept if value is not None) <= 10


# --- what many ask for at once --------------------------------------------------------------------


class Worker:
    """Somebody who works out a value when they are let."""

    def __init__(self) -> None:
        self.may_end = asyncio.Event()
        self.begun = 0

    async def work(self) -> int:
        self.begun += 1
        number = self.begun
        await self.may_end.wait()
        return number


def shared() -> SharedMemory[str, int]:
    return SharedMemory(ShortMemory[str, int](limit=5, seconds=60))


async def test_of_many_who_ask_at_once_one_works() -> None:
    memory, worker = shared(), Worker()
    asked = [asyncio.create_task(memory.find("a", lambda _: True, worker.work)) for _ in range(20)]
    await asyncio.sleep(0)
    worker.may_end.set()
    assert (await asyncio.gather(*asked), worker.begun) == ([1] * 20, 1)


async def test_what_is_not_good_to_somebody_is_worked_out_again() -> None:
    memory, worker = shared(), Worker()
    worker.may_end.set()
    assert await memory.find("a", lambda _: True, worker.work) == 1
    assert await memory.find("a", lambda value: value > 1, worker.work) == 2
    assert await memory.find("a", lambda _: True, worker.work) == 2


async def test_when_the_one_who_works_is_stopped_the_next_one_does_it() -> None:
    memory, worker = shared(), Worker()
    first, second = (
        asyncio.create_task(memory.find("a", lambda _: True, worker.work)) for _ in range(2)
    )
    await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    worker.may_end.set()
    assert await second == 2


async def test_a_failure_is_not_remembered() -> None:
    memory = shared()

    async def fail() -> int:
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - it has no words
        await memory.find("a", lambda _: True, fail)
    worker = Worker()
    worker.may_end.set()
    assert await memory.find("a", lambda _: True, worker.work) == 1
