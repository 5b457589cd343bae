"""What is stored, and for how long, in JSON."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import msgspec

from streamverse.domains.media.schemas.problems import ProblemBrief

if TYPE_CHECKING:
    from streamverse.domains.media.models import (
        AssetRow,
        CensusRow,
        RetentionRow,
        StorageRow,
    )
    from streamverse.domains.media.rules.retention import Retention


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
