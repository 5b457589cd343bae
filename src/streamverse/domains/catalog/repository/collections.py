"""Collections and bundles."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, select

from streamverse.domains.catalog.contracts import CollectionKind
from streamverse.domains.catalog.errors import CollectionNotFound
from streamverse.domains.catalog.models import CollectionItemRow, CollectionRow
from streamverse.kit.work import Work


class Collections:
    """The collections and bundles of the tenant."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def add(self, row: CollectionRow) -> None:
        """Add a collection."""
        self._work.session.add(row)

    async def find(self, collection_id: UUID) -> CollectionRow | None:
        """Find a collection by its number."""
        return await self._work.session.get(CollectionRow, collection_id)

    async def find_by_slug(self, kind: CollectionKind, slug: str) -> CollectionRow | None:
        """Find a collection by its address."""
        query = select(CollectionRow).where(
            CollectionRow.kind == kind.value, CollectionRow.slug == slug
        )
        return await self._work.session.scalar(query)

    async def lock(self, collection_id: UUID) -> CollectionRow:
        """Get a collection for change, or fail with ``CollectionNotFound``."""
        query = select(CollectionRow).where(CollectionRow.id == collection_id).with_for_update()
        row = await self._work.session.scalar(query.execution_options(populate_existing=True))
        if row is None:
            raise CollectionNotFound
        return row

    async def all(self, kind: CollectionKind | None = None) -> Sequence[CollectionRow]:
        """List collections in their order."""
        query = select(CollectionRow).order_by(CollectionRow.position, CollectionRow.id)
        if kind is not None:
            query = query.where(CollectionRow.kind == kind.value)
        return list(await self._work.session.scalars(query))

    async def containing(self, title_id: UUID) -> Sequence[CollectionRow]:
        """List the published collections and bundles that a title is in."""
        query = (
            select(CollectionRow)
            .join(CollectionItemRow, CollectionItemRow.collection_id == CollectionRow.id)
            .where(
                CollectionItemRow.title_id == title_id,
                CollectionRow.published_at <= self._work.now,
            )
        )
        in_order = query.order_by(CollectionRow.position, CollectionRow.id)
        return list(await self._work.session.scalars(in_order))

    async def title_ids(self, collection_id: UUID) -> Sequence[UUID]:
        """List the titles of a collection in their order."""
        query = select(CollectionItemRow.title_id).where(
            CollectionItemRow.collection_id == collection_id
        )
        return list(await self._work.session.scalars(query.order_by(CollectionItemRow.position)))

    async def replace(self, collection_id: UUID, title_ids: Sequence[UUID]) -> None:
        """Write all titles of a collection, in their order."""
        await self._work.session.execute(
            delete(CollectionItemRow).where(CollectionItemRow.collection_id == collection_id)
        )
        self._work.session.add_all(
            CollectionItemRow(collection_id=collection_id, title_id=title_id, position=position)
            for position, title_id in enumerate(dict.fromkeys(title_ids))
        )
        await self._work.session.flush()

    async def remove(self, row: CollectionRow) -> None:
        """Remove a collection; its titles stay."""
        await self._work.session.execute(delete(CollectionRow).where(CollectionRow.id == row.id))
