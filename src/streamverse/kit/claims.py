"""Which job a worker takes next: the most urgent, of the tenant that had least, the oldest first.

One statement looks at one job of each tenant that waits in a lane, however many jobs it has
waiting. Among equally urgent ones that tenant goes first which has the fewest jobs running; then
the one whose last job began longest ago; so a tenant with a thousand jobs holds up nobody.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import String, bindparam, exists, select, text

from streamverse.kit.db import UtcDateTime
from streamverse.kit.jobs import JobRow, JobState

if TYPE_CHECKING:
    from sqlalchemy import Executable
    from sqlalchemy.ext.asyncio import AsyncSession

# Going from tenant to tenant along the index costs a step for each, not one for each job.
_NEXT = """
WITH RECURSIVE tenant(id) AS (
    SELECT (
        SELECT tenant_id FROM kit_job WHERE state = 'queued' AND lane = :lane
        ORDER BY tenant_id LIMIT 1
    )
    UNION ALL
    SELECT (
        SELECT tenant_id FROM kit_job
        WHERE state = 'queued' AND lane = :lane AND tenant_id > tenant.id
        ORDER BY tenant_id LIMIT 1
    )
    FROM tenant WHERE tenant.id IS NOT NULL
),
candidate(tenant_id, id) AS {materialized} (
    SELECT tenant.id, (
        SELECT id FROM kit_job
        WHERE state = 'queued' AND lane = :lane AND tenant_id = tenant.id AND run_at <= :now
            AND (needs IS NULL OR needs IN :offers)
        ORDER BY priority, run_at, id LIMIT 1 {lock}
    )
    FROM tenant WHERE tenant.id IS NOT NULL
)
SELECT job.* FROM candidate JOIN kit_job AS job ON job.id = candidate.id
ORDER BY
    job.priority,
    (
        SELECT count(*) FROM kit_job AS other
        WHERE other.state = 'running' AND other.lane = :lane
            AND other.tenant_id = candidate.tenant_id
    ),
    (
        SELECT max(started_at) FROM kit_job AS other
        WHERE other.lane = :lane AND other.tenant_id = candidate.tenant_id
    ) NULLS FIRST,
    job.run_at, job.id
LIMIT 1
"""


def _statement(materialized: str, lock: str) -> Executable:
    query = text(_NEXT.format(materialized=materialized, lock=lock)).bindparams(
        bindparam("now", type_=UtcDateTime()),
        bindparam("offers", type_=String(), expanding=True),
    )
    return select(JobRow).from_statement(query).execution_options(populate_existing=True)


_ON_SQLITE = _statement("", "")
# Each look locks what it looked at, and passes over what others have locked.
_ON_POSTGRESQL = _statement("MATERIALIZED", "FOR UPDATE SKIP LOCKED")


async def find_due_lanes(
    session: AsyncSession, lanes: Sequence[str], now: datetime
) -> Sequence[str]:
    """Find the lanes in which something is due, for whichever worker."""
    due = [
        exists().where(JobRow.state == JobState.QUEUED, JobRow.lane == lane, JobRow.run_at <= now)
        for lane in lanes
    ]
    row = (await session.execute(select(*due))).one()
    return [lane for lane, is_due in zip(lanes, row, strict=True) if is_due]


async def find_next(
    session: AsyncSession, lane: str, now: datetime, offers: Collection[str]
) -> JobRow | None:
    """Find the next job of a lane for a worker, and lock it; the session sees all tenants."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    return await session.scalar(
        _ON_SQLITE if is_sqlite else _ON_POSTGRESQL,
        {"lane": lane, "now": now, "offers": list(offers)},
    )
