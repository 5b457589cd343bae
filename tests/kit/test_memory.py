"""What is remembered, for how long, and what is forgotten first."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from streamverse.kit.memory import ShortMemory


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
