"""What pictures are made of a film, how they are named, and which of them stay."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from streamverse.domains.media.contracts import PackageId, PictureId
from streamverse.domains.media.rules.states import PictureKind
from streamverse.mediakit.artwork import WIDTHS

if TYPE_CHECKING:
    from streamverse.domains.media.models import PackageRow, PictureRow

MOST_POSTERS = 6
MOST_SCENES = 12
MOST_CHAPTERS = 50
THUMBNAIL_WIDTH = 320
PREVIEW_NAME = "preview.mp4"
INDEX_NAME = "index.vtt"
_MS_FOR_A_POSTER = 5000
# A preview of less would show most of the film.
_PREVIEWED_FROM_MS = 10_000
_MADE_BY_US = frozenset(PictureKind) - {PictureKind.UPLOADED}


@dataclass(frozen=True, slots=True)
class NewPicture:
    """A picture that was made, with its files by name."""

    kind: PictureKind
    width: int
    height: int
    files: Mapping[str, bytes] = field(repr=False)
    at_ms: int | None = None
    end_ms: int | None = None
    label: str | None = None
    tile_count: int | None = None

    def named(self, package_id: PackageId) -> PictureId:
        """Give the id that this content always has, so that making it twice makes one."""
        digest = hashlib.sha256(f"{self.kind}:{self.at_ms}:{self.label}".encode())
        for name, content in sorted(self.files.items()):
            digest.update(f"{name}:{len(content)}:".encode() + content)
        return PictureId(uuid5(package_id, digest.hexdigest()))


def poster_count(duration_ms: int) -> int:
    """Choose how many frames to offer as posters."""
    return max(1, min(MOST_POSTERS, duration_ms // _MS_FOR_A_POSTER))


def is_previewed(duration_ms: int) -> bool:
    """Tell whether a film is long enough for a moving preview."""
    return duration_ms >= _PREVIEWED_FROM_MS


def widths_of(width: int) -> list[int]:
    """List the widths in which a picture of this width is there."""
    return [offered for offered in WIDTHS if offered <= width] or [width]


def outlived(
    rows: Iterable[PictureRow], package: PackageRow, made: Sequence[PictureId]
) -> list[PictureRow]:
    """List what new pictures replace: all that we made before, unless it is the poster."""
    return [
        row
        for row in rows
        if row.kind in _MADE_BY_US and row.id not in made and row.id != package.poster_id
    ]


def picture_prefix(package_id: UUID | str, picture_id: UUID | str) -> str:
    """Name the folder of a picture's files."""
    return f"packages/{package_id}/pictures/{picture_id}"


def picture_key(package_id: UUID | str, picture_id: UUID | str, name: str) -> str:
    """Name the object of one file of a picture."""
    return f"{picture_prefix(package_id, picture_id)}/{name}"
