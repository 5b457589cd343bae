"""The JSON of search."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from msgspec import Meta, Struct

from streamverse.domains.catalog.contracts import FindableKind, Lock
from streamverse.domains.identity.contracts import Account
from streamverse.domains.media.public import PosterAddresses
from streamverse.domains.search.models import HistoryRow
from streamverse.domains.search.repository import SearchedDay, SearchedWords
from streamverse.domains.search.rules.entries import Entry, Facets
from streamverse.domains.search.rules.matching import Rated, lit
from streamverse.domains.search.service.searching import Found
from streamverse.kit.work import Role

QUERY_LIMIT = 200


class SpanOut(Struct):
    """A part of a name that answers what was typed, counted in Unicode characters."""

    start: int
    end: int


class HitPictureOut(Struct):
    """The poster of a title: `{base_url}/{width}.avif`, `.webp` or `.jpg` in several widths."""

    base_url: str
    widths: list[int]
    preview_url: str | None

    @classmethod
    def of(cls, poster: PosterAddresses | None) -> HitPictureOut | None:
        """Show where a poster is."""
        if poster is None:
            return None
        return HitPictureOut(poster.still.base_url, poster.still.widths, poster.preview_url)


class HitOut(Struct, kw_only=True):
    """Something that was found; ``matched_name`` where another name of it answers.

    ``locked_by`` is why the viewer may not watch a title; told of results, not of proposals.
    """

    id: UUID
    kind: FindableKind
    name: str
    slug: str
    year: int | None
    genres: list[str]
    name_spans: list[SpanOut]
    matched_name: str | None
    matched_spans: list[SpanOut]
    poster: HitPictureOut | None
    locked_by: Lock | None

    @classmethod
    def of(cls, entry: Entry, picture: PosterAddresses | None = None) -> Self:
        """Show something by its name."""
        return cls(
            id=entry.id,
            kind=entry.kind,
            name=entry.name,
            slug=entry.slug,
            year=entry.year,
            genres=list(entry.genres),
            name_spans=[],
            matched_name=None,
            matched_spans=[],
            poster=HitPictureOut.of(picture),
            locked_by=None,
        )

    @classmethod
    def of_rated(
        cls,
        rated: Rated,
        words: Sequence[str],
        posters: Mapping[UUID, PosterAddresses],
        *,
        is_typing: bool = False,
    ) -> Self:
        """Show an answer, and which parts of its names answer."""
        entry = rated.entry
        shown = cls.of(entry, posters.get(entry.id))
        shown.name_spans = _spans(entry.name, words, is_typing=is_typing)
        if rated.name_number:
            shown.matched_name = entry.name_of(rated.name_number)
            shown.matched_spans = _spans(shown.matched_name, words, is_typing=is_typing)
        return shown


def _spans(name: str, words: Sequence[str], *, is_typing: bool) -> list[SpanOut]:
    return [SpanOut(start, end) for start, end in lit(name, words, is_typing=is_typing)]


class KindCountOut(Struct):
    """How many answers are of a kind."""

    kind: FindableKind
    count: int


class GenreCountOut(Struct):
    """How many answers are of a genre."""

    genre: str
    count: int


class DecadeCountOut(Struct):
    """How many answers are of ten years, named by the first."""

    decade: int
    count: int


class LanguageCountOut(Struct):
    """How many answers are in a language."""

    language: str
    count: int


class FacetsOut(Struct):
    """How many of the best answers there are of each sort."""

    kinds: list[KindCountOut]
    genres: list[GenreCountOut]
    decades: list[DecadeCountOut]
    languages: list[LanguageCountOut]

    @classmethod
    def of(cls, facets: Facets) -> Self:
        """Show the counts."""
        return cls(
            [KindCountOut(*found) for found in facets.kinds],
            [GenreCountOut(*found) for found in facets.genres],
            [DecadeCountOut(*found) for found in facets.decades],
            [LanguageCountOut(*found) for found in facets.languages],
        )


class SearchOut(Struct):
    """The answers to a search, best first."""

    hits: list[HitOut]
    facets: FacetsOut
    is_more: bool
    did_you_mean: str | None
    also_searched: list[HitOut]

    @classmethod
    def of(
        cls,
        found: Found,
        words: Sequence[str],
        posters: Mapping[UUID, PosterAddresses],
        also: Sequence[Entry],
        locked: Collection[UUID],
    ) -> Self:
        """Show what was found."""
        hits = [HitOut.of_rated(rated, words, posters) for rated in found.hits]
        for hit in hits:
            hit.locked_by = Lock.PLAN if hit.id in locked else None
        return cls(
            hits,
            FacetsOut.of(found.facets),
            found.is_more,
            found.correction,
            [HitOut.of(entry) for entry in also],
        )


class ChosenIn(Struct):
    """What somebody went on to from what was found."""

    kind: FindableKind
    id: UUID


class SearchIn(Struct):
    """What somebody searched, and what they went on to."""

    query: Annotated[str, Meta(min_length=1, max_length=QUERY_LIMIT)]
    chosen: ChosenIn | None = None


class PastSearchOut(Struct):
    """What somebody looked for before."""

    id: UUID
    query: str
    searched_at: datetime

    @classmethod
    def of(cls, row: HistoryRow) -> Self:
        """Show a search of the history."""
        return cls(row.id, row.query, row.searched_at)


class SearchedWordsOut(Struct):
    """Words, how often they were searched, and how often nothing was found."""

    query: str
    search_count: int
    empty_count: int

    @classmethod
    def of(cls, found: SearchedWords) -> Self:
        """Show words and their counts."""
        return cls(found.query, found.search_count, found.empty_count)


class SearchedDayOut(Struct):
    """A day's searches, and those that found nothing."""

    day: date
    search_count: int
    empty_count: int

    @classmethod
    def of(cls, found: SearchedDay) -> Self:
        """Show a day."""
        return cls(found.day, found.search_count, found.empty_count)


class SearchesOut(Struct):
    """What was searched, without whom it was."""

    days: list[SearchedDayOut]
    most_searched: list[SearchedWordsOut]
    not_found: list[SearchedWordsOut]
    document_count: int
    kept_days: int


class FoundAccountOut(Struct):
    """An account that was found."""

    id: UUID
    email: str
    display_name: str
    role: Role
    locale: str
    created_at: datetime
    is_email_verified: bool

    @classmethod
    def of(cls, account: Account) -> FoundAccountOut:
        """Show an account."""
        return cls(
            id=account.id,
            email=account.email,
            display_name=account.display_name,
            role=account.role,
            locale=account.locale,
            created_at=account.created_at,
            is_email_verified=account.is_email_verified,
        )
