"""What other domains may ask of media."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from streamverse.domains.media.contracts import AssetId, PackageId, PackageView, ReelId, UploadId
from streamverse.domains.media.errors import (
    AddressElsewhere,
    CutEmpty,
    KeyUnknown,
    NoRecording,
    PosterUnreadable,
    SubtitlesUnreadable,
    TooManySubtitles,
)
from streamverse.domains.media.repository import (
    Assets,
    Cuts,
    Keys,
    Packages,
    Pictures,
    Uploads,
    existing_reels,
    find_playable,
)
from streamverse.domains.media.rules.packages import EncodingPolicy
from streamverse.domains.media.rules.pictures import NewPicture
from streamverse.domains.media.rules.reels import ReelHead, ReelSegment
from streamverse.domains.media.rules.subtitles import SubtitleWords
from streamverse.domains.media.service import assets, delivery, processing
from streamverse.domains.media.service.artwork import (
    artworks,
    drop_artwork,
    find_pictured,
    give_artwork,
)
from streamverse.domains.media.service.delivery import (
    MASTER_PLAYLIST,
    MEDIA_COOKIE,
    MPD,
    TEXT_REVISION,
    Admitted,
    Holders,
    ManifestAsked,
    Manifests,
    MediaAddresses,
    PictureAddress,
    PosterAddresses,
    SpriteAddresses,
    admit_log_in,
)
from streamverse.domains.media.service.importing import import_file
from streamverse.domains.media.service.keys import (
    KeySafe,
    is_reel_protected,
    make_reel_keys,
    open_keys,
    open_reel_keys,
)
from streamverse.domains.media.service.pictures import Lightbox, give_poster
from streamverse.domains.media.service.reels import (
    CutView,
    NewCut,
    cut_again,
    cut_reel,
    keep_reel,
    list_played,
    loosen_reel,
    recut,
    view_cut,
)
from streamverse.domains.media.service.remote_imports import NewImport, order_file, order_import
from streamverse.domains.media.service.retention import let_source_go
from streamverse.domains.media.service.storage_report import STORE_OWNERS as MEDIA_STORE_OWNERS
from streamverse.domains.media.service.storage_report import total_by_tenant
from streamverse.domains.media.service.subtitles import (
    GivenSubtitles,
    add_subtitles,
    is_same_subtitles,
    list_subtitles,
)
from streamverse.domains.media.service.subtitles import read_given as read_subtitles
from streamverse.domains.media.service.uploads import Receptions, UploadLimits

if TYPE_CHECKING:
    from uuid import UUID

    from streamverse.kit.jobs import JobRow
    from streamverse.kit.work import Work
    from streamverse.mediakit.tailoring import Tailoring


@dataclass(frozen=True, slots=True)
class PlayableAddresses:
    """Where a player fetches a package."""

    hls_url: str
    dash_url: str
    poster: PosterAddresses | None
    sprites: SpriteAddresses | None
    license_url: str | None
    expires_at: datetime


async def find_package(work: Work, asset_id: AssetId) -> PackageView | None:
    """Find what can be played of an asset right now."""
    row = await find_playable(work, asset_id)
    return await delivery.view_package(work, row) if row else None


def sign_addresses(
    work: Work,
    addresses: MediaAddresses,
    package: PackageView,
    holder_id: UUID | None = None,
) -> PlayableAddresses:
    """Sign the addresses of a package for a holder: whoever asks, unless another is given."""
    holder_id = holder_id or delivery.holder_of(work)
    place = work.actor.place
    grant = addresses.stream_grant(package.package_id, holder_id, work.now, place)
    base = addresses.stream_base(package.package_id, holder_id, work.now, place)
    license_url = addresses.license_url(package.package_id, grant)
    # Whatever remembers a manifest on the way notices that there are other subtitles.
    revision = f"?{TEXT_REVISION}={package.text_revision}" if package.text_revision else ""
    poster, sprites = package.poster, package.sprites
    return PlayableAddresses(
        hls_url=f"{base}/{MASTER_PLAYLIST}{revision}",
        dash_url=f"{base}/{MPD}{revision}",
        poster=addresses.poster(poster, work.now) if poster else None,
        sprites=addresses.sprites(package.package_id, sprites, work.now) if sprites else None,
        license_url=license_url if package.key_ids else None,
        expires_at=addresses.expires_at(work.now),
    )


async def find_master(
    work: Work, manifests: Manifests, package: PackageView, tailoring: Tailoring
) -> str | None:
    """Give the master playlist of a package that is whole, so that nobody has to fetch it.

    Where there is none, whoever asks for it is told why.
    """
    if not package.is_complete:
        return None
    revision = str(package.text_revision or "")
    asked = ManifestAsked.of(package.package_id, MASTER_PLAYLIST, revision, tailoring)
    found = await manifests.find(work, asked)
    return found.text if found is not None else None


async def find_protected(work: Work, package_id: PackageId) -> AssetId | None:
    """Find the asset of a package that is encrypted."""
    row = await Packages(work).find(package_id)
    if row is None:
        return None
    cut = await Cuts(work).find(package_id)
    if cut is not None:
        is_protected = await is_reel_protected(work, ReelId(cut.reel_id))
    else:
        is_protected = bool(await Keys(work).of_package(package_id))
    return AssetId(row.asset_id) if is_protected else None


async def give_keys(
    work: Work, safe: KeySafe, package_id: PackageId, wanted: Sequence[UUID]
) -> Mapping[UUID, bytes]:
    """Give keys of a package by their names, or fail with ``KeyUnknown``; the answer is a licence.

    Whoever calls this has made sure that the viewer may watch.
    """
    cut = await Cuts(work).find(package_id)
    if cut is not None:
        return await give_reel_keys(work, safe, [ReelId(cut.reel_id)], wanted)
    opened = await open_keys(work, safe, package_id)
    return _choose({key.id: key.secret for key in opened.values()}, wanted)


async def give_reel_keys(
    work: Work, safe: KeySafe, reel_ids: Sequence[ReelId], wanted: Sequence[UUID]
) -> Mapping[UUID, bytes]:
    """Give keys of what goes out, or went out, by their names, or fail with ``KeyUnknown``.

    Whoever calls this has made sure that the viewer may watch.
    """
    opened = await open_reel_keys(work, safe, reel_ids, wanted)
    return _choose({key.id: key.secret for key in opened.values()}, wanted)


def _choose(known: Mapping[UUID, bytes], wanted: Sequence[UUID]) -> Mapping[UUID, bytes]:
    if not known.keys() >= set(wanted):
        raise KeyUnknown
    return {key_id: known[key_id] for key_id in wanted}


async def posters(
    work: Work, addresses: MediaAddresses, asset_ids: Sequence[AssetId]
) -> Mapping[AssetId, PosterAddresses]:
    """Sign the addresses of the posters that exist."""
    found = await Pictures(work).posters(asset_ids)
    return {asset_id: addresses.poster(view, work.now) for asset_id, view in found.items()}


async def needs_poster(work: Work, asset_id: AssetId) -> bool:
    """Tell whether there is a film to give a poster to, and nobody has chosen one."""
    found = await Packages(work).of_assets([asset_id])
    return bool(found) and not found[0].is_poster_chosen


async def find_tags(work: Work, asset_id: AssetId) -> Mapping[str, str]:
    """Find what a file says of itself, by the names of its tags."""
    row = await Assets(work).find(asset_id)
    return row.facts.get("tags", {}) if row is not None else {}


async def progress(work: Work, asset_ids: Sequence[AssetId]) -> Mapping[AssetId, float]:
    """Tell how far the encoding of some assets is, from 0 to 1."""
    return await processing.progress_of(work, asset_ids)


async def time_left(work: Work, asset_ids: Sequence[AssetId]) -> Mapping[AssetId, float]:
    """Estimate how many seconds the encoding of some assets still takes, where one can tell."""
    return await processing.time_left(work, asset_ids)


async def hurry(work: Work, asset_id: AssetId) -> None:
    """Let what is still to be done for an asset go first: somebody waits for it."""
    await assets.hurry(work, asset_id)


async def retry_job(work: Work, job_id: UUID) -> JobRow:
    """Try a job again that was given up, with all that stopped because of it."""
    return await processing.retry_job(work, job_id)


async def rename_asset(work: Work, asset_id: AssetId, name: str) -> None:
    """Call an asset what its title is called, where its processing is shown."""
    await assets.rename_asset(work, asset_id, name)


async def delete_asset(work: Work, asset_id: AssetId) -> None:
    """Let an asset go with everything that was made of it."""
    await assets.delete_asset(work, asset_id)


async def has_ever_received(work: Work) -> bool:
    """Tell whether anything was ever uploaded or imported."""
    return bool(await Uploads(work).page(before=None, limit=1))


async def find_upload_problem(work: Work, upload_id: UploadId) -> str | None:
    """Tell why an upload was refused, if it was."""
    row = await Uploads(work).get(upload_id)
    return row.problem["detail"] if row.problem else None


__all__ = [
    "MEDIA_COOKIE",
    "MEDIA_STORE_OWNERS",
    "AddressElsewhere",
    "Admitted",
    "CutEmpty",
    "CutView",
    "EncodingPolicy",
    "GivenSubtitles",
    "Holders",
    "KeySafe",
    "KeyUnknown",
    "Lightbox",
    "Manifests",
    "MediaAddresses",
    "NewCut",
    "NewImport",
    "NewPicture",
    "NoRecording",
    "PictureAddress",
    "PlayableAddresses",
    "PosterAddresses",
    "PosterUnreadable",
    "Receptions",
    "ReelHead",
    "ReelSegment",
    "SpriteAddresses",
    "SubtitleWords",
    "SubtitlesUnreadable",
    "TooManySubtitles",
    "UploadId",
    "UploadLimits",
    "add_subtitles",
    "admit_log_in",
    "artworks",
    "cut_again",
    "cut_reel",
    "delete_asset",
    "drop_artwork",
    "existing_reels",
    "find_master",
    "find_package",
    "find_pictured",
    "find_protected",
    "find_tags",
    "find_upload_problem",
    "give_artwork",
    "give_keys",
    "give_poster",
    "give_reel_keys",
    "has_ever_received",
    "hurry",
    "import_file",
    "is_reel_protected",
    "is_same_subtitles",
    "keep_reel",
    "let_source_go",
    "list_played",
    "list_subtitles",
    "loosen_reel",
    "make_reel_keys",
    "needs_poster",
    "order_file",
    "order_import",
    "posters",
    "progress",
    "read_subtitles",
    "recut",
    "rename_asset",
    "retry_job",
    "sign_addresses",
    "time_left",
    "total_by_tenant",
    "view_cut",
]
