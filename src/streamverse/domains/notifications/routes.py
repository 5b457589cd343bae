"""Webhooks over HTTP."""

from __future__ import annotations

from uuid import UUID

from litestar import Response, Router, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from streamverse.domains.notifications.contracts import DeliveryId, EndpointId, WebhookSettings
from streamverse.domains.notifications.errors import (
    DeliveryNotFound,
    DeliveryWaiting,
    EndpointNotFound,
    EndpointOff,
    KindUnknown,
    TooManyEndpoints,
)
from streamverse.domains.notifications.repository import Endpoints
from streamverse.domains.notifications.rules.kinds import KINDS
from streamverse.domains.notifications.schemas import (
    DeliveriesOut,
    DeliveryOut,
    WebhookChangeIn,
    WebhookIn,
    WebhookMadeOut,
    WebhookOut,
    WebhooksOut,
)
from streamverse.domains.notifications.service import deliveries, endpoints
from streamverse.kit.fetching import FetchFailed, GuardedFetcher
from streamverse.kit.http import may, problems
from streamverse.kit.paging import CursorInvalid
from streamverse.kit.reach import AddressRefused
from streamverse.kit.work import Work

NOT_STORED = {"Cache-Control": "no-store"}


@get("/", guards=[may("webhooks.manage")])
async def list_webhooks(work: NamedDependency[Work]) -> WebhooksOut:
    """List the webhooks, and the kinds of events that they may be told of."""
    rows = await Endpoints(work).all()
    return WebhooksOut([WebhookOut.of(row) for row in rows], [kind.name for kind in KINDS])


@post(
    "/",
    guards=[may("webhooks.manage")],
    responses=problems(AddressRefused, FetchFailed, KindUnknown, TooManyEndpoints),
)
async def add_webhook(
    data: JSONBody[WebhookIn],
    work: NamedDependency[Work],
    webhook_settings: NamedDependency[WebhookSettings],
    fetcher: NamedDependency[GuardedFetcher],
) -> Response[WebhookMadeOut]:
    """Have a program told what happens; the secret that it knows us by is shown this once."""
    row, secret = await endpoints.add_endpoint(work, webhook_settings, fetcher, data.to_endpoint())
    made = WebhookMadeOut(WebhookOut.of(row), secret)
    return Response(made, status_code=201, headers=NOT_STORED)


@patch(
    "/{webhook_id:uuid}",
    guards=[may("webhooks.manage")],
    responses=problems(AddressRefused, FetchFailed, KindUnknown, EndpointNotFound),
)
async def change_webhook(
    webhook_id: FromPath[UUID],
    data: JSONBody[WebhookChangeIn],
    work: NamedDependency[Work],
    fetcher: NamedDependency[GuardedFetcher],
) -> WebhookOut:
    """Change a webhook, or switch it off or on again."""
    endpoint_id = EndpointId(webhook_id)
    return WebhookOut.of(
        await endpoints.change_endpoint(work, fetcher, endpoint_id, data.to_change())
    )


@delete("/{webhook_id:uuid}", guards=[may("webhooks.manage")], responses=problems(EndpointNotFound))
async def remove_webhook(webhook_id: FromPath[UUID], work: NamedDependency[Work]) -> None:
    """Remove a webhook with its log."""
    await endpoints.remove_endpoint(work, EndpointId(webhook_id))


@post(
    "/{webhook_id:uuid}/test",
    guards=[may("webhooks.manage")],
    status_code=202,
    responses=problems(EndpointNotFound, EndpointOff),
)
async def test_webhook(webhook_id: FromPath[UUID], work: NamedDependency[Work]) -> DeliveryOut:
    """Send a message that means nothing, once."""
    return DeliveryOut.of(await deliveries.send_test(work, EndpointId(webhook_id)))


@get(
    "/{webhook_id:uuid}/deliveries",
    guards=[may("webhooks.manage")],
    responses=problems(EndpointNotFound, CursorInvalid),
)
async def list_deliveries(
    webhook_id: FromPath[UUID],
    work: NamedDependency[Work],
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
) -> DeliveriesOut:
    """List what a webhook was told, newest first, with every try."""
    page = await deliveries.list_deliveries(work, EndpointId(webhook_id), cursor, limit)
    return DeliveriesOut.of(page)


@post(
    "/{webhook_id:uuid}/deliveries/{delivery_id:uuid}/redeliver",
    guards=[may("webhooks.manage")],
    status_code=202,
    responses=problems(EndpointNotFound, DeliveryNotFound, EndpointOff, DeliveryWaiting),
)
async def redeliver(
    webhook_id: FromPath[UUID], delivery_id: FromPath[UUID], work: NamedDependency[Work]
) -> DeliveryOut:
    """Send a message once more, under the id that it had."""
    return DeliveryOut.of(
        await deliveries.redeliver(work, EndpointId(webhook_id), DeliveryId(delivery_id))
    )


router = Router(
    path="/admin/webhooks",
    route_handlers=[
        list_webhooks,
        add_webhook,
        change_webhook,
        remove_webhook,
        test_webhook,
        list_deliveries,
        redeliver,
    ],
    tags=["webhooks"],
)
