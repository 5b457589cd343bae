"""All SQL of identity, by theme."""

from streamverse.domains.identity.repository.accounts import Accounts, Tenants
from streamverse.domains.identity.repository.activity import Activities
from streamverse.domains.identity.repository.api_keys import ApiKeys
from streamverse.domains.identity.repository.audit import AuditFilter, AuditLog
from streamverse.domains.identity.repository.devices import Devices
from streamverse.domains.identity.repository.factors import (
    AuthenticatorApps,
    BackupCodes,
    FactorSets,
    Passkeys,
)
from streamverse.domains.identity.repository.federation import FederatedIdentities
from streamverse.domains.identity.repository.one_time import OneTimeSecrets
from streamverse.domains.identity.repository.privacy import Consents, Deletions, Exports, OwnRows
from streamverse.domains.identity.repository.sessions import (
    RefreshTokens,
    SessionHolder,
    Sessions,
)
from streamverse.domains.identity.repository.signing_keys import SigningKeys
from streamverse.domains.identity.repository.tv import TvLogIns

__all__ = [
    "Accounts",
    "Activities",
    "ApiKeys",
    "AuditFilter",
    "AuditLog",
    "AuthenticatorApps",
    "BackupCodes",
    "Consents",
    "Deletions",
    "Devices",
    "Exports",
    "FactorSets",
    "FederatedIdentities",
    "OneTimeSecrets",
    "OwnRows",
    "Passkeys",
    "RefreshTokens",
    "SessionHolder",
    "Sessions",
    "SigningKeys",
    "Tenants",
    "TvLogIns",
]
