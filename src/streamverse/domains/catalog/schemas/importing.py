"""The JSON of files of metadata."""

from __future__ import annotations

from typing import Self
from uuid import UUID

from msgspec import Struct

from streamverse.domains.catalog.service.importing import FieldChange, ImportPlan, Outcome
from streamverse.kit.errors import FieldProblem


class ImportLineOut(Struct):
    """What a line of a file would do; values are written as cells of CSV have them."""

    line: int
    outcome: Outcome
    name: str
    title_id: UUID | None
    changes: list[FieldChange]
    problems: list[FieldProblem]


class ImportCountsOut(Struct):
    """How many lines would do what."""

    new: int
    changed: int
    unchanged: int
    wrong: int


class ImportPlanOut(Struct):
    """What a file of metadata would do, or did; to apply it, give its fingerprint."""

    fingerprint: str
    counts: ImportCountsOut
    lines: list[ImportLineOut]

    @classmethod
    def of(cls, plan: ImportPlan) -> Self:
        """Show a plan."""
        lines = [
            ImportLineOut(
                line=one.source.line,
                outcome=one.outcome,
                name=one.name,
                title_id=one.title_id,
                changes=list(one.changes),
                problems=list(one.problems),
            )
            for one in plan.lines
        ]
        counts = ImportCountsOut(**{one.value: plan.count(one) for one in Outcome})
        return cls(plan.fingerprint, counts, lines)
