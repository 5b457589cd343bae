"""Bringing messages to endpoints, and what becomes of those that do not arrive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from streamverse.domains.notifications.contracts import (
    DeliverWebhook,
    DeliveryId,
    DeliveryState,
    EndpointDisabled,
    EndpointId,
)
from streamverse.domains.notifications.errors import (
    DeliveryNotFound,
    DeliveryWaiting,
    EndpointNotFound,
    EndpointOff,
)
from streamverse.domains.notifications.models import DeliveryRow, EndpointRow
from streamverse.domains.notifications.repository import Deliveries, Endpoints
from streamverse.domains.notifications.rules.kinds import TEST_KIND, write_body
from streamverse.domains.notifications.rules.retries import is_delivered, next_try, why_disable
from streamverse.domains.notifications.rules.signatures import signed_headers
from streamverse.domains.notifications.service.endpoints import open_secret
from streamverse.kit.clock import Clock, new_id
from streamverse.kit.db import ALL_TENANTS
from streamverse.kit.errors import Problem
from streamverse.kit.paging import Listing, Page

if TYPE_CHECKING:
    from streamverse.domains.notifications.contracts import WebhookSettings
    from streamverse.domains.notifications.rules.kinds import Kind
    from streamverse.kit.events import Event
    from streamverse.kit.fetching import GuardedFetcher
    from streamverse.kit.work import Work
    from streamverse.kit.worker import Run

DELIVERIES = Listing("notifications.deliveries", tuple[UUID])
KEPT_FOR = timedelta(days=30)
MAX_ATTEMPTS_KEPT = 30


# --- ordering -------------------------------------------------------------------------------------


async def announce(work: Work, kind: Kind, told: Event) -> None:
    """Order that every endpoint is told that wants to know."""
    if work.actor.tenant_id == ALL_TENANTS:
        return  # what is nobody's own is told to nobody
    wanting = [row for row in await Endpoints(work).enabled() if kind.name in row.kinds["names"]]
    if not wanting:
        return
    message_id = _new_message_id()
    body = write_body(message_id, kind.name, kind.say(told), work.now)
    for endpoint in wanting:
        _order(work, endpoint, message_id, kind.name, body)


async def send_test(work: Work, endpoint_id: EndpointId) -> DeliveryRow:
    """Send an endpoint a message that means nothing, whatever it wants to know."""
    endpoint = await Endpoints(work).get(endpoint_id)
    if not endpoint.is_enabled:
        raise EndpointOff
    message_id = _new_message_id()
    said: Mapping[str, object] = {"endpoint_id": endpoint_id}
    body = write_body(message_id, TEST_KIND, said, work.now)
    return _order(work, endpoint, message_id, TEST_KIND, body)


async def redeliver(work: Work, endpoint_id: EndpointId, delivery_id: DeliveryId) -> DeliveryRow:
    """Send a message once more that was delivered or given up."""
    endpoint = await Endpoints(work).get(endpoint_id)
    row = await Deliveries(work).lock(endpoint_id, delivery_id)
    if not endpoint.is_enabled:
        raise EndpointOff
    if row.state == DeliveryState.WAITING:
        raise DeliveryWaiting
    row.state, row.tries, row.finished_at = DeliveryState.WAITING, 0, None
    row.next_try_at = work.now
    _order_attempt(work, row)
    return row


async def list_deliveries(
    work: Work, endpoint_id: EndpointId, cursor: str | None, limit: int | None
) -> Page[DeliveryRow]:
    """List what an endpoint was told, newest first."""
    await Endpoints(work).get(endpoint_id)
    request = DELIVERIES.request(cursor, limit)
    rows = await Deliveries(work).page(
        endpoint_id, before=request.after[0] if request.after else None, limit=request.fetch_limit
    )
    return request.page(rows, lambda row: (row.id,))


def _new_message_id() -> str:
    return f"msg_{new_id().hex}"


def _order(work: Work, endpoint: EndpointRow, message_id: str, kind: str, body: str) -> DeliveryRow:
    row = DeliveryRow(
        id=new_id(),
        endpoint_id=endpoint.id,
        message_id=message_id,
        kind=kind,
        body=body,
        state=DeliveryState.WAITING,
        tries=0,
        attempts={"made": []},
        created_at=work.now,
        next_try_at=work.now,
    )
    Deliveries(work).add(row)
    _order_attempt(work, row)
    return row


def _order_attempt(work: Work, row: DeliveryRow) -> None:
    work.enqueue(DeliverWebhook(DeliveryId(row.id)), run_at=row.next_try_at, subject_id=row.id)


# --- delivering -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of one try."""

    status: int | None
    problem: str | None
    duration_ms: int


@dataclass(frozen=True, slots=True)
class Courier:
    """Brings messages to endpoints."""

    settings: WebhookSettings
    fetcher: GuardedFetcher
    clock: Clock

    async def deliver(self, run: Run, delivery_id: DeliveryId) -> None:
        """Try once, without a transaction open, and write down what came of it.

        A worker that dies in between sends the message again, under the same id.
        """
        async with run.reading() as work:
            row = await Deliveries(work).find(delivery_id)
            if row is None or row.state != DeliveryState.WAITING:
                return
            endpoint = await Endpoints(work).get(EndpointId(row.endpoint_id))
        attempt = await self._try(endpoint, row)
        async with run.work() as work:
            await self._note(work, EndpointId(endpoint.id), delivery_id, attempt)

    async def _try(self, endpoint: EndpointRow, row: DeliveryRow) -> Attempt:
        body, began_at = row.body.encode(), self.clock.now()
        status: int | None = None
        problem: str | None = None
        try:
            key = open_secret(self.settings.vault, endpoint)
            signed = signed_headers(key, row.message_id, body, began_at)
            headers = {"Content-Type": "application/json", **signed}
            async with self.fetcher.post(endpoint.url, body, headers) as answer:
                status = answer.status
        except Problem as failure:
            problem = failure.detail
        took = self.clock.now() - began_at
        return Attempt(status, problem, took // timedelta(milliseconds=1))

    async def _note(
        self, work: Work, endpoint_id: EndpointId, delivery_id: DeliveryId, attempt: Attempt
    ) -> None:
        try:
            endpoint = await Endpoints(work).lock(endpoint_id)
            row = await Deliveries(work).lock(endpoint_id, delivery_id)
        except (EndpointNotFound, DeliveryNotFound):
            return  # removed meanwhile
        row.tries += 1
        row.attempts = {"made": [*row.attempts["made"], _kept(work, attempt)][-MAX_ATTEMPTS_KEPT:]}
        if is_delivered(attempt.status):
            _end(work, row, DeliveryState.DELIVERED)
            endpoint.failing_since = None
        elif row.kind == TEST_KIND:
            _end(work, row, DeliveryState.FAILED)
        else:
            await self._fail(work, endpoint, row, attempt)

    async def _fail(
        self, work: Work, endpoint: EndpointRow, row: DeliveryRow, attempt: Attempt
    ) -> None:
        since = endpoint.failing_since = endpoint.failing_since or work.now
        why = why_disable(attempt.status, since, work.now, self.settings.disable_after)
        row.next_try_at = next_try(row.tries, work.now)
        if why is not None and endpoint.is_enabled:
            endpoint.is_enabled, endpoint.disabled_because = False, why
            work.emit(EndpointDisabled(EndpointId(endpoint.id)))
        if not endpoint.is_enabled:
            await Deliveries(work).give_up_waiting(EndpointId(endpoint.id))
            _end(work, row, DeliveryState.FAILED)
        elif row.next_try_at is None:
            _end(work, row, DeliveryState.FAILED)
        else:
            _order_attempt(work, row)


def _end(work: Work, row: DeliveryRow, state: DeliveryState) -> None:
    row.state, row.next_try_at, row.finished_at = state, None, work.now


def _kept(work: Work, attempt: Attempt) -> dict[str, Any]:
    return {
        "at": work.now.isoformat(),
        "status": attempt.status,
        "problem": attempt.problem,
        "duration_ms": attempt.duration_ms,
    }


async def give_up_delivery(work: Work, delivery_id: DeliveryId) -> None:
    """End a delivery whose job was cancelled or has crashed."""
    row = await Deliveries(work).find(delivery_id)
    if row is not None and row.state == DeliveryState.WAITING:
        _end(work, row, DeliveryState.FAILED)


async def forget_deliveries(work: Work) -> None:
    """Forget what ended long ago."""
    await Deliveries(work).forget(work.now - KEPT_FOR)
