"""Signed addresses and tokens over HTTP, for what delivers media in the program's place."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter

from streamverse.domains.media.public import MediaAddresses
from streamverse.domains.playback.contracts import PlaybackSessionId
from streamverse.domains.playback.errors import SessionEnded, SessionNotFound
from streamverse.domains.playback.schemas import DeliveryTokenOut, SignedAddressOut
from streamverse.domains.playback.service.handing_out import sign_session
from streamverse.kit.http import problems, signed_in
from streamverse.kit.work import Work

MEDIA_NAME = (
    r"^([a-z0-9-]{1,32}\.m3u8|manifest\.mpd|[a-z0-9-]{1,32}/(init\.mp4|[0-9]{1,7}\.m4s))$(?!\n)"
)
MediaName = Annotated[str, QueryParameter(pattern=MEDIA_NAME)]


@get(
    "/delivery/signed-url",
    guards=[signed_in],
    responses=problems(SessionNotFound, SessionEnded),
)
async def sign_address(
    session_id: FromQuery[UUID],
    work: NamedDependency[Work],
    media_addresses: NamedDependency[MediaAddresses],
    name: MediaName = "master.m3u8",
) -> SignedAddressOut:
    """Get the address of a manifest or a segment, signed for a session of one's own."""
    grant = await sign_session(work, media_addresses, PlaybackSessionId(session_id))
    return SignedAddressOut(f"{grant.base}/{name}", grant.expires_at)


@get(
    "/delivery/token",
    guards=[signed_in],
    responses=problems(SessionNotFound, SessionEnded),
)
async def give_token(
    session_id: FromQuery[UUID],
    work: NamedDependency[Work],
    media_addresses: NamedDependency[MediaAddresses],
) -> DeliveryTokenOut:
    """Get the token of a session of one's own, and the path below which it opens everything."""
    grant = await sign_session(work, media_addresses, PlaybackSessionId(session_id))
    return DeliveryTokenOut(grant.token, f"{grant.base}/", grant.expires_at)
