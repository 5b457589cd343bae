"""How far somebody is, as their player reports it, and what they go on with."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from streamverse.domains.catalog import public as catalog
from streamverse.domains.catalog.contracts import EpisodePlace, TitleId, Viewer
from streamverse.domains.library.contracts import Progress, ProgressReport
from streamverse.domains.library.models import ProgressRow
from streamverse.domains.library.repository import OpenEnd, Progresses, Viewings
from streamverse.domains.library.rules.watching import is_watched, resume_at_ms
from streamverse.domains.media.public import MediaAddresses
from streamverse.domains.profiles import public as profiles
from streamverse.domains.profiles.contracts import ProfileId
from streamverse.kit.work import Work

CONTINUE_LIMIT = 24
# The last so many titles decide what there is to go on with: a few, and more if those do not do.
LOOKS = (32, 200)


@dataclass(frozen=True, slots=True)
class Stopped:
    """Where somebody stopped with a title, or with the series that it is an episode of."""

    title_id: TitleId
    root_id: TitleId
    duration_ms: int
    resume_at_ms: int | None
    is_finished: bool


@dataclass(frozen=True, slots=True)
class Continued:
    """What somebody may go on with: where they stopped, or the episode that comes next."""

    title_id: TitleId
    resume_at_ms: int | None
    duration_ms: int
    place: EpisodePlace | None


@dataclass(frozen=True, slots=True)
class ContinuedCard:
    """The same with its card."""

    card: catalog.TitleCardOut
    continued: Continued


async def report_progress(work: Work, report: ProgressReport) -> None:
    """Write down how far somebody is; late and repeated reports change nothing.

    Where the profile keeps no history, nothing is written.
    """
    profile = await profiles.get_own_profile(work, report.profile_id)
    watchable = await catalog.find_watchable(work, report.title_id)
    if watchable is None:
        raise catalog.TitleNotFound(report.title_id)
    if not profile.is_history_kept:
        return
    is_finished = is_watched(report.position_ms, report.duration_ms, watchable.credits_start_ms)
    began_at = await Viewings(work).record(report, watchable.root_id, is_finished=is_finished)
    if began_at is not None:
        await Progresses(work).move(report, watchable.root_id, began_at, is_finished=is_finished)


async def find_progress(
    work: Work, profile_id: ProfileId, title_ids: Sequence[TitleId]
) -> Sequence[Progress]:
    """Find how far somebody is with some titles."""
    await profiles.get_own_profile(work, profile_id)
    visible = await catalog.keep_visible(work, title_ids)
    return [view_of(row) for row in await Progresses(work).of_titles(profile_id, visible)]


async def list_continued(
    work: Work, profile_id: ProfileId, viewer: Viewer | None = None
) -> Sequence[Continued]:
    """List what somebody may go on with, one for each series, what was watched last first.

    The titles are not asked about yet: ``show_continued`` leaves out what may not be seen.
    """
    return await _go_on(work, profile_id, await _newest_ends(work, profile_id), viewer)


async def _go_on(
    work: Work, profile_id: ProfileId, ends: Sequence[Stopped], viewer: Viewer | None = None
) -> Sequence[Continued]:
    finished = {end.title_id: end.root_id for end in ends if end.is_finished}
    following = await catalog.find_next_episodes(work, finished, viewer)
    chosen = [
        title_id
        for end in ends
        if (title_id := following.get(end.title_id) if end.is_finished else _begun(end))
    ][:CONTINUE_LIMIT]
    alone = {end.title_id for end in ends if end.title_id == end.root_id}
    places = await catalog.find_places(work, [one for one in chosen if one not in alone])
    known = {end.title_id: end for end in ends}
    begun = await _begun_following(work, profile_id, following.values())
    return [_continued(title_id, {**known, **begun}, places) for title_id in chosen]


async def _newest_ends(work: Work, profile_id: ProfileId) -> Sequence[Stopped]:
    """Find where somebody stopped last with each title or series; mostly one short look does."""
    ends: dict[TitleId, Stopped] = {}
    for limit in LOOKS:
        rows = await Progresses(work).open_ends(profile_id, limit)
        ends = {}
        for row in rows:
            end = _stopped(row)
            ends.setdefault(end.root_id, end)
        if len(rows) < limit or sum(map(_is_begun, ends.values())) >= CONTINUE_LIMIT:
            break
    return list(ends.values())


async def show_continued(
    work: Work, addresses: MediaAddresses, profile_id: ProfileId
) -> Sequence[ContinuedCard]:
    """Show what somebody may go on with, as far as the actor may know of it."""
    await profiles.get_own_profile(work, profile_id)
    return await _show(work, addresses, await list_continued(work, profile_id))


async def show_continued_of(
    work: Work, addresses: MediaAddresses, profile_id: ProfileId, series_id: TitleId
) -> Sequence[ContinuedCard]:
    """Show where somebody goes on with a series; nothing where it is new to them or at its end."""
    await profiles.get_own_profile(work, profile_id)
    ends = map(_stopped, await Progresses(work).ends_of(profile_id, series_id))
    last = next((end for end in ends if end.is_finished or _is_begun(end)), None)
    listed = await _go_on(work, profile_id, [last]) if last else ()
    return await _show(work, addresses, listed)


async def _show(
    work: Work, addresses: MediaAddresses, listed: Sequence[Continued]
) -> Sequence[ContinuedCard]:
    cards = await catalog.show_cards(work, addresses, [one.title_id for one in listed])
    return [ContinuedCard(cards[one.title_id], one) for one in listed if one.title_id in cards]


async def hide_continued(work: Work, profile_id: ProfileId, title_id: TitleId) -> None:
    """Offer a title, or its series, no more until it is watched again."""
    await profiles.get_own_profile(work, profile_id)
    await Progresses(work).hide(profile_id, title_id)


def view_of(row: ProgressRow) -> Progress:
    """Show progress to others."""
    return Progress(
        title_id=TitleId(row.title_id),
        root_id=TitleId(row.root_id),
        position_ms=row.position_ms,
        duration_ms=row.duration_ms,
        is_finished=row.is_finished,
        watched_at=row.watched_at,
        resume_at_ms=resume_at_ms(row.position_ms, is_finished=row.is_finished),
    )


def _stopped(row: OpenEnd | ProgressRow) -> Stopped:
    return Stopped(
        TitleId(row.title_id),
        TitleId(row.root_id),
        row.duration_ms,
        resume_at_ms(row.position_ms, is_finished=row.is_finished),
        is_finished=row.is_finished,
    )


def _is_begun(end: Stopped) -> bool:
    return end.resume_at_ms is not None


def _begun(end: Stopped) -> TitleId | None:
    return end.title_id if _is_begun(end) else None


async def _begun_following(
    work: Work, profile_id: ProfileId, title_ids: Collection[TitleId]
) -> Mapping[TitleId, Progress]:
    if not title_ids:
        return {}
    rows = await Progresses(work).of_titles(profile_id, title_ids)
    return {TitleId(row.title_id): view_of(row) for row in rows}


def _continued(
    title_id: TitleId,
    known: Mapping[TitleId, Stopped | Progress],
    places: Mapping[TitleId, EpisodePlace],
) -> Continued:
    end = known.get(title_id)
    return Continued(
        title_id=title_id,
        resume_at_ms=end.resume_at_ms if end else None,
        duration_ms=end.duration_ms if end else 0,
        place=places.get(title_id),
    )
