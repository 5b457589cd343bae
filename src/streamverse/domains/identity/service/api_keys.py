"""Keys of the API: made by staff for their programs, worth no more than their maker."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from streamverse.domains.identity.contracts import AccountId, ApiKeyId, AuditAction, KeyHolder
from streamverse.domains.identity.errors.api_keys import ApiKeyNotFound
from streamverse.domains.identity.errors.staff import PermissionNotYours
from streamverse.domains.identity.models import ApiKeyRow
from streamverse.domains.identity.repository import ApiKeys
from streamverse.domains.identity.rules.api_keys import (
    NewKey,
    check_new_key,
    is_due_to_be_seen,
    read_key,
    write_key,
)
from streamverse.domains.identity.rules.staff import (
    check_permissions,
    power_of,
    write_permissions,
)
from streamverse.domains.identity.service.audit import audit
from streamverse.kit.clock import new_id
from streamverse.kit.paging import Listing, Page
from streamverse.kit.tokens import hash_secret, is_same_secret, new_secret
from streamverse.kit.work import Role, Work

API_KEYS = Listing("identity.api_keys", tuple[UUID])


@dataclass(frozen=True, slots=True)
class KeyMade:
    """A new key; its text is shown this once."""

    row: ApiKeyRow
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeyUsed:
    """The program that shows a key, how much it may ask, and whether to write that down."""

    actor: KeyHolder
    key_id: ApiKeyId
    requests_per_minute: int
    requests_per_day: int
    is_due_to_be_seen: bool


async def make_key(work: Work, maker_id: AccountId, key: NewKey) -> KeyMade:
    """Make a key whose scopes are permissions that its maker has."""
    check_new_key(key, work.now)
    missing = check_permissions(key.scopes, "scopes") - work.actor.permissions
    if missing:
        raise PermissionNotYours(*sorted(missing))
    secret = new_secret()
    row = ApiKeyRow(
        id=new_id(),
        account_id=maker_id,
        name=key.name,
        scopes=write_permissions(key.scopes),
        secret_hash=hash_secret(secret),
        requests_per_minute=key.requests_per_minute,
        requests_per_day=key.requests_per_day,
        created_at=work.now,
        expires_at=key.expires_at,
    )
    await ApiKeys(work).add(row)
    facts = {
        "name": row.name,
        "scopes": sorted(key.scopes),
        "expires_at": row.expires_at.isoformat(),
    }
    await audit(work, AuditAction.API_KEY_MADE, f"api_key:{row.id}", facts)
    return KeyMade(row, write_key(ApiKeyId(row.id), secret))


async def list_keys(
    work: Work, cursor: str | None = None, limit: int | None = None
) -> Page[ApiKeyRow]:
    """List the keys of the service, newest first."""
    request = API_KEYS.request(cursor, limit)
    before = request.after[0] if request.after else None
    rows = await ApiKeys(work).page(before=before, limit=request.fetch_limit)
    return request.page(rows, lambda row: (row.id,))


async def revoke_key(work: Work, key_id: ApiKeyId) -> None:
    """Make a key worthless from this moment on."""
    row = await ApiKeys(work).remove(key_id)
    if row is None:
        raise ApiKeyNotFound(key_id)
    await audit(work, AuditAction.API_KEY_REVOKED, f"api_key:{key_id}", {"name": row.name})


async def recognise_key(work: Work, text: str, place: str = "") -> KeyUsed | None:
    """Find which program shows a key. It may do what both the key and its maker may do now."""
    shown = read_key(text)
    found = await ApiKeys(work).find_with_maker(shown.id) if shown else None
    if shown is None or found is None:
        return None
    row, maker = found
    if not is_same_secret(hash_secret(shown.secret), row.secret_hash):
        return None
    maker_may = power_of(Role(maker.role), maker.extra_permissions).permissions
    actor = KeyHolder(
        tenant_id=row.tenant_id,
        account_id=row.account_id,
        permissions=maker_may.intersection(row.scopes.split()),
        locale=maker.locale,
        place=place,
        api_key_id=shown.id,
    )
    return KeyUsed(
        actor=actor,
        key_id=shown.id,
        requests_per_minute=row.requests_per_minute,
        requests_per_day=row.requests_per_day,
        is_due_to_be_seen=is_due_to_be_seen(row.last_used_at, work.now),
    )


async def see_key(work: Work, key_id: ApiKeyId) -> None:
    """Write down that a key is in use."""
    await ApiKeys(work).see(key_id)
