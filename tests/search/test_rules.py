"""The pure rules of search: one form of words, slips, matches, what is lit up, what is counted."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamverse.domains.catalog.contracts import Findable, FindableKind
from streamverse.domains.search.contracts import Filters
from streamverse.domains.search.rules.edits import slips_allowed, slips_between
from streamverse.domains.search.rules.entries import Entry, count_facets, entry_of, passes
from streamverse.domains.search.rules.matching import correction, lit, match_name, rate
from streamverse.domains.search.rules.text import (
    fold,
    is_joined_form,
    joined_forms,
    query_tokens,
    tokens,
)

TEXTS = st.text(max_size=40)
WORDS = st.text(alphabet="abcd", max_size=6)


def an_entry(name: str, number: int = 1, **changes: object) -> Entry:
    kind = changes.pop("kind", FindableKind.MOVIE)
    return entry_of(Findable(UUID(int=number), UUID(int=9), kind, name, **changes))


def words_of(text: str) -> list[str]:
    return [token.text for token in tokens(text)]


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("Amélie", "amelie"),
        ("Łódź", "lodz"),
        ("Straße", "strasse"),
        ("Ёлки", "елки"),
        ("Крейсер Война", "креисер воина"),
        ("ガメラ", "がめら"),
        ("ﾄﾄﾛ", "トトロ"),
        ("أحمد", "احمد"),
        ("مدرسة", "مدرسه"),
        ("مُحَمَّد", "محمد"),
        ("Ø", "o"),
    ],
)
def test_what_people_hold_to_be_the_same_has_one_form(written: str, typed: str) -> None:
    assert fold(written) == fold(typed)


def test_japanese_sounds_that_differ_stay_apart() -> None:
    assert fold("か") != fold("が")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Don't Look Now", ["dont", "look", "now"]),
        ("L'Été", ["lete", "ete"]),
        ("Spider-Man 2", ["spider", "man", "2"]),
        ("千と千尋の神隠し", ["千と", "と千", "千尋", "尋の", "の神", "神隠", "隠し"]),
        ("空", ["空"]),
        ("となりの Totoro", ["とな", "なり", "りの", "totoro"]),
        ("Сталкер", ["сталкер"]),
        ("...", []),
    ],
)
def test_a_name_is_cut_into_words(text: str, found: list[str]) -> None:
    assert words_of(text) == found


@given(TEXTS)
def test_words_are_folded_and_stand_where_they_say(text: str) -> None:
    for token in tokens(text):
        assert token.text
        assert 0 <= token.start < token.end <= len(text)


@given(TEXTS)
def test_typing_a_name_finds_its_words(text: str) -> None:
    whole = set(words_of(text))
    assert set(query_tokens(text)) <= whole


@given(TEXTS)
def test_folding_again_changes_no_word(text: str) -> None:
    for word in query_tokens(text):
        assert fold(word) == word


@given(WORDS, WORDS, st.integers(1, 2))
def test_slips_are_counted_like_the_definition_has_it(first: str, second: str, most: int) -> None:
    found = distance(first, second)
    assert slips_between(first, second, most) == (found if found <= most else None)


def distance(first: str, second: str) -> int:
    """Count by the definition of optimal string alignment, letter by letter."""
    if not first or not second:
        return len(first) + len(second)
    ways = [
        distance(first[:-1], second) + 1,
        distance(first, second[:-1]) + 1,
        distance(first[:-1], second[:-1]) + (first[-1] != second[-1]),
    ]
    if first[-2:] == second[-2:][::-1] and min(len(first), len(second)) > 1:
        ways.append(distance(first[:-2], second[:-2]) + 1)
    return min(ways)


def test_short_words_hold_no_slip() -> None:
    assert [slips_allowed(word) for word in ("it", "her", "matrix", "stalkers")] == [0, 1, 1, 2]


@given(TEXTS, TEXTS, st.booleans())
def test_what_is_lit_is_in_the_text_in_order_and_apart(
    text: str, query: str, is_typing: bool
) -> None:
    spans = lit(text, query_tokens(query), is_typing=is_typing)
    ends = [-1, *(at for span in spans for at in span)]
    assert ends == sorted(set(ends))
    assert ends[-1] <= len(text)


@pytest.mark.parametrize(
    ("text", "query", "is_typing", "found"),
    [
        ("Big Buck Bunny", "bunny", False, ["Bunny"]),
        ("Big Buck Bunny", "big bu", True, ["Big", "Bu", "Bu"]),
        ("Amélie", "ame", True, ["Amé"]),
        ("The Matrix", "martix", False, ["Matrix"]),
        ("千と千尋の神隠し", "千尋", False, ["千尋"]),
        ("Big Buck Bunny", "elephant", False, []),
    ],
)
def test_what_answers_is_lit(text: str, query: str, is_typing: bool, found: list[str]) -> None:
    spans = lit(text, query_tokens(query), is_typing=is_typing)
    assert [text[start:end] for start, end in spans] == found


@pytest.mark.parametrize(
    ("query", "meant"),
    [
        ("big bukc bunny", "big buck bunny"),
        ("Bunnny", "bunny"),
        ("big buck bunny", None),
        ("big buck elephant", None),
        ("elephant", None),
    ],
)
def test_what_was_meant_is_said_in_the_words_of_the_name(query: str, meant: str | None) -> None:
    assert correction(query_tokens(query), "Big Buck Bunny") == meant


@given(TEXTS, TEXTS)
def test_a_match_is_never_worth_more_than_the_name_itself(name: str, query: str) -> None:
    words, typed = words_of(name), query_tokens(query)
    score = match_name(typed, words, (), is_typing=False).score
    assert 0 <= score <= 1.05


def test_a_forgotten_space_is_forgiven_in_both_directions() -> None:
    whole = rate(["spiderman"], an_entry("Spider-Man")).score
    parted = rate(["spider", "man"], an_entry("Spiderman")).score
    assert min(whole, parted) > 0.85
    assert joined_forms(["big", "buck", "bunny"]) == ["bigbuck", "buckbunny", "bigbuckbunny"]


@given(WORDS, st.lists(WORDS, max_size=4))
def test_a_joined_form_is_known_without_writing_all(text: str, words: list[str]) -> None:
    for asked in (text, *joined_forms(words)):
        assert is_joined_form(asked, words) == (asked in joined_forms(words))


LIBRARY = [
    an_entry("Alien", 1, genres=("Horror", "Space"), year=1979, language="en"),
    an_entry("Aliens", 2, genres=("Space",), year=1986, language="en"),
    an_entry("Das Boot", 3, genres=("War",), year=1981, language="de"),
    an_entry("Ridley Scott", 4, kind=FindableKind.PERSON),
]


def test_each_facet_counts_as_if_it_were_not_narrowed_yet() -> None:
    facets = count_facets(LIBRARY, Filters(genres=frozenset({"Space"})))
    assert facets.kinds == [("movie", 2)]
    assert facets.genres == [("Space", 2), ("Horror", 1), ("War", 1)]
    assert facets.decades == [(1980, 1), (1970, 1)]
    assert facets.languages == [("en", 2)]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (Filters(), [1, 2, 3, 4]),
        (Filters(kinds=frozenset({FindableKind.PERSON})), [4]),
        (Filters(decades=frozenset({1980})), [2, 3]),
        (Filters(decades=frozenset({1970, 1980}), languages=frozenset({"en"})), [1, 2]),
    ],
)
def test_answers_are_narrowed(filters: Filters, found: list[int]) -> None:
    assert [entry.id.int for entry in LIBRARY if passes(entry, filters)] == found
