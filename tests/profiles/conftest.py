"""What the tests of profiles take place in: a family before its screen, and a studio."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from streamverse.domains.profiles.service.pictures import PictureStudio
from streamverse.kit.storage import ObjectStore, open_store
from streamverse.kit.work import Workshop
from streamverse.mediakit.ffmpeg import find_tools
from tests.factories.accounts import People
from tests.factories.families import Home, make_home


@pytest.fixture
async def home(workshop: Workshop, people: People) -> Home:
    """Let the viewer's family move in."""
    return await make_home(workshop, people.viewer)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncGenerator[ObjectStore]:
    """Keep pictures in a folder of the test."""
    opened = open_store((tmp_path / "pictures").as_uri())
    yield opened
    await opened.aclose()


@pytest.fixture
def studio(store: ObjectStore, tmp_path: Path) -> PictureStudio:
    """Develop pictures with the real tools."""
    return PictureStudio(store, find_tools(), tmp_path / "scratch")
