"""What somebody likes: it decides among answers that are about as right as each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from streamverse.domains.search.rules.entries import Entry

FAVOURITES = 3


@dataclass(frozen=True, slots=True)
class Taste:
    """What somebody has watched of late, and which genres most."""

    watched: frozenset[UUID] = frozenset()
    genres: frozenset[str] = frozenset()

    def covers(self, entry: Entry) -> bool:
        """Tell whether somebody is likely to mean an entry rather than one that is as right."""
        return entry.id in self.watched or not self.genres.isdisjoint(entry.genres)


NO_TASTE = Taste()


def taste_of(watched: Sequence[Entry]) -> Taste:
    """Learn a taste from what was watched, the last first, which weighs most."""
    weights: Counter[str] = Counter()
    for age, entry in enumerate(watched):
        for genre in entry.genres:
            weights[genre] += 1000 // (age + 1)
    favourites = [genre for genre, _ in weights.most_common(FAVOURITES)]
    return Taste(frozenset(entry.id for entry in watched), frozenset(favourites))
