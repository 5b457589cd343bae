"""Lists over HTTP."""

from __future__ import annotations

from uuid import UUID

from litestar import Response, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from streamverse.domains.catalog.contracts import TitleId
from streamverse.domains.catalog.public import TitleNotFound
from streamverse.domains.library.errors import (
    FolderExists,
    FolderNotFound,
    ListFull,
    ShareNotFound,
)
from streamverse.domains.library.routes.history import FileForm, as_file
from streamverse.domains.library.rules.lists import LIST_LIMIT, read_entries
from streamverse.domains.library.schemas.watchlists import (
    AddedOut,
    BulkChangeIn,
    BulkUploadIn,
    FolderIn,
    FolderOut,
    ImportedOut,
    ImportIn,
    ListedIn,
    OrderIn,
    SharedListOut,
    ShareIn,
    ShareOut,
    SharesOut,
    WatchlistOut,
)
from streamverse.domains.library.service import watchlists
from streamverse.domains.media.public import MediaAddresses
from streamverse.domains.profiles.contracts import ProfileId
from streamverse.domains.profiles.public import ProfileNotFound
from streamverse.kit.errors import Invalid, Unauthenticated
from streamverse.kit.http import problems, signed_in
from streamverse.kit.work import Work

IMPORT_LIMIT_BYTES = 2_000_000
OWN = (Unauthenticated, ProfileNotFound)


@get("/watchlist", guards=[signed_in], responses=problems(*OWN))
async def get_watchlist(
    profile_id: FromPath[UUID],
    work: NamedDependency[Work],
    media_addresses: NamedDependency[MediaAddresses],
) -> WatchlistOut:
    """Show a list with its folders."""
    found = await watchlists.get_watchlist(work, media_addresses, ProfileId(profile_id))
    return WatchlistOut.of(found)


@post(
    "/watchlist",
    guards=[signed_in],
    responses=problems(*OWN, TitleNotFound, FolderNotFound, ListFull, Invalid),
)
async def add_to_watchlist(
    profile_id: FromPath[UUID], data: JSONBody[ListedIn], work: NamedDependency[Work]
) -> AddedOut:
    """Put a title on top of a list; one that is on it stays where it is."""
    title_ids = [TitleId(data.title_id)]
    added = await watchlists.add_titles(
        work, ProfileId(profile_id), title_ids, data.folder_id, data.tags
    )
    return AddedOut(added)


@post(
    "/watchlist/bulk-upload",
    guards=[signed_in],
    responses=problems(*OWN, TitleNotFound, FolderNotFound, ListFull, Invalid),
)
async def add_many_to_watchlist(
    profile_id: FromPath[UUID], data: JSONBody[BulkUploadIn], work: NamedDependency[Work]
) -> AddedOut:
    """Put several titles on top of a list: all of them, or none where one is not there."""
    title_ids = [TitleId(one) for one in data.title_ids]
    added = await watchlists.add_titles(
        work, ProfileId(profile_id), title_ids, data.folder_id, data.tags
    )
    return AddedOut(added)


@post(
    "/watchlist/reorder",
    guards=[signed_in],
    status_code=204,
    responses=problems(*OWN, Invalid),
)
async def reorder_watchlist(
    profile_id: FromPath[UUID], data: JSONBody[OrderIn], work: NamedDependency[Work]
) -> None:
    """Put titles first, in this order."""
    title_ids = [TitleId(one) for one in data.title_ids]
    await watchlists.reorder_watchlist(work, ProfileId(profile_id), title_ids)


@post(
    "/watchlist/bulk",
    guards=[signed_in],
    status_code=204,
    responses=problems(*OWN, FolderNotFound, Invalid),
)
async def change_many(
    profile_id: FromPath[UUID], data: JSONBody[BulkChangeIn], work: NamedDependency[Work]
) -> None:
    """Move, tag or take off several titles at once."""
    await watchlists.change_titles(work, ProfileId(profile_id), data.to_change())


@delete("/watchlist/{title_id:uuid}", guards=[signed_in], responses=problems(*OWN))
async def remove_from_watchlist(
    profile_id: FromPath[UUID], title_id: FromPath[UUID], work: NamedDependency[Work]
) -> None:
    """Take a title off a list."""
    await watchlists.remove_title(work, ProfileId(profile_id), TitleId(title_id))


@delete("/watchlist/clear", guards=[signed_in], responses=problems(*OWN))
async def clear_watchlist(profile_id: FromPath[UUID], work: NamedDependency[Work]) -> None:
    """Take everything off a list; its folders stay."""
    await watchlists.clear_watchlist(work, ProfileId(profile_id))


@get("/watchlist/export", guards=[signed_in], responses=problems(*OWN, Invalid))
async def export_watchlist(
    profile_id: FromPath[UUID],
    work: NamedDependency[Work],
    form: FromQuery[FileForm] = FileForm.JSON,
) -> Response[bytes]:
    """Write a list out as a file of JSON or CSV, which can be imported again."""
    entries = await watchlists.export_watchlist(
        work, ProfileId(profile_id), is_flat=form is FileForm.CSV
    )
    return as_file("watchlist", entries, form)


@post(
    "/watchlist/import",
    guards=[signed_in],
    status_code=200,
    request_max_body_size=IMPORT_LIMIT_BYTES,
    responses=problems(*OWN, ListFull, Invalid),
)
async def import_watchlist(
    profile_id: FromPath[UUID], data: JSONBody[ImportIn], work: NamedDependency[Work]
) -> ImportedOut:
    """Put what a file names on a list, by number or by name; tell which lines were not found."""
    entries = read_entries(data.content, is_csv=data.form == "csv")
    if len(entries) > LIST_LIMIT:
        raise ListFull(LIST_LIMIT, "titles")
    return ImportedOut.of(await watchlists.import_watchlist(work, ProfileId(profile_id), entries))


# --- folders and links ----------------------------------------------------------------------------


@post(
    "/watchlist/folders",
    guards=[signed_in],
    responses=problems(*OWN, FolderExists, ListFull, Invalid),
)
async def add_folder(
    profile_id: FromPath[UUID], data: JSONBody[FolderIn], work: NamedDependency[Work]
) -> FolderOut:
    """Make a folder."""
    return FolderOut.of(await watchlists.add_folder(work, ProfileId(profile_id), data.name))


@patch(
    "/watchlist/folders/{folder_id:uuid}",
    guards=[signed_in],
    responses=problems(*OWN, FolderNotFound, FolderExists, Invalid),
)
async def rename_folder(
    profile_id: FromPath[UUID],
    folder_id: FromPath[UUID],
    data: JSONBody[FolderIn],
    work: NamedDependency[Work],
) -> FolderOut:
    """Call a folder otherwise."""
    row = await watchlists.rename_folder(work, ProfileId(profile_id), folder_id, data.name)
    return FolderOut.of(row)


@delete(
    "/watchlist/folders/{folder_id:uuid}",
    guards=[signed_in],
    responses=problems(*OWN, FolderNotFound),
)
async def remove_folder(
    profile_id: FromPath[UUID], folder_id: FromPath[UUID], work: NamedDependency[Work]
) -> None:
    """Remove a folder; what was in it stays on the list."""
    await watchlists.remove_folder(work, ProfileId(profile_id), folder_id)


@get("/watchlist/shares", guards=[signed_in], responses=problems(*OWN))
async def list_shares(profile_id: FromPath[UUID], work: NamedDependency[Work]) -> SharesOut:
    """List the links to a list."""
    return SharesOut.of(await watchlists.list_shares(work, ProfileId(profile_id)))


@post(
    "/watchlist/shares",
    guards=[signed_in],
    responses=problems(*OWN, FolderNotFound, ListFull, Invalid),
)
async def share_watchlist(
    profile_id: FromPath[UUID], data: JSONBody[ShareIn], work: NamedDependency[Work]
) -> ShareOut:
    """Make a link to a list, or to a folder of it."""
    row = await watchlists.share_watchlist(work, ProfileId(profile_id), data.folder_id)
    return ShareOut.of(row)


@delete(
    "/watchlist/shares/{share_id:uuid}",
    guards=[signed_in],
    responses=problems(*OWN, ShareNotFound),
)
async def revoke_share(
    profile_id: FromPath[UUID], share_id: FromPath[UUID], work: NamedDependency[Work]
) -> None:
    """Let a link lead nowhere from now on."""
    await watchlists.revoke_share(work, ProfileId(profile_id), share_id)


@get(
    "/lists/{token:str}",
    guards=[signed_in],
    responses=problems(Unauthenticated, ShareNotFound),
)
async def open_share(
    token: FromPath[str],
    work: NamedDependency[Work],
    media_addresses: NamedDependency[MediaAddresses],
) -> SharedListOut:
    """Show a list to whoever has its link: only what they may see themselves."""
    return SharedListOut.of(await watchlists.open_share(work, media_addresses, token))


handlers = [
    get_watchlist,
    add_to_watchlist,
    add_many_to_watchlist,
    reorder_watchlist,
    change_many,
    clear_watchlist,
    remove_from_watchlist,
    export_watchlist,
    import_watchlist,
    add_folder,
    rename_folder,
    remove_folder,
    list_shares,
    share_watchlist,
    revoke_share,
]
