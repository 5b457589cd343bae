"""The durable work of notifications. Every job here may run twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from streamverse.domains.notifications.contracts import DeliverWebhook, ForgetDeliveries
from streamverse.domains.notifications.service.deliveries import (
    Courier,
    forget_deliveries,
    give_up_delivery,
)
from streamverse.kit.jobs import JobHandlers

if TYPE_CHECKING:
    from streamverse.kit.errors import Problem
    from streamverse.kit.work import Work
    from streamverse.kit.worker import Run

FORGET_EVERY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class NotificationJobs:
    """Deliver messages, and forget old ones."""

    courier: Courier

    def handlers(self) -> JobHandlers:
        """Say which jobs these are."""
        declared = JobHandlers()
        declared.lengthy(DeliverWebhook, self.deliver_webhook, ending=self.webhook_undelivered)
        declared.brief(ForgetDeliveries, self.forget_deliveries)
        declared.every(FORGET_EVERY, ForgetDeliveries())
        return declared

    async def deliver_webhook(self, run: Run, job: DeliverWebhook) -> None:
        """Try to deliver a message."""
        await self.courier.deliver(run, job.delivery_id)

    async def webhook_undelivered(self, work: Work, job: DeliverWebhook, _problem: Problem) -> None:
        """Leave no message waiting that nobody brings any more."""
        await give_up_delivery(work, job.delivery_id)

    async def forget_deliveries(self, work: Work, _job: ForgetDeliveries) -> None:
        """Forget what ended long ago."""
        await forget_deliveries(work)
