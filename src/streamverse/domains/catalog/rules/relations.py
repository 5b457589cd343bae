"""How one title stands to another, seen from either side."""

from __future__ import annotations

from streamverse.domains.catalog.contracts import RelationKind

# What is watched along with a title, rather than instead of it.
EXTRAS = frozenset({RelationKind.TRAILER, RelationKind.BONUS})

_INVERSE = {
    RelationKind.SEQUEL: RelationKind.PREQUEL,
    RelationKind.PREQUEL: RelationKind.SEQUEL,
    RelationKind.VERSION: RelationKind.VERSION,
}


def seen_from_there(kind: RelationKind) -> RelationKind:
    """Tell how the first title stands to the second, where the second is this to the first."""
    return _INVERSE.get(kind, RelationKind.RELATED)
