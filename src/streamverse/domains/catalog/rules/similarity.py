"""Which titles are like another one: by what they are about, who made them, and when.

Alikeness is a sum of five parts, each of which a person could say aloud:

- genres: up to 3, the share of common genres among all genres of the two;
- people: 1 for each common person in the cast, 2 for one who directed, wrote or created, up to 4;
- studios: 1 if one studio made both;
- time: up to 1, for the same year; nothing from 20 years apart;
- kind: ½ if both are movies, or both series.

Titles with neither a genre nor a person in common are not alike, whatever else they share.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

GENRES_WEIGHT = 3.0
MAKER_WEIGHT, PLAYER_WEIGHT, PEOPLE_MOST = 2.0, 1.0, 4.0
STUDIO_WEIGHT = 1.0
YEAR_WEIGHT, YEARS_APART = 1.0, 20
KIND_WEIGHT = 0.5
MAKERS = frozenset({"director", "writer", "creator", "screenplay", "author"})


@dataclass(frozen=True, slots=True)
class Traits:
    """What makes a title like another: people with whether they made it, or only appear in it."""

    kind: str
    year: int | None = None
    genres: frozenset[UUID] = frozenset()
    studios: frozenset[UUID] = frozenset()
    people: Mapping[UUID, bool] = field(default_factory=dict[UUID, bool])


def alikeness(one: Traits, other: Traits) -> float:
    """Measure how much two titles are alike; 0 where nothing that matters is common."""
    genres = one.genres & other.genres
    people = one.people.keys() & other.people.keys()
    if not genres and not people:
        return 0.0
    makers = sum(one.people[person] and other.people[person] for person in people)
    by_people = makers * MAKER_WEIGHT + (len(people) - makers) * PLAYER_WEIGHT
    return (
        (GENRES_WEIGHT * len(genres) / len(one.genres | other.genres) if genres else 0.0)
        + min(by_people, PEOPLE_MOST)
        + (STUDIO_WEIGHT if one.studios & other.studios else 0.0)
        + _nearness(one.year, other.year)
        + (KIND_WEIGHT if one.kind == other.kind else 0.0)
    )


def most_alike(one: Traits, others: Mapping[UUID, Traits], limit: int) -> Sequence[UUID]:
    """List the titles most alike, the most alike first; among equals the newer."""
    measured = ((alikeness(one, traits), title_id) for title_id, traits in others.items())
    ranked = sorted((found for found in measured if found[0] > 0), reverse=True)
    return [title_id for _, title_id in ranked[:limit]]


def _nearness(one: int | None, other: int | None) -> float:
    if one is None or other is None:
        return 0.0
    return YEAR_WEIGHT * max(0.0, 1 - abs(one - other) / YEARS_APART)
