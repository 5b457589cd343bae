"""What is in the store, how long it is kept, and what nothing refers to."""

from __future__ import annotations

from litestar import get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody

from streamverse.domains.media.errors import CensusNeeded, CensusRunning
from streamverse.domains.media.rules.retention import Retention
from streamverse.domains.media.schemas.storage import (
    CensusesOut,
    CensusIn,
    CensusOut,
    RetentionIn,
    RetentionOut,
    StorageOut,
    StoredAssetOut,
    TenantsStorageOut,
    TenantStorageOut,
    WeightsOut,
)
from streamverse.domains.media.service import retention as retention_service
from streamverse.domains.media.service import storage_report
from streamverse.kit.errors import NotFound
from streamverse.kit.http import may, problems
from streamverse.kit.paging import CursorInvalid
from streamverse.kit.work import Actor, Work, Workshop


@get("/media/storage", guards=[may("reports.read")], responses=problems(CursorInvalid))
async def get_storage(
    work: NamedDependency[Work],
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
) -> StorageOut:
    """Tell what is in the store: all of it, then by asset, the heaviest first."""
    totals = await storage_report.total_storage(work)
    page = await storage_report.list_stored(work, cursor, limit)
    return StorageOut(
        WeightsOut(**totals.weights),
        totals.arriving_bytes,
        [StoredAssetOut.of(*row) for row in page.items],
        page.next_cursor,
    )


@get("/media/storage/tenants", guards=[may("storage.manage")], responses=problems(NotFound))
async def get_tenants_storage(
    work: NamedDependency[Work], workshop: NamedDependency[Workshop]
) -> TenantsStorageOut:
    """Tell what each tenant has in the store; only the first tenant's staff may know."""
    storage_report.require_operator(work)
    async with workshop.reading(Actor.system()) as of_all:
        rows = await storage_report.total_by_tenant(of_all)
    return TenantsStorageOut([TenantStorageOut(*row) for row in rows])


@get("/media/retention", guards=[may("reports.read")])
async def get_retention(
    work: NamedDependency[Work], retention: NamedDependency[Retention]
) -> RetentionOut:
    """Tell after how long things are let go."""
    return RetentionOut.of(await retention_service.find_choices(work), retention)


@patch("/media/retention", guards=[may("storage.manage")])
async def choose_retention(
    data: JSONBody[RetentionIn], work: NamedDependency[Work], retention: NamedDependency[Retention]
) -> RetentionOut:
    """Choose after how long things are let go: 0 for never, null for what the settings say."""
    row = await retention_service.choose_retention(work, data.to_choices())
    return RetentionOut.of(row, retention)


@get("/media/storage/orphans", guards=[may("storage.manage")], responses=problems(NotFound))
async def list_censuses(work: NamedDependency[Work]) -> CensusesOut:
    """List the latest searches for what nothing refers to."""
    return CensusesOut([CensusOut.of(row) for row in await storage_report.list_censuses(work)])


@post(
    "/media/storage/orphans",
    guards=[may("storage.manage")],
    status_code=202,
    responses=problems(NotFound, CensusRunning, CensusNeeded),
)
async def order_census(data: JSONBody[CensusIn], work: NamedDependency[Work]) -> CensusOut:
    """Search the store for what nothing refers to; what was looked at may then be deleted."""
    return CensusOut.of(await storage_report.order_census(work, is_dry_run=data.is_dry_run))


routes = (
    get_storage,
    get_tenants_storage,
    get_retention,
    choose_retention,
    list_censuses,
    order_census,
)
