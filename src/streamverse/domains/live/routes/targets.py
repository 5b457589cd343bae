"""The services that a stream is sent on to, and its backup source, over HTTP."""

from __future__ import annotations

from uuid import UUID

from litestar import delete, get, patch, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from streamverse.domains.live.contracts import StreamId, TargetId
from streamverse.domains.live.errors import (
    BackupNotFound,
    StreamNotFound,
    TargetInvalid,
    TargetNotFound,
    TooManyTargets,
)
from streamverse.domains.live.schemas.targets import (
    LiveBackupIn,
    LiveBackupOut,
    LiveStandbyOut,
    LiveTargetChangeIn,
    LiveTargetIn,
    LiveTargetOut,
)
from streamverse.domains.live.service import backups, targets
from streamverse.domains.live.service.desk import LiveDesk
from streamverse.kit.http import may, problems
from streamverse.kit.work import Work


@get(
    "/streams/{stream_id:uuid}/targets",
    guards=[may("live.manage")],
    responses=problems(StreamNotFound),
)
async def list_targets(
    stream_id: FromPath[UUID], work: NamedDependency[Work], live_desk: NamedDependency[LiveDesk]
) -> list[LiveTargetOut]:
    """List the services that a stream is sent on to, and how that goes."""
    found = await targets.list_targets(work, live_desk, StreamId(stream_id))
    return [LiveTargetOut.of(view) for view in found]


@post(
    "/streams/{stream_id:uuid}/targets",
    guards=[may("live.manage")],
    responses=problems(StreamNotFound, TargetInvalid, TooManyTargets),
)
async def add_target(
    stream_id: FromPath[UUID],
    data: JSONBody[LiveTargetIn],
    work: NamedDependency[Work],
    live_desk: NamedDependency[LiveDesk],
) -> LiveTargetOut:
    """Send a stream on to one more service; if it is live, from now on."""
    new = data.to_target()
    return LiveTargetOut.of(await targets.add_target(work, live_desk, StreamId(stream_id), new))


@patch(
    "/streams/{stream_id:uuid}/targets/{target_id:uuid}",
    guards=[may("live.manage")],
    responses=problems(TargetNotFound, TargetInvalid),
)
async def change_target(
    stream_id: FromPath[UUID],
    target_id: FromPath[UUID],
    data: JSONBody[LiveTargetChangeIn],
    work: NamedDependency[Work],
    live_desk: NamedDependency[LiveDesk],
) -> LiveTargetOut:
    """Change a target, or switch it on or off; if the stream is live, that holds from now on."""
    ids = StreamId(stream_id), TargetId(target_id)
    return LiveTargetOut.of(await targets.change_target(work, live_desk, *ids, data.to_change()))


@delete(
    "/streams/{stream_id:uuid}/targets/{target_id:uuid}",
    guards=[may("live.manage")],
    responses=problems(TargetNotFound),
)
async def remove_target(
    stream_id: FromPath[UUID],
    target_id: FromPath[UUID],
    work: NamedDependency[Work],
    live_desk: NamedDependency[LiveDesk],
) -> None:
    """Send a stream on to a service no longer."""
    await targets.remove_target(work, live_desk, StreamId(stream_id), TargetId(target_id))


@get(
    "/streams/{stream_id:uuid}/backup",
    guards=[may("live.manage")],
    responses=problems(StreamNotFound),
)
async def show_backup(
    stream_id: FromPath[UUID], work: NamedDependency[Work], live_desk: NamedDependency[LiveDesk]
) -> LiveStandbyOut:
    """Tell where a backup encoder sends, and under which key."""
    found = await backups.find_backup(work, live_desk, StreamId(stream_id))
    return LiveStandbyOut(None if found is None else LiveBackupOut.of(live_desk, found))


@post(
    "/streams/{stream_id:uuid}/backup",
    guards=[may("live.manage")],
    responses=problems(StreamNotFound),
)
async def make_backup_key(
    stream_id: FromPath[UUID], work: NamedDependency[Work], live_desk: NamedDependency[LiveDesk]
) -> LiveBackupOut:
    """Let a stream have a backup encoder under a new key; an old one opens nothing any more."""
    made = await backups.make_backup_key(work, live_desk, StreamId(stream_id))
    return LiveBackupOut.of(live_desk, made)


@put(
    "/streams/{stream_id:uuid}/backup",
    guards=[may("live.manage")],
    responses=problems(StreamNotFound, BackupNotFound),
)
async def choose_comeback(
    stream_id: FromPath[UUID],
    data: JSONBody[LiveBackupIn],
    work: NamedDependency[Work],
    live_desk: NamedDependency[LiveDesk],
) -> LiveBackupOut:
    """Say whether the main encoder goes on air again when it is back."""
    chosen = await backups.choose_comeback(work, live_desk, StreamId(stream_id), data.comeback)
    return LiveBackupOut.of(live_desk, chosen)


@delete(
    "/streams/{stream_id:uuid}/backup",
    guards=[may("live.manage")],
    responses=problems(StreamNotFound),
)
async def remove_backup(stream_id: FromPath[UUID], work: NamedDependency[Work]) -> None:
    """Take no backup encoder any more; one that publishes goes on until it ends."""
    await backups.remove_backup(work, StreamId(stream_id))


handlers = [
    list_targets,
    add_target,
    change_target,
    remove_target,
    show_backup,
    make_backup_key,
    choose_comeback,
    remove_backup,
]
