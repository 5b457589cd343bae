"""A library on the disk of the test, and what looks through it."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from streamverse.app import registry
from streamverse.app.resources import Resources
from streamverse.kit.jobs import DEFAULT_LANE
from streamverse.kit.worker import Worker
from tests.conftest import Clients
from tests.factories.pipeline import Json


class Library:
    """A folder of films."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def add(self, path: str, content: bytes | None = None) -> Path:
        """Put a file into it, of a content that no other file has."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(path.encode() if content is None else content)
        return file


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """Make an empty folder."""
    root = tmp_path / "library"
    root.mkdir()
    return Library(root)


@pytest.fixture
def resources(resources: Resources, library: Library) -> Resources:
    """Let the folder of the test be used."""
    settings = replace(resources.settings, library_roots=(str(library.root),))
    return replace(resources, settings=settings)


@pytest.fixture
def look(resources: Resources) -> Callable[[], Awaitable[None]]:
    """Do what is due but for the media: scans, titles, events."""
    handlers = registry.handlers_by_name(resources)
    worker = Worker(resources.workshop, handlers, name="scans", lanes={DEFAULT_LANE: 1})
    return worker.run_until_idle


@pytest.fixture
def scan(clients: Clients, library: Library, look: Callable[[], Awaitable[None]]) -> Scan:
    """Add the folder if it is not there, look through it, and show it."""

    async def scan_it(kind: str = "mixed") -> Json:
        items = (await clients.owner.get("/admin/folders")).json()["items"]
        if items:
            answer = await clients.owner.post(f"/admin/folders/{items[0]['id']}/scan")
            assert answer.status_code == 202, answer.text
        else:
            said = {"path": str(library.root), "kind": kind}
            answer = await clients.owner.post("/admin/folders", json=said)
            assert answer.status_code == 201, answer.text
        await look()
        [shown] = (await clients.owner.get("/admin/folders")).json()["items"]
        return shown

    return scan_it


Scan = Callable[..., Awaitable[Json]]


def touch(file: Path, seconds: float) -> None:
    """Say that a file was written at a moment."""
    os.utime(file, (seconds, seconds))
