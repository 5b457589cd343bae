"""Devices: recognised by a secret they keep, listed, trusted and removed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from streamverse.domains.identity.contracts import (
    AccountId,
    ActivityKind,
    DeviceAppeared,
    DeviceId,
)
from streamverse.domains.identity.models import AccountRow, DeviceRow
from streamverse.domains.identity.repository import Devices
from streamverse.domains.identity.rules.user_agents import clean_device_name
from streamverse.domains.identity.service import activity, sessions
from streamverse.domains.identity.service.visits import Visit
from streamverse.kit.clock import new_id
from streamverse.kit.paging import Listing, Page
from streamverse.kit.tokens import hash_secret, new_secret
from streamverse.kit.work import Work

TRUSTED_FOR = timedelta(days=30)
DEVICES = Listing("identity.devices", tuple[UUID])
TRUSTED_DEVICES = Listing("identity.trusted_devices", tuple[UUID])


@dataclass(frozen=True, slots=True)
class DeviceSeen:
    """The device of a log-in, and the secret it is to keep."""

    row: DeviceRow
    secret: str = field(repr=False)
    is_new: bool


async def find_device(work: Work, account_id: AccountId, visit: Visit) -> DeviceRow | None:
    """Find the device that a visit comes with, if the account knows it."""
    if not visit.device_secret:
        return None
    return await Devices(work).find(account_id, hash_secret(visit.device_secret))


async def is_trusted(work: Work, account_id: AccountId, visit: Visit) -> bool:
    """Tell whether a visit comes with a device that needs no second factor."""
    device = await find_device(work, account_id, visit)
    until = device.trusted_until if device else None
    return until is not None and until > work.now


async def see_device(
    work: Work, account: AccountRow, visit: Visit, name: str | None = None
) -> DeviceSeen:
    """Recognise the device that somebody has logged in on, or add it and tell of it."""
    known = await find_device(work, AccountId(account.id), visit)
    if known is None:
        return await _add_device(work, account, visit, name)
    software = visit.software
    known.browser, known.os, known.kind = software.browser, software.os, software.kind
    known.name = clean_device_name(name or "") or known.name
    known.ip, known.last_seen_at = visit.ip, work.now
    return DeviceSeen(known, visit.device_secret or "", is_new=False)


async def _add_device(
    work: Work, account: AccountRow, visit: Visit, name: str | None
) -> DeviceSeen:
    devices, account_id = Devices(work), AccountId(account.id)
    # A browser keeps one secret for all accounts that are used in it.
    secret = visit.device_secret or new_secret()
    software = visit.software
    row = DeviceRow(
        id=new_id(),
        account_id=account.id,
        secret_hash=hash_secret(secret),
        name=clean_device_name(name or "") or software.name,
        kind=software.kind,
        browser=software.browser,
        os=software.os,
        ip=visit.ip,
        first_seen_at=work.now,
        last_seen_at=work.now,
    )
    if await devices.has_any(account_id):
        appeared = DeviceAppeared(account_id, DeviceId(row.id), row.name, row.ip, work.now)
        work.emit(appeared)
    await devices.add(row)
    activity.record(work, account.id, ActivityKind.DEVICE_ADDED, visit, {"device": row.name})
    return DeviceSeen(row, secret, is_new=True)


def trust(work: Work, device: DeviceRow, visit: Visit) -> None:
    """Let a device log in without a second factor for a while."""
    device.trusted_until = work.now + TRUSTED_FOR
    activity.record(
        work, device.account_id, ActivityKind.DEVICE_TRUSTED, visit, {"device": device.name}
    )


async def end_trust(work: Work, account_id: AccountId, device_id: DeviceId) -> None:
    """Ask for a second factor on a device again."""
    device = await Devices(work).get(account_id, device_id)
    device.trusted_until = None
    activity.record(
        work, account_id, ActivityKind.DEVICE_TRUST_ENDED, facts={"device": device.name}
    )


async def end_all_trust(work: Work, account_id: AccountId) -> None:
    """Ask for a second factor on every device again, as when the factors change."""
    await Devices(work).end_trust(account_id)


async def remove_device(work: Work, account_id: AccountId, device_id: DeviceId) -> None:
    """Forget a device and end the sessions on it."""
    devices = Devices(work)
    device = await devices.get(account_id, device_id)
    name = device.name
    await sessions.end_sessions(work, account_id, on=device_id)
    await devices.remove(account_id, device_id)
    activity.record(work, account_id, ActivityKind.DEVICE_REMOVED, facts={"device": name})


async def remove_all_devices(work: Work, account_id: AccountId) -> int:
    """Forget every device and end every session, this one too; say how many devices."""
    await sessions.end_sessions(work, account_id)
    count = await Devices(work).remove(account_id)
    activity.record(work, account_id, ActivityKind.DEVICE_REMOVED, facts={"devices": count})
    return count


async def list_devices(
    work: Work, account_id: AccountId, cursor: str | None = None, limit: int | None = None
) -> Page[tuple[DeviceRow, int]]:
    """List an account's devices, newest first, with the number of sessions on each."""
    return await _list(work, account_id, DEVICES, cursor, limit)


async def list_trusted_devices(
    work: Work, account_id: AccountId, cursor: str | None = None, limit: int | None = None
) -> Page[tuple[DeviceRow, int]]:
    """List the devices on which an account logs in without a second factor."""
    return await _list(work, account_id, TRUSTED_DEVICES, cursor, limit)


async def _list(
    work: Work,
    account_id: AccountId,
    listing: Listing[tuple[UUID]],
    cursor: str | None,
    limit: int | None,
) -> Page[tuple[DeviceRow, int]]:
    request = listing.request(cursor, limit)
    rows = await Devices(work).page(
        account_id,
        before=request.after[0] if request.after else None,
        limit=request.fetch_limit,
        trusted_at=work.now if listing is TRUSTED_DEVICES else None,
    )
    return request.page(rows, lambda row: (row[0].id,))
