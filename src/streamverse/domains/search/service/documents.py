"""The documents, kept as the catalog is: after each event, and compared as a whole now and then."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from streamverse.domains.catalog import public as catalog
from streamverse.domains.catalog.contracts import Findable, FindableKind, TitleId
from streamverse.domains.search.contracts import SyncDocuments
from streamverse.domains.search.repository import Documents
from streamverse.kit.work import Work

if TYPE_CHECKING:
    from streamverse.kit.worker import Run

AT_ONCE = 500
# No process that runs is so far behind.
GONE_KEPT = timedelta(days=7)
TITLE_KINDS = (
    FindableKind.MOVIE,
    FindableKind.SERIES,
    FindableKind.CLIP,
    FindableKind.EVENT,
)


async def follow_titles(work: Work, title_ids: Collection[TitleId]) -> None:
    """Write what titles are found by now, and who and what is found by them."""
    title_ids = list(dict.fromkeys(title_ids))
    found = await catalog.describe_findable_titles(work, title_ids)
    # What is gone has no kind any more.
    await write(work, FindableKind.MOVIE, title_ids, found)
    for kind, ids in (await catalog.findables_of_titles(work, title_ids)).items():
        await describe_and_write(work, kind, ids)


async def describe_and_write(work: Work, kind: FindableKind, ids: Collection[UUID]) -> None:
    """Write what some things are found by now."""
    if ids:
        await write(work, kind, ids, await catalog.describe_findables(work, kind, ids))


async def write(
    work: Work, kind: FindableKind, ids: Collection[UUID], found: Iterable[Findable]
) -> None:
    """Write what has changed of some documents; what was not found is gone."""
    documents = Documents(work)
    now_said = {one.id: one for one in found}
    before = await documents.words(ids)
    rows: list[dict[str, Any]] = []
    for document_id in ids:
        one = now_said.get(document_id)
        words: Mapping[str, Any] | None = msgspec.to_builtins(one) if one else None
        if words != before.get(document_id):
            tenant_id = one.tenant_id if one else work.actor.tenant_id
            said = {"kind": (one.kind if one else kind).value, "words": words}
            rows.append({"id": document_id, "tenant_id": tenant_id, **said})
    await _write(work, rows)


async def _write(work: Work, rows: Sequence[dict[str, Any]]) -> None:
    if not rows:
        return
    documents = Documents(work)
    first = await documents.take_versions(len(rows))
    for version, row in enumerate(rows, first):
        row.update(version=version, changed_at=work.now)
    await documents.write(rows)


async def ensure_documents(work: Work) -> None:
    """Order that all documents are written, where an older version left titles without any."""
    if await Documents(work).revision() is None and await _is_anything_there(work):
        await Documents(work).take_versions(0)
        work.enqueue(SyncDocuments(), dedupe_key="search.first")


async def _is_anything_there(work: Work) -> bool:
    for kind in TITLE_KINDS:
        if await catalog.list_findables(work, kind, after=None, limit=1):
            return True
    return False


async def sync(run: Run) -> None:
    """Compare all documents with the catalog, a few in each transaction, then ask for new indexes.

    The documents stay searchable meanwhile, and so do the indexes.
    """
    for kind in FindableKind:
        await _sync_kind(run, kind)
    async with run.work() as work:
        await Documents(work).forget_gone(work.now - GONE_KEPT)
        await Documents(work).take_versions(0, generations=1)


async def _sync_kind(run: Run, kind: FindableKind) -> None:
    after: UUID | None = None
    while True:
        async with run.work() as work:
            there = await catalog.list_findables(work, kind, after=after, limit=AT_ONCE)
            await describe_and_write(work, kind, there)
        if len(there) < AT_ONCE:
            break
        after = there[-1]
    after = None
    while True:
        async with run.work() as work:
            kept = await Documents(work).page(kind.value, after, AT_ONCE)
            await describe_and_write(work, kind, kept)
        if len(kept) < AT_ONCE:
            return
        after = kept[-1]
