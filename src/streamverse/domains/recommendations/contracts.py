"""What recommendations show to others: the jobs."""

from __future__ import annotations

from dataclasses import dataclass

from streamverse.kit.jobs import Job


@dataclass(frozen=True, slots=True)
class ComputeTrends(Job):
    """Rank what is watched, for every region."""
