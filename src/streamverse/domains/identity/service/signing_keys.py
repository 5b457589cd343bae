"""Signing keys: published before they sign, still verifying after they did, then forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from joserfc.jwk import ECKey

from streamverse.domains.identity.contracts import AuditAction
from streamverse.domains.identity.models import SigningKeyRow
from streamverse.domains.identity.repository import SigningKeys
from streamverse.domains.identity.service.audit import audit
from streamverse.kit.clock import new_id
from streamverse.kit.crypto import Vault
from streamverse.kit.work import Work

ALGORITHM = "ES256"
CURVE = "P-256"
ACCESS_LIFETIME = timedelta(minutes=10)
REPLACED_AFTER = timedelta(days=30)
# Longer than anybody keeps the published keys without asking again.
PUBLISHED_BEFORE = timedelta(minutes=15)
CLOCKS_DIFFER_BY = timedelta(minutes=1)


async def rotate(work: Work, vault: Vault) -> SigningKeyRow:
    """Make a new key; it signs as soon as others can know it, and the older ones then end."""
    keys = SigningKeys(work)
    is_first = await keys.find_signing() is None
    signs_from = work.now if is_first else work.now + PUBLISHED_BEFORE
    await keys.retire_all(signs_from + ACCESS_LIFETIME + CLOCKS_DIFFER_BY)
    row = _make_key(work, vault, signs_from)
    keys.add(row)
    return row


async def rotate_by_staff(work: Work, vault: Vault) -> None:
    """Make a new key because somebody wants one."""
    row = await rotate(work, vault)
    await audit(work, AuditAction.SIGNING_KEY_ROTATED, f"signing_key:{row.id}")


async def rotate_if_due(work: Work, vault: Vault) -> None:
    """Replace the newest key if it is a month old, and forget those that verify nothing."""
    keys = SigningKeys(work)
    await keys.remove_retired()
    newest = next(iter(await keys.all()), None)
    if newest is None or work.now - newest.created_at >= REPLACED_AFTER:
        await rotate(work, vault)


async def signing_key(work: Work, vault: Vault) -> tuple[str, ECKey]:
    """Give the key that signs now and its id; the first one is made when it is asked for."""
    row = await SigningKeys(work).find_signing() or await rotate(work, vault)
    private = vault.decrypt(row.private_sealed, _belongs_to(row))
    return str(row.id), ECKey.import_key(private.decode())


async def list_keys(work: Work) -> Sequence[SigningKeyRow]:
    """List the keys that verify now or soon, newest first."""
    return await SigningKeys(work).all()


async def find_signing_id(work: Work) -> UUID | None:
    """Find which key signs now."""
    row = await SigningKeys(work).find_signing()
    return row.id if row else None


def published(row: SigningKeyRow) -> dict[str, Any]:
    """Give the public half of a key as RFC 7517 has it."""
    return {**row.public_jwk, "kid": str(row.id), "use": "sig", "alg": ALGORITHM}


def _make_key(work: Work, vault: Vault, signs_from: datetime) -> SigningKeyRow:
    key = ECKey.generate_key(CURVE)
    row = SigningKeyRow(
        id=new_id(),
        public_jwk=dict(key.as_dict(private=False)),
        private_sealed=b"",
        created_at=work.now,
        signs_from=signs_from,
    )
    row.private_sealed = vault.encrypt(key.as_pem(private=True), _belongs_to(row))
    return row


def _belongs_to(row: SigningKeyRow) -> bytes:
    return b"identity_signing_key " + row.id.bytes
