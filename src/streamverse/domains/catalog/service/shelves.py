"""What other domains show of many titles at once, and what follows after an episode."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from streamverse.domains.catalog.contracts import (
    EpisodePlace,
    TitleId,
    TitleState,
    Viewer,
    Watchable,
    Words,
)
from streamverse.domains.catalog.repository import Titles
from streamverse.domains.catalog.repository.shelves import EpisodeRow, Shelves
from streamverse.domains.catalog.rules.hierarchy import Place, next_place
from streamverse.domains.catalog.rules.words import search_form
from streamverse.domains.catalog.schemas.titles import TitleCardOut
from streamverse.domains.catalog.service import titles
from streamverse.domains.catalog.service.viewers import viewer_of
from streamverse.domains.media.public import MediaAddresses
from streamverse.kit.work import Work


async def show_cards(
    work: Work,
    addresses: MediaAddresses,
    title_ids: Collection[TitleId],
    viewer: Viewer | None = None,
) -> Mapping[TitleId, TitleCardOut]:
    """Show those of some titles that the actor may know of; who has the viewer, gives it."""
    if not title_ids:
        return {}
    rows = await Titles(work).cards_of(viewer or await viewer_of(work), title_ids)
    shown = await titles.show(work, addresses, rows)
    return {TitleId(one.row.id): TitleCardOut.of(one) for one in shown}


async def keep_visible(
    work: Work, title_ids: Collection[TitleId], viewer: Viewer | None = None
) -> set[TitleId]:
    """Tell which of some titles the actor may know of."""
    if not title_ids:
        return set()
    found = await Shelves(work).visible(viewer or await viewer_of(work), title_ids)
    return {TitleId(title_id) for title_id in found}


async def will_be_visible(work: Work, title_id: TitleId) -> bool:
    """Tell whether the actor will be able to see a title, later than now."""
    return await Shelves(work).will_be_visible(await viewer_of(work), title_id)


async def show_upcoming(
    work: Work,
    addresses: MediaAddresses,
    until: datetime,
    limit: int,
    viewer: Viewer | None = None,
) -> Sequence[tuple[TitleCardOut, datetime]]:
    """Show what the actor will be able to see until some moment, soonest first, and from when."""
    viewer = viewer or await viewer_of(work)
    found = dict(await Shelves(work).upcoming(viewer, until, limit))
    # They may be known of, though not yet seen: only the moment of showing is not asked again.
    rows = await Titles(work).cards_of(replace(viewer, sees_unpublished=True), found)
    shown = [TitleCardOut.of(one) for one in await titles.show(work, addresses, rows)]
    return sorted(((card, found[card.id]) for card in shown), key=lambda pair: pair[1])


async def list_newest(work: Work, viewer: Viewer, limit: int) -> Sequence[TitleId]:
    """List what was published last."""
    return [TitleId(row.id) for row in await Titles(work).newest(viewer, limit)]


async def list_unready(work: Work, viewer: Viewer, limit: int) -> Sequence[TitleId]:
    """List what is being made or has failed, to those who see what is not published."""
    if not viewer.sees_unpublished:
        return ()
    states = (TitleState.PROCESSING, TitleState.FAILED)
    return [TitleId(row.id) for row in await Titles(work).newest_in(viewer, states, limit)]


async def find_words(work: Work, title_id: TitleId) -> Words | None:
    """Find what is said about a title, whoever asks."""
    row = await Titles(work).find(title_id)
    return Words(row.name, row.tagline, row.description) if row else None


async def find_watchable(work: Work, title_id: TitleId) -> Watchable | None:
    """Find what progress is measured by, of a title that the actor may know of."""
    row = await titles.find_visible(work, title_id)
    if row is None:
        return None
    credits_start_ms = await Shelves(work).credits_start_ms(title_id)
    return Watchable(title_id, TitleId(row.root_id), row.duration_ms, credits_start_ms)


async def find_places(work: Work, title_ids: Collection[TitleId]) -> Mapping[TitleId, EpisodePlace]:
    """Tell which of some titles are episodes, and where they stand."""
    if not title_ids:
        return {}
    return {TitleId(row.id): _place(row) for row in await Shelves(work).places(title_ids)}


async def find_next_episodes(
    work: Work, episodes: Mapping[TitleId, TitleId], viewer: Viewer | None = None
) -> Mapping[TitleId, TitleId]:
    """Find what comes after episodes, each given with its series, as far as the actor may know."""
    if not episodes:
        return {}
    rows = await Shelves(work).episodes_of(viewer or await viewer_of(work), set(episodes.values()))
    by_series: dict[UUID, list[Place[UUID]]] = {}
    for row in rows:
        by_series.setdefault(row.series_id, []).append(Place(row.season, row.number, row.id))
    found = {
        episode: next_place(by_series.get(series, []), episode)
        for episode, series in episodes.items()
    }
    return {episode: TitleId(after) for episode, after in found.items() if after is not None}


async def find_by_names(
    work: Work, names: Collection[str]
) -> Mapping[tuple[str, int | None], TitleId]:
    """Find titles that the actor may know of by name and year, and by name alone (year None)."""
    if not names:
        return {}
    forms = {search_form(name) for name in names}
    by_form: dict[str, list[tuple[int | None, TitleId]]] = {}
    for title_id, form, year in await Shelves(work).by_names(await viewer_of(work), forms):
        by_form.setdefault(form, []).append((year, TitleId(title_id)))
    found: dict[tuple[str, int | None], TitleId] = {}
    for name in names:
        for year, title_id in by_form.get(search_form(name), ()):
            found.setdefault((name, year), title_id)
            found.setdefault((name, None), title_id)
    return found


def _place(row: EpisodeRow) -> EpisodePlace:
    return EpisodePlace(TitleId(row.series_id), row.series_name, row.season, row.number)
