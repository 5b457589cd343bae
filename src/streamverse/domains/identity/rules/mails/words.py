"""Which mails identity writes; every language has the words of all of them."""

from __future__ import annotations

from dataclasses import dataclass

from streamverse.kit.letters import Language, Letter


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Identity's mails in one language."""

    language: Language
    verify_address: Letter
    registration_repeated: Letter
    reset_password: Letter
    password_changed: Letter
    confirm_new_address: Letter
    address_changed: Letter
    new_device: Letter
    two_factor_turned_on: Letter
    two_factor_turned_off: Letter
    backup_codes_made: Letter
    passkey_added: Letter
    passkey_removed: Letter
    invitation: Letter
    account_deactivated: Letter
    deletion_scheduled: Letter
    deletion_done: Letter
