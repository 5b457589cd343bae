"""All SQL of notifications."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select, update

from streamverse.domains.notifications.contracts import DeliveryId, DeliveryState, EndpointId
from streamverse.domains.notifications.errors import DeliveryNotFound, EndpointNotFound
from streamverse.domains.notifications.models import DeliveryRow, EndpointRow
from streamverse.kit.work import Work


class Endpoints:
    """The programs that are told what happens."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def add(self, row: EndpointRow) -> None:
        """Add an endpoint."""
        self._work.session.add(row)

    async def all(self) -> Sequence[EndpointRow]:
        """List the endpoints, oldest first."""
        return (
            await self._work.session.scalars(select(EndpointRow).order_by(EndpointRow.id))
        ).all()

    async def enabled(self) -> Sequence[EndpointRow]:
        """List the endpoints that are switched on."""
        query = select(EndpointRow).where(EndpointRow.is_enabled).order_by(EndpointRow.id)
        return (await self._work.session.scalars(query)).all()

    async def count(self) -> int:
        """Count the endpoints."""
        query = select(func.count()).select_from(EndpointRow)
        return await self._work.session.scalar(query) or 0

    async def find(self, endpoint_id: EndpointId) -> EndpointRow | None:
        """Find an endpoint."""
        return await self._work.session.scalar(
            select(EndpointRow).where(EndpointRow.id == endpoint_id)
        )

    async def get(self, endpoint_id: EndpointId) -> EndpointRow:
        """Get an endpoint, or fail with ``EndpointNotFound``."""
        row = await self.find(endpoint_id)
        if row is None:
            raise EndpointNotFound(endpoint_id)
        return row

    async def lock(self, endpoint_id: EndpointId) -> EndpointRow:
        """Get an endpoint for change, or fail with ``EndpointNotFound``."""
        row = await self._work.session.scalar(
            select(EndpointRow)
            .where(EndpointRow.id == endpoint_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        if row is None:
            raise EndpointNotFound(endpoint_id)
        return row

    async def remove(self, row: EndpointRow) -> None:
        """Remove an endpoint; its deliveries go with it."""
        await self._work.session.delete(row)


class Deliveries:
    """The messages on their way."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def add(self, row: DeliveryRow) -> None:
        """Add a delivery."""
        self._work.session.add(row)

    async def find(self, delivery_id: DeliveryId) -> DeliveryRow | None:
        """Find a delivery."""
        return await self._work.session.scalar(
            select(DeliveryRow).where(DeliveryRow.id == delivery_id)
        )

    async def lock(self, endpoint_id: EndpointId, delivery_id: DeliveryId) -> DeliveryRow:
        """Get a delivery of an endpoint for change, or fail with ``DeliveryNotFound``."""
        row = await self._work.session.scalar(
            select(DeliveryRow)
            .where(DeliveryRow.id == delivery_id, DeliveryRow.endpoint_id == endpoint_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        if row is None:
            raise DeliveryNotFound(delivery_id)
        return row

    async def page(
        self, endpoint_id: EndpointId, *, before: UUID | None, limit: int
    ) -> Sequence[DeliveryRow]:
        """List the deliveries of an endpoint, newest first, from below an id."""
        query = (
            select(DeliveryRow)
            .where(DeliveryRow.endpoint_id == endpoint_id)
            .order_by(DeliveryRow.id.desc())
            .limit(limit)
        )
        if before is not None:
            query = query.where(DeliveryRow.id < before)
        return (await self._work.session.scalars(query)).all()

    async def give_up_waiting(self, endpoint_id: EndpointId) -> None:
        """End what still waits for an endpoint that is switched off."""
        await self._work.session.execute(
            update(DeliveryRow)
            .where(
                DeliveryRow.endpoint_id == endpoint_id, DeliveryRow.state == DeliveryState.WAITING
            )
            .values(state=DeliveryState.FAILED, next_try_at=None, finished_at=self._work.now)
        )

    async def forget(self, before: datetime) -> None:
        """Forget what ended before a moment."""
        await self._work.session.execute(
            delete(DeliveryRow).where(
                DeliveryRow.state != DeliveryState.WAITING, DeliveryRow.created_at < before
            )
        )
