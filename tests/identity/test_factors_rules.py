"""Codes, pauses and the address that passkeys are good at."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamverse.domains.identity.rules.factors import (
    RelyingParty,
    draw_qr_code,
    hash_backup_code,
    matching_step,
    pause_after,
    provisioning_uri,
    relying_party,
    service_name,
    write_backup_code,
    written_secret,
)

SECRET = b"12345678901234567890"
KEY = bytes(32)


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_codes_are_those_of_rfc_6238(seconds: int, code: str) -> None:
    assert matching_step(SECRET, code, at(seconds)) == seconds // 30


@pytest.mark.parametrize(
    ("later_s", "step"),
    [(-31, None), (-30, 5), (0, 5), (29, 5), (59, 5), (60, None), (3600, None)],
)
def test_a_code_is_good_in_its_step_and_those_beside_it(later_s: int, step: int | None) -> None:
    code_of_step_5 = "254676"  # RFC 4226, appendix D

    assert matching_step(SECRET, code_of_step_5, at(5 * 30 + later_s)) == step


@pytest.mark.parametrize(
    "code",
    ["", "28708", "2870821", "28708a", "২৮৭০৮২", "-28708", "287082\x00", "287083", " ", "9" * 64],
)
def test_what_is_not_the_code_matches_nothing(code: str) -> None:
    assert matching_step(SECRET, code, at(59)) is None


def test_a_code_may_be_typed_in_groups() -> None:
    assert matching_step(SECRET, " 287 082 ", at(59)) == 1


def test_an_app_reads_what_the_code_says() -> None:
    uri = provisioning_uri(SECRET, "ada@example.org", "video.example.org")

    read = urlsplit(uri)
    assert (read.scheme, read.netloc) == ("otpauth", "totp")
    assert read.path == "/video.example.org:ada%40example.org"
    query = parse_qs(read.query)
    assert query["secret"] == [written_secret(SECRET)] == ["GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"]
    assert query["issuer"] == ["video.example.org"]


def test_a_qr_code_is_a_picture_without_scripts() -> None:
    picture = ET.fromstring(draw_qr_code("otpauth://totp/x?secret=ABC"))  # noqa: S314

    assert picture.tag == "{http://www.w3.org/2000/svg}svg"
    assert {"width", "height"}.isdisjoint(picture.attrib)
    assert picture.attrib["viewBox"].startswith("0 0 ")
    assert {child.tag.rpartition("}")[2] for child in picture.iter()} == {"svg", "path"}


@pytest.mark.parametrize(
    ("random", "code"),
    [
        (bytes(5), "0000-0000"),
        (b"\xff" * 5, "zzzz-zzzz"),
        (bytes.fromhex("0123456789"), "04hm-asw9"),
    ],
)
def test_backup_codes_are_forty_bits_without_look_alikes(random: bytes, code: str) -> None:
    assert write_backup_code(random) == code


@given(st.binary(min_size=5, max_size=5))
def test_a_backup_code_is_the_same_however_it_is_typed(random: bytes) -> None:
    code = write_backup_code(random)
    hashed = hash_backup_code(KEY, code)

    for typed in (
        code.upper(),
        code.replace("-", ""),
        f" {code.replace('-', ' ')} ",
        code.replace("0", "o").replace("1", "L"),
        code.replace("0", "O").replace("1", "i"),
    ):
        assert hash_backup_code(KEY, typed) == hashed
    assert hash_backup_code(bytes([1]) * 32, code) != hashed
    assert hash_backup_code(KEY, code + "0") != hashed


@pytest.mark.parametrize(
    ("failures", "pause"),
    [
        (0, timedelta()),
        (4, timedelta()),
        (5, timedelta(seconds=30)),
        (6, timedelta(minutes=1)),
        (11, timedelta(minutes=32)),
        (12, timedelta(hours=1)),
        (10**9, timedelta(hours=1)),
    ],
)
def test_wrong_codes_are_followed_by_longer_and_longer_pauses(
    failures: int, pause: timedelta
) -> None:
    assert pause_after(failures) == pause


@pytest.mark.parametrize(
    ("url", "host", "origin"),
    [
        ("https://video.example.org", "video.example.org", "https://video.example.org"),
        ("https://Video.example.org/", "video.example.org", "https://video.example.org"),
        ("https://video.example.org:443", "video.example.org", "https://video.example.org"),
        ("https://video.example.org:8443", "video.example.org", "https://video.example.org:8443"),
        ("http://localhost:8000", "localhost", "http://localhost:8000"),
        ("http://localhost:80/app", "localhost", "http://localhost"),
    ],
)
def test_passkeys_are_good_at_the_published_address_only(url: str, host: str, origin: str) -> None:
    assert relying_party(url) == RelyingParty(host, origin)
    assert service_name(url) == host


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000", "http://[::1]:8000", "https://", ""])
def test_a_number_or_nothing_is_no_place_for_passkeys(url: str) -> None:
    assert relying_party(url) is None
