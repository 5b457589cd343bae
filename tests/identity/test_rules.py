"""Which addresses, passwords and names will do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamverse.domains.identity.rules import (
    check_new_account,
    is_due_for_renewal,
    normalise_email,
)
from streamverse.kit.errors import Invalid

GOOD = {"email": "ada@example.org", "password": "long enough", "display_name": "Ada"}
NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ada@example.org", "ADA@Example.ORG"),
        ("ada@example.org", "  ada@example.org\n"),
        ("straße@example.org", "STRASSE@example.org"),
        ("ada@example.org", "ａda@example.org"),  # noqa: RUF001 - a full-width letter
    ],
)
def test_spellings_of_one_address_are_equal(one: str, other: str) -> None:
    assert normalise_email(one) == normalise_email(other)


@given(st.text() | st.emails())
def test_an_address_that_is_normalised_stays_so(email: str) -> None:
    assert normalise_email(normalise_email(email)) == normalise_email(email)


@given(st.emails(), st.text(st.characters(categories=["L", "N"]), min_size=8, max_size=256))
def test_ordinary_accounts_are_accepted(email: str, password: str) -> None:
    check_new_account(email, password, "Ada")


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("email", "", "Enter an e-mail address such as name@example.org."),
        ("email", "ada", "Enter an e-mail address such as name@example.org."),
        ("email", "@example.org", "Enter an e-mail address such as name@example.org."),
        ("email", "ada@", "Enter an e-mail address such as name@example.org."),
        ("email", "ada lovelace@example.org", "Enter an e-mail address such as name@example.org."),
        ("email", "ada\x00@example.org", "Enter an e-mail address such as name@example.org."),
        ("email", "a" * 243 + "@example.org", "An e-mail address has at most 254 characters."),
        ("password", "seven77", "Choose a password of at least 8 characters."),
        ("password", "x" * 257, "A password has at most 256 characters."),
        ("password", "ADA@example.org", "Choose a password other than your e-mail address."),
        ("display_name", "  ", "Enter a name to show."),
        ("display_name", "x" * 101, "A name has at most 100 characters."),
        (
            "display_name",
            "Ada\nLovelace",
            "Leave line breaks and control characters out of the name.",
        ),
    ],
)
def test_a_bad_field_is_named_and_explained(field: str, value: str, sentence: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_new_account(**{**GOOD, field: value})

    assert [(found.field, found.problem) for found in refused.value.fields] == [(field, sentence)]
    assert refused.value.detail == sentence


def test_everything_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(Invalid) as refused:
        check_new_account("", "", "")

    assert [found.field for found in refused.value.fields] == ["email", "password", "display_name"]


@pytest.mark.parametrize("password", ["12345678", "x" * 256])
def test_the_shortest_and_the_longest_password_will_do(password: str) -> None:
    check_new_account("ada@example.org", password, "Ada")


@pytest.mark.parametrize(
    ("unused_for", "is_due"),
    [
        (timedelta(0), False),
        (timedelta(minutes=59, seconds=59), False),
        (timedelta(hours=1), True),
        (timedelta(days=20), True),
    ],
)
def test_a_session_is_renewed_once_an_hour(unused_for: timedelta, is_due: bool) -> None:
    assert is_due_for_renewal(NOON - unused_for, NOON) is is_due
