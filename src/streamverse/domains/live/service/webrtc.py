"""Publishers by WHIP and viewers by WHEP: who may come, and what is agreed on with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from streamverse.domains.live.contracts import Encoder
from streamverse.domains.live.errors import (
    NotByWebRtc,
    OfferRefused,
    PublishingRefused,
    StreamKeyUnknown,
    TooManyConnecting,
    WebRtcUnavailable,
)
from streamverse.domains.live.repository import find_published
from streamverse.kit.tokens import hash_secret
from streamverse.kit.work import Actor
from streamverse.mediakit.webrtc.negotiation import (
    Agreement,
    OurSide,
    answer_publisher,
    answer_viewer,
)
from streamverse.mediakit.webrtc.publishing import Publishing
from streamverse.mediakit.webrtc.sdp import SdpRefused, SessionDescription
from streamverse.mediakit.webrtc.server import TooManyWaiting
from streamverse.mediakit.webrtc.watching import Watching

if TYPE_CHECKING:
    from streamverse.domains.live.service.broadcasts import Broadcast
    from streamverse.domains.live.service.desk import LiveDesk
    from streamverse.mediakit.webrtc.peers import Peer, Session
    from streamverse.mediakit.webrtc.server import WebRtcServer

Agree = Callable[[OurSide], Agreement]


async def require_key(desk: LiveDesk, key: str) -> None:
    """Refuse whoever has no key of a stream, or may not come now, before anything else is read."""
    async with desk.workshop.reading(Actor.system()) as work:
        row, backup = await find_published(work, hash_secret(key))
    if row is None:
        raise StreamKeyUnknown
    encoder = Encoder.MAIN if backup is None else Encoder.BACKUP
    if (refusal := desk.refusal_of(row, encoder)) is not None:
        raise PublishingRefused(refusal)


def open_publishing(
    desk: LiveDesk, key: str, place: str, encoder: str | None, offer: bytes
) -> Peer:
    """Answer a publisher's offer; they are admitted once they are connected."""
    server = require_server(desk)
    session = Publishing(desk.admit, key, place, encoder)
    described = _parse(offer)
    peer = _welcome(server, place, lambda ours: answer_publisher(described, ours), session)
    session.agree(peer.agreement)
    session.count = lambda: peer.bytes_received
    session.send = peer.send
    session.end = lambda reason: server.end(peer, reason)
    return peer


def open_watching(
    desk: LiveDesk, broadcast: Broadcast, place: str, offer: bytes, check: Callable[[], None]
) -> Peer:
    """Answer a viewer's offer."""
    server, relay = require_server(desk), broadcast.relay.relay
    if broadcast.webrtc_refusal is not None:
        raise NotByWebRtc(broadcast.webrtc_refusal)
    session = Watching(relay, may_go_on=check)
    described = _parse(offer)
    sources = relay.sources
    peer = _welcome(server, place, lambda ours: answer_viewer(described, ours, sources), session)
    session.agree(peer.agreement)
    session.send = peer.send
    session.end_peer = lambda reason: server.end(peer, reason)
    return peer


def require_server(desk: LiveDesk) -> WebRtcServer:
    """Give the server of WebRTC, if there is one here."""
    if desk.webrtc is None:
        raise WebRtcUnavailable
    return desk.webrtc


def _parse(offer: bytes) -> SessionDescription:
    try:
        return SessionDescription.parse(offer)
    except SdpRefused as refusal:
        raise OfferRefused(str(refusal)) from refusal


def _welcome(server: WebRtcServer, place: str, agree: Agree, session: Session) -> Peer:
    try:
        return server.welcome(place, agree, session)
    except SdpRefused as refusal:
        raise OfferRefused(str(refusal)) from refusal
    except TooManyWaiting as many:
        raise TooManyConnecting from many
