"""AMF0: what is written reads back, and nothing is read without an end."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamverse.mediakit.ingest.amf0 import (
    DEEPEST,
    MOST_VALUES,
    Amf0Malformed,
    parse_amf0,
    write_amf0,
)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
numbers = st.floats(allow_nan=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


@given(st.lists(values, max_size=4))
def test_what_is_written_reads_back(written: list[object]):
    assert parse_amf0(write_amf0(*written)) == written


@given(st.binary(max_size=80))
def test_any_bytes_are_read_or_refused(data: bytes):
    with suppress(Amf0Malformed):
        parse_amf0(data)


def test_a_long_text_is_written_as_one():
    text = "é" * 40_000
    written = write_amf0(text)
    assert written[:5] == b"\x0c" + (80_000).to_bytes(4)
    assert parse_amf0(written) == [text]


def test_kinds_that_we_never_write():
    array = b"\x08\0\0\0\x63" + b"\0\x01a\x05" + b"\0\0\x09"
    date = b"\x0b" + bytes(8) + b"\0\x3c"
    assert parse_amf0(array + date + b"\x06") == [{"a": None}, 0.0, None]


def test_a_member_without_a_name():
    assert parse_amf0(b"\x03\0\0\x01\x01\0\0\x09") == [{"": True}]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"\x02\0\x05abc", "breaks off"),
        (b"\x03\0\x01a", "breaks off"),
        (b"\x0a\xff\xff\xff\xff", "breaks off"),
        (b"\x11", "of the kind 17"),
        (b"\x0a\0\0\0\x01" * (DEEPEST + 1) + b"\x05", "or deeper"),
        (b"\x05" * (MOST_VALUES + 1), "more values"),
    ],
)
def test_what_is_refused(data: bytes, sentence: str):
    with pytest.raises(Amf0Malformed, match=sentence):
        parse_amf0(data)


def test_the_bounds_themselves_are_taken():
    nested = b"\x0a\0\0\0\x01" * DEEPEST + b"\x05"
    assert parse_amf0(nested) == [[[[[[[[[None]]]]]]]]]
    assert parse_amf0(b"\x05" * MOST_VALUES) == [None] * MOST_VALUES
