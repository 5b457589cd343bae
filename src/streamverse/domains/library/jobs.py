"""The durable work of the library. The job may run twice: whoever was written to waits no more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from streamverse.domains.identity.public import Correspondence
from streamverse.domains.library.contracts import RemindOfOpened
from streamverse.domains.library.repository.reminders import Reminders
from streamverse.domains.library.service.reminders import remind_of_opened
from streamverse.kit.jobs import JobHandlers
from streamverse.kit.work import Actor, Workshop
from streamverse.kit.worker import Run

REMIND_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class LibraryJobs:
    """Remind people of what they wait for."""

    workshop: Workshop
    correspondence: Correspondence

    def handlers(self) -> JobHandlers:
        """Say which jobs these are."""
        declared = JobHandlers()
        declared.lengthy(RemindOfOpened, self.remind)
        declared.every(REMIND_EVERY, RemindOfOpened())
        return declared

    async def remind(self, run: Run, _job: RemindOfOpened) -> None:
        """Go through the tenants in which somebody waits, each in a Work of its own."""
        async with run.reading() as work:
            tenants = await Reminders(work).tenants()
        for tenant_id in tenants:
            async with self.workshop.work(Actor.system(tenant_id)) as work:
                await remind_of_opened(work, self.correspondence)
