"""How long things are kept."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Retention:
    """After how long things are let go; 0 keeps them.

    ``source_days`` counts from when the package was ready, ``failed_days`` from the failure,
    ``refused_days`` from when the upload began; ``upload_hours`` is how long an upload may stand
    still.
    """

    source_days: int = 0
    failed_days: int = 0
    refused_days: int = 30
    upload_hours: int = 72

    def with_choices(self, choices: object) -> Retention:
        """Give these rules with what a tenant has chosen in their place; None leaves a rule."""
        chosen = {field.name: getattr(choices, field.name) for field in fields(self)}
        return replace(self, **{name: each for name, each in chosen.items() if each is not None})

    def due_before(self, days: int, now: datetime) -> datetime | None:
        """Give the moment before which things are due; None where they are kept."""
        return now - timedelta(days=days) if days else None
