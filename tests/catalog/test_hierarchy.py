"""Series, seasons and episodes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from streamverse.domains.catalog.contracts import TitleKind
from streamverse.domains.catalog.rules.hierarchy import (
    Place,
    Showing,
    beneath,
    in_order_of_descent,
    may_stand_beneath,
    next_place,
    own_showing,
)

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(days=1)


@pytest.mark.parametrize(
    ("kind", "parent", "may"),
    [
        (TitleKind.MOVIE, None, True),
        (TitleKind.SERIES, None, True),
        (TitleKind.SEASON, TitleKind.SERIES, True),
        (TitleKind.EPISODE, TitleKind.SEASON, True),
        (TitleKind.EPISODE, TitleKind.SERIES, True),
        (TitleKind.SEASON, None, False),
        (TitleKind.EPISODE, None, False),
        (TitleKind.MOVIE, TitleKind.SERIES, False),
        (TitleKind.SERIES, TitleKind.SERIES, False),
        (TitleKind.SEASON, TitleKind.SEASON, False),
    ],
)
def test_each_kind_has_its_place(kind: TitleKind, parent: TitleKind | None, *, may: bool) -> None:
    assert may_stand_beneath(kind, parent) is may


@pytest.mark.parametrize(
    ("own", "above", "together"),
    [
        (Showing(NOON, 6), None, Showing(NOON, 6)),
        (Showing(NOON, 6), Showing(LATER, 12), Showing(LATER, 12)),
        (Showing(LATER, 16), Showing(NOON, 12), Showing(LATER, 16)),
        (Showing(NOON, None), Showing(NOON, 12), Showing(NOON, 12)),
        (Showing(NOON, None), Showing(NOON, None), Showing(NOON, None)),
        (Showing(None, 0), Showing(NOON, 12), Showing(None, 12)),
        (Showing(NOON, 0), Showing(None, None), Showing(None, 0)),
    ],
)
def test_nothing_is_shown_before_or_to_younger_than_what_it_belongs_to(
    own: Showing, above: Showing | None, together: Showing
) -> None:
    assert beneath(own, above) == together


def test_what_is_archived_is_not_shown() -> None:
    assert own_showing(NOON, None, 6) == Showing(NOON, 6)
    assert own_showing(NOON, LATER, 6) == Showing(None, 6)


@pytest.mark.parametrize(
    ("current", "following"),
    [
        ("1x1", "1x2"),
        ("1x2", "2x1"),
        ("2x1", "2x3"),
        ("2x3", None),
        ("0x1", "0x2"),
        ("0x2", None),
        ("9x9", None),
    ],
)
def test_the_next_episode(current: str, following: str | None) -> None:
    names = ("2x3", "1x1", "0x2", "1x2", "2x1", "0x1")
    places = [Place(int(name[0]), int(name[2]), name) for name in names]

    assert next_place(places, current) == following


def test_descent_goes_from_the_top_down() -> None:
    series, season, first, second, other = (UUID(int=n) for n in range(5))
    rows = [(second, season), (first, season), (season, series), (series, None), (other, None)]

    ordered = in_order_of_descent(rows, series)

    assert ordered[:2] == [series, season]
    assert set(ordered[2:]) == {first, second}
    assert in_order_of_descent(rows, first) == [first]
