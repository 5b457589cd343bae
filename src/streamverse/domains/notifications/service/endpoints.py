"""Which programs are told what happens, and of what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from msgspec import UNSET, UnsetType

from streamverse.domains.identity import public as identity
from streamverse.domains.notifications.contracts import EndpointId
from streamverse.domains.notifications.errors import TooManyEndpoints
from streamverse.domains.notifications.models import EndpointRow
from streamverse.domains.notifications.repository import Deliveries, Endpoints
from streamverse.domains.notifications.rules.kinds import check_kinds
from streamverse.domains.notifications.rules.signatures import SECRET_BYTES, write_secret
from streamverse.kit.clock import new_id
from streamverse.kit.crypto import new_key

if TYPE_CHECKING:
    from uuid import UUID

    from streamverse.domains.notifications.contracts import WebhookSettings
    from streamverse.kit.crypto import Vault
    from streamverse.kit.fetching import GuardedFetcher
    from streamverse.kit.work import Work

MAX_ENDPOINTS = 20


@dataclass(frozen=True, slots=True)
class NewEndpoint:
    """What staff says of a program that shall be told what happens."""

    url: str
    kinds: Sequence[str]
    description: str = ""


@dataclass(frozen=True, slots=True)
class EndpointChange:
    """What shall be otherwise about an endpoint; what is not set stays."""

    url: str | UnsetType = UNSET
    kinds: Sequence[str] | UnsetType = UNSET
    description: str | UnsetType = UNSET
    is_enabled: bool | UnsetType = UNSET


async def add_endpoint(
    work: Work, settings: WebhookSettings, fetcher: GuardedFetcher, new: NewEndpoint
) -> tuple[EndpointRow, str]:
    """Add an endpoint, and give it with its secret, which cannot be seen again."""
    kinds = check_kinds(new.kinds)
    url = new.url.strip()
    await fetcher.check(url)
    if await Endpoints(work).count() >= MAX_ENDPOINTS:
        raise TooManyEndpoints(MAX_ENDPOINTS)
    key, endpoint_id = new_key(SECRET_BYTES), new_id()
    row = EndpointRow(
        id=endpoint_id,
        url=url,
        description=new.description.strip(),
        kinds={"names": kinds},
        sealed_secret=settings.vault.encrypt(key, _belongs_to(endpoint_id)),
        is_enabled=True,
        created_at=work.now,
    )
    Endpoints(work).add(row)
    await _audit(work, "notifications.endpoint_added", row)
    return row, write_secret(key)


async def change_endpoint(
    work: Work, fetcher: GuardedFetcher, endpoint_id: EndpointId, change: EndpointChange
) -> EndpointRow:
    """Change an endpoint; one that is switched on again begins without a past."""
    if not isinstance(change.url, UnsetType):
        await fetcher.check(change.url.strip())
    row = await Endpoints(work).lock(endpoint_id)
    if not isinstance(change.url, UnsetType):
        row.url = change.url.strip()
    if not isinstance(change.kinds, UnsetType):
        row.kinds = {"names": check_kinds(change.kinds)}
    if not isinstance(change.description, UnsetType):
        row.description = change.description.strip()
    if not isinstance(change.is_enabled, UnsetType):
        row.is_enabled, row.disabled_because, row.failing_since = change.is_enabled, None, None
        if not change.is_enabled:
            await Deliveries(work).give_up_waiting(endpoint_id)
    await _audit(work, "notifications.endpoint_changed", row)
    return row


async def remove_endpoint(work: Work, endpoint_id: EndpointId) -> None:
    """Remove an endpoint; it is told nothing any more, not even what is under way."""
    row = await Endpoints(work).lock(endpoint_id)
    await Endpoints(work).remove(row)
    await _audit(work, "notifications.endpoint_removed", row)


def open_secret(vault: Vault, row: EndpointRow) -> bytes:
    """Unseal the key of an endpoint."""
    return vault.decrypt(row.sealed_secret, _belongs_to(row.id))


def _belongs_to(endpoint_id: UUID) -> bytes:
    return b"webhook " + endpoint_id.bytes


async def _audit(work: Work, action: str, row: EndpointRow) -> None:
    facts = {"host": urlsplit(row.url).hostname or "", "is_enabled": row.is_enabled}
    await identity.record_audit(work, action, f"webhook:{row.id}", facts)
