"""Pictures of what is no film: of series, and of people. They are served as those of films are."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING
from uuid import UUID

from streamverse.domains.media.contracts import DeleteFiles, PackageId
from streamverse.domains.media.models import ArtworkRow
from streamverse.domains.media.repository import Artworks
from streamverse.domains.media.rules.pictures import picture_prefix
from streamverse.domains.media.service.pictures import LET_GO_AFTER, store_picture

if TYPE_CHECKING:
    from streamverse.domains.media.rules.pictures import NewPicture
    from streamverse.domains.media.service.delivery import MediaAddresses, PictureAddress
    from streamverse.kit.storage import ObjectStore
    from streamverse.kit.work import Work


async def give_artwork(
    work: Work, store: ObjectStore, subject_id: UUID, picture: NewPicture
) -> None:
    """Let a picture stand for something that is no film, in place of the one it had."""
    known = await Artworks(work).lock(subject_id)
    picture_id = picture.named(PackageId(subject_id))
    if known is not None and known.picture_id == picture_id:
        return
    if known is not None:
        await _let_go(work, known)
    await store_picture(store, PackageId(subject_id), picture)
    Artworks(work).add(
        ArtworkRow(
            subject_id=subject_id,
            picture_id=picture_id,
            width=picture.width,
            created_at=work.now,
        )
    )
    await work.session.flush()


async def drop_artwork(work: Work, subject_id: UUID) -> None:
    """Let the picture of something go, if it has one."""
    known = await Artworks(work).lock(subject_id)
    if known is not None:
        await _let_go(work, known)


async def artworks(
    work: Work, addresses: MediaAddresses, subject_ids: Collection[UUID]
) -> Mapping[UUID, PictureAddress]:
    """Sign the addresses of the pictures that there are."""
    if not subject_ids:
        return {}
    found = await Artworks(work).of_subjects(subject_ids)
    return {
        subject_id: addresses.still(PackageId(subject_id), row.picture_id, row.width, work.now)
        for subject_id, row in found.items()
    }


async def find_pictured(work: Work, subject_ids: Collection[UUID]) -> Collection[UUID]:
    """Tell which of some things have a picture."""
    return (await Artworks(work).of_subjects(subject_ids)).keys() if subject_ids else ()


async def _let_go(work: Work, row: ArtworkRow) -> None:
    await Artworks(work).remove(row)
    await work.session.flush()
    # Pages that are open go on showing what they were told of.
    prefix = picture_prefix(row.subject_id, row.picture_id)
    work.enqueue(DeleteFiles((prefix,)), run_at=work.now + LET_GO_AFTER)
