"""What has happened in a folder since it was looked at last."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from streamverse.domains.intake.contracts import FileState
from streamverse.kit.folders import FoundFile

# A file that was written so lately may still be growing.
SETTLES_AFTER = timedelta(seconds=30)
LOOKS_AGAIN_AFTER = timedelta(seconds=15)
_LOOKED_BEFORE = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Known:
    """A file as it was when it was looked at last."""

    id: UUID
    path: str
    size_bytes: int
    modified_ns: int
    fingerprint: str | None
    state: FileState
    is_missing: bool
    looked_at: datetime


@dataclass(slots=True)
class Changes:
    """What has happened: each file is in one list at most."""

    new: list[FoundFile] = field(default_factory=list[FoundFile])
    growing: list[FoundFile] = field(default_factory=list[FoundFile])
    settled: list[tuple[Known, FoundFile]] = field(default_factory=list[tuple[Known, FoundFile]])
    still_growing: list[tuple[Known, FoundFile]] = field(
        default_factory=list[tuple[Known, FoundFile]]
    )
    changed: list[tuple[Known, FoundFile]] = field(default_factory=list[tuple[Known, FoundFile]])
    back: list[Known] = field(default_factory=list[Known])
    gone: list[Known] = field(default_factory=list[Known])
    is_unsettled: bool = False

    @property
    def unread(self) -> Sequence[FoundFile]:
        """What is to be told from all other files by its content."""
        return [*self.new, *(found for _, found in (*self.settled, *self.changed))]


def compare(
    known: Iterable[Known],
    found: Iterable[FoundFile],
    skipped: Collection[str],
    now: datetime,
) -> Changes:
    """Tell what has happened; what could not be looked at counts as being where it was."""
    changes = Changes()
    before = {each.path: each for each in known}
    for file in found:
        was = before.pop(file.path, None)
        _compare_one(was, file, now, changes)
    changes.gone = [
        each
        for each in before.values()
        if not each.is_missing and not _is_skipped(each.path, skipped)
    ]
    changes.is_unsettled |= bool(changes.growing or changes.still_growing)
    return changes


def _compare_one(was: Known | None, file: FoundFile, now: datetime, changes: Changes) -> None:
    is_old = abs(now.timestamp() - file.modified_ns / 1e9) >= SETTLES_AFTER.total_seconds()
    if was is None:
        (changes.new if is_old else changes.growing).append(file)
        return
    is_same = (was.size_bytes, was.modified_ns) == (file.size_bytes, file.modified_ns)
    if was.state is FileState.GROWING:
        is_settled = is_old or (is_same and now - was.looked_at >= _LOOKED_BEFORE)
        (changes.settled if is_settled else changes.still_growing).append((was, file))
    elif is_same:
        if was.is_missing:
            changes.back.append(was)
    elif is_old:
        changes.changed.append((was, file))
    else:
        changes.is_unsettled = True


def _is_skipped(path: str, skipped: Collection[str]) -> bool:
    return any(each in ("", path) or path.startswith(f"{each}/") for each in skipped)


def find_moves(
    changes: Changes, known: Iterable[Known], fingerprints: Mapping[str, str]
) -> Mapping[str, Known]:
    """Tell which new files are those that are gone, by the paths they have now.

    Of several with one content the first in the order of paths is taken, each once.
    """
    gone = {each.id for each in changes.gone}
    lost: dict[str, list[Known]] = {}
    for each in sorted(known, key=lambda one: one.path, reverse=True):
        if each.fingerprint and (each.is_missing or each.id in gone):
            lost.setdefault(each.fingerprint, []).append(each)
    moves: dict[str, Known] = {}
    for file in sorted(changes.new, key=lambda one: one.path):
        candidates = lost.get(fingerprints.get(file.path, ""), [])
        if candidates:
            moves[file.path] = candidates.pop()
    return moves
