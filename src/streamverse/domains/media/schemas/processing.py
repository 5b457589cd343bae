"""Jobs, workers, checks and what is being processed, in JSON."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from streamverse.domains.media.contracts import Stage
from streamverse.domains.media.schemas.problems import ProblemBrief
from streamverse.kit.jobs import JobState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from streamverse.domains.media.rules.checks import CheckReport
    from streamverse.domains.media.service.processing import Processing
    from streamverse.kit.heartbeats import WorkerRow
    from streamverse.kit.jobs import JobRow

JOB_LABELS = {
    "media.fetch_upload": "Fetch the file",
    "media.check_upload": "Check the file",
    "media.encode_part": "Encode",
    "media.encode_sound": "Encode",
    "media.measure_title": "Measure the quality",
    "media.make_poster": "Make the poster",
    "media.make_pictures": "Make pictures",
    "media.take_subtitles": "Take out the subtitles",
    "media.cut_subtitles": "Prepare subtitles",
    "media.finish_package": "Final checks",
    "media.delete_files": "Clean up",
    "media.carry_over": "Take over what was given",
    "media.delete_source": "Delete the original file",
    "media.measure_storage": "Weigh what is stored",
    "media.apply_retention": "Clean up what is old",
    "media.collect_orphans": "Search the store for what is not needed",
    "media.delete_old_orphans": "Clean up the store",
    "media.expire_uploads": "Clean up old uploads",
}


class JobOut(msgspec.Struct):
    """A piece of durable work."""

    id: UUID
    name: str
    label: str
    state: JobState
    progress: float | None
    eta_seconds: float | None
    attempts: int
    worker: str | None
    problem: ProblemBrief | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @classmethod
    def of(cls, row: JobRow, now: datetime) -> JobOut:
        """Show a row."""
        return cls(
            id=row.id,
            name=row.name,
            label=_label(row),
            state=JobState(row.state),
            progress=row.progress,
            eta_seconds=_eta_seconds(row, now),
            attempts=row.attempts,
            worker=row.worker,
            problem=ProblemBrief.of(row.problem),
            created_at=row.created_at,
            started_at=row.started_at,
            finished_at=row.finished_at,
        )


def _label(row: JobRow) -> str:
    label = JOB_LABELS.get(row.name, row.name)
    return f"{label}: {row.stage}" if row.stage else label


def _eta_seconds(row: JobRow, now: datetime) -> float | None:
    if row.state != JobState.RUNNING or row.started_at is None or not row.progress:
        return None
    spent_s = (now - row.started_at).total_seconds()
    return round(spent_s / row.progress * (1 - row.progress), 1)


class JobsOut(msgspec.Struct):
    """A page of jobs."""

    items: list[JobOut]
    next_cursor: str | None


class WorkerOut(msgspec.Struct):
    """A worker as it was last heard of; ``offers`` are codecs and the encoders that make them."""

    name: str
    host: str
    lanes: dict[str, int]
    offers: dict[str, str]
    threads: int
    started_at: datetime
    seen_at: datetime
    is_missed: bool
    jobs: list[JobOut]

    @classmethod
    def of(cls, row: WorkerRow, jobs: Iterable[JobRow], now: datetime) -> WorkerOut:
        """Show a worker and what it does for this service."""
        return cls(
            name=row.name,
            host=row.host,
            lanes=row.lanes,
            offers=row.offers,
            threads=row.threads,
            started_at=row.started_at,
            seen_at=row.seen_at,
            is_missed=row.is_missed(now),
            jobs=[JobOut.of(job, now) for job in jobs],
        )


class WorkersOut(msgspec.Struct):
    """The workers that have shown themselves."""

    items: list[WorkerOut]


class TrackChecks(msgspec.Struct):
    """What was measured on a track; what does not apply to it is null."""

    name: str
    duration_ms: int
    starts_at_ms: int
    decoded_ms: int
    likeness: float | None
    vmaf: float | None
    loudness_lufs: float | None
    loudness_range_lu: float | None
    peak_dbfs: float | None


class ChecksOut(msgspec.Struct):
    """What was measured on the encoded film before it was declared ready."""

    tracks: list[TrackChecks]
    is_full: bool
    sound_offset_ms: int | None
    sound_drift_ms: int | None
    problem: str | None

    @classmethod
    def of(cls, report: CheckReport) -> ChecksOut:
        """Show a report."""
        return msgspec.convert(report.stored(), cls)


class ProcessingItem(msgspec.Struct):
    """How far one file is, and the jobs about it."""

    asset_id: UUID
    title_id: UUID | None
    name: str
    stage: Stage
    progress: float
    eta_seconds: float | None
    problem: ProblemBrief | None
    jobs: list[JobOut]

    @classmethod
    def of(cls, item: Processing, now: datetime) -> ProcessingItem:
        """Show how far a file is."""
        return cls(
            asset_id=item.asset_id,
            title_id=None if item.stage is Stage.CHECKING else item.asset_id,
            name=item.name,
            stage=item.stage,
            progress=round(item.progress, 4),
            eta_seconds=round(item.eta_s, 1) if item.eta_s is not None else None,
            problem=ProblemBrief.of(item.problem),
            jobs=[JobOut.of(job, now) for job in item.jobs],
        )


class ProcessingOut(msgspec.Struct):
    """What is being processed, then what was finished lately."""

    items: list[ProcessingItem]
