"""The JSON of trimming, splitting and clipping recordings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from msgspec import Meta, Struct

from streamverse.domains.catalog.service.recordings import Part

if TYPE_CHECKING:
    from streamverse.domains.media.public import CutView

_Place = Annotated[int, Meta(ge=0, le=10_000_000)]
_Name = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S")]


class PartOut(Struct):
    """Segments of the whole, up to one that is left out."""

    start: int
    stop: int


class CutOut(Struct):
    """Where a recording may be cut, and what of it is played.

    ``instants_ms`` are those at which the segments of the whole begin, and its end. The index of
    small pictures counts from the beginning of what is played.
    """

    instants_ms: list[int]
    parts: list[PartOut]
    thumbnails_url: str | None

    @classmethod
    def of(cls, cut: CutView, thumbnails_url: str | None) -> CutOut:
        """Show a cut."""
        parts = [PartOut(start, stop) for start, stop in cut.runs]
        return cls(list(cut.instants_ms), parts, thumbnails_url)


class PartIn(Struct, forbid_unknown_fields=True):
    """What is to be played: segments of the whole, up to one that is left out."""

    start: _Place
    stop: _Place

    def to_part(self) -> Part:
        """Give what is asked for."""
        return Part(self.start, self.stop)


class NamedPartIn(Struct, forbid_unknown_fields=True):
    """What another title is to play, and what it is called."""

    start: _Place
    stop: _Place
    name: _Name

    def to_part(self) -> Part:
        """Give what is asked for."""
        return Part(self.start, self.stop)


class SplitIn(Struct, forbid_unknown_fields=True):
    """Where the second title begins, and what it is called."""

    at: _Place
    name: _Name


class NewTitleOut(Struct):
    """A title that was made."""

    id: UUID
    name: str
