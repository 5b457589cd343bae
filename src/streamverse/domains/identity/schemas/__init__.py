"""Identity's JSON, by theme."""

from streamverse.domains.identity.schemas.accounts import (
    AccountIn,
    AccountOut,
    AccountPage,
    PasswordIn,
    RegistrationIn,
    RegistrationOut,
    SetupIn,
    SetupOut,
    Text,
)
from streamverse.domains.identity.schemas.activity import ActivityOut, ActivityPage
from streamverse.domains.identity.schemas.log_in import (
    FactorIn,
    LoginIn,
    MfaIn,
    MfaRequiredOut,
    ReauthIn,
    ReauthOut,
    RefreshIn,
    TokenIn,
    TokenOut,
)
from streamverse.domains.identity.schemas.sessions import (
    DeviceOut,
    DevicePage,
    EndedOut,
    SessionOut,
    SessionPage,
)
from streamverse.domains.identity.schemas.signing_keys import (
    JwksOut,
    SigningKeyList,
    SigningKeyOut,
)

__all__ = [
    "AccountIn",
    "AccountOut",
    "AccountPage",
    "ActivityOut",
    "ActivityPage",
    "DeviceOut",
    "DevicePage",
    "EndedOut",
    "FactorIn",
    "JwksOut",
    "LoginIn",
    "MfaIn",
    "MfaRequiredOut",
    "PasswordIn",
    "ReauthIn",
    "ReauthOut",
    "RefreshIn",
    "RegistrationIn",
    "RegistrationOut",
    "SessionOut",
    "SessionPage",
    "SetupIn",
    "SetupOut",
    "SigningKeyList",
    "SigningKeyOut",
    "Text",
    "TokenIn",
    "TokenOut",
]
