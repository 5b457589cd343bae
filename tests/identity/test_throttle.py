"""How guessing is slowed down."""

from __future__ import annotations

from datetime import timedelta

import pytest

from streamverse.domains.identity.errors import TooManyAttempts
from streamverse.domains.identity.service.throttle import REMEMBERED_LIMIT, LogInThrottle
from streamverse.kit.clock import FixedClock

EMAIL, PLACE = "ada@example.org", "192.0.2.1"


def fail(throttle: LogInThrottle, clock: FixedClock, times: int) -> None:
    for _ in range(times):
        throttle.enter(EMAIL, PLACE, clock.now())


def pause_s(throttle: LogInThrottle, clock: FixedClock) -> int:
    with pytest.raises(TooManyAttempts) as barred:
        throttle.enter(EMAIL, PLACE, clock.now())
    return barred.value.retry_after_s


def test_five_failures_are_free(clock: FixedClock) -> None:
    throttle = LogInThrottle()

    fail(throttle, clock, 5)

    assert pause_s(throttle, clock) == 1


def test_each_further_failure_doubles_the_pause_up_to_a_quarter_of_an_hour(
    clock: FixedClock,
) -> None:
    throttle = LogInThrottle()
    fail(throttle, clock, 5)

    pauses = []
    for _ in range(12):
        pauses.append(pause_s(throttle, clock))
        clock.advance(timedelta(seconds=pauses[-1]))
        fail(throttle, clock, 1)

    assert pauses == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]


def test_being_barred_does_not_lengthen_the_pause(clock: FixedClock) -> None:
    throttle = LogInThrottle()
    fail(throttle, clock, 5)

    assert [pause_s(throttle, clock) for _ in range(20)] == [1] * 20


def test_the_sentence_says_how_long(clock: FixedClock) -> None:
    throttle = LogInThrottle()
    fail(throttle, clock, 5)

    with pytest.raises(TooManyAttempts, match=r"^Too many .* try again in 1 second\.$") as barred:
        throttle.enter(EMAIL, PLACE, clock.now())

    assert barred.value.headers() == {"Retry-After": "1"}


def test_success_forgets_the_failures(clock: FixedClock) -> None:
    throttle = LogInThrottle()
    fail(throttle, clock, 4)

    throttle.succeed(EMAIL, PLACE)

    fail(throttle, clock, 5)
    assert pause_s(throttle, clock) == 1


def test_an_hour_forgets_the_failures(clock: FixedClock) -> None:
    throttle = LogInThrottle()
    fail(throttle, clock, 5)

    clock.advance(timedelta(hours=1))

    fail(throttle, clock, 5)
    assert pause_s(throttle, clock) == 1


@pytest.mark.parametrize(("email", "place"), [("eve@example.org", PLACE), (EMAIL, "192.0.2.2")])
def test_others_are_not_slowed_down(clock: FixedClock, email: str, place: str) -> None:
    throttle = LogInThrottle()
    fail(throttle, clock, 5)

    throttle.enter(email, place, clock.now())


def test_only_so_many_are_remembered(clock: FixedClock) -> None:
    throttle = LogInThrottle()
    fail(throttle, clock, 5)

    for number in range(REMEMBERED_LIMIT):
        throttle.enter(f"{number}@example.org", PLACE, clock.now())

    throttle.enter(EMAIL, PLACE, clock.now())
