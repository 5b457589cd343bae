"""Identity over HTTP, by theme."""

from litestar import Router
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide

from streamverse.domains.identity.contracts import IdentitySettings
from streamverse.domains.identity.routes import (
    accounts,
    api_keys,
    audit,
    email_addresses,
    federation,
    invitations,
    log_in,
    mails,
    mfa,
    passkeys,
    password_resets,
    privacy,
    refusals,
    sessions,
    signing_keys,
    staff,
    tv,
)
from streamverse.domains.identity.routes.authentication import authenticate, people_only
from streamverse.domains.identity.routes.signing_keys import get_jwks
from streamverse.domains.identity.routes.visits import provide_visit
from streamverse.domains.identity.service.log_in import SecondFactors
from streamverse.domains.identity.service.mail_throttle import MailThrottle
from streamverse.domains.identity.service.passkey_throttle import PasskeyThrottle
from streamverse.domains.identity.service.second_factors import AccountFactors
from streamverse.domains.identity.service.throttle import LogInThrottle

BODY_LIMIT_BYTES = 16_384


def provide_throttle(state: State) -> LogInThrottle:
    """Give the application's own throttle."""
    return state.setdefault("log_in_throttle", LogInThrottle())


def provide_second_factors(identity_settings: NamedDependency[IdentitySettings]) -> SecondFactors:
    """Give what accounts can show beside their passwords."""
    return AccountFactors(identity_settings)


def provide_mail_throttle(state: State) -> MailThrottle:
    """Give the application's own throttle of mails."""
    return state.setdefault("mail_throttle", MailThrottle())


def provide_passkey_throttle(state: State) -> PasskeyThrottle:
    """Give the application's own throttle of questions for passkeys."""
    return state.setdefault("passkey_throttle", PasskeyThrottle())


router = Router(
    path="/",
    route_handlers=[
        *accounts.handlers,
        *log_in.handlers,
        *sessions.handlers,
        *signing_keys.handlers,
        *email_addresses.handlers,
        *password_resets.handlers,
        *invitations.handlers,
        *mails.handlers,
        *mfa.handlers,
        *passkeys.handlers,
        *audit.handlers,
        *staff.handlers,
        *api_keys.handlers,
        *federation.handlers,
        *tv.handlers,
        *privacy.handlers,
    ],
    dependencies={
        "log_in_throttle": Provide(provide_throttle, sync_to_thread=False),
        "second_factors": Provide(provide_second_factors, sync_to_thread=False),
        "mail_throttle": Provide(provide_mail_throttle, sync_to_thread=False),
        "passkey_throttle": Provide(provide_passkey_throttle, sync_to_thread=False),
        "visit": Provide(provide_visit, sync_to_thread=False),
    },
    request_max_body_size=BODY_LIMIT_BYTES,
    exception_handlers={413: refusals.refuse_oversized},
    tags=["identity"],
)

__all__ = ["authenticate", "get_jwks", "people_only", "router"]
