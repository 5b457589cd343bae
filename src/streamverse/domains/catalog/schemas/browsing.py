"""The JSON of browsing by filters."""

from __future__ import annotations

from typing import Self

from msgspec import Struct

from streamverse.domains.catalog.contracts import (
    TitleKind,
)
from streamverse.domains.catalog.schemas.pages import LinkOut, genre_link
from streamverse.domains.catalog.service.browsing import Filters


class GenreFilterOut(Struct):
    """A genre to filter by, and the one that it stands beneath."""

    slug: str
    name: str
    parent: str | None


class FiltersOut(Struct, kw_only=True):
    """What there is to filter by."""

    genres: list[GenreFilterOut]
    studios: list[LinkOut]
    tags: list[str]
    languages: list[str]
    kinds: list[TitleKind]
    first_year: int | None
    last_year: int | None

    @classmethod
    def of(cls, filters: Filters, locale: str) -> Self:
        """Show the filters."""
        slugs = {row.id: row.slug for row in filters.genres}
        return cls(
            genres=[
                GenreFilterOut(
                    row.slug,
                    genre_link(row, locale).name,
                    slugs.get(row.parent_id) if row.parent_id else None,
                )
                for row in filters.genres
            ],
            studios=[LinkOut(row.slug, row.name) for row in filters.studios],
            tags=list(filters.tags),
            languages=list(filters.languages),
            kinds=[TitleKind(kind) for kind in filters.kinds],
            first_year=filters.first_year,
            last_year=filters.last_year,
        )
