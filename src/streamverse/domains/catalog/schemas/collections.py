"""The JSON of collections and bundles."""

from __future__ import annotations

from typing import Self
from uuid import UUID

from msgspec import Struct, structs

from streamverse.domains.catalog.contracts import (
    CollectionKind,
)
from streamverse.domains.catalog.schemas.titles import Text, TitleCardOut
from streamverse.domains.catalog.service.collections import CollectionDraft, ShownCollection


class CollectionOut(Struct, kw_only=True):
    """A collection or bundle with its titles, in their order."""

    id: UUID
    kind: CollectionKind
    slug: str
    name: str
    description: str
    position: int
    is_on_home: bool
    is_published: bool
    items: list[TitleCardOut]

    @classmethod
    def of(cls, shown: ShownCollection) -> Self:
        """Show a collection."""
        row = shown.row
        return cls(
            id=row.id,
            kind=CollectionKind(row.kind),
            slug=row.slug,
            name=row.name,
            description=row.description,
            position=row.position,
            is_on_home=row.is_on_home,
            is_published=row.published_at is not None,
            items=[TitleCardOut.of(card) for card in shown.cards],
        )


class CollectionIn(Struct, kw_only=True):
    """Everything that staff says about a collection; the titles in their order."""

    name: Text
    description: Text = ""
    position: int = 0
    is_on_home: bool = False
    is_published: bool = False
    title_ids: list[UUID] = []

    def to_draft(self) -> CollectionDraft:
        """Give what the service understands."""
        return CollectionDraft(**structs.asdict(self))


class NewCollectionIn(Struct, kw_only=True):
    """A collection or bundle to be made."""

    kind: CollectionKind
    said: CollectionIn
