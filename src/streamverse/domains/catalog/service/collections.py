"""Collections and bundles: what viewers see of them, and what staff does to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from streamverse.domains.catalog.contracts import CollectionChanged, CollectionKind, Viewer
from streamverse.domains.catalog.errors import CollectionNameTaken, CollectionNotFound
from streamverse.domains.catalog.models import CollectionRow
from streamverse.domains.catalog.repository import CardRow, Collections, Titles
from streamverse.domains.catalog.rules.patches import DESCRIPTION_LIMIT, NAME_LIMIT
from streamverse.domains.catalog.rules.words import slug, tidy, tidy_line
from streamverse.domains.catalog.service.titles import Shown, show
from streamverse.domains.catalog.service.viewers import viewer_of
from streamverse.domains.identity import public as identity
from streamverse.domains.media.public import MediaAddresses
from streamverse.kit.clock import new_id
from streamverse.kit.errors import FieldProblem, Invalid
from streamverse.kit.work import Work

ITEMS_LIMIT = 500


@dataclass(frozen=True, slots=True)
class ShownCollection:
    """A collection with those of its titles that somebody may know of."""

    row: CollectionRow
    cards: Sequence[Shown[CardRow]]


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionDraft:
    """What staff says about a collection; titles in their order."""

    name: str
    description: str = ""
    position: int = 0
    is_on_home: bool = False
    is_published: bool = False
    title_ids: Sequence[UUID] = field(default_factory=tuple[UUID, ...])


# --- what people see ------------------------------------------------------------------------------


async def list_collections(
    work: Work, addresses: MediaAddresses, kind: CollectionKind
) -> Sequence[ShownCollection]:
    """List the published collections or bundles in which the actor may know of any title."""
    viewer = await viewer_of(work)
    rows = [row for row in await Collections(work).all(kind) if _is_published(work, row)]
    found = [await _show(work, addresses, viewer, row) for row in rows]
    return [shown for shown in found if shown.cards]


async def get_collection(
    work: Work, addresses: MediaAddresses, row: CollectionRow | None
) -> ShownCollection:
    """Show a collection, or fail where nothing of it may be known of."""
    viewer = await viewer_of(work)
    if row is None or not (viewer.sees_unpublished or _is_published(work, row)):
        raise CollectionNotFound
    shown = await _show(work, addresses, viewer, row)
    if not shown.cards and not viewer.sees_unpublished:
        raise CollectionNotFound
    return shown


async def find_collection(work: Work, its_slug: str) -> CollectionRow | None:
    """Find a collection by its address."""
    return await Collections(work).find_by_slug(CollectionKind.COLLECTION, its_slug)


async def find_bundle(work: Work, bundle_id: UUID) -> CollectionRow | None:
    """Find a bundle by its number."""
    row = await Collections(work).find(bundle_id)
    return row if row is not None and row.kind == CollectionKind.BUNDLE else None


async def list_containing(work: Work, viewer: Viewer, title_id: UUID) -> Sequence[CollectionRow]:
    """List the collections and bundles that a title is in; whoever sees it sees them."""
    rows = await Collections(work).containing(title_id)
    seen = await Titles(work).visible(viewer, [title_id])
    return rows if seen else ()


# --- what staff does ------------------------------------------------------------------------------


async def list_all(work: Work, addresses: MediaAddresses) -> Sequence[ShownCollection]:
    """List all collections and bundles, for work on them."""
    viewer = await viewer_of(work)
    return [await _show(work, addresses, viewer, row) for row in await Collections(work).all()]


async def add_collection(work: Work, kind: CollectionKind, draft: CollectionDraft) -> CollectionRow:
    """Make a collection or a bundle."""
    row = CollectionRow(id=new_id(), kind=kind.value, created_at=work.now)
    await _write(work, row, draft)
    await identity.record_audit(
        work, "catalog.collection_added", f"collection:{row.id}", {"name": row.name}
    )
    return row


async def change_collection(
    work: Work, collection_id: UUID, draft: CollectionDraft
) -> CollectionRow:
    """Say everything about a collection anew."""
    row = await Collections(work).lock(collection_id)
    await _write(work, row, draft)
    return row


async def remove_collection(work: Work, collection_id: UUID) -> None:
    """Remove a collection; its titles stay."""
    collections = Collections(work)
    row = await collections.lock(collection_id)
    await collections.remove(row)
    work.emit(CollectionChanged(row.id, CollectionKind(row.kind)))
    await identity.record_audit(
        work, "catalog.collection_removed", f"collection:{row.id}", {"name": row.name}
    )


async def _write(work: Work, row: CollectionRow, draft: CollectionDraft) -> None:
    name, description = tidy_line(draft.name), tidy(draft.description)
    its_slug = slug(name)
    collections = Collections(work)
    await _check(work, name, description, draft.title_ids)
    other = await collections.find_by_slug(CollectionKind(row.kind), its_slug)
    if other is not None and other.id != row.id:
        raise CollectionNameTaken(name)
    row.name, row.slug, row.description = name, its_slug, description
    row.position, row.is_on_home = draft.position, draft.is_on_home
    row.published_at = (row.published_at or work.now) if draft.is_published else None
    collections.add(row)
    await work.session.flush()
    await collections.replace(row.id, draft.title_ids)
    work.emit(CollectionChanged(row.id, CollectionKind(row.kind)))


async def _check(work: Work, name: str, description: str, title_ids: Sequence[UUID]) -> None:
    if not slug(name) or len(name) > NAME_LIMIT:
        raise _refusal("name", f"Enter a name of 1 to {NAME_LIMIT} characters.")
    if len(description) > DESCRIPTION_LIMIT:
        raise _refusal(
            "description", f"The description may have at most {DESCRIPTION_LIMIT} characters."
        )
    if len(title_ids) > ITEMS_LIMIT:
        raise _refusal("title_ids", f"A collection has at most {ITEMS_LIMIT} titles.")
    unknown = set(title_ids) - await Titles(work).existing(title_ids)
    if unknown:
        raise _refusal("title_ids", f"There is no title with the number {unknown.pop()}.")


def _refusal(name: str, problem: str) -> Invalid:
    return Invalid(problem, fields=(FieldProblem(name, problem),))


def _is_published(work: Work, row: CollectionRow) -> bool:
    return row.published_at is not None and row.published_at <= work.now


async def _show(
    work: Work, addresses: MediaAddresses, viewer: Viewer, row: CollectionRow
) -> ShownCollection:
    title_ids = await Collections(work).title_ids(row.id)
    cards = await Titles(work).visible(viewer, title_ids)
    in_order = [cards[title_id] for title_id in title_ids if title_id in cards]
    return ShownCollection(row, await show(work, addresses, in_order))
