"""Why something failed, in JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from streamverse.kit.db import JsonObject


class ProblemBrief(msgspec.Struct):
    """Why something failed: a stable code and a sentence for people."""

    code: str
    detail: str

    @classmethod
    def of(cls, problem: JsonObject | None) -> ProblemBrief | None:
        """Read what is kept."""
        return cls(problem["code"], problem["detail"]) if problem else None
