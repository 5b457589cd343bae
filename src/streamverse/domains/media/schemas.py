"""Media's JSON, in and out."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import msgspec

from streamverse.domains.media.contracts import PackageId, Protection, Stage
from streamverse.domains.media.rules.states import PictureKind, SubtitleState, UploadState
from streamverse.domains.media.rules.subtitles import SubtitleWords
from streamverse.domains.media.service.remote_imports import NewImport
from streamverse.kit.jobs import JobState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from streamverse.domains.media.models import (
        AssetRow,
        CensusRow,
        PictureRow,
        RetentionRow,
        StorageRow,
        SubtitleRow,
        UploadRow,
    )
    from streamverse.domains.media.rules.checks import CheckReport
    from streamverse.domains.media.rules.retention import Retention
    from streamverse.domains.media.service.delivery import MediaAddresses
    from streamverse.domains.media.service.pictures import Album
    from streamverse.domains.media.service.processing import Processing
    from streamverse.kit.db import JsonObject
    from streamverse.kit.heartbeats import WorkerRow
    from streamverse.kit.jobs import JobRow
    from streamverse.kit.storage import FoundObject

MAX_AT_ONCE = 100
JOB_LABELS = {
    "media.fetch_upload": "Fetch the file",
    "media.check_upload": "Check the file",
    "media.encode_part": "Encode",
    "media.encode_sound": "Encode",
    "media.make_poster": "Make the poster",
    "media.make_pictures": "Make pictures",
    "media.take_subtitles": "Take out the subtitles",
    "media.cut_subtitles": "Prepare subtitles",
    "media.finish_package": "Final checks",
    "media.delete_files": "Clean up",
    "media.delete_source": "Delete the original file",
    "media.measure_storage": "Weigh what is stored",
    "media.apply_retention": "Clean up what is old",
    "media.collect_orphans": "Search the store for what is not needed",
    "media.delete_old_orphans": "Clean up the store",
    "media.expire_uploads": "Clean up old uploads",
}


class ProblemBrief(msgspec.Struct):
    """Why something failed: a stable code and a sentence for people."""

    code: str
    detail: str

    @classmethod
    def of(cls, problem: JsonObject | None) -> ProblemBrief | None:
        """Read what is kept."""
        return cls(problem["code"], problem["detail"]) if problem else None


class UploadOut(msgspec.Struct):
    """A file on its way to us, or arrived; the title made of it has the id of its asset.

    ``origin`` says where a file is fetched from; its size is 0 until that is known.
    """

    id: UUID
    filename: str
    title_name: str
    size_bytes: int
    offset_bytes: int
    state: str
    problem: ProblemBrief | None
    asset_id: UUID | None
    title_id: UUID | None
    created_at: datetime
    expires_at: datetime | None
    origin: str | None

    @classmethod
    def of(cls, row: UploadRow) -> UploadOut:
        """Show a row."""
        return cls(
            id=row.id,
            filename=row.filename,
            title_name=row.title_name,
            size_bytes=row.size_bytes,
            offset_bytes=row.offset_bytes,
            state=row.state,
            problem=ProblemBrief.of(row.problem),
            asset_id=row.asset_id,
            title_id=row.asset_id if row.state == UploadState.ACCEPTED else None,
            created_at=row.created_at,
            expires_at=row.expires_at,
            origin=row.origin,
        )


class UploadsOut(msgspec.Struct):
    """A page of uploads, and how films are protected whose uploader does not choose."""

    items: list[UploadOut]
    protection: Protection
    next_cursor: str | None


class ImportIn(msgspec.Struct, forbid_unknown_fields=True):
    """A file to be fetched: from ``https://…`` or ``s3://bucket/key``, and what it is."""

    url: str
    title: str = ""
    credit: str = ""
    description: str = ""
    year: int | None = None
    sha256: str = ""
    protection: Protection | None = None

    def to_import(self) -> NewImport:
        """Give what is asked for."""
        said = {
            "title": self.title,
            "credit": self.credit,
            "description": self.description,
            "year": str(self.year or ""),
            "protection": self.protection or "",
        }
        return NewImport(self.url, said, self.sha256)


class BucketImportIn(msgspec.Struct, forbid_unknown_fields=True):
    """Files of a bucket to be taken in, and whom to thank for them."""

    bucket: str
    keys: Annotated[list[str], msgspec.Meta(min_length=1, max_length=MAX_AT_ONCE)]
    credit: str = ""
    protection: Protection | None = None

    def to_imports(self) -> list[NewImport]:
        """Give what is asked for."""
        said = {"credit": self.credit, "protection": self.protection or ""}
        return [NewImport(f"s3://{self.bucket}/{key}", said) for key in self.keys]


class ImportsOut(msgspec.Struct):
    """The uploads that are being filled."""

    items: list[UploadOut]


class BucketsOut(msgspec.Struct):
    """The buckets that films may be taken from."""

    items: list[str]


class BucketObjectOut(msgspec.Struct):
    """A file in a bucket."""

    key: str
    size_bytes: int
    modified_at: datetime

    @classmethod
    def of(cls, found: FoundObject) -> BucketObjectOut:
        """Show what was found."""
        return cls(found.key, found.size_bytes, found.modified_at)


class BucketObjectsOut(msgspec.Struct):
    """A page of the files in a bucket."""

    items: list[BucketObjectOut]
    next_cursor: str | None


class WeightsOut(msgspec.Struct):
    """What is in the store, in bytes, by what it is kept for."""

    source_bytes: int
    h264_bytes: int
    hevc_bytes: int
    av1_bytes: int
    sound_bytes: int
    pictures_bytes: int
    other_bytes: int
    total_bytes: int


class StoredAssetOut(msgspec.Struct):
    """What one asset weighs; its title has the same id."""

    asset_id: UUID
    name: str
    weights: WeightsOut
    has_source: bool
    measured_at: datetime

    @classmethod
    def of(cls, row: StorageRow, asset: AssetRow) -> StoredAssetOut:
        """Show two rows."""
        weights = WeightsOut(*(getattr(row, name) for name in WeightsOut.__struct_fields__))
        has_source = asset.source_deleted_at is None
        return cls(asset.id, asset.name, weights, has_source, row.measured_at)


class StorageOut(msgspec.Struct):
    """What is in the store: all of it, then by asset, the heaviest first."""

    totals: WeightsOut
    arriving_bytes: int
    items: list[StoredAssetOut]
    next_cursor: str | None


class TenantStorageOut(msgspec.Struct):
    """What a tenant has in the store."""

    tenant_id: UUID
    name: str
    total_bytes: int


class TenantsStorageOut(msgspec.Struct):
    """What each tenant has in the store, the heaviest first."""

    items: list[TenantStorageOut]


class RetentionOut(msgspec.Struct):
    """After how long things are let go, 0 for never: as it is, and what the tenant has chosen."""

    source_days: int
    failed_days: int
    refused_days: int
    upload_hours: int
    chosen: list[str]

    @classmethod
    def of(cls, choices: RetentionRow, settings: Retention) -> RetentionOut:
        """Show what is chosen, and for the rest what the settings say."""
        rules = settings.with_choices(choices)
        names = [each for each in cls.__struct_fields__ if each != "chosen"]
        return cls(
            **{name: getattr(rules, name) for name in names},
            chosen=[name for name in names if getattr(choices, name) is not None],
        )


_Days = Annotated[int, msgspec.Meta(ge=0, le=36_500)]
_Hours = Annotated[int, msgspec.Meta(ge=1, le=8_760)]


class RetentionIn(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """After how long things shall be let go: 0 for never, null for what the settings say."""

    source_days: _Days | msgspec.UnsetType | None = msgspec.UNSET
    failed_days: _Days | msgspec.UnsetType | None = msgspec.UNSET
    refused_days: _Days | msgspec.UnsetType | None = msgspec.UNSET
    upload_hours: _Hours | msgspec.UnsetType | None = msgspec.UNSET

    def to_choices(self) -> dict[str, int | None]:
        """Give what was said."""
        return msgspec.to_builtins(self)


class TallyOut(msgspec.Struct):
    """A number of objects, and what they weigh."""

    count: int
    size_bytes: int


class CensusOut(msgspec.Struct):
    """A search for what nothing refers to; what it found is null until it has ended."""

    id: UUID
    is_dry_run: bool
    started_at: datetime
    finished_at: datetime | None
    problem: ProblemBrief | None
    stored: TallyOut | None
    orphans: TallyOut | None
    deleted: TallyOut | None
    unclaimed: TallyOut | None
    examples: list[str]

    @classmethod
    def of(cls, row: CensusRow) -> CensusOut:
        """Show a row."""
        found = row.found or {}
        tallies = {
            name: TallyOut(**found[name]) if name in found else None
            for name in ("stored", "orphans", "deleted", "unclaimed")
        }
        return cls(
            id=row.id,
            is_dry_run=row.is_dry_run,
            started_at=row.started_at,
            finished_at=row.finished_at,
            problem=ProblemBrief.of(row.problem),
            **tallies,
            examples=found.get("examples", []),
        )


class CensusesOut(msgspec.Struct):
    """The latest searches, the newest first."""

    items: list[CensusOut]


class CensusIn(msgspec.Struct, forbid_unknown_fields=True):
    """Whether what is found is deleted as well; by default it is only counted."""

    is_dry_run: bool = True


class JobOut(msgspec.Struct):
    """A piece of durable work."""

    id: UUID
    name: str
    label: str
    state: JobState
    progress: float | None
    eta_seconds: float | None
    attempts: int
    worker: str | None
    problem: ProblemBrief | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @classmethod
    def of(cls, row: JobRow, now: datetime) -> JobOut:
        """Show a row."""
        return cls(
            id=row.id,
            name=row.name,
            label=_label(row),
            state=JobState(row.state),
            progress=row.progress,
            eta_seconds=_eta_seconds(row, now),
            attempts=row.attempts,
            worker=row.worker,
            problem=ProblemBrief.of(row.problem),
            created_at=row.created_at,
            started_at=row.started_at,
            finished_at=row.finished_at,
        )


def _label(row: JobRow) -> str:
    label = JOB_LABELS.get(row.name, row.name)
    return f"{label}: {row.stage}" if row.stage else label


def _eta_seconds(row: JobRow, now: datetime) -> float | None:
    if row.state != JobState.RUNNING or row.started_at is None or not row.progress:
        return None
    spent_s = (now - row.started_at).total_seconds()
    return round(spent_s / row.progress * (1 - row.progress), 1)


class JobsOut(msgspec.Struct):
    """A page of jobs."""

    items: list[JobOut]
    next_cursor: str | None


class WorkerOut(msgspec.Struct):
    """A worker as it was last heard of; ``offers`` are codecs and the encoders that make them."""

    name: str
    host: str
    lanes: dict[str, int]
    offers: dict[str, str]
    threads: int
    started_at: datetime
    seen_at: datetime
    is_missed: bool
    jobs: list[JobOut]

    @classmethod
    def of(cls, row: WorkerRow, jobs: Iterable[JobRow], now: datetime) -> WorkerOut:
        """Show a worker and what it does for this service."""
        return cls(
            name=row.name,
            host=row.host,
            lanes=row.lanes,
            offers=row.offers,
            threads=row.threads,
            started_at=row.started_at,
            seen_at=row.seen_at,
            is_missed=row.is_missed(now),
            jobs=[JobOut.of(job, now) for job in jobs],
        )


class WorkersOut(msgspec.Struct):
    """The workers that have shown themselves."""

    items: list[WorkerOut]


class TrackChecks(msgspec.Struct):
    """What was measured on a track; what does not apply to it is null."""

    name: str
    duration_ms: int
    starts_at_ms: int
    decoded_ms: int
    likeness: float | None
    loudness_lufs: float | None
    loudness_range_lu: float | None
    peak_dbfs: float | None


class ChecksOut(msgspec.Struct):
    """What was measured on the encoded film before it was declared ready."""

    tracks: list[TrackChecks]
    is_full: bool
    sound_offset_ms: int | None
    sound_drift_ms: int | None
    problem: str | None

    @classmethod
    def of(cls, report: CheckReport) -> ChecksOut:
        """Show a report."""
        return msgspec.convert(report.stored(), cls)


class ProcessingItem(msgspec.Struct):
    """How far one file is, and the jobs about it."""

    asset_id: UUID
    title_id: UUID | None
    name: str
    stage: Stage
    progress: float
    eta_seconds: float | None
    problem: ProblemBrief | None
    jobs: list[JobOut]

    @classmethod
    def of(cls, item: Processing, now: datetime) -> ProcessingItem:
        """Show how far a file is."""
        return cls(
            asset_id=item.asset_id,
            title_id=None if item.stage is Stage.CHECKING else item.asset_id,
            name=item.name,
            stage=item.stage,
            progress=round(item.progress, 4),
            eta_seconds=round(item.eta_s, 1) if item.eta_s is not None else None,
            problem=ProblemBrief.of(item.problem),
            jobs=[JobOut.of(job, now) for job in item.jobs],
        )


class ProcessingOut(msgspec.Struct):
    """What is being processed, then what was finished lately."""

    items: list[ProcessingItem]


class PictureOut(msgspec.Struct):
    """A still; its files are `{base_url}/{width}.avif`, `.webp` and `.jpg`."""

    id: UUID
    at_ms: int | None
    end_ms: int | None
    label: str | None
    is_uploaded: bool
    width: int
    height: int
    base_url: str
    widths: list[int]

    @classmethod
    def of(cls, row: PictureRow, addresses: MediaAddresses, now: datetime) -> PictureOut:
        """Show a row."""
        address = addresses.still(PackageId(row.package_id), row.id, row.width, now)
        return cls(
            id=row.id,
            at_ms=row.at_ms,
            end_ms=row.end_ms,
            label=row.label,
            is_uploaded=row.kind == PictureKind.UPLOADED,
            width=row.width,
            height=row.height,
            base_url=address.base_url,
            widths=address.widths,
        )


class PicturesOut(msgspec.Struct):
    """What there is to look at of a film; posters are the pictures to choose from."""

    poster_id: UUID | None
    is_poster_chosen: bool
    is_being_made: bool
    posters: list[PictureOut]
    chapters: list[PictureOut]
    scenes: list[PictureOut]

    @classmethod
    def of(cls, album: Album, addresses: MediaAddresses, now: datetime) -> PicturesOut:
        """Show the pictures of a film."""

        def shown(*kinds: PictureKind) -> list[PictureOut]:
            return [PictureOut.of(row, addresses, now) for row in album.rows if row.kind in kinds]

        return cls(
            poster_id=album.package.poster_id,
            is_poster_chosen=album.package.is_poster_chosen,
            is_being_made=album.is_being_made,
            posters=shown(PictureKind.UPLOADED, PictureKind.POSTER),
            chapters=shown(PictureKind.CHAPTER),
            scenes=shown(PictureKind.SCENE),
        )


class PosterIn(msgspec.Struct):
    """Which picture shall stand for a film."""

    picture_id: UUID


class SubtitleOut(msgspec.Struct):
    """Subtitles of a film; those without an address cannot be shown, and the notices say why."""

    id: UUID
    origin: str
    format: str
    language: str | None
    label: str | None
    is_forced: bool
    is_sdh: bool
    state: SubtitleState
    cue_count: int
    notices: list[ProblemBrief]
    url: str | None
    created_at: datetime

    @classmethod
    def of(cls, row: SubtitleRow, url: str | None) -> SubtitleOut:
        """Show a row."""
        return cls(
            id=row.id,
            origin=row.origin,
            format=row.format,
            language=row.language,
            label=row.label,
            is_forced=row.is_forced,
            is_sdh=row.is_sdh,
            state=SubtitleState(row.state),
            cue_count=row.cue_count,
            notices=[ProblemBrief(n["code"], n["detail"]) for n in row.notices["notices"]],
            url=url,
            created_at=row.created_at,
        )


class SubtitlesOut(msgspec.Struct):
    """The subtitles of a film, in the order they came."""

    items: list[SubtitleOut]


class SubtitleWordsIn(msgspec.Struct):
    """What is said of subtitles: all of it, as a form has it."""

    language: str | None
    label: str | None
    is_forced: bool
    is_sdh: bool

    def to_words(self) -> SubtitleWords:
        """Give what is said."""
        return SubtitleWords(self.language, self.label, self.is_forced, self.is_sdh)
