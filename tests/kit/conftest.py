"""The library of the kit's tests, instead of the real domains."""

from __future__ import annotations

import logging

import pytest

from streamverse.kit.clock import FixedClock
from streamverse.kit.db import Database
from streamverse.kit.events import Listener
from streamverse.kit.work import Workshop
from tests.kit.library import build_library, furnish


@pytest.fixture(autouse=True)
def log_level(caplog: pytest.LogCaptureFixture) -> None:
    """Hear warnings and worse, whatever an earlier test has done to the loggers."""
    caplog.set_level(logging.WARNING)


@pytest.fixture
def listeners() -> list[Listener]:
    """Let nobody listen but whom a test names."""
    return []


@pytest.fixture
async def library(database: Database) -> Database:
    """Give the database with empty shelves tables."""
    await build_library(database)
    return database


@pytest.fixture
async def furnished(library: Database) -> Database:
    """Give the database with a shelf and a book for each of two tenants."""
    await furnish(library)
    return library


@pytest.fixture
def workshop(library: Database, clock: FixedClock, listeners: list[Listener]) -> Workshop:
    """Open Works on the library."""
    return Workshop(library, clock=clock, listeners=listeners)
