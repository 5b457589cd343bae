"""Grants and secrets."""

import string
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamverse.kit.errors import Forbidden
from streamverse.kit.tokens import (
    GrantExpired,
    GrantInvalid,
    Signer,
    hash_secret,
    is_same_secret,
    new_secret,
    setup_token,
    steady_expiry,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
OLD_KEY, NEW_KEY = b"o" * 32, b"n" * 32
URL_SAFE = set(string.ascii_letters + string.digits + "-_")


def test_grant_opens_its_scope_until_it_expires():
    signer = Signer([NEW_KEY])
    grant = signer.grant("package/1", LATER)
    assert len(grant) == 32
    assert set(grant) <= URL_SAFE
    for _ in range(2):
        signer.verify(grant, "package/1", NOW)
        signer.verify(grant, "package/1", LATER - timedelta(seconds=1))
    for _ in range(2):
        with pytest.raises(GrantExpired, match="has expired: open the page again") as caught:
            signer.verify(grant, "package/1", LATER)
        assert isinstance(caught.value, Forbidden)
        assert caught.value.code == "kit.grant_expired"
    signer.verify(grant, "package/1", NOW)


def test_grant_opens_nothing_else():
    signer = Signer([NEW_KEY])
    grant = signer.grant("package/1", LATER)
    signer.verify(grant, "package/1", NOW)
    for scope in ("package/2", "package/10", "", "package/1 "):
        with pytest.raises(GrantInvalid, match="is not valid: open the page again") as caught:
            signer.verify(grant, scope, NOW)
        assert caught.value.code == "kit.grant_invalid"


@given(st.integers(0, 31), st.sampled_from([*sorted(URL_SAFE), "+", "/", "=", " ", "\u00e9"]))
def test_grant_with_one_letter_changed_is_refused(position: int, letter: str):
    signer = Signer([NEW_KEY])
    grant = signer.grant("package/1", LATER)
    changed = grant[:position] + letter + grant[position + 1 :]
    if changed != grant:
        with pytest.raises(GrantInvalid):
            signer.verify(changed, "package/1", NOW)


@pytest.mark.parametrize("grant", ["", "x", "x" * 31, "x" * 33, "x" * 32 + "\n", "\u0661" * 32])
def test_what_is_no_grant_is_refused(grant: str):
    with pytest.raises(GrantInvalid):
        Signer([NEW_KEY]).verify(grant, "package/1", NOW)


def test_keys_rotate():
    old, both, new = Signer([OLD_KEY]), Signer([NEW_KEY, OLD_KEY]), Signer([NEW_KEY])
    from_old, from_both = old.grant("a", LATER), both.grant("a", LATER)
    both.verify(from_old, "a", NOW)
    both.verify(from_both, "a", NOW)
    new.verify(from_both, "a", NOW)
    with pytest.raises(GrantInvalid):
        new.verify(from_old, "a", NOW)
    with pytest.raises(GrantInvalid):
        old.verify(from_both, "a", NOW)


@pytest.mark.parametrize("keys", [[], [b"short"], [NEW_KEY, b"short"]])
def test_signer_needs_good_keys(keys: list[bytes]):
    with pytest.raises(ValueError, match="at least one key of at least 16 bytes"):
        Signer(keys)


def test_memory_of_verified_grants_is_bounded():
    signer = Signer([NEW_KEY], cache_size=3)
    grants = [signer.grant(f"package/{number}", LATER) for number in range(10)]
    for _ in range(2):
        for number, grant in enumerate(grants):
            signer.verify(grant, f"package/{number}", NOW)
    # A bound can be seen nowhere else.
    remembered = signer._expiry_by_verified  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    assert len(remembered) == 3


def test_same_grant_for_the_same_expiry():
    assert Signer([NEW_KEY]).grant("a", LATER) == Signer([NEW_KEY]).grant("a", LATER)


@given(
    st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.integers(1, 100_000),
    st.integers(1, 100_000),
)
def test_steady_expiry_lasts_long_enough_and_not_much_longer(
    now: datetime, lifetime_s: int, window_s: int
):
    lifetime, window = timedelta(seconds=lifetime_s), timedelta(seconds=window_s)
    expiry = steady_expiry(now, lifetime, window)
    assert now + lifetime <= expiry < now + lifetime + window


def test_steady_expiry_stays_within_its_window():
    hour, quarter = timedelta(hours=1), timedelta(minutes=15)
    expiries = [steady_expiry(NOW + timedelta(minutes=m), hour, quarter) for m in range(1, 32)]
    assert expiries == [NOW + hour + quarter] * 15 + [NOW + hour + 2 * quarter] * 15 + [
        NOW + hour + 3 * quarter
    ]


def test_secrets_are_long_and_differ():
    secrets = {new_secret() for _ in range(100)}
    assert len(secrets) == 100
    assert {len(secret) for secret in secrets} == {43}
    assert set("".join(secrets)) <= URL_SAFE


def test_hash_of_a_secret():
    assert hash_secret("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_comparison_of_secrets():
    assert is_same_secret("caf\u00e9", "caf\u00e9")
    assert not is_same_secret("caf\u00e9", "cafe")


def test_setup_token_depends_on_the_key_only():
    assert setup_token(OLD_KEY) == setup_token(OLD_KEY)
    assert setup_token(OLD_KEY) != setup_token(NEW_KEY)
    assert len(setup_token(OLD_KEY)) == 32
    assert set(setup_token(OLD_KEY)) <= URL_SAFE
