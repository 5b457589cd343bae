"""Logging in with another service: out with a secret that only this browser has, and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from streamverse.domains.identity.contracts import (
    AccountId,
    ActivityKind,
    IdentitySettings,
    Purpose,
)
from streamverse.domains.identity.errors import LinkInvalid, RegistrationClosed
from streamverse.domains.identity.errors.federation import (
    IdentityNotFound,
    IdentityTaken,
    LastWayIn,
    LinkNeeded,
    ProviderAnswerInvalid,
    ProviderEmailUnverified,
    ProviderRefused,
)
from streamverse.domains.identity.models import AccountRow, FederatedIdentityRow, OneTimeRow
from streamverse.domains.identity.repository import (
    Accounts,
    FederatedIdentities,
    Passkeys,
    Tenants,
)
from streamverse.domains.identity.repository.federation import find_invitation_of
from streamverse.domains.identity.rules import check_new_email, clean_email, normalise_email
from streamverse.domains.identity.rules.federation import (
    Flow,
    Person,
    Provider,
    safe_next,
    shown_name,
)
from streamverse.domains.identity.service import accounts, activity, log_in, one_time
from streamverse.domains.identity.service.links import spend_link
from streamverse.domains.identity.service.log_in import SecondFactors, Ticket
from streamverse.domains.identity.service.openid import Federation
from streamverse.domains.identity.service.sessions import SessionStarted
from streamverse.domains.identity.service.visits import Visit
from streamverse.kit.clock import new_id
from streamverse.kit.tokens import hash_secret, is_same_secret, new_secret
from streamverse.kit.work import Actor, Role, Work, Workshop

TRIP_LIFETIME = timedelta(minutes=10)


class Intent(StrEnum):
    """What somebody is sent to a provider for."""

    LOG_IN = "log_in"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Departure:
    """The address to send a browser to, and the secret it keeps until it comes back."""

    address: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Return:
    """What a browser comes back with; every part of it may be missing or made up."""

    state: str
    secret: str = field(repr=False)
    code: str = field(default="", repr=False)
    issuer: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Trip:
    """A trip to a provider that has ended where it began."""

    provider: Provider
    intent: Intent
    next: str
    account_id: AccountId | None


def callback_address(settings: IdentitySettings, provider: Provider) -> str:
    """Give where a provider sends people back to; one address for each provider."""
    return f"{settings.issuer}/api/v1/auth/oidc/{provider.id}/callback"


# --- out ------------------------------------------------------------------------------------------


async def depart(
    workshop: Workshop,
    actor: Actor,
    settings: IdentitySettings,
    federation: Federation,
    provider_id: str,
    *,
    intent: Intent,
    next_page: str | None,
) -> Departure:
    """Send a browser to a provider; no transaction waits for what is asked of that."""
    provider, secret = federation.get(provider_id), new_secret()
    now = workshop.clock.now()
    await federation.metadata(provider, now)
    facts = {
        "provider": provider.id,
        "intent": intent.value,
        "next": safe_next(next_page),
        "secret_hash": hash_secret(secret),
    }
    account_id = AccountId(actor.account_id) if actor.account_id and intent is Intent.LINK else None
    async with workshop.work(actor) as work:
        state = one_time.issue(work, Purpose.FEDERATED_LOG_IN, account_id, TRIP_LIFETIME, facts)
    redirect_uri = callback_address(settings, provider)
    address = await federation.authorization_address(
        provider, redirect_uri, state, Flow.of(secret), now
    )
    return Departure(address, secret)


# --- and back -------------------------------------------------------------------------------------


async def arrive(
    workshop: Workshop,
    actor: Actor,
    federation: Federation,
    provider_id: str,
    *,
    returned: Return,
    visit: Visit,
) -> Trip:
    """Recognise the trip that a browser returns from, which happens once whatever comes of it."""
    provider = federation.get(provider_id)
    async with workshop.work(actor) as work:
        row = await spend_link(work, returned.state, visit, Purpose.FEDERATED_LOG_IN)
        trip = _trip_of(row, provider, returned)
        if trip.intent is Intent.LINK and trip.account_id != actor.account_id:
            raise LinkInvalid
    return trip


def _trip_of(row: OneTimeRow, provider: Provider, returned: Return) -> Trip:
    """Make sure that this browser left for this provider (RFC 9700 §2.1, §4.7)."""
    is_same_browser = is_same_secret(hash_secret(returned.secret), row.facts["secret_hash"])
    if not is_same_browser or row.facts["provider"] != provider.id:
        raise LinkInvalid
    account_id = AccountId(row.account_id) if row.account_id else None
    return Trip(provider, Intent(row.facts["intent"]), row.facts["next"], account_id)


async def identify(
    workshop: Workshop,
    settings: IdentitySettings,
    federation: Federation,
    trip: Trip,
    returned: Return,
) -> Person:
    """Ask the provider who has come back; no transaction waits for its answer."""
    provider, now = trip.provider, workshop.clock.now()
    metadata = await federation.metadata(provider, now)
    is_named_wrongly = returned.issuer is not None and returned.issuer != provider.issuer
    if is_named_wrongly or (metadata.is_issuer_named and returned.issuer is None):
        # The code may come from somebody else who wants it sent to them (RFC 9207 §2.4).
        raise ProviderAnswerInvalid("the answer comes from another issuer")
    if returned.error is not None or not returned.code:
        raise ProviderRefused(provider.name)
    return await federation.exchange(
        provider, returned.code, callback_address(settings, provider), Flow.of(returned.secret), now
    )


async def log_in_as(
    work: Work,
    settings: IdentitySettings,
    factors: SecondFactors,
    trip: Trip,
    person: Person,
    *,
    visit: Visit,
) -> SessionStarted | Ticket:
    """Log in whoever a provider vouches for; the account's own second factors still count."""
    account = await find_account_of(work, person)
    if account is None:
        account = await _welcome(work, settings, trip.provider, person, visit)
    return await log_in.go_on(work, settings, factors, account, visit, amr=log_in.BY_PROVIDER)


async def find_account_of(work: Work, person: Person) -> AccountRow | None:
    """Find the account that somebody has linked, and write down that they use it."""
    row = await FederatedIdentities(work).find(person.issuer, person.subject)
    if row is None:
        return None
    row.last_used_at, row.email = work.now, person.email
    return await Accounts(work).get(AccountId(row.account_id))


async def _welcome(
    work: Work, settings: IdentitySettings, provider: Provider, person: Person, visit: Visit
) -> AccountRow:
    """Make an account for somebody new, if anybody may register or they are invited.

    An address that has an account is never enough to enter it: whoever runs a provider, or gets
    hold of an address there, would have the account.
    """
    if not person.email or not person.is_email_verified:
        raise ProviderEmailUnverified(provider.name)
    check_new_email(person.email)
    await Tenants(work).lock_own()  # of two first log-ins at once the second finds the account
    normalised = normalise_email(person.email)
    invitation = await find_invitation_of(work, normalised)
    account = await Accounts(work).find_by_email(normalised)
    if account is not None and account.email_verified_at is not None:
        raise LinkNeeded
    if invitation is None and not settings.is_registration_open:
        raise RegistrationClosed
    if account is None:
        account = _new_account(work, person, normalised)
        await Accounts(work).add(account)
    await _settle_in(work, account, person, invitation)
    await _link(work, AccountId(account.id), provider, person, visit)
    activity.record(work, account.id, ActivityKind.REGISTERED, visit, {"provider": provider.id})
    accounts.verify_email(work, account, visit)
    return account


def _new_account(work: Work, person: Person, normalised: str) -> AccountRow:
    return AccountRow(
        id=new_id(),
        email=clean_email(person.email or ""),
        email_normalised=normalised,
        password_hash="",
        display_name=shown_name(person),
        role=Role.VIEWER.value,
        locale=work.actor.locale,
        created_at=work.now,
    )


async def _settle_in(
    work: Work, account: AccountRow, person: Person, invitation: OneTimeRow | None
) -> None:
    # Somebody may have registered the address before without showing that it is theirs: neither
    # their password nor their links are to open what is somebody else's now.
    account.password_hash, account.display_name = "", shown_name(person)
    for purpose in (Purpose.EMAIL_VERIFICATION, Purpose.PASSWORD_RESET):
        await one_time.withdraw(work, purpose, AccountId(account.id))
    if invitation is not None:
        account.role, account.locale = invitation.facts["role"], invitation.facts["locale"]
        invitation.used_at = work.now


async def record_failure(
    workshop: Workshop, actor: Actor, provider_id: str, code: str, visit: Visit
) -> None:
    """Write down that somebody came back from a provider and was not let in, and why."""
    async with workshop.work(actor) as work:
        facts = {"provider": provider_id[:32], "problem": code}
        about = actor.account_id
        activity.record(work, about, ActivityKind.LOG_IN_FAILED, visit, facts)


# --- links ----------------------------------------------------------------------------------------


async def link(work: Work, trip: Trip, person: Person, visit: Visit) -> None:
    """Let somebody enter their own account by a provider; doing so again changes nothing."""
    account_id = trip.account_id
    if account_id is None or account_id != work.actor.account_id:
        raise LinkInvalid
    await Accounts(work).lock(account_id)
    known = await FederatedIdentities(work).find(person.issuer, person.subject)
    if known is None:
        await _link(work, account_id, trip.provider, person, visit)
    elif known.account_id != account_id:
        raise IdentityTaken


async def _link(
    work: Work, account_id: AccountId, provider: Provider, person: Person, visit: Visit
) -> None:
    row = FederatedIdentityRow(
        id=new_id(),
        account_id=account_id,
        provider=provider.id,
        issuer=person.issuer,
        subject=person.subject,
        email=person.email,
        created_at=work.now,
        last_used_at=None,
    )
    await FederatedIdentities(work).add(row)
    facts = {"provider": provider.id}
    activity.record(work, account_id, ActivityKind.IDENTITY_LINKED, visit, facts)


async def list_identities(work: Work, account_id: AccountId) -> Sequence[FederatedIdentityRow]:
    """List the log-ins at other services that enter an account."""
    return await FederatedIdentities(work).of_account(account_id)


async def unlink(work: Work, account_id: AccountId, identity_id: UUID, visit: Visit) -> None:
    """Remove a log-in at another service, unless it is the last way into the account."""
    account = await Accounts(work).lock(account_id)
    identities = FederatedIdentities(work)
    provider = await identities.remove(account_id, identity_id)
    if provider is None:
        raise IdentityNotFound(identity_id)
    has_another = bool(account.password_hash) or await identities.count(account_id) > 0
    if not has_another and await Passkeys(work).count(account_id) == 0:
        raise LastWayIn
    facts = {"provider": provider}
    activity.record(work, account_id, ActivityKind.IDENTITY_UNLINKED, visit, facts)
