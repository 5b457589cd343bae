"""Mailboxes are not flooded."""

from __future__ import annotations

from datetime import timedelta

import pytest

from streamverse.domains.identity.errors.mails import TooManyMails
from streamverse.domains.identity.service.mail_throttle import MailThrottle
from streamverse.domains.identity.service.quotas import REMEMBERED_LIMIT
from streamverse.kit.clock import FixedClock

EMAIL, PLACE = "ada@example.org", "192.0.2.1"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def ask(throttle: MailThrottle, clock: FixedClock, email: str = EMAIL, place: str = PLACE) -> int:
    try:
        throttle.enter(email, place, clock.now())
    except TooManyMails as refused:
        return refused.retry_after_s
    return 0


def test_one_address_gets_a_mail_a_minute_and_five_an_hour(clock: FixedClock) -> None:
    throttle = MailThrottle()

    assert [ask(throttle, clock) for _ in range(3)] == [0, 60, 60]
    for _ in range(4):
        clock.advance(MINUTE)
        assert ask(throttle, clock) == 0
    clock.advance(MINUTE)
    assert ask(throttle, clock) == 55 * 60
    clock.advance(55 * MINUTE)
    assert ask(throttle, clock) == 0


def test_one_network_asks_for_so_many(clock: FixedClock) -> None:
    throttle = MailThrottle()

    waits = [ask(throttle, clock, f"{n}@example.org", f"192.0.2.{n}") for n in range(31)]

    assert waits == [0] * 30 + [3600]
    assert ask(throttle, clock, "x@example.org", "198.51.100.1") == 0
    clock.advance(HOUR)
    assert ask(throttle, clock, "y@example.org") == 0


def test_a_refused_mail_is_not_counted(clock: FixedClock) -> None:
    throttle = MailThrottle()
    ask(throttle, clock)
    for _ in range(100):
        ask(throttle, clock)

    assert ask(throttle, clock, "eve@example.org") == 0


def test_the_sentence_says_when_to_come_back(clock: FixedClock) -> None:
    throttle = MailThrottle()
    throttle.enter(EMAIL, PLACE, clock.now())
    clock.advance(timedelta(seconds=58.5))

    with pytest.raises(TooManyMails, match=r"again in 2 seconds\.$") as refused:
        throttle.enter(EMAIL, PLACE, clock.now())

    assert refused.value.headers() == {"Retry-After": "2"}


def test_only_so_many_are_remembered(clock: FixedClock) -> None:
    throttle = MailThrottle()
    ask(throttle, clock)

    for number in range(REMEMBERED_LIMIT):
        ask(throttle, clock, f"{number}@example.org", f"10.{number // 250}.{number % 250}.1")

    assert ask(throttle, clock) == 0
