"""The library of the kit's tests, instead of the real domains."""

from __future__ import annotations

import pytest

from streamverse.kit.db import Database
from streamverse.kit.events import Listener
from tests.kit.library import build_library, furnish


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
