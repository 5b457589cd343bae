"""All SQL of recommendations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import delete, insert, select

from streamverse.domains.catalog.contracts import TitleId
from streamverse.domains.recommendations.models import TrendRow
from streamverse.domains.recommendations.rules import Ranking
from streamverse.kit.work import Work

ROWS_AT_ONCE = 1_000


class Trends:
    """The rankings of the tenant, or of all of them."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def replace(
        self, ranked: Mapping[UUID, Mapping[tuple[Ranking, str], Sequence[TitleId]]]
    ) -> None:
        """Write all rankings of all tenants anew."""
        await self._work.session.execute(delete(TrendRow))
        rows = [
            {
                "tenant_id": tenant_id,
                "ranking": ranking.value,
                "region": region,
                "place": place,
                "title_id": title_id,
                "computed_at": self._work.now,
            }
            for tenant_id, of_tenant in ranked.items()
            for (ranking, region), title_ids in of_tenant.items()
            for place, title_id in enumerate(title_ids, 1)
        ]
        for start in range(0, len(rows), ROWS_AT_ONCE):
            await self._work.session.execute(insert(TrendRow), rows[start : start + ROWS_AT_ONCE])

    async def of_region(self, ranking: Ranking, region: str) -> Sequence[TitleId]:
        """List a ranking, the first first."""
        query = (
            select(TrendRow.title_id)
            .where(TrendRow.ranking == ranking.value, TrendRow.region == region)
            .order_by(TrendRow.place)
        )
        return [TitleId(title_id) for title_id in await self._work.session.scalars(query)]
