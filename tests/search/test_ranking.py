"""Queries and the order of their answers, in a small made-up catalogue."""

from __future__ import annotations

from uuid import UUID

import pytest

from streamverse.domains.catalog.contracts import Findable, FindableKind
from streamverse.domains.search.contracts import Filters
from streamverse.domains.search.rules.entries import entry_of
from streamverse.domains.search.rules.matching import rate, worth_showing
from streamverse.domains.search.rules.tastes import Taste, taste_of
from streamverse.domains.search.rules.text import query_tokens
from streamverse.domains.search.service.index import TitleIndex

TENANT = UUID(int=1)
MOVIE, SERIES, PERSON = FindableKind.MOVIE, FindableKind.SERIES, FindableKind.PERSON
GENRE, STUDIO, COLLECTION = FindableKind.GENRE, FindableKind.STUDIO, FindableKind.COLLECTION
CATALOGUE = [
    (MOVIE, "Harbour", {"people": ("Mila Torvald",), "year": 1994}),
    (MOVIE, "The Harbour at Night", {"people": ("Jon Eriksen",)}),
    (SERIES, "Harbour Lights", {"genres": ("Drama",)}),
    (MOVIE, "The Harbourmaster", {}),
    (MOVIE, "Night Train", {"people": ("Mila Torvald", "Aline Weber")}),
    (MOVIE, "Night Train to Oslo", {}),
    (MOVIE, "The Night", {}),
    (MOVIE, "Spider-Man", {}),
    (MOVIE, "Sunflower", {}),
    (MOVIE, "The Last Sun Flower", {}),
    (MOVIE, "Amélie Rêve", {"other_names": ("Амели мечтает",)}),
    (MOVIE, "Снежная дорога", {"other_names": ("The Snow Road",)}),
    (MOVIE, "山の音楽", {"other_names": ("Music of the Mountain",)}),
    (MOVIE, "المدرسة الأولى", {}),
    (MOVIE, "Aline", {}),
    (PERSON, "Aline Weber", {"weight": 1}),
    (PERSON, "Mila Torvald", {"weight": 2}),
    (PERSON, "Milan Torres", {"weight": 40}),
    (GENRE, "Drama", {"weight": 10}),
    (STUDIO, "Night Owl Pictures", {"weight": 3}),
    (COLLECTION, "Nights at Sea", {"weight": 4}),
]


@pytest.fixture(scope="module")
def index() -> TitleIndex:
    made = TitleIndex()
    found = [
        Findable(UUID(int=number), TENANT, kind, name, **said)
        for number, (kind, name, said) in enumerate(CATALOGUE, 1)
    ]
    made.change([entry_of(one) for one in found], [])
    return made


def names(index: TitleIndex, query: str, *, is_typing: bool = False) -> list[str]:
    words = query_tokens(query)
    wanted = len(words)
    entries = index.find(words, wanted=wanted, limit=100, is_typing=is_typing)
    if not entries:
        entries = index.find(words, wanted=wanted, limit=100, slips=2, is_typing=is_typing)
    rated = worth_showing([rate(words, entry, is_typing=is_typing) for entry in entries])
    return [one.entry.name for one in rated]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        # The whole name before one that begins with it, that before one that holds it.
        ("harbour", ["Harbour", "Harbour Lights", "The Harbour at Night", "The Harbourmaster"]),
        ("harbour lights", ["Harbour Lights"]),
        ("night train", ["Night Train", "Night Train to Oslo"]),
        ("train night", ["Night Train", "Night Train to Oslo"]),
        # One slip of each sort.
        ("harbor", ["Harbour", "Harbour Lights", "The Harbour at Night"]),
        ("harbuor", ["Harbour"]),
        ("harvour", ["Harbour"]),
        ("harrbour lights", ["Harbour Lights"]),
        ("nihgt train", ["Night Train", "Night Train to Oslo"]),
        ("sunflwoer", ["Sunflower"]),
        # Two slips in a long word.
        ("harbormastre", ["The Harbourmaster"]),
        # Forgotten accents and spaces.
        ("amelie reve", ["Amélie Rêve"]),
        ("spiderman", ["Spider-Man"]),
        ("spider man", ["Spider-Man"]),
        ("sun flower", ["Sunflower", "The Last Sun Flower"]),
        # Other names and scripts.
        ("снежная", ["Снежная дорога"]),
        ("snow road", ["Снежная дорога"]),
        ("амели", ["Amélie Rêve"]),
        ("音楽", ["山の音楽"]),
        ("المدرسه", ["المدرسة الأولى"]),
        # A title before a person of the same name, a person before what they played in.
        ("aline", ["Aline", "Aline Weber"]),
        ("mila torvald", ["Mila Torvald", "Harbour", "Night Train"]),
        ("torvald harbour", ["Harbour"]),
        ("drama", ["Drama", "Harbour Lights"]),
    ],
)
def test_answers_come_in_the_order_that_people_expect(
    index: TitleIndex, query: str, first: list[str]
) -> None:
    assert names(index, query)[: len(first)] == first


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("h", ["Harbour", "Harbour Lights"]),
        ("harb", ["Harbour", "Harbour Lights"]),
        ("night tr", ["Night Train", "Night Train to Oslo"]),
        ("hrab", ["Harbour", "Harbour Lights"]),
        ("the harbourm", ["The Harbourmaster"]),
        ("mil", ["Milan Torres", "Mila Torvald"]),
        ("山", ["山の音楽"]),
    ],
)
def test_proposals_come_while_one_types(index: TitleIndex, query: str, first: list[str]) -> None:
    assert names(index, query, is_typing=True)[: len(first)] == first


def test_taste_decides_among_answers_that_are_as_right() -> None:
    alike = [
        entry_of(Findable(UUID(int=number), TENANT, MOVIE, "Storm", genres=(genre,)))
        for number, genre in enumerate(("Comedy", "Crime", "Drama"), 100)
    ]
    comedy, crime, drama = alike

    def ranked(taste: Taste) -> list[UUID]:
        rated = worth_showing([rate(["storm"], entry, taste=taste) for entry in alike])
        return [one.entry.id for one in rated]

    assert ranked(Taste()) == [comedy.id, crime.id, drama.id]
    assert ranked(taste_of([drama])) == [drama.id, comedy.id, crime.id]
    assert ranked(Taste(genres=frozenset({"Crime"}))) == [crime.id, comedy.id, drama.id]
    # A better answer stays better.
    better = entry_of(Findable(UUID(int=200), TENANT, MOVIE, "Storms", genres=("Crime",)))
    rated = [rate(["storm"], one, taste=taste_of([better])) for one in (*alike, better)]
    assert worth_showing(rated)[-1].entry == better


def test_the_last_watched_weighs_most() -> None:
    entries = [
        entry_of(Findable(UUID(int=number), TENANT, MOVIE, "Film", genres=genres))
        for number, genres in enumerate((("Noir",), ("Comedy", "Crime"), ("Drama",), ("Family",)))
    ]
    taste = taste_of(entries)
    assert taste.genres == {"Noir", "Comedy", "Crime"}
    assert taste.watched == {entry.id for entry in entries}


def test_what_has_nothing_to_do_with_it_is_no_answer(index: TitleIndex) -> None:
    assert names(index, "zeppelin") == []


def test_an_index_is_narrowed_and_changed(index: TitleIndex) -> None:
    only_people = Filters(kinds=frozenset({PERSON}))
    found = index.find(["aline"], wanted=1, limit=10, filters=only_people)
    assert [entry.name for entry in found] == ["Aline Weber"]

    other = TitleIndex()
    first, second = UUID(int=1), UUID(int=2)
    other.change(
        [entry_of(Findable(number, TENANT, MOVIE, "Aline")) for number in (first, second)], []
    )
    other.change([entry_of(Findable(first, TENANT, MOVIE, "Renamed"))], [second])
    assert (other.count, other.find(["aline"], wanted=1, limit=10)) == (1, [])
    assert [entry.name for entry in other.get([second, first])] == ["Renamed"]
