"""Titles for tests, with the media they stand on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import insert

from streamverse.domains.catalog.contracts import TitleId, TitleState
from streamverse.domains.catalog.models import TitleRow
from streamverse.domains.catalog.rules.words import search_form
from streamverse.domains.media.contracts import AssetAccepted, AssetId, PackageId
from streamverse.domains.media.models import AssetRow, PackageRow, PictureRow
from streamverse.domains.media.rules.packages import Recipe, RungGroup
from streamverse.kit.clock import new_id
from streamverse.kit.work import Work
from streamverse.mediakit.frames import FrameRate
from streamverse.mediakit.ladder import choose_rungs

DURATION_MS = 30_000
RECIPE = Recipe(
    frame_rate="30",
    total_frames=900,
    groups={RungGroup.H264: choose_rungs(320, 180, FrameRate(30))},
    sounds=(),
)


async def make_asset(
    work: Work,
    *,
    state: str = "encoding",
    has_poster: bool = False,
    playable_at: datetime | None = None,
) -> AssetId:
    """Add an asset and its package, as media has them once a file was taken in."""
    asset_id = AssetId(new_id())
    work.session.add(
        AssetRow(
            id=asset_id,
            name="A film",
            source_key=f"assets/{asset_id}/source",
            size_bytes=1,
            duration_ms=DURATION_MS,
            facts={},
            created_at=work.now,
        )
    )
    await work.session.flush()
    package_id, poster_id = PackageId(new_id()), new_id()
    work.session.add(
        PackageRow(
            id=package_id,
            asset_id=asset_id,
            recipe=RECIPE.stored(),
            state=state,
            duration_ms=DURATION_MS,
            poster_id=poster_id if has_poster else None,
            is_poster_chosen=False,
            text_revision=0,
            created_at=work.now,
            playable_at=playable_at,
        )
    )
    await work.session.flush()
    if has_poster:
        work.session.add(
            PictureRow(
                id=poster_id,
                package_id=package_id,
                kind="poster",
                width=1280,
                height=720,
                position=0,
                created_at=work.now,
            )
        )
        await work.session.flush()
    return asset_id


def accepted(asset_id: AssetId, **changes: object) -> AssetAccepted:
    """Make the news that a file was taken in."""
    told: dict[str, Any] = {
        "name": "Big Buck Bunny",
        "credit": "Blender Foundation",
        "description": "A rabbit.",
        "year": 2008,
        "duration_ms": DURATION_MS,
        "width": 1920,
        "height": 1080,
    }
    return AssetAccepted(asset_id=asset_id, **{**told, **changes})


def title_columns(name: str, now: datetime, **changes: object) -> dict[str, Any]:
    """Give the columns of a title that is ready and published."""
    asset_id = changes.pop("asset_id", None) or new_id()
    columns: dict[str, Any] = {
        "id": asset_id,
        "asset_id": asset_id,
        "kind": "movie",
        "name": name,
        "name_search": search_form(name),
        "description": "",
        "credit": "",
        "year": None,
        "state": TitleState.READY.value,
        "problem": None,
        "duration_ms": DURATION_MS,
        "width": 1920,
        "height": 1080,
        "has_poster": False,
        "published_at": now,
        "created_at": now,
    }
    columns = {**columns, **changes}
    return {"root_id": columns["id"], "shown_from": columns["published_at"], **columns}


async def make_title(work: Work, name: str = "A film", **changes: object) -> TitleId:
    """Add a title that is ready and published, and its asset."""
    has_poster: bool = changes.get("has_poster", False)
    asset_id = await make_asset(work, state="ready", has_poster=has_poster, playable_at=work.now)
    work.session.add(TitleRow(**title_columns(name, work.now, asset_id=asset_id, **changes)))
    await work.session.flush()
    return TitleId(asset_id)


async def make_library(work: Work, names: Iterable[str]) -> None:
    """Add many published titles at once, without media."""
    rows = [title_columns(name, work.now) for name in names]
    await work.session.execute(insert(TitleRow), rows)
