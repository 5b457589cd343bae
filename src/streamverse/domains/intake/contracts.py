"""What intake shows to others: ids, kinds, states and jobs."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import ClassVar, NewType
from uuid import UUID

from msgspec import Struct

from streamverse.kit.jobs import Job

METADATA_LANE = "metadata"

FolderId = NewType("FolderId", UUID)
FileId = NewType("FileId", UUID)


class FolderKind(enum.StrEnum):
    """What the operator says lies in a folder."""

    FILMS = "films"
    SHOWS = "shows"
    MIXED = "mixed"


class ExtraKind(enum.StrEnum):
    """What sort of bonus material a file is."""

    TRAILER = "trailer"
    BONUS = "bonus"


class FileState(enum.StrEnum):
    """How far a file has come."""

    GROWING = "growing"
    UNCLEAR = "unclear"
    SET_ASIDE = "set_aside"
    WAITING = "waiting"
    TAKEN = "taken"
    READY = "ready"
    REFUSED = "refused"


class MatchState(enum.StrEnum):
    """Whether it is known which entry of a metadata source a title is."""

    NEW = "new"
    MATCHED = "matched"
    UNSURE = "unsure"
    UNKNOWN = "unknown"
    SET_ASIDE = "set_aside"


class SourceName(enum.StrEnum):
    """Who knows films and series, as its numbers are marked among those of a title."""

    TMDB = "tmdb"
    ANILIST = "anilist"


class Candidate(Struct, frozen=True):
    """An entry of a metadata source that a title may be, with all the names it is known by."""

    number: str
    name: str
    names: tuple[str, ...] = ()
    year: int | None = None
    overview: str = ""
    picture: str | None = None
    seasons: int | None = None
    source: SourceName = SourceName.TMDB


@dataclass(frozen=True, slots=True)
class ScanFolder(Job):
    """Look through a folder for what is new, changed, moved or gone."""

    folder_id: FolderId


@dataclass(frozen=True, slots=True)
class FeedFolders(Job):
    """Give media the next files, as many as it can do with."""


@dataclass(frozen=True, slots=True)
class LookAtFolders(Job):
    """Order the scans of the folders that are watched."""


@dataclass(frozen=True, slots=True)
class ForgetLooks(Job):
    """Forget the looks that are over: there is one every minute."""


@dataclass(frozen=True, slots=True)
class TakeSidecars(Job):
    """Give a title the subtitles and the poster that lie beside its file."""

    file_id: FileId


@dataclass(frozen=True, slots=True)
class LookUpTitles(Job):
    """Order that titles are matched whose turn has come."""


@dataclass(frozen=True, slots=True)
class MatchTitles(Job):
    """Match the titles of a tenant whose turn has come, one after the other."""

    lane: ClassVar[str] = METADATA_LANE


@dataclass(frozen=True, slots=True)
class FetchArtwork(Job):
    """Give a title the picture that the metadata source has of it."""

    lane: ClassVar[str] = METADATA_LANE

    title_id: UUID
