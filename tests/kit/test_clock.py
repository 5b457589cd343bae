"""Time and ids."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from uuid import RFC_4122, UUID

import pytest

from streamverse.kit.clock import FixedClock, SystemClock, TimeOrderedIds, new_id

NOON = datetime(2026, 3, 1, 12, 0, 0, 123_456, tzinfo=UTC)


def timestamp_ms(id_: UUID) -> int:
    return id_.int >> 80


def always(byte: int) -> Callable[[int], bytes]:
    return lambda size_bytes: bytes([byte] * size_bytes)


def test_system_clock_is_aware_and_in_utc():
    before = datetime.now(UTC)
    now = SystemClock().now()
    assert before <= now <= datetime.now(UTC)
    assert now.tzinfo is UTC


def test_fixed_clock_moves_only_when_told():
    clock = FixedClock(NOON)
    assert clock.now() == clock.now() == NOON
    assert clock.advance(timedelta(hours=1)) == clock.now() == NOON + timedelta(hours=1)
    assert clock.advance(timedelta(hours=-2)) == NOON - timedelta(hours=1)


def test_fixed_clock_turns_other_zones_into_utc():
    clock = FixedClock(datetime(2026, 3, 1, 14, tzinfo=timezone(timedelta(hours=2))))
    assert clock.now() == datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert clock.now().tzinfo is UTC


def test_fixed_clock_refuses_a_naive_time():
    with pytest.raises(ValueError, match="needs an aware time"):
        FixedClock(datetime(2026, 3, 1))  # noqa: DTZ001 that is the point


def test_id_has_the_layout_of_the_standard():
    id_ = TimeOrderedIds(FixedClock(NOON), always(0xFF)).new_id()
    assert id_.version == 7
    assert id_.variant == RFC_4122
    assert timestamp_ms(id_) == int(NOON.timestamp() * 1000)
    assert str(id_)[14:] == "7fff-bfff-ffffffffffff"


def test_ids_can_be_fixed():
    def first_ids() -> list[UUID]:
        ids = TimeOrderedIds(FixedClock(NOON), random.Random(7).randbytes)
        return [ids.new_id() for _ in range(5)]

    assert first_ids() == first_ids()
    assert len(set(first_ids())) == 5


def test_ids_are_in_order_and_differ():
    ids = [new_id() for _ in range(20_000)]
    assert ids == sorted(set(ids))


def test_ids_stay_in_order_when_the_clock_stands_or_goes_back():
    clock = FixedClock(NOON)
    ids = TimeOrderedIds(clock)
    made = [ids.new_id() for _ in range(1000)]
    clock.advance(timedelta(hours=-1))
    made += [ids.new_id() for _ in range(1000)]
    clock.advance(timedelta(hours=2))
    made.append(ids.new_id())
    assert made == sorted(set(made))
    assert timestamp_ms(made[-1]) == int((NOON + timedelta(hours=1)).timestamp() * 1000)


def test_id_borrows_from_the_next_millisecond_when_one_is_used_up():
    ids = TimeOrderedIds(FixedClock(NOON), always(0xFF))
    first, second = ids.new_id(), ids.new_id()
    assert timestamp_ms(second) == timestamp_ms(first) + 1
    assert second.version == 7
    assert second.variant == RFC_4122
    assert first < second


def test_ids_of_several_threads_differ():
    ids = TimeOrderedIds(FixedClock(NOON))
    with ThreadPoolExecutor(4) as pool:
        making = [pool.submit(ids.new_id) for _ in range(4000)]
        made = [future.result() for future in making]
    assert len(set(made)) == 4000
