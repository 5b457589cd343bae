"""STUN: the words of RFC 5769's test vectors, and what nobody should take for a message."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamverse.mediakit.webrtc.stun import (
    FINGERPRINT,
    REQUEST,
    SUCCESS,
    USERNAME,
    XOR_ADDRESS,
    StunBroken,
    StunMessage,
    answer_check,
    is_stun,
    xor_address,
)

# RFC 5769, section 2.1, a request of ICE as it is on the line.
REQUEST_VECTOR = bytes.fromhex(
    "000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74"
    "002400046e0001ff80290008932ff9b151263b36000600096576746a3a68367659202020"
    "000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a280280004e57a3bcf"
)
PASSWORD = "VOkJxbRl1RmTxUk/WvJxBt"
TRANSACTION = bytes.fromhex("b7e7a701bc34d686fa87dfae")


def test_the_vector_of_the_specification_is_read_and_its_signature_holds():
    message = StunMessage.parse(REQUEST_VECTOR)
    assert (message.kind, message.transaction) == (REQUEST, TRANSACTION)
    assert message.find(USERNAME) == b"evtj:h6vY"
    assert message.is_signed_with(PASSWORD)
    assert not message.is_signed_with(PASSWORD + "x")


def test_addresses_are_masked_as_in_the_specification():
    assert xor_address(("192.0.2.1", 32853), TRANSACTION).hex() == "0001a147e112a643"
    six = xor_address(("2001:db8:1234:5678:11:2233:4455:6677", 32853), TRANSACTION)
    assert six.hex() == "0002a1470113a9faa5d3f179bc25f4b5bed2b9d9"


def test_an_answer_says_where_the_question_came_from_and_is_signed():
    answer = answer_check(StunMessage(REQUEST, TRANSACTION), ("192.0.2.1", 32853), "secret")
    message = StunMessage.parse(answer)
    assert (message.kind, message.transaction) == (SUCCESS, TRANSACTION)
    assert message.find(XOR_ADDRESS) == bytes.fromhex("0001a147e112a643")
    assert message.is_signed_with("secret")


def test_a_message_without_a_signature_is_signed_by_nobody():
    message = StunMessage.parse(bytes(StunMessage(REQUEST, TRANSACTION, ((USERNAME, b"a:b"),))))
    assert not message.is_signed_with("")


@pytest.mark.parametrize("place", [0, 5, 21, 45, 90, 107])
def test_a_message_that_was_changed_is_refused_or_unsigned(place: int):
    changed = bytearray(REQUEST_VECTOR)
    changed[place] ^= 0x40
    try:
        message = StunMessage.parse(bytes(changed))
    except StunBroken:
        return
    assert not message.is_signed_with(PASSWORD)


def test_what_comes_behind_the_signature_does_not_count():
    signed = StunMessage(REQUEST, TRANSACTION, ((USERNAME, b"a:b"),)).sign("secret")
    # In front of the fingerprint, which nobody needs a password for.
    forged = bytearray(signed[:-8] + bytes.fromhex("00250000"))
    forged[2:4] = (len(forged) - 20).to_bytes(2)
    message = StunMessage.parse(bytes(forged))
    assert message.is_signed_with("secret")
    assert [name for name, _ in message.attributes] == [USERNAME]
    assert message.find(FINGERPRINT) is None


@given(
    st.lists(st.tuples(st.sampled_from((USERNAME, 0x24, 0x8022)), st.binary(max_size=40))),
    st.binary(min_size=12, max_size=12),
)
def test_what_is_written_is_read_again(attributes: list[tuple[int, bytes]], transaction: bytes):
    message = StunMessage(REQUEST, transaction, tuple(attributes))
    assert StunMessage.parse(bytes(message)) == message
    assert StunMessage.parse(message.sign("secret")).is_signed_with("secret")


@given(st.binary(max_size=200))
def test_garbage_is_refused_and_nothing_else_happens(data: bytes):
    assert is_stun(data) in {True, False}
    try:
        StunMessage.parse(data)
    except StunBroken:
        return
    raise AssertionError(data)
