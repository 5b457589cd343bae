"""Taking in files: create an upload, receive its bytes, give it up.

Receiving is the one use case that opens several Works: its bytes are acknowledged at checkpoints,
so that an upload of hours neither holds a transaction nor starts over. A writer's number fences it:
the newest connection goes on, an older one that still sends stops at its next checkpoint.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from streamverse.domains.media.contracts import AssetId, CheckUpload, DeleteFiles, UploadId
from streamverse.domains.media.errors import (
    ChecksumMismatch,
    FileEmpty,
    OffsetMismatch,
    UploadClosed,
    UploadJoined,
    UploadNotFound,
    UploadTaken,
    UploadTooLarge,
)
from streamverse.domains.media.models import UploadRow
from streamverse.domains.media.repository import Retentions, Uploads
from streamverse.domains.media.rules.keys import read_choice
from streamverse.domains.media.rules.names import (
    clean_filename,
    clean_words,
    title_from,
    year_from,
)
from streamverse.domains.media.rules.states import UploadState
from streamverse.kit.clock import new_id
from streamverse.kit.jobs import HIGH, LOW, NORMAL, Jobs
from streamverse.kit.storage import StorageFull

if TYPE_CHECKING:
    from streamverse.domains.media.rules.tus import Checksum, Digest, Final
    from streamverse.kit.storage import ObjectStore
    from streamverse.kit.work import Actor, Work, Workshop

CHECKPOINT_BYTES = 16 << 20
CHECKPOINT_S = 5.0
DESCRIPTION_LIMIT = 5000
CREDIT_LIMIT = 500


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """How large and how old uploads may become, and how much space must stay free."""

    max_bytes: int
    expire_after: timedelta
    min_free_bytes: int


@dataclass(frozen=True, slots=True)
class NewUpload:
    """What a client says of the file it is going to send."""

    size_bytes: int
    metadata: dict[str, str]
    tus_metadata: str = ""
    is_partial: bool = False


def upload_key(upload_id: UUID | str) -> str:
    """Name the object that an upload's bytes are appended to."""
    return f"uploads/{upload_id}"


def joining_prefix(upload_id: UUID) -> str:
    """Name the folder in which the parts of an upload wait to be joined."""
    return f"joining/{upload_id}"


async def create_upload(
    work: Work, store: ObjectStore, limits: UploadLimits, new: NewUpload
) -> UploadRow:
    """Make room for a file that is going to be sent."""
    if new.size_bytes == 0:
        raise FileEmpty
    await require_room(store, limits, new.size_bytes)
    row = new_upload_row(work, new)
    row.expires_at = work.now + await _lifetime(work, limits)
    Uploads(work).add(row)
    return row


async def create_final_upload(
    work: Work, store: ObjectStore, limits: UploadLimits, final: Final, new: NewUpload
) -> UploadRow:
    """Join partial uploads, in the order they are named, into one file; they are used up by it."""
    parts = await Uploads(work).lock_all([UploadId(part_id) for part_id in final.part_ids])
    for part in parts:
        is_open = part.is_partial and part.state == UploadState.UPLOADING
        if not is_open or part.offset_bytes != part.size_bytes:
            raise UploadClosed("Only complete partial uploads can be joined, and only once.")
        part.state, part.expires_at = UploadState.CHECKING, None
    row = new_upload_row(work, replace(new, size_bytes=sum(part.size_bytes for part in parts)))
    await require_room(store, limits, row.size_bytes)
    row.part_ids = {"ids": [str(part.id) for part in parts]}
    row.offset_bytes = row.size_bytes
    Uploads(work).add(row)
    order_check(work, row)
    return row


async def require_room(store: ObjectStore, limits: UploadLimits, size_bytes: int) -> None:
    """Refuse a file that is larger than files may be, or than what is left of the store."""
    if size_bytes > limits.max_bytes:
        raise UploadTooLarge(
            f"This file has {size_bytes:,} bytes; this service takes {limits.max_bytes:,} at most.",
            max_bytes=limits.max_bytes,
        )
    free_bytes = await store.free_bytes()
    if free_bytes is not None and free_bytes < size_bytes + limits.min_free_bytes:
        raise StorageFull(
            "There is not enough free space for this file: free some space or add a larger disk.",
            free_bytes=free_bytes,
        )


async def _lifetime(work: Work, limits: UploadLimits) -> timedelta:
    """Tell how long an upload may stand still, by the tenant's choice or the settings."""
    chosen = await Retentions(work).find()
    hours = chosen.upload_hours if chosen is not None else None
    return timedelta(hours=hours) if hours else limits.expire_after


def new_upload_row(work: Work, new: NewUpload) -> UploadRow:
    """Describe a file that has not begun to arrive."""
    filename = clean_filename(new.metadata.get("filename") or new.metadata.get("name"))
    return UploadRow(
        id=new_id(),
        account_id=work.actor.account_id,
        filename=filename,
        title_name=title_from(filename, new.metadata.get("title")),
        credit=clean_words(new.metadata.get("credit", ""), CREDIT_LIMIT),
        description=clean_words(new.metadata.get("description", ""), DESCRIPTION_LIMIT),
        year=year_from(new.metadata.get("year", "")),
        tus_metadata=new.tus_metadata,
        protection=read_choice(new.metadata.get("protection"), may_choose=_is_staff(work.actor)),
        size_bytes=new.size_bytes,
        offset_bytes=0,
        writer=0,
        is_partial=new.is_partial,
        priority=LOW if new.metadata.get("batch") == "true" else NORMAL,
        state=UploadState.UPLOADING,
        created_at=work.now,
    )


def _is_staff(actor: Actor) -> bool:
    # Whoever imports files on the machine itself has no account.
    return actor.account_id is None or actor.may("titles.edit")


class Receptions:
    """The connections of this process that continue uploads: one per upload, the newest one."""

    def __init__(self) -> None:
        self._running: dict[UploadId, asyncio.Future[UploadRow]] = {}

    async def stop(self, upload_id: UploadId) -> None:
        """End the reception of an upload, if one runs, and wait until it has."""
        while (older := self._running.get(upload_id)) is not None:
            older.cancel()
            await asyncio.wait([older])

    async def run(
        self, upload_id: UploadId, start: Callable[[], Awaitable[UploadRow]]
    ) -> UploadRow:
        """Receive on this connection, after an older one for the same upload has stopped."""
        await self.stop(upload_id)
        task = asyncio.ensure_future(start())
        self._running[upload_id] = task
        task.add_done_callback(lambda _: self._running.pop(upload_id, None))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if task.cancelled():
                raise UploadTaken from None
            task.cancel()
            await asyncio.wait([task])
            raise


@dataclass(frozen=True, slots=True)
class Reception:
    """One connection that continues an upload."""

    workshop: Workshop
    actor: Actor
    store: ObjectStore
    limits: UploadLimits
    upload_id: UploadId


async def open_reception(
    workshop: Workshop, actor: Actor, store: ObjectStore, limits: UploadLimits, new: NewUpload
) -> Reception:
    """Create an upload whose bytes follow at once, on the same connection."""
    async with workshop.work(actor) as work:
        row = await create_upload(work, store, limits, new)
    return Reception(workshop, actor, store, limits, UploadId(row.id))


async def receive(
    reception: Reception, offset: int, checksum: Checksum | None, chunks: AsyncIterator[bytes]
) -> UploadRow:
    """Append what a connection sends, and acknowledge it; ends early when the connection does.

    With a checksum all or nothing is kept. ``chunks`` ends when the client stops or goes away.
    """
    row = await _take_over(reception, offset)
    body = Body(chunks, row.size_bytes - offset, checksum.start() if checksum else None)
    while not body.is_exhausted:
        position = await reception.store.append(
            upload_key(row.id), row.offset_bytes, body.take(is_whole=checksum is not None)
        )
        if checksum and body.sum() != checksum.expected:
            raise ChecksumMismatch
        row = await _acknowledge(reception, row, position)
    return row


class Body:
    """The bytes of one request, cut at checkpoints, and never more than fit."""

    def __init__(self, chunks: AsyncIterator[bytes], room: int, digest: Digest | None) -> None:
        self._chunks = chunks
        self._room = room
        self._digest = digest
        self.is_exhausted = False

    async def take(self, *, is_whole: bool) -> AsyncIterator[bytes]:
        """Give chunks until a checkpoint is due or the body ends."""
        clock = asyncio.get_running_loop()
        taken, due_at = 0, clock.time() + CHECKPOINT_S
        while is_whole or (taken < CHECKPOINT_BYTES and clock.time() < due_at):
            chunk = await anext(self._chunks, None)
            if chunk is None:
                self.is_exhausted = True
                return
            if len(chunk) > self._room:
                raise UploadTooLarge("More bytes came than were announced, or than are taken.")
            self._room -= len(chunk)
            taken += len(chunk)
            if self._digest is not None:
                self._digest.update(chunk)
            yield chunk

    def sum(self) -> bytes:
        """Give the sum of all bytes taken."""
        return self._digest.digest() if self._digest is not None else b""


async def _take_over(reception: Reception, offset: int) -> UploadRow:
    async with reception.workshop.work(reception.actor) as work:
        row = await Uploads(work).lock(reception.upload_id)
        _require_open(row)
        if offset != row.offset_bytes:
            raise OffsetMismatch(offset, row.offset_bytes)
        row.writer += 1
        return row


async def _acknowledge(reception: Reception, seen: UploadRow, position: int) -> UploadRow:
    async with reception.workshop.work(reception.actor) as work:
        row = await Uploads(work).lock(reception.upload_id)
        _require_open(row)
        if row.writer != seen.writer:
            raise UploadTaken
        row.offset_bytes = position
        row.expires_at = work.now + await _lifetime(work, reception.limits)
        if position == row.size_bytes and not row.is_partial:
            order_check(work, row)
        return row


def _require_open(row: UploadRow) -> None:
    if row.part_ids is not None:
        raise UploadJoined
    if row.state == UploadState.EXPIRED:
        raise UploadNotFound(row.id)
    if row.state == UploadState.FETCHING:
        raise UploadClosed("This upload is fetched from elsewhere, so it takes no bytes.")
    if row.state != UploadState.UPLOADING:
        raise UploadClosed("This upload has all its bytes already.")


def order_check(work: Work, row: UploadRow) -> None:
    """Order the check of a file that is whole."""
    row.state = UploadState.CHECKING
    row.expires_at = None
    row.asset_id = row.asset_id or AssetId(new_id())
    priority = HIGH if row.priority == NORMAL else row.priority
    work.enqueue(CheckUpload(UploadId(row.id)), priority=priority, subject_id=row.asset_id)


async def give_up_upload(work: Work, upload_id: UploadId) -> None:
    """Stop an upload and forget its bytes, or take a refused one off the list."""
    await Uploads(work).get(upload_id)
    # Jobs before uploads: that is the order in which every job locks them.
    await Jobs(work).cancel_subject(upload_id)
    row = await Uploads(work).lock(upload_id)
    if row.state == UploadState.CHECKING:
        raise UploadClosed("This file has arrived and is being checked: wait a moment.")
    await Uploads(work).remove(row)
    work.enqueue(DeleteFiles((upload_key(row.id),)))


async def use_up_parts(work: Work, upload: UploadRow) -> None:
    """Let the partial uploads go that a final one was joined of, and their bytes."""
    if upload.part_ids is None:
        return
    part_ids: list[str] = upload.part_ids["ids"]
    await Uploads(work).remove_all([UUID(part_id) for part_id in part_ids])
    files = (joining_prefix(upload.id), *map(upload_key, part_ids))
    work.enqueue(DeleteFiles(files))


async def expire_uploads(work: Work) -> None:
    """Give up what nobody has continued in time."""
    rows = await Uploads(work).expired(work.now, limit=500)
    for row in rows:
        row.state = UploadState.EXPIRED
        work.enqueue(DeleteFiles((upload_key(row.id),)))
