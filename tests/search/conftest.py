"""What the tests of search take place in: a catalogue, a family, and an index that follows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from streamverse.app.resources import Resources
from streamverse.domains.catalog.contracts import TitleId, TitleKind, TitlePatch
from streamverse.domains.catalog.service import editing, lifecycle
from streamverse.kit.work import Actor, Workshop
from tests.factories.accounts import People
from tests.factories.families import Home, make_home


@dataclass(frozen=True, slots=True)
class Shelf:
    """Puts titles into the catalogue, and lets search hear of it."""

    workshop: Workshop
    editor: Actor
    deliver: Callable[[], Awaitable[None]]
    catch_up: Callable[[], Awaitable[None]]

    async def add(self, name: str, *, is_published: bool = True, **said: Any) -> TitleId:
        """Add a title, and tell search."""
        kind = said.pop("kind", TitleKind.MOVIE)
        async with self.workshop.work(self.editor) as work:
            row = await lifecycle.create_title(work, kind, name)
            title_id = TitleId(row.id)
            patch = TitlePatch(**{"minimum_age": 0, **said})
            await editing.edit_titles(work, [title_id], patch, "made")
            if is_published:
                await lifecycle.publish_title(work, title_id)
        await self.tell()
        return title_id

    async def tell(self) -> None:
        """Let search hear of what happened."""
        await self.deliver()
        await self.catch_up()


@pytest.fixture
def shelf(
    workshop: Workshop,
    people: People,
    deliver: Callable[[], Awaitable[None]],
    resources: Resources,
) -> Shelf:
    """Give the catalogue of the test."""
    return Shelf(workshop, people.owner, deliver, resources.search_desk.catch_up)


@pytest.fixture
async def home(workshop: Workshop, people: People) -> Home:
    """Let the viewer's family move in."""
    return await make_home(workshop, people.viewer)
