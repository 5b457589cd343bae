"""How reviews are cleaned, how helpful they count as, and how many may be written."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from streamverse.kit.errors import FieldProblem, Invalid

# Five stars rather than ten points: fewer choices to make, and bars that fit a phone.
MOST_STARS = 5
TEXT_LIMIT, COMMENT_LIMIT = 5_000, 500
WRITTEN_LIMIT = 20
WRITTEN_WINDOW = timedelta(hours=1)

# The 97.5th percentile of the normal distribution: 95 % of certainty on both sides.
_Z = 1.959964


@dataclass(frozen=True, slots=True)
class Summary:
    """How a title is rated: ``counts`` are of one star to five."""

    counts: tuple[int, ...]

    @classmethod
    def of(cls, counts: Mapping[int, int]) -> Summary:
        """Sum up from how many gave each number of stars."""
        return cls(tuple(counts.get(stars, 0) for stars in range(1, MOST_STARS + 1)))

    @property
    def count(self) -> int:
        """Tell how many have rated."""
        return sum(self.counts)

    @property
    def average(self) -> float | None:
        """Give the mean, to a tenth of a star; None where nobody has rated."""
        if not self.count:
            return None
        total = sum(stars * count for stars, count in enumerate(self.counts, 1))
        return round(total / self.count, 1)


def helpfulness_ppm(helpful: int, unhelpful: int) -> int:
    """Give the lower bound of Wilson's interval of the share that found a review helpful.

    So that one vote of one does not come before ninety of a hundred. In millionths, which are
    compared exactly wherever they are kept.
    """
    count = helpful + unhelpful
    if count == 0:
        return 0
    share, z2 = helpful / count, _Z * _Z
    spread = _Z * math.sqrt((share * (1 - share) + z2 / (4 * count)) / count)
    return max(0, round(1_000_000 * (share + z2 / (2 * count) - spread) / (1 + z2 / count)))


def tidy_text(text: str, limit: int, field: str) -> str:
    """Clean what somebody wrote: nothing that is not shown, no gaps of many lines."""
    lines = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    shown = "".join(c for c in lines if c == "\n" or _is_shown(c))
    tidied = re.sub(r"\n\s*\n\s*", "\n\n", shown).strip()
    if len(tidied) > limit:
        problem = f"Write at most {limit:,} characters; this has {len(tidied):,}."
        raise Invalid(problem, fields=(FieldProblem(field, problem),))
    return tidied


def _is_shown(character: str) -> bool:
    # Of the categories C*, joiners make letters and emoji; the others turn or hide what is near.
    return character in "\u200c\u200d" or not unicodedata.category(character).startswith("C")
