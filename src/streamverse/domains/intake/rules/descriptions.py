"""What a metadata source knows of films, series and seasons, in the catalogue's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from msgspec import UNSET, structs

from streamverse.domains.catalog.contracts import TitlePatch


@dataclass(frozen=True, slots=True)
class Description:
    """What is known of a title: its words and facts, its picture, its people's, its relations."""

    patch: TitlePatch
    picture: str | None = None
    faces: Mapping[str, str] = field(default_factory=dict[str, str])
    related: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SeasonDescription:
    """What is known of a season, and of its episodes by number."""

    patch: TitlePatch
    episodes: Mapping[int, TitlePatch]


_SILENCE: Mapping[str, Any] = {
    **dict.fromkeys(("original_name", "tagline", "description"), ""),
    **dict.fromkeys(("released_on", "original_language")),
    "countries": [],
    "certifications": {},
    "genres": [],
    "studios": [],
    "credits": [],
    "translations": {},
}


def instead_of_another(patch: TitlePatch) -> TitlePatch:
    """Say nothing where a description says nothing, as the one before it was of another title."""
    said = {name: value for name, value in structs.asdict(patch).items() if value is not UNSET}
    return TitlePatch(**{**_SILENCE, **said})
