"""What intake asks of a service that knows films: TMDB today, others by the same verbs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from streamverse.domains.catalog.contracts import TitleKind
from streamverse.domains.intake.contracts import Candidate
from streamverse.domains.intake.rules.descriptions import Description, SeasonDescription


class MetadataSource(Protocol):
    """A service that knows films and series; each of its entries has a number.

    All of its verbs fail with ``SourceRefused``, ``SourceBusy`` or ``FetchFailed``, and those that
    take a number with ``EntryNotFound``.
    """

    @property
    def name(self) -> str:
        """How its numbers are marked among those of a title."""
        ...

    async def find_known(self, kind: TitleKind, ids: Mapping[str, str]) -> str | None:
        """Find the number of what has such numbers elsewhere, or here."""
        ...

    async def search(self, kind: TitleKind, name: str, year: int | None) -> Sequence[Candidate]:
        """Find what is called like this, the likeliest first."""
        ...

    async def look_closer(self, kind: TitleKind, number: str) -> Candidate:
        """Get an entry with all of its names."""
        ...

    async def describe(self, kind: TitleKind, number: str) -> Description:
        """Get all that is known of an entry."""
        ...

    async def describe_season(self, number: str, season: int) -> SeasonDescription:
        """Get all that is known of a season of a series."""
        ...

    async def fetch_picture(self, picture: str, *, is_small: bool = False) -> bytes:
        """Fetch a picture, as large as pages show it or as small as lists do."""
        ...
