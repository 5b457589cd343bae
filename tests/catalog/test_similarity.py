"""Which titles are like another one, and how relations are seen from either side."""

from __future__ import annotations

from uuid import UUID

import pytest

from streamverse.domains.catalog.contracts import RelationKind
from streamverse.domains.catalog.rules.genres import family, may_be_beneath, with_those_above
from streamverse.domains.catalog.rules.hierarchy import Place, first_place
from streamverse.domains.catalog.rules.relations import seen_from_there
from streamverse.domains.catalog.rules.similarity import Traits, alikeness, most_alike
from streamverse.domains.catalog.rules.words import in_language

DRAMA, COMEDY, CRIME, NOIR = (UUID(int=number) for number in range(1, 5))
DIRECTOR, PLAYER, STUDIO = (UUID(int=number) for number in range(11, 14))
ONE = Traits(
    "movie",
    2000,
    frozenset({DRAMA, CRIME}),
    frozenset({STUDIO}),
    {DIRECTOR: True, PLAYER: False},
)


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (ONE, 3 + 2 + 1 + 1 + 1 + 0.5),
        (Traits("movie", 2000, frozenset({COMEDY}), frozenset({STUDIO})), 0),
        (Traits("series", None, frozenset({DRAMA, COMEDY})), 1),
        (Traits("movie", 2010, frozenset({DRAMA, CRIME})), 3 + 0.5 + 0.5),
        (Traits("series", 1950, people={PLAYER: False}), 1),
        # A director who only appears in the other one is common as a player.
        (Traits("series", None, people={DIRECTOR: False}), 1),
        (Traits("series", 2019, people={DIRECTOR: True, PLAYER: True}), 3.05),
    ],
)
def test_alikeness_is_the_sum_that_is_written_down(other: Traits, expected: float) -> None:
    assert alikeness(ONE, other) == pytest.approx(expected)
    assert alikeness(other, ONE) == alikeness(ONE, other)


def test_the_most_alike_come_first_and_the_newer_of_equals() -> None:
    near, far = Traits("movie", genres=ONE.genres), Traits("movie", genres=frozenset({DRAMA}))
    others = {UUID(int=1): far, UUID(int=2): near, UUID(int=3): far, UUID(int=4): Traits("movie")}
    ranked = most_alike(ONE, others, 3)
    assert [title_id.int for title_id in ranked] == [2, 3, 1]
    assert most_alike(ONE, others, 1) == [UUID(int=2)]


def test_a_sequel_sees_a_prequel_and_a_version_a_version() -> None:
    assert seen_from_there(RelationKind.SEQUEL) is RelationKind.PREQUEL
    assert seen_from_there(RelationKind.PREQUEL) is RelationKind.SEQUEL
    assert seen_from_there(RelationKind.VERSION) is RelationKind.VERSION
    assert seen_from_there(RelationKind.TRAILER) is RelationKind.RELATED


def test_genres_take_in_those_beneath() -> None:
    parents = {DRAMA: None, CRIME: DRAMA, NOIR: CRIME, COMEDY: None}
    assert set(family(parents, DRAMA)) == {DRAMA, CRIME, NOIR}
    assert with_those_above(parents, [NOIR]) == {DRAMA, CRIME, NOIR}
    assert may_be_beneath(parents, COMEDY, NOIR)
    assert may_be_beneath(parents, NOIR, None)
    assert not may_be_beneath(parents, DRAMA, NOIR)
    assert not may_be_beneath(parents, DRAMA, DRAMA)


def test_a_series_begins_with_its_first_episode_and_not_with_specials() -> None:
    assert first_place([Place(0, 1, "special"), Place(2, 1, "later"), Place(1, 3, "first")]) == (
        "first"
    )
    assert first_place([Place(0, 2, "second"), Place(0, 1, "special")]) == "special"
    assert first_place([]) is None


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [("de", "de"), ("pt-BR", "pt-PT"), ("zh-TW", "zh-TW"), ("zh", "zh-Hans"), ("fr", None)],
)
def test_words_in_a_language(wanted: str, expected: str | None) -> None:
    said = {tag: tag for tag in ("de", "pt-PT", "zh-TW", "zh-Hans")}
    assert in_language(wanted, said) == expected
