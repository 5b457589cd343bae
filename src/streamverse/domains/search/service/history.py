"""What a profile looked for and went on to, and what can be told of it without whom it was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from streamverse.domains.catalog.contracts import FindableKind
from streamverse.domains.identity.contracts import AccountId, Exporter
from streamverse.domains.profiles import public as profiles
from streamverse.domains.profiles.contracts import ProfileId
from streamverse.domains.search.contracts import SEARCHES_KEPT
from streamverse.domains.search.errors import SearchNotFound
from streamverse.domains.search.models import HistoryRow
from streamverse.domains.search.repository import Choices, History, QueryDays, days_before
from streamverse.domains.search.rules.entries import Entry
from streamverse.domains.search.rules.text import fold
from streamverse.domains.search.service.following import SearchDesk
from streamverse.domains.search.service.searching import visible_entries
from streamverse.kit.clock import new_id
from streamverse.kit.work import Work

HISTORY_LIMIT = 50
HISTORY_SHOWN = 10
TRENDING_DAYS = 7
TOGETHER = timedelta(hours=12)
# Of what is chosen most, a young profile may see little.
ASKED_FOR_EACH = 10


async def remember(
    work: Work, desk: SearchDesk, query: str, chosen: tuple[FindableKind, UUID] | None
) -> None:
    """Keep what the profile searched and what it went on to, if it may know of that."""
    if chosen is not None and not await visible_entries(work, desk, [chosen], 1):
        chosen = None
    profile = await profiles.get_current_profile(work)
    if chosen is not None:
        await _count(work, profile.id if profile else None, *chosen)
    if profile is None or not profile.is_history_kept:
        return
    kind, chosen_id = chosen or (None, None)
    history = History(work)
    await history.write(
        {
            "id": new_id(),
            "profile_id": profile.id,
            "query": query,
            "folded": " ".join(fold(query).split()),
            "chosen_kind": kind,
            "chosen_id": chosen_id,
            "searched_at": work.now,
        }
    )
    await history.keep_last(profile.id, HISTORY_LIMIT)


async def _count(
    work: Work, profile_id: ProfileId | None, kind: FindableKind, chosen_id: UUID
) -> None:
    choices = Choices(work)
    await choices.count(kind.value, chosen_id)
    if profile_id is None:
        return
    for other_kind, other_id in await History(work).chosen_since(profile_id, work.now - TOGETHER):
        if other_id != chosen_id:
            await choices.pair(chosen_id, other_kind, other_id)
            await choices.pair(other_id, kind.value, chosen_id)


async def list_history(work: Work) -> Sequence[HistoryRow]:
    """List what the profile looked for, the last first."""
    profile = await profiles.get_current_profile(work)
    return await History(work).page(profile.id, HISTORY_SHOWN) if profile else []


async def forget_search(work: Work, entry_id: UUID) -> None:
    """Forget one search of the profile."""
    profile = await profiles.get_current_profile(work)
    if profile is None or not await History(work).remove(profile.id, entry_id):
        raise SearchNotFound


async def clear_history(work: Work) -> None:
    """Forget all searches of the profile."""
    profile = await profiles.get_current_profile(work)
    if profile is not None:
        await History(work).remove(profile.id)


async def forget_profile(work: Work, profile_id: ProfileId) -> None:
    """Keep nothing of a profile that is gone."""
    await History(work).remove(profile_id)


async def list_trending(work: Work, desk: SearchDesk, limit: int) -> Sequence[Entry]:
    """List what is gone on to most these days, of what the actor may know of.

    Names of the catalog and no words that somebody typed: those could be anything.
    """
    since = days_before(work.now, TRENDING_DAYS)
    chosen = await Choices(work).most_chosen(since, limit * ASKED_FOR_EACH)
    return await visible_entries(work, desk, chosen, limit)


async def list_also_searched(
    work: Work, desk: SearchDesk, chosen_ids: Sequence[UUID], limit: int
) -> Sequence[Entry]:
    """List what those went on to who went on to some things, of what the actor may know of."""
    if not chosen_ids:
        return []
    chosen = await Choices(work).also_chosen(chosen_ids, limit * ASKED_FOR_EACH)
    return await visible_entries(work, desk, chosen, limit)


async def forget_old_searches(work: Work) -> None:
    """Forget what was searched longer ago than is told."""
    before = (work.now - SEARCHES_KEPT).date()
    await QueryDays(work).forget(before)
    await Choices(work).forget(before)


async def _export_searches(work: Work, account_id: AccountId) -> object:
    return [
        {"profile_id": profile_id, "query": row.query, "searched_at": row.searched_at}
        for profile_id in await profiles.list_profile_ids(work, account_id)
        for row in await History(work).page(profile_id, HISTORY_LIMIT)
    ]


SEARCH_EXPORTERS = (Exporter("searches", _export_searches),)
