"""The size of the code in figures, shown after every run."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from tools.lint.source import Source, length_in_lines


@dataclass(frozen=True, slots=True)
class Figures:
    """How long functions are and how much is said about the code."""

    file_count: int
    median_function_lines: float
    comments_per_hundred_lines: float
    docstrings_per_hundred_lines: float

    @classmethod
    def of(cls, sources: Sequence[Source]) -> Self:
        """Measure files together; blank lines do not count."""
        lengths = [length_in_lines(each) for source in sources for each in source.functions()]
        lines = sum(bool(line.strip()) for each in sources for line in each.text.splitlines())
        comments = sum(1 for source in sources for _ in source.comments())
        docstrings = sum(source.docstring_lines() for source in sources)
        return cls(
            file_count=len(sources),
            median_function_lines=statistics.median(lengths or [0]),
            comments_per_hundred_lines=100 * comments / max(lines, 1),
            docstrings_per_hundred_lines=100 * docstrings / max(lines, 1),
        )

    def __str__(self) -> str:
        return (
            f"{self.file_count} files; "
            f"median function {self.median_function_lines:g} lines (10 is the aim); "
            f"of 100 lines {self.comments_per_hundred_lines:.1f} are comments (3 to 8) "
            f"and {self.docstrings_per_hundred_lines:.1f} docstrings"
        )
