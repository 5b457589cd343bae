"""The JSON of notifications, in and out."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from streamverse.domains.notifications.contracts import DeliveryState
from streamverse.domains.notifications.service.endpoints import EndpointChange, NewEndpoint

if TYPE_CHECKING:
    from streamverse.domains.notifications.models import DeliveryRow, EndpointRow
    from streamverse.kit.paging import Page

DESCRIPTION_LIMIT = 200
_Description = Annotated[str, msgspec.Meta(max_length=DESCRIPTION_LIMIT)]
_Kinds = Annotated[list[str], msgspec.Meta(min_length=1)]


class WebhookIn(msgspec.Struct, forbid_unknown_fields=True):
    """A program that shall be told what happens, and of what."""

    url: str
    kinds: _Kinds
    description: _Description = ""

    def to_endpoint(self) -> NewEndpoint:
        """Give what is asked for."""
        return NewEndpoint(self.url, self.kinds, self.description)


class WebhookChangeIn(msgspec.Struct, forbid_unknown_fields=True):
    """What shall be otherwise; what is left out stays."""

    url: str | UnsetType = UNSET
    kinds: _Kinds | UnsetType = UNSET
    description: _Description | UnsetType = UNSET
    is_enabled: bool | UnsetType = UNSET

    def to_change(self) -> EndpointChange:
        """Give what is asked for."""
        return EndpointChange(self.url, self.kinds, self.description, self.is_enabled)


class WebhookOut(msgspec.Struct):
    """A program that is told what happens; ``disabled_because`` is set where we stopped it."""

    id: UUID
    url: str
    description: str
    kinds: list[str]
    is_enabled: bool
    disabled_because: str | None
    failing_since: datetime | None
    created_at: datetime

    @classmethod
    def of(cls, row: EndpointRow) -> WebhookOut:
        """Show a row."""
        return cls(
            id=row.id,
            url=row.url,
            description=row.description,
            kinds=row.kinds["names"],
            is_enabled=row.is_enabled,
            disabled_because=row.disabled_because,
            failing_since=row.failing_since,
            created_at=row.created_at,
        )


class WebhookMadeOut(msgspec.Struct):
    """A new webhook with its secret, which is shown this once."""

    webhook: WebhookOut
    secret: str


class WebhooksOut(msgspec.Struct):
    """All webhooks, and the kinds of events there are."""

    items: list[WebhookOut]
    kinds: list[str]


class AttemptOut(msgspec.Struct):
    """One try: the status of the answer, or why there was none."""

    at: datetime
    status: int | None
    problem: str | None
    duration_ms: int


class DeliveryOut(msgspec.Struct):
    """A message on its way, and every try so far."""

    id: UUID
    message_id: str
    kind: str
    state: DeliveryState
    body: str
    attempts: list[AttemptOut]
    created_at: datetime
    next_try_at: datetime | None
    finished_at: datetime | None

    @classmethod
    def of(cls, row: DeliveryRow) -> DeliveryOut:
        """Show a row."""
        return cls(
            id=row.id,
            message_id=row.message_id,
            kind=row.kind,
            state=DeliveryState(row.state),
            body=row.body,
            attempts=msgspec.convert(row.attempts["made"], list[AttemptOut]),
            created_at=row.created_at,
            next_try_at=row.next_try_at,
            finished_at=row.finished_at,
        )


class DeliveriesOut(msgspec.Struct):
    """A page of deliveries."""

    items: list[DeliveryOut]
    next_cursor: str | None

    @classmethod
    def of(cls, page: Page[DeliveryRow]) -> DeliveriesOut:
        """Show a page."""
        return cls([DeliveryOut.of(row) for row in page.items], page.next_cursor)
