"""The JSON of intake."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta, Struct

from streamverse.domains.catalog.contracts import TitleKind
from streamverse.domains.intake.contracts import (
    Candidate,
    ExtraKind,
    FileState,
    FolderKind,
    MatchState,
    SourceName,
)
from streamverse.domains.intake.models import FileRow
from streamverse.domains.intake.rules.file_names import Episodes, Extra, Film, Unclear
from streamverse.domains.intake.rules.release_names import Words
from streamverse.domains.intake.service.folders import ShownFolder
from streamverse.domains.intake.service.matches import ShownMatch
from streamverse.kit.paging import Page

_Path = Annotated[str, Meta(min_length=1, max_length=4096)]
_Name = Annotated[str, Meta(min_length=1, max_length=200)]
_Year = Annotated[int, Meta(ge=1870, le=2200)]
_Number = Annotated[int, Meta(ge=0, le=100_000)]
Which = Literal[
    "growing", "unclear", "set_aside", "waiting", "taken", "ready", "refused", "missing", "changed"
]


class FolderIn(Struct, forbid_unknown_fields=True):
    """A folder of the server, and what lies in it."""

    path: _Path
    kind: FolderKind
    is_watched: bool = True


class FolderChangeIn(Struct, forbid_unknown_fields=True):
    """What is otherwise about a folder."""

    kind: FolderKind
    is_watched: bool


class IntakeProblemOut(Struct):
    """Why something cannot be done: a stable code and a sentence for people."""

    code: str
    detail: str

    @classmethod
    def of(cls, problem: Mapping[str, Any] | None) -> IntakeProblemOut | None:
        """Show a problem, if there is one."""
        return cls(problem["code"], problem["detail"]) if problem else None


class FileCountsOut(Struct):
    """How many files of a folder are in each state."""

    growing: int = 0
    unclear: int = 0
    set_aside: int = 0
    waiting: int = 0
    taken: int = 0
    ready: int = 0
    refused: int = 0
    missing: int = 0
    changed: int = 0


class SkippedOut(Struct):
    """What could not be looked at, and why."""

    path: str
    reason: str


class LibraryFolderOut(Struct):
    """A folder, what is in it, and how far its scan is, from 0 to 1."""

    id: UUID
    path: str
    kind: FolderKind
    is_watched: bool
    counts: FileCountsOut
    skipped: list[SkippedOut]
    problem: IntakeProblemOut | None
    is_scanning: bool
    progress: float | None
    scanned_at: datetime | None

    @classmethod
    def of(cls, shown: ShownFolder) -> LibraryFolderOut:
        """Show a folder."""
        row = shown.row
        return cls(
            id=row.id,
            path=row.path,
            kind=FolderKind(row.kind),
            is_watched=row.is_watched,
            counts=FileCountsOut(**shown.counts),
            skipped=[SkippedOut(path, reason) for path, reason in row.skipped.items()],
            problem=IntakeProblemOut.of(row.problem),
            is_scanning=shown.is_scanning,
            progress=shown.progress,
            scanned_at=row.scanned_at,
        )


class LibraryFoldersOut(Struct):
    """All folders."""

    items: list[LibraryFolderOut]


class PlacesOut(Struct):
    """Folders of the server that could be named."""

    items: list[str]


class LibraryFileOut(Struct):
    """A file of a folder, and what became of it."""

    id: UUID
    path: str
    size_bytes: int
    state: FileState
    reason: Unclear | None
    problem: IntakeProblemOut | None
    is_changed: bool
    is_missing: bool
    title_id: UUID | None

    @classmethod
    def of(cls, row: FileRow) -> LibraryFileOut:
        """Show a file."""
        return cls(
            id=row.id,
            path=row.path,
            size_bytes=row.size_bytes,
            state=FileState(row.state),
            reason=Unclear(row.reason) if row.reason else None,
            problem=IntakeProblemOut.of(row.problem),
            is_changed=row.is_changed,
            is_missing=row.missing_since is not None,
            title_id=row.title_id,
        )


class LibraryFilesOut(Struct):
    """A page of files."""

    items: list[LibraryFileOut]
    next_cursor: str | None

    @classmethod
    def of(cls, page: Page[FileRow]) -> LibraryFilesOut:
        """Show a page."""
        return cls([LibraryFileOut.of(row) for row in page.items], page.next_cursor)


class FilmIn(Struct, tag="film", forbid_unknown_fields=True):
    """A file is a film."""

    name: _Name
    year: _Year | None = None

    def understood(self) -> Film:
        """Give what the file is."""
        return Film(Words(self.name, self.year))


class EpisodeIn(Struct, tag="episode", forbid_unknown_fields=True):
    """A file is an episode of a show."""

    show: _Name
    season: _Number
    number: _Number
    name: Annotated[str, Meta(max_length=200)] = ""
    year: _Year | None = None

    def understood(self) -> Episodes:
        """Give what the file is."""
        return Episodes(Words(self.show, self.year), self.season, (self.number,), self.name)


class ExtraIn(Struct, tag="extra", forbid_unknown_fields=True):
    """A file is bonus material of a title."""

    name: _Name
    of_title_id: UUID
    extra: ExtraKind

    def understood(self) -> Extra:
        """Give what the file is."""
        return Extra(self.name, self.extra, "")


class SetAsideIn(Struct, tag="set_aside", forbid_unknown_fields=True):
    """A file is to be left alone."""


class TakeAgainIn(Struct, tag="take_again", forbid_unknown_fields=True):
    """A file is to be taken in once more."""


class DecisionIn(Struct, forbid_unknown_fields=True):
    """What a file is, or what is to be done with it."""

    decision: FilmIn | EpisodeIn | ExtraIn | SetAsideIn | TakeAgainIn


# --- matches --------------------------------------------------------------------------------------


class CandidateOut(Struct):
    """An entry of a source that a title may be; its picture is shown by the path for pictures."""

    source: SourceName
    number: str
    name: str
    original_name: str | None
    year: int | None
    overview: str
    picture: str | None

    @classmethod
    def of(cls, candidate: Candidate) -> CandidateOut:
        """Show an entry."""
        return cls(
            source=candidate.source,
            number=candidate.number,
            name=candidate.name,
            original_name=candidate.names[0] if candidate.names else None,
            year=candidate.year,
            overview=candidate.overview,
            picture=candidate.picture,
        )


class CandidatesOut(Struct):
    """Entries of the sources, the likeliest first."""

    items: list[CandidateOut]


class MatchOut(Struct):
    """A film or series, and which entry of a source it is or may be."""

    title_id: UUID
    name: str
    year: int | None
    kind: TitleKind
    poster_url: str | None
    file: str | None
    state: MatchState
    source: SourceName | None
    number: str | None
    candidates: list[CandidateOut]

    @classmethod
    def of(cls, shown: ShownMatch) -> MatchOut:
        """Show a match."""
        poster = shown.poster
        small = f"{poster.still.base_url}/{poster.still.widths[0]}.jpg" if poster else None
        return cls(
            title_id=shown.row.title_id,
            name=shown.title.name,
            year=shown.title.year,
            kind=shown.title.kind,
            poster_url=small,
            file=shown.file,
            state=MatchState(shown.row.state),
            source=SourceName(shown.row.source) if shown.row.source else None,
            number=shown.row.number,
            candidates=[CandidateOut.of(each) for each in shown.candidates],
        )


class MatchesOut(Struct):
    """A page of matches, how many there are of each state, and why there may be no new ones.

    ``sources`` are those that are asked: none before the operator has chosen one.
    """

    items: list[MatchOut]
    next_cursor: str | None
    counts: dict[str, int]
    sources: list[SourceName]
    problem: IntakeProblemOut | None


class ChosenIn(Struct, tag="chosen", forbid_unknown_fields=True):
    """The title is this entry of a source."""

    number: Annotated[str, Meta(pattern="^[0-9]{1,12}$")]
    source: SourceName = SourceName.TMDB


class NoneOfTheseIn(Struct, tag="none", forbid_unknown_fields=True):
    """The title is none of the entries."""


class FetchIn(Struct, tag="fetch", forbid_unknown_fields=True):
    """Take what a source says of the title, or find out what it may be."""


class MatchDecisionIn(Struct, forbid_unknown_fields=True):
    """Which entry a title is."""

    decision: ChosenIn | NoneOfTheseIn | FetchIn
