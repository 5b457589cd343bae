"""The verbs of the catalog that others may call."""

from __future__ import annotations

from streamverse.domains.catalog.contracts import Title, TitleId, TitleKind, TitleState
from streamverse.domains.catalog.models import TitleRow
from streamverse.domains.catalog.repository import Titles
from streamverse.domains.catalog.service import titles
from streamverse.domains.media.contracts import AssetId
from streamverse.kit.work import Work


async def find_title(work: Work, title_id: TitleId) -> Title | None:
    """Find a title, whoever asks."""
    row = await Titles(work).find(title_id)
    return _view(row) if row else None


async def find_visible_title(work: Work, title_id: TitleId) -> Title | None:
    """Find a title if the actor may know of it."""
    row = await titles.find_visible(work, title_id)
    return _view(row) if row else None


async def find_visible_title_of_asset(work: Work, asset_id: AssetId) -> Title | None:
    """Find the title that shows an asset, if the actor may know of it."""
    found = await Titles(work).find_of_asset(asset_id)
    row = await titles.find_visible(work, TitleId(found.id)) if found else None
    return _view(row) if row else None


def _view(row: TitleRow) -> Title:
    return Title(
        id=TitleId(row.id),
        asset_id=AssetId(row.asset_id) if row.asset_id else None,
        kind=TitleKind(row.kind),
        name=row.name,
        credit=row.credit or None,
        state=TitleState(row.state),
        is_published=row.published_at is not None,
        duration_ms=row.duration_ms,
        created_at=row.created_at,
    )
