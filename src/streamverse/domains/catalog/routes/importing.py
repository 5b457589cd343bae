"""Files of metadata over HTTP: shown what they would change, applied, written out."""

from __future__ import annotations

from enum import StrEnum
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery

from streamverse.domains.catalog.errors import ImportNotClean, ImportOutdated
from streamverse.domains.catalog.rules.sheets import SHEET_LIMIT_BYTES, write_csv, write_json
from streamverse.domains.catalog.schemas.importing import ImportPlanOut
from streamverse.domains.catalog.service import importing
from streamverse.kit.errors import Forbidden, Invalid, Unauthenticated
from streamverse.kit.http import may, problems
from streamverse.kit.work import Work

AnyRequest = Request[Any, Any, Any]


class SheetForm(StrEnum):
    """In which form metadata is given and written out."""

    CSV = "csv"
    JSON = "json"


@post(
    "/admin/titles/import/preview",
    guards=[may("titles.edit")],
    status_code=200,
    request_max_body_size=None,
    responses=problems(Unauthenticated, Forbidden, Invalid),
)
async def preview_import(
    request: AnyRequest, work: NamedDependency[Work], form: FromQuery[SheetForm] = SheetForm.CSV
) -> ImportPlanOut:
    """Show what a file of metadata (the body as it is) would change; nothing is changed."""
    content = await _read_body(request)
    plan = await importing.preview_import(work, content, is_csv=form is SheetForm.CSV)
    return ImportPlanOut.of(plan)


@post(
    "/admin/titles/import",
    guards=[may("titles.edit")],
    status_code=200,
    request_max_body_size=None,
    responses=problems(Unauthenticated, Forbidden, Invalid, ImportOutdated, ImportNotClean),
)
async def apply_import(
    request: AnyRequest,
    work: NamedDependency[Work],
    fingerprint: FromQuery[str],
    form: FromQuery[SheetForm] = SheetForm.CSV,
) -> ImportPlanOut:
    """Apply a file of metadata whose preview had this fingerprint: all of it, or nothing."""
    content = await _read_body(request)
    plan = await importing.apply_import(
        work, content, is_csv=form is SheetForm.CSV, fingerprint=fingerprint
    )
    return ImportPlanOut.of(plan)


@get(
    "/admin/titles/export",
    guards=[may("titles.edit")],
    responses=problems(Unauthenticated, Forbidden, Invalid),
)
async def export_titles(
    work: NamedDependency[Work],
    form: FromQuery[SheetForm] = SheetForm.CSV,
    after: FromQuery[UUID | None] = None,
) -> Response[bytes]:
    """Write titles out as they are imported, 1,000 to a file.

    The header `X-Next-After` gives what to send as `after` for the next file, if there is one.
    """
    titles, next_after = await importing.export_titles(work, after)
    content = write_csv(titles).encode() if form is SheetForm.CSV else write_json(titles)
    kind = "text/csv; charset=utf-8" if form is SheetForm.CSV else "application/json"
    headers = {"Content-Disposition": f'attachment; filename="titles.{form.value}"'}
    if next_after is not None:
        headers["X-Next-After"] = str(next_after)
    return Response(content, media_type=kind, headers=headers)


async def _read_body(request: AnyRequest) -> bytes:
    """Read a file, no further than it may be long; the rules say that it is too long."""
    content = bytearray()
    async for piece in request.stream():
        content += piece
        if len(content) > SHEET_LIMIT_BYTES:
            break
    return bytes(content)
