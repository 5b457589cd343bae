"""The keys of encrypted packages: made when a file is taken in, sealed, given out by licence."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from uuid import UUID

from streamverse.domains.media.contracts import PackageId, Protection
from streamverse.domains.media.models import KeyRow, ReelKeyRow
from streamverse.domains.media.repository import Keys, Packages, ReelKeys, Uploads
from streamverse.kit.crypto import Vault, new_key
from streamverse.mediakit.cenc import BLOCK_BYTES, ContentKey
from streamverse.mediakit.timeline import Package, TrackKind

if TYPE_CHECKING:
    from streamverse.domains.media.contracts import AssetId, ReelId, UploadId
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


def make_reel_keys(work: Work, safe: KeySafe, reel_id: ReelId) -> Mapping[TrackKind, ContentKey]:
    """Make a key for each kind of track that a broadcast is encrypted with for a while."""
    made: dict[TrackKind, ContentKey] = {}
    for kind in ENCRYPTED_KINDS:
        key = ContentKey(
            UUID(bytes=new_key(BLOCK_BYTES), version=4), new_key(BLOCK_BYTES), new_key(BLOCK_BYTES)
        )
        ReelKeys(work).add(
            ReelKeyRow(
                id=key.id,
                reel_id=reel_id,
                kind=kind,
                secret_sealed=safe.vault.encrypt(key.secret, _belongs_to(key.id)),
                constant_iv=key.constant_iv,
            )
        )
        made[kind] = key
    return made


async def open_reel_keys(
    work: Work, safe: KeySafe, reel_ids: Collection[ReelId], wanted: Collection[UUID]
) -> Mapping[UUID, ContentKey]:
    """Open those of some keys that belong to reels; what an older vault sealed is sealed anew."""
    opened: dict[UUID, ContentKey] = {}
    for row in await ReelKeys(work).of(reel_ids, wanted):
        secret = safe.vault.decrypt(row.secret_sealed, _belongs_to(row.id))
        if not safe.vault.is_current(row.secret_sealed):
            row.secret_sealed = safe.vault.encrypt(secret, _belongs_to(row.id))
        opened[row.id] = ContentKey(row.id, secret, row.constant_iv)
    return opened


async def is_reel_protected(work: Work, reel_id: ReelId) -> bool:
    """Tell whether a broadcast is encrypted, or what it left."""
    return await ReelKeys(work).has_any(reel_id)


async def name_keys(work: Work, package: Package) -> Package:
    """Say of each track of a package by which key it is encrypted."""
    rows = await Keys(work).of_package(PackageId(UUID(package.id)))
    names = {TrackKind(row.kind): row.id for row in rows}
    tracks = (replace(track, key_id=names.get(track.kind)) for track in package.tracks)
    return replace(package, tracks=tuple(tracks)) if names else package
