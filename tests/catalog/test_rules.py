"""What may be said about a title, how words are compared, and what states mean."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamverse.domains.catalog.contracts import (
    CreditLine,
    MarkerKind,
    MarkerLine,
    TitlePatch,
    TitleState,
    WindowLine,
    Words,
)
from streamverse.domains.catalog.rules.patches import given_fields, tidy_patch
from streamverse.domains.catalog.rules.states import (
    can_be_played,
    can_be_published,
    is_unfinished,
)
from streamverse.domains.catalog.rules.words import query_words, search_form, slug
from streamverse.kit.errors import Invalid

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
INTRO = MarkerKind.INTRO


@pytest.mark.parametrize(
    ("state", "has_something", "has_more_to_come", "may_be_shown"),
    [
        (TitleState.ANNOUNCED, False, False, True),
        (TitleState.PROCESSING, False, True, False),
        (TitleState.PLAYABLE, True, True, True),
        (TitleState.READY, True, False, True),
        (TitleState.FAILED, False, False, False),
    ],
)
def test_a_state_says_what_there_is(
    state: TitleState, *, has_something: bool, has_more_to_come: bool, may_be_shown: bool
) -> None:
    assert can_be_published(state) is may_be_shown
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


@pytest.mark.parametrize(
    ("text", "its_slug"),
    [
        ("Science-Fiction & Fantasy", "science-fiction-fantasy"),
        ("Amélie", "amelie"),
        ("東京物語", "東京物語"),
        ("_ * _", ""),
        ("x" * 100, "x" * 80),
    ],
)
def test_a_slug_stands_in_addresses(text: str, its_slug: str) -> None:
    assert slug(text) == its_slug


def test_what_is_not_changed_stays_unset() -> None:
    assert tidy_patch(TitlePatch()) == TitlePatch()
    assert given_fields(TitlePatch(year=None)) == {"year": None}


def test_words_are_cleaned() -> None:
    patch = TitlePatch(
        name="  Big\n\x00Buck\u202e  Bunny ",
        description="\nFirst line.\r\n\nThird\x07 line. ",
        credit="Blender\tFoundation",
        year=None,
        genres=[" Comedy", "Comedy", "Animals "],
        tags=["Rabbit ", "rabbit"],
        countries=["nl"],
        credits=[CreditLine(" Sacha  Goedegebure", "Director")],
        translations={"de": Words(" Der  Hase ")},
        markers=[MarkerLine(INTRO, 50, 60), MarkerLine(INTRO, 0, 10, " Opening ")],
    )

    assert tidy_patch(patch) == TitlePatch(
        name="Big Buck Bunny",
        description="First line.\n\nThird line.",
        credit="Blender Foundation",
        year=None,
        genres=["Comedy", "Animals"],
        tags=["rabbit"],
        countries=["NL"],
        credits=[CreditLine("Sacha Goedegebure", "director")],
        translations={"de": Words("Der Hase")},
        markers=[MarkerLine(INTRO, 0, 10, "Opening"), MarkerLine(INTRO, 50, 60)],
    )


@given(st.text(max_size=200))
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    once = tidy_patch(TitlePatch(description=text, credit=text))

    assert tidy_patch(once) == once


@pytest.mark.parametrize(
    ("patch", "field", "sentence"),
    [
        (TitlePatch(name=" \x00 "), "name", "Enter a name."),
        (TitlePatch(name="x" * 201), "name", "The name may have at most 200 characters."),
        (
            TitlePatch(description="x" * 5001),
            "description",
            "The description may have at most 5000 characters.",
        ),
        (TitlePatch(credit="x" * 501), "credit", "The credit may have at most 500 characters."),
        (TitlePatch(year=1869), "year", "Enter a year from 1870 to 2200."),
        (TitlePatch(year=2201), "year", "Enter a year from 1870 to 2200."),
        (TitlePatch(minimum_age=19), "minimum_age", "The minimum age is a number from 0 to 18."),
        (TitlePatch(number=-1), "number", "The number is at least 0, and at most 100000."),
        (
            TitlePatch(original_language="english"),
            "original_language",
            "'english' is not a language: write it like en or pt-BR.",
        ),
        (
            TitlePatch(countries=["Germany"]),
            "countries",
            "'GERMANY' is not a country: write its two letters, like DE.",
        ),
        (
            TitlePatch(genres=["..."]),
            "genres",
            "'...' is no name for genres: it has 1 to 60 characters.",
        ),
        (
            TitlePatch(tags=["x"] * 1 + [str(n) for n in range(50)]),
            "tags",
            "A title has at most 50 tags.",
        ),
        (
            TitlePatch(external_ids={"The DB": "1"}),
            "external_ids",
            "'The DB' is not a source of numbers: write it like tmdb or imdb.",
        ),
        (
            TitlePatch(certifications={"DE": ""}),
            "certifications",
            "What is given for 'DE' is empty or too long.",
        ),
        (
            TitlePatch(credits=[CreditLine("", "actor")]),
            "credits",
            "Each credit needs a name and a job, like actor or director.",
        ),
        (
            TitlePatch(translations={"de": Words("x" * 201)}),
            "translations",
            "The name in de may have at most 200 characters.",
        ),
        (
            TitlePatch(windows=[WindowLine(starts_at=NOON, ends_at=NOON)]),
            "windows",
            "Availability must begin before it ends.",
        ),
        (
            TitlePatch(windows=[WindowLine(starts_at=NOON.replace(tzinfo=None))]),
            "windows",
            "Say the time zone of each moment, like 2027-01-01T00:00:00Z.",
        ),
        (
            TitlePatch(windows=[WindowLine("Mars")]),
            "windows",
            "'Mars' is not a country: write its two letters, like DE.",
        ),
        (
            TitlePatch(markers=[MarkerLine(INTRO, 9, 9)]),
            "markers",
            "A marker must begin before it ends.",
        ),
        (
            TitlePatch(markers=[MarkerLine(INTRO, 0, 60_001)]),
            "markers",
            "A marker ends after the end of the title.",
        ),
        (
            TitlePatch(markers=[MarkerLine(INTRO, n, n + 1) for n in range(501)]),
            "markers",
            "A title has at most 500 markers.",
        ),
    ],
)
def test_a_bad_word_is_named_and_explained(patch: TitlePatch, field: str, sentence: str) -> None:
    with pytest.raises(Invalid) as refused:
        tidy_patch(patch, duration_ms=60_000)

    assert [(found.field, found.problem) for found in refused.value.fields] == [(field, sentence)]


def test_an_unknown_advisory_is_told_the_known_ones() -> None:
    with pytest.raises(Invalid, match="'boredom' is not an advisory: choose from discrimination,"):
        tidy_patch(TitlePatch(advisories=["boredom"]))


@pytest.mark.parametrize(
    "patch",
    [
        TitlePatch(year=1870),
        TitlePatch(name="x" * 200),
        TitlePatch(minimum_age=18, number=0, original_language="pt-BR"),
        TitlePatch(windows=[WindowLine("DE", None, NOON, is_barring=True)]),
        TitlePatch(advisories=["violence"], external_ids={"imdb": "tt1254207"}),
    ],
)
def test_the_limits_themselves_are_allowed(patch: TitlePatch) -> None:
    assert tidy_patch(patch) == patch
