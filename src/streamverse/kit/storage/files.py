"""Blocking file work that survives a crash: drafts that become files whole, and files that grow."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from streamverse.kit.storage.objects import AppendGap

T = TypeVar("T")

_FILE_MODE = 0o644
_ATTEMPTS = 10
_CLOSED = -1


class Draft:
    """A file in the making: hidden and locked while its writer lives, then published whole.

    The lock tells ``sweep`` that the writer lives; the kernel drops it with the process.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / secrets.token_hex(12)
        self._descriptor: int | None = None
        self.size_bytes = 0

    def write(self, block: bytes) -> None:
        """Write at the end."""
        _write_all(self._open(), block)
        self.size_bytes += len(block)

    def publish(self, target: Path, *, is_create_only: bool) -> bool:
        """Make the file durable and give it its name; tell whether it is the target now."""
        os.fsync(self._open())
        name = self._name_new if is_create_only else self._name
        was_created = _in_folder(target.parent, lambda: name(target))
        sync_folder(target.parent)
        return was_created

    def discard(self) -> None:
        """Remove the file; after publishing, only let go of it."""
        if self._descriptor is not None:
            with suppress(FileNotFoundError):
                self._path.unlink()
            os.close(self._descriptor)
            self._descriptor = None

    def _name(self, target: Path) -> bool:
        self._path.replace(target)
        return True

    def _name_new(self, target: Path) -> bool:
        try:
            # A link fails if the name is taken; a rename would replace the other file.
            os.link(self._path, target)
        except FileExistsError:
            return False
        return True

    def _open(self) -> int:
        while self._descriptor is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
            descriptor = os.open(self._path, flags, _FILE_MODE)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if os.fstat(descriptor).st_nlink > 0:
                self._descriptor = descriptor
            else:  # A sweep came between making the file and locking it.
                os.close(descriptor)
        return self._descriptor


class GrowingFile:
    """A file that is continued at an offset."""

    def __init__(self, path: Path, at_offset: int) -> None:
        self._path = path
        self._at_offset = at_offset
        self._descriptor = _CLOSED
        self.size_bytes = at_offset

    def open(self) -> None:
        """Open the file, made if need be, and drop what lies beyond the offset."""
        present_bytes = file_size(self._path) or 0
        if present_bytes < self._at_offset:
            raise AppendGap(self._at_offset, present_bytes)
        flags = os.O_WRONLY | os.O_CREAT
        self._descriptor = _in_folder(
            self._path.parent, lambda: os.open(self._path, flags, _FILE_MODE)
        )
        os.ftruncate(self._descriptor, self._at_offset)
        os.lseek(self._descriptor, 0, os.SEEK_END)
        sync_folder(self._path.parent)

    def write(self, block: bytes) -> None:
        """Write at the end."""
        _write_all(self._descriptor, block)
        self.size_bytes += len(block)

    def take_back(self) -> None:
        """Drop all that was written since the file was opened."""
        os.ftruncate(self._descriptor, self._at_offset)

    def close(self) -> None:
        """Make the bytes durable and let go of the file."""
        if self._descriptor != _CLOSED:
            descriptor, self._descriptor = self._descriptor, _CLOSED
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


def file_size(path: Path) -> int | None:
    """Tell the size of a file; None for a folder or nothing."""
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found.st_size if stat.S_ISREG(found.st_mode) else None


def make_folder(folder: Path) -> None:
    """Make a folder and those above it so that they survive a crash."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    with suppress(FileExistsError):
        folder.mkdir()
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def move(source: Path, target: Path) -> None:
    """Rename a file durably, replacing another."""
    _in_folder(target.parent, lambda: source.replace(target))
    sync_folder(target.parent)
    sync_folder(source.parent)


def remove_file(path: Path, root: Path) -> None:
    """Remove a file if it is there, and the folders up to the root that this leaves empty."""
    with suppress(FileNotFoundError, NotADirectoryError, IsADirectoryError):
        path.unlink()
    remove_empty_folders(path.parent, root)


def remove_empty_folders(folder: Path, root: Path) -> None:
    """Remove a folder and those above it, up to the root, as long as they are empty."""
    with suppress(OSError):
        while folder != root:
            folder.rmdir()
            folder = folder.parent


def remove_tree(folder: Path, bin_folder: Path, root: Path) -> None:
    """Remove a folder in one step: first out of sight, then from the disk."""
    if not folder.is_dir():
        return
    bin_folder.mkdir(parents=True, exist_ok=True)
    doomed = bin_folder / secrets.token_hex(12)
    with suppress(FileNotFoundError):
        folder.rename(doomed)
    _remove_doomed(doomed)
    remove_empty_folders(folder.parent, root)


def walk(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """Give each file below a folder with its facts; hidden names are left out."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except (FileNotFoundError, NotADirectoryError):
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            yield from walk(Path(entry.path))
        else:
            with suppress(FileNotFoundError):
                yield Path(entry.path), entry.stat()


def sweep(folder: Path) -> int:
    """Remove the drafts of dead writers and the remains of removed folders; tell how many."""
    if not folder.is_dir():
        return 0
    return sum(_sweep_one(path) for path in folder.iterdir())


def _sweep_one(path: Path) -> bool:
    if path.is_dir():
        _remove_doomed(path)
        return True
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.unlink(missing_ok=True)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True


def _remove_doomed(folder: Path) -> None:
    # A sweep by another process may remove the same files.
    with suppress(FileNotFoundError):
        shutil.rmtree(folder)


def _in_folder(folder: Path, act: Callable[[], T]) -> T:
    for _ in range(_ATTEMPTS):
        # Another thread may remove the folder while it is still empty: then make it again.
        with suppress(FileNotFoundError):
            make_folder(folder)
            return act()
    return act()


def _write_all(descriptor: int, block: bytes) -> None:
    rest = memoryview(block)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
