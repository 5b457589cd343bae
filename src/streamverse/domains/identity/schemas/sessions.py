"""The JSON of sessions and devices."""

from __future__ import annotations

from datetime import datetime
from typing import Self
from uuid import UUID

from msgspec import Struct

from streamverse.domains.identity.contracts import SessionKind
from streamverse.domains.identity.models import DeviceRow, SessionRow
from streamverse.kit.paging import Page
from streamverse.kit.regions import Regions


class SessionDeviceOut(Struct):
    """The device that a session is on; its kind is desktop, phone, tablet, tv or unknown."""

    id: UUID
    name: str
    kind: str
    browser: str
    os: str


class SessionOut(Struct):
    """One log-in that lasts; ``place`` is a country of ISO 3166-1, empty where nobody knows it."""

    id: UUID
    kind: SessionKind
    is_current: bool
    device: SessionDeviceOut | None
    ip: str
    place: str | None
    created_at: datetime
    authenticated_at: datetime
    last_used_at: datetime
    expires_at: datetime

    @classmethod
    def of(
        cls, row: SessionRow, device: DeviceRow | None, regions: Regions, own_id: UUID | None
    ) -> Self:
        """Show a session."""
        return cls(
            id=row.id,
            kind=SessionKind(row.kind),
            is_current=row.id == own_id,
            device=_device_of_session(device) if device else None,
            ip=row.ip,
            place=regions.find(row.ip),
            created_at=row.created_at,
            authenticated_at=row.authenticated_at,
            last_used_at=row.last_used_at,
            expires_at=row.expires_at,
        )


def _device_of_session(row: DeviceRow) -> SessionDeviceOut:
    return SessionDeviceOut(row.id, row.name, row.kind, row.browser, row.os)


class SessionPage(Struct):
    """Some sessions, and the cursor to the next ones."""

    items: list[SessionOut]
    next_cursor: str | None

    @classmethod
    def of(
        cls,
        page: Page[tuple[SessionRow, DeviceRow | None]],
        regions: Regions,
        own_id: UUID | None,
    ) -> Self:
        """Show a page."""
        shown = [SessionOut.of(*row, regions, own_id) for row in page.items]
        return cls(shown, page.next_cursor)


class DeviceOut(Struct):
    """A browser or app that the account has logged in on."""

    id: UUID
    name: str
    kind: str
    browser: str
    os: str
    ip: str
    is_current: bool
    is_trusted: bool
    trusted_until: datetime | None
    session_count: int
    first_seen_at: datetime
    last_seen_at: datetime

    @classmethod
    def of(cls, row: DeviceRow, session_count: int, own_id: UUID | None, now: datetime) -> Self:
        """Show a device."""
        is_trusted = row.trusted_until is not None and row.trusted_until > now
        return cls(
            id=row.id,
            name=row.name,
            kind=row.kind,
            browser=row.browser,
            os=row.os,
            ip=row.ip,
            is_current=row.id == own_id,
            is_trusted=is_trusted,
            trusted_until=row.trusted_until if is_trusted else None,
            session_count=session_count,
            first_seen_at=row.first_seen_at,
            last_seen_at=row.last_seen_at,
        )


class DevicePage(Struct):
    """Some devices, and the cursor to the next ones."""

    items: list[DeviceOut]
    next_cursor: str | None

    @classmethod
    def of(cls, page: Page[tuple[DeviceRow, int]], own_id: UUID | None, now: datetime) -> Self:
        """Show a page."""
        items = [DeviceOut.of(row, count, own_id, now) for row, count in page.items]
        return cls(items, page.next_cursor)


class EndedOut(Struct):
    """How many sessions or devices it were."""

    ended: int
