"""The durable work of live. The job may run twice: whoever was written to waits no more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from streamverse.domains.live.contracts import RemindOfStreams
from streamverse.domains.live.repository import StreamReminders
from streamverse.domains.live.service.reminders import remind_of_streams
from streamverse.kit.jobs import JobHandlers
from streamverse.kit.work import Actor

if TYPE_CHECKING:
    from streamverse.domains.identity.public import Correspondence
    from streamverse.kit.work import Workshop
    from streamverse.kit.worker import Run

REMIND_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class LiveJobs:
    """Remind people of streams that begin."""

    workshop: Workshop
    correspondence: Correspondence

    def handlers(self) -> JobHandlers:
        """Say which jobs these are."""
        declared = JobHandlers()
        declared.lengthy(RemindOfStreams, self.remind)
        declared.every(REMIND_EVERY, RemindOfStreams())
        return declared

    async def remind(self, run: Run, _job: RemindOfStreams) -> None:
        """Go through the tenants in which somebody waits, each in a Work of its own."""
        async with run.reading() as work:
            awaited = await StreamReminders(work).awaited()
        for tenant_id, stream_ids in awaited.items():
            async with self.workshop.work(Actor.system(tenant_id)) as work:
                await remind_of_streams(work, self.correspondence, stream_ids)
