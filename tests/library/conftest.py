"""What the tests of the library take place in: a family, and a player that reports."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import pytest

from streamverse.domains.catalog.contracts import TitleId
from streamverse.domains.library.contracts import ProgressReport, ViewingId
from streamverse.domains.library.service import watching
from streamverse.domains.profiles.contracts import ProfileId
from streamverse.kit.clock import FixedClock, new_id
from streamverse.kit.work import Actor, Workshop
from tests.factories.accounts import People
from tests.factories.families import Home, make_home
from tests.factories.titles import make_title

FILM_MS = 100_000


@pytest.fixture
async def home(workshop: Workshop, people: People) -> Home:
    """Let the viewer's family move in."""
    return await make_home(workshop, people.viewer)


@dataclass(slots=True)
class Player:
    """A player that reports of one sitting."""

    workshop: Workshop
    actor: Actor
    profile_id: ProfileId
    title_id: TitleId
    viewing_id: ViewingId = field(default_factory=lambda: ViewingId(new_id()))
    sequence: int = 0

    async def report(self, position_ms: int, *, sequence: int | None = None, **said: int) -> None:
        """Report a position, the next one unless a number is given."""
        if sequence is None:
            self.sequence += 1
        report = ProgressReport(
            profile_id=self.profile_id,
            title_id=self.title_id,
            viewing_id=self.viewing_id,
            sequence=self.sequence if sequence is None else sequence,
            position_ms=position_ms,
            watched_ms=said.get("watched_ms", position_ms),
            duration_ms=said.get("duration_ms", FILM_MS),
        )
        async with self.workshop.work(self.actor) as work:
            await watching.report_progress(work, report)


@dataclass(frozen=True, slots=True)
class Sofa:
    """The family before its screen, with the films that it watches."""

    home: Home
    workshop: Workshop
    clock: FixedClock
    owner: Actor

    async def film(self, name: str, **changes: object) -> TitleId:
        """Put a film into the catalogue."""
        async with self.workshop.work(self.owner) as work:
            return await make_title(work, name, **changes)

    async def watch(self, title_id: TitleId, *positions_ms: int, **who: ProfileId) -> Player:
        """Watch a film, and let a minute pass."""
        profile_id = who.get("profile_id", self.home.first)
        player = Player(self.workshop, self.home.sofa, profile_id, title_id)
        for position_ms in positions_ms:
            await player.report(position_ms)
        self.clock.advance(timedelta(minutes=1))
        return player

    async def progress(self, title_id: TitleId) -> tuple[int, bool] | None:
        """Tell how far the first profile is with a film, and whether it is watched."""
        async with self.workshop.reading(self.home.sofa) as work:
            found = await watching.find_progress(work, self.home.first, [title_id])
        return (found[0].position_ms, found[0].is_finished) if found else None

    async def continued(self) -> list[tuple[UUID, int | None]]:
        """List what the first profile may go on with, and from where."""
        async with self.workshop.reading(self.home.sofa) as work:
            listed = await watching.list_continued(work, self.home.first)
        return [(one.title_id, one.resume_at_ms) for one in listed]


@pytest.fixture
async def sofa(home: Home, workshop: Workshop, clock: FixedClock, people: People) -> Sofa:
    """Let the first of the family sit down."""
    await home.sit(home.first)
    return Sofa(home, workshop, clock, people.owner)
