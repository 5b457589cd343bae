"""Passkeys: added, named and removed, logged in with alone, or shown beside the password."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
from webauthn.helpers import (
    base64url_to_bytes,
    bytes_to_base64url,
    parse_authentication_credential_json,
    parse_registration_credential_json,
)
from webauthn.helpers.options_to_json_dict import options_to_json_dict
from webauthn.helpers.structs import (
    AuthenticationCredential,
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    RegistrationCredential,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from streamverse.domains.identity.contracts import (
    AccountId,
    ActivityKind,
    IdentitySettings,
    PasskeyAdded,
    PasskeyRemoved,
    Purpose,
    SessionKind,
)
from streamverse.domains.identity.errors import FactorWrong, LinkInvalid
from streamverse.domains.identity.errors.factors import (
    PasskeyRefused,
    PasskeysUnavailable,
    PasskeyWrong,
    TooManyPasskeys,
)
from streamverse.domains.identity.errors.federation import LastWayIn
from streamverse.domains.identity.models import AccountRow, OneTimeRow, PasskeyRow
from streamverse.domains.identity.repository import (
    Accounts,
    FactorSets,
    FederatedIdentities,
    Passkeys,
)
from streamverse.domains.identity.rules.factors import (
    RelyingParty,
    relying_party,
    service_name,
)
from streamverse.domains.identity.rules.user_agents import clean_device_name
from streamverse.domains.identity.service import activity, one_time
from streamverse.domains.identity.service.factors import (
    ensure_factor_set,
    factors_changed,
    succeed,
)
from streamverse.domains.identity.service.links import account_of, find_link
from streamverse.domains.identity.service.log_in import finish_log_in
from streamverse.domains.identity.service.reauthentication import own_account_id
from streamverse.domains.identity.service.sessions import SessionStarted
from streamverse.domains.identity.service.visits import Visit
from streamverse.kit.clock import new_id
from streamverse.kit.crypto import new_key
from streamverse.kit.errors import FieldProblem, Invalid, Problem
from streamverse.kit.work import Work

CEREMONY_LIFETIME = timedelta(minutes=5)
PASSKEY_LIMIT = 20
# WebAuthn level 3 §7.1: a longer id is refused.
CREDENTIAL_ID_LIMIT_BYTES = 1023
# In the words of RFC 8176: a key, its owner present, and what the device asked them for.
BY_PASSKEY_ALONE = frozenset({"hwk", "mfa", "user"})


@dataclass(frozen=True, slots=True)
class Ceremony:
    """What a browser is asked to sign, and the ticket to come back with."""

    ticket: str = field(repr=False)
    options: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PasskeyAnswer:
    """What a browser comes back with: the ticket, and the credential as WebAuthn has it."""

    ticket: str = field(repr=False)
    credential: Mapping[str, Any]


# --- adding ---------------------------------------------------------------------------------------


async def begin_registration(work: Work, settings: IdentitySettings) -> Ceremony:
    """Ask the actor's browser for a new passkey; the limit is checked again when it comes."""
    party, account_id = _party(settings), own_account_id(work.actor)
    account = await Accounts(work).lock(account_id)
    factor_set = await ensure_factor_set(work, settings, account_id)
    existing = await Passkeys(work).all(account_id)
    _check_room(len(existing))
    challenge = new_key()
    options = generate_registration_options(
        rp_id=party.id,
        rp_name=service_name(settings.issuer),
        user_id=factor_set.user_handle,
        user_name=account.email,
        user_display_name=account.display_name,
        challenge=challenge,
        timeout=CEREMONY_LIFETIME // timedelta(milliseconds=1),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED
        ),
        exclude_credentials=_descriptors(existing),
    )
    facts = {"challenge": bytes_to_base64url(challenge)}
    ticket = one_time.issue(
        work, Purpose.PASSKEY_REGISTRATION, account_id, CEREMONY_LIFETIME, facts
    )
    return Ceremony(ticket, options_to_json_dict(options))


async def finish_registration(
    work: Work, settings: IdentitySettings, answer: PasskeyAnswer, name: str | None, visit: Visit
) -> tuple[PasskeyRow, str | None]:
    """Add the passkey that a browser has made; give it and a browser's new secret."""
    party, account_id = _party(settings), own_account_id(work.actor)
    facts = {"purpose": Purpose.PASSKEY_REGISTRATION.value}
    activity.record_if_refused(work, account_id, ActivityKind.ONE_TIME_REFUSED, visit, facts)
    await Accounts(work).lock(account_id)
    asked = await one_time.spend(work, Purpose.PASSKEY_REGISTRATION, answer.ticket)
    if asked.account_id != account_id:
        raise LinkInvalid
    _check_room(await Passkeys(work).count(account_id))
    row = _verify_new(party, asked, answer.credential)
    row.account_id, row.created_at = account_id, work.now
    row.name = clean_device_name(name or "") or visit.software.name
    await Passkeys(work).add(row)
    activity.record(work, account_id, ActivityKind.PASSKEY_ADDED, visit, {"passkey": row.name})
    work.emit(PasskeyAdded(account_id, row.name))
    return row, await factors_changed(work, account_id)


def _verify_new(
    party: RelyingParty, asked: OneTimeRow, credential: Mapping[str, Any]
) -> PasskeyRow:
    try:
        read = parse_registration_credential_json(dict(credential))
        verified = verify_registration_response(
            credential=read,
            expected_challenge=_challenge_of(asked),
            expected_rp_id=party.id,
            expected_origin=party.origin,
        )
    except Exception as problem:  # the library's parsers fail in many ways
        raise PasskeyRefused from problem
    if len(verified.credential_id) > CREDENTIAL_ID_LIMIT_BYTES:
        raise PasskeyRefused
    return PasskeyRow(
        id=new_id(),
        credential_id=verified.credential_id,
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        transports=_transports_of(read),
        is_synced=verified.credential_device_type is CredentialDeviceType.MULTI_DEVICE,
    )


def _transports_of(credential: RegistrationCredential) -> str:
    return " ".join(sorted({each.value for each in credential.response.transports or ()}))


def _check_room(count: int) -> None:
    if count >= PASSKEY_LIMIT:
        raise TooManyPasskeys(PASSKEY_LIMIT)


# --- keeping --------------------------------------------------------------------------------------


async def list_passkeys(work: Work) -> Sequence[PasskeyRow]:
    """List the actor's passkeys, oldest first."""
    return await Passkeys(work).all(own_account_id(work.actor))


async def rename_passkey(work: Work, passkey_id: UUID, name: str, visit: Visit) -> PasskeyRow:
    """Give one of the actor's passkeys another name."""
    row = await Passkeys(work).get(own_account_id(work.actor), passkey_id)
    cleaned = clean_device_name(name)
    if not cleaned:
        wrong = FieldProblem("name", "Enter a name that can be shown.")
        raise Invalid(wrong.problem, fields=(wrong,))
    facts = {"passkey": cleaned, "former_name": row.name}
    activity.record(work, row.account_id, ActivityKind.PASSKEY_RENAMED, visit, facts)
    row.name = cleaned
    return row


async def remove_passkey(work: Work, passkey_id: UUID, visit: Visit) -> str | None:
    """Remove one of the actor's passkeys, and give a browser's new secret."""
    account_id = own_account_id(work.actor)
    account = await Accounts(work).lock(account_id)
    row = await Passkeys(work).get(account_id, passkey_id)
    if not await _has_another_way(work, account):
        raise LastWayIn
    name = row.name
    await Passkeys(work).remove(account_id, passkey_id)
    activity.record(work, account_id, ActivityKind.PASSKEY_REMOVED, visit, {"passkey": name})
    work.emit(PasskeyRemoved(account_id, name))
    return await factors_changed(work, account_id)


async def _has_another_way(work: Work, account: AccountRow) -> bool:
    account_id = AccountId(account.id)
    if account.password_hash or await FederatedIdentities(work).count(account_id):
        return True
    return await Passkeys(work).count(account_id) > 1


# --- logging in -----------------------------------------------------------------------------------


async def begin_log_in(work: Work, settings: IdentitySettings) -> Ceremony:
    """Ask a browser for any passkey of this service; whose it is only the answer tells."""
    return _begin(work, settings, None, (), is_user_verified=True)


async def begin_second_factor(
    work: Work, settings: IdentitySettings, log_in_ticket: str, visit: Visit
) -> Ceremony:
    """Ask a browser for a passkey of the account whose log-in waits for its second factor."""
    account_id = account_of(await find_link(work, log_in_ticket, visit, Purpose.LOG_IN))
    existing = await Passkeys(work).all(account_id)
    return _begin(work, settings, account_id, existing, is_user_verified=False)


async def begin_reauthentication(work: Work, settings: IdentitySettings) -> Ceremony:
    """Ask the actor's browser for one of their passkeys, in place of the password."""
    account_id = own_account_id(work.actor)
    existing = await Passkeys(work).all(account_id)
    return _begin(work, settings, account_id, existing, is_user_verified=True)


async def log_in(
    work: Work,
    settings: IdentitySettings,
    answer: PasskeyAnswer,
    visit: Visit,
    *,
    device_name: str | None = None,
) -> SessionStarted:
    """Log a browser in by a passkey alone, or raise PasskeyWrong."""
    credential = _read(answer.credential, PasskeyWrong)
    row = await Passkeys(work).find(credential.raw_id)
    activity.record_if_refused(
        work, row.account_id if row else None, ActivityKind.LOG_IN_FAILED, visit, {"by": "passkey"}
    )
    asked = await one_time.spend(work, Purpose.PASSKEY_LOG_IN, answer.ticket)
    if asked.account_id is not None:
        raise LinkInvalid
    if row is None or credential.response.user_handle is None:
        raise PasskeyWrong
    await _use(work, settings, row, asked, credential, refusal=PasskeyWrong)
    account = await Accounts(work).get(AccountId(row.account_id))
    return await finish_log_in(
        work,
        settings,
        account,
        SessionKind.BROWSER,
        visit,
        amr=BY_PASSKEY_ALONE,
        device_name=device_name,
    )


async def check_passkey(
    work: Work, settings: IdentitySettings, account_id: AccountId, answer: PasskeyAnswer
) -> None:
    """Check what a passkey of an account has signed, or raise FactorWrong."""
    credential = _read(answer.credential, FactorWrong)
    asked = await one_time.spend(work, Purpose.PASSKEY_LOG_IN, answer.ticket)
    row = await Passkeys(work).find(credential.raw_id)
    if row is None or row.account_id != account_id or asked.account_id != account_id:
        raise FactorWrong
    await _use(work, settings, row, asked, credential, refusal=FactorWrong)
    await succeed(work, account_id)


def _begin(
    work: Work,
    settings: IdentitySettings,
    account_id: AccountId | None,
    allowed: Sequence[PasskeyRow],
    *,
    is_user_verified: bool,
) -> Ceremony:
    challenge, verification = new_key(), UserVerificationRequirement
    options = generate_authentication_options(
        rp_id=_party(settings).id,
        challenge=challenge,
        timeout=CEREMONY_LIFETIME // timedelta(milliseconds=1),
        allow_credentials=_descriptors(allowed),
        user_verification=verification.REQUIRED if is_user_verified else verification.PREFERRED,
    )
    facts = {"challenge": bytes_to_base64url(challenge), "is_user_verified": is_user_verified}
    ticket = one_time.issue(work, Purpose.PASSKEY_LOG_IN, account_id, CEREMONY_LIFETIME, facts)
    return Ceremony(ticket, options_to_json_dict(options))


async def _use(
    work: Work,
    settings: IdentitySettings,
    row: PasskeyRow,
    asked: OneTimeRow,
    credential: AuthenticationCredential,
    *,
    refusal: Callable[[], Problem],
) -> None:
    factor_set = await FactorSets(work).find(AccountId(row.account_id))
    handle = credential.response.user_handle
    if factor_set is None or handle not in (None, factor_set.user_handle):
        raise refusal()
    verified = _verify(_party(settings), row, asked, credential, refusal)
    if not await Passkeys(work).use(row, verified.new_sign_count):
        raise refusal()


def _verify(
    party: RelyingParty,
    row: PasskeyRow,
    asked: OneTimeRow,
    credential: AuthenticationCredential,
    refusal: Callable[[], Problem],
) -> VerifiedAuthentication:
    try:
        return verify_authentication_response(
            credential=credential,
            expected_challenge=_challenge_of(asked),
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=row.public_key,
            credential_current_sign_count=row.sign_count,
            require_user_verification=asked.facts["is_user_verified"],
        )
    except Exception as problem:  # the library's parsers fail in many ways
        raise refusal() from problem


def _read(
    credential: Mapping[str, Any], refusal: Callable[[], Problem]
) -> AuthenticationCredential:
    try:
        return parse_authentication_credential_json(dict(credential))
    except Exception as problem:  # the same
        raise refusal() from problem


def _challenge_of(asked: OneTimeRow) -> bytes:
    return base64url_to_bytes(asked.facts["challenge"])


def _descriptors(rows: Sequence[PasskeyRow]) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(
            id=row.credential_id,
            transports=[AuthenticatorTransport(each) for each in row.transports.split()],
        )
        for row in rows
    ]


def _party(settings: IdentitySettings) -> RelyingParty:
    party = relying_party(settings.issuer)
    if party is None:
        raise PasskeysUnavailable
    return party
