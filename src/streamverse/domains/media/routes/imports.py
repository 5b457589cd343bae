"""Taking in files that lie elsewhere."""

from __future__ import annotations

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from streamverse.domains.media.errors import BucketUnknown, ImportRefused, ProtectionNotYours
from streamverse.domains.media.schemas.uploads import (
    BucketImportIn,
    BucketObjectOut,
    BucketObjectsOut,
    BucketsOut,
    ImportIn,
    ImportsOut,
    UploadOut,
)
from streamverse.domains.media.service.remote_imports import Intake, list_bucket, order_import
from streamverse.kit.fetching import FetchFailed
from streamverse.kit.http import may, problems
from streamverse.kit.paging import CursorInvalid, Listing
from streamverse.kit.reach import AddressRefused
from streamverse.kit.storage import StoreUnavailable
from streamverse.kit.work import Work

OBJECT_PAGES = Listing("media.bucket_objects", tuple[str])


@post(
    "/from-url",
    guards=[may("media.upload")],
    responses=problems(
        AddressRefused, ImportRefused, BucketUnknown, ProtectionNotYours, FetchFailed
    ),
)
async def import_from_url(
    data: JSONBody[ImportIn], work: NamedDependency[Work], intake: NamedDependency[Intake]
) -> UploadOut:
    """Fetch a film from an address of the web or of a bucket; the upload shows how far it is."""
    return UploadOut.of(await order_import(work, intake, data.to_import()))


@post(
    "/from-bucket",
    guards=[may("media.upload")],
    responses=problems(ImportRefused, BucketUnknown, ProtectionNotYours),
)
async def import_from_bucket(
    data: JSONBody[BucketImportIn], work: NamedDependency[Work], intake: NamedDependency[Intake]
) -> ImportsOut:
    """Fetch several films from a bucket; all of them, or none if one cannot be asked for."""
    rows = [await order_import(work, intake, each) for each in data.to_imports()]
    return ImportsOut([UploadOut.of(row) for row in rows])


@get("/buckets", guards=[may("media.upload")])
async def list_buckets(work: NamedDependency[Work], intake: NamedDependency[Intake]) -> BucketsOut:
    """List the buckets that films may be taken from."""
    return BucketsOut(list(intake.names(work.actor.tenant_id)))


@get(
    "/buckets/{bucket:str}/objects",
    guards=[may("media.upload")],
    responses=problems(BucketUnknown, CursorInvalid, StoreUnavailable),
)
async def list_bucket_objects(  # noqa: PLR0917 - what the framework injects, by name
    bucket: FromPath[str],
    work: NamedDependency[Work],
    intake: NamedDependency[Intake],
    folder: FromQuery[str] = "",
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
) -> BucketObjectsOut:
    """List the files in a bucket, or in a folder of it, by name."""
    request = OBJECT_PAGES.request(cursor, limit)
    after = request.after[0] if request.after else None
    found = await list_bucket(work, intake, bucket, folder, after=after, limit=request.fetch_limit)
    page = request.page(found, lambda item: (item.key,))
    return BucketObjectsOut([BucketObjectOut.of(item) for item in page.items], page.next_cursor)


import_router = Router(
    path="/uploads",
    route_handlers=[import_from_url, import_from_bucket, list_buckets, list_bucket_objects],
)
