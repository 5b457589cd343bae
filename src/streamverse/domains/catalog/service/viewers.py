"""Who is looking at the catalog."""

from __future__ import annotations

from streamverse.domains.catalog.contracts import Viewer
from streamverse.domains.catalog.rules.visibility import ADULT_AGE
from streamverse.domains.profiles import public as profiles
from streamverse.domains.profiles.contracts import Profile
from streamverse.kit.work import Actor, Work


async def viewer_of(work: Work, current: Profile | None = None) -> Viewer:
    """Tell what decides over what the actor may know of; who has the current profile, gives it."""
    return Viewer(
        oldest_age=await profiles.get_oldest_age(work, current),
        region=work.actor.region,
        sees_unpublished=sees_unpublished(work.actor),
    )


def staff_viewer(work: Work) -> Viewer:
    """Tell the same for work on titles, which no profile narrows."""
    return Viewer(oldest_age=ADULT_AGE, region=work.actor.region, sees_unpublished=True)


def unknown_viewer(work: Work) -> Viewer:
    """Tell the same for somebody unknown: they may be young, so that nothing is for adults only."""
    return Viewer(oldest_age=ADULT_AGE - 1, region=work.actor.region)


def sees_unpublished(actor: Actor) -> bool:
    """Tell whether somebody works on titles, and so sees those that viewers do not."""
    return actor.may("titles.edit")
