"""Opening sessions of live streams, which are counted among those of titles."""

from __future__ import annotations

from dataclasses import dataclass

from streamverse.domains.billing import public as billing
from streamverse.domains.live import public as live
from streamverse.domains.live.public import LiveAddress, LiveDesk, LiveOffer, StreamNotFound
from streamverse.domains.media.public import MediaAddresses
from streamverse.domains.playback.contracts import LiveWish, PlaybackSessionId
from streamverse.domains.playback.rules.access import Access, Wish, decide_access
from streamverse.domains.playback.rules.limits import Limits, limits_of
from streamverse.domains.playback.rules.lines import Line
from streamverse.domains.playback.service.desk import PlaybackDesk
from streamverse.domains.playback.service.places import (
    Subject,
    Viewer,
    enter,
    find_line,
    find_viewer,
    hold_places,
    refuse_place,
)
from streamverse.kit.work import Work


@dataclass(frozen=True, slots=True)
class LiveDoor:
    """What it takes to let somebody see what goes out.

    Who signs addresses, who takes the player's news, and who knows what goes out.
    """

    addresses: MediaAddresses
    desk: PlaybackDesk
    live_desk: LiveDesk


@dataclass(frozen=True, slots=True)
class OpenedLive:
    """A session of a stream with all that its player begins with."""

    session_id: PlaybackSessionId
    address: LiveAddress
    events_token: str
    line: Line


async def open_live(work: Work, door: LiveDoor, wish: LiveWish) -> OpenedLive:
    """Decide whether the caller may watch a stream here and now, and count them as watching.

    As with titles, the account is held for no longer than it takes to count.
    """
    async with work.aside() as before:
        viewer, limits, offer = await _find_known(before, door, wish)
    places = await hold_places(work, viewer, limits, wish, wish.stream_id)
    # Whom the stream is for was decided with the offer; left is whether there is a place.
    access = decide_access(places.counted(Wish(is_playable=True, has_failed=False)))
    if access is not Access.ALLOWED:
        await refuse_place(work, access, places)
    session = await enter(work, places, Subject(stream_id=offer.stream_id))
    address = live.sign_offer(work, door.addresses, offer, session.id)
    return OpenedLive(
        session_id=session.id,
        address=address,
        events_token=door.desk.sign(session.id, address.expires_at),
        line=await find_line(work, session),
    )


async def _find_known(
    before: Work, door: LiveDoor, wish: LiveWish
) -> tuple[Viewer, Limits, LiveOffer]:
    """Find who asks, what they may, and what goes out."""
    viewer = await find_viewer(before, wish)
    if viewer is None:
        raise StreamNotFound(wish.stream_id)
    entitled = await billing.find_entitlements(before, viewer.account_id)
    offer = await live.find_offer(before, door.live_desk, wish.stream_id)
    return viewer, limits_of(door.desk.settings, entitled), offer
