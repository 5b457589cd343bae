"""The keys of encrypted packages: made when a file is taken in, sealed, given out by licence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from uuid import UUID

from streamverse.domains.media.contracts import PackageId, Protection
from streamverse.domains.media.models import KeyRow
from streamverse.domains.media.repository import Keys, Packages, Uploads
from streamverse.kit.crypto import Vault, new_key
from streamverse.mediakit.cenc import BLOCK_BYTES, ContentKey
from streamverse.mediakit.timeline import Package, TrackKind

if TYPE_CHECKING:
    from streamverse.domains.media.contracts import AssetId, UploadId
    from streamverse.kit.work import Work

ENCRYPTED_KINDS = (TrackKind.VIDEO, TrackKind.AUDIO)


@dataclass(frozen=True, slots=True)
class KeySafe:
    """What seals the keys, and whether films get any when their uploader does not say."""

    vault: Vault = field(repr=False)
    default: Protection = Protection.NONE


async def protect_if_wished(
    work: Work, safe: KeySafe, upload_id: UploadId, asset_id: AssetId
) -> None:
    """Make the keys of a package that was ordered just now; made once, they stay."""
    upload = await Uploads(work).get(upload_id)
    wished = Protection(upload.protection) if upload.protection else safe.default
    if wished is Protection.NONE:
        return
    for package in await Packages(work).of_assets([asset_id]):
        package_id = PackageId(package.id)
        kinds = {TrackKind(track.kind) for track in await Packages(work).tracks(package_id)}
        if not await Keys(work).of_package(package_id):
            make_keys(work, safe, package_id, kinds.intersection(ENCRYPTED_KINDS))


def make_keys(work: Work, safe: KeySafe, package_id: PackageId, kinds: Iterable[TrackKind]) -> None:
    """Make a key for each kind of track."""
    for kind in kinds:
        # The name of a key is public and says nothing, not even when it was made.
        key_id = UUID(bytes=new_key(BLOCK_BYTES), version=4)
        Keys(work).add(
            KeyRow(
                id=key_id,
                package_id=package_id,
                kind=kind,
                secret_sealed=safe.vault.encrypt(new_key(BLOCK_BYTES), _belongs_to(key_id)),
                constant_iv=new_key(BLOCK_BYTES),
            )
        )


def _belongs_to(key_id: UUID) -> bytes:
    return b"media key " + key_id.bytes


async def open_keys(
    work: Work, safe: KeySafe, package_id: PackageId
) -> Mapping[TrackKind, ContentKey]:
    """Open the keys of a package, none if it is in the clear.

    What an older vault sealed is sealed anew, so that the old secret can go one day.
    """
    opened: dict[TrackKind, ContentKey] = {}
    for row in await Keys(work).of_package(package_id):
        secret = safe.vault.decrypt(row.secret_sealed, _belongs_to(row.id))
        if not safe.vault.is_current(row.secret_sealed):
            row.secret_sealed = safe.vault.encrypt(secret, _belongs_to(row.id))
        opened[TrackKind(row.kind)] = ContentKey(row.id, secret, row.constant_iv)
    return opened


async def name_keys(work: Work, package: Package) -> Package:
    """Say of each track of a package by which key it is encrypted."""
    rows = await Keys(work).of_package(PackageId(UUID(package.id)))
    names = {TrackKind(row.kind): row.id for row in rows}
    tracks = (replace(track, key_id=names.get(track.kind)) for track in package.tracks)
    return replace(package, tracks=tuple(tracks)) if names else package
