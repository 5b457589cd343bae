"""The failures of identity, by theme."""

from streamverse.domains.identity.errors.accounts import (
    AccountNotFound,
    EmailTaken,
    OwnAccount,
    RegistrationClosed,
    SetupClosed,
    SetupTokenWrong,
)
from streamverse.domains.identity.errors.log_in import (
    AccountDeactivated,
    EmailUnverified,
    FactorWrong,
    LogInsBusy,
    PasswordWrong,
    SecondFactorRequired,
    SessionNeeded,
    TooManyAttempts,
    WrongCredentials,
)
from streamverse.domains.identity.errors.one_time import (
    LinkExpired,
    LinkInvalid,
    LinkUsed,
    TriesUsedUp,
)
from streamverse.domains.identity.errors.sessions import (
    DeviceNotFound,
    RefreshInvalid,
    RefreshReused,
    SessionNotFound,
)

__all__ = [
    "AccountDeactivated",
    "AccountNotFound",
    "DeviceNotFound",
    "EmailTaken",
    "EmailUnverified",
    "FactorWrong",
    "LinkExpired",
    "LinkInvalid",
    "LinkUsed",
    "LogInsBusy",
    "OwnAccount",
    "PasswordWrong",
    "RefreshInvalid",
    "RefreshReused",
    "RegistrationClosed",
    "SecondFactorRequired",
    "SessionNeeded",
    "SessionNotFound",
    "SetupClosed",
    "SetupTokenWrong",
    "TooManyAttempts",
    "TriesUsedUp",
    "WrongCredentials",
]
