"""The durable work of recommendations."""

from __future__ import annotations

from datetime import timedelta

from streamverse.domains.recommendations.contracts import ComputeTrends
from streamverse.domains.recommendations.service import trends
from streamverse.kit.jobs import JobHandlers
from streamverse.kit.work import Work

COMPUTE_EVERY = timedelta(minutes=10)


def handlers() -> JobHandlers:
    """Declare the jobs."""
    declared = JobHandlers()

    async def compute_trends(work: Work, _job: ComputeTrends) -> None:
        await trends.compute_trends(work)

    declared.brief(ComputeTrends, compute_trends)
    declared.every(COMPUTE_EVERY, ComputeTrends())
    return declared
