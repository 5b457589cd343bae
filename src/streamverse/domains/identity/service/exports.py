"""Copies of what is kept about somebody: asked for, made by a job, kept sealed for a week."""

from __future__ import annotations

import asyncio
import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

from streamverse.domains.identity.contracts import AccountId, BuildExport, Exporter
from streamverse.domains.identity.errors.privacy import ExportNotFound, ExportNotReady
from streamverse.domains.identity.models import (
    ActivityRow,
    ApiKeyRow,
    AuthenticatorAppRow,
    ConsentRow,
    DeviceRow,
    ExportRow,
    FederatedIdentityRow,
    PasskeyRow,
    SessionRow,
)
from streamverse.domains.identity.repository import Accounts, Exports, OwnRows
from streamverse.domains.identity.repository.privacy import Owned
from streamverse.domains.identity.rules.privacy import EXPORT_KEPT_FOR
from streamverse.kit.clock import new_id
from streamverse.kit.crypto import Vault
from streamverse.kit.orphans import UUID_PATTERN, StoreOwner
from streamverse.kit.storage import ObjectStore
from streamverse.kit.work import Work
from streamverse.kit.worker import Run


class ExportState(StrEnum):
    """How far a copy is."""

    WAITING = "waiting"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Archive:
    """Where copies are kept: sealed, so that the store alone gives nothing away."""

    store: ObjectStore
    vault: Vault

    async def keep(self, account_id: UUID, export_id: UUID, content: bytes) -> None:
        """Keep a copy; keeping it again replaces it."""
        sealed = self.vault.encrypt(content, export_id.bytes)
        await self.store.put(_key(account_id, export_id), sealed)

    async def read(self, row: ExportRow) -> bytes:
        """Read a copy."""
        sealed = await self.store.get(_key(row.account_id, row.id))
        return self.vault.decrypt(sealed, row.id.bytes)

    async def drop(self, row: ExportRow) -> None:
        """Delete a copy; deleting none is harmless."""
        await self.store.delete(_key(row.account_id, row.id))

    async def drop_all(self, account_id: UUID) -> None:
        """Delete every copy of an account."""
        await self.store.delete_prefix(_folder(account_id))


def _folder(account_id: UUID) -> str:
    return f"exports/{account_id}"


def _key(account_id: UUID, export_id: UUID) -> str:
    return f"{_folder(account_id)}/{export_id}.zip.sealed"


_KEYS = re.compile(rf"exports/{UUID_PATTERN}/({UUID_PATTERN})\.zip\.sealed")


async def _find_owned(work: Work, keys: Sequence[str]) -> set[str]:
    ids = {key: UUID(match[1]) for key in keys if (match := _KEYS.fullmatch(key))}
    known = await Exports(work).existing(set(ids.values()))
    return {key for key, export_id in ids.items() if export_id in known}


STORE_OWNERS = (StoreOwner(_KEYS, _find_owned),)


# --- asking and fetching --------------------------------------------------------------------------


async def request_export(work: Work, account_id: AccountId) -> ExportRow:
    """Ask for a copy; while one is being made, asking again gives that one."""
    await Accounts(work).lock(account_id)
    latest = await Exports(work).find_latest(account_id)
    if latest is not None and latest.state == ExportState.WAITING:
        return latest
    row = ExportRow(
        id=new_id(),
        account_id=account_id,
        state=ExportState.WAITING.value,
        requested_at=work.now,
        ready_at=None,
        expires_at=work.now + EXPORT_KEPT_FOR,
        size_bytes=None,
    )
    Exports(work).add(row)
    work.enqueue(BuildExport(row.id), subject_id=row.id)
    return row


async def find_export(work: Work, account_id: AccountId) -> ExportRow | None:
    """Find the latest copy of an account."""
    return await Exports(work).find_latest(account_id)


async def get_ready(work: Work, account_id: AccountId, export_id: UUID) -> ExportRow:
    """Get a copy that can be downloaded; one of another account does not exist."""
    row = await Exports(work).find(export_id)
    if row is None or row.account_id != account_id or row.expires_at <= work.now:
        raise ExportNotFound
    if row.state != ExportState.READY:
        raise ExportNotReady(row.state)
    return row


# --- making and forgetting ------------------------------------------------------------------------


async def build(
    run: Run, archive: Archive, exporters: Iterable[Exporter], job: BuildExport
) -> None:
    """Make a copy; made again it replaces what an interrupted attempt left."""
    async with run.reading() as work:
        row = await Exports(work).find(job.export_id)
        if row is None or row.state == ExportState.READY:
            return
        account_id = AccountId(row.account_id)
        parts = {part.name: await part.export(work, account_id) for part in exporters}
    content = await asyncio.to_thread(_pack, parts)
    await archive.keep(account_id, job.export_id, content)
    async with run.work() as work:
        row = await Exports(work).find(job.export_id)
        if row is None:
            await archive.drop_all(account_id)
            return
        row.state, row.ready_at = ExportState.READY.value, work.now
        row.expires_at, row.size_bytes = work.now + EXPORT_KEPT_FOR, len(content)


async def give_up(work: Work, job: BuildExport) -> None:
    """Write down that a copy could not be made."""
    row = await Exports(work).find(job.export_id)
    if row is not None:
        row.state = ExportState.FAILED.value


async def drop_expired(work: Work, archive: Archive) -> None:
    """Delete the copies that were kept long enough."""
    for row in await Exports(work).find_expired():
        await archive.drop(row)
        await Exports(work).remove(row.id)


def _pack(parts: Mapping[str, object]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            text = msgspec.json.format(msgspec.json.encode(part), indent=2)
            archive.writestr(f"{name}.json", text)
    return packed.getvalue()


# --- what identity keeps --------------------------------------------------------------------------

ACCOUNT_FIELDS = (
    "id",
    "email",
    "email_verified_at",
    "display_name",
    "role",
    "locale",
    "created_at",
    "deactivated_at",
)
# Every field but secrets and what they were hashed to.
FIELDS: Mapping[str, tuple[Owned, tuple[str, ...]]] = {
    "sessions": (
        SessionRow,
        (
            "id",
            "device_id",
            "kind",
            "amr",
            "ip",
            "created_at",
            "authenticated_at",
            "last_used_at",
            "expires_at",
        ),
    ),
    "devices": (
        DeviceRow,
        (
            "id",
            "name",
            "kind",
            "browser",
            "os",
            "ip",
            "first_seen_at",
            "last_seen_at",
            "trusted_until",
        ),
    ),
    "activity": (ActivityRow, ("id", "kind", "at", "ip", "browser", "os", "facts")),
    "identities": (
        FederatedIdentityRow,
        ("id", "provider", "issuer", "subject", "email", "created_at", "last_used_at"),
    ),
    "authenticator_apps": (AuthenticatorAppRow, ("id", "created_at", "confirmed_at")),
    "passkeys": (PasskeyRow, ("id", "name", "is_synced", "created_at", "last_used_at")),
    "api_keys": (
        ApiKeyRow,
        ("id", "name", "scopes", "created_at", "expires_at", "last_used_at"),
    ),
    "consents": (ConsentRow, ("id", "kind", "version", "is_given", "at")),
}


async def _export_account(work: Work, account_id: AccountId) -> object:
    return _shown(await Accounts(work).get(account_id), ACCOUNT_FIELDS)


def _exporter_of(name: str, table: Owned, fields: tuple[str, ...]) -> Exporter:
    async def export(work: Work, account_id: AccountId) -> object:
        return [_shown(row, fields) async for row in OwnRows(work, account_id).each(table)]

    return Exporter(name, export)


def _shown(row: object, fields: Iterable[str]) -> dict[str, Any]:
    return {field: getattr(row, field) for field in fields}


EXPORTERS = (
    Exporter("account", _export_account),
    *(_exporter_of(name, *what) for name, what in FIELDS.items()),
)
