"""Identity's durable work."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from streamverse.domains.identity.contracts import (
    BuildExport,
    DeleteAccount,
    DropExports,
    Exporter,
    IdentitySettings,
)
from streamverse.domains.identity.service import exports, privacy, sessions, signing_keys, tv
from streamverse.domains.identity.service.exports import Archive
from streamverse.domains.identity.service.mails import Correspondence
from streamverse.kit.errors import Problem
from streamverse.kit.jobs import Job, JobHandlers
from streamverse.kit.work import Work
from streamverse.kit.worker import Run


@dataclass(frozen=True, slots=True)
class DropExpiredSessions(Job):
    """Forget the sessions, links and tickets that are no longer good."""


@dataclass(frozen=True, slots=True)
class RotateSigningKeys(Job):
    """Replace the key that signs access tokens, if it is old enough."""


@dataclass(frozen=True, slots=True)
class DropExpiredExports(Job):
    """Delete the copies of people's data that were kept long enough."""


def handlers(settings: IdentitySettings) -> JobHandlers:
    """Declare the jobs, with what they need of the settings."""

    async def drop_expired_sessions(work: Work, _job: DropExpiredSessions) -> None:
        await sessions.drop_expired(work)
        await tv.drop_expired(work)

    async def rotate_signing_keys(work: Work, _job: RotateSigningKeys) -> None:
        await signing_keys.rotate_if_due(work, settings.vault)

    declared = JobHandlers()
    declared.brief(DropExpiredSessions, drop_expired_sessions)
    declared.every(timedelta(days=1), DropExpiredSessions())
    declared.brief(RotateSigningKeys, rotate_signing_keys)
    declared.every(timedelta(days=1), RotateSigningKeys())
    return declared


def privacy_handlers(
    archive: Archive, correspondence: Correspondence, exporters: Iterable[Exporter]
) -> JobHandlers:
    """Declare the jobs about people's data, with where copies are kept and what goes into them."""
    parts = tuple(exporters)

    async def delete_account(work: Work, job: DeleteAccount) -> None:
        await privacy.delete_if_due(work, correspondence, job.account_id)

    async def build_export(run: Run, job: BuildExport) -> None:
        await exports.build(run, archive, parts, job)

    async def give_export_up(work: Work, job: BuildExport, _problem: Problem) -> None:
        await exports.give_up(work, job)

    async def drop_exports(_work: Work, job: DropExports) -> None:
        await archive.drop_all(job.account_id)

    async def drop_expired_exports(work: Work, _job: DropExpiredExports) -> None:
        await exports.drop_expired(work, archive)

    declared = JobHandlers()
    declared.brief(DeleteAccount, delete_account)
    declared.lengthy(BuildExport, build_export, ending=give_export_up)
    declared.brief(DropExports, drop_exports)
    declared.brief(DropExpiredExports, drop_expired_exports)
    declared.every(timedelta(days=1), DropExpiredExports())
    return declared
