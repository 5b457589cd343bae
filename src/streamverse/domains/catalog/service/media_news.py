"""What media's news does to titles."""

from __future__ import annotations

import msgspec

from streamverse.domains.catalog.contracts import (
    CatalogSettings,
    TitleAdded,
    TitleId,
    TitleKind,
    TitleState,
)
from streamverse.domains.catalog.errors import TitleNotMadeYet
from streamverse.domains.catalog.models import TitleRow
from streamverse.domains.catalog.repository import Titles
from streamverse.domains.catalog.rules.states import can_be_played
from streamverse.domains.catalog.rules.words import search_form
from streamverse.domains.catalog.service.lifecycle import remove_for_good
from streamverse.domains.catalog.service.standing import settle
from streamverse.domains.media import public as media
from streamverse.domains.media.contracts import (
    AssetAccepted,
    AssetFailed,
    AssetId,
    PackageReady,
)
from streamverse.kit.work import Work


async def take_in(work: Work, accepted: AssetAccepted) -> None:
    """Make the title of an asset, or let one that waits for it have it."""
    titles = Titles(work)
    row = await titles.lock_of_asset(accepted.asset_id)
    if row is None and await _is_there(work, accepted.asset_id):
        row = _new_movie(work, accepted)
        titles.add(row)
        work.emit(TitleAdded(TitleId(row.id)))
    elif row is None or row.state != TitleState.ANNOUNCED:
        return
    row.state = TitleState.PROCESSING.value
    row.duration_ms = accepted.duration_ms
    row.width, row.height = accepted.width, accepted.height


def _new_movie(work: Work, accepted: AssetAccepted) -> TitleRow:
    return TitleRow(
        id=accepted.asset_id,
        asset_id=accepted.asset_id,
        kind=TitleKind.MOVIE.value,
        root_id=accepted.asset_id,
        name=accepted.name,
        name_search=search_form(accepted.name),
        description=accepted.description or "",
        credit=accepted.credit or "",
        year=accepted.year,
        created_at=work.now,
    )


async def mark_playable(work: Work, settings: CatalogSettings, asset_id: AssetId) -> None:
    """Let a title be watched while the rest of it is still made."""
    row = await _lock_of_asset(work, asset_id)
    if row is not None and row.state == TitleState.PROCESSING:
        await _become_playable(work, settings, row, TitleState.PLAYABLE)


async def mark_ready(work: Work, settings: CatalogSettings, ready: PackageReady) -> None:
    """Write down that all of a title is there."""
    row = await _lock_of_asset(work, ready.asset_id)
    if row is not None and row.state != TitleState.READY:
        row.duration_ms = ready.duration_ms
        await _become_playable(work, settings, row, TitleState.READY)


async def mark_failed(work: Work, failed: AssetFailed) -> None:
    """Hide a title that could not be made whole; let it go if its file is to blame."""
    row = await _lock_of_asset(work, failed.asset_id)
    if row is None or row.state == TitleState.READY:
        return
    if failed.is_input_at_fault:
        await remove_for_good(work, row)
        return
    row.state = TitleState.FAILED.value
    row.problem = msgspec.to_builtins(failed.problem)
    row.published_at = None
    await settle(work, row)


async def drop_expired(work: Work, asset_id: AssetId) -> None:
    """Let a failed title go whose asset is gone."""
    row = await Titles(work).lock_of_asset(asset_id)
    if row is not None:
        await remove_for_good(work, row)


async def mark_retried(work: Work, settings: CatalogSettings, asset_id: AssetId) -> None:
    """Take a failed title up again; what could be played before can be played now."""
    row = await _lock_of_asset(work, asset_id)
    if row is None or row.state != TitleState.FAILED:
        return
    row.state, row.problem = TitleState.PROCESSING.value, None
    if await media.find_package(work, asset_id) is not None:
        await _become_playable(work, settings, row, TitleState.PLAYABLE)


async def mark_poster(work: Work, asset_id: AssetId) -> None:
    """Write down that a title has a poster."""
    row = await _lock_of_asset(work, asset_id)
    if row is not None:
        row.has_poster = True


async def _lock_of_asset(work: Work, asset_id: AssetId) -> TitleRow | None:
    """Find the title of an asset; None when both are gone."""
    row = await Titles(work).lock_of_asset(asset_id)
    if row is None and await _is_there(work, asset_id):
        raise TitleNotMadeYet
    return row


async def _is_there(work: Work, asset_id: AssetId) -> bool:
    return asset_id in await media.progress(work, [asset_id])


async def _become_playable(
    work: Work, settings: CatalogSettings, row: TitleRow, state: TitleState
) -> None:
    is_first_time = not can_be_played(TitleState(row.state))
    row.state, row.problem = state.value, None
    if is_first_time and settings.is_publish_on_upload and row.published_at is None:
        row.published_at = work.now
        await settle(work, row)
