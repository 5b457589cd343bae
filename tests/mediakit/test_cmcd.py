"""What players say with their requests is read as CTA-5004 writes it, and nonsense does no harm."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamverse.mediakit.cmcd import find_cmcd, parse_cmcd


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("", {}),
        ("br=3200,bs,d=4004,mtp=25400,ot=v", {"br": 3200, "bs": True, "d": 4004, "mtp": 25400}),
        ('cid="a \\"b\\", c",sid="x"', {"cid": 'a "b", c', "sid": "x"}),
        ("pr=1.08,com.example-key=1", {"pr": "1.08", "com.example-key": 1}),
        ("=,,br=,x y=1, bl=21300", {"bl": 21300}),
        ("br=" + "9" * 400, {"br": int("9" * 15)}),
    ],
)
def test_pairs(said: str, meant: dict[str, object]):
    found = dict(parse_cmcd(said))
    found.pop("ot", None)
    found.pop("y", None)
    assert found == meant


@given(st.text(max_size=3000))
def test_anything_can_be_said(text: str):
    assert all(0 < len(key) <= 32 for key in parse_cmcd(text))


def test_headers_and_query():
    headers = [(b"range", b"bytes=0-"), (b"cmcd-object", b"br=300"), (b"cmcd-status", b"bs")]
    assert find_cmcd(headers, b"") == "br=300,bs"
    assert find_cmcd([], b"subtitles=2&CMCD=br%3D300%2Csid%3D%22a%22") == 'br=300,sid="a"'
    assert find_cmcd([], b"subtitles=2") == ""
