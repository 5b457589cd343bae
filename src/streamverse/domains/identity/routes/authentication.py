"""How a request shows who sends it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from litestar.handlers import BaseRouteHandler
from litestar.types import HTTPScope

from streamverse.domains.identity.contracts import (
    DEFAULT_TENANT_ID,
    IdentitySettings,
    KeyHolder,
)
from streamverse.domains.identity.errors.api_keys import KeyNotEnough
from streamverse.domains.identity.routes.visits import SESSION_COOKIE, read_cookie
from streamverse.domains.identity.rules.api_keys import looks_like_key
from streamverse.domains.identity.rules.mails import best_language
from streamverse.domains.identity.service import api_keys, sessions
from streamverse.domains.identity.service.key_throttle import KeyThrottle
from streamverse.kit.http import (
    SAFE_METHODS,
    Connection,
    May,
    client_address,
    owner,
    recently_authenticated,
    signed_in,
)
from streamverse.kit.work import Actor, Workshop

_FOR_PEOPLE = frozenset({signed_in, recently_authenticated, owner})


async def authenticate(connection: Connection, settings: IdentitySettings) -> Actor:
    """Find out who sends a request; unsafe ones also keep a session that is in use alive."""
    workshop: Workshop = connection.app.state.workshop
    place = client_address(connection)
    cookie = read_cookie(SESSION_COOKIE, connection, settings)
    bearer = bearer_of(connection)
    locale = best_language(connection.headers.get("accept-language", ""))
    unknown = Actor(DEFAULT_TENANT_ID, place=place, locale=locale)
    if not cookie and not bearer:
        return unknown
    if bearer and looks_like_key(bearer):
        return await _enter_by_key(connection, bearer, place) or unknown
    async with workshop.reading(Actor.system()) as work:
        session = await sessions.recognise(
            work, settings, cookie=cookie, bearer=bearer, place=place
        )
    if session is None:
        return unknown
    method = cast("HTTPScope", connection.scope)["method"]
    if session.is_due_for_renewal and method not in SAFE_METHODS:
        async with workshop.work(session.actor) as work:
            await sessions.renew_session(work, settings, session)
    return session.actor


async def _enter_by_key(connection: Connection, bearer: str, place: str) -> Actor | None:
    """Find out which program shows a key, and hold it to its limits."""
    workshop: Workshop = connection.app.state.workshop
    throttle: KeyThrottle = connection.app.state.setdefault("key_throttle", KeyThrottle())
    async with workshop.reading(Actor.system()) as work:
        used = await api_keys.recognise_key(work, bearer, place)
    if used is None:
        return None
    throttle.enter(
        used.key_id,
        workshop.clock.now(),
        per_minute=used.requests_per_minute,
        per_day=used.requests_per_day,
    )
    if used.is_due_to_be_seen:
        async with workshop.work(used.actor) as work:
            await api_keys.see_key(work, used.key_id)
    return used.actor


def people_only(connection: Connection, handler: BaseRouteHandler) -> None:
    """Keep keys of the API away from all that asks for a person and not for a permission."""
    guards = cast("Sequence[object]", handler.guards or ())  # pyright: ignore[reportUnknownMemberType]
    is_scoped = any(isinstance(guard, May) for guard in guards)
    is_personal = not is_scoped and not _FOR_PEOPLE.isdisjoint(guards)
    if is_personal and isinstance(connection.user, KeyHolder):
        raise KeyNotEnough


def bearer_of(connection: Connection) -> str | None:
    """Read the bearer token of a request."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None
