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
from streamverse.domains.identity.rules.passwords import leaked_most_often, problems_of_password
from streamverse.domains.identity.rules.permissions import (
    ALL_PERMISSIONS,
    PERMISSIONS,
    permissions_of,
)
from streamverse.domains.identity.rules.sessions import (
    LONGEST_SESSION,
    may_be_lost_answer,
    session_expiry,
)
from streamverse.domains.identity.rules.user_agents import clean_device_name, read_user_agent
from streamverse.kit.errors import Invalid
from streamverse.kit.work import Role

GOOD = {"email": "ada@example.org", "password": "long enough", "display_name": "Ada"}
NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ada@example.org", "ADA@Example.ORG"),
        ("ada@example.org", "  ada@example.org\n"),
        ("straße@example.org", "STRASSE@example.org"),
        ("ada@example.org", "ａda@example.org"),  # noqa: RUF001 - a full-width letter
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("ada@BÜCHER.example", "ada@bu\u0308cher.example"),
    ],
)
def test_spellings_of_one_address_are_equal(one: str, other: str) -> None:
    assert normalise_email(one) == normalise_email(other)


@given(st.text() | st.emails())
def test_an_address_that_is_normalised_stays_so(email: str) -> None:
    assert normalise_email(normalise_email(email)) == normalise_email(email)


@given(st.emails(), st.text(st.characters(categories=["L", "N"]), max_size=200))
def test_ordinary_accounts_are_accepted(email: str, password: str) -> None:
    check_new_account(email, f"a kettle on stilts {password}", "Ada")


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("email", "", "Enter an e-mail address such as name@example.org."),
        ("email", "ada", "Enter an e-mail address such as name@example.org."),
        ("email", "@example.org", "Enter an e-mail address such as name@example.org."),
        ("email", "ada@", "Enter an e-mail address such as name@example.org."),
        ("email", "ada lovelace@example.org", "Enter an e-mail address such as name@example.org."),
        (
            "email",
            '"ada lovelace"@example.org',
            "Enter an e-mail address such as name@example.org.",
        ),
        ("email", '"ada"@example.org', "Enter an e-mail address such as name@example.org."),
        ("email", "<ada>@example.org", "Enter an e-mail address such as name@example.org."),
        ("email", "Ada <ada@example.org>", "Enter an e-mail address such as name@example.org."),
        ("email", "ada@lovelace@example.org", "Enter an e-mail address such as name@example.org."),
        ("email", "ada,eve@example.org", "Enter an e-mail address such as name@example.org."),
        ("email", "ada..l@example.org", "Enter an e-mail address such as name@example.org."),
        ("email", ".ada@example.org", "Enter an e-mail address such as name@example.org."),
        ("email", "ada.@example.org", "Enter an e-mail address such as name@example.org."),
        ("email", "a" * 65 + "@example.org", "Enter an e-mail address such as name@example.org."),
        ("email", "ada\u00a0l@example.org", "Enter an e-mail address such as name@example.org."),
        ("email", "ada\u200bl@example.org", "Enter an e-mail address such as name@example.org."),
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


@pytest.mark.parametrize(
    "password",
    [
        "password",
        "Password123!",
        "P@ssw0rd",
        "passwort1",
        "qwertyuiop",
        "Qwerty123",
        "1qwertz1",
        "12345678",
        "87654321",
        "1234567890",
        "abcdefgh",
        "asdfghjkl",
        "aaaaaaaa",
        "abababab",
        "abc1abc1abc1",
        "11112222",
        "iloveyou2",
        "streamverse!",
        "PASSWORD",
    ],
)
def test_what_everybody_would_try_first_is_no_password(password: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_new_account("ada@example.org", password, "Ada")

    assert refused.value.detail.startswith("This password is among the first")


def test_the_thousands_that_leaked_most_often_are_no_passwords() -> None:
    leaked = sorted(leaked_most_often())
    assert len(leaked) > 3000
    assert list(problems_of_password("corvette1967!", "ada@example.org", "Ada"))

    for password in leaked:
        for tried in (password, password.upper()):
            assert list(problems_of_password(tried, "ada@example.org", "Ada")), tried


@pytest.mark.parametrize(
    "password", ["lovelace", "Lovelace1815", "!!ada.lovelace!!", "AdaLovelace1", "example.org1"]
)
def test_nobodys_own_name_is_a_password(password: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_new_account("ada.lovelace@example.org", password, "lovelace")

    assert refused.value.detail == "Choose a password that is not just your own name or address."


@pytest.mark.parametrize(
    "email",
    [
        "\u0430da@example.org",  # the first letter is Cyrillic
        "p\u0430ypal@example.org",
        "ada@ex\u0430mple.org",
        "ada@xn--exmple-4nf.org",  # the same, as a mail server writes it
        "\u0441\u043e\u0440\u0435@example.org",  # all Cyrillic, and looks like "cope"
        "\u03bfwner@example.org",  # a Greek o
        "ad\u0561@example.org",  # Armenian
    ],
)
def test_letters_that_pass_for_others_are_refused(email: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_new_account(email, GOOD["password"], "Ada")

    assert [(found.field, found.problem) for found in refused.value.fields] == [
        (
            "email",
            (
                "This e-mail address mixes letters of different alphabets that look alike: "
                "type it in one alphabet."
            ),
        )
    ]


@pytest.mark.parametrize(
    "email",
    [
        "jürgen@bücher.example",
        "\u0438\u0432\u0430\u043d@example.org",  # a name in Russian
        "\u0438\u0432\u0430\u043d@\u043f\u043e\u0447\u0442\u0430.\u0440\u0444",
        "\u5c71\u7530@example.jp",
        "\u5c71\u7530\u306e\u30cd\u30b3@example.jp",
        "\u0639\u0644\u064a@example.org",
        "o'brien+films@example.co.uk",
        "ada@localhost",
    ],
)
def test_addresses_in_any_one_alphabet_will_do(email: str) -> None:
    check_new_account(email, GOOD["password"], "Ada")


@pytest.mark.parametrize(
    "email",
    [
        "ada@exam ple.org",
        "ada@-example.org",
        "ada@example..org",
        "ada@exa_mple.org",
        "ad\u200da@example.org",
        "ada@\u2488.example",
        "ada@example.org/",
    ],
)
def test_addresses_that_no_mail_reaches_are_refused(email: str) -> None:
    with pytest.raises(Invalid, match=r"^Enter an e-mail address such as name@example\.org\.$"):
        check_new_account(email, GOOD["password"], "Ada")


@pytest.mark.parametrize("password", ["kq7wz2mv", ("correct horse " * 19)[:256]])
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


def test_use_prolongs_a_session_but_not_for_ever() -> None:
    month = timedelta(days=30)

    assert session_expiry(NOON, NOON + month, month) == NOON + 2 * month
    assert session_expiry(NOON, NOON + timedelta(days=360), month) == NOON + LONGEST_SESSION


@pytest.mark.parametrize(
    ("seconds", "is_successor_used", "is_honest"),
    [(0, False, True), (10, False, True), (11, False, False), (1, True, False)],
)
def test_when_a_token_may_come_back(
    seconds: int, *, is_successor_used: bool, is_honest: bool
) -> None:
    now = NOON + timedelta(seconds=seconds)

    found = may_be_lost_answer(NOON, now, is_successor_used=is_successor_used)

    assert found is is_honest


def test_roles_have_what_they_are_for() -> None:
    assert permissions_of({Role.OWNER}) == ALL_PERMISSIONS
    assert permissions_of({Role.VIEWER}) == permissions_of(()) == frozenset()
    assert permissions_of({Role.CREATOR, Role.ANALYST}) == {"media.upload", "reports.read"}
    assert "roles.manage" not in permissions_of(set(Role) - {Role.OWNER})
    assert set(PERMISSIONS) == set(Role)


@pytest.mark.parametrize(
    ("user_agent", "name", "kind"),
    [
        (
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
                "Chrome/140.0.0.0 Safari/537.36"
            ),
            "Chrome on Linux",
            "desktop",
        ),
        (
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
                "Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0"
            ),
            "Edge on Windows",
            "desktop",
        ),
        (
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 "
                "(KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"
            ),
            "Safari on iOS",
            "phone",
        ),
        (
            "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0",
            "Firefox on Android",
            "phone",
        ),
        (
            (
                "Mozilla/5.0 (Linux; Android 14; SM-X910) AppleWebKit/537.36 (KHTML, like Gecko) "
                "SamsungBrowser/25.0 Chrome/121.0.0.0 Safari/537.36"
            ),
            "Samsung Internet on Android",
            "tablet",
        ),
        ("Mozilla/5.0 (Web0S; Linux/SmartTV) Chrome/94.0 Safari/537.36", "Chrome on webOS", "tv"),
        ("curl/8.5.0", "curl", "unknown"),
        ("", "Unknown device", "unknown"),
        ("\x00<script>" * 1000, "Unknown device", "unknown"),
    ],
)
def test_devices_are_named_as_people_know_them(user_agent: str, name: str, kind: str) -> None:
    software = read_user_agent(user_agent)

    assert (software.name, software.kind) == (name, kind)


@pytest.mark.parametrize(
    ("given", "shown"), [(" Sofa ", "Sofa"), ("a\nb\u202e", "ab"), ("x" * 500, "x" * 100)]
)
def test_a_chosen_name_is_kept_as_far_as_it_can_be_shown(given: str, shown: str) -> None:
    assert clean_device_name(given) == shown
