"""Families for tests: an account at two screens, and those who watch with it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from streamverse.domains.identity.models import SessionRow
from streamverse.domains.profiles.contracts import ProfileDraft, ProfileId
from streamverse.domains.profiles.models import ProfileRow
from streamverse.domains.profiles.service import profiles
from streamverse.kit.work import Actor, Workshop
from tests.factories.accounts import make_session, password_hash

PIN = "2468"


@dataclass(frozen=True, slots=True)
class Home:
    """An account at two screens: one where somebody has just logged in, one where not.

    The family: the account's first profile, a locked adult, a teenager up to 12, a child up to 12
    and a small child up to 6.
    """

    workshop: Workshop
    sofa: Actor
    door: Actor
    first: ProfileId
    parent: ProfileId
    teen: ProfileId
    child: ProfileId
    small: ProfileId

    async def sit(self, profile_id: ProfileId) -> None:
        """Let the sofa's screen go on as a profile, whatever it takes."""
        shown = {profile_id}
        async with self.workshop.work(replace(self.sofa, authenticated_at=self.now)) as work:
            await profiles.switch_profile(work, profile_id, shown)

    async def row(self, profile_id: ProfileId) -> ProfileRow | None:
        """Look a profile up."""
        async with self.workshop.reading(Actor.system()) as work:
            return await work.session.scalar(select(ProfileRow).where(ProfileRow.id == profile_id))

    async def rows(self) -> list[tuple[object, ...]]:
        """Give all that is kept of every profile, to see that nothing has changed."""
        async with self.workshop.reading(Actor.system()) as work:
            found = await work.session.scalars(select(ProfileRow).order_by(ProfileRow.id))
            names = [column.key for column in ProfileRow.__mapper__.column_attrs]
            return [tuple(getattr(row, name) for name in names) for row in found]

    @property
    def now(self) -> datetime:
        """Tell the time."""
        return self.workshop.clock.now()


async def take_a_seat(workshop: Workshop, actor: Actor) -> Actor:
    """Log an account in at one more screen."""
    assert actor.account_id is not None
    async with workshop.work(actor) as work:
        make_session(work, actor.account_id)
    async with workshop.reading(actor) as work:
        newest = select(SessionRow.id).where(SessionRow.account_id == actor.account_id)
        session_id = await work.session.scalar(newest.order_by(SessionRow.id.desc()).limit(1))
    return replace(actor, session_id=session_id)


async def make_home(workshop: Workshop, account: Actor) -> Home:
    """Let a family move in."""
    seats = [await take_a_seat(workshop, account) for _ in range(2)]
    door = replace(seats[1], authenticated_at=workshop.clock.now())
    first = (await profiles.open_family(workshop, door)).rows[0]
    drafts = (
        ProfileDraft("Parent"),
        ProfileDraft("Teen", maturity_limit=12),
        ProfileDraft("Child", is_kids=True),
        ProfileDraft("Small", is_kids=True, maturity_limit=6),
    )
    made: list[UUID] = []
    for draft in drafts:
        async with workshop.work(door) as work:
            row = await profiles.add_profile(work, draft)
            made.append(row.id)
            if draft.name == "Parent":
                row.pin_hash = password_hash(PIN)
    parent, teen, child, small = map(ProfileId, made)
    return Home(workshop, seats[0], door, ProfileId(first.id), parent, teen, child, small)
