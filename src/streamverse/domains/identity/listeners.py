"""What follows from what happens to accounts: mostly mails to their owners."""

from __future__ import annotations

from dataclasses import dataclass

from streamverse.domains.identity.contracts import (
    AccountPaused,
    AccountRegistered,
    AccountRemoved,
    BackupCodesMade,
    DeletionScheduled,
    DeviceAppeared,
    DropExports,
    EmailVerificationRequested,
    PasskeyAdded,
    PasskeyRemoved,
    PasswordChanged,
    PasswordResetRequested,
    RegistrationRepeated,
    SecondFactorDisabled,
    SecondFactorEnabled,
)
from streamverse.domains.identity.repository import Accounts
from streamverse.domains.identity.service import email_addresses, password_resets
from streamverse.domains.identity.service.mails import Correspondence
from streamverse.kit.events import Listeners
from streamverse.kit.work import Work


@dataclass(frozen=True, slots=True)
class _Reactions:
    """Most write one mail; whoever has been removed meanwhile gets none."""

    correspondence: Correspondence

    async def mail_first_link(self, work: Work, registered: AccountRegistered) -> None:
        await email_addresses.send_verification(work, self.correspondence, registered.account_id)

    async def mail_another_link(self, work: Work, requested: EmailVerificationRequested) -> None:
        if requested.account_id is not None:
            await email_addresses.send_verification(work, self.correspondence, requested.account_id)

    async def mail_reset_link(self, work: Work, requested: PasswordResetRequested) -> None:
        if requested.account_id is not None:
            await password_resets.send_reset(work, self.correspondence, requested.account_id)

    async def mail_reminder(self, work: Work, repeated: RegistrationRepeated) -> None:
        account = await Accounts(work).find(repeated.account_id)
        if account is not None:
            self.correspondence.registration_repeated(work, account)

    async def mail_new_password(self, work: Work, changed: PasswordChanged) -> None:
        account = await Accounts(work).find(changed.account_id)
        if account is not None:
            self.correspondence.password_changed(work, account)

    async def mail_new_device(self, work: Work, appeared: DeviceAppeared) -> None:
        account = await Accounts(work).find(appeared.account_id)
        if account is not None:
            self.correspondence.new_device(
                work, account, device=appeared.name, place=appeared.ip, at=appeared.seen_at
            )

    async def mail_second_factor_on(self, work: Work, enabled: SecondFactorEnabled) -> None:
        account = await Accounts(work).find(enabled.account_id)
        if account is not None:
            self.correspondence.two_factor_turned_on(work, account)

    async def mail_second_factor_off(self, work: Work, disabled: SecondFactorDisabled) -> None:
        account = await Accounts(work).find(disabled.account_id)
        if account is not None:
            self.correspondence.two_factor_turned_off(work, account)

    async def mail_backup_codes(self, work: Work, made: BackupCodesMade) -> None:
        account = await Accounts(work).find(made.account_id)
        if account is not None:
            self.correspondence.backup_codes_made(work, account)

    async def mail_passkey_added(self, work: Work, added: PasskeyAdded) -> None:
        account = await Accounts(work).find(added.account_id)
        if account is not None:
            self.correspondence.passkey_added(work, account, added.name)

    async def mail_passkey_removed(self, work: Work, removed: PasskeyRemoved) -> None:
        account = await Accounts(work).find(removed.account_id)
        if account is not None:
            self.correspondence.passkey_removed(work, account, removed.name)

    async def mail_pause(self, work: Work, paused: AccountPaused) -> None:
        account = await Accounts(work).find(paused.account_id)
        if account is not None:
            self.correspondence.account_deactivated(work, account)

    async def mail_deletion(self, work: Work, scheduled: DeletionScheduled) -> None:
        account = await Accounts(work).find(scheduled.account_id)
        if account is not None:
            self.correspondence.deletion_scheduled(work, account, scheduled.delete_at)

    async def drop_exports(self, work: Work, removed: AccountRemoved) -> None:
        work.enqueue(DropExports(removed.account_id))


def listeners(correspondence: Correspondence) -> Listeners:
    """Declare identity's reactions."""
    declared, reactions = Listeners("identity"), _Reactions(correspondence)
    declared.on(AccountRegistered)(reactions.mail_first_link)
    declared.on(EmailVerificationRequested)(reactions.mail_another_link)
    declared.on(PasswordResetRequested)(reactions.mail_reset_link)
    declared.on(RegistrationRepeated)(reactions.mail_reminder)
    declared.on(PasswordChanged)(reactions.mail_new_password)
    declared.on(DeviceAppeared)(reactions.mail_new_device)
    declared.on(SecondFactorEnabled)(reactions.mail_second_factor_on)
    declared.on(SecondFactorDisabled)(reactions.mail_second_factor_off)
    declared.on(BackupCodesMade)(reactions.mail_backup_codes)
    declared.on(PasskeyAdded)(reactions.mail_passkey_added)
    declared.on(PasskeyRemoved)(reactions.mail_passkey_removed)
    declared.on(AccountPaused)(reactions.mail_pause)
    declared.on(DeletionScheduled)(reactions.mail_deletion)
    declared.on(AccountRemoved)(reactions.drop_exports)
    return declared
