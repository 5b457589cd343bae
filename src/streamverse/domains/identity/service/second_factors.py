"""The second factors of accounts, as logging in asks for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from streamverse.domains.identity.contracts import AccountId, IdentitySettings
from streamverse.domains.identity.errors import FactorWrong
from streamverse.domains.identity.repository import BackupCodes, Passkeys
from streamverse.domains.identity.service import factors, mfa, passkeys
from streamverse.domains.identity.service.log_in import FactorAnswer
from streamverse.kit.work import Actor, Work, Workshop


@dataclass(frozen=True, slots=True)
class AccountFactors:
    """An authenticator app makes a log-in ask for more; then the others are good too."""

    settings: IdentitySettings

    async def methods_of(self, work: Work, account_id: AccountId) -> tuple[str, ...]:
        """List the methods that an account has set up; none means that it asks for none."""
        if not await mfa.is_enabled(work, account_id):
            return ()
        has_codes = await BackupCodes(work).count_left(account_id) > 0
        has_passkeys = await Passkeys(work).count(account_id) > 0
        return ("totp", *["backup_code"] * has_codes, *["passkey"] * has_passkeys)

    async def enter(
        self, workshop: Workshop, actor: Actor, account_id: AccountId, answer: FactorAnswer
    ) -> None:
        """Count an attempt before it is checked; what a passkey signs cannot be guessed."""
        if answer.passkey is None:
            await factors.enter_attempt(workshop, actor, account_id)

    async def check_totp(self, work: Work, account_id: AccountId, code: str) -> None:
        """Check a code of an authenticator app."""
        await mfa.check_totp(work, self.settings, account_id, code)

    async def check_backup_code(self, work: Work, account_id: AccountId, code: str) -> None:
        """Check a backup code and use it up."""
        await mfa.check_backup_code(work, self.settings, account_id, code)

    async def check_passkey(
        self, work: Work, account_id: AccountId, answer: Mapping[str, Any]
    ) -> None:
        """Check what a passkey has signed, sent as its ticket and its credential."""
        ticket, credential = answer.get("ticket"), answer.get("credential")
        if not isinstance(ticket, str) or not isinstance(credential, Mapping):
            raise FactorWrong
        shown = passkeys.PasskeyAnswer(ticket, cast("Mapping[str, Any]", credential))
        await passkeys.check_passkey(work, self.settings, account_id, shown)
