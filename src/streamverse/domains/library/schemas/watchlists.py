"""The JSON of lists."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from msgspec import Meta, Struct

from streamverse.domains.catalog.contracts import TitleId
from streamverse.domains.catalog.public import TitleCardOut
from streamverse.domains.library.models import FolderRow, ShareRow
from streamverse.domains.library.rules.lists import LIST_LIMIT
from streamverse.domains.library.service.watchlists import (
    BulkChange,
    Imported,
    Listed,
    SharedList,
    Watchlist,
)

TitleIds = Annotated[list[UUID], Meta(max_length=LIST_LIMIT)]
Tags = Annotated[list[Annotated[str, Meta(max_length=200)]], Meta(max_length=100)]
Name = Annotated[str, Meta(max_length=200)]


class FolderOut(Struct):
    """A folder of a list."""

    id: UUID
    name: str

    @classmethod
    def of(cls, row: FolderRow) -> Self:
        """Show a folder."""
        return cls(row.id, row.name)


class ListedOut(Struct):
    """A title on a list."""

    title: TitleCardOut
    folder_id: UUID | None
    tags: list[str]
    added_at: datetime

    @classmethod
    def of(cls, listed: Listed) -> Self:
        """Show a title on a list."""
        row = listed.row
        return cls(listed.card, row.folder_id, row.tags, row.added_at)


class WatchlistOut(Struct):
    """A list in its own order, whole: it has at most 500 titles."""

    items: list[ListedOut]
    folders: list[FolderOut]

    @classmethod
    def of(cls, watchlist: Watchlist) -> Self:
        """Show a list."""
        return cls(
            [ListedOut.of(listed) for listed in watchlist.items],
            [FolderOut.of(row) for row in watchlist.folders],
        )


class ListedIn(Struct):
    """A title to be put on a list."""

    title_id: UUID
    folder_id: UUID | None = None
    tags: Tags = []


class BulkUploadIn(Struct):
    """Titles to be put on a list together."""

    title_ids: TitleIds
    folder_id: UUID | None = None
    tags: Tags = []


class AddedOut(Struct):
    """How many titles were not on the list before."""

    added: int


class OrderIn(Struct):
    """What comes first, in this order; all else stays as it was behind it."""

    title_ids: TitleIds


class BulkChangeIn(Struct):
    """What to do to several titles of a list: move into a folder or out of all, tag, take off."""

    title_ids: TitleIds
    action: Literal["move", "tag", "remove"]
    folder_id: UUID | None = None
    added_tags: Tags = []
    removed_tags: Tags = []

    def to_change(self) -> BulkChange:
        """Give what to do."""
        is_tagged = self.action == "tag"
        return BulkChange(
            title_ids=[TitleId(one) for one in self.title_ids],
            folder_id=self.folder_id if self.action == "move" else None,
            is_moved=self.action == "move",
            added_tags=self.added_tags if is_tagged else (),
            removed_tags=self.removed_tags if is_tagged else (),
            is_removed=self.action == "remove",
        )


class FolderIn(Struct):
    """A folder to be made, or a new name for one."""

    name: Name


class ShareIn(Struct):
    """What to share: the whole list, or a folder of it."""

    folder_id: UUID | None = None


class ShareOut(Struct):
    """A link to a list: `/lists/{token}` of the web app."""

    id: UUID
    folder_id: UUID | None
    token: str
    created_at: datetime

    @classmethod
    def of(cls, row: ShareRow) -> Self:
        """Show a link."""
        return cls(row.id, row.folder_id, row.token, row.created_at)


class SharesOut(Struct):
    """The links to a list."""

    items: list[ShareOut]

    @classmethod
    def of(cls, rows: Sequence[ShareRow]) -> Self:
        """Show links."""
        return cls([ShareOut.of(row) for row in rows])


class SharedListOut(Struct):
    """Somebody's list as others see it; the name is that of the folder, if it is one."""

    name: str
    items: list[TitleCardOut]

    @classmethod
    def of(cls, shared: SharedList) -> Self:
        """Show a list."""
        return cls(shared.name, list(shared.cards))


class ImportIn(Struct):
    """A list as a file has it."""

    content: Annotated[str, Meta(max_length=500_000)]
    form: Literal["json", "csv"] = "json"


class MissingOut(Struct):
    """A line of the file whose title is not here."""

    line: int
    title: str


class ImportedOut(Struct):
    """What became of a file."""

    added: int
    known: int
    missing: list[MissingOut]

    @classmethod
    def of(cls, imported: Imported) -> Self:
        """Show the outcome."""
        missing = [MissingOut(line, title) for line, title in imported.missing]
        return cls(imported.added, imported.known, missing)
