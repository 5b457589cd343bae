"""The catalog's tables."""

from __future__ import annotations

from streamverse.domains.catalog.models.collections import CollectionItemRow, CollectionRow
from streamverse.domains.catalog.models.people import (
    CreditRow,
    PersonRow,
    StudioRow,
    TitleStudioRow,
)
from streamverse.domains.catalog.models.taxonomy import GenreRow, TitleGenreRow, TitleTagRow
from streamverse.domains.catalog.models.titles import (
    EditRow,
    MarkerRow,
    RecordingRow,
    RelationRow,
    RevisionRow,
    TitlePlanRow,
    TitleRow,
    TranslationRow,
    WindowRow,
)

__all__ = [
    "CollectionItemRow",
    "CollectionRow",
    "CreditRow",
    "EditRow",
    "GenreRow",
    "MarkerRow",
    "PersonRow",
    "RecordingRow",
    "RelationRow",
    "RevisionRow",
    "StudioRow",
    "TitleGenreRow",
    "TitlePlanRow",
    "TitleRow",
    "TitleStudioRow",
    "TitleTagRow",
    "TranslationRow",
    "WindowRow",
]
