"""What intake asks of services that know films, by the same verbs of all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from streamverse.domains.catalog.contracts import TitleKind
from streamverse.domains.intake.contracts import Candidate, SourceName
from streamverse.domains.intake.errors import EntryNotFound, SourceMissing
from streamverse.domains.intake.rules.descriptions import Description, SeasonDescription


class MetadataSource(Protocol):
    """A service that knows films and series; each of its entries has a number.

    All of its verbs fail with ``SourceRefused``, ``SourceBusy`` or ``FetchFailed``, and those that
    take a number with ``EntryNotFound``.
    """

    @property
    def name(self) -> SourceName:
        """How its numbers are marked among those of a title."""
        ...

    @property
    def label(self) -> str:
        """How people call it."""
        ...

    async def find_known(self, kind: TitleKind, ids: Mapping[str, str]) -> str | None:
        """Find the number of what has such numbers elsewhere, or here."""
        ...

    async def search(self, kind: TitleKind, name: str, year: int | None) -> Sequence[Candidate]:
        """Find what is called like this, the likeliest first."""
        ...

    async def look_closer(self, kind: TitleKind, candidate: Candidate) -> Candidate:
        """Get an entry with all of its names."""
        ...

    async def describe(self, kind: TitleKind, number: str) -> Description:
        """Get all that is known of an entry."""
        ...

    async def describe_season(self, number: str, season: int) -> SeasonDescription:
        """Get all that is known of a season of a series."""
        ...

    def has_picture(self, picture: str) -> bool:
        """Tell whether this is how it writes where a picture is."""
        ...

    async def fetch_picture(self, picture: str, *, is_small: bool = False) -> bytes:
        """Fetch a picture, as large as pages show it or as small as lists do."""
        ...


@dataclass(frozen=True, slots=True)
class Sources:
    """The services that are asked, in this order; none where the operator has chosen none."""

    members: tuple[MetadataSource, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.members)

    @property
    def names(self) -> list[SourceName]:
        """How the numbers of each are marked among those of a title."""
        return [member.name for member in self.members]

    def require(self) -> None:
        """Fail with ``SourceMissing`` where there is none."""
        if not self.members:
            raise SourceMissing

    def named(self, name: SourceName) -> MetadataSource:
        """Give the one whose numbers are marked like this, or fail with ``SourceMissing``."""
        for member in self.members:
            if member.name == name:
                return member
        raise SourceMissing

    async def fetch_picture(self, picture: str, *, is_small: bool = False) -> bytes:
        """Fetch a picture from the one that has it, or fail with ``EntryNotFound``."""
        for member in self.members:
            if member.has_picture(picture):
                return await member.fetch_picture(picture, is_small=is_small)
        raise EntryNotFound
