"""Reading bits: the codes of the specifications, and the bytes that guard against start codes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamverse.mediakit.bits import BitReader, NalReader, parameter_set
from streamverse.mediakit.boxes import StreamMalformed


def reader(bits: str) -> BitReader:
    return BitReader(
        bytes(int(bits.replace(" ", "").ljust(64, "0")[at : at + 8], 2) for at in range(0, 64, 8))
    )


def test_codes():
    bits = reader("101 1 010 00101 00100 1")
    assert (bits.u(3), bits.ue(), bits.ue(), bits.ue(), bits.se()) == (5, 0, 1, 4, 2)
    assert bits.flag()
    assert (bits.position, bits.bytes_read) == (18, 3)
    bits.align()
    assert bits.position == 24


def test_signed_codes():
    assert [reader(code).se() for code in ("1", "010", "011", "00100", "00101")] == [
        *(0, 1, -1, 2, -2),
    ]
    assert [reader(code).su(4) for code in ("0111", "1000", "1111")] == [7, -8, -1]


def test_one_of_five_values_takes_two_or_three_bits():
    codes = {"00": 0, "01": 1, "10": 2, "110": 3, "111": 4}
    for code, value in codes.items():
        bits = reader(code)
        assert (bits.ns(5), bits.position) == (value, len(code))
    assert reader("").ns(1) == 0


def test_a_header_that_breaks_off():
    with pytest.raises(StreamMalformed, match="breaks off"):
        BitReader(b"\xff").u(9)
    with pytest.raises(StreamMalformed, match="without an end"):
        BitReader(bytes(8)).ue()
    with pytest.raises(StreamMalformed, match="parameter set 3"):
        parameter_set({0: "first"}, 3)


def escape(plain: bytes) -> bytes:
    """Put the guards in, as an encoder does (ITU-T H.264, 7.4.1)."""
    written, zeros = bytearray(), 0
    for byte in plain:
        if zeros == 2 and byte <= 3:
            written.append(3)
            zeros = 0
        written.append(byte)
        zeros = zeros + 1 if byte == 0 else 0
    return bytes(written)


@given(st.lists(st.sampled_from([0, 0, 0, 1, 2, 3, 4, 255]), max_size=40).map(bytes))
def test_guards_are_taken_out_and_counted(plain: bytes):
    stored = escape(plain)
    for length in range(len(plain) + 1):
        bits = NalReader(stored)
        assert bytes(bits.u(8) for _ in range(length)) == plain[:length]
        # What was read is stored in so many bytes; a guard right behind them is not yet read.
        assert escape(plain[:length]) == stored[: bits.nal_bytes_read]
