"""What can be played of an asset, as one question gives it to whoever starts to watch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import Uuid, bindparam, exists, or_, select
from sqlalchemy.orm import aliased

from streamverse.domains.media.models import (
    CutRow,
    KeyRow,
    PackageRow,
    PictureRow,
    ReelKeyRow,
)
from streamverse.domains.media.rules.states import PackageState
from streamverse.kit.db import JsonObject
from streamverse.kit.questions import Question

if TYPE_CHECKING:
    from streamverse.domains.media.contracts import AssetId
    from streamverse.kit.work import Work


@dataclass(frozen=True, slots=True)
class PlayableRow:
    """The columns of a package and its pictures, in the order of ``_PLAYABLE``."""

    id: UUID
    asset_id: UUID
    recipe: JsonObject
    state: str
    duration_ms: int
    preview_id: UUID | None
    text_revision: int
    is_encrypted: bool
    poster_id: UUID | None
    poster_width: int | None
    sprites_id: UUID | None
    tile_width: int | None
    tile_height: int | None
    tile_count: int | None


_POSTER, _SPRITES = aliased(PictureRow), aliased(PictureRow)
_PLAYABLE = Question(
    select(
        PackageRow.id,
        PackageRow.asset_id,
        PackageRow.recipe,
        PackageRow.state,
        PackageRow.duration_ms,
        PackageRow.preview_id,
        PackageRow.text_revision,
        or_(
            exists().where(KeyRow.package_id == PackageRow.id),
            exists().where(
                CutRow.package_id == PackageRow.id, CutRow.reel_id == ReelKeyRow.reel_id
            ),
        ),
        _POSTER.id,
        _POSTER.width,
        _SPRITES.id,
        _SPRITES.width,
        _SPRITES.height,
        _SPRITES.tile_count,
    )
    .select_from(PackageRow)
    .outerjoin(_POSTER, _POSTER.id == PackageRow.poster_id)
    .outerjoin(_SPRITES, _SPRITES.id == PackageRow.sprites_id)
    .where(
        PackageRow.asset_id == bindparam("asset_id", type_=Uuid()),
        PackageRow.playable_at.is_not(None),
        PackageRow.state != PackageState.FAILED.value,
    )
)


async def find_playable(work: Work, asset_id: AssetId) -> PlayableRow | None:
    """Find the package of an asset that can be played right now."""
    row = await _PLAYABLE.ask_one(work.session, asset_id=asset_id)
    return PlayableRow(*row) if row is not None else None
