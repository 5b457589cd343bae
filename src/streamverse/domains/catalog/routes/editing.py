"""Work on titles over HTTP."""

from __future__ import annotations

from uuid import UUID

from litestar import delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from streamverse.domains.catalog.contracts import TitleId, TitlePatch
from streamverse.domains.catalog.errors import (
    EditNotFound,
    EditOvertaken,
    PlaceNotPossible,
    TitleNotDeleted,
    TitleNotFound,
    TitleNotPlayable,
)
from streamverse.domains.catalog.models import TitleRow
from streamverse.domains.catalog.routes.viewing import show_one
from streamverse.domains.catalog.schemas.titles import (
    BulkEditIn,
    EditPage,
    NewTitleIn,
    PlaceIn,
    ScheduleIn,
    TitleDocumentOut,
    TitleOut,
    TitlePage,
)
from streamverse.domains.catalog.service import editing, lifecycle, titles
from streamverse.domains.media.public import MediaAddresses
from streamverse.kit.errors import Forbidden, Invalid, Unauthenticated
from streamverse.kit.http import may, problems
from streamverse.kit.work import Work

EDITED = problems(Unauthenticated, Forbidden, TitleNotFound, Invalid)


@post(
    "/admin/titles",
    guards=[may("titles.edit")],
    responses=problems(Unauthenticated, Forbidden, TitleNotFound, PlaceNotPossible, Invalid),
)
async def create_title(
    data: JSONBody[NewTitleIn],
    work: NamedDependency[Work],
    media_addresses: NamedDependency[MediaAddresses],
) -> TitleDocumentOut:
    """Make a title that has no media yet: a series, a season, or something to come."""
    parent_id = TitleId(data.parent_id) if data.parent_id else None
    row = await lifecycle.create_title(work, data.kind, data.name, parent_id=parent_id)
    await editing.edit_titles(work, [TitleId(row.id)], data.to_patch(), "created")
    return await _document(work, media_addresses, row)


@get("/admin/titles/{title_id:uuid}", guards=[may("titles.edit")], responses=EDITED)
async def get_document(
    title_id: FromPath[UUID],
    work: NamedDependency[Work],
    media_addresses: NamedDependency[MediaAddresses],
) -> TitleDocumentOut:
    """Show everything that is said about a title."""
    row = await titles.get_title_to_edit(work, TitleId(title_id))
    return await _document(work, media_addresses, row)


@patch("/admin/titles/{title_id:uuid}", guards=[may("titles.edit")], responses=EDITED)
async def edit_title(
    title_id: FromPath[UUID],
    data: JSONBody[TitlePatch],
    work: NamedDependency[Work],
    media_addresses: NamedDependency[MediaAddresses],
) -> TitleDocumentOut:
    """Change what is said about a title; lists are given whole."""
    [row] = await editing.edit_titles(work, [TitleId(title_id)], data, "edited")
    return await _document(work, media_addresses, row)


@patch("/titles/{title_id:uuid}", guards=[may("titles.edit")], responses=EDITED)
async def change_title(
    title_id: FromPath[UUID],
    data: JSONBody[TitlePatch],
    work: NamedDependency[Work],
    media_addresses: NamedDependency[MediaAddresses],
) -> TitleOut:
    """Change what is said about a title, and show it as viewers see it."""
    [row] = await editing.edit_titles(work, [TitleId(title_id)], data, "edited")
    return await show_one(work, media_addresses, row)


@post(
    "/admin/titles/bulk",
    guards=[may("titles.edit")],
    status_code=204,
    responses=EDITED,
)
async def edit_titles(data: JSONBody[BulkEditIn], work: NamedDependency[Work]) -> None:
    """Change several titles alike: all of them, or none."""
    ids = [TitleId(title_id) for title_id in data.title_ids]
    await editing.edit_titles(work, ids, data.change, "edited together")


@get("/admin/titles/edits", guards=[may("titles.edit")], responses=EDITED)
async def list_edits(
    work: NamedDependency[Work],
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
) -> EditPage:
    """List what was changed, the newest first."""
    return EditPage.of(await editing.list_edits(work, cursor=cursor, limit=limit))


@post(
    "/admin/titles/edits/{edit_id:uuid}/undo",
    guards=[may("titles.edit")],
    status_code=204,
    responses=problems(Unauthenticated, Forbidden, EditNotFound, EditOvertaken, TitleNotFound),
)
async def undo_edit(edit_id: FromPath[UUID], work: NamedDependency[Work]) -> None:
    """Put back what an edit changed."""
    await editing.undo_edit(work, edit_id)


@post(
    "/admin/titles/{title_id:uuid}/place",
    guards=[may("titles.edit")],
    status_code=200,
    responses=problems(Unauthenticated, Forbidden, TitleNotFound, PlaceNotPossible, Invalid),
)
async def place_title(
    title_id: FromPath[UUID],
    data: JSONBody[PlaceIn],
    work: NamedDependency[Work],
    media_addresses: NamedDependency[MediaAddresses],
) -> TitleDocumentOut:
    """Make a title something else: what was uploaded becomes an episode, a clip, a movie."""
    row = await lifecycle.place_title(
        work,
        TitleId(title_id),
        data.kind,
        parent_id=TitleId(data.parent_id) if data.parent_id else None,
        number=data.number,
    )
    return await _document(work, media_addresses, row)


@post(
    "/titles/{title_id:uuid}/publish",
    guards=[may("titles.publish")],
    status_code=200,
    responses=problems(Unauthenticated, Forbidden, TitleNotFound, TitleNotPlayable),
)
async def publish_title(
    title_id: FromPath[UUID],
    work: NamedDependency[Work],
    media_addresses: NamedDependency[MediaAddresses],
) -> TitleOut:
    """Make a title visible to viewers."""
    row = await lifecycle.publish_title(work, TitleId(title_id))
    return await show_one(work, media_addresses, row)


@post(
    "/admin/titles/{title_id:uuid}/schedule",
    guards=[may("titles.publish")],
    status_code=200,
    responses=problems(Unauthenticated, Forbidden, TitleNotFound, TitleNotPlayable, Invalid),
)
async def schedule_title(
    title_id: FromPath[UUID],
    data: JSONBody[ScheduleIn],
    work: NamedDependency[Work],
    media_addresses: NamedDependency[MediaAddresses],
) -> TitleDocumentOut:
    """Show a title to viewers from a moment on."""
    row = await lifecycle.schedule_title(work, TitleId(title_id), data.at)
    return await _document(work, media_addresses, row)


@post(
    "/titles/{title_id:uuid}/unpublish",
    guards=[may("titles.publish")],
    status_code=200,
    responses=problems(Unauthenticated, Forbidden, TitleNotFound),
)
async def unpublish_title(
    title_id: FromPath[UUID],
    work: NamedDependency[Work],
    media_addresses: NamedDependency[MediaAddresses],
) -> TitleOut:
    """Hide a title from viewers."""
    row = await lifecycle.unpublish_title(work, TitleId(title_id))
    return await show_one(work, media_addresses, row)


@post(
    "/admin/titles/{title_id:uuid}/archive",
    guards=[may("titles.publish")],
    status_code=200,
    responses=problems(Unauthenticated, Forbidden, TitleNotFound),
)
async def archive_title(
    title_id: FromPath[UUID],
    work: NamedDependency[Work],
    media_addresses: NamedDependency[MediaAddresses],
) -> TitleOut:
    """Put a title away; publishing it brings it back with its old date."""
    row = await lifecycle.archive_title(work, TitleId(title_id))
    return await show_one(work, media_addresses, row)


@delete(
    "/titles/{title_id:uuid}",
    guards=[may("titles.edit")],
    responses=problems(Unauthenticated, Forbidden, TitleNotFound),
)
async def delete_title(title_id: FromPath[UUID], work: NamedDependency[Work]) -> None:
    """Delete a title and what is beneath it; it can be brought back until it is purged."""
    await lifecycle.delete_title(work, TitleId(title_id))


@get("/admin/titles/deleted", guards=[may("titles.edit")], responses=EDITED)
async def list_deleted(
    work: NamedDependency[Work],
    media_addresses: NamedDependency[MediaAddresses],
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
) -> TitlePage:
    """List what was deleted and can be brought back."""
    page = await titles.list_deleted(work, media_addresses, cursor=cursor, limit=limit)
    return TitlePage.of(page)


@post(
    "/admin/titles/{title_id:uuid}/restore",
    guards=[may("titles.edit")],
    status_code=200,
    responses=problems(Unauthenticated, Forbidden, TitleNotFound),
)
async def restore_title(
    title_id: FromPath[UUID],
    work: NamedDependency[Work],
    media_addresses: NamedDependency[MediaAddresses],
) -> TitleOut:
    """Bring a deleted title back."""
    row = await lifecycle.restore_title(work, TitleId(title_id))
    return await show_one(work, media_addresses, row)


@delete(
    "/admin/titles/{title_id:uuid}/permanently",
    guards=[may("titles.edit")],
    responses=problems(Unauthenticated, Forbidden, TitleNotFound, TitleNotDeleted),
)
async def purge_title(title_id: FromPath[UUID], work: NamedDependency[Work]) -> None:
    """Remove a deleted title for good, with its media."""
    await lifecycle.purge_title(work, TitleId(title_id))


async def _document(work: Work, addresses: MediaAddresses, row: TitleRow) -> TitleDocumentOut:
    said = await editing.describe(work, [row])
    title = await show_one(work, addresses, row)
    return TitleDocumentOut(title, said[row.id], row.published_at)
