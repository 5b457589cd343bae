"""Genres and those beneath them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from streamverse.domains.catalog.rules.hierarchy import in_order_of_descent


def family(parents: Mapping[UUID, UUID | None], genre_id: UUID) -> Sequence[UUID]:
    """List a genre and all beneath it."""
    return in_order_of_descent(parents.items(), genre_id)


def with_those_above(parents: Mapping[UUID, UUID | None], genre_ids: Iterable[UUID]) -> set[UUID]:
    """Add to some genres all that they stand beneath."""
    found: set[UUID] = set()
    for genre_id in genre_ids:
        at: UUID | None = genre_id
        while at is not None and at not in found:
            found.add(at)
            at = parents.get(at)
    return found


def may_be_beneath(
    parents: Mapping[UUID, UUID | None], genre_id: UUID, parent_id: UUID | None
) -> bool:
    """Tell whether a genre may stand beneath another: not beneath itself, however far down."""
    return parent_id is None or parent_id not in family(parents, genre_id)
