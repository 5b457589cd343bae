"""Series, seasons and episodes: what may stand beneath what, and what follows from above."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from streamverse.domains.catalog.contracts import TitleKind

# What each kind may stand beneath; None is to stand by itself.
_PARENTS: dict[TitleKind, frozenset[TitleKind | None]] = {
    TitleKind.MOVIE: frozenset({None}),
    TitleKind.CLIP: frozenset({None}),
    TitleKind.EVENT: frozenset({None}),
    TitleKind.SERIES: frozenset({None}),
    TitleKind.SEASON: frozenset({TitleKind.SERIES}),
    TitleKind.EPISODE: frozenset({TitleKind.SEASON, TitleKind.SERIES}),
}
CONTAINERS = frozenset({TitleKind.SERIES, TitleKind.SEASON})

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Showing:
    """From when a title is shown, and to which age: its own, or with those above it."""

    shown_from: datetime | None
    age: int | None


@dataclass(frozen=True, slots=True)
class Place(Generic[T]):
    """Where an episode stands among those of its series."""

    season: int
    number: int
    title: T


def may_stand_beneath(kind: TitleKind, parent: TitleKind | None) -> bool:
    """Tell whether a title of a kind may belong to one of another kind, or to none."""
    return parent in _PARENTS[kind]


def own_showing(
    published_at: datetime | None, archived_at: datetime | None, age: int | None
) -> Showing:
    """Tell what a title by itself would be shown like."""
    return Showing(None if archived_at else published_at, age)


def beneath(own: Showing, above: Showing | None) -> Showing:
    """Tell what a title is shown like beneath another: not before it, and to nobody younger."""
    if above is None:
        return own
    ages = [age for age in (own.age, above.age) if age is not None]
    is_hidden = own.shown_from is None or above.shown_from is None
    moments = [moment for moment in (own.shown_from, above.shown_from) if moment is not None]
    return Showing(None if is_hidden else max(moments), max(ages, default=None))


def next_place(places: Sequence[Place[T]], current: T) -> T | None:
    """Find what comes after an episode: the next number, else the first of the next season.

    Specials (season 0) lead only to specials.
    """
    here = next((place for place in places if place.title == current), None)
    if here is None:
        return None
    later = [
        place
        for place in places
        if (place.season, place.number) > (here.season, here.number)
        and (here.season != 0 or place.season == 0)
    ]
    found = min(later, key=lambda place: (place.season, place.number), default=None)
    return found.title if found else None


def first_place(places: Sequence[Place[T]]) -> T | None:
    """Find the episode to begin with; specials (season 0) come last."""
    first = min(places, key=lambda p: (p.season == 0, p.season, p.number), default=None)
    return first.title if first else None


def in_order_of_descent(rows: Iterable[tuple[UUID, UUID | None]], root: UUID) -> Sequence[UUID]:
    """List a title and all beneath it, each after the one that it stands beneath."""
    children: dict[UUID | None, list[UUID]] = {}
    for title_id, parent_id in rows:
        children.setdefault(parent_id, []).append(title_id)
    ordered: list[UUID] = []
    waiting = [root]
    while waiting:
        title_id = waiting.pop()
        ordered.append(title_id)
        waiting.extend(children.get(title_id, ()))
    return ordered
