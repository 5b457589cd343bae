"""What the profile that searches has watched, as far as it wants that to count."""

from __future__ import annotations

from streamverse.domains.library import public as library
from streamverse.domains.profiles import public as profiles
from streamverse.domains.search.rules.tastes import NO_TASTE, Taste, taste_of
from streamverse.domains.search.service.following import SearchDesk
from streamverse.kit.work import Work

WATCHED_FOR_TASTE = 20


async def find_taste(work: Work, desk: SearchDesk) -> Taste:
    """Find what the profile likes; it may be a minute old."""
    profile = await profiles.get_current_profile(work)
    if profile is None or not profile.is_personalised:
        return NO_TASTE
    known = desk.tastes.find(profile.id)
    if known is None:
        watched = await library.list_recent_titles(work, profile.id, WATCHED_FOR_TASTE)
        known = taste_of(desk.index_of(work.actor.tenant_id).get(watched))
        desk.tastes.keep(profile.id, known)
    return known
