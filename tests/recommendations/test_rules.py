"""How titles are ranked, and what somebody likes."""

from __future__ import annotations

from uuid import UUID

from streamverse.domains.catalog.contracts import TitleId
from streamverse.domains.library.contracts import Audience
from streamverse.domains.recommendations.rules import (
    EVERYWHERE,
    Ranking,
    favourite_genres,
    rank,
    trend_score,
)

TENANT = UUID(int=1)
OLD, NEW, FOREIGN = (TitleId(UUID(int=number)) for number in (11, 12, 13))


def audience(title_id: TitleId, of_day: int, of_week: int, region: str | None = "DE") -> Audience:
    return Audience(TENANT, region, title_id, of_day, of_week)


def test_the_top_goes_by_the_week_and_trending_by_what_rises() -> None:
    ranked = rank([audience(OLD, 90, 630), audience(NEW, 70, 70)])
    assert ranked[Ranking.TOP, "DE"] == [OLD, NEW]
    assert ranked[Ranking.TRENDING, "DE"] == [NEW, OLD]


def test_each_region_has_its_own_ranking_and_everywhere_sums_them() -> None:
    ranked = rank([audience(OLD, 1, 5), audience(FOREIGN, 1, 9, "FR"), audience(OLD, 1, 7, None)])
    assert ranked[Ranking.TOP, "DE"] == [OLD]
    assert ranked[Ranking.TOP, "FR"] == [FOREIGN]
    assert ranked[Ranking.TOP, EVERYWHERE] == [OLD, FOREIGN]


def test_what_nobody_watched_today_does_not_trend() -> None:
    ranked = rank([audience(OLD, 0, 50)])
    assert ranked[Ranking.TRENDING, "DE"] == []
    assert ranked[Ranking.TOP, "DE"] == [OLD]


def test_equals_are_ranked_the_same_every_time() -> None:
    both = [audience(NEW, 1, 1), audience(OLD, 1, 1)]
    assert rank(both)[Ranking.TOP, "DE"] == rank(both[::-1])[Ranking.TOP, "DE"] == [OLD, NEW]


def test_a_steady_audience_scores_less_than_a_sudden_one() -> None:
    assert trend_score(100, 100) > trend_score(100, 700)


def test_what_was_watched_last_says_most_of_what_is_liked() -> None:
    drama, comedy = (UUID(int=1), "Drama"), (UUID(int=2), "Comedy")
    genres = {OLD: [drama], NEW: [comedy, drama], FOREIGN: [drama]}
    assert favourite_genres([NEW, OLD, FOREIGN], genres) == [drama, comedy]
    assert favourite_genres([NEW], {NEW: [comedy]}) == [comedy]
    assert favourite_genres([], {}) == []
