"""The durable work of live. Every job here may run twice."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from streamverse.domains.live.contracts import (
    KeepRecording,
    LetGo,
    RemindOfStreams,
    TrimBroadcasts,
    WarnStaff,
)
from streamverse.domains.live.repository import Broadcasts, StreamReminders
from streamverse.domains.live.service import recordings
from streamverse.domains.live.service.reminders import remind_of_streams
from streamverse.domains.live.service.warnings import warn_staff
from streamverse.kit.jobs import JobHandlers
from streamverse.kit.storage import ObjectNotFound
from streamverse.kit.work import Actor
from streamverse.mediakit.live.heads import read_head

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streamverse.domains.identity.public import Correspondence
    from streamverse.kit.storage import ObjectStore
    from streamverse.kit.work import Work, Workshop
    from streamverse.kit.worker import Run
    from streamverse.mediakit.cmaf import InitSegment

REMIND_EVERY = timedelta(minutes=1)
TRIM_EVERY = timedelta(minutes=10)
_SEGMENT = re.compile(r".*/([0-9]+)\.m4s")


@dataclass(frozen=True, slots=True)
class LiveJobs:
    """Write to people, make recordings of what is over, delete the rest."""

    workshop: Workshop
    correspondence: Correspondence
    store: ObjectStore

    def handlers(self) -> JobHandlers:
        """Say which jobs these are."""
        declared = JobHandlers()
        declared.brief(WarnStaff, self.warn)
        declared.lengthy(RemindOfStreams, self.remind)
        declared.lengthy(KeepRecording, self.keep_recording)
        declared.lengthy(LetGo, self.let_go)
        declared.lengthy(TrimBroadcasts, self.trim)
        declared.every(REMIND_EVERY, RemindOfStreams())
        declared.every(TRIM_EVERY, TrimBroadcasts())
        return declared

    async def warn(self, work: Work, job: WarnStaff) -> None:
        """Write to those who run the streams."""
        await warn_staff(work, self.correspondence, job)

    async def remind(self, run: Run, _job: RemindOfStreams) -> None:
        """Go through the tenants in which somebody waits, each in a Work of its own."""
        async with run.reading() as work:
            awaited = await StreamReminders(work).awaited()
        for tenant_id, stream_ids in awaited.items():
            async with self.workshop.work(Actor.system(tenant_id)) as work:
                await remind_of_streams(work, self.correspondence, stream_ids)

    async def keep_recording(self, run: Run, job: KeepRecording) -> None:
        """Look at the heads of what is over, and hand it on."""
        async with run.reading() as work:
            unkept = await recordings.find_unkept(work, job.broadcast_id)
        if unkept is None:
            return
        heads = {
            track: [
                await self._find_head(recordings.object_key(job.broadcast_id, name))
                for name in names
            ]
            for track, names in unkept.head_names.items()
        }
        async with run.work() as work:
            unkept = await recordings.find_unkept(work, job.broadcast_id)
            if unkept is not None:
                await recordings.keep_recording(work, unkept, heads)

    async def _find_head(self, key: str) -> InitSegment | None:
        """Read a head; one that no segment was stored of is not there."""
        try:
            return read_head(await self.store.get(key))
        except ObjectNotFound:
            return None

    async def trim(self, run: Run, _job: TrimBroadcasts) -> None:
        """Go through what goes out; what a crash leaves of it is deleted when it is over."""
        async with run.reading() as work:
            running = await Broadcasts(work).unrecorded()
        for one in running:
            async with self.workshop.work(Actor.system(one.tenant_id)) as work:
                gone = await recordings.trim(work, one)
            for key in gone:
                await self.store.delete(key)

    async def let_go(self, run: Run, job: LetGo) -> None:
        """Delete all but what is still played."""
        async with run.work() as work:
            kept = await recordings.let_go(work, job.broadcast_id)
        if kept is None:
            return
        prefix = recordings.store_prefix(job.broadcast_id)
        if not kept:
            await self.store.delete_prefix(prefix)
            return
        gone = [found.key async for found in self.store.list(prefix) if _is_gone(found.key, kept)]
        for key in gone:
            await self.store.delete(key)


def _is_gone(key: str, kept: Sequence[tuple[int, int]]) -> bool:
    segment = _SEGMENT.fullmatch(key)
    if segment is None:
        return False
    number = int(segment[1])
    return not any(first <= number <= last for first, last in kept)
