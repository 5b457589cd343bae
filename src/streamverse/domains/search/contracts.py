"""What search shows to others: its settings and its jobs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from streamverse.domains.catalog.contracts import FindableKind
from streamverse.kit.jobs import Job

# How long it is kept what was searched how often; docs/operate/searches.md says so.
SEARCHES_KEPT = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Filters:
    """What a search is narrowed to: one of each that is not empty."""

    kinds: frozenset[FindableKind] = frozenset()
    genres: frozenset[str] = frozenset()
    decades: frozenset[int] = frozenset()
    languages: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class SyncDocuments(Job):
    """Compare all documents with the catalog, and have every process build its index anew."""


@dataclass(frozen=True, slots=True)
class ForgetSearches(Job):
    """Forget what was searched long ago."""
