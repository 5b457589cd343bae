"""Folders of this machine that others fill: looked through and read, and nothing outside of them.

Only what really lies beneath one of the roots of the settings is read, wherever links lead.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from streamverse.kit.errors import FieldProblem, Invalid, Unavailable

PATH_LIMIT_BYTES = 1000
MAX_DEPTH = 32
MAX_FILES = 500_000
EDGE_BYTES = 1 << 16


class FolderRefused(Invalid):
    """This program does not look into that folder."""

    code = "kit.folder_refused"
    title = "This folder cannot be used"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, fields=(FieldProblem("path", sentence),))


class FolderUnreadable(Unavailable):
    """A folder that was there cannot be read now."""

    code = "kit.folder_unreadable"
    title = "The folder cannot be read"

    def __init__(self, path: str) -> None:
        super().__init__(
            f"{path} cannot be read: check that the disk is connected and that the program may "
            "read it.",
            path=path,
        )


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file in a folder: its path from there, its size, when it was last written."""

    path: str
    size_bytes: int
    modified_ns: int


@dataclass(slots=True)
class Walk:
    """What was found in a folder, and what could not be looked at, each with a word why."""

    files: list[FoundFile] = field(default_factory=list[FoundFile])
    skipped: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Roots:
    """Where folders may lie."""

    paths: tuple[Path, ...] = ()

    @classmethod
    def of(cls, paths: Iterable[str]) -> Roots:
        """Read the roots of the settings."""
        return cls(tuple(Path(os.path.realpath(path)) for path in paths))

    def admit(self, path: str) -> Path:
        """Give the folder that a path leads to, or raise FolderRefused."""
        if not self.paths:
            raise FolderRefused(
                "No folder may be used yet: name the places where they lie in the setting "
                "library_roots, and start the program again."
            )
        real = _real(path)
        if real is None or not self.holds(real):
            shown = ", ".join(map(str, self.paths))
            raise FolderRefused(f"A folder must lie in {shown}.")
        if not real.is_dir():
            raise FolderRefused("There is no such folder: check the name.")
        return real

    def holds(self, real: Path) -> bool:
        """Tell whether a path, all links of which are followed, lies beneath a root."""
        return any(real == root or root in real.parents for root in self.paths)

    def list_folders(self, path: str) -> list[str]:
        """List the folders right beneath one, by name; without one, the roots."""
        if not path:
            return sorted(map(str, self.paths))
        folder = self.admit(path)
        try:
            with os.scandir(folder) as entries:
                names = [each.name for each in entries if _is_shown_folder(each)]
        except OSError as failure:
            raise FolderUnreadable(str(folder)) from failure
        return sorted(str(folder / name) for name in names)

    def walk(self, folder: Path) -> Walk:
        """Look through a folder and all beneath it; a loop of links is walked once."""
        found = Walk()
        if not os.access(folder, os.R_OK | os.X_OK) or not folder.is_dir():
            raise FolderUnreadable(str(folder))
        seen: set[tuple[int, int]] = set()
        waiting: list[tuple[Path, str, int]] = [(folder, "", 0)]
        while waiting and len(found.files) < MAX_FILES:
            here, below, depth = waiting.pop()
            for entry, path in self._enter(here, below, seen, found):
                if not entry.is_dir():
                    _take(entry, path, found)
                elif depth < MAX_DEPTH:
                    waiting.append((here / entry.name, path, depth + 1))
                else:
                    found.skipped[path] = "too_deep"
        if waiting:
            found.skipped[""] = "too_many"
        return found

    def open(self, path: Path) -> int:
        """Open a file for reading and give its descriptor; what lies elsewhere is refused."""
        real = _real(str(path))
        if real is None or not self.holds(real):
            raise FolderRefused("This file does not lie in a folder that may be used.")
        descriptor = os.open(real, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise FolderRefused("This is no file.")
        return descriptor

    def read(self, path: Path, limit_bytes: int) -> bytes | None:
        """Read a small file; None if it cannot or may not be read, or is larger."""
        try:
            with os.fdopen(self.open(path), "rb") as file:
                content = file.read(limit_bytes + 1)
        except (OSError, FolderRefused):
            return None
        return content if len(content) <= limit_bytes else None

    def fingerprint(self, path: Path) -> str:
        """Give what tells a file from all others: its size, its beginning and its end."""
        descriptor = self.open(path)
        try:
            size_bytes = os.fstat(descriptor).st_size
            digest = hashlib.blake2b(size_bytes.to_bytes(8), digest_size=16)
            digest.update(os.pread(descriptor, EDGE_BYTES, 0))
            digest.update(os.pread(descriptor, EDGE_BYTES, max(0, size_bytes - EDGE_BYTES)))
        finally:
            os.close(descriptor)
        return digest.hexdigest()

    def _enter(
        self, here: Path, below: str, seen: set[tuple[int, int]], found: Walk
    ) -> Iterator[tuple[os.DirEntry[str], str]]:
        """Give what stands in a folder and may be read, unless it was looked at before."""
        try:
            facts = here.stat()
            if (facts.st_dev, facts.st_ino) in seen:
                return
            seen.add((facts.st_dev, facts.st_ino))
            with os.scandir(here) as entries:
                listed = sorted(entries, key=lambda entry: entry.name)
        except OSError:
            found.skipped[below] = "unreadable"
            return
        for entry in listed:
            path = f"{below}/{entry.name}" if below else entry.name
            if entry.is_symlink() and not self._leads_inside(entry, path, found):
                continue
            if (problem := _problem_of_name(path)) is not None:
                found.skipped[path.encode(errors="backslashreplace").decode()] = problem
                continue
            yield entry, path

    def _leads_inside(self, entry: os.DirEntry[str], path: str, found: Walk) -> bool:
        real = _real(entry.path, is_strict=True)
        if real is not None and self.holds(real):
            return True
        shown = path.encode(errors="backslashreplace").decode()
        found.skipped[shown] = "leads_outside" if real else "leads_nowhere"
        return False


def _real(path: str, *, is_strict: bool = False) -> Path | None:
    """Follow all links; None for loops, for names that no file can have, and, strictly, no file."""
    try:
        return Path(os.path.realpath(path, strict=is_strict))
    except (OSError, ValueError):
        return None


def _take(entry: os.DirEntry[str], path: str, found: Walk) -> None:
    try:
        facts = entry.stat()
    except OSError:
        found.skipped[path] = "unreadable"
        return
    if stat.S_ISREG(facts.st_mode):
        found.files.append(FoundFile(path, facts.st_size, facts.st_mtime_ns))


def _problem_of_name(path: str) -> str | None:
    try:
        size_bytes = len(path.encode())
    except UnicodeEncodeError:
        return "not_text"
    return "too_long" if size_bytes > PATH_LIMIT_BYTES else None


def _is_shown_folder(entry: os.DirEntry[str]) -> bool:
    return (
        not entry.name.startswith(".") and entry.is_dir() and _problem_of_name(entry.name) is None
    )
