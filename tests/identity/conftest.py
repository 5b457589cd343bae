"""The browsers of identity's tests."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.factories.accounts import People
from tests.factories.factors import HEADERS, OWNER, VIEWER, Person

if TYPE_CHECKING:
    from tests.conftest import Visit as OpenClient


@pytest.fixture
async def browser(visit: OpenClient, people: People) -> AsyncGenerator[httpx.AsyncClient]:
    """Log the viewer in on a browser."""
    assert people
    async with visit(headers=HEADERS) as client:
        assert (await client.post("/auth/login", json=VIEWER)).status_code == 200
        yield client


@pytest.fixture
async def elsewhere(visit: OpenClient) -> AsyncGenerator[httpx.AsyncClient]:
    """Open a browser that nobody is logged in on."""
    async with visit(headers=HEADERS) as client:
        yield client


@pytest.fixture
def viewer(browser: httpx.AsyncClient) -> Person:
    """Give the viewer, logged in by the password, a device for passkeys."""
    return Person(browser)


@pytest.fixture
def away(elsewhere: httpx.AsyncClient, viewer: Person) -> Person:
    """Let the viewer come from another browser, with the same device at hand."""
    return Person(elsewhere, viewer.device)


@pytest.fixture
async def owner(visit: OpenClient, people: People) -> AsyncGenerator[Person]:
    """Log the owner in, who has a device of their own."""
    assert people
    async with visit(headers=HEADERS) as client:
        assert (await client.post("/auth/login", json=OWNER)).status_code == 200
        yield Person(client)
