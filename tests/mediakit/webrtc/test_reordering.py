"""Packets in whatever order: put right, asked for, given up."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from streamverse.mediakit.webrtc.reordering import Reordering
from streamverse.mediakit.webrtc.rtp import RtpPacket


def packet(number: int) -> RtpPacket:
    """Make a packet."""
    return RtpPacket(96, number & 0xFFFF, number * 3000, 1, b"x")


def numbers(found: list[RtpPacket | None]) -> list[int | None]:
    """Give the numbers of packets."""
    return [None if one is None else one.sequence for one in found]


@given(st.integers(0, 0xFFFF), st.randoms(use_true_random=False))
def test_what_is_out_of_order_is_put_right(start: int, chance: random.Random):
    order = Reordering(0.3)
    sent = [packet(start + n) for n in range(50)]
    mixed = sorted(enumerate(sent[1:]), key=lambda pair: pair[0] + chance.random() * 8)
    found = list(order.receive(sent[0], 0))
    for _, one in mixed:
        found += order.receive(one, 0.01)
    assert found == sent


def test_what_is_missing_is_asked_for_again_and_given_up_in_time():
    order = Reordering(0.3)
    assert numbers(list(order.receive(packet(1), 0))) == [1]
    assert list(order.receive(packet(4), 0.01)) == []
    assert order.take_missing(0.02) == (2, 3)
    assert order.take_missing(0.05) == ()
    assert order.take_missing(0.09) == (2, 3)
    assert numbers(list(order.receive(packet(2), 0.1))) == [2]
    assert order.take_missing(0.2) == (3,)
    assert list(order.release(0.3)) == []
    assert numbers(list(order.release(0.32))) == [None, 4]
    assert order.take_missing(0.4) == ()
    # Too late is as good as never.
    assert list(order.receive(packet(3), 0.5)) == []


def test_twice_is_once():
    order = Reordering(0.3)
    assert numbers(list(order.receive(packet(1), 0))) == [1]
    assert list(order.receive(packet(1), 0)) == []


def test_whoever_jumps_begins_anew():
    order = Reordering(0.3)
    list(order.receive(packet(1), 0))
    assert numbers(list(order.receive(packet(20_000), 0))) == [None, 20_000]
    assert order.take_missing(1) == ()


def test_how_much_is_lost_is_told_in_all_and_since_the_last_time():
    order = Reordering(0.1)
    for number in (1, 2, 3, 5):
        list(order.receive(packet(number), 0))
    told = order.describe(9)
    assert (told.source, told.lost, told.fraction_lost, told.highest) == (9, 1, 51, 5)
    for number in (6, 7):
        list(order.receive(packet(number), 0))
    told = order.describe(9)
    assert (told.lost, told.fraction_lost, told.highest) == (1, 0, 7)
