"""Folders over HTTP."""

from __future__ import annotations

from uuid import UUID

from litestar import Response, Router, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from streamverse.domains.catalog.contracts import TitleId
from streamverse.domains.catalog.public import TitleNotFound
from streamverse.domains.intake.contracts import FileId, FolderId, MatchState
from streamverse.domains.intake.errors import (
    EntryNotFound,
    FileNotFound,
    FileUnderWay,
    FolderNested,
    FolderNotFound,
    SourceBusy,
    SourceMissing,
    SourceRefused,
    TitleNotMatchable,
)
from streamverse.domains.intake.repository import Matches
from streamverse.domains.intake.schemas import (
    CandidateOut,
    CandidatesOut,
    ChosenIn,
    DecisionIn,
    ExtraIn,
    FolderChangeIn,
    FolderIn,
    IntakeProblemOut,
    LibraryFileOut,
    LibraryFilesOut,
    LibraryFolderOut,
    LibraryFoldersOut,
    MatchDecisionIn,
    MatchesOut,
    MatchOut,
    NoneOfTheseIn,
    PlacesOut,
    SetAsideIn,
    TakeAgainIn,
    Which,
)
from streamverse.domains.intake.service import folders, matches, matching
from streamverse.domains.intake.service.matches import MatchDesk
from streamverse.domains.intake.service.matching import Entry
from streamverse.domains.media.public import MediaAddresses
from streamverse.kit.errors import Forbidden, Invalid, Unauthenticated
from streamverse.kit.fetching import FetchFailed
from streamverse.kit.folders import FolderRefused, FolderUnreadable, Roots
from streamverse.kit.http import may, problems
from streamverse.kit.paging import CursorInvalid
from streamverse.kit.reach import AddressRefused
from streamverse.kit.work import Work, Workshop

ASKED = problems(
    Unauthenticated,
    Forbidden,
    TitleNotFound,
    EntryNotFound,
    SourceMissing,
    SourceRefused,
    SourceBusy,
    TitleNotMatchable,
    FetchFailed,
    AddressRefused,
    Invalid,
)
# Pictures of the sources have names of their own: another picture has another name.
A_DAY = {"Cache-Control": "private, max-age=86400"}


@get("/", guards=[may("titles.edit")], responses=problems(Unauthenticated, Forbidden))
async def list_folders(work: NamedDependency[Work]) -> LibraryFoldersOut:
    """List the folders of the library, with what is in them and how far their scans are."""
    return await _all(work)


@get(
    "/places",
    guards=[may("storage.manage")],
    responses=problems(Unauthenticated, Forbidden, FolderRefused, FolderUnreadable),
)
async def list_places(
    work: NamedDependency[Work],
    library_roots: NamedDependency[Roots],
    path: FromQuery[str] = "",
) -> PlacesOut:
    """List folders of the server that could be added: at the top, or right beneath one."""
    return PlacesOut(list(await folders.list_places(work, library_roots, path)))


@post(
    "/",
    guards=[may("storage.manage")],
    responses=problems(Unauthenticated, Forbidden, FolderRefused, FolderNested),
)
async def add_folder(
    data: JSONBody[FolderIn],
    work: NamedDependency[Work],
    library_roots: NamedDependency[Roots],
) -> LibraryFoldersOut:
    """Add a folder, and look through it; one that was removed goes on where it stopped."""
    await folders.add_folder(work, library_roots, data.path, data.kind, is_watched=data.is_watched)
    return await _all(work)


@put(
    "/{folder_id:uuid}",
    guards=[may("storage.manage")],
    responses=problems(Unauthenticated, Forbidden, FolderNotFound),
)
async def change_folder(
    folder_id: FromPath[UUID], data: JSONBody[FolderChangeIn], work: NamedDependency[Work]
) -> LibraryFoldersOut:
    """Say otherwise what lies in a folder, and whether it is watched."""
    await folders.change_folder(work, FolderId(folder_id), data.kind, is_watched=data.is_watched)
    return await _all(work)


@delete(
    "/{folder_id:uuid}",
    guards=[may("storage.manage")],
    responses=problems(Unauthenticated, Forbidden, FolderNotFound),
)
async def remove_folder(folder_id: FromPath[UUID], work: NamedDependency[Work]) -> None:
    """Leave a folder alone; its titles stay, and nothing on the disk is touched."""
    await folders.remove_folder(work, FolderId(folder_id))


@post(
    "/{folder_id:uuid}/scan",
    guards=[may("titles.edit")],
    status_code=202,
    responses=problems(Unauthenticated, Forbidden, FolderNotFound),
)
async def scan_folder(folder_id: FromPath[UUID], work: NamedDependency[Work]) -> None:
    """Look through a folder now."""
    await folders.scan_now(work, FolderId(folder_id))


@get(
    "/{folder_id:uuid}/files",
    guards=[may("titles.edit")],
    responses=problems(Unauthenticated, Forbidden, FolderNotFound, CursorInvalid),
)
async def list_files(
    folder_id: FromPath[UUID],
    work: NamedDependency[Work],
    which: FromQuery[Which] = "unclear",
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
) -> LibraryFilesOut:
    """List the files of a folder in a state, by path."""
    page = await folders.list_files(work, FolderId(folder_id), which, cursor=cursor, limit=limit)
    return LibraryFilesOut.of(page)


@post(
    "/files/{file_id:uuid}",
    guards=[may("titles.edit")],
    status_code=200,
    responses=problems(
        Unauthenticated,
        Forbidden,
        FileNotFound,
        FileUnderWay,
        FolderNotFound,
        TitleNotFound,
        Invalid,
    ),
)
async def decide_file(
    file_id: FromPath[UUID], data: JSONBody[DecisionIn], work: NamedDependency[Work]
) -> LibraryFileOut:
    """Say what a file is, that it is to be left alone, or that it is to be taken in again."""
    which, said = FileId(file_id), data.decision
    match said:
        case SetAsideIn():
            row = await folders.set_aside(work, which)
        case TakeAgainIn():
            row = await folders.take_again(work, which)
        case ExtraIn():
            owner_id = TitleId(said.of_title_id)
            row = await folders.explain_extra(work, which, said.understood(), owner_id)
        case _:
            row = await folders.explain_file(work, which, said.understood())
    return LibraryFileOut.of(row)


async def _all(work: Work) -> LibraryFoldersOut:
    shown = await folders.list_folders(work)
    return LibraryFoldersOut([LibraryFolderOut.of(each) for each in shown])


# --- matches --------------------------------------------------------------------------------------


@get(
    "/", guards=[may("titles.edit")], responses=problems(Unauthenticated, Forbidden, CursorInvalid)
)
async def list_matches(  # noqa: PLR0917 - what the framework injects, by name
    work: NamedDependency[Work],
    match_desk: NamedDependency[MatchDesk],
    media_addresses: NamedDependency[MediaAddresses],
    which: FromQuery[MatchState] = MatchState.UNSURE,
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
) -> MatchesOut:
    """List the films and series whose entry is not sure, or not known, or known."""
    page = await matches.list_matches(work, media_addresses, which, cursor=cursor, limit=limit)
    failure = await matching.find_failure(work)
    said = failure.problem if failure else None
    return MatchesOut(
        items=[MatchOut.of(each) for each in page.items],
        next_cursor=page.next_cursor,
        counts=dict(await Matches(work).count()),
        sources=match_desk.sources.names,
        problem=IntakeProblemOut(said["code"], said["detail"]) if said else None,
    )


@get("/{title_id:uuid}/candidates", guards=[may("titles.edit")], responses=ASKED)
async def search_candidates(  # noqa: PLR0917 - what the framework injects, by name
    title_id: FromPath[UUID],
    work: NamedDependency[Work],
    workshop: NamedDependency[Workshop],
    match_desk: NamedDependency[MatchDesk],
    name: FromQuery[str] = "",
    year: FromQuery[int | None] = None,
) -> CandidatesOut:
    """Search all sources by hand for what a title may be; without a name, by its own."""
    found = await match_desk.search(workshop, work, TitleId(title_id), name, year)
    return CandidatesOut([CandidateOut.of(each) for each in found])


@post("/{title_id:uuid}", guards=[may("titles.edit")], status_code=200, responses=ASKED)
async def decide_match(  # noqa: PLR0917 - what the framework injects, by name
    title_id: FromPath[UUID],
    data: JSONBody[MatchDecisionIn],
    work: NamedDependency[Work],
    workshop: NamedDependency[Workshop],
    match_desk: NamedDependency[MatchDesk],
    media_addresses: NamedDependency[MediaAddresses],
) -> MatchOut:
    """Say which entry a title is, or none; or take what a source says of it by itself."""
    which, said = TitleId(title_id), data.decision
    match said:
        case ChosenIn():
            row = await match_desk.choose(workshop, work, which, Entry(said.source, said.number))
        case NoneOfTheseIn():
            row = await match_desk.set_aside(workshop, work, which)
        case _:
            row = await match_desk.fetch(workshop, work, which)
    return MatchOut.of(await matches.show_match(work, media_addresses, row))


@get("/picture", guards=[may("titles.edit")], responses=ASKED)
async def get_picture(
    match_desk: NamedDependency[MatchDesk], picture: FromQuery[str]
) -> Response[bytes]:
    """Show a small picture of an entry, through this server: its source does not see who looks."""
    content, media_type = await match_desk.thumbnail(picture)
    return Response(content, media_type=media_type, headers=A_DAY)


folders_router = Router(
    path="/admin/folders",
    route_handlers=[
        list_folders,
        list_places,
        add_folder,
        change_folder,
        remove_folder,
        scan_folder,
        list_files,
        decide_file,
    ],
    tags=["intake"],
)
matches_router = Router(
    path="/admin/matches",
    route_handlers=[list_matches, search_candidates, decide_match, get_picture],
    tags=["intake"],
)
router = Router(path="/", route_handlers=[folders_router, matches_router])
