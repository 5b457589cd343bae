"""How titles are ranked by who watches them, and what somebody likes."""

from __future__ import annotations

import enum
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from streamverse.domains.catalog.contracts import TitleId
from streamverse.domains.library.contracts import Audience

EVERYWHERE = ""
# So many that enough are left for whoever may see few of them.
RANKED = 100


class Ranking(enum.StrEnum):
    """By what titles are ranked."""

    TRENDING = "trending"
    TOP = "top"


def rank(audiences: Iterable[Audience]) -> Mapping[tuple[Ranking, str], Sequence[TitleId]]:
    """Rank the titles of one tenant, for each region and for everywhere.

    ``TOP`` goes by how many watched in the week; ``TRENDING`` by how many did in the last day, all
    the more the more that is than on the average day of the week.
    """
    sums: dict[str, dict[TitleId, tuple[int, int]]] = defaultdict(dict)
    for one in audiences:
        for region in {EVERYWHERE, one.region or EVERYWHERE}:
            day, week = sums[region].get(one.title_id, (0, 0))
            sums[region][one.title_id] = day + one.of_day, week + one.of_week
    ranked: dict[tuple[Ranking, str], Sequence[TitleId]] = {}
    for region, titles in sums.items():
        scores = {
            Ranking.TOP: {title_id: float(week) for title_id, (_, week) in titles.items()},
            Ranking.TRENDING: {
                title_id: trend_score(day, week) for title_id, (day, week) in titles.items() if day
            },
        }
        for ranking, scored in scores.items():
            order = sorted(scored, key=lambda title_id, of=scored: (-of[title_id], title_id))
            ranked[ranking, region] = order[:RANKED]
    return ranked


def trend_score(of_day: int, of_week: int) -> float:
    """Weigh the audience of the last day by how far it is above the usual.

    >>> trend_score(70, 70) > trend_score(90, 630)
    True
    """
    return of_day * of_day / (of_week / 7 + 1)


def favourite_genres(
    watched: Sequence[TitleId], genres: Mapping[UUID, Sequence[tuple[UUID, str]]]
) -> Sequence[tuple[UUID, str]]:
    """Order genres by how much somebody has watched of them; what was watched last weighs most."""
    weights: Counter[tuple[UUID, str]] = Counter()
    for age, title_id in enumerate(watched):
        for genre in genres.get(title_id, ()):
            weights[genre] += 1000 // (age + 1)
    return [genre for genre, _ in weights.most_common()]
