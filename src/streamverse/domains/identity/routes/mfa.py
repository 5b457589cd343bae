"""Two-factor log-in over HTTP."""

from __future__ import annotations

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody

from streamverse.domains.identity.contracts import AccountId, IdentitySettings
from streamverse.domains.identity.errors import (
    AccountNotFound,
    FactorWrong,
    LinkExpired,
    LinkInvalid,
    LinkUsed,
    SessionNeeded,
    TooManyAttempts,
    WrongCredentials,
)
from streamverse.domains.identity.errors.factors import (
    FactorPaused,
    OwnFactors,
    SecondFactorOff,
    TotpSetupMissing,
)
from streamverse.domains.identity.errors.staff import AccountAboveYou
from streamverse.domains.identity.routes.link_attempts import link_attempt
from streamverse.domains.identity.routes.log_in import (
    CANNOT_ENTER,
    NOT_STORED,
    TICKET_FAILURES,
    finish_ticket,
    logged_in,
)
from streamverse.domains.identity.routes.visits import AnyRequest, renewed_cookies
from streamverse.domains.identity.schemas import AccountOut, MfaIn
from streamverse.domains.identity.schemas.mfa import (
    BackupCodeIn,
    BackupCodesLeftOut,
    BackupCodesOut,
    MfaResetIn,
    MfaResetRequestedOut,
    MfaResetRequestIn,
    MfaResetRequestPage,
    MfaStatusOut,
    TotpSetupOut,
    TotpVerifyIn,
)
from streamverse.domains.identity.service import mfa, mfa_resets
from streamverse.domains.identity.service.log_in import SecondFactors
from streamverse.domains.identity.service.reauthentication import own_account_id
from streamverse.domains.identity.service.throttle import LogInThrottle
from streamverse.domains.identity.service.visits import Visit
from streamverse.kit.errors import Forbidden, Invalid, Unauthenticated
from streamverse.kit.http import (
    ReauthRequired,
    anyone,
    may,
    problems,
    recently_authenticated,
    signed_in,
)
from streamverse.kit.work import Work, Workshop

SENSITIVE = (Unauthenticated, ReauthRequired, SessionNeeded)


@get("/auth/mfa", guards=[signed_in], responses=problems(Unauthenticated, SessionNeeded))
async def get_mfa(
    request: AnyRequest,
    work: NamedDependency[Work],
    second_factors: NamedDependency[SecondFactors],
) -> MfaStatusOut:
    """Say whether your log-ins ask for more than the password, and what they then take."""
    methods = await second_factors.methods_of(work, own_account_id(request.user))
    return MfaStatusOut(is_enabled=bool(methods), methods=list(methods))


@post(
    "/auth/mfa/setup",
    guards=[recently_authenticated],
    status_code=200,
    responses=problems(*SENSITIVE),
)
async def set_up_mfa(
    work: NamedDependency[Work], identity_settings: NamedDependency[IdentitySettings]
) -> Response[TotpSetupOut]:
    """Begin with an authenticator app; within the hour its first code has to follow."""
    setup = await mfa.set_up(work, identity_settings)
    return Response(TotpSetupOut.of(setup), headers=NOT_STORED)


@post(
    "/auth/mfa/verify",
    guards=[recently_authenticated],
    status_code=200,
    responses=problems(*SENSITIVE, TotpSetupMissing, FactorWrong, Invalid),
)
async def verify_mfa(
    data: JSONBody[TotpVerifyIn],
    request: AnyRequest,
    visit: NamedDependency[Visit],
    work: NamedDependency[Work],
    identity_settings: NamedDependency[IdentitySettings],
) -> Response[BackupCodesOut]:
    """Confirm the app by its code, and get the backup codes."""
    confirmed = await mfa.confirm(work, identity_settings, data.code, visit)
    cookies = renewed_cookies(confirmed.secret, request, identity_settings)
    return Response(BackupCodesOut.of(confirmed.codes), headers=NOT_STORED, cookies=cookies)


@post(
    "/auth/mfa/disable",
    guards=[recently_authenticated],
    status_code=204,
    responses=problems(*SENSITIVE),
)
async def disable_mfa(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    work: NamedDependency[Work],
    identity_settings: NamedDependency[IdentitySettings],
) -> Response[None]:
    """Ask for the password only; the app and the backup codes are void, passkeys stay."""
    cookies = renewed_cookies(await mfa.disable(work, visit), request, identity_settings)
    return Response(None, status_code=204, headers=NOT_STORED, cookies=cookies)


@get(
    ["/auth/mfa/backup-codes", "/auth/recovery-codes"],
    guards=[recently_authenticated],
    responses=problems(*SENSITIVE),
)
async def count_backup_codes(
    request: AnyRequest, work: NamedDependency[Work]
) -> BackupCodesLeftOut:
    """Say how many backup codes are left; the codes themselves nobody can show again."""
    found = await mfa.count_backup_codes(work, own_account_id(request.user))
    return BackupCodesLeftOut.of(found)


@post(
    "/auth/mfa/backup-codes",
    guards=[recently_authenticated],
    responses=problems(*SENSITIVE, SecondFactorOff),
)
async def make_backup_codes(
    visit: NamedDependency[Visit],
    work: NamedDependency[Work],
    identity_settings: NamedDependency[IdentitySettings],
) -> Response[BackupCodesOut]:
    """Make new backup codes; the old ones are void."""
    codes = await mfa.make_backup_codes(work, identity_settings, visit)
    return Response(BackupCodesOut.of(codes), status_code=201, headers=NOT_STORED)


@post(
    "/auth/mfa/validate-backup",
    guards=[anyone],
    status_code=200,
    responses=problems(WrongCredentials, FactorPaused, *TICKET_FAILURES, *CANNOT_ENTER),
)
async def validate_backup_code(
    data: JSONBody[BackupCodeIn],
    *,
    request: AnyRequest,
    visit: NamedDependency[Visit],
    work: NamedDependency[Work],
    workshop: NamedDependency[Workshop],
    identity_settings: NamedDependency[IdentitySettings],
    log_in_throttle: NamedDependency[LogInThrottle],
    second_factors: NamedDependency[SecondFactors],
) -> Response[AccountOut]:
    """Finish a log-in by a backup code, which is then used up."""
    answered = MfaIn(ticket=data.ticket, backup_code=data.code, trust_device=data.trust_device)
    started = await finish_ticket(
        answered,
        visit,
        actor=request.user,
        work=work,
        workshop=workshop,
        settings=identity_settings,
        throttle=log_in_throttle,
        factors=second_factors,
    )
    return logged_in(started, request, identity_settings)


# --- lost phones ----------------------------------------------------------------------------------


@post(
    "/auth/mfa-reset/request",
    guards=[anyone],
    status_code=202,
    responses=problems(LinkInvalid, LinkExpired, LinkUsed, TooManyAttempts, Invalid),
)
async def request_mfa_reset(
    data: JSONBody[MfaResetRequestIn],
    visit: NamedDependency[Visit],
    work: NamedDependency[Work],
    log_in_throttle: NamedDependency[LogInThrottle],
) -> MfaResetRequestedOut:
    """Ask whoever runs the service to take your second factor off, with the password proven."""
    with link_attempt(log_in_throttle, visit, work.now):
        await mfa_resets.request_reset(work, data.ticket, visit)
    return MfaResetRequestedOut(
        "Whoever runs this service sees that you ask: tell them, so that they know it is you."
    )


@get(
    "/auth/mfa-reset/requests",
    guards=[may("accounts.read")],
    responses=problems(Unauthenticated, Forbidden, Invalid),
)
async def list_mfa_reset_requests(
    work: NamedDependency[Work],
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
) -> MfaResetRequestPage:
    """List who has lost their second factor and waits for a reset."""
    return MfaResetRequestPage.of(await mfa_resets.list_requests(work, cursor, limit))


@post(
    "/auth/mfa-reset",
    guards=[may("accounts.manage"), recently_authenticated],
    status_code=204,
    responses=problems(
        Unauthenticated,
        Forbidden,
        ReauthRequired,
        AccountAboveYou,
        AccountNotFound,
        OwnFactors,
        Invalid,
    ),
)
async def reset_mfa(data: JSONBody[MfaResetIn], work: NamedDependency[Work]) -> None:
    """Take all second factors and passkeys off an account and log it out everywhere."""
    await mfa_resets.reset(work, AccountId(data.account_id))


handlers = (
    get_mfa,
    set_up_mfa,
    verify_mfa,
    disable_mfa,
    count_backup_codes,
    make_backup_codes,
    validate_backup_code,
    request_mfa_reset,
    list_mfa_reset_requests,
    reset_mfa,
)
