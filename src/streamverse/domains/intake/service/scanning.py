"""Looking through a folder: what is new becomes titles, what moved keeps them, what went is shown.

A scan opens one Work for every hundred files, so that neither viewers nor other jobs wait for it;
one that is broken off is begun anew and finds what it did before as known.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec

from streamverse.domains.catalog import public as catalog
from streamverse.domains.intake.contracts import (
    FeedFolders,
    FileState,
    FolderId,
    FolderKind,
    ScanFolder,
)
from streamverse.domains.intake.models import FileRow
from streamverse.domains.intake.repository import Files, Folders
from streamverse.domains.intake.rules.file_names import Extra, Film, Unclear, Understood, read_path
from streamverse.domains.intake.rules.reconciling import (
    LOOKS_AGAIN_AFTER,
    Changes,
    Known,
    compare,
    find_moves,
)
from streamverse.domains.intake.service.describing import Describer
from streamverse.domains.intake.service.shelving import Placed, Shelf, film_patch, find_kept, shelve
from streamverse.domains.media.contracts import ProblemView
from streamverse.kit.clock import new_id
from streamverse.kit.errors import Conflict, Invalid, NotFound
from streamverse.kit.folders import FolderRefused, FolderUnreadable, FoundFile, Roots, Walk

if TYPE_CHECKING:
    from streamverse.kit.work import Work
    from streamverse.kit.worker import Run

T = TypeVar("T")
FILES_AT_ONCE = 100
READERS = 4
FEED_KEY = "intake:feed"


def order_scan(work: Work, folder_id: FolderId) -> None:
    """Order that a folder is looked through; one such look waits or runs at a time."""
    key = f"intake:scan:{folder_id}"
    work.enqueue(ScanFolder(folder_id), subject_id=folder_id, dedupe_key=key)


def order_feeding(work: Work) -> None:
    """Order that media is given the next files."""
    work.enqueue(FeedFolders(), dedupe_key=FEED_KEY)


async def scan_folder(run: Run, roots: Roots, folder_id: FolderId, now: datetime) -> None:
    """Look through a folder; say at the folder if that cannot be done."""
    async with run.reading() as work:
        folder = await Folders(work).find(folder_id)
    if folder is None:
        return
    try:
        path = await asyncio.to_thread(roots.admit, folder.path)
        walk = await asyncio.to_thread(roots.walk, path)
    except (FolderRefused, FolderUnreadable) as problem:
        async with run.work() as work:
            row = await Folders(work).get(folder_id)
            row.problem = msgspec.to_builtins(ProblemView(problem.code, problem.detail))
        return
    await Scan(run, roots, folder_id, path, FolderKind(folder.kind), now).make(walk)


def known_of(row: FileRow) -> Known:
    """Give a file as it was when it was looked at last."""
    return Known(
        id=row.id,
        path=row.path,
        size_bytes=row.size_bytes,
        modified_ns=row.modified_ns,
        fingerprint=row.fingerprint,
        state=FileState(row.state),
        is_missing=row.missing_since is not None,
        looked_at=row.looked_at,
    )


@dataclass(slots=True)
class Scan:
    """One look through a folder."""

    run: Run
    roots: Roots
    folder_id: FolderId
    path: Path
    kind: FolderKind
    now: datetime
    shelf: Shelf = field(default_factory=Shelf)
    fingerprints: Mapping[str, str] = field(default_factory=dict[str, str])
    done: int = 0
    total: int = 1
    read_path: Callable[[str], Understood | Unclear | None] = field(init=False)

    def __post_init__(self) -> None:
        # Each step asks anew what a file is, and telling it from the path takes its time.
        self.read_path = cache(partial(read_path, kind=self.kind))

    async def make(self, walk: Walk) -> None:
        """Compare what is there with what was, and write down what has happened."""
        found = await asyncio.to_thread(self._films_in, walk)
        known = await self._remember()
        changes = compare(known, found, walk.skipped, self.now)
        self.fingerprints = await self._read(changes.unread)
        moves = find_moves(changes, known, self.fingerprints)
        self.total = max(1, len(changes.new) + len(changes.settled))
        await self._in_batches(list(moves.items()), self._move)
        moved = {each.id for each in moves.values()}
        changes.gone = [each for each in changes.gone if each.id not in moved]
        new = [(None, file) for file in changes.new if file.path not in moves]
        await self._in_batches(self._in_order([*new, *changes.settled]), self._take)
        await self._note(changes)
        describer = Describer(self.run, self.roots, self.folder_id, self.path)
        walk.skipped.update(await describer.describe(walk, self.shelf))
        await self._finish(walk, is_unsettled=changes.is_unsettled)

    def _films_in(self, walk: Walk) -> list[FoundFile]:
        return [file for file in walk.files if self.read_path(file.path) is not None]

    async def _remember(self) -> list[Known]:
        async with self.run.reading() as work:
            rows = await Files(work).in_folder(self.folder_id)
        for row in rows:
            understood = self.read_path(row.path) if row.root_id else None
            if row.root_id and understood is not None and not isinstance(understood, Unclear):
                self.shelf.note_owner(row.path, understood, row.root_id)
        return [known_of(row) for row in rows]

    async def _read(self, files: Sequence[FoundFile]) -> Mapping[str, str]:
        """Tell files from all others by their content, a few at a time; some may be gone again."""
        prints: dict[str, str] = {}
        waiting = iter(files)

        async def read_on() -> None:
            for file in waiting:
                found = await asyncio.to_thread(self._fingerprint, file)
                if found is not None:
                    prints[file.path] = found

        await asyncio.gather(*(read_on() for _ in range(READERS)))
        return prints

    def _fingerprint(self, file: FoundFile) -> str | None:
        try:
            return self.roots.fingerprint(self.path / file.path)
        except (OSError, FolderRefused):
            return None

    async def _in_batches(
        self, things: Sequence[T], do: Callable[[Work, Sequence[T]], Awaitable[None]]
    ) -> None:
        waiting = iter(things)
        while batch := list(islice(waiting, FILES_AT_ONCE)):
            async with self.run.work() as work:
                await do(work, batch)
            self.done += len(batch)
            self.run.report(self.done / self.total)

    # --- what is new ------------------------------------------------------------------------------

    def _in_order(
        self, files: Sequence[tuple[Known | None, FoundFile]]
    ) -> list[tuple[Known | None, FoundFile]]:
        """Put bonus material behind what it belongs to, and editions behind their film."""

        def place(one: tuple[Known | None, FoundFile]) -> tuple[int, str]:
            understood = self.read_path(one[1].path)
            if isinstance(understood, Extra):
                return 2, one[1].path
            is_edition = isinstance(understood, Film) and bool(understood.words.edition)
            return int(is_edition), one[1].path

        return sorted(files, key=place)

    async def _take(self, work: Work, batch: Sequence[tuple[Known | None, FoundFile]]) -> None:
        known = await Files(work).lock_all([was.id for was, _ in batch if was is not None])
        prints = [self.fingerprints.get(file.path, "") for _, file in batch]
        elsewhere = dict(await Files(work).lost_elsewhere(self.folder_id, prints))
        for was, file in batch:
            fingerprint = self.fingerprints.get(file.path)
            if fingerprint is None:
                continue
            row = known.get(was.id) if was else elsewhere.pop(fingerprint, None)
            row = row or self._new_row()
            self._refresh(row, file)
            if row.title_id is None:
                with noting_refusal(row):
                    await understand(work, self.shelf, row, self.read_path(row.path))
            # Not before it is understood: each question would write what is known by then.
            Files(work).add(row)
        await work.session.flush()

    def _new_row(self) -> FileRow:
        return FileRow(id=new_id(), state=FileState.GROWING.value, is_changed=False)

    def _refresh(self, row: FileRow, file: FoundFile) -> None:
        row.folder_id, row.path = self.folder_id, file.path
        row.size_bytes, row.modified_ns = file.size_bytes, file.modified_ns
        row.fingerprint = self.fingerprints.get(file.path)
        row.looked_at, row.missing_since = self.now, None

    # --- what is known ----------------------------------------------------------------------------

    async def _move(self, work: Work, batch: Sequence[tuple[str, Known]]) -> None:
        rows = await Files(work).lock_all([was.id for _, was in batch])
        for path, was in batch:
            row = rows[was.id]
            row.path, row.looked_at, row.missing_since = path, self.now, None
            understood = self.read_path(path)
            if row.title_id is None:
                with noting_refusal(row):
                    await understand(work, self.shelf, row, understood)
            elif isinstance(understood, Film) and row.title_id == row.root_id:
                title_id = await find_kept(work, row)
                if title_id is not None:
                    await catalog.fill_title(work, title_id, film_patch(understood))

    async def _note(self, changes: Changes) -> None:
        await self._in_batches(changes.growing, self._note_growing)
        await self._in_batches(changes.still_growing, self._note_still_growing)
        await self._in_batches(changes.changed, self._note_changed)
        await self._in_batches(changes.back, self._note_back)
        await self._in_batches(changes.gone, self._note_gone)

    async def _note_growing(self, work: Work, batch: Sequence[FoundFile]) -> None:
        for file in batch:
            row = self._new_row()
            self._refresh(row, file)
            Files(work).add(row)

    async def _note_still_growing(
        self, work: Work, batch: Sequence[tuple[Known, FoundFile]]
    ) -> None:
        rows = await Files(work).lock_all([was.id for was, _ in batch])
        for was, file in batch:
            if (was.size_bytes, was.modified_ns) != (file.size_bytes, file.modified_ns):
                self._refresh(rows[was.id], file)

    async def _note_changed(self, work: Work, batch: Sequence[tuple[Known, FoundFile]]) -> None:
        rows = await Files(work).lock_all([was.id for was, _ in batch])
        for was, file in batch:
            row = rows[was.id]
            is_other = self.fingerprints.get(file.path) != was.fingerprint
            self._refresh(row, file)
            if is_other and row.state in (FileState.TAKEN, FileState.READY):
                row.is_changed = True
            elif is_other and row.state == FileState.REFUSED:
                with noting_refusal(row):
                    await retake(work, self.shelf, row, self.kind)

    async def _note_back(self, work: Work, batch: Sequence[Known]) -> None:
        for row in (await Files(work).lock_all([was.id for was in batch])).values():
            row.missing_since = None

    async def _note_gone(self, work: Work, batch: Sequence[Known]) -> None:
        for row in (await Files(work).lock_all([was.id for was in batch])).values():
            row.missing_since = self.now

    async def _finish(self, walk: Walk, *, is_unsettled: bool) -> None:
        async with self.run.work() as work:
            row = await Folders(work).get(self.folder_id)
            row.scanned_at, row.problem = self.now, None
            row.skipped = dict(sorted(walk.skipped.items())[:FILES_AT_ONCE])
            if is_unsettled:
                self._look_again(work)
            order_feeding(work)

    def _look_again(self, work: Work) -> None:
        at = self.now + LOOKS_AGAIN_AFTER
        # The scan that is running may be such a second look itself, so that each has a turn.
        turn = at.timestamp() // LOOKS_AGAIN_AFTER.total_seconds()
        key = f"intake:settle:{self.folder_id}:{turn:.0f}"
        job = ScanFolder(self.folder_id)
        work.enqueue(job, run_at=at, subject_id=self.folder_id, dedupe_key=key)


@contextmanager
def noting_refusal(row: FileRow) -> Generator[None]:
    """Write down at a file why the catalogue refuses its title, so that others are still taken."""
    try:
        yield
    except (Invalid, NotFound, Conflict) as refused:
        row.state, row.reason = FileState.REFUSED.value, None
        row.problem = msgspec.to_builtins(ProblemView(refused.code, refused.detail))


async def understand(
    work: Work, shelf: Shelf, row: FileRow, understood: Understood | Unclear | None
) -> None:
    """Make the title of a file, or write down why that is not clear."""
    placed = understood
    if understood is not None and not isinstance(understood, Unclear):
        placed = await shelve(work, shelf, row.path, understood)
    if isinstance(placed, Placed):
        put_at(row, placed)
    elif isinstance(placed, Unclear):
        row.state, row.reason, row.problem = FileState.UNCLEAR.value, placed.value, None


def put_at(row: FileRow, placed: Placed) -> None:
    """Let a file be a title's, and wait for its turn."""
    row.title_id, row.parent_id, row.root_id = placed.title_id, placed.parent_id, placed.root_id
    row.state, row.reason, row.problem, row.is_changed = FileState.WAITING.value, None, None, False


async def retake(work: Work, shelf: Shelf, row: FileRow, kind: FolderKind) -> None:
    """Let a file be taken in once more, as the title that it is if that is still there."""
    if await find_kept(work, row) is not None:
        row.state, row.problem, row.is_changed = FileState.WAITING.value, None, False
    else:
        await understand(work, shelf, row, read_path(row.path, kind))
