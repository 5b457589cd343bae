"""All SQL of the catalog."""

from __future__ import annotations

from streamverse.domains.catalog.repository.aspects import Aspects
from streamverse.domains.catalog.repository.edits import Edits
from streamverse.domains.catalog.repository.named import Genres, People, Studios
from streamverse.domains.catalog.repository.titles import CardRow, Titles

__all__ = ["Aspects", "CardRow", "Edits", "Genres", "People", "Studios", "Titles"]
