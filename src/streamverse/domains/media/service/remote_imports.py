"""Taking in files that lie elsewhere: on the web, in a bucket or a folder of the settings.

The upload is there at once and a job fills it, from where the last attempt stopped; when all of it
is there, the file is checked as any other.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from streamverse.domains.media.contracts import (
    AssetId,
    DeleteFiles,
    FetchUpload,
    ProblemView,
    UploadId,
    UploadRefused,
)
from streamverse.domains.media.errors import (
    BucketUnknown,
    FileEmpty,
    ImportBrokenOff,
    ImportRefused,
    UploadClosed,
    UploadNotFound,
)
from streamverse.domains.media.models import RemoteImportRow, UploadRow
from streamverse.domains.media.repository import RemoteImports, Uploads
from streamverse.domains.media.rules.names import clean_filename, title_from
from streamverse.domains.media.rules.origins import (
    PASSING,
    RANGE_NOT_SATISFIABLE,
    Head,
    ImportBucket,
    by_name,
    check_sha256,
    filename_in,
    find_in_bucket,
    read_head,
    shown_origin,
)
from streamverse.domains.media.rules.states import UploadState
from streamverse.domains.media.service.local_files import file_in, open_file
from streamverse.domains.media.service.uploads import (
    Body,
    NewUpload,
    UploadLimits,
    new_upload_row,
    order_check,
    require_room,
    upload_key,
)
from streamverse.kit.clock import new_id
from streamverse.kit.errors import Unavailable
from streamverse.kit.fetching import FetchFailed, GuardedFetcher
from streamverse.kit.folders import Roots
from streamverse.kit.storage import BucketReader, FoundObject, ObjectNotFound, ObjectStore

if TYPE_CHECKING:
    from uuid import UUID

    from streamverse.kit.errors import Problem
    from streamverse.kit.work import Work
    from streamverse.kit.worker import Run

# How much may come is decided where it is kept.
UNBOUNDED = 1 << 62
LONGEST_S = timedelta(hours=12).total_seconds()
# After each attempt that brought nothing; after the last one it is given up.
PAUSES = (
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
    timedelta(hours=1),
)


@dataclass(frozen=True, slots=True)
class Intake:
    """Where files may be fetched from, and where they go."""

    store: ObjectStore
    limits: UploadLimits
    fetcher: GuardedFetcher
    buckets: Sequence[ImportBucket] = ()
    roots: Roots = field(default_factory=Roots)

    def names(self, tenant_id: UUID) -> Sequence[str]:
        """Name the buckets of a tenant."""
        return sorted(by_name(self.buckets, tenant_id))

    def reader(self, tenant_id: UUID, name: str) -> BucketReader:
        """Give what reads a bucket of a tenant, or raise BucketUnknown."""
        bucket = by_name(self.buckets, tenant_id).get(name)
        if bucket is None:
            raise BucketUnknown(name)
        return BucketReader(bucket.bucket, bucket.access)


@dataclass(frozen=True, slots=True)
class NewImport:
    """What somebody says of a file that is to be fetched."""

    address: str
    metadata: dict[str, str]
    sha256: str = ""


async def order_import(work: Work, intake: Intake, new: NewImport) -> UploadRow:
    """Order that a file is fetched; an address that can never be asked is refused at once."""
    address = new.address.strip()
    expected_sha256 = check_sha256(new.sha256)
    inside = find_in_bucket(address)
    if inside is None:
        await intake.fetcher.check(address)
    else:
        intake.reader(work.actor.tenant_id, inside.bucket)
    row = await _order(work, address, new.metadata, AssetId(new_id()))
    row.expected_sha256 = expected_sha256
    return row


async def order_file(work: Work, path: Path, metadata: dict[str, str]) -> AssetId:
    """Order that a file of a folder is taken in; whoever calls this knows that it may be read."""
    asset_id = AssetId(new_id())
    await _order(work, path.as_uri(), {**metadata, "batch": "true"}, asset_id)
    return asset_id


async def _order(
    work: Work, address: str, metadata: dict[str, str], asset_id: AssetId
) -> UploadRow:
    said = {**metadata, "filename": filename_in(address)}
    row = new_upload_row(work, NewUpload(0, said))
    row.state = UploadState.FETCHING
    row.origin, row.asset_id = shown_origin(address), asset_id
    Uploads(work).add(row)
    await work.session.flush()
    is_titled = bool(metadata.get("title", "").strip())
    RemoteImports(work).add(
        RemoteImportRow(upload_id=row.id, address=address, is_titled=is_titled, attempts=0)
    )
    _order_fetch(work, row)
    return row


def _order_fetch(work: Work, row: UploadRow, pause: timedelta = timedelta()) -> None:
    job = FetchUpload(UploadId(row.id))
    work.enqueue(job, run_at=work.now + pause, subject_id=row.id)


async def list_bucket(
    work: Work, intake: Intake, name: str, folder: str, *, after: str | None, limit: int
) -> Sequence[FoundObject]:
    """List what lies in a bucket of the actor's tenant, by name."""
    reader = intake.reader(work.actor.tenant_id, name)
    return await reader.list(folder, after=after, limit=limit)


# --- fetching -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Found:
    """A file that is being sent."""

    head: Head
    chunks: AsyncIterator[bytes]


async def fetch_upload(run: Run, intake: Intake, upload_id: UploadId) -> None:
    """Fetch what is missing of an upload, and order its check; say so if that fails."""
    async with run.reading() as work:
        row = await Uploads(work).find(upload_id)
        source = await RemoteImports(work).find(upload_id)
    if row is None or source is None or row.state != UploadState.FETCHING:
        return
    try:
        if row.size_bytes == 0 or row.offset_bytes < row.size_bytes:
            row = await _fetch(run, intake, row, source)
    except Unavailable as failure:
        async with run.work() as work:
            await _note_failure(work, upload_id, failure)
        return
    async with run.work() as work:
        await _finish(work, row)


async def _fetch(run: Run, intake: Intake, row: UploadRow, source: RemoteImportRow) -> UploadRow:
    opening = _open(run, intake, source.address, row.offset_bytes, source.validator)
    async with opening as found:
        row = await _begin(run, intake, row, found.head)
        body = Body(found.chunks, intake.limits.max_bytes - row.offset_bytes, None)
        while not body.is_exhausted:
            row = await _append(run, intake, row, body)
    if row.offset_bytes < row.size_bytes:
        raise ImportBrokenOff(
            f"{_host(source.address)} stopped after {row.offset_bytes:,} of {row.size_bytes:,} "
            "bytes."
        )
    return row


@asynccontextmanager
async def _open(
    run: Run, intake: Intake, address: str, start: int, validator: str | None
) -> AsyncGenerator[_Found]:
    """Ask for a file from a byte on; from the first if nothing proves it to be the same."""
    start = start if validator else 0
    if (path := file_in(address)) is not None:
        async with open_file(intake.roots, path, start, validator) as (head, blocks):
            yield _Found(head, blocks)
        return
    inside = find_in_bucket(address)
    if inside is not None:
        reader = intake.reader(run.actor.tenant_id, inside.bucket)
        try:
            rest = await reader.open(inside.key, start, validator)
        except ObjectNotFound as gone:
            raise ImportRefused(f"There is no {inside.address}: check the name.") from gone
        yield _Found(Head(rest.start, rest.size_bytes, rest.etag, None), rest.chunks)
        return
    headers = {"Range": f"bytes={start}-", "If-Range": validator or ""} if start else {}
    async with intake.fetcher.get(address, headers, timeout_s=LONGEST_S) as answer:
        if answer.status in PASSING:
            raise FetchFailed(address, f"it answered with status {answer.status}")
        if answer.status != RANGE_NOT_SATISFIABLE or not start:
            head = read_head(answer.status, answer.headers, _host(address))
            yield _Found(head, answer.chunks(UNBOUNDED))
            return
    async with _open(run, intake, address, 0, None) as found:
        yield found


async def _begin(run: Run, intake: Intake, row: UploadRow, head: Head) -> UploadRow:
    """Write down what is being sent, once it is known to fit."""
    if head.start not in (0, row.offset_bytes):
        raise ImportRefused("Another part of the file was sent than we asked for.")
    if head.size_bytes is not None:
        await require_room(intake.store, intake.limits, head.size_bytes - head.start)
    async with run.work() as work:
        locked = await _lock(work, UploadId(row.id))
        source = await RemoteImports(work).find(UploadId(row.id))
        if source is None:
            raise UploadNotFound(row.id)
        locked.size_bytes, locked.offset_bytes = head.size_bytes or 0, head.start
        source.validator = head.validator
        if head.filename is not None and head.start == 0:
            locked.filename = clean_filename(head.filename)
            if not source.is_titled:
                locked.title_name = title_from(locked.filename, None)
        return locked


async def _append(run: Run, intake: Intake, row: UploadRow, body: Body) -> UploadRow:
    """Keep what comes until a checkpoint; what came before a failure is kept as well."""
    key = upload_key(row.id)
    try:
        position = await intake.store.append(key, row.offset_bytes, body.take(is_whole=False))
    except Unavailable:
        await _acknowledge(run, row, await intake.store.appended_bytes(key))
        raise
    return await _acknowledge(run, row, position)


async def _acknowledge(run: Run, row: UploadRow, position: int) -> UploadRow:
    if row.size_bytes:
        run.report(position / row.size_bytes)
    is_resumed = row.offset_bytes > 0
    async with run.work() as work:
        locked = await _lock(work, UploadId(row.id))
        source = await RemoteImports(work).find(UploadId(row.id))
        # A server that cannot go on would otherwise be asked for the same beginning for ever.
        if source is not None and is_resumed and position > row.offset_bytes:
            source.attempts = 0
        locked.offset_bytes, locked.problem = position, None
        return locked


async def _lock(work: Work, upload_id: UploadId) -> UploadRow:
    row = await Uploads(work).lock(upload_id)
    if row.state != UploadState.FETCHING:
        raise UploadClosed("This upload is no longer being fetched.")
    return row


async def _finish(work: Work, row: UploadRow) -> None:
    locked = await _lock(work, UploadId(row.id))
    if locked.offset_bytes == 0:
        raise FileEmpty
    locked.size_bytes, locked.problem = locked.offset_bytes, None
    await RemoteImports(work).remove(UploadId(row.id))
    order_check(work, locked)


def _host(address: str) -> str:
    return urlsplit(address).hostname or "The other side"


# --- failures -------------------------------------------------------------------------------------


async def _note_failure(work: Work, upload_id: UploadId, problem: Problem) -> None:
    """Try again later, or give up when that has been done often enough."""
    row = await _lock(work, upload_id)
    source = await RemoteImports(work).find(upload_id)
    if source is None or source.attempts >= len(PAUSES):
        await give_up_import(work, upload_id, _view(problem))
        return
    _order_fetch(work, row, PAUSES[source.attempts])
    source.attempts += 1
    row.problem = msgspec.to_builtins(_view(problem))


async def give_up_import(work: Work, upload_id: UploadId, problem: ProblemView) -> None:
    """Tell why a file could not be fetched, and forget what has come of it."""
    row = await Uploads(work).find(upload_id)
    if row is not None and row.state == UploadState.FETCHING:
        row.state, row.problem = UploadState.REFUSED, msgspec.to_builtins(problem)
        work.emit(UploadRefused(upload_id, AssetId(row.asset_id or upload_id), problem))
        await RemoteImports(work).remove(upload_id)
    if row is None or row.state == UploadState.REFUSED:
        work.enqueue(DeleteFiles((upload_key(upload_id),)))


def _view(problem: Problem) -> ProblemView:
    return ProblemView(problem.code, problem.detail)
