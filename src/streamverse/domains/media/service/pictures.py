"""Pictures of films: kept, chosen as posters, given by people, replaced by newer ones."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from streamverse.domains.media.contracts import (
    AssetId,
    DeleteFiles,
    MakePictures,
    MakePoster,
    MeasureStorage,
    PackageId,
    PictureId,
    PosterMade,
)
from streamverse.domains.media.errors import (
    PackageNotFound,
    PictureNotFound,
    PosterUnreadable,
    SourceLetGo,
)
from streamverse.domains.media.models import PictureRow
from streamverse.domains.media.repository import Assets, Cuts, Packages, Pictures
from streamverse.domains.media.rules.packages import Recipe
from streamverse.domains.media.rules.pictures import (
    NewPicture,
    outlived,
    picture_key,
    picture_prefix,
)
from streamverse.domains.media.rules.states import PackageState, PictureKind
from streamverse.kit.jobs import ACTIVE, LOW, NORMAL, Jobs, job_name
from streamverse.kit.storage import ObjectStore
from streamverse.mediakit import artwork
from streamverse.mediakit.ffmpeg import Tools
from streamverse.mediakit.portraits import PictureRefused

if TYPE_CHECKING:
    from streamverse.domains.media.models import PackageRow
    from streamverse.kit.work import Actor, Work, Workshop
    from streamverse.mediakit.artwork import Still

POSTER_PRIORITY, PICTURES_PRIORITY = NORMAL - 5, NORMAL + 20
POSTER_LIMIT_BYTES = 20 << 20
LET_GO_AFTER = timedelta(days=1)
AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class Lightbox:
    """Reads pictures that people send: needs the tools, and a folder for what comes in."""

    store: ObjectStore
    tools: Tools
    scratch: Path
    # Each takes a processor for a moment.
    places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def develop(self, content: bytes) -> NewPicture:
        """Make a poster of what was uploaded, or raise PosterUnreadable."""
        async with self.places:
            folder = await asyncio.to_thread(self._lay_down, content)
            try:
                still = await artwork.given_picture(folder / "upload", self.tools)
                return await as_picture(still, PictureKind.UPLOADED)
            except PictureRefused as refusal:
                raise PosterUnreadable(str(refusal), reason=refusal.code) from refusal
            finally:
                await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    def _lay_down(self, content: bytes) -> Path:
        self.scratch.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(dir=self.scratch))
        (folder / "upload").write_bytes(content)
        return folder


async def as_picture(
    still: Still,
    kind: PictureKind,
    *,
    widths: Sequence[int] = artwork.WIDTHS,
    is_quick: bool = False,
    at_ms: int | None = None,
    end_ms: int | None = None,
    label: str | None = None,
) -> NewPicture:
    """Write a still in all its sizes and forms."""
    made = await artwork.render(still, widths, is_quick=is_quick)
    files = {each.name: each.content for each in made}
    width = artwork.offered_widths(still, widths)[-1]
    height = round(still.height * width / still.width)
    return NewPicture(kind, width, height, files, at_ms, end_ms, label)


async def store_picture(store: ObjectStore, package_id: PackageId, picture: NewPicture) -> None:
    """Put a picture's files in the store; nobody is told of them yet."""
    picture_id = picture.named(package_id)
    for name, content in picture.files.items():
        key = picture_key(package_id, picture_id, name)
        await store.put(key, content, is_create_only=True)


def order_poster(work: Work, package: PackageRow) -> None:
    """Order a first picture, quickly made."""
    package_id = PackageId(package.id)
    work.enqueue(
        MakePoster(package_id),
        priority=POSTER_PRIORITY,
        subject_id=package.asset_id,
        dedupe_key=f"poster:{package_id}",
    )


def order_pictures(work: Work, package: PackageRow) -> None:
    """Order everything that a look through the whole film gives."""
    package_id = PackageId(package.id)
    work.enqueue(
        MakePictures(package_id),
        priority=PICTURES_PRIORITY,
        subject_id=package.asset_id,
        dedupe_key=f"pictures:{package_id}",
    )


async def check_asset(workshop: Workshop, actor: Actor, asset_id: AssetId) -> None:
    """Fail early if there is nothing to give a file to, before it is read."""
    async with workshop.reading(actor) as work:
        await list_pictures(work, asset_id)


async def get_package(work: Work, asset_id: AssetId) -> PackageRow:
    """Get the package of an asset for change, or fail with ``PackageNotFound``."""
    for row in await Packages(work).of_assets([asset_id]):
        return await Packages(work).lock(PackageId(row.id))
    raise PackageNotFound


@dataclass(frozen=True, slots=True)
class Album:
    """Everything there is to look at of an asset, and whether more is on its way."""

    package: PackageRow
    rows: Sequence[PictureRow]
    is_being_made: bool


async def list_pictures(work: Work, asset_id: AssetId) -> Album:
    """List everything there is to look at of an asset."""
    for package in await Packages(work).of_assets([asset_id]):
        rows = await Pictures(work).of_package(PackageId(package.id))
        name = job_name(MakePictures)
        jobs = await Jobs(work).of_subjects([asset_id])
        is_ordered = any(job.name == name and job.state in ACTIVE for job in jobs)
        return Album(package, rows, is_ordered or _is_yet_to_be_ordered(package))
    raise PackageNotFound


def is_seen(package: PackageRow) -> bool:
    """Tell whether there is anything to take pictures of: not of what is only heard."""
    return bool(Recipe.read(package.recipe).rungs)


def _is_yet_to_be_ordered(package: PackageRow) -> bool:
    is_awaited = package.state in (PackageState.ENCODING, PackageState.FINISHING)
    return is_awaited and is_seen(package)


async def make_anew(work: Work, asset_id: AssetId) -> None:
    """Look through a film again; what it has stays until then."""
    package = await get_package(work, asset_id)
    asset = await Assets(work).find(asset_id)
    is_recorded = await Cuts(work).find(PackageId(package.id)) is not None
    if asset is None or (asset.source_deleted_at is not None and not is_recorded):
        raise SourceLetGo
    order_pictures(work, package)


async def note_first_poster(work: Work, package_id: PackageId, picture: NewPicture) -> None:
    """Let the quickly made picture stand for the film, if nothing does yet."""
    package = await Packages(work).lock(package_id)
    (picture_id,) = await _keep(work, package_id, [picture])
    if package.poster_id is None:
        _show(work, package, picture_id)


async def note_pictures(work: Work, package_id: PackageId, made: Sequence[NewPicture]) -> None:
    """Let new pictures take the place of those made before; a poster that was chosen stays."""
    package = await Packages(work).lock(package_id)
    before = await Pictures(work).of_package(package_id)
    ids = await _keep(work, package_id, made)
    by_kind = {made.kind: made_id for made, made_id in reversed([*zip(made, ids, strict=True)])}
    package.preview_id = by_kind.get(PictureKind.PREVIEW)
    package.sprites_id = by_kind.get(PictureKind.SPRITES)
    best = by_kind.get(PictureKind.POSTER)
    if best is not None and not package.is_poster_chosen:
        _show(work, package, best)
    for row in outlived(before, package, ids):
        await Pictures(work).remove(row)
        # Pages that are open go on showing what they were told of.
        prefix = picture_prefix(package_id, row.id)
        work.enqueue(DeleteFiles((prefix,)), run_at=work.now + LET_GO_AFTER)
    work.enqueue(MeasureStorage(AssetId(package.asset_id)), priority=LOW)


async def choose_poster(work: Work, asset_id: AssetId, picture_id: PictureId) -> PackageRow:
    """Let one of the pictures stand for the film."""
    package = await get_package(work, asset_id)
    row = await Pictures(work).get(PackageId(package.id), picture_id)
    if row.kind not in {PictureKind.POSTER, PictureKind.UPLOADED}:
        raise PictureNotFound
    package.is_poster_chosen = True
    _show(work, package, picture_id)
    return package


async def give_poster(
    work: Work, store: ObjectStore, asset_id: AssetId, picture: NewPicture
) -> PackageRow:
    """Let a picture that somebody sent stand for the film."""
    package = await get_package(work, asset_id)
    package_id = PackageId(package.id)
    await store_picture(store, package_id, picture)
    (picture_id,) = await _keep(work, package_id, [picture])
    package.is_poster_chosen = True
    _show(work, package, picture_id)
    return package


def _show(work: Work, package: PackageRow, picture_id: PictureId) -> None:
    if package.poster_id != picture_id:
        package.poster_id = picture_id
        work.emit(PosterMade(AssetId(package.asset_id), PackageId(package.id)))


async def _keep(work: Work, package_id: PackageId, made: Sequence[NewPicture]) -> list[PictureId]:
    """Write down what is not yet; the same content is the same picture."""
    known = {row.id for row in await Pictures(work).of_package(package_id)}
    ids = [picture.named(package_id) for picture in made]
    for position, (picture_id, picture) in enumerate(zip(ids, made, strict=True)):
        if picture_id in known:
            continue
        known.add(picture_id)
        Pictures(work).add(
            PictureRow(
                id=picture_id,
                package_id=package_id,
                kind=picture.kind,
                at_ms=picture.at_ms,
                end_ms=picture.end_ms,
                label=picture.label,
                width=picture.width,
                height=picture.height,
                tile_count=picture.tile_count,
                position=position,
                created_at=work.now,
            )
        )
    await work.session.flush()
    return ids
