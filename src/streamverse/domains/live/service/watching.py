"""Who may watch a stream, and how a viewer comes to the edge of its broadcast."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from streamverse.domains.billing import public as billing
from streamverse.domains.identity.contracts import AccountId
from streamverse.domains.live.contracts import StreamId
from streamverse.domains.live.errors import (
    StreamNotFound,
    StreamNotLive,
    StreamPlanNeeded,
    StreamPlanRegion,
    ThumbnailNotFound,
)
from streamverse.domains.live.repository import Broadcasts, StreamPlans, Streams
from streamverse.domains.live.rules.access import Access, Verdict, is_region_covered, judge
from streamverse.domains.live.service.edge import PICTURES, PROTECTED
from streamverse.domains.media.contracts import PackageId, ReelId
from streamverse.domains.media.public import is_reel_protected

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streamverse.domains.live.models import StreamRow
    from streamverse.domains.live.service.broadcasts import Broadcast
    from streamverse.domains.live.service.desk import LiveDesk
    from streamverse.domains.media.public import MediaAddresses
    from streamverse.kit.work import Work

PREFIX = "/broadcasts"
# Licences are a matter of playback, which stands above; its route is named here for players.
LICENSES = "/api/v1/playback/licenses/live"
TOO_TALL = "By WebRTC this stream goes out as it is sent, which is more than your plan includes."


@dataclass(frozen=True, slots=True)
class LiveOffer:
    """What of a stream somebody may follow; how tall it may be, where their plan says so."""

    stream_id: StreamId
    height: int | None
    is_by_webrtc: bool
    whep_refusal: str | None
    is_protected: bool


@dataclass(frozen=True, slots=True)
class LiveAddress:
    """Where a player follows a stream; by WebRTC unless there is a reason against it."""

    hls_url: str
    whep_url: str | None
    whep_refusal: str | None
    expires_at: datetime
    # Where the keys of a protected stream are asked for.
    license_url: str | None


async def judge_stream(work: Work, row: StreamRow) -> Verdict:
    """Decide whether the actor may watch a stream; one that is hidden is not found."""
    access, is_staff = Access(row.access), work.actor.may("live.manage")
    plan_ids, own = (), None
    if access is Access.PLANS and not is_staff and work.actor.account_id is not None:
        plan_ids = (await StreamPlans(work).of([row.id])).get(row.id, [])
        own = (await billing.find_entitlements(work, AccountId(work.actor.account_id))).plan_id
    verdict = judge(access, plan_ids, own, is_staff=is_staff)
    if verdict is Verdict.HIDDEN:
        raise StreamNotFound(row.id)
    return verdict


async def require_known(work: Work, stream_id: StreamId) -> None:
    """Fail with ``StreamNotFound`` where the actor may not know of a stream."""
    await judge_stream(work, await Streams(work).get(stream_id))


async def get_watchable(work: Work, stream_id: StreamId) -> StreamRow:
    """Get a stream that the actor may watch, or say what it takes."""
    row = await Streams(work).get(stream_id)
    if await judge_stream(work, row) is Verdict.PLAN_NEEDED:
        plan_ids = (await StreamPlans(work).of([row.id])).get(row.id, [])
        raise StreamPlanNeeded((await billing.find_plan_names(work, plan_ids)).values())
    return row


async def find_watched(work: Work, stream_id: StreamId) -> Sequence[ReelId]:
    """List what went out on a stream that the actor may watch, or say what it takes."""
    await get_watchable(work, stream_id)
    return [ReelId(one) for one in await Broadcasts(work).ids_of(stream_id)]


async def find_offer(work: Work, desk: LiveDesk, stream_id: StreamId) -> LiveOffer:
    """Find what the actor may follow of what goes out on a stream, or say what it takes."""
    row = await get_watchable(work, stream_id)
    height = await _require_height(work)
    is_offered, refusal = await _offer_webrtc(work, desk, stream_id, height)
    is_protected = await _is_protected(work, stream_id)
    return LiveOffer(StreamId(row.id), height, is_offered, refusal, is_protected)


def sign_offer(
    work: Work, addresses: MediaAddresses, offer: LiveOffer, holder_id: UUID
) -> LiveAddress:
    """Sign the address of a stream for its holder; it holds for all that goes out on it."""
    granted = granted_id(offer.stream_id, offer.height)
    grant = addresses.stream_grant(granted, holder_id, work.now, work.actor.place)
    base = f"{PREFIX}/{grant}/{offer.stream_id}"
    base += "" if offer.height is None else f"/h{offer.height}"
    limit = "" if offer.height is None else f"?height={offer.height}"
    license_url = f"{LICENSES}/{offer.stream_id}/{grant}{limit}"
    return LiveAddress(
        hls_url=f"{base}/master.m3u8",
        whep_url=f"{base}/whep" if offer.is_by_webrtc else None,
        whep_refusal=offer.whep_refusal,
        expires_at=addresses.expires_at(work.now),
        license_url=license_url if offer.is_protected else None,
    )


async def _is_protected(work: Work, stream_id: StreamId) -> bool:
    """Tell whether what goes out on a stream has keys."""
    running = await Broadcasts(work).find_running(stream_id)
    return running is not None and await is_reel_protected(work, ReelId(running.id))


async def _offer_webrtc(
    work: Work, desk: LiveDesk, stream_id: StreamId, height: int | None
) -> tuple[bool, str | None]:
    """Tell whether what goes out can be watched by WebRTC, and if not, why; or ``StreamNotLive``.

    Of what another node holds, that node says why when it is asked; how tall it is nobody knows
    here.
    """
    broadcast = desk.find(stream_id)
    if broadcast is not None and not broadcast.edge.is_ended:
        refusal = broadcast.webrtc_refusal
        if refusal is None and not _may_have_all(broadcast, height):
            refusal = TOO_TALL
        return desk.webrtc is not None and refusal is None, refusal
    holder = await desk.following.find_holder(stream_id)
    if holder is None or await Broadcasts(work).find_running(stream_id) is None:
        raise StreamNotLive(stream_id)
    if await _is_protected(work, stream_id):
        return False, PROTECTED
    return holder.is_alive and holder.takes_webrtc and height is None, None


def granted_id(stream_id: UUID, height: int | None) -> PackageId:
    """Name what a grant opens: a stream, or of it what a plan allows."""
    return PackageId(stream_id if height is None else uuid5(stream_id, f"h{height}"))


async def _require_height(work: Work) -> int | None:
    """Tell how tall a picture whoever asks may have by their plan, or that it is not for here."""
    account_id = work.actor.account_id
    if account_id is None or work.actor.may("live.manage"):
        return None
    entitled = await billing.find_entitlements(work, AccountId(account_id))
    if not is_region_covered(entitled.regions, work.actor.region):
        raise StreamPlanRegion(entitled.plan_name, entitled.regions)
    return entitled.max_height


def _may_have_all(broadcast: Broadcast, height: int | None) -> bool:
    pictures = broadcast.edge.tracks.get(PICTURES)
    return pictures is None or broadcast.edge.allows(pictures, height)


async def find_thumbnail(work: Work, desk: LiveDesk, stream_id: StreamId, form: str) -> bytes:
    """Give a picture of what goes out to whoever may watch it, or ``ThumbnailNotFound``."""
    row = await get_watchable(work, stream_id)
    broadcast = desk.find(row.id)
    if broadcast is None or broadcast.edge.is_ended or desk.glimpses is None:
        raise ThumbnailNotFound
    found = (await desk.glimpses.thumbnail(broadcast)).get(form)
    if found is None:
        raise ThumbnailNotFound
    return found
