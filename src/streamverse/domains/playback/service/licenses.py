"""Licences: the keys of encrypted titles, given to who may watch them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from streamverse.domains.catalog import public as catalog
from streamverse.domains.identity import public as identity
from streamverse.domains.live import public as live
from streamverse.domains.media import public as media
from streamverse.domains.playback.contracts import PlaybackSessionId
from streamverse.domains.playback.errors import LicenseNotYours, TitleNotVisible
from streamverse.domains.playback.repository import PlaybackSessions
from streamverse.domains.playback.rules.licenses import TEMPORARY, read_key_ids, write_base64url
from streamverse.domains.playback.schemas.starting import KeyOut, LicenseIn, LicenseOut
from streamverse.domains.playback.service.license_throttle import LicenseThrottle
from streamverse.domains.playback.service.playing import require_access

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from streamverse.domains.live.contracts import StreamId
    from streamverse.domains.media.contracts import PackageId
    from streamverse.kit.work import Work


@dataclass(frozen=True, slots=True)
class Licenses:
    """What it takes to give licences: who signed the grants, and where the keys are."""

    addresses: media.MediaAddresses
    safe: media.KeySafe
    throttle: LicenseThrottle


@dataclass(frozen=True, slots=True)
class StreamAsked:
    """A stream whose keys somebody asks for, and the grant that they were given for it."""

    stream_id: StreamId
    grant: str
    height: int | None


async def give_license(
    work: Work, licenses: Licenses, package_id: PackageId, grant: str, asked: LicenseIn
) -> LicenseOut:
    """Give keys to the log-in that was granted the title, if it still may watch."""
    log_in_id = identity.find_holder(work.actor)
    place = work.actor.place
    opened = licenses.addresses.open_stream(package_id, grant, work.now, place)
    holder_id = opened if log_in_id else None
    if log_in_id is None or not await _is_own(work, holder_id, log_in_id):
        raise LicenseNotYours
    licenses.throttle.enter(log_in_id, work.now)
    wanted = read_key_ids(asked.kids, asked.type)
    asset_id = await media.find_protected(work, package_id)
    title = await catalog.find_visible_title_of_asset(work, asset_id) if asset_id else None
    if title is None:
        raise TitleNotVisible
    await require_access(work, title)
    return _write(await media.give_keys(work, licenses.safe, package_id, wanted))


async def give_live_license(
    work: Work, licenses: Licenses, asked_for: StreamAsked, asked: LicenseIn
) -> LicenseOut:
    """Give keys of a stream to the log-in that was granted it, if it still may watch."""
    log_in_id = identity.find_holder(work.actor)
    granted = live.granted_id(asked_for.stream_id, asked_for.height)
    opened = licenses.addresses.open_stream(granted, asked_for.grant, work.now, work.actor.place)
    if log_in_id is None or not await _is_own(work, opened, log_in_id):
        raise LicenseNotYours
    licenses.throttle.enter(log_in_id, work.now)
    wanted = read_key_ids(asked.kids, asked.type)
    reel_ids = await live.find_watched(work, asked_for.stream_id)
    return _write(await media.give_reel_keys(work, licenses.safe, reel_ids, wanted))


def _write(keys: Mapping[UUID, bytes]) -> LicenseOut:
    return LicenseOut(
        [
            KeyOut("oct", write_base64url(key_id.bytes), write_base64url(secret))
            for key_id, secret in keys.items()
        ],
        TEMPORARY,
    )


async def _is_own(work: Work, holder_id: UUID | None, log_in_id: UUID) -> bool:
    """Tell whether a grant is held by a log-in, or by an open session that it has opened."""
    if holder_id is None or holder_id == log_in_id:
        return holder_id is not None
    row = await PlaybackSessions(work).find(PlaybackSessionId(holder_id))
    return row is not None and row.log_in_id == log_in_id and row.ended_at is None
