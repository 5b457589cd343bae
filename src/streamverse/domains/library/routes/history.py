"""Histories over HTTP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from uuid import UUID

import msgspec
from litestar import Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from streamverse.domains.library.errors import ViewingNotFound
from streamverse.domains.library.schemas.watching import StatisticsOut, StreamPage
from streamverse.domains.library.service import history
from streamverse.domains.media.public import MediaAddresses
from streamverse.domains.profiles.contracts import ProfileId
from streamverse.domains.profiles.public import ProfileNotFound
from streamverse.kit.errors import Invalid, Unauthenticated
from streamverse.kit.http import problems, signed_in
from streamverse.kit.spreadsheets import as_csv
from streamverse.kit.work import Work

LIST_PROBLEMS = problems(Unauthenticated, ProfileNotFound, Invalid)


class FileForm(StrEnum):
    """In which form a list is written out."""

    JSON = "json"
    CSV = "csv"


@get("/history/streams", guards=[signed_in], responses=LIST_PROBLEMS)
async def list_streams(
    profile_id: FromPath[UUID],
    work: NamedDependency[Work],
    media_addresses: NamedDependency[MediaAddresses],
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
) -> StreamPage:
    """List what somebody has watched, newest first."""
    page = await history.list_streams(
        work, media_addresses, ProfileId(profile_id), cursor=cursor, limit=limit
    )
    return StreamPage.of(page)


@get("/history/downloads", guards=[signed_in], responses=LIST_PROBLEMS)
async def list_downloads(
    profile_id: FromPath[UUID],
    work: NamedDependency[Work],
    media_addresses: NamedDependency[MediaAddresses],
) -> StreamPage:
    """List what somebody has taken along: nothing, while nothing can be."""
    await history.list_streams(work, media_addresses, ProfileId(profile_id), cursor=None, limit=1)
    return StreamPage([], None)


@get("/history/activity", guards=[signed_in], responses=LIST_PROBLEMS)
async def list_activity(
    profile_id: FromPath[UUID],
    work: NamedDependency[Work],
    media_addresses: NamedDependency[MediaAddresses],
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
) -> StreamPage:
    """List what somebody has watched and taken along, newest first."""
    page = await history.list_streams(
        work, media_addresses, ProfileId(profile_id), cursor=cursor, limit=limit
    )
    return StreamPage.of(page)


@delete(
    "/history/streams",
    guards=[signed_in],
    responses=problems(Unauthenticated, ProfileNotFound),
)
async def clear_history(profile_id: FromPath[UUID], work: NamedDependency[Work]) -> None:
    """Forget all that somebody has watched, and where they stopped."""
    await history.clear_history(work, ProfileId(profile_id))


@delete(
    "/history/streams/{stream_id:uuid}",
    guards=[signed_in],
    responses=problems(Unauthenticated, ProfileNotFound, ViewingNotFound),
)
async def remove_stream(
    profile_id: FromPath[UUID], stream_id: FromPath[UUID], work: NamedDependency[Work]
) -> None:
    """Take an entry out of the history."""
    await history.remove_stream(work, ProfileId(profile_id), stream_id)


@get(
    "/history/stats",
    guards=[signed_in],
    responses=problems(Unauthenticated, ProfileNotFound),
)
async def get_statistics(profile_id: FromPath[UUID], work: NamedDependency[Work]) -> StatisticsOut:
    """Add the history up."""
    return StatisticsOut.of(await history.count_history(work, ProfileId(profile_id)))


@post(
    "/history/export",
    guards=[signed_in],
    status_code=200,
    responses=problems(Unauthenticated, ProfileNotFound, Invalid),
)
async def export_history(
    profile_id: FromPath[UUID],
    work: NamedDependency[Work],
    form: FromQuery[FileForm] = FileForm.JSON,
) -> Response[bytes]:
    """Write the history out as a file of JSON or CSV."""
    entries = await history.export_history(work, ProfileId(profile_id))
    return as_file("history", entries, form)


def as_file(name: str, entries: Sequence[Mapping[str, object]], form: FileForm) -> Response[bytes]:
    """Answer with a list as a file to keep."""
    if form is FileForm.CSV:
        header = list(entries[0]) if entries else []
        content = as_csv(header, (list(entry.values()) for entry in entries)).encode()
    else:
        content = msgspec.json.encode({"items": entries})
    kind = "text/csv; charset=utf-8" if form is FileForm.CSV else "application/json"
    named = {"Content-Disposition": f'attachment; filename="{name}.{form.value}"'}
    return Response(content, media_type=kind, headers=named)


handlers = [
    list_streams,
    list_downloads,
    list_activity,
    clear_history,
    remove_stream,
    get_statistics,
    export_history,
]
