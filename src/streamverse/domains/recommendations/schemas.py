"""Recommendations' JSON."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Self

import msgspec
from msgspec import Raw, Struct

from streamverse.domains.catalog.contracts import Words
from streamverse.domains.catalog.public import TitleCardOut
from streamverse.domains.library.public import Continued, PlaceOut


class HomeCardOut(TitleCardOut, kw_only=True):
    """A title in a rail: where it goes on, or when it opens, if that is why it is there."""

    episode: PlaceOut | None
    resume_at_ms: int | None
    opens_at: datetime | None


class RailOut(Struct):
    """A row of titles on the home page; the name is that of the genre or collection it is of."""

    id: str
    kind: str
    name: str
    items: list[HomeCardOut]


class HeroOut(Struct):
    """What stands on top of the home page."""

    title: TitleCardOut
    tagline: str
    description: str


class HomeOut(Struct):
    """The home page."""

    hero: HeroOut | None
    rails: list[RailOut]


class TitlesOut(Struct):
    """Titles in the order in which they are recommended."""

    items: list[TitleCardOut]

    @classmethod
    def of(cls, cards: Sequence[TitleCardOut]) -> Self:
        """Show a list."""
        return cls(list(cards))


# --- the home page as text, so that what is the same for many is written once ---------------------


class _Placing(Struct):
    """What a card of the home page says besides that of other lists."""

    episode: PlaceOut | None = None
    resume_at_ms: int | None = None
    opens_at: datetime | None = None


class _Rail(Struct):
    id: str
    kind: str
    name: str
    items: list[Raw]


class _Home(Struct):
    hero: Raw | None
    rails: list[Raw]


_encode = msgspec.json.Encoder().encode
_NO_PLACING = _encode(_Placing())


def write_card(card: TitleCardOut) -> bytes:
    """Write a card, which still has to be placed."""
    return _encode(card)


def place_card(card: bytes) -> Raw:
    """Place a card that says no more than in other lists."""
    return _place(card, _NO_PLACING)


def place_upcoming(card: bytes, opens_at: datetime) -> Raw:
    """Place the card of something that opens later."""
    return _place(card, _encode(_Placing(opens_at=opens_at)))


def place_continued(card: bytes, continued: Continued) -> Raw:
    """Place the card of something to go on with."""
    place = PlaceOut.of(continued.place)
    return _place(card, _encode(_Placing(episode=place, resume_at_ms=continued.resume_at_ms)))


def _place(card: bytes, placing: bytes) -> Raw:
    # Two objects become one.
    return Raw(card[:-1] + b"," + placing[1:])


def write_rail(rail_id: str, kind: str, name: str, cards: Sequence[Raw]) -> Raw:
    """Write a rail."""
    return Raw(_encode(_Rail(rail_id, kind, name, list(cards))))


def write_hero(card: TitleCardOut, words: Words) -> Raw:
    """Write what stands on top."""
    return Raw(_encode(HeroOut(card, words.tagline, words.description)))


def write_home(hero: Raw | None, rails: Sequence[Raw]) -> bytes:
    """Write the page, a ``HomeOut``."""
    return _encode(_Home(hero, list(rails)))
