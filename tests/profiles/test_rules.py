"""What a child may not do, what words will do, how PINs slow down: decided without any I/O."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from streamverse.domains.identity.contracts import AccountId
from streamverse.domains.profiles.contracts import Profile, ProfileChange, ProfileDraft, ProfileId
from streamverse.domains.profiles.rules.access import (
    NOTHING_SHOWN,
    Proof,
    Verdict,
    is_adult,
    is_fresh,
    may_add,
    may_change,
    may_lock,
    may_remove,
    may_switch,
    may_unlock,
    may_watch,
    open_age_in,
    open_age_of,
)
from streamverse.domains.profiles.rules.pins import LONGEST_PAUSE, check_pin, pause_after
from streamverse.domains.profiles.rules.presets import PRESETS, draw_preset, free_preset
from streamverse.domains.profiles.rules.words import (
    GATED_AGES,
    LIMITS,
    canonical_language,
    is_language,
    preset_number,
    tidy_change,
    tidy_draft,
    tidy_name,
)
from streamverse.kit.errors import Invalid

NOW = datetime(2030, 1, 1, tzinfo=UTC)
ALLOWED, NEEDS_PIN = Verdict.ALLOWED, Verdict.NEEDS_PIN
GROWN_UP, PASSWORD = Verdict.NEEDS_GROWN_UP, Verdict.NEEDS_PASSWORD


def profile(
    number: int,
    limit: int = 18,
    *,
    kids: bool = False,
    pin: bool = False,
    pin_above_age: int | None = None,
) -> Profile:
    return Profile(
        id=ProfileId(UUID(int=number)),
        account_id=AccountId(UUID(int=1)),
        name=f"{number}",
        avatar="preset:1",
        is_kids=kids,
        maturity_limit=limit,
        language="en",
        has_pin=pin,
        pin_above_age=pin_above_age,
    )


ADULT, LOCKED = profile(1), profile(2, pin=True)
TEEN, LOCKED_TEEN = profile(3, 12), profile(4, 12, pin=True)
CHILD, SMALL, LOCKED_CHILD = (
    profile(5, 12, kids=True),
    profile(6, 6, kids=True),
    profile(7, 12, kids=True, pin=True),
)
EVERYBODY = (ADULT, LOCKED, TEEN, LOCKED_TEEN, CHILD, SMALL, LOCKED_CHILD)
GATED, GATED_CHILD = profile(8, pin_above_age=12), profile(9, 12, kids=True, pin_above_age=6)
FRESH = Proof(is_fresh=True)
BY_ADULT, BY_TEEN, BY_CHILD = Proof((LOCKED,)), Proof((LOCKED_TEEN,)), Proof((LOCKED_CHILD,))
EVERY_PROOF = (NOTHING_SHOWN, FRESH, BY_ADULT, BY_TEEN, BY_CHILD)

profiles = st.builds(
    profile,
    st.integers(1, 9),
    st.sampled_from(LIMITS),
    kids=st.booleans(),
    pin=st.booleans(),
    pin_above_age=st.none() | st.sampled_from(GATED_AGES),
)
sitters = st.none() | profiles
proofs = st.builds(Proof, st.lists(profiles, max_size=2).map(tuple), st.booleans())


# --- watching -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("watcher", "age", "is_shown"),
    [
        (ADULT, 18, True),
        (ADULT, None, True),
        (TEEN, 12, True),
        (TEEN, 13, False),
        (TEEN, 16, False),
        (TEEN, None, False),
        (SMALL, 6, True),
        (SMALL, 7, False),
        (profile(8, 0, kids=True), 0, True),
        (replace(ADULT, is_adult_hidden=True), 18, False),
        (replace(ADULT, is_adult_hidden=True), None, False),
        (replace(ADULT, is_adult_hidden=True), 16, True),
    ],
)
def test_a_limit_is_the_highest_age_that_is_shown(
    watcher: Profile, age: int | None, is_shown: bool
):
    assert may_watch(watcher, age) is is_shown


@given(profiles, st.integers(0, 21), st.integers(0, 21))
def test_who_may_watch_a_title_may_watch_a_milder_one(watcher: Profile, one: int, other: int):
    milder, harder = sorted((one, other))
    assert may_watch(watcher, milder) or not may_watch(watcher, harder)


@given(profiles)
def test_what_nobody_has_certified_is_for_those_who_see_everything(watcher: Profile):
    assert may_watch(watcher, None) == (watcher.maturity_limit == 18)


@pytest.mark.parametrize(
    ("watcher", "age"),
    [
        (ADULT, 18),
        (TEEN, 12),
        (GATED, 12),
        (GATED_CHILD, 6),
        (replace(TEEN, pin_above_age=16), 12),
        (replace(ADULT, is_adult_hidden=True), 17),
        (replace(TEEN, pin_above_age=0), 0),
    ],
)
def test_up_to_which_age_a_profile_plays_without_a_pin(watcher: Profile, age: int):
    assert open_age_of(watcher) == age


@pytest.mark.parametrize(
    ("family", "age"),
    [
        ((), 18),
        ((LOCKED,), 0),
        ((LOCKED, GATED), 12),
        ((LOCKED, GATED, TEEN), 12),
        ((LOCKED, GATED_CHILD), 6),
        ((ADULT, GATED), 18),
    ],
)
def test_who_has_chosen_nobody_plays_what_the_mildest_gate_lets_through(
    family: tuple[Profile, ...], age: int
):
    assert open_age_in(family) == age


# --- switching ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("current", "target", "proof", "verdict"),
    [
        (None, ADULT, NOTHING_SHOWN, ALLOWED),
        (None, CHILD, NOTHING_SHOWN, ALLOWED),
        (None, LOCKED, NOTHING_SHOWN, NEEDS_PIN),
        (None, LOCKED, FRESH, NEEDS_PIN),
        (None, LOCKED, BY_TEEN, NEEDS_PIN),
        (None, LOCKED, BY_ADULT, ALLOWED),
        (LOCKED, LOCKED, NOTHING_SHOWN, NEEDS_PIN),
        (ADULT, CHILD, NOTHING_SHOWN, ALLOWED),
        (TEEN, ADULT, NOTHING_SHOWN, ALLOWED),
        (CHILD, ADULT, NOTHING_SHOWN, GROWN_UP),
        (CHILD, ADULT, BY_CHILD, GROWN_UP),
        (CHILD, ADULT, BY_TEEN, GROWN_UP),
        (CHILD, ADULT, BY_ADULT, ALLOWED),
        (CHILD, ADULT, FRESH, ALLOWED),
        (CHILD, LOCKED, BY_ADULT, ALLOWED),
        (CHILD, LOCKED, FRESH, NEEDS_PIN),
        (CHILD, LOCKED_TEEN, BY_TEEN, GROWN_UP),
        (CHILD, SMALL, NOTHING_SHOWN, ALLOWED),
        (CHILD, LOCKED_CHILD, BY_CHILD, ALLOWED),
        (SMALL, CHILD, NOTHING_SHOWN, GROWN_UP),
        (CHILD, TEEN, NOTHING_SHOWN, GROWN_UP),
        (GATED_CHILD, CHILD, NOTHING_SHOWN, GROWN_UP),
        (GATED_CHILD, SMALL, NOTHING_SHOWN, ALLOWED),
        (CHILD, GATED_CHILD, NOTHING_SHOWN, ALLOWED),
    ],
)
def test_who_may_become_whom(
    current: Profile | None, target: Profile, proof: Proof, verdict: Verdict
):
    assert may_switch(current, target, proof) is verdict


@given(profiles, profiles)
def test_a_child_alone_never_gets_more(current: Profile, target: Profile):
    if current.is_kids and may_switch(current, target, NOTHING_SHOWN) is ALLOWED:
        assert target.is_kids
        assert target.maturity_limit <= current.maturity_limit
        assert open_age_of(target) <= open_age_of(current)


@given(sitters, profiles, proofs)
def test_a_lock_opens_by_its_own_pin_alone(current: Profile | None, target: Profile, proof: Proof):
    if target.has_pin and may_switch(current, target, proof) is ALLOWED:
        assert target.id in {shown.id for shown in proof.shown}


# --- adding, changing, removing -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("current", "family", "added", "proof", "verdict"),
    [
        (None, (), profile(99, 18), NOTHING_SHOWN, ALLOWED),
        (None, (ADULT,), profile(99, 18), NOTHING_SHOWN, ALLOWED),
        (None, (LOCKED, TEEN), profile(99, 18), NOTHING_SHOWN, GROWN_UP),
        (None, (LOCKED, TEEN), profile(99, 12), NOTHING_SHOWN, ALLOWED),
        (None, (LOCKED,), profile(99, 0), NOTHING_SHOWN, ALLOWED),
        (TEEN, (LOCKED, TEEN), profile(99, 16), NOTHING_SHOWN, GROWN_UP),
        (TEEN, (LOCKED, TEEN), profile(99, 16), BY_ADULT, ALLOWED),
        (TEEN, (ADULT, TEEN), profile(99, 18), NOTHING_SHOWN, ALLOWED),
        (LOCKED, (LOCKED, TEEN), profile(99, 18), NOTHING_SHOWN, ALLOWED),
        (CHILD, (ADULT, CHILD), profile(99, 0), NOTHING_SHOWN, GROWN_UP),
        (CHILD, (ADULT, CHILD), profile(99, 0), FRESH, ALLOWED),
        (GATED, (LOCKED, GATED), profile(99, 12), NOTHING_SHOWN, ALLOWED),
        (GATED, (LOCKED, GATED), profile(99, 16), NOTHING_SHOWN, GROWN_UP),
        (GATED, (LOCKED, GATED), profile(99, pin_above_age=12), NOTHING_SHOWN, ALLOWED),
        (GATED, (LOCKED, GATED), profile(99, pin_above_age=16), NOTHING_SHOWN, GROWN_UP),
        (GATED, (LOCKED, GATED), profile(99), BY_ADULT, ALLOWED),
    ],
)
def test_who_may_add_a_profile(
    current: Profile | None,
    family: tuple[Profile, ...],
    added: Profile,
    proof: Proof,
    verdict: Verdict,
):
    assert may_add(current, family, added, proof) is verdict


@pytest.mark.parametrize(
    ("current", "before", "changes", "proof", "verdict"),
    [
        (CHILD, CHILD, {"name": "Ada"}, NOTHING_SHOWN, ALLOWED),
        (CHILD, CHILD, {"maturity_limit": 6}, NOTHING_SHOWN, ALLOWED),
        (CHILD, CHILD, {"is_kids": False}, NOTHING_SHOWN, GROWN_UP),
        (CHILD, CHILD, {"is_kids": False}, BY_CHILD, GROWN_UP),
        (CHILD, CHILD, {"is_kids": False}, BY_ADULT, ALLOWED),
        (CHILD, ADULT, {"name": "Ada"}, NOTHING_SHOWN, GROWN_UP),
        (ADULT, CHILD, {"is_kids": False}, NOTHING_SHOWN, GROWN_UP),
        (ADULT, CHILD, {"is_kids": False}, FRESH, ALLOWED),
        (ADULT, TEEN, {"maturity_limit": 16}, NOTHING_SHOWN, GROWN_UP),
        (ADULT, TEEN, {"maturity_limit": 6}, NOTHING_SHOWN, ALLOWED),
        (ADULT, ADULT, {"is_kids": True, "maturity_limit": 12}, NOTHING_SHOWN, ALLOWED),
        (TEEN, LOCKED, {"name": "Ada"}, NOTHING_SHOWN, GROWN_UP),
        (TEEN, LOCKED_TEEN, {"name": "Ada"}, NOTHING_SHOWN, GROWN_UP),
        (TEEN, LOCKED_TEEN, {"name": "Ada"}, BY_TEEN, ALLOWED),
        (LOCKED, LOCKED, {"name": "Ada"}, NOTHING_SHOWN, ALLOWED),
        (ADULT, replace(TEEN, is_adult_hidden=True), {"is_adult_hidden": False}, FRESH, ALLOWED),
        (
            ADULT,
            replace(ADULT, is_adult_hidden=True),
            {"is_adult_hidden": False},
            NOTHING_SHOWN,
            GROWN_UP,
        ),
        (
            ADULT,
            replace(ADULT, is_pin_needed_to_buy=True),
            {"is_pin_needed_to_buy": False},
            NOTHING_SHOWN,
            GROWN_UP,
        ),
        (ADULT, ADULT, {"is_pin_needed_to_buy": True}, NOTHING_SHOWN, ALLOWED),
        (TEEN, TEEN, {"pin_above_age": 6}, NOTHING_SHOWN, ALLOWED),
        (GATED, GATED, {"pin_above_age": 6}, NOTHING_SHOWN, ALLOWED),
        (GATED, GATED, {"pin_above_age": 16}, NOTHING_SHOWN, GROWN_UP),
        (GATED, GATED, {"pin_above_age": None}, NOTHING_SHOWN, GROWN_UP),
        (GATED, GATED, {"pin_above_age": None}, BY_ADULT, ALLOWED),
    ],
)
def test_who_may_change_what(
    current: Profile,
    before: Profile,
    changes: dict[str, object],
    proof: Proof,
    verdict: Verdict,
):
    assert may_change(current, before, replace(before, **changes), proof) is verdict


@given(sitters, profiles, st.sampled_from(LIMITS), st.booleans())
def test_nobody_alone_loosens_anything(
    current: Profile | None, before: Profile, limit: int, kids: bool
):
    after = replace(before, maturity_limit=limit, is_kids=kids)
    if may_change(current, before, after, NOTHING_SHOWN) is ALLOWED:
        assert after.maturity_limit <= before.maturity_limit
        assert after.is_kids >= before.is_kids


@pytest.mark.parametrize(
    ("current", "target", "proof", "verdict"),
    [
        (ADULT, CHILD, NOTHING_SHOWN, ALLOWED),
        (ADULT, LOCKED_CHILD, NOTHING_SHOWN, GROWN_UP),
        (LOCKED, LOCKED, NOTHING_SHOWN, GROWN_UP),
        (LOCKED, LOCKED, FRESH, ALLOWED),
        (CHILD, CHILD, NOTHING_SHOWN, GROWN_UP),
        (CHILD, ADULT, NOTHING_SHOWN, GROWN_UP),
        (None, ADULT, NOTHING_SHOWN, ALLOWED),
    ],
)
def test_who_may_remove_whom(
    current: Profile | None, target: Profile, proof: Proof, verdict: Verdict
):
    assert may_remove(current, target, proof) is verdict


# --- locks ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "proof", "verdict"),
    [
        (ADULT, NOTHING_SHOWN, GROWN_UP),
        (ADULT, FRESH, ALLOWED),
        (CHILD, BY_ADULT, ALLOWED),
        (CHILD, BY_TEEN, GROWN_UP),
        (LOCKED, NOTHING_SHOWN, NEEDS_PIN),
        (LOCKED, BY_ADULT, ALLOWED),
        (LOCKED, FRESH, ALLOWED),
        (LOCKED_TEEN, BY_TEEN, ALLOWED),
        (LOCKED_TEEN, BY_ADULT, NEEDS_PIN),
    ],
)
def test_who_may_set_a_pin(target: Profile, proof: Proof, verdict: Verdict):
    assert may_lock(target, proof) is verdict


@pytest.mark.parametrize("proof", EVERY_PROOF)
@pytest.mark.parametrize("target", EVERYBODY)
def test_a_pin_is_taken_off_by_the_password_alone(target: Profile, proof: Proof):
    is_free = proof.is_fresh or not target.has_pin
    assert may_unlock(target, proof) is (ALLOWED if is_free else PASSWORD)


@pytest.mark.parametrize(
    ("current", "chosen", "authenticated", "fresh"),
    [
        (None, None, None, False),
        (None, None, timedelta(minutes=10), True),
        (None, None, timedelta(minutes=10, seconds=1), False),
        (ADULT, timedelta(minutes=1), timedelta(minutes=5), True),
        # The parent logged in, and then the child got the screen.
        (CHILD, timedelta(minutes=1), timedelta(minutes=5), False),
        (TEEN, timedelta(minutes=1), timedelta(minutes=5), False),
        (GATED, timedelta(minutes=1), timedelta(minutes=5), False),
        (CHILD, timedelta(minutes=5), timedelta(minutes=1), True),
        (CHILD, timedelta(minutes=5), timedelta(minutes=5), False),
    ],
)
def test_when_a_log_in_counts_as_a_grown_ups(
    current: Profile | None,
    chosen: timedelta | None,
    authenticated: timedelta | None,
    fresh: bool,
):
    chosen_at = None if chosen is None else NOW - chosen
    authenticated_at = None if authenticated is None else NOW - authenticated
    assert is_fresh(current, chosen_at, authenticated_at, NOW) is fresh


def test_adults_are_those_who_see_everything():
    assert [p for p in EVERYBODY if is_adult(p)] == [ADULT, LOCKED]


@pytest.mark.parametrize("pin", ["1234", "00000000", "123456"])
def test_four_to_eight_digits_are_a_pin(pin: str):
    check_pin(pin)


@pytest.mark.parametrize(
    "pin",
    [
        "",
        "123",
        "123456789",
        "12a4",
        "12 4",
        "-123",
        "\uff11\uff12\uff13\uff14",
        "\u00b2\u00b2\u00b2\u00b2",
    ],
)
def test_anything_else_is_none(pin: str):
    with pytest.raises(Invalid, match="4 to 8 digits") as refused:
        check_pin(pin)
    assert [found.field for found in refused.value.fields] == ["pin"]


def test_five_tries_are_free_and_then_each_takes_longer():
    waits = [pause_after(failures).total_seconds() for failures in range(15)]

    assert waits == [0, 0, 0, 0, 0, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]


@given(st.integers(0, 10**6))
def test_pauses_never_shrink_and_end_at_the_longest(failures: int):
    assert pause_after(failures) <= pause_after(failures + 1) <= LONGEST_PAUSE


# --- words ----------------------------------------------------------------------------------------


def test_what_is_left_out_of_a_draft_is_chosen_to_fit():
    assert tidy_draft(ProfileDraft("  Ada \n Lovelace ")) == ProfileDraft(
        "Ada Lovelace", maturity_limit=18
    )
    assert tidy_draft(ProfileDraft("Kid", is_kids=True, language="PT-br")) == ProfileDraft(
        "Kid", is_kids=True, maturity_limit=12, language="pt-BR"
    )


@pytest.mark.parametrize(
    ("draft", "fields"),
    [
        (ProfileDraft(""), ["name"]),
        (ProfileDraft("\u202e\u200b"), ["name"]),
        (ProfileDraft("x" * 41), ["name"]),
        (ProfileDraft("Ada", maturity_limit=17), ["maturity_limit"]),
        (ProfileDraft("Ada", is_kids=True, maturity_limit=16), ["maturity_limit"]),
        (ProfileDraft("Ada", pin_above_age=13), ["pin_above_age"]),
        (ProfileDraft("Ada", pin_above_age=18), ["pin_above_age"]),
        (ProfileDraft("Ada", language="english"), ["language"]),
        (ProfileDraft("Ada", avatar="preset:25"), ["avatar"]),
        (
            ProfileDraft("", maturity_limit=-1, language="", avatar="picture"),
            ["name", "maturity_limit", "language", "avatar"],
        ),
    ],
)
def test_everything_that_is_wrong_is_said_at_once(draft: ProfileDraft, fields: list[str]):
    with pytest.raises(Invalid) as refused:
        tidy_draft(draft)

    assert [found.field for found in refused.value.fields] == fields


def test_who_becomes_a_child_gets_a_childs_limit():
    kids = ProfileChange(is_kids=True)

    assert tidy_change(kids, is_kids=False, maturity_limit=18).maturity_limit == 12
    assert tidy_change(kids, is_kids=False, maturity_limit=6).maturity_limit is UNSET
    assert tidy_change(kids, is_kids=True, maturity_limit=6).maturity_limit is UNSET
    with pytest.raises(Invalid, match="turn kids mode off"):
        tidy_change(ProfileChange(maturity_limit=16), is_kids=True, maturity_limit=6)


@given(st.text(max_size=60))
def test_a_tidy_name_stays_as_it_is(name: str):
    tidied = tidy_name(name)

    assert tidy_name(tidied) == tidied
    assert tidied == tidied.strip()
    assert "\n" not in tidied


@pytest.mark.parametrize(
    ("tag", "canonical"),
    [
        ("EN", "en"),
        ("de-at", "de-AT"),
        ("ZH-hant-tw", "zh-Hant-TW"),
        ("es-419", "es-419"),
        ("ca-valencia", "ca-valencia"),
        ("yue", "yue"),
    ],
)
def test_language_tags_are_written_as_the_standard_wants(tag: str, canonical: str):
    assert is_language(tag)
    assert canonical_language(tag) == canonical


@pytest.mark.parametrize("tag", ["", "e", "english", "en_US", "en-", "en-US-", "de-AT\n", "en US"])
def test_what_is_no_language_tag(tag: str):
    assert not is_language(tag)


@pytest.mark.parametrize(
    ("avatar", "number"),
    [
        ("preset:1", 1),
        ("preset:24", 24),
        ("preset:0", None),
        ("preset:25", None),
        ("preset:01", None),
        ("preset:\u0661", None),
        ("preset:", None),
        ("picture", None),
    ],
)
def test_presets_are_named_by_their_number(avatar: str, number: int | None):
    assert preset_number(avatar) == number


def test_every_preset_is_a_drawing_of_its_own():
    drawings = [draw_preset(number) for number in range(1, PRESETS + 1)]

    assert len(set(drawings)) == PRESETS
    for drawing in drawings:
        root = ET.fromstring(drawing)  # noqa: S314 - our own
        assert root.tag == "{http://www.w3.org/2000/svg}svg"


def test_a_new_profile_looks_like_nobody_else():
    assert free_preset(set()) == 1
    assert free_preset({1, 2, 4}) == 3
