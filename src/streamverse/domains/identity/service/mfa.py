"""Two-factor log-in: an authenticator app, set up and asked, and backup codes on paper."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from streamverse.domains.identity.contracts import (
    AccountId,
    ActivityKind,
    BackupCodesMade,
    IdentitySettings,
    SecondFactorDisabled,
    SecondFactorEnabled,
)
from streamverse.domains.identity.errors import FactorWrong
from streamverse.domains.identity.errors.factors import SecondFactorOff, TotpSetupMissing
from streamverse.domains.identity.models import AuthenticatorAppRow, BackupCodeRow
from streamverse.domains.identity.repository import (
    Accounts,
    AuthenticatorApps,
    BackupCodes,
    FactorSets,
)
from streamverse.domains.identity.rules.factors import (
    BACKUP_CODE_BYTES,
    BACKUP_CODE_COUNT,
    TOTP_SECRET_BYTES,
    draw_qr_code,
    hash_backup_code,
    matching_step,
    provisioning_uri,
    service_name,
    write_backup_code,
    written_secret,
)
from streamverse.domains.identity.service import activity
from streamverse.domains.identity.service.factors import (
    ensure_factor_set,
    factors_changed,
    open_backup_key,
    succeed,
)
from streamverse.domains.identity.service.reauthentication import own_account_id
from streamverse.domains.identity.service.visits import Visit
from streamverse.kit.clock import new_id
from streamverse.kit.crypto import new_key
from streamverse.kit.work import Work

SETUP_LIFETIME = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class TotpSetup:
    """What an authenticator app is given, to scan or to type."""

    secret: str = field(repr=False)
    otpauth_uri: str = field(repr=False)
    qr_svg: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TotpConfirmed:
    """The backup codes, shown this once, and a browser's new secret."""

    codes: tuple[str, ...] = field(repr=False)
    secret: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class BackupCodesLeft:
    """How many backup codes are good of how many, and since when."""

    left: int
    total: int
    made_at: datetime | None


# --- turning it on and off ------------------------------------------------------------------------


async def set_up(work: Work, settings: IdentitySettings) -> TotpSetup:
    """Begin with a new authenticator app; until it is confirmed, all stays as it was."""
    account_id = own_account_id(work.actor)
    account = await Accounts(work).lock(account_id)
    apps = AuthenticatorApps(work)
    await apps.remove(account_id, is_confirmed=False)
    secret = new_key(TOTP_SECRET_BYTES)
    apps.add(
        AuthenticatorAppRow(
            id=new_id(),
            account_id=account_id,
            secret_sealed=settings.vault.encrypt(secret, _belongs_to(account_id)),
            last_step=0,
            created_at=work.now,
        )
    )
    uri = provisioning_uri(secret, account.email, service_name(settings.issuer))
    return TotpSetup(written_secret(secret), uri, draw_qr_code(uri))


async def confirm(work: Work, settings: IdentitySettings, code: str, visit: Visit) -> TotpConfirmed:
    """Ask for the codes of the new app from now on, in place of an older app's."""
    account_id = own_account_id(work.actor)
    await Accounts(work).lock(account_id)
    apps = AuthenticatorApps(work)
    app = await apps.find(account_id, is_confirmed=False)
    if app is None or work.now - app.created_at >= SETUP_LIFETIME:
        raise TotpSetupMissing
    activity.record_if_refused(work, account_id, ActivityKind.SECOND_FACTOR_FAILED, visit)
    step = matching_step(_open_secret(settings, app), code, work.now)
    if step is None:
        raise FactorWrong
    await apps.remove(account_id, is_confirmed=True)
    app.confirmed_at, app.last_step = work.now, step
    codes = await _replace_codes(work, settings, account_id)
    await succeed(work, account_id)
    activity.record(work, account_id, ActivityKind.SECOND_FACTOR_ENABLED, visit)
    work.emit(SecondFactorEnabled(account_id))
    return TotpConfirmed(codes, await factors_changed(work, account_id))


async def disable(work: Work, visit: Visit) -> str | None:
    """Ask for the password only, and give a browser's new secret; passkeys stay."""
    account_id = own_account_id(work.actor)
    await Accounts(work).lock(account_id)
    was_on = await AuthenticatorApps(work).find(account_id) is not None
    await AuthenticatorApps(work).remove(account_id)
    await BackupCodes(work).remove(account_id)
    if was_on:
        activity.record(work, account_id, ActivityKind.SECOND_FACTOR_DISABLED, visit)
        work.emit(SecondFactorDisabled(account_id))
    return await factors_changed(work, account_id)


async def is_enabled(work: Work, account_id: AccountId) -> bool:
    """Tell whether an account is asked for more than its password."""
    return await AuthenticatorApps(work).find(account_id) is not None


# --- backup codes ---------------------------------------------------------------------------------


async def make_backup_codes(
    work: Work, settings: IdentitySettings, visit: Visit
) -> tuple[str, ...]:
    """Make new backup codes, shown this once; the old ones are void."""
    account_id = own_account_id(work.actor)
    await Accounts(work).lock(account_id)
    if not await is_enabled(work, account_id):
        raise SecondFactorOff
    activity.record(work, account_id, ActivityKind.BACKUP_CODES_MADE, visit)
    work.emit(BackupCodesMade(account_id))
    return await _replace_codes(work, settings, account_id)


async def count_backup_codes(work: Work, account_id: AccountId) -> BackupCodesLeft:
    """Count the backup codes of an account."""
    rows = await BackupCodes(work).all(account_id)
    left = sum(row.used_at is None for row in rows)
    return BackupCodesLeft(left, len(rows), min((row.created_at for row in rows), default=None))


async def _replace_codes(
    work: Work, settings: IdentitySettings, account_id: AccountId
) -> tuple[str, ...]:
    key = open_backup_key(settings, await ensure_factor_set(work, settings, account_id))
    codes: set[str] = set()
    while len(codes) < BACKUP_CODE_COUNT:
        codes.add(write_backup_code(new_key(BACKUP_CODE_BYTES)))
    kept = BackupCodes(work)
    await kept.remove(account_id)
    for code in codes:
        hashed = hash_backup_code(key, code)
        kept.add(
            BackupCodeRow(id=new_id(), account_id=account_id, code_hash=hashed, created_at=work.now)
        )
    return tuple(sorted(codes))


# --- at log-in ------------------------------------------------------------------------------------


async def check_totp(
    work: Work, settings: IdentitySettings, account_id: AccountId, code: str
) -> None:
    """Check a code of an account's app and use its step up, or raise FactorWrong."""
    apps = AuthenticatorApps(work)
    app = await apps.find(account_id)
    if app is None:
        raise FactorWrong
    secret = _open_secret(settings, app)
    step = matching_step(secret, code, work.now)
    if step is None or not await apps.spend_step(app.id, step):
        raise FactorWrong
    if not settings.vault.is_current(app.secret_sealed):
        app.secret_sealed = settings.vault.encrypt(secret, _belongs_to(account_id))
    await succeed(work, account_id)


async def check_backup_code(
    work: Work, settings: IdentitySettings, account_id: AccountId, code: str
) -> None:
    """Check a backup code of an account and use it up, or raise FactorWrong."""
    row, codes = await FactorSets(work).find(account_id), BackupCodes(work)
    if row is None:
        raise FactorWrong
    code_hash = hash_backup_code(open_backup_key(settings, row), code)
    if not await codes.spend(account_id, code_hash):
        raise FactorWrong
    facts = {"left": await codes.count_left(account_id)}
    activity.record(work, account_id, ActivityKind.BACKUP_CODE_USED, facts=facts)
    await succeed(work, account_id)


def _open_secret(settings: IdentitySettings, app: AuthenticatorAppRow) -> bytes:
    return settings.vault.decrypt(app.secret_sealed, _belongs_to(AccountId(app.account_id)))


def _belongs_to(account_id: AccountId) -> bytes:
    return b"identity_authenticator_app " + account_id.bytes
