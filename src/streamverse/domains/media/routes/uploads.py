"""Resumable uploads: tus 1.0.0 with creation, termination, checksum, expiration, concatenation."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from email.utils import format_datetime
from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, delete, get, head, patch, post, route
from litestar.di import NamedDependency
from litestar.exceptions import InternalServerException
from litestar.params import FromPath, FromQuery, SkipValidation

from streamverse.domains.media.contracts import UploadId
from streamverse.domains.media.errors import (
    ChecksumMismatch,
    ContentTypeWrong,
    FileEmpty,
    OffsetMismatch,
    ProtectionNotYours,
    ProtectionUnknown,
    TusRequestInvalid,
    TusVersionUnsupported,
    UploadClosed,
    UploadJoined,
    UploadNotFound,
    UploadTaken,
    UploadTooLarge,
)
from streamverse.domains.media.models import UploadRow
from streamverse.domains.media.repository import Uploads
from streamverse.domains.media.rules import tus
from streamverse.domains.media.rules.states import UploadState
from streamverse.domains.media.schemas.uploads import UploadOut, UploadsOut
from streamverse.domains.media.service.keys import KeySafe
from streamverse.domains.media.service.uploads import (
    NewUpload,
    Reception,
    Receptions,
    UploadLimits,
    create_final_upload,
    create_upload,
    give_up_upload,
    open_reception,
    receive,
)
from streamverse.kit.errors import Problem
from streamverse.kit.http import anyone, may, problem_response, problems
from streamverse.kit.paging import CursorInvalid, Listing
from streamverse.kit.storage import ObjectStore, StorageFull
from streamverse.kit.work import Work, Workshop

UPLOAD_PAGES = Listing("uploads", tuple[UUID])
BASE_PATH = "/api/v1/uploads"

AnyRequest = Request[Any, Any, Any]
# A protocol cannot be checked as cheaply as a class, and the composition root gave it.
Store = NamedDependency[SkipValidation[ObjectStore]]


@route("/", http_method="OPTIONS", guards=[anyone], status_code=204, include_in_schema=False)
async def describe_protocol(upload_limits: NamedDependency[UploadLimits]) -> Response[None]:
    """Tell which version and extensions of tus are spoken here."""
    return Response(
        None,
        status_code=204,
        headers={
            "Tus-Resumable": tus.VERSION,
            "Tus-Version": tus.VERSION,
            "Tus-Extension": ",".join(tus.EXTENSIONS),
            "Tus-Max-Size": str(upload_limits.max_bytes),
            "Tus-Checksum-Algorithm": ",".join(tus.CHECKSUM_ALGORITHMS),
        },
    )


@get("/", guards=[may("media.upload")], responses=problems(CursorInvalid))
async def list_uploads(
    work: NamedDependency[Work],
    key_safe: NamedDependency[KeySafe],
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
) -> UploadsOut:
    """List your uploads, newest first."""
    request = UPLOAD_PAGES.request(cursor, limit)
    before = request.after[0] if request.after else None
    rows = await Uploads(work).page(before=before, limit=request.fetch_limit)
    page = request.page(rows, lambda row: (row.id,))
    return UploadsOut([UploadOut.of(row) for row in page.items], key_safe.default, page.next_cursor)


@post(
    "/",
    guards=[may("media.upload")],
    status_code=201,
    request_max_body_size=None,
    responses=problems(
        TusVersionUnsupported,
        TusRequestInvalid,
        ProtectionUnknown,
        ProtectionNotYours,
        FileEmpty,
        UploadTooLarge,
        UploadNotFound,
        UploadClosed,
        ChecksumMismatch,
        StorageFull,
    ),
)
async def create(  # noqa: PLR0917 - what the framework injects, by name
    request: AnyRequest,
    work: NamedDependency[Work],
    workshop: NamedDependency[Workshop],
    store: Store,
    upload_limits: NamedDependency[UploadLimits],
    receptions: NamedDependency[Receptions],
) -> Response[None]:
    """Start an upload (tus creation, creation-with-upload, concatenation)."""
    tus.check_version(request.headers)
    raw = request.headers.get("upload-metadata", "")
    metadata = tus.parse_metadata(raw)
    concat = tus.parse_concat(request.headers.get("upload-concat"))
    if isinstance(concat, tus.Final):
        new = NewUpload(0, metadata, raw)
        return _created(await create_final_upload(work, store, upload_limits, concat, new))
    checksum = tus.parse_checksum(request.headers.get("upload-checksum"))
    size_bytes = tus.parse_number("Upload-Length", request.headers.get("upload-length"))
    new = NewUpload(size_bytes, metadata, raw, is_partial=concat is not None)
    if request.headers.get("content-type") != tus.CONTENT_TYPE:
        return _created(await create_upload(work, store, upload_limits, new))
    reception = await open_reception(workshop, work.actor, store, upload_limits, new)
    return _created(await _receive(request, receptions, reception, 0, checksum))


@head(
    "/{upload_id:uuid}",
    guards=[may("media.upload")],
    responses=problems(UploadNotFound, TusVersionUnsupported),
)
async def tell_offset(
    request: AnyRequest, upload_id: FromPath[UUID], work: NamedDependency[Work]
) -> Response[None]:
    """Tell where an upload stands."""
    tus.check_version(request.headers)
    row = await Uploads(work).get(UploadId(upload_id))
    if row.state == UploadState.EXPIRED:
        raise UploadNotFound(upload_id)
    headers = {
        **_offset_headers(row),
        "Upload-Length": str(row.size_bytes),
        "Cache-Control": "no-store",
    }
    if row.tus_metadata:
        headers["Upload-Metadata"] = row.tus_metadata
    if row.is_partial:
        headers["Upload-Concat"] = "partial"
    elif row.part_ids is not None:
        addresses = " ".join(f"{BASE_PATH}/{part_id}" for part_id in row.part_ids["ids"])
        headers["Upload-Concat"] = f"final;{addresses}"
    return Response(None, status_code=200, headers=headers)


@patch(
    "/{upload_id:uuid}",
    guards=[may("media.upload")],
    status_code=204,
    request_max_body_size=None,
    responses=problems(
        TusVersionUnsupported,
        TusRequestInvalid,
        UploadNotFound,
        OffsetMismatch,
        ContentTypeWrong,
        UploadClosed,
        UploadJoined,
        UploadTaken,
        UploadTooLarge,
        ChecksumMismatch,
        StorageFull,
    ),
)
async def append(  # noqa: PLR0917 - what the framework injects, by name
    request: AnyRequest,
    upload_id: FromPath[UUID],
    workshop: NamedDependency[Workshop],
    store: Store,
    upload_limits: NamedDependency[UploadLimits],
    receptions: NamedDependency[Receptions],
) -> Response[None]:
    """Send the next bytes of an upload."""
    tus.check_version(request.headers)
    if request.headers.get("content-type") != tus.CONTENT_TYPE:
        raise ContentTypeWrong
    offset = tus.parse_number("Upload-Offset", request.headers.get("upload-offset"))
    checksum = tus.parse_checksum(request.headers.get("upload-checksum"))
    reception = Reception(workshop, request.user, store, upload_limits, UploadId(upload_id))
    row = await _receive(request, receptions, reception, offset, checksum)
    return Response(None, status_code=204, headers=_offset_headers(row))


@delete(
    "/{upload_id:uuid}",
    guards=[may("media.upload")],
    status_code=204,
    responses=problems(UploadNotFound, UploadClosed),
)
async def terminate(
    upload_id: FromPath[UUID], work: NamedDependency[Work], receptions: NamedDependency[Receptions]
) -> Response[None]:
    """Stop an upload and forget its bytes, or take a refused one off the list."""
    await Uploads(work).get(UploadId(upload_id))
    await receptions.stop(UploadId(upload_id))
    await give_up_upload(work, UploadId(upload_id))
    return Response(None, status_code=204, headers={"Tus-Resumable": tus.VERSION})


async def _receive(
    request: AnyRequest,
    receptions: Receptions,
    reception: Reception,
    offset: int,
    checksum: tus.Checksum | None,
) -> UploadRow:
    async with aclosing(_body(request)) as chunks:
        return await receptions.run(
            reception.upload_id, lambda: receive(reception, offset, checksum, chunks)
        )


async def _body(request: AnyRequest) -> AsyncGenerator[bytes]:
    """Give the body's bytes; it just ends when the client goes away, for what came is kept."""
    # The framework tells of that by an error of the server.
    with suppress(InternalServerException):
        async for chunk in request.stream():
            if chunk:
                yield chunk


def _created(row: UploadRow) -> Response[None]:
    headers = {**_offset_headers(row), "Location": f"{BASE_PATH}/{row.id}"}
    return Response(None, status_code=201, headers=headers)


def _offset_headers(row: UploadRow) -> dict[str, str]:
    headers = {"Tus-Resumable": tus.VERSION, "Upload-Offset": str(row.offset_bytes)}
    if row.expires_at is not None:
        headers["Upload-Expires"] = format_datetime(row.expires_at, usegmt=True)
    return headers


def _on_problem(_request: AnyRequest, problem: Problem) -> Response[Any]:
    """Answer as everywhere, with the header that the protocol wants in every answer."""
    answer = problem_response(problem)
    answer.headers["Tus-Resumable"] = tus.VERSION
    return answer


upload_router = Router(
    path="/uploads",
    route_handlers=[describe_protocol, list_uploads, create, tell_offset, append, terminate],
    exception_handlers={Problem: _on_problem},
)
