"""What may be said of a plan."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from streamverse.kit.errors import FieldProblem, Invalid

NAME_LIMIT = 60
DESCRIPTION_LIMIT = 500
HIGHEST_COUNT = 1000
SHORTEST, TALLEST = 144, 4320
COUNTRY = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDraft:
    """Everything that staff says of a plan; a limit of 0 is none."""

    name: str
    description: str = ""
    streams_at_once: int = 0
    devices_at_most: int = 0
    max_height: int | None = None
    regions: Sequence[str] = ()
    is_default: bool = False
    is_archived: bool = False


def tidy_draft(draft: PlanDraft) -> PlanDraft:
    """Clean what is said of a plan, or raise Invalid with everything that is wrong with it."""
    tidied = replace(
        draft,
        name=" ".join(draft.name.split()),
        description=draft.description.strip(),
        regions=tuple(dict.fromkeys(code.strip().upper() for code in draft.regions)),
    )
    problems = tuple(_problems(tidied))
    if problems:
        raise Invalid(" ".join(found.problem for found in problems), fields=problems)
    return tidied


def _problems(draft: PlanDraft) -> Iterator[FieldProblem]:
    if not 0 < len(draft.name) <= NAME_LIMIT:
        yield FieldProblem("name", f"Enter a name of 1 to {NAME_LIMIT} characters.")
    if len(draft.description) > DESCRIPTION_LIMIT:
        yield FieldProblem(
            "description", f"The description may have at most {DESCRIPTION_LIMIT} characters."
        )
    for field in ("streams_at_once", "devices_at_most"):
        if not 0 <= getattr(draft, field) <= HIGHEST_COUNT:
            yield FieldProblem(
                field, f"Enter a number from 0, which is no limit, to {HIGHEST_COUNT}."
            )
    if draft.max_height is not None and not SHORTEST <= draft.max_height <= TALLEST:
        yield FieldProblem("max_height", f"Enter a number of lines from {SHORTEST} to {TALLEST}.")
    for code in draft.regions:
        if not COUNTRY.fullmatch(code):
            problem = f"{code!r} is not a country: write its two letters, like DE."
            yield FieldProblem("regions", problem)
    if draft.is_default and draft.is_archived:
        problem = "An archived plan cannot be the default one: make another one the default first."
        yield FieldProblem("is_archived", problem)
