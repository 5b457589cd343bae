"""Titles for files: films, episodes in their seasons, bonus material beside what it is about."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from uuid import UUID

from streamverse.domains.catalog import public as catalog
from streamverse.domains.catalog.contracts import RelationKind, TitleId, TitleKind, TitlePatch
from streamverse.domains.intake.contracts import ExtraKind
from streamverse.domains.intake.models import ContainerRow, FileRow
from streamverse.domains.intake.repository import Containers, Files
from streamverse.domains.intake.rules.file_names import (
    Episodes,
    Extra,
    Film,
    Unclear,
    Understood,
    season_folder_of,
)
from streamverse.kit.clock import new_id

if TYPE_CHECKING:
    from streamverse.domains.intake.rules.release_names import Words
    from streamverse.kit.work import Work

NAME_LIMIT = 200
_RELATIONS = {ExtraKind.TRAILER: RelationKind.TRAILER, ExtraKind.BONUS: RelationKind.BONUS}


@dataclass(frozen=True, slots=True)
class Placed:
    """The title of a file, what it stands beneath, and what it belongs to."""

    title_id: TitleId
    parent_id: TitleId | None
    root_id: TitleId


async def find_kept(work: Work, row: FileRow | ContainerRow) -> TitleId | None:
    """Find the title of what lies in a folder, unless somebody deleted it."""
    if row.title_id is None:
        return None
    title_id = TitleId(row.title_id)
    return title_id if await catalog.is_kept(work, title_id) else None


@dataclass(slots=True)
class Shelf:
    """What is known of the titles during a scan, so that nothing is asked twice."""

    owners: dict[str, set[UUID]] = field(default_factory=dict[str, set[UUID]])
    containers: dict[str, TitleId] = field(default_factory=dict[str, TitleId])
    episodes: dict[TitleId, dict[int, TitleId]] = field(
        default_factory=dict[TitleId, dict[int, TitleId]]
    )

    def note_owner(self, path: str, understood: Understood, root_id: UUID) -> None:
        """Remember whose a folder is: bonus material in it belongs to that."""
        folder = PurePosixPath(path).parent
        if isinstance(understood, Extra) or (
            isinstance(understood, Film) and understood.words.edition
        ):
            return
        if isinstance(understood, Episodes) and season_folder_of(folder.name) is not None:
            self.owners.setdefault(str(folder.parent), set()).add(root_id)
        self.owners.setdefault(str(folder), set()).add(root_id)

    def owner_of(self, folder: str) -> TitleId | None:
        """Tell whose a folder is, if it is one title's alone."""
        found = self.owners.get(folder, set())
        return TitleId(next(iter(found))) if len(found) == 1 else None


async def shelve(work: Work, shelf: Shelf, path: str, understood: Understood) -> Placed | Unclear:
    """Make the title of a file, or say why that is not clear."""
    match understood:
        case Film():
            placed = await _shelve_film(work, shelf, path, understood)
        case Episodes():
            placed = await _shelve_episode(work, shelf, understood)
        case Extra():
            owner = shelf.owner_of(understood.of_folder)
            placed = await add_extra(work, understood, owner) if owner else Unclear.WHOSE_EXTRA
    if isinstance(placed, Placed):
        shelf.note_owner(path, understood, placed.root_id)
    return placed


async def _shelve_film(work: Work, shelf: Shelf, path: str, film: Film) -> Placed:
    title_id = await catalog.add_title(work, TitleKind.MOVIE, film_patch(film))
    main = shelf.owner_of(str(PurePosixPath(path).parent)) if film.words.edition else None
    if main is not None and "/" in path:
        await catalog.relate(work, main, title_id, RelationKind.VERSION)
    return Placed(title_id, None, title_id)


def film_patch(film: Film) -> TitlePatch:
    """Say what the name of a file says of a film."""
    words = film.words
    name = f"{words.name}: {words.edition}" if words.edition else words.name
    return _patch(name, words.year, words.ids)


async def _shelve_episode(work: Work, shelf: Shelf, found: Episodes) -> Placed | Unclear:
    key = _key(found.show)
    series_id = await _ensure(work, shelf, key, TitleKind.SERIES, _show_patch(found.show), None)
    season_id = await _season(work, shelf, found, series_id)
    if season_id is None or not await catalog.is_kept(work, season_id):
        return Unclear.CONTAINER_DELETED
    if season_id not in shelf.episodes:
        shelf.episodes[season_id] = dict(await catalog.find_numbered(work, season_id))
    numbers = shelf.episodes[season_id]
    title_id = numbers.get(found.numbers[0])
    if title_id is not None and await Files(work).has_title(title_id):
        return Unclear.TWICE
    if title_id is None:
        title_id = await catalog.add_title(
            work, TitleKind.EPISODE, episode_patch(found), parent_id=season_id
        )
    for number in found.numbers:
        numbers[number] = title_id
    return Placed(title_id, season_id, series_id)


def episode_patch(found: Episodes) -> TitlePatch:
    """Say what the name of a file says of an episode, or of several in one file."""
    first, last = found.numbers[0], found.numbers[-1]
    default = f"Episode {first}" if first == last else f"Episodes {first}-{last}"
    if found.aired_on is not None:
        day = found.aired_on
        patch = _patch(found.name or day.isoformat(), day.year, {})
        return TitlePatch(name=patch.name, year=patch.year, number=first, released_on=day)
    return TitlePatch(name=_cut(found.name or default), number=first)


async def _season(work: Work, shelf: Shelf, found: Episodes, series_id: TitleId) -> TitleId | None:
    """Give the season of an episode, made if it is not there; None where its series is deleted."""
    key = f"{_key(found.show)}/{found.season}"
    if key not in shelf.containers and not await catalog.is_kept(work, series_id):
        return None
    name = f"Season {found.season}" if found.season else "Specials"
    patch = TitlePatch(name=name, number=found.season)
    return await _ensure(work, shelf, key, TitleKind.SEASON, patch, series_id)


def _key(show: Words) -> str:
    """Give what makes a show the same one in each folder: its name and its year.

    >>> from streamverse.domains.intake.rules.release_names import Words
    >>> _key(Words("The  Show", 2008))
    'the show (2008)'
    """
    name = " ".join(unicodedata.normalize("NFKC", show.name).casefold().split())
    return f"{name} ({show.year})" if show.year else name


def _show_patch(show: Words) -> TitlePatch:
    return _patch(show.name, show.year, show.ids)


async def _ensure(  # noqa: PLR0917 - the shelf, and everything about what is put on it
    work: Work,
    shelf: Shelf,
    key: str,
    kind: TitleKind,
    patch: TitlePatch,
    parent_id: TitleId | None,
) -> TitleId:
    if key not in shelf.containers:
        row = await Containers(work).find(key)
        if row is None:
            title_id = await catalog.add_title(work, kind, patch, parent_id=parent_id)
            row = ContainerRow(id=new_id(), key=key, title_id=title_id, is_shown=False)
            Containers(work).add(row)
        shelf.containers[key] = TitleId(row.title_id)
    return shelf.containers[key]


async def add_extra(work: Work, extra: Extra, owner: TitleId) -> Placed:
    """Make the title of a trailer or of bonus material, beside what it is about."""
    title_id = await catalog.add_title(work, TitleKind.CLIP, _patch(extra.name, None, {}))
    await catalog.relate(work, owner, title_id, _RELATIONS[extra.kind])
    return Placed(title_id, None, owner)


def _patch(name: str, year: int | None, ids: Mapping[str, str]) -> TitlePatch:
    said = TitlePatch(name=_cut(name), year=year)
    return TitlePatch(name=said.name, year=year, external_ids=dict(ids)) if ids else said


def _cut(name: str) -> str:
    # Some letters become several in the form that the catalogue keeps.
    return unicodedata.normalize("NFC", name)[:NAME_LIMIT]
