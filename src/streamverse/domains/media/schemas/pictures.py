"""The pictures of a film in JSON."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from streamverse.domains.media.contracts import PackageId
from streamverse.domains.media.rules.states import PictureKind

if TYPE_CHECKING:
    from streamverse.domains.media.models import (
        PictureRow,
    )
    from streamverse.domains.media.service.delivery import MediaAddresses
    from streamverse.domains.media.service.pictures import Album


class PictureOut(msgspec.Struct):
    """A still; its files are `{base_url}/{width}.avif`, `.webp` and `.jpg`."""

    id: UUID
    at_ms: int | None
    end_ms: int | None
    label: str | None
    is_uploaded: bool
    width: int
    height: int
    base_url: str
    widths: list[int]

    @classmethod
    def of(cls, row: PictureRow, addresses: MediaAddresses, now: datetime) -> PictureOut:
        """Show a row."""
        address = addresses.still(PackageId(row.package_id), row.id, row.width, now)
        return cls(
            id=row.id,
            at_ms=row.at_ms,
            end_ms=row.end_ms,
            label=row.label,
            is_uploaded=row.kind == PictureKind.UPLOADED,
            width=row.width,
            height=row.height,
            base_url=address.base_url,
            widths=address.widths,
        )


class PicturesOut(msgspec.Struct):
    """What there is to look at of a film; posters are the pictures to choose from."""

    poster_id: UUID | None
    is_poster_chosen: bool
    is_being_made: bool
    posters: list[PictureOut]
    chapters: list[PictureOut]
    scenes: list[PictureOut]

    @classmethod
    def of(cls, album: Album, addresses: MediaAddresses, now: datetime) -> PicturesOut:
        """Show the pictures of a film."""

        def shown(*kinds: PictureKind) -> list[PictureOut]:
            return [PictureOut.of(row, addresses, now) for row in album.rows if row.kind in kinds]

        return cls(
            poster_id=album.package.poster_id,
            is_poster_chosen=album.package.is_poster_chosen,
            is_being_made=album.is_being_made,
            posters=shown(PictureKind.UPLOADED, PictureKind.POSTER),
            chapters=shown(PictureKind.CHAPTER),
            scenes=shown(PictureKind.SCENE),
        )


class PosterIn(msgspec.Struct):
    """Which picture shall stand for a film."""

    picture_id: UUID
