"""Consent, copies of one's data, and the end of one's account over HTTP."""

from __future__ import annotations

from uuid import UUID

from litestar import Response, get, post, put
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, JSONBody

from streamverse.domains.identity.contracts import IdentitySettings
from streamverse.domains.identity.errors import (
    EmailUnverified,
    LinkExpired,
    LinkInvalid,
    LinkUsed,
    LogInsBusy,
    SessionNeeded,
    TooManyAttempts,
    WrongCredentials,
)
from streamverse.domains.identity.errors.privacy import (
    ExportNotFound,
    ExportNotReady,
    LastOwner,
    TermsOutdated,
)
from streamverse.domains.identity.routes.link_attempts import link_attempt
from streamverse.domains.identity.routes.log_in import NOT_STORED, logged_in
from streamverse.domains.identity.routes.visits import AnyRequest, session_cookie
from streamverse.domains.identity.schemas import AccountOut, MfaRequiredOut
from streamverse.domains.identity.schemas.privacy import (
    ConsentList,
    ConsentsIn,
    DeletionOut,
    ExportOut,
    ReactivationIn,
)
from streamverse.domains.identity.service import (
    consents,
    exports,
    log_in,
    privacy,
    reactivation,
)
from streamverse.domains.identity.service.exports import Archive
from streamverse.domains.identity.service.log_in import SecondFactors, Ticket
from streamverse.domains.identity.service.reauthentication import own_account_id
from streamverse.domains.identity.service.throttle import LogInThrottle
from streamverse.domains.identity.service.visits import Visit
from streamverse.kit.errors import Invalid, Unauthenticated
from streamverse.kit.http import (
    ReauthRequired,
    anyone,
    problems,
    recently_authenticated,
    signed_in,
)
from streamverse.kit.work import Work, Workshop

SENSITIVE = (Unauthenticated, ReauthRequired, SessionNeeded)


# --- the account ----------------------------------------------------------------------------------


@post(
    "/auth/account/deactivate",
    guards=[recently_authenticated],
    status_code=204,
    responses=problems(*SENSITIVE),
)
async def deactivate(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    work: NamedDependency[Work],
    identity_settings: NamedDependency[IdentitySettings],
) -> Response[None]:
    """Let your account sleep until you reactivate it; you are logged out everywhere."""
    await privacy.deactivate(work, own_account_id(request.user), visit)
    cookie = session_cookie("", request, identity_settings)
    return Response(None, status_code=204, cookies=[cookie])


@post(
    "/auth/account/reactivate",
    guards=[anyone],
    status_code=200,
    responses={
        202: ResponseSpec(MfaRequiredOut, description="A second factor has to follow"),
        **problems(
            WrongCredentials,
            EmailUnverified,
            LinkInvalid,
            LinkExpired,
            LinkUsed,
            TooManyAttempts,
            LogInsBusy,
            Invalid,
        ),
    },
)
async def reactivate(
    data: JSONBody[ReactivationIn],
    *,
    request: AnyRequest,
    visit: NamedDependency[Visit],
    work: NamedDependency[Work],
    workshop: NamedDependency[Workshop],
    identity_settings: NamedDependency[IdentitySettings],
    log_in_throttle: NamedDependency[LogInThrottle],
    second_factors: NamedDependency[SecondFactors],
) -> Response[AccountOut] | Response[MfaRequiredOut]:
    """Wake your account, which also keeps it from being deleted, and log in."""
    if data.ticket is not None:
        with link_attempt(log_in_throttle, visit, workshop.clock.now()):
            outcome = await reactivation.reactivate_by_ticket(
                work, identity_settings, second_factors, data.ticket, visit
            )
    else:
        proof = await log_in.prove_password(
            workshop,
            request.user,
            log_in_throttle,
            email=data.email,
            password=data.password,
            visit=visit,
        )
        outcome = await reactivation.reactivate(
            work, identity_settings, second_factors, proof, visit
        )
    if isinstance(outcome, Ticket):
        return Response(MfaRequiredOut.of(outcome), status_code=202, headers=NOT_STORED)
    return logged_in(outcome, request, identity_settings)


@post(
    "/auth/account/delete",
    guards=[recently_authenticated],
    status_code=202,
    responses=problems(*SENSITIVE, LastOwner),
)
async def request_deletion(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    work: NamedDependency[Work],
    identity_settings: NamedDependency[IdentitySettings],
) -> Response[DeletionOut]:
    """Have your account deleted in thirty days; until then, reactivating it keeps it."""
    delete_at = await privacy.request_deletion(work, own_account_id(request.user), visit)
    cookie = session_cookie("", request, identity_settings)
    return Response(DeletionOut(delete_at), status_code=202, cookies=[cookie])


# --- copies ---------------------------------------------------------------------------------------


@post(
    "/auth/account/export",
    guards=[recently_authenticated],
    status_code=202,
    responses=problems(*SENSITIVE),
)
async def request_export(request: AnyRequest, work: NamedDependency[Work]) -> ExportOut:
    """Ask for a copy of everything that is kept about you."""
    return ExportOut.of(await exports.request_export(work, own_account_id(request.user)))


@get(
    "/auth/account/export",
    guards=[signed_in],
    responses=problems(Unauthenticated, SessionNeeded, ExportNotFound),
)
async def get_export(request: AnyRequest, work: NamedDependency[Work]) -> ExportOut:
    """Show how far the copy is that you asked for last."""
    row = await exports.find_export(work, own_account_id(request.user))
    if row is None:
        raise ExportNotFound
    return ExportOut.of(row)


@get(
    "/auth/account/export/{export_id:uuid}/download",
    guards=[recently_authenticated],
    media_type="application/zip",
    responses=problems(*SENSITIVE, ExportNotFound, ExportNotReady),
)
async def download_export(
    export_id: FromPath[UUID],
    request: AnyRequest,
    work: NamedDependency[Work],
    archive: NamedDependency[Archive],
) -> Response[bytes]:
    """Download a copy of everything that is kept about you."""
    row = await exports.get_ready(work, own_account_id(request.user), export_id)
    headers = {**NOT_STORED, "Content-Disposition": 'attachment; filename="streamverse.zip"'}
    return Response(await archive.read(row), media_type="application/zip", headers=headers)


# --- consent --------------------------------------------------------------------------------------


@get("/auth/consents", guards=[signed_in], responses=problems(Unauthenticated, SessionNeeded))
async def list_consents(
    request: AnyRequest,
    work: NamedDependency[Work],
    identity_settings: NamedDependency[IdentitySettings],
) -> ConsentList:
    """List what you agree to."""
    rows = await consents.list_consents(work, own_account_id(request.user))
    return ConsentList.of(rows, identity_settings.terms_version)


@put(
    "/auth/consents",
    guards=[signed_in],
    responses=problems(Unauthenticated, SessionNeeded, TermsOutdated, Invalid),
)
async def decide(
    data: JSONBody[ConsentsIn],
    request: AnyRequest,
    work: NamedDependency[Work],
    identity_settings: NamedDependency[IdentitySettings],
) -> ConsentList:
    """Agree to something, or no longer do; what you leave out stays as it is."""
    own_id = own_account_id(request.user)
    decisions = {item.kind: item.is_given for item in data.items}
    await consents.decide(work, identity_settings, own_id, data.version, decisions)
    rows = await consents.list_consents(work, own_id)
    return ConsentList.of(rows, identity_settings.terms_version)


handlers = (
    deactivate,
    reactivate,
    request_deletion,
    request_export,
    get_export,
    download_export,
    list_consents,
    decide,
)
