"""Who sees a title, and what its words may be."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from streamverse.domains.catalog.contracts import TitleChange, TitleState
from streamverse.domains.catalog.rules import (
    can_be_played,
    is_unfinished,
    may_see,
    query_words,
    search_form,
    tidy_change,
)
from streamverse.kit.errors import Invalid
from streamverse.kit.work import Actor, Role

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
OWNER = Actor(UUID(int=1), UUID(int=7), frozenset({Role.OWNER}), frozenset({"titles.edit"}))
VIEWER = Actor(UUID(int=1), UUID(int=8), frozenset({Role.VIEWER}))
NOBODY = Actor(UUID(int=1))


@pytest.mark.parametrize(
    ("actor", "published_at", "may"),
    [
        (OWNER, None, True),
        (OWNER, NOON, True),
        (VIEWER, None, False),
        (VIEWER, NOON, True),
        (NOBODY, None, False),
    ],
)
def test_only_who_edits_titles_sees_what_is_not_published(
    actor: Actor, published_at: datetime | None, *, may: bool
) -> None:
    assert may_see(actor, published_at) is may


@pytest.mark.parametrize(
    ("state", "has_something", "has_more_to_come"),
    [
        (TitleState.PROCESSING, False, True),
        (TitleState.PLAYABLE, True, True),
        (TitleState.READY, True, False),
        (TitleState.FAILED, False, False),
    ],
)
def test_a_state_says_what_there_is(
    state: TitleState, *, has_something: bool, has_more_to_come: bool
) -> None:
    assert can_be_played(state) is has_something
    assert is_unfinished(state) is has_more_to_come


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("Big Buck Bunny", "big buck bunny"),
        ("  L'Été\tDernier\n", "l'ete dernier"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("ＴＯＫＹＯ", "tokyo"),  # noqa: RUF001 - full-width letters
        ("", ""),
    ],
)
def test_names_are_compared_without_case_accents_and_spaces(text: str, form: str) -> None:
    assert search_form(text) == form


@given(st.text())
def test_a_form_has_no_better_form(text: str) -> None:
    assert search_form(search_form(text)) == search_form(text)


@pytest.mark.parametrize(
    ("query", "words"),
    [(None, ()), ("  ", ()), ("Buck  BIG", ("buck", "big")), ("a " * 20, ("a",) * 8)],
)
def test_a_query_is_a_few_words(query: str | None, words: tuple[str, ...]) -> None:
    assert query_words(query) == words


def test_what_is_not_changed_stays_unset() -> None:
    assert tidy_change(TitleChange()) == TitleChange(UNSET, UNSET, UNSET, UNSET)


def test_words_are_cleaned() -> None:
    change = TitleChange(
        name="  Big\n\x00Buck\u202e  Bunny ",
        description="\nFirst line.\r\n\nThird\x07 line. ",
        credit="Blender\tFoundation",
        year=None,
    )

    assert tidy_change(change) == TitleChange(
        "Big Buck Bunny", "First line.\n\nThird line.", "Blender Foundation", None
    )


@given(st.text(max_size=200))
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    once = tidy_change(TitleChange(description=text, credit=text))

    assert tidy_change(once) == once


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        (TitleChange(name=" \x00 "), "name", "Enter a name."),
        (TitleChange(name="x" * 201), "name", "The name may have at most 200 characters."),
        (
            TitleChange(description="x" * 5001),
            "description",
            "The description may have at most 5000 characters.",
        ),
        (TitleChange(credit="x" * 501), "credit", "The credit may have at most 500 characters."),
        (TitleChange(year=1869), "year", "Enter a year from 1870 to 2200."),
        (TitleChange(year=2201), "year", "Enter a year from 1870 to 2200."),
    ],
)
def test_a_bad_word_is_named_and_explained(change: TitleChange, field: str, sentence: str) -> None:
    with pytest.raises(Invalid) as refused:
        tidy_change(change)

    assert [(found.field, found.problem) for found in refused.value.fields] == [(field, sentence)]


@pytest.mark.parametrize("change", [TitleChange(year=1870), TitleChange(name="x" * 200)])
def test_the_limits_themselves_are_allowed(change: TitleChange) -> None:
    assert tidy_change(change) == change
