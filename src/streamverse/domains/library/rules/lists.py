"""How lists are kept in order, and how they are read."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar
from uuid import UUID

import msgspec

from streamverse.domains.library.contracts import ListEntry
from streamverse.kit.errors import FieldProblem, Invalid
from streamverse.kit.spreadsheets import plain

T = TypeVar("T")

LIST_LIMIT, FOLDER_LIMIT, SHARE_LIMIT = 500, 50, 20
TAG_LIMIT, TAG_LENGTH, FOLDER_LENGTH = 10, 30, 60
ENTRY_FIELDS = ("title_id", "title", "year", "folder", "tags")


def reordered(current: Sequence[T], wanted: Iterable[T]) -> list[T]:
    """Put what is wanted first, in that order, and all else after it as it was."""
    known = set(current)
    first = [one for one in dict.fromkeys(wanted) if one in known]
    moved = set(first)
    return first + [one for one in current if one not in moved]


def tidy_tags(tags: Iterable[str]) -> list[str]:
    """Clean tags: one line each, none twice, in the order of the alphabet."""
    cleaned = (" ".join(tag.split()) for tag in tags)
    kept = {tag.casefold(): tag for tag in cleaned if tag}
    if len(kept) > TAG_LIMIT or any(len(tag) > TAG_LENGTH for tag in kept.values()):
        raise Invalid(
            f"Use at most {TAG_LIMIT} tags of up to {TAG_LENGTH} letters each.",
            fields=(FieldProblem("tags", "There are too many, or one is too long."),),
        )
    return [kept[key] for key in sorted(kept)]


def tidy_folder(name: str) -> str:
    """Clean the name of a folder."""
    tidied = " ".join(name.split())
    if not 0 < len(tidied) <= FOLDER_LENGTH:
        raise Invalid(
            f"Give the folder a name of 1 to {FOLDER_LENGTH} letters.",
            fields=(FieldProblem("name", f"Enter 1 to {FOLDER_LENGTH} letters."),),
        )
    return tidied


def read_entries(content: str, *, is_csv: bool) -> list[ListEntry]:
    """Read a list that was written out, here or elsewhere, or refuse what is none."""
    try:
        return _read_csv(content) if is_csv else _read_json(content)
    except (csv.Error, ValueError, msgspec.MsgspecError) as malformed:
        raise Invalid(
            "This is not a list: give the JSON or CSV that a list is exported as, "
            f"with the columns {', '.join(ENTRY_FIELDS)}.",
            fields=(FieldProblem("content", f"{malformed}"),),
        ) from malformed


class _EntryIn(msgspec.Struct):
    title_id: UUID | None = None
    title: str = ""
    year: int | None = None
    folder: str | None = None
    tags: list[str] = []

    def entry(self) -> ListEntry:
        return ListEntry(self.title_id, self.title, self.year, self.folder or "", tuple(self.tags))


class _ListIn(msgspec.Struct):
    items: list[_EntryIn]


def _read_json(content: str) -> list[ListEntry]:
    return [one.entry() for one in msgspec.json.decode(content, type=_ListIn).items]


def _read_csv(content: str) -> list[ListEntry]:
    reader = csv.DictReader(io.StringIO(content.removeprefix("\ufeff")), strict=True)
    if not {"title_id", "title"} & set(reader.fieldnames or ()):
        raise ValueError("There is neither a column title_id nor a column title.")
    return [_read_row(row) for row in reader]


def _read_row(row: Mapping[str, str | None]) -> ListEntry:
    def cell(name: str) -> str:
        return plain((row.get(name) or "").strip())

    return ListEntry(
        title_id=UUID(cell("title_id")) if cell("title_id") else None,
        title=cell("title"),
        year=int(cell("year")) if cell("year") else None,
        folder=cell("folder"),
        tags=tuple(tag for tag in cell("tags").split(";") if tag.strip()),
    )
