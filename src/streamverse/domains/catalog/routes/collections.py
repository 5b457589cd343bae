"""Collections and bundles over HTTP."""

from __future__ import annotations

from uuid import UUID

from litestar import delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from streamverse.domains.catalog.contracts import CollectionKind
from streamverse.domains.catalog.errors import CollectionNameTaken, CollectionNotFound
from streamverse.domains.catalog.schemas.collections import (
    CollectionIn,
    CollectionOut,
    NewCollectionIn,
)
from streamverse.domains.catalog.service import collections
from streamverse.domains.media.public import MediaAddresses
from streamverse.kit.errors import Forbidden, Invalid, Unauthenticated
from streamverse.kit.http import may, problems, revalidated, signed_in
from streamverse.kit.work import Work

SEEN = problems(Unauthenticated, CollectionNotFound)
WRITTEN = problems(Unauthenticated, Forbidden, CollectionNotFound, CollectionNameTaken, Invalid)


@get("/collections", guards=[signed_in], middleware=[revalidated], responses=SEEN)
async def list_collections(
    work: NamedDependency[Work], media_addresses: NamedDependency[MediaAddresses]
) -> list[CollectionOut]:
    """List the collections."""
    found = await collections.list_collections(work, media_addresses, CollectionKind.COLLECTION)
    return [CollectionOut.of(shown) for shown in found]


@get("/collections/{slug:str}", guards=[signed_in], middleware=[revalidated], responses=SEEN)
async def get_collection(
    slug: FromPath[str],
    work: NamedDependency[Work],
    media_addresses: NamedDependency[MediaAddresses],
) -> CollectionOut:
    """Show a collection."""
    row = await collections.find_collection(work, slug)
    return CollectionOut.of(await collections.get_collection(work, media_addresses, row))


@get("/bundles", guards=[signed_in], middleware=[revalidated], responses=SEEN)
async def list_bundles(
    work: NamedDependency[Work], media_addresses: NamedDependency[MediaAddresses]
) -> list[CollectionOut]:
    """List the bundles."""
    found = await collections.list_collections(work, media_addresses, CollectionKind.BUNDLE)
    return [CollectionOut.of(shown) for shown in found]


@get("/bundles/{bundle_id:uuid}", guards=[signed_in], middleware=[revalidated], responses=SEEN)
async def get_bundle(
    bundle_id: FromPath[UUID],
    work: NamedDependency[Work],
    media_addresses: NamedDependency[MediaAddresses],
) -> CollectionOut:
    """Show a bundle."""
    row = await collections.find_bundle(work, bundle_id)
    return CollectionOut.of(await collections.get_collection(work, media_addresses, row))


# --- staff ----------------------------------------------------------------------------------------


@get("/admin/collections", guards=[may("titles.edit")], responses=WRITTEN)
async def list_all_collections(
    work: NamedDependency[Work], media_addresses: NamedDependency[MediaAddresses]
) -> list[CollectionOut]:
    """List all collections and bundles, published or not."""
    found = await collections.list_all(work, media_addresses)
    return [CollectionOut.of(shown) for shown in found]


@post("/admin/collections", guards=[may("titles.edit")], responses=WRITTEN)
async def add_collection(
    data: JSONBody[NewCollectionIn],
    work: NamedDependency[Work],
    media_addresses: NamedDependency[MediaAddresses],
) -> CollectionOut:
    """Make a collection or a bundle."""
    row = await collections.add_collection(work, data.kind, data.said.to_draft())
    return CollectionOut.of(await collections.get_collection(work, media_addresses, row))


@put("/admin/collections/{collection_id:uuid}", guards=[may("titles.edit")], responses=WRITTEN)
async def change_collection(
    collection_id: FromPath[UUID],
    data: JSONBody[CollectionIn],
    work: NamedDependency[Work],
    media_addresses: NamedDependency[MediaAddresses],
) -> CollectionOut:
    """Say everything about a collection anew."""
    row = await collections.change_collection(work, collection_id, data.to_draft())
    return CollectionOut.of(await collections.get_collection(work, media_addresses, row))


@delete("/admin/collections/{collection_id:uuid}", guards=[may("titles.edit")], responses=WRITTEN)
async def remove_collection(collection_id: FromPath[UUID], work: NamedDependency[Work]) -> None:
    """Remove a collection; its titles stay."""
    await collections.remove_collection(work, collection_id)
