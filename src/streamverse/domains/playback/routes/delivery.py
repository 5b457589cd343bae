"""Signed addresses and tokens over HTTP, for what delivers media in the program's place."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from litestar import Response, get
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter

from streamverse.domains.media.public import MEDIA_COOKIE, MediaAddresses
from streamverse.domains.playback.contracts import PlaybackSessionId
from streamverse.domains.playback.errors import SessionEnded, SessionLive, SessionNotFound
from streamverse.domains.playback.schemas.starting import (
    CookieAddressOut,
    DeliveryTokenOut,
    MediaCookieOut,
    SignedAddressOut,
)
from streamverse.domains.playback.service.desk import PlaybackDesk
from streamverse.domains.playback.service.handing_out import sign_session
from streamverse.kit.errors import Forbidden, Unauthenticated
from streamverse.kit.http import may, problems, signed_in
from streamverse.kit.work import Work

MEDIA_NAME = (
    r"^([a-z0-9-]{1,32}\.m3u8|manifest\.mpd|[a-z0-9-]{1,32}/(init\.mp4|[0-9]{1,7}\.m4s))$(?!\n)"
)
MediaName = Annotated[str, QueryParameter(pattern=MEDIA_NAME)]


@get(
    "/delivery/signed-url",
    guards=[signed_in],
    responses=problems(SessionNotFound, SessionEnded, SessionLive),
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
    responses=problems(SessionNotFound, SessionEnded, SessionLive),
)
async def give_token(
    session_id: FromQuery[UUID],
    work: NamedDependency[Work],
    media_addresses: NamedDependency[MediaAddresses],
) -> DeliveryTokenOut:
    """Get the token of a session of one's own, and the path below which it opens everything."""
    grant = await sign_session(work, media_addresses, PlaybackSessionId(session_id))
    return DeliveryTokenOut(grant.token, f"{grant.base}/", grant.expires_at)


@get(
    "/delivery/cookies",
    guards=[signed_in],
    responses=problems(SessionNotFound, SessionEnded, SessionLive),
)
async def give_cookie(
    session_id: FromQuery[UUID],
    work: NamedDependency[Work],
    media_addresses: NamedDependency[MediaAddresses],
    playback_desk: NamedDependency[PlaybackDesk],
) -> Response[CookieAddressOut]:
    """Get the media of a session of one's own opened by a cookie instead of by the address."""
    grant = await sign_session(work, media_addresses, PlaybackSessionId(session_id))
    cookie = Cookie(
        key=MEDIA_COOKIE,
        value=grant.token,
        path=grant.cookie_path,
        domain=playback_desk.settings.media_cookie_domain or None,
        max_age=int((grant.expires_at - work.now).total_seconds()),
        httponly=True,
        secure=True,
        samesite="lax",
    )
    shown = CookieAddressOut(f"{grant.cookie_path}/", grant.expires_at)
    return Response(shown, cookies=[cookie])


@get(
    "/admin/cdn-cookies",
    guards=[may("storage.manage")],
    responses=problems(Unauthenticated, Forbidden, SessionNotFound, SessionEnded, SessionLive),
)
async def show_cookie(
    session_id: FromQuery[UUID],
    work: NamedDependency[Work],
    media_addresses: NamedDependency[MediaAddresses],
    playback_desk: NamedDependency[PlaybackDesk],
) -> MediaCookieOut:
    """Show the cookie of a session of one's own, to try out whether a CDN checks it."""
    grant = await sign_session(work, media_addresses, PlaybackSessionId(session_id))
    return MediaCookieOut(
        name=MEDIA_COOKIE,
        value=grant.token,
        path=grant.cookie_path,
        domain=playback_desk.settings.media_cookie_domain or None,
        expires_at=grant.expires_at,
    )
