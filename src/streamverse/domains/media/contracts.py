"""What the media domain shows to others: ids, views, events, and the jobs it orders."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import ClassVar, NewType
from uuid import UUID

from streamverse.kit.events import Event
from streamverse.kit.jobs import Job
from streamverse.mediakit.ladder import CodecFamily

UploadId = NewType("UploadId", UUID)
AssetId = NewType("AssetId", UUID)
PackageId = NewType("PackageId", UUID)
PictureId = NewType("PictureId", UUID)
SubtitleId = NewType("SubtitleId", UUID)
ReelId = NewType("ReelId", UUID)

ENCODE_LANE, SOUND_LANE = "encode", "sound"
FETCH_LANE, PICTURES_LANE = "fetch", "pictures"


class Protection(enum.StrEnum):
    """How the segments of a film are encrypted."""

    NONE = "none"
    CLEARKEY = "clearkey"


class Stage(enum.StrEnum):
    """How far a file has come, as people see it."""

    CHECKING = "checking"
    ENCODING = "encoding"
    FINISHING = "finishing"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ProblemView:
    """Why something failed: a stable code and a sentence for people."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class PosterView:
    """The picture that stands for an asset: how wide it is at most, and what moves instead."""

    package_id: PackageId
    picture_id: PictureId
    width: int
    preview_id: PictureId | None


@dataclass(frozen=True, slots=True)
class SpritesView:
    """The small pictures of a whole film, in sheets."""

    picture_id: PictureId
    tile_width: int
    tile_height: int
    tile_count: int


@dataclass(frozen=True, slots=True)
class PackageView:
    """What can be played of an asset right now; it has keys if it is encrypted."""

    package_id: PackageId
    asset_id: AssetId
    is_complete: bool
    poster: PosterView | None
    sprites: SpritesView | None
    text_revision: int
    playable_ms: int
    duration_ms: int
    key_ids: tuple[UUID, ...] = ()
    codec_families: tuple[CodecFamily, ...] = ()
    # The lines that the renditions of pictures are named after, each with its codec.
    renditions: tuple[tuple[CodecFamily, int], ...] = ()


@dataclass(frozen=True, slots=True)
class AssetAccepted(Event):
    """A file was read, understood and taken in; its encoding is ordered."""

    asset_id: AssetId
    name: str
    credit: str | None
    description: str | None
    year: int | None
    duration_ms: int
    width: int | None
    height: int | None


@dataclass(frozen=True, slots=True)
class UploadRefused(Event):
    """A file that was on its way cannot be taken in; nothing of it is kept."""

    upload_id: UploadId
    asset_id: AssetId
    problem: ProblemView


@dataclass(frozen=True, slots=True)
class PosterMade(Event):
    """A picture that stands for the asset exists, perhaps in place of another."""

    asset_id: AssetId
    package_id: PackageId


@dataclass(frozen=True, slots=True)
class PackagePlayable(Event):
    """Enough of the package exists for players to start."""

    asset_id: AssetId
    package_id: PackageId


@dataclass(frozen=True, slots=True)
class PackageReady(Event):
    """The package is whole and has passed its checks."""

    asset_id: AssetId
    package_id: PackageId
    duration_ms: int


@dataclass(frozen=True, slots=True)
class AssetFailed(Event):
    """The asset cannot be played; when the file itself is at fault, it has been removed."""

    asset_id: AssetId
    problem: ProblemView
    is_input_at_fault: bool


@dataclass(frozen=True, slots=True)
class EncodingRetried(Event):
    """Somebody asked for another try after a failure that was not the file's."""

    asset_id: AssetId


@dataclass(frozen=True, slots=True)
class AssetExpired(Event):
    """An asset that could not be made playable was let go, as the rules of retention say."""

    asset_id: AssetId


@dataclass(frozen=True, slots=True)
class ReelLoosened(Event):
    """Less of a reel is played than before, or none of it: whoever stored it may let it go."""

    reel_id: ReelId


@dataclass(frozen=True, slots=True)
class CheckUpload(Job):
    """Read a received file's facts; take it in or refuse it."""

    upload_id: UploadId


@dataclass(frozen=True, slots=True)
class FetchUpload(Job):
    """Fetch an upload from where it lies, going on where an earlier attempt stopped."""

    lane: ClassVar[str] = FETCH_LANE
    upload_id: UploadId


@dataclass(frozen=True, slots=True)
class EncodePart(Job):
    """Encode a part of a package: a run of video segments."""

    lane: ClassVar[str] = ENCODE_LANE
    package_id: PackageId
    part_number: int


@dataclass(frozen=True, slots=True)
class EncodeSound(EncodePart):
    """Encode a whole audio track, beside the pictures: neither waits for the other to play."""

    lane: ClassVar[str] = SOUND_LANE


@dataclass(frozen=True, slots=True)
class MeasureTitle(Job):
    """Measure what renditions of a film would be worth, and choose them.

    What is ordered then has the priority of the package.
    """

    lane: ClassVar[str] = ENCODE_LANE
    package_id: PackageId
    package_priority: int


@dataclass(frozen=True, slots=True)
class MakePoster(Job):
    """Choose a frame and make the poster of it."""

    package_id: PackageId


@dataclass(frozen=True, slots=True)
class MakePictures(Job):
    """Look through the film for good pictures: posters, chapters, scenes, sprites, a preview."""

    lane: ClassVar[str] = PICTURES_LANE
    package_id: PackageId


@dataclass(frozen=True, slots=True)
class CarryOver(Job):
    """Take over what people gave for a package that is made anew, and remove the old one's files.

    ``kept`` are folders beneath that of the package.
    """

    old_id: PackageId
    new_id: PackageId
    kept: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TakeSubtitles(Job):
    """Take the subtitles out of the file."""

    package_id: PackageId


@dataclass(frozen=True, slots=True)
class CutSubtitles(Job):
    """Cut subtitles that somebody gave into segments."""

    subtitle_id: SubtitleId


@dataclass(frozen=True, slots=True)
class FinishPackage(Job):
    """Check a package whose parts are all there, and declare it ready."""

    package_id: PackageId


@dataclass(frozen=True, slots=True)
class DeleteFiles(Job):
    """Remove what a deleted or refused asset left in the store."""

    prefixes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExpireUploads(Job):
    """Give up uploads that nobody has continued before they expired."""


@dataclass(frozen=True, slots=True)
class DeleteSource(Job):
    """Remove the file that an asset was made from; the package stays."""

    asset_id: AssetId


@dataclass(frozen=True, slots=True)
class MeasureStorage(Job):
    """Weigh what an asset has in the store."""

    asset_id: AssetId


@dataclass(frozen=True, slots=True)
class ApplyRetention(Job):
    """Let go what has been kept for as long as each tenant wants it kept."""


@dataclass(frozen=True, slots=True)
class CollectOrphans(Job):
    """Walk through the store and find what nothing refers to."""

    census_id: UUID


@dataclass(frozen=True, slots=True)
class DeleteOldOrphans(Job):
    """Delete what nothing has referred to for as long as the settings say."""
