"""All SQL of the catalog."""

from __future__ import annotations

from streamverse.domains.catalog.repository.aspects import Aspects
from streamverse.domains.catalog.repository.browsing import Browsing, FoundRow
from streamverse.domains.catalog.repository.collections import Collections
from streamverse.domains.catalog.repository.edits import Edits
from streamverse.domains.catalog.repository.links import CreditedRow, Links, PartRow
from streamverse.domains.catalog.repository.named import Genres, People, Studios
from streamverse.domains.catalog.repository.recordings import Recordings
from streamverse.domains.catalog.repository.revision import Revisions
from streamverse.domains.catalog.repository.titles import CardRow, Titles

__all__ = [
    "Aspects",
    "Browsing",
    "CardRow",
    "Collections",
    "CreditedRow",
    "Edits",
    "FoundRow",
    "Genres",
    "Links",
    "PartRow",
    "People",
    "Recordings",
    "Revisions",
    "Studios",
    "Titles",
]
