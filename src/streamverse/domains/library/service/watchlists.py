"""Somebody's list: what is on it, in which order, in which folders, and who else may see it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from streamverse.domains.catalog import public as catalog
from streamverse.domains.catalog.contracts import TitleId
from streamverse.domains.identity.contracts import AccountId, Exporter
from streamverse.domains.library.contracts import ListEntry
from streamverse.domains.library.errors import (
    FolderExists,
    FolderNotFound,
    ListFull,
    ShareNotFound,
)
from streamverse.domains.library.models import FolderRow, ShareRow, WatchlistRow
from streamverse.domains.library.repository import Folders, Shares, Watchlists
from streamverse.domains.library.rules.lists import (
    FOLDER_LIMIT,
    LIST_LIMIT,
    SHARE_LIMIT,
    reordered,
    tidy_folder,
    tidy_tags,
)
from streamverse.domains.media.public import MediaAddresses
from streamverse.domains.profiles import public as profiles
from streamverse.domains.profiles.contracts import ProfileId
from streamverse.kit.clock import new_id
from streamverse.kit.tokens import new_secret
from streamverse.kit.work import Work


@dataclass(frozen=True, slots=True)
class Listed:
    """A title on a list."""

    row: WatchlistRow
    card: catalog.TitleCardOut


@dataclass(frozen=True, slots=True)
class Watchlist:
    """A list with its folders, in its own order."""

    items: Sequence[Listed]
    folders: Sequence[FolderRow]


@dataclass(frozen=True, slots=True)
class SharedList:
    """What others see of a list."""

    name: str
    cards: Sequence[catalog.TitleCardOut]


@dataclass(frozen=True, slots=True)
class BulkChange:
    """What to do to several titles of a list at once."""

    title_ids: Sequence[TitleId]
    folder_id: UUID | None = None
    is_moved: bool = False
    added_tags: Sequence[str] = ()
    removed_tags: Sequence[str] = ()
    is_removed: bool = False


@dataclass(slots=True)
class Imported:
    """What became of the entries of a file; lines count from one, without the header."""

    added: int = 0
    known: int = 0
    missing: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])


async def get_watchlist(work: Work, addresses: MediaAddresses, profile_id: ProfileId) -> Watchlist:
    """Give a list; what the actor may not see is left out."""
    await profiles.get_own_profile(work, profile_id)
    rows = await Watchlists(work).of_profile(profile_id)
    cards = await catalog.show_cards(work, addresses, [TitleId(row.title_id) for row in rows])
    items = [
        Listed(row, cards[title_id]) for row in rows if (title_id := TitleId(row.title_id)) in cards
    ]
    return Watchlist(items, await Folders(work).of_profile(profile_id))


async def add_titles(
    work: Work,
    profile_id: ProfileId,
    title_ids: Sequence[TitleId],
    folder_id: UUID | None = None,
    tags: Iterable[str] = (),
) -> int:
    """Put titles on top of a list, and tell how many were not on it; all of them or none."""
    await profiles.get_own_profile(work, profile_id)
    wanted = list(dict.fromkeys(title_ids))
    visible = await catalog.keep_visible(work, wanted)
    for title_id in wanted:
        if title_id not in visible:
            raise catalog.TitleNotFound(title_id)
    if folder_id is not None:
        await _get_folder(work, profile_id, folder_id)
    return await _add(work, profile_id, wanted, folder_id, tidy_tags(tags))


async def _add(
    work: Work,
    profile_id: ProfileId,
    title_ids: Sequence[TitleId],
    folder_id: UUID | None,
    tags: list[str],
) -> int:
    watchlists = Watchlists(work)
    rows = await watchlists.of_profile(profile_id, is_locked=True)
    known = {row.title_id for row in rows}
    new = [title_id for title_id in title_ids if title_id not in known]
    if len(rows) + len(new) > LIST_LIMIT:
        raise ListFull(LIST_LIMIT, "titles")
    first = min((row.position for row in rows), default=0) - len(new)
    for place, title_id in enumerate(new):
        watchlists.add(
            WatchlistRow(
                profile_id=profile_id,
                title_id=title_id,
                folder_id=folder_id,
                tags=tags,
                position=first + place,
                added_at=work.now,
            )
        )
    await work.session.flush()
    return len(new)


async def remove_title(work: Work, profile_id: ProfileId, title_id: TitleId) -> None:
    """Take a title off a list; one that is not on it is off it already."""
    await profiles.get_own_profile(work, profile_id)
    await Watchlists(work).remove(profile_id, [title_id])


async def clear_watchlist(work: Work, profile_id: ProfileId) -> None:
    """Take everything off a list; its folders stay."""
    await profiles.get_own_profile(work, profile_id)
    await Watchlists(work).clear(profile_id)


async def reorder_watchlist(
    work: Work, profile_id: ProfileId, title_ids: Sequence[TitleId]
) -> None:
    """Put titles first, in this order, and all others after them as they were."""
    await profiles.get_own_profile(work, profile_id)
    rows = await Watchlists(work).of_profile(profile_id, is_locked=True)
    by_id = {TitleId(row.title_id): row for row in rows}
    for position, title_id in enumerate(reordered(list(by_id), title_ids)):
        by_id[title_id].position = position


async def change_titles(work: Work, profile_id: ProfileId, change: BulkChange) -> None:
    """Move, tag or take off several titles at once."""
    await profiles.get_own_profile(work, profile_id)
    if change.folder_id is not None:
        await _get_folder(work, profile_id, change.folder_id)
    if change.is_removed:
        await Watchlists(work).remove(profile_id, change.title_ids)
        return
    wanted, gone = set(change.title_ids), {tag.casefold() for tag in change.removed_tags}
    for row in await Watchlists(work).of_profile(profile_id, is_locked=True):
        if row.title_id not in wanted:
            continue
        if change.is_moved:
            row.folder_id = change.folder_id
        kept = [tag for tag in row.tags if tag.casefold() not in gone]
        row.tags = tidy_tags((*kept, *change.added_tags))


# --- folders --------------------------------------------------------------------------------------


async def add_folder(work: Work, profile_id: ProfileId, name: str) -> FolderRow:
    """Make a folder."""
    await profiles.get_own_profile(work, profile_id)
    tidied = tidy_folder(name)
    folders = Folders(work)
    others = await folders.of_profile(profile_id)
    if len(others) >= FOLDER_LIMIT:
        raise ListFull(FOLDER_LIMIT, "folders")
    _refuse_twin(others, tidied)
    row = FolderRow(id=new_id(), profile_id=profile_id, name=tidied, created_at=work.now)
    folders.add(row)
    await work.session.flush()
    return row


async def rename_folder(work: Work, profile_id: ProfileId, folder_id: UUID, name: str) -> FolderRow:
    """Call a folder otherwise."""
    await profiles.get_own_profile(work, profile_id)
    row = await _get_folder(work, profile_id, folder_id)
    tidied = tidy_folder(name)
    others = await Folders(work).of_profile(profile_id)
    _refuse_twin([other for other in others if other.id != folder_id], tidied)
    row.name = tidied
    return row


async def remove_folder(work: Work, profile_id: ProfileId, folder_id: UUID) -> None:
    """Remove a folder; what was in it stays on the list."""
    await profiles.get_own_profile(work, profile_id)
    await Folders(work).remove(await _get_folder(work, profile_id, folder_id))


async def _get_folder(work: Work, profile_id: ProfileId, folder_id: UUID) -> FolderRow:
    for row in await Folders(work).of_profile(profile_id):
        if row.id == folder_id:
            return row
    raise FolderNotFound


def _refuse_twin(folders: Sequence[FolderRow], name: str) -> None:
    if any(folder.name.casefold() == name.casefold() for folder in folders):
        raise FolderExists(name)


# --- links ----------------------------------------------------------------------------------------


async def list_shares(work: Work, profile_id: ProfileId) -> Sequence[ShareRow]:
    """List the links to a list."""
    await profiles.get_own_profile(work, profile_id)
    return await Shares(work).of_profile(profile_id)


async def share_watchlist(work: Work, profile_id: ProfileId, folder_id: UUID | None) -> ShareRow:
    """Make a link to a list, or to a folder of it; there is one for each."""
    await profiles.get_own_profile(work, profile_id)
    if folder_id is not None:
        await _get_folder(work, profile_id, folder_id)
    shares = Shares(work)
    others = await shares.of_profile(profile_id)
    for row in others:
        if row.folder_id == folder_id:
            return row
    if len(others) >= SHARE_LIMIT:
        raise ListFull(SHARE_LIMIT, "links")
    row = ShareRow(
        id=new_id(),
        profile_id=profile_id,
        folder_id=folder_id,
        token=new_secret(),
        created_at=work.now,
    )
    shares.add(row)
    return row


async def revoke_share(work: Work, profile_id: ProfileId, share_id: UUID) -> None:
    """Let a link lead nowhere from now on."""
    await profiles.get_own_profile(work, profile_id)
    if not await Shares(work).remove(profile_id, share_id):
        raise ShareNotFound


async def open_share(work: Work, addresses: MediaAddresses, token: str) -> SharedList:
    """Show a list to whoever has its link: only what they may see themselves."""
    share = await Shares(work).find_by_token(token)
    if share is None:
        raise ShareNotFound
    profile_id = ProfileId(share.profile_id)
    rows = await Watchlists(work).of_profile(profile_id)
    folders = {row.id: row.name for row in await Folders(work).of_profile(profile_id)}
    chosen = [
        TitleId(row.title_id)
        for row in rows
        if share.folder_id is None or row.folder_id == share.folder_id
    ]
    cards = await catalog.show_cards(work, addresses, chosen)
    name = folders.get(share.folder_id, "") if share.folder_id else ""
    return SharedList(name, [cards[title_id] for title_id in chosen if title_id in cards])


# --- files ----------------------------------------------------------------------------------------


async def export_watchlist(
    work: Work, profile_id: ProfileId, *, is_flat: bool = False
) -> Sequence[Mapping[str, object]]:
    """Write a list out, as far as the actor may know of its titles; flat, tags are one text."""
    await profiles.get_own_profile(work, profile_id)
    return await _written(work, profile_id, is_everything=False, is_flat=is_flat)


async def import_watchlist(
    work: Work, profile_id: ProfileId, entries: Sequence[ListEntry]
) -> Imported:
    """Put what a file names on top of a list, in its order; tell what was not found."""
    await profiles.get_own_profile(work, profile_id)
    named = await catalog.find_by_names(work, {entry.title for entry in entries if entry.title})
    visible = await catalog.keep_visible(
        work, {TitleId(entry.title_id) for entry in entries if entry.title_id}
    )
    outcome, found = Imported(), list[tuple[TitleId, ListEntry]]()
    for line, entry in enumerate(entries, 1):
        title_id = TitleId(entry.title_id) if entry.title_id else None
        if title_id not in visible:
            title_id = named.get((entry.title, entry.year)) or named.get((entry.title, None))
        if title_id is None:
            outcome.missing.append((line, entry.title or str(entry.title_id or "")))
        else:
            found.append((title_id, entry))
    folders = await _ensure_folders(work, profile_id, (entry.folder for _, entry in found))
    # The last is put on top first, so that the first comes to stand above all.
    for title_id, entry in reversed(found):
        folder_id = folders[entry.folder.casefold()] if entry.folder else None
        added = await _add(work, profile_id, [title_id], folder_id, tidy_tags(entry.tags))
        outcome.added += added
        outcome.known += 1 - added
    return outcome


async def _ensure_folders(
    work: Work, profile_id: ProfileId, names: Iterable[str]
) -> Mapping[str, UUID]:
    known = {row.name.casefold(): row.id for row in await Folders(work).of_profile(profile_id)}
    for name in dict.fromkeys(filter(None, names)):
        if name.casefold() not in known:
            known[name.casefold()] = (await add_folder(work, profile_id, name)).id
    return known


async def _written(
    work: Work, profile_id: ProfileId, *, is_everything: bool, is_flat: bool = False
) -> list[Mapping[str, object]]:
    rows = await Watchlists(work).of_profile(profile_id)
    title_ids = {TitleId(row.title_id) for row in rows}
    kept = title_ids if is_everything else await catalog.keep_visible(work, title_ids)
    names = await catalog.find_names(work, kept)
    folders = {row.id: row.name for row in await Folders(work).of_profile(profile_id)}
    return [
        {
            "title_id": row.title_id,
            "title": names[row.title_id],
            "folder": folders.get(row.folder_id) if row.folder_id else None,
            "tags": ";".join(row.tags) if is_flat else row.tags,
            "added_at": row.added_at,
        }
        for row in rows
        if row.title_id in names
    ]


async def _export_account(work: Work, account_id: AccountId) -> object:
    return [
        {"profile_id": profile_id, **entry}
        for profile_id in await profiles.list_profile_ids(work, account_id)
        for entry in await _written(work, profile_id, is_everything=True)
    ]


EXPORTERS = (Exporter("watchlist", _export_account),)
