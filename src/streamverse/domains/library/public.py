"""The verbs of the library that others may call."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from streamverse.domains.catalog.contracts import TitleId
from streamverse.domains.library.contracts import Audience
from streamverse.domains.library.repository import Progresses, Viewings, Watchlists
from streamverse.domains.library.rules.watching import resume_at_ms
from streamverse.domains.library.schemas.watching import PlaceOut
from streamverse.domains.library.service.history import EXPORTERS as HISTORY_EXPORTERS
from streamverse.domains.library.service.reminders import EXPORTERS as REMINDER_EXPORTERS
from streamverse.domains.library.service.watching import Continued, list_continued
from streamverse.domains.library.service.watchlists import EXPORTERS as WATCHLIST_EXPORTERS
from streamverse.domains.profiles.contracts import ProfileId
from streamverse.kit.work import Work

__all__ = [
    "LIBRARY_EXPORTERS",
    "Continued",
    "PlaceOut",
    "count_audiences",
    "find_resume_point",
    "list_continued",
    "list_recent_titles",
    "list_wanted",
]

LIBRARY_EXPORTERS = (*HISTORY_EXPORTERS, *WATCHLIST_EXPORTERS, *REMINDER_EXPORTERS)


async def count_audiences(work: Work) -> Sequence[Audience]:
    """Count who watched each title in the last day and week, by tenant and region."""
    day, week = work.now - timedelta(days=1), work.now - timedelta(days=7)
    return await Viewings(work).audiences(day, week)


async def find_resume_point(work: Work, profile_id: ProfileId, title_id: TitleId) -> int | None:
    """Find at which millisecond somebody goes on with a title; None where it begins anew."""
    stopped = await Progresses(work).find_stop(profile_id, title_id)
    return resume_at_ms(stopped[0], is_finished=stopped[1]) if stopped else None


async def list_recent_titles(work: Work, profile_id: ProfileId, limit: int) -> Sequence[TitleId]:
    """List what somebody has watched last, newest first: titles, and series instead of episodes.

    Of a series, each episode counts into the limit.
    """
    return await Progresses(work).recent_roots(profile_id, limit)


async def list_wanted(work: Work, profile_id: ProfileId, limit: int) -> Sequence[TitleId]:
    """List what comes first on somebody's list."""
    return await Watchlists(work).first(profile_id, limit)
