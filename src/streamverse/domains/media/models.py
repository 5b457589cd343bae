"""The media tables."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from streamverse.kit.db import JSON_COLUMN, Base, JsonObject, TenantOwned
from streamverse.kit.jobs import NORMAL


class UploadRow(TenantOwned, Base):
    """A file on its way to us."""

    __tablename__ = "media_upload"
    __table_args__ = (Index(None, "tenant_id", "account_id", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID | None]
    filename: Mapped[str]
    title_name: Mapped[str]
    credit: Mapped[str | None]
    description: Mapped[str | None]
    year: Mapped[int | None] = mapped_column(SmallInteger)
    tus_metadata: Mapped[str]
    protection: Mapped[str | None]
    size_bytes: Mapped[int]
    offset_bytes: Mapped[int] = mapped_column(default=0)
    writer: Mapped[int] = mapped_column(default=0)
    is_partial: Mapped[bool] = mapped_column(default=False)
    part_ids: Mapped[JsonObject | None]
    state: Mapped[str]
    problem: Mapped[JsonObject | None]
    priority: Mapped[int] = mapped_column(SmallInteger, default=NORMAL)
    asset_id: Mapped[UUID | None] = mapped_column(index=True)
    origin: Mapped[str | None]
    expected_sha256: Mapped[str | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None] = mapped_column(index=True)


class RemoteImportRow(TenantOwned, Base):
    """Where an upload is fetched from, and how far that has gone; gone when it has ended.

    The address may carry a secret that the upload's ``origin``, which is shown, does not.
    """

    __tablename__ = "media_remote_import"

    upload_id: Mapped[UUID] = mapped_column(
        ForeignKey("media_upload.id", ondelete="CASCADE"), primary_key=True
    )
    address: Mapped[str]
    is_titled: Mapped[bool]
    validator: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)


class AssetRow(TenantOwned, Base):
    """A file as it was given to us, with its facts."""

    __tablename__ = "media_asset"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    upload_id: Mapped[UUID | None]
    name: Mapped[str]
    source_key: Mapped[str]
    size_bytes: Mapped[int]
    duration_ms: Mapped[int]
    facts: Mapped[JsonObject]
    created_at: Mapped[datetime]
    source_deleted_at: Mapped[datetime | None]


class PackageRow(TenantOwned, Base):
    """What players fetch: made once from an asset, never changed."""

    __tablename__ = "media_package"
    __table_args__ = (Index(None, "tenant_id", "created_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    asset_id: Mapped[UUID] = mapped_column(
        ForeignKey("media_asset.id", ondelete="CASCADE"), index=True
    )
    recipe: Mapped[JsonObject]
    state: Mapped[str]
    problem: Mapped[JsonObject | None]
    checks: Mapped[JsonObject | None]
    duration_ms: Mapped[int]
    poster_id: Mapped[UUID | None]
    is_poster_chosen: Mapped[bool] = mapped_column(default=False)
    preview_id: Mapped[UUID | None]
    sprites_id: Mapped[UUID | None]
    # Grows with every change of the subtitles, and names the next of their tracks.
    text_revision: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime]
    playable_at: Mapped[datetime | None]
    ready_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]


class MeasurementRow(TenantOwned, Base):
    """What was measured of a film, and the renditions that were chosen for it."""

    __tablename__ = "media_measurement"

    asset_id: Mapped[UUID] = mapped_column(
        ForeignKey("media_asset.id", ondelete="CASCADE"), primary_key=True
    )
    report: Mapped[JsonObject]
    measured_at: Mapped[datetime]


class TrackRow(TenantOwned, Base):
    """One rendition or one audio track of a package."""

    __tablename__ = "media_track"
    __table_args__ = (Index(None, "package_id", "name", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    package_id: Mapped[UUID] = mapped_column(ForeignKey("media_package.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(SmallInteger)
    name: Mapped[str]
    kind: Mapped[str]
    codec: Mapped[str]
    timescale: Mapped[int] = mapped_column(Integer)
    width: Mapped[int | None] = mapped_column(Integer)
    height: Mapped[int | None] = mapped_column(Integer)
    frame_rate: Mapped[str | None]
    channels: Mapped[int | None] = mapped_column(SmallInteger)
    sample_rate_hz: Mapped[int | None] = mapped_column(Integer)
    language: Mapped[str | None]
    label: Mapped[str | None]
    target_bitrate_bps: Mapped[int]


class KeyRow(TenantOwned, Base):
    """What encrypts the tracks of one kind of a package; its secret leaves only by licence."""

    __tablename__ = "media_key"
    __table_args__ = (Index(None, "package_id", "kind", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    package_id: Mapped[UUID] = mapped_column(ForeignKey("media_package.id", ondelete="CASCADE"))
    kind: Mapped[str]
    secret_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    constant_iv: Mapped[bytes] = mapped_column(LargeBinary)


class SegmentRow(TenantOwned, Base):
    """A line of the segment index: it exists once the segment is in the store."""

    __tablename__ = "media_segment"

    track_id: Mapped[UUID] = mapped_column(
        ForeignKey("media_track.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    duration_ticks: Mapped[int]
    size_bytes: Mapped[int]


class PartRow(TenantOwned, Base):
    """A piece of encoding that one job does: consecutive segments of some tracks."""

    __tablename__ = "media_part"

    package_id: Mapped[UUID] = mapped_column(
        ForeignKey("media_package.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    kind: Mapped[str]
    group: Mapped[str]
    track_name: Mapped[str | None]
    chunk_number: Mapped[int | None] = mapped_column(Integer)
    first_segment: Mapped[int] = mapped_column(Integer)
    segment_count: Mapped[int] = mapped_column(Integer)
    next_segment: Mapped[int] = mapped_column(Integer)
    encode_starts: Mapped[int] = mapped_column(SmallInteger, default=0)
    made_with: Mapped[str | None]
    decoded: Mapped[JsonObject | None]
    finished_at: Mapped[datetime | None]


class StorageRow(TenantOwned, Base):
    """What an asset weighs in the store, by what it is kept for."""

    __tablename__ = "media_storage"
    __table_args__ = (Index(None, "tenant_id", "total_bytes", "asset_id"),)

    asset_id: Mapped[UUID] = mapped_column(
        ForeignKey("media_asset.id", ondelete="CASCADE"), primary_key=True
    )
    source_bytes: Mapped[int]
    h264_bytes: Mapped[int]
    hevc_bytes: Mapped[int]
    av1_bytes: Mapped[int]
    sound_bytes: Mapped[int]
    pictures_bytes: Mapped[int]
    other_bytes: Mapped[int]
    total_bytes: Mapped[int]
    measured_at: Mapped[datetime]


class RetentionRow(TenantOwned, Base):
    """What a tenant has decided about how long things are kept; nothing stands for the settings."""

    __tablename__ = "media_retention"
    __table_args__ = (UniqueConstraint("tenant_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    source_days: Mapped[int | None] = mapped_column(Integer)
    failed_days: Mapped[int | None] = mapped_column(Integer)
    refused_days: Mapped[int | None] = mapped_column(Integer)
    upload_hours: Mapped[int | None] = mapped_column(Integer)


class CensusRow(TenantOwned, Base):
    """A walk through the store that looks for what nothing refers to."""

    __tablename__ = "media_census"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    is_dry_run: Mapped[bool]
    found: Mapped[JsonObject | None]
    problem: Mapped[JsonObject | None]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class PictureRow(TenantOwned, Base):
    """Something to look at that was made of a film, or given for it; named by its content."""

    __tablename__ = "media_picture"
    __table_args__ = (Index(None, "package_id", "kind"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    package_id: Mapped[UUID] = mapped_column(ForeignKey("media_package.id", ondelete="CASCADE"))
    kind: Mapped[str]
    at_ms: Mapped[int | None]
    end_ms: Mapped[int | None]
    label: Mapped[str | None]
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    tile_count: Mapped[int | None] = mapped_column(Integer)
    position: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime]


class SubtitleRow(TenantOwned, Base):
    """Subtitles of a package: those inside its file, and those that people add."""

    __tablename__ = "media_subtitle"
    __table_args__ = (Index(None, "package_id", "track_name", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    package_id: Mapped[UUID] = mapped_column(ForeignKey("media_package.id", ondelete="CASCADE"))
    track_name: Mapped[str | None]
    origin: Mapped[str]
    format: Mapped[str]
    stream_index: Mapped[int | None] = mapped_column(Integer)
    language: Mapped[str | None]
    label: Mapped[str | None]
    is_forced: Mapped[bool]
    is_sdh: Mapped[bool]
    state: Mapped[str]
    cue_count: Mapped[int] = mapped_column(Integer)
    size_bytes: Mapped[int]
    notices: Mapped[JsonObject]
    created_at: Mapped[datetime]


class ArtworkRow(TenantOwned, Base):
    """The picture of something that is no film: a series, a person.

    What it shows is known by a number of a domain above, and is no foreign key. Its files lie where
    those of a package of that number would.
    """

    __tablename__ = "media_artwork"

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    picture_id: Mapped[UUID]
    width: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime]


class ReelRow(TenantOwned, Base):
    """What a broadcast left in the store: its folder, and how its tracks are coded from where on.

    ``heads`` lists for each track the heads that its segments refer to.
    """

    __tablename__ = "media_reel"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    store_prefix: Mapped[str]
    heads: Mapped[JsonObject]
    created_at: Mapped[datetime]


class ReelSegmentRow(TenantOwned, Base):
    """A segment of a reel: where it lies in its track's own time, and how long it lasts."""

    __tablename__ = "media_reel_segment"

    reel_id: Mapped[UUID] = mapped_column(
        ForeignKey("media_reel.id", ondelete="CASCADE"), primary_key=True
    )
    track: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    head: Mapped[int] = mapped_column(SmallInteger)
    start_ticks: Mapped[int]
    duration_ticks: Mapped[int]
    size_bytes: Mapped[int] = mapped_column(Integer)


class ReelKeyRow(TenantOwned, Base):
    """What encrypts the tracks of one kind of a reel for a while; it may be made before the reel.

    Its secret leaves only by licence.
    """

    __tablename__ = "media_reel_key"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    reel_id: Mapped[UUID] = mapped_column(index=True)
    kind: Mapped[str]
    secret_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    constant_iv: Mapped[bytes] = mapped_column(LargeBinary)


class CutRow(TenantOwned, Base):
    """What a package plays of a reel: runs of segment numbers, and those it was made with."""

    __tablename__ = "media_cut"

    package_id: Mapped[UUID] = mapped_column(
        ForeignKey("media_package.id", ondelete="CASCADE"), primary_key=True
    )
    reel_id: Mapped[UUID] = mapped_column(ForeignKey("media_reel.id"), index=True)
    runs: Mapped[list[list[int]]] = mapped_column(JSON_COLUMN)
    whole: Mapped[list[list[int]]] = mapped_column(JSON_COLUMN)
