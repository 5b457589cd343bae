"""What notifications show to others: ids, settings, events and jobs."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import timedelta
from typing import ClassVar, NewType
from uuid import UUID

from streamverse.kit.crypto import Vault
from streamverse.kit.events import Event
from streamverse.kit.jobs import Job

EndpointId = NewType("EndpointId", UUID)
DeliveryId = NewType("DeliveryId", UUID)

NOTIFY_LANE = "notify"


class DeliveryState(enum.StrEnum):
    """Where a message is on its way to one endpoint."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    """What seals the secrets, and how long an endpoint may fail before it is switched off."""

    vault: Vault = field(repr=False)
    disable_after: timedelta = timedelta(days=5)


@dataclass(frozen=True, slots=True)
class EndpointDisabled(Event):
    """An endpoint is told nothing any more, because it failed for too long or said so itself."""

    endpoint_id: EndpointId


@dataclass(frozen=True, slots=True)
class DeliverWebhook(Job):
    """Try to deliver a message to an endpoint."""

    lane: ClassVar[str] = NOTIFY_LANE
    delivery_id: DeliveryId


@dataclass(frozen=True, slots=True)
class ForgetDeliveries(Job):
    """Forget what was delivered, or was not, long ago."""
