"""The JSON of the pages of titles, people, studios and genres."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Self
from uuid import UUID

from msgspec import Struct

from streamverse.domains.catalog.contracts import (
    CollectionKind,
    RelationKind,
    TitleKind,
)
from streamverse.domains.catalog.models import CollectionRow, GenreRow, TitleRow
from streamverse.domains.catalog.rules.words import in_language
from streamverse.domains.catalog.schemas.titles import Text, TitleCardOut, TitleOut
from streamverse.domains.catalog.service.pages import (
    PersonPage,
    Related,
    SeasonBundle,
    TitleDetails,
)
from streamverse.domains.media.public import PictureAddress


class LinkOut(Struct):
    """Something with a page of its own: a genre, a studio, a collection."""

    slug: str
    name: str


class CreditOut(Struct):
    """Somebody's part in a title."""

    slug: str
    name: str
    job: str
    character: str
    portrait_url: str | None


class PlaceOut(Struct):
    """What a title stands beneath: its series, its season."""

    id: UUID
    name: str
    kind: TitleKind
    number: int | None

    @classmethod
    def of(cls, row: TitleRow) -> Self:
        """Show a place."""
        return cls(row.id, row.name, TitleKind(row.kind), row.number)


class RelatedOut(Struct):
    """Another title, and how it stands to this one."""

    kind: RelationKind
    title: TitleCardOut

    @classmethod
    def of(cls, related: Related) -> Self:
        """Show a related title."""
        return cls(related.kind, TitleCardOut.of(related.card))


class CollectionLinkOut(Struct):
    """A collection or bundle that a title is in."""

    id: UUID
    kind: CollectionKind
    slug: str
    name: str

    @classmethod
    def of(cls, row: CollectionRow) -> Self:
        """Show a way to a collection."""
        return cls(row.id, CollectionKind(row.kind), row.slug, row.name)


class TitleDetailsOut(Struct, kw_only=True):
    """Everything on the page of a title; names and descriptions in the reader's language.

    The number that another service knows it by is that of its series where it has none itself.
    """

    title: TitleOut
    external_ids: Mapping[str, str]
    original_language: str | None
    countries: list[str]
    certifications: dict[str, str]
    genres: list[LinkOut]
    studios: list[LinkOut]
    tags: list[str]
    credits: list[CreditOut]
    above: list[PlaceOut]
    next_episode: TitleOut | None
    extras: list[RelatedOut]
    related: list[RelatedOut]
    similar: list[TitleCardOut]
    collections: list[CollectionLinkOut]

    @classmethod
    def of(cls, details: TitleDetails, locale: str) -> Self:
        """Show the page of a title."""
        row, title = details.title.row, TitleOut.of(details.title)
        if details.words is not None:
            title.name = details.words.name or title.name
            title.tagline = details.words.tagline or title.tagline
            title.description = details.words.description or title.description
        following = details.next_episode
        return cls(
            title=title,
            external_ids=details.external_ids,
            original_language=row.original_language,
            countries=row.countries,
            certifications=row.certifications,
            genres=[genre_link(genre, locale) for genre in details.genres],
            studios=[LinkOut(studio.slug, studio.name) for studio in details.studios],
            tags=list(details.tags),
            credits=[
                CreditOut(
                    c.slug, c.name, c.job, c.character, _address(details.portraits.get(c.person_id))
                )
                for c in details.credits
            ],
            above=[PlaceOut.of(one) for one in details.above],
            next_episode=TitleOut.of(following) if following else None,
            extras=[RelatedOut.of(one) for one in details.extras],
            related=[RelatedOut.of(one) for one in details.related],
            similar=[TitleCardOut.of(one) for one in details.similar],
            collections=[CollectionLinkOut.of(one) for one in details.collections],
        )


class PartOut(Struct):
    """A title, and what a person did for it."""

    title: TitleCardOut
    jobs: list[str]
    characters: list[str]


class PersonOut(Struct, kw_only=True):
    """A person, and their titles."""

    slug: str
    name: str
    biography: str
    born_on: date | None
    died_on: date | None
    birthplace: str
    portrait_url: str | None
    parts: list[PartOut]

    @classmethod
    def of(cls, page: PersonPage) -> Self:
        """Show a person."""
        person = page.person
        return cls(
            slug=person.slug,
            name=person.name,
            biography=person.biography,
            born_on=person.born_on,
            died_on=person.died_on,
            birthplace=person.birthplace,
            portrait_url=_address(page.portrait),
            parts=[
                PartOut(
                    TitleCardOut.of(card),
                    list(dict.fromkeys(part.job for part in parts)),
                    list(dict.fromkeys(part.character for part in parts if part.character)),
                )
                for card, parts in page.parts
            ],
        )


class StudioOut(Struct):
    """A studio; its titles are listed by browsing."""

    slug: str
    name: str
    description: str
    country: str | None


class GenreOut(Struct):
    """A genre; its titles are listed by browsing."""

    slug: str
    name: str
    parent: LinkOut | None
    children: list[LinkOut]


class GenreDocumentOut(Struct):
    """Everything that is said about a genre."""

    id: UUID
    slug: str
    name: str
    names: dict[str, str]
    parent_id: UUID | None

    @classmethod
    def of(cls, row: GenreRow) -> Self:
        """Show a genre to staff."""
        return cls(row.id, row.slug, row.name, row.names, row.parent_id)


class GenreIn(Struct):
    """What staff says about a genre: its name, those in other languages, what it is beneath."""

    name: Text
    names: dict[str, Text] = {}
    parent_id: UUID | None = None


class SeasonBundleOut(Struct):
    """All of a season together, and how long it takes to watch."""

    series: PlaceOut
    season: PlaceOut
    episodes: list[TitleOut]
    duration_ms: int

    @classmethod
    def of(cls, bundle: SeasonBundle) -> Self:
        """Show a season."""
        episodes = [TitleOut.of(shown) for shown in bundle.episodes]
        return cls(
            PlaceOut.of(bundle.series),
            PlaceOut.of(bundle.season),
            episodes,
            sum(episode.duration_ms or 0 for episode in episodes),
        )


def genre_link(row: GenreRow, locale: str) -> LinkOut:
    """Show a genre by its name in a language."""
    return LinkOut(row.slug, in_language(locale, row.names) or row.name)


def _address(still: PictureAddress | None) -> str | None:
    return still.url if still else None
