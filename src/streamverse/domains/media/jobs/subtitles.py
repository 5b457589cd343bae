"""Subtitles: out of files and into segments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from streamverse.domains.media.contracts import (
    AssetId,
    CutSubtitles,
    PackageId,
    SubtitleId,
    TakeSubtitles,
)
from streamverse.domains.media.jobs.workshop import Workshop, read_facts
from streamverse.domains.media.repository import Assets, Packages, Subtitles
from streamverse.domains.media.rules.states import SubtitleState
from streamverse.domains.media.rules.subtitles import ALL_SUBTITLES, subtitles_key
from streamverse.domains.media.service import assets, subtitles
from streamverse.domains.media.service.subtitles import TakenTrack
from streamverse.mediakit.subtitles import (
    Notice,
    SubtitlesRefused,
    extract_subtitles,
    is_text,
    read_subtitles,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from streamverse.kit.errors import Problem
    from streamverse.kit.jobs import JobHandlers
    from streamverse.kit.work import Work
    from streamverse.kit.worker import Run
    from streamverse.mediakit.probe import MediaFacts, SubtitleFacts

_LOST = Notice("not_readable", "These subtitles cannot be read: the file is damaged here.")


@dataclass(frozen=True, slots=True)
class SubtitleJobs:
    """Make segments of the subtitles inside files, and of those that people add."""

    workshop: Workshop

    def declare(self, handlers: JobHandlers) -> None:
        """Say which jobs these are, and how each ends when it cannot be done."""
        handlers.lengthy(TakeSubtitles, self.take_subtitles, ending=self.subtitles_untaken)
        handlers.lengthy(CutSubtitles, self.cut_subtitles)

    async def take_subtitles(self, run: Run, job: TakeSubtitles) -> None:
        """Take every track of text out of the file; note those that are pictures."""
        async with run.reading() as work:
            package = await Packages(work).find(job.package_id)
            asset = await Assets(work).find(AssetId(package.asset_id)) if package else None
        if package is None or asset is None or asset.source_deleted_at is not None:
            return
        facts = read_facts(asset)
        async with self.workshop.source_file(asset.source_key) as path:
            texts = await extract_subtitles(path, facts, self.workshop.tools)
        async with run.work() as work:
            uncut = await subtitles.note_taken(work, job.package_id, _taken(facts, texts))
        plan = subtitles.plan_of(package)
        for row, found in uncut:
            await subtitles.store_cut(
                self.workshop.store, job.package_id, row.track_name or "", found.cues, plan
            )
        async with run.work() as work:
            cut = [SubtitleId(row.id) for row, _ in uncut]
            await subtitles.note_cut(work, job.package_id, cut)

    async def cut_subtitles(self, run: Run, job: CutSubtitles) -> None:
        """Cut what somebody gave, and let viewers choose it."""
        async with run.reading() as work:
            row = await Subtitles(work).find(job.subtitle_id)
            package = await Packages(work).find(PackageId(row.package_id)) if row else None
        if row is None or package is None or row.state != SubtitleState.PREPARING:
            return
        package_id, track_name = PackageId(package.id), row.track_name or ""
        text = await self.workshop.store.get(subtitles_key(package_id, track_name, ALL_SUBTITLES))
        cues = read_subtitles(text).cues
        plan = subtitles.plan_of(package)
        await subtitles.store_cut(self.workshop.store, package_id, track_name, cues, plan)
        async with run.work() as work:
            await subtitles.note_cut(work, package_id, [job.subtitle_id])

    async def subtitles_untaken(self, work: Work, job: TakeSubtitles, _problem: Problem) -> None:
        """Do without subtitles; leave nothing of those whose package is gone."""
        if await Packages(work).find(job.package_id) is None:
            assets.delete_remains(work, job.package_id)


def _taken(facts: MediaFacts, texts: Mapping[SubtitleFacts, bytes]) -> list[TakenTrack]:
    return [
        _read(track, texts.get(track), facts.duration_ms)
        if is_text(track)
        else subtitles.set_aside(track)
        for track in facts.subtitles
    ]


def _read(track: SubtitleFacts, text: bytes | None, duration_ms: int) -> TakenTrack:
    if text is None:
        return TakenTrack(track, None, (_LOST,))
    try:
        found = read_subtitles(text).within(duration_ms)
    except SubtitlesRefused as refusal:
        return TakenTrack(track, None, (Notice(refusal.code, refusal.sentence),))
    if not found.cues:
        return TakenTrack(track, None, found.notices)
    return TakenTrack(track, found, found.notices)
