"""RTP and RTCP: written and read again, and what is none refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamverse.mediakit.webrtc.arrivals import Arrivals
from streamverse.mediakit.webrtc.rtcp import (
    Bye,
    Description,
    KeyframeRequest,
    Nack,
    ReceiverReport,
    Reception,
    SenderReport,
    ntp_of,
    parse_compound,
)
from streamverse.mediakit.webrtc.rtp import RtpBroken, RtpPacket, Unwrapper, is_rtcp

# A packet of Chromium's camera: a transport-wide number and the frame's stream in extensions.
FROM_CHROMIUM = bytes.fromhex("90e6000100000bb812345678bede0002310001423031320065b8")


def test_a_packet_with_extensions_is_read():
    packet = RtpPacket.parse(FROM_CHROMIUM)
    assert (packet.payload_type, packet.is_marked, packet.sequence) == (102, True, 1)
    assert (packet.timestamp, packet.source) == (3000, 0x12345678)
    assert (packet.find(3), packet.find(4), packet.find(5)) == (b"\x00\x01", b"012", None)
    assert packet.payload == bytes.fromhex("65b8")
    assert bytes(packet) == FROM_CHROMIUM


def test_padding_is_no_payload():
    plain = RtpPacket(102, 7, 90_000, 1, b"")
    padded = bytearray(bytes(plain) + b"\0\0\0\4")
    padded[0] |= 0x20
    assert RtpPacket.parse(bytes(padded)) == plain


@given(
    st.integers(0, 127),
    st.integers(0, 0xFFFF),
    st.integers(0, 0xFFFF_FFFF),
    st.binary(max_size=100),
    st.booleans(),
    st.lists(st.tuples(st.integers(1, 14), st.binary(min_size=1, max_size=16)), max_size=4),
)
def test_packets_are_read_as_they_were_written(
    number: int,
    sequence: int,
    timestamp: int,
    payload: bytes,
    is_marked: bool,
    extensions: list[tuple[int, bytes]],
):
    packet = RtpPacket(number, sequence, timestamp, 5, payload, is_marked, tuple(extensions))
    assert RtpPacket.parse(bytes(packet)) == packet


@given(st.binary(max_size=100))
def test_garbage_is_refused_or_a_packet(data: bytes):
    for read in (RtpPacket.parse, lambda given: list(parse_compound(given))):
        try:
            read(data)
        except RtpBroken:
            continue


SAID = (
    SenderReport(1, ntp_of(1_700_000_000.5), 90_000, 10, 1000),
    ReceiverReport(2, (Reception(1, 12, 34, 70_000, 5, 6, 7),)),
    Nack(2, 1, (10, 11, 26, 27)),
    KeyframeRequest(2, 1),
    Bye(1),
)


@pytest.mark.parametrize("said", SAID, ids=lambda said: type(said).__name__)
def test_reports_are_read_as_they_were_written(said: object):
    data = bytes(said)
    assert is_rtcp(data)
    assert list(parse_compound(data)) == [said]


def test_reports_come_together_and_what_nobody_needs_is_passed_over():
    data = b"".join(map(bytes, (SAID[0], Description(1, "streamverse"), SAID[4])))
    assert list(parse_compound(data)) == [SAID[0], SAID[4]]


def test_a_full_picture_is_asked_for_in_two_ways():
    fir = bytes.fromhex("84ce000400000002000000000000000101000000")
    assert list(parse_compound(fir)) == [KeyframeRequest(2, 1)]


@given(st.sets(st.integers(0, 400), min_size=1))
def test_lost_numbers_survive_being_put_into_masks(lost: set[int]):
    numbers = tuple((60_000 + number * 20) & 0xFFFF for number in sorted(lost))
    (said,) = parse_compound(bytes(Nack(1, 2, numbers)))
    assert isinstance(said, Nack)
    assert set(said.lost) == set(numbers)


def test_numbers_go_on_where_they_wrap():
    numbers = Unwrapper(16)
    assert [numbers.unwrap(one) for one in (65_534, 0, 65_535, 1, 65_534)] == [
        *(65_534, 65_536, 65_535, 65_537, 65_534),
    ]


def test_arrivals_are_told_as_the_draft_writes_them():
    arrivals = Arrivals()
    arrivals.note(10, 1.0)
    arrivals.note(11, 1 + 1 / 256)
    arrivals.note(13, 1 + 33 / 256)
    told = arrivals.report(7, 9)
    assert told is not None
    # From 10 on four packets, from 15 times 64 ms on; small, small, none, large.
    assert told[12:20].hex() == "000a000400000f00"
    assert told[20:22].hex() == f"{0b11 << 14 | 1 << 12 | 1 << 10 | 0 << 8 | 2 << 6:04x}"
    assert told[22:26].hex() == "a00f01f4"
    assert arrivals.report(7, 9) is None
