"""What a rule reports."""

from dataclasses import dataclass
from pathlib import PurePath


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A place that breaks a rule, and how to mend it."""

    path: PurePath
    line: int
    code: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.code} {self.sentence}"
