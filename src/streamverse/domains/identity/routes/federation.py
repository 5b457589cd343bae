"""Logging in with another service over HTTP.

The way out and back is walked by the browser itself, so that its answers are pages: a problem is
told by its code in the address.
"""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode
from uuid import UUID

from litestar import Response, delete, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response import Redirect

from streamverse.domains.identity.contracts import IdentitySettings
from streamverse.domains.identity.errors import AccountDeactivated, SessionNeeded
from streamverse.domains.identity.errors.federation import (
    IdentityNotFound,
    LastWayIn,
    ProviderNotFound,
    ProviderUnavailable,
)
from streamverse.domains.identity.routes.log_in import NOT_STORED
from streamverse.domains.identity.routes.visits import (
    AnyRequest,
    cookies_of,
    make_cookie,
    read_cookie,
)
from streamverse.domains.identity.rules.federation import Person
from streamverse.domains.identity.schemas.federation import (
    IdentityLinkIn,
    IdentityLinkOut,
    IdentityList,
    ProviderList,
)
from streamverse.domains.identity.service import federation as service
from streamverse.domains.identity.service import reactivation
from streamverse.domains.identity.service.federation import Intent, Return, Trip
from streamverse.domains.identity.service.log_in import SecondFactors, Ticket
from streamverse.domains.identity.service.openid import Federation
from streamverse.domains.identity.service.reauthentication import own_account_id
from streamverse.domains.identity.service.throttle import LogInThrottle, network_of
from streamverse.domains.identity.service.visits import Visit
from streamverse.kit.errors import Invalid, Problem, Unauthenticated
from streamverse.kit.http import (
    ReauthRequired,
    anyone,
    problems,
    recently_authenticated,
    signed_in,
)
from streamverse.kit.work import Work, Workshop

TRIP_COOKIE = "sv_oidc"
LOG_IN_PAGE = "/login"
RETURNED = ("code", "state", "iss", "error")


def _page(address: str, cookies: list[Cookie] | None = None) -> Redirect:
    return Redirect(address, status_code=303, headers=NOT_STORED, cookies=cookies or [])


def _telling(page: str, problem: Problem) -> str:
    separator = "&" if "?" in page else "?"
    return f"{page}{separator}{urlencode({'error': problem.code})}"


def _trip_cookie(secret: str, request: AnyRequest, settings: IdentitySettings) -> Cookie:
    kept_for_s = int(service.TRIP_LIFETIME.total_seconds()) if secret else 0
    return replace(make_cookie(TRIP_COOKIE, secret, request, settings), max_age=kept_for_s)


@get("/auth/providers", guards=[anyone])
async def list_providers(federation: NamedDependency[Federation]) -> ProviderList:
    """List the services that people may log in with."""
    return ProviderList.of(federation.providers)


@get("/auth/oidc/{provider:str}/start", guards=[anyone], status_code=303)
async def depart(
    provider: FromPath[str],
    *,
    request: AnyRequest,
    visit: NamedDependency[Visit],
    workshop: NamedDependency[Workshop],
    identity_settings: NamedDependency[IdentitySettings],
    federation: NamedDependency[Federation],
    log_in_throttle: NamedDependency[LogInThrottle],
    next: FromQuery[str | None] = None,  # noqa: A002 - the name that log-in pages give it
) -> Redirect:
    """Send the browser to another service, to come back logged in."""
    try:
        log_in_throttle.enter(_trips_from(visit), visit.ip, workshop.clock.now())
        departure = await service.depart(
            workshop,
            request.user,
            identity_settings,
            federation,
            provider,
            intent=Intent.LOG_IN,
            next_page=next,
        )
    except Problem as problem:
        return _page(_telling(LOG_IN_PAGE, problem))
    cookie = _trip_cookie(departure.secret, request, identity_settings)
    return _page(departure.address, [cookie])


@post(
    "/auth/oidc/{provider:str}/link",
    guards=[recently_authenticated],
    status_code=200,
    responses=problems(
        Unauthenticated,
        ReauthRequired,
        SessionNeeded,
        ProviderNotFound,
        ProviderUnavailable,
        Invalid,
    ),
)
async def begin_link(
    provider: FromPath[str],
    data: JSONBody[IdentityLinkIn],
    *,
    request: AnyRequest,
    workshop: NamedDependency[Workshop],
    identity_settings: NamedDependency[IdentitySettings],
    federation: NamedDependency[Federation],
) -> Response[IdentityLinkOut]:
    """Begin to link a log-in at another service to your account."""
    own_account_id(request.user)
    departure = await service.depart(
        workshop,
        request.user,
        identity_settings,
        federation,
        provider,
        intent=Intent.LINK,
        next_page=data.next,
    )
    cookie = _trip_cookie(departure.secret, request, identity_settings)
    answer = IdentityLinkOut(departure.address)
    return Response(answer, headers=NOT_STORED, cookies=[cookie])


@post("/auth/oidc/{provider:str}/callback", guards=[anyone], status_code=303)
async def bounce(provider: FromPath[str], request: AnyRequest) -> Redirect:  # noqa: ARG001
    """Turn a provider's form into a request of our own, which brings the browser's cookies."""
    form = await request.form()
    given = {name: form[name] for name in RETURNED if isinstance(form.get(name), str)}
    return _page(f"{request.url.path}?{urlencode(given)}")


@get("/auth/oidc/{provider:str}/callback", guards=[anyone], status_code=303)
async def arrive(
    provider: FromPath[str],
    *,
    request: AnyRequest,
    visit: NamedDependency[Visit],
    workshop: NamedDependency[Workshop],
    identity_settings: NamedDependency[IdentitySettings],
    federation: NamedDependency[Federation],
    second_factors: NamedDependency[SecondFactors],
    log_in_throttle: NamedDependency[LogInThrottle],
) -> Redirect:
    """Take a browser back that another service has sent, and log it in or link the two."""
    returned = _returned(request, identity_settings)
    page = LOG_IN_PAGE
    try:
        trip = await service.arrive(
            workshop, request.user, federation, provider, returned=returned, visit=visit
        )
        page = trip.next if trip.intent is Intent.LINK else LOG_IN_PAGE
        person = await service.identify(workshop, identity_settings, federation, trip, returned)
        arriving = _Arriving(request, visit, workshop, identity_settings, second_factors)
        redirect = await arriving.end(trip, person)
    except Problem as problem:
        await service.record_failure(workshop, request.user, provider, problem.code, visit)
        redirect = _page(_telling(page, problem))
    else:
        log_in_throttle.succeed(_trips_from(visit), visit.ip)
    redirect.cookies.append(_trip_cookie("", request, identity_settings))
    return redirect


def _returned(request: AnyRequest, settings: IdentitySettings) -> Return:
    query = request.query_params
    return Return(
        state=query.get("state", ""),
        secret=read_cookie(TRIP_COOKIE, request, settings) or "",
        code=query.get("code", ""),
        issuer=query.get("iss"),
        error=query.get("error"),
    )


def _trips_from(visit: Visit) -> str:
    return f"trips from {network_of(visit.ip)}"


class _Arriving:
    """How a trip ends for somebody whom the provider vouches for."""

    def __init__(
        self,
        request: AnyRequest,
        visit: Visit,
        workshop: Workshop,
        settings: IdentitySettings,
        factors: SecondFactors,
    ) -> None:
        self._request = request
        self._visit = visit
        self._workshop = workshop
        self._settings = settings
        self._factors = factors

    async def end(self, trip: Trip, person: Person) -> Redirect:
        """Link, log in, ask for a second factor, or offer to wake the account."""
        if trip.intent is Intent.LINK:
            async with self._workshop.work(self._request.user) as work:
                await service.link(work, trip, person, self._visit)
            return _page(trip.next)
        try:
            return await self._log_in(trip, person)
        except AccountDeactivated as problem:
            return await self._offer_waking(person, problem)

    async def _log_in(self, trip: Trip, person: Person) -> Redirect:
        async with self._workshop.work(self._request.user) as work:
            outcome = await service.log_in_as(
                work, self._settings, self._factors, trip, person, visit=self._visit
            )
        if isinstance(outcome, Ticket):
            query = urlencode({"next": trip.next})
            # Behind the #, where neither our log nor anybody else's sees it.
            ticket = urlencode({"ticket": outcome.secret, "methods": ",".join(outcome.methods)})
            return _page(f"{LOG_IN_PAGE}?{query}#{ticket}")
        return _page(trip.next, cookies_of(outcome, self._request, self._settings))

    async def _offer_waking(self, person: Person, problem: AccountDeactivated) -> Redirect:
        async with self._workshop.work(self._request.user) as work:
            account = await service.find_account_of(work, person)
            if account is None:
                raise problem
            ticket = reactivation.offer(work, account)
        return _page(f"{_telling(LOG_IN_PAGE, problem)}#{urlencode({'ticket': ticket})}")


@get(
    "/auth/identities",
    guards=[signed_in],
    responses=problems(Unauthenticated, SessionNeeded),
)
async def list_identities(request: AnyRequest, work: NamedDependency[Work]) -> IdentityList:
    """List the log-ins at other services that enter your account."""
    return IdentityList.of(await service.list_identities(work, own_account_id(request.user)))


@delete(
    "/auth/identities/{identity_id:uuid}",
    guards=[recently_authenticated],
    responses=problems(Unauthenticated, ReauthRequired, SessionNeeded, IdentityNotFound, LastWayIn),
)
async def unlink(
    identity_id: FromPath[UUID],
    request: AnyRequest,
    visit: NamedDependency[Visit],
    work: NamedDependency[Work],
) -> None:
    """Remove a log-in at another service from your account."""
    await service.unlink(work, own_account_id(request.user), identity_id, visit)


handlers = (list_providers, depart, begin_link, bounce, arrive, list_identities, unlink)
