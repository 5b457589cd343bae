"""The SQL of devices."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select, update

from streamverse.domains.identity.contracts import AccountId, DeviceId, SessionId
from streamverse.domains.identity.errors import DeviceNotFound
from streamverse.domains.identity.models import DeviceRow, SessionRow
from streamverse.kit.work import Work


class Devices:
    """The browsers and apps that accounts have logged in on."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def add(self, row: DeviceRow) -> None:
        """Add a device, written at once because its sessions refer to it."""
        self._work.session.add(row)
        await self._work.session.flush()

    async def find(self, account_id: AccountId, secret_hash: str) -> DeviceRow | None:
        """Find the account's device that has a secret."""
        return await self._work.session.scalar(
            select(DeviceRow).where(
                DeviceRow.account_id == account_id, DeviceRow.secret_hash == secret_hash
            )
        )

    async def get(self, account_id: AccountId, device_id: DeviceId) -> DeviceRow:
        """Get a device of an account, or fail with ``DeviceNotFound``."""
        row = await self._work.session.scalar(
            select(DeviceRow).where(DeviceRow.account_id == account_id, DeviceRow.id == device_id)
        )
        if row is None:
            raise DeviceNotFound
        return row

    async def find_of_session(self, session_id: SessionId) -> DeviceRow | None:
        """Find the device of a log-in."""
        return await self._work.session.scalar(
            select(DeviceRow)
            .join(SessionRow, SessionRow.device_id == DeviceRow.id)
            .where(SessionRow.id == session_id)
        )

    async def has_any(self, account_id: AccountId) -> bool:
        """Tell whether an account has used a device before."""
        query = select(DeviceRow.id).where(DeviceRow.account_id == account_id).limit(1)
        return await self._work.session.scalar(query) is not None

    async def see(self, device_id: DeviceId, ip: str) -> None:
        """Write down that a device is in use, and from where."""
        await self._work.session.execute(
            update(DeviceRow)
            .where(DeviceRow.id == device_id)
            .values(last_seen_at=self._work.now, ip=ip)
        )

    async def page(
        self,
        account_id: AccountId,
        *,
        before: UUID | None,
        limit: int,
        trusted_at: datetime | None = None,
    ) -> Sequence[tuple[DeviceRow, int]]:
        """List the devices of an account, newest first, with the number of sessions on each."""
        sessions = (
            select(func.count())
            .where(SessionRow.device_id == DeviceRow.id, SessionRow.expires_at > self._work.now)
            .scalar_subquery()
        )
        query = (
            select(DeviceRow, sessions)
            .where(DeviceRow.account_id == account_id)
            .order_by(DeviceRow.id.desc())
            .limit(limit)
        )
        if before is not None:
            query = query.where(DeviceRow.id < before)
        if trusted_at is not None:
            query = query.where(DeviceRow.trusted_until > trusted_at)
        return [(device, count) for device, count in await self._work.session.execute(query)]

    async def remove(self, account_id: AccountId, device_id: DeviceId | None = None) -> int:
        """Remove one device or all of an account, and say how many; sessions on them end."""
        query = delete(DeviceRow).where(DeviceRow.account_id == account_id)
        if device_id is not None:
            query = query.where(DeviceRow.id == device_id)
        return len((await self._work.session.scalars(query.returning(DeviceRow.id))).all())

    async def end_trust(self, account_id: AccountId) -> None:
        """Trust no device of an account any more."""
        await self._work.session.execute(
            update(DeviceRow).where(DeviceRow.account_id == account_id).values(trusted_until=None)
        )
