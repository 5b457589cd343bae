"""How guessing is slowed down."""

from __future__ import annotations

from datetime import timedelta

import pytest

from streamverse.domains.identity.errors import TooManyAttempts
from streamverse.domains.identity.service.throttle import (
    FROM_ONE_NETWORK,
    ON_ONE_ACCOUNT,
    REMEMBERED_LIMIT,
    LogInThrottle,
)
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


def test_a_device_that_the_account_knows_has_a_count_of_its_own(clock: FixedClock) -> None:
    throttle = LogInThrottle()
    for number in range(ON_ONE_ACCOUNT.free):
        throttle.enter(EMAIL, f"198.51.{number}.1", clock.now())

    with pytest.raises(TooManyAttempts):
        throttle.enter(EMAIL, "203.0.113.1", clock.now())
    for _ in range(5):
        throttle.enter(EMAIL, PLACE, clock.now(), known_device="hers")
    with pytest.raises(TooManyAttempts):
        throttle.enter(EMAIL, PLACE, clock.now(), known_device="hers")


def test_guesses_from_everywhere_at_one_account_are_slowed_but_never_for_long(
    clock: FixedClock,
) -> None:
    throttle = LogInThrottle()
    for number in range(ON_ONE_ACCOUNT.free + 20):
        clock.advance(timedelta(seconds=31))
        throttle.enter(EMAIL, f"198.51.{number}.1", clock.now())

    with pytest.raises(TooManyAttempts) as barred:
        throttle.enter(EMAIL, "203.0.113.1", clock.now())

    assert barred.value.retry_after_s == 30


@pytest.mark.parametrize(
    ("place", "neighbour", "is_barred"),
    [
        ("192.0.2.{}", "192.0.2.200", True),
        ("192.0.2.{}", "192.0.3.200", False),
        ("2001:db8:0:1::{}", "2001:db8:0:ff::1", True),
        ("2001:db8:0:1::{}", "2001:db8:1::1", False),
    ],
)
def test_a_network_that_tries_many_accounts_is_slowed_down(
    clock: FixedClock, place: str, neighbour: str, *, is_barred: bool
) -> None:
    throttle = LogInThrottle()
    for number in range(FROM_ONE_NETWORK.free):
        throttle.enter(f"{number}@example.org", place.format(number), clock.now())

    if not is_barred:
        throttle.enter(EMAIL, neighbour, clock.now())
        return
    with pytest.raises(TooManyAttempts):
        throttle.enter(EMAIL, neighbour, clock.now())


def test_a_school_that_logs_in_together_is_not_taken_for_a_guesser(clock: FixedClock) -> None:
    throttle = LogInThrottle()

    for number in range(5 * FROM_ONE_NETWORK.free):
        throttle.enter(f"{number}@example.org", PLACE, clock.now())
        throttle.succeed(f"{number}@example.org", PLACE)


def test_a_whole_household_of_ipv6_addresses_is_one_place(clock: FixedClock) -> None:
    throttle = LogInThrottle()
    for number in range(5):
        throttle.enter(EMAIL, f"2001:db8::{number}", clock.now())

    with pytest.raises(TooManyAttempts):
        throttle.enter(EMAIL, "2001:db8::ffff", clock.now())


def test_only_so_many_are_remembered(clock: FixedClock) -> None:
    throttle = LogInThrottle()
    fail(throttle, clock, 5)

    for number in range(REMEMBERED_LIMIT):
        throttle.enter(f"{number}@example.org", PLACE, clock.now(), known_device="a device")

    throttle.enter(EMAIL, PLACE, clock.now())
