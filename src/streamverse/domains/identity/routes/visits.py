"""From where and with what a request comes, and the cookies that it is answered with."""

from __future__ import annotations

from typing import Any

from litestar import Request
from litestar.datastructures import Cookie
from litestar.di import NamedDependency

from streamverse.domains.identity.contracts import IdentitySettings
from streamverse.domains.identity.rules.user_agents import LENGTH_LIMIT
from streamverse.domains.identity.service.sessions import SessionStarted
from streamverse.domains.identity.service.visits import Visit
from streamverse.kit.http import Connection, client_address

SESSION_COOKIE = "sv_session"
DEVICE_COOKIE = "sv_device"
# The longest that browsers keep a cookie (RFC 6265bis §5.5); the session decides when it ends.
COOKIE_KEPT_FOR_S = 400 * 24 * 3600

AnyRequest = Request[Any, Any, Any]


def is_secure(connection: Connection, settings: IdentitySettings) -> bool:
    """Tell whether the visitor's browser speaks https, with us or with the proxy before us."""
    return settings.is_secure or connection.url.scheme == "https"


def cookie_name(name: str, connection: Connection, settings: IdentitySettings) -> str:
    """Give a cookie's name; browsers let nobody else's page or host set one with the prefix."""
    return f"__Host-{name}" if is_secure(connection, settings) else name


def read_cookie(name: str, connection: Connection, settings: IdentitySettings) -> str | None:
    """Read one of our cookies."""
    return connection.cookies.get(cookie_name(name, connection, settings))


def make_cookie(
    name: str, secret: str, connection: Connection, settings: IdentitySettings
) -> Cookie:
    """Make a cookie that scripts and other sites do not get."""
    return Cookie(
        key=cookie_name(name, connection, settings),
        value=secret,
        max_age=COOKIE_KEPT_FOR_S if secret else 0,
        path="/",
        httponly=True,
        samesite="lax",
        secure=is_secure(connection, settings),
    )


def session_cookie(secret: str, connection: Connection, settings: IdentitySettings) -> Cookie:
    """Make the cookie of a session; an empty secret makes the browser forget it."""
    return make_cookie(SESSION_COOKIE, secret, connection, settings)


def renewed_cookies(
    secret: str | None, connection: Connection, settings: IdentitySettings
) -> list[Cookie]:
    """Make the cookie of a session whose secret has changed; a program's has none."""
    return [session_cookie(secret, connection, settings)] if secret else []


def cookies_of(
    started: SessionStarted, connection: Connection, settings: IdentitySettings
) -> list[Cookie]:
    """Make the cookies of a session that has just begun, and of the device it is on."""
    return [
        session_cookie(started.secret, connection, settings),
        make_cookie(DEVICE_COOKIE, started.device_secret, connection, settings),
    ]


def visit_of(connection: Connection, settings: IdentitySettings) -> Visit:
    """Read from where and with what a request comes."""
    return Visit(
        ip=client_address(connection),
        user_agent=connection.headers.get("user-agent", "")[:LENGTH_LIMIT],
        device_secret=read_cookie(DEVICE_COOKIE, connection, settings),
    )


def provide_visit(
    request: AnyRequest, identity_settings: NamedDependency[IdentitySettings]
) -> Visit:
    """Give a handler the visit of its request."""
    return visit_of(request, identity_settings)
