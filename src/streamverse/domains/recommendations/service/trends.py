"""What is watched, ranked by schedule."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from streamverse.domains.catalog.contracts import TitleId
from streamverse.domains.library import public as library
from streamverse.domains.library.contracts import Audience
from streamverse.domains.recommendations.repository import Trends
from streamverse.domains.recommendations.rules import EVERYWHERE, Ranking, rank
from streamverse.kit.work import Work


async def compute_trends(work: Work) -> None:
    """Rank what is watched, for every tenant and region."""
    by_tenant: dict[UUID, list[Audience]] = defaultdict(list)
    for audience in await library.count_audiences(work):
        by_tenant[audience.tenant_id].append(audience)
    await Trends(work).replace({tenant: rank(counted) for tenant, counted in by_tenant.items()})


async def find_ranking(work: Work, ranking: Ranking) -> Sequence[TitleId]:
    """Find a ranking of the actor's region; where that has too little to tell, of everywhere."""
    trends = Trends(work)
    region = work.actor.region or EVERYWHERE
    local = await trends.of_region(ranking, region)
    if region == EVERYWHERE:
        return local
    return list(dict.fromkeys((*local, *await trends.of_region(ranking, EVERYWHERE))))
