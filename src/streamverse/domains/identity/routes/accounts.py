"""Set-up, registration, accounts and their passwords over HTTP."""

from __future__ import annotations

from uuid import UUID

from litestar import Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from streamverse.domains.identity.contracts import AccountId, IdentitySettings, SessionKind
from streamverse.domains.identity.errors import (
    AccountNotFound,
    EmailTaken,
    LogInsBusy,
    OwnAccount,
    RegistrationClosed,
    SessionNeeded,
    SetupClosed,
    SetupTokenWrong,
    TooManyAttempts,
)
from streamverse.domains.identity.errors.mails import RoleNotYours
from streamverse.domains.identity.errors.staff import (
    AccountAboveYou,
    OnlyOwner,
    PermissionNotYours,
)
from streamverse.domains.identity.routes.log_in import NOT_STORED, logged_in
from streamverse.domains.identity.routes.visits import AnyRequest, session_cookie
from streamverse.domains.identity.rules import normalise_email
from streamverse.domains.identity.schemas import (
    AccountIn,
    AccountOut,
    AccountPage,
    PasswordIn,
    RegistrationIn,
    RegistrationOut,
    SetupIn,
    SetupOut,
)
from streamverse.domains.identity.service import accounts, log_in, reauthentication
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


@get("/setup", guards=[anyone])
async def get_setup(
    work: NamedDependency[Work], identity_settings: NamedDependency[IdentitySettings]
) -> SetupOut:
    """Say whether the owner's account is still to be made."""
    return SetupOut(
        needs_owner=await accounts.needs_owner(work),
        is_registration_open=identity_settings.is_registration_open,
    )


@post(
    "/setup",
    guards=[anyone],
    responses=problems(SetupClosed, SetupTokenWrong, Invalid, LogInsBusy),
)
async def set_up(
    data: JSONBody[SetupIn],
    *,
    request: AnyRequest,
    visit: NamedDependency[Visit],
    work: NamedDependency[Work],
    identity_settings: NamedDependency[IdentitySettings],
) -> Response[AccountOut]:
    """Make the owner's account and log in."""
    account = await accounts.set_up(
        work,
        identity_settings,
        token=data.token,
        email=data.email,
        password=data.password,
        display_name=data.display_name,
    )
    started = await log_in.finish_log_in(
        work, identity_settings, account, SessionKind.BROWSER, visit, amr=log_in.BY_PASSWORD
    )
    return logged_in(started, request, identity_settings, status_code=201)


@post(
    "/auth/register",
    guards=[anyone],
    status_code=202,
    responses=problems(RegistrationClosed, Invalid, TooManyAttempts, LogInsBusy),
)
async def register(
    data: JSONBody[RegistrationIn],
    *,
    visit: NamedDependency[Visit],
    work: NamedDependency[Work],
    workshop: NamedDependency[Workshop],
    identity_settings: NamedDependency[IdentitySettings],
    log_in_throttle: NamedDependency[LogInThrottle],
) -> RegistrationOut:
    """Ask for an account; the mail to its address says how to go on."""
    subject = f"registration of {normalise_email(data.email)}"
    log_in_throttle.enter(subject, visit.ip, workshop.clock.now())
    await accounts.register(
        work,
        identity_settings,
        email=data.email,
        password=data.password,
        display_name=data.display_name,
        visit=visit,
    )
    return RegistrationOut("Look in your mail: what we have sent there says how to go on.")


@get("/auth/me", guards=[signed_in], responses=problems(Unauthenticated))
async def get_me(request: AnyRequest, work: NamedDependency[Work]) -> AccountOut:
    """Show the account that is logged in."""
    return AccountOut.of(await accounts.get_account(work, request.user.account_id))


@post(
    "/auth/password",
    guards=[recently_authenticated],
    status_code=204,
    responses=problems(Unauthenticated, ReauthRequired, SessionNeeded, Invalid, LogInsBusy),
)
async def change_password(
    data: JSONBody[PasswordIn],
    *,
    request: AnyRequest,
    visit: NamedDependency[Visit],
    work: NamedDependency[Work],
    workshop: NamedDependency[Workshop],
    identity_settings: NamedDependency[IdentitySettings],
) -> Response[None]:
    """Change your password; everywhere else you are logged out."""
    own_id = reauthentication.own_account_id(request.user)
    hashed = await accounts.hash_new_password(workshop, request.user, own_id, data.new_password)
    secret = await accounts.change_own_password(work, hashed, visit)
    cookies = [session_cookie(secret, request, identity_settings)] if secret else []
    return Response(None, status_code=204, headers=NOT_STORED, cookies=cookies)


@get(
    "/accounts",
    guards=[may("accounts.read")],
    responses=problems(Unauthenticated, Forbidden, Invalid),
)
async def list_accounts(
    work: NamedDependency[Work],
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
) -> AccountPage:
    """List the accounts, oldest first."""
    return AccountPage.of(await accounts.list_accounts(work, cursor, limit))


@post(
    "/accounts",
    guards=[may("accounts.manage")],
    responses=problems(
        Unauthenticated,
        Forbidden,
        RoleNotYours,
        PermissionNotYours,
        EmailTaken,
        Invalid,
        LogInsBusy,
    ),
)
async def add_account(data: JSONBody[AccountIn], work: NamedDependency[Work]) -> AccountOut:
    """Add an account."""
    return AccountOut.of(
        await accounts.add_by_staff(
            work,
            email=data.email,
            password=data.password,
            display_name=data.display_name,
            role=data.role,
        )
    )


@delete(
    "/accounts/{account_id:uuid}",
    guards=[may("accounts.manage")],
    responses=problems(
        Unauthenticated, Forbidden, AccountAboveYou, AccountNotFound, OwnAccount, OnlyOwner
    ),
)
async def remove_account(account_id: FromPath[UUID], work: NamedDependency[Work]) -> None:
    """Remove an account and end its sessions."""
    await accounts.remove_account(work, AccountId(account_id))


handlers = (
    get_setup,
    set_up,
    register,
    get_me,
    change_password,
    list_accounts,
    add_account,
    remove_account,
)
