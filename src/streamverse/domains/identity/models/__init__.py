"""The identity tables, by theme."""

from streamverse.domains.identity.models.accounts import AccountRow, TenantRow
from streamverse.domains.identity.models.activity import ActivityRow
from streamverse.domains.identity.models.api_keys import ApiKeyRow
from streamverse.domains.identity.models.audit import AuditHeadRow, AuditRow
from streamverse.domains.identity.models.factors import (
    AuthenticatorAppRow,
    BackupCodeRow,
    FactorSetRow,
    PasskeyRow,
)
from streamverse.domains.identity.models.federation import FederatedIdentityRow
from streamverse.domains.identity.models.one_time import OneTimeRow
from streamverse.domains.identity.models.privacy import (
    ConsentRow,
    DeletionRow,
    ExportRow,
    RemovalRow,
)
from streamverse.domains.identity.models.sessions import DeviceRow, RefreshTokenRow, SessionRow
from streamverse.domains.identity.models.signing_keys import SigningKeyRow
from streamverse.domains.identity.models.tv import TvLogInRow

__all__ = [
    "AccountRow",
    "ActivityRow",
    "ApiKeyRow",
    "AuditHeadRow",
    "AuditRow",
    "AuthenticatorAppRow",
    "BackupCodeRow",
    "ConsentRow",
    "DeletionRow",
    "DeviceRow",
    "ExportRow",
    "FactorSetRow",
    "FederatedIdentityRow",
    "OneTimeRow",
    "PasskeyRow",
    "RefreshTokenRow",
    "RemovalRow",
    "SessionRow",
    "SigningKeyRow",
    "TenantRow",
    "TvLogInRow",
]
