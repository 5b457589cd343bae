"""All SQL of profiles."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Uuid, bindparam, delete, select, update

from streamverse.domains.identity.contracts import AccountId
from streamverse.domains.profiles.contracts import ProfileId
from streamverse.domains.profiles.models import CurrentRow, ProfileRow
from streamverse.kit.db import JsonObject, insert_into
from streamverse.kit.questions import Question
from streamverse.kit.work import Work


class Profiles:
    """The profiles of the tenant's accounts."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def add(self, row: ProfileRow) -> None:
        """Add a profile."""
        self._work.session.add(row)

    async def add_unless_there(self, row: ProfileRow) -> bool:
        """Add a profile unless one has its id, and tell whether it was added."""
        values = {
            column.key: getattr(row, column.key)
            for column in ProfileRow.__mapper__.column_attrs
            if column.key != "tenant_id"
        }
        added = await self._work.session.execute(
            insert_into(self._work.session, ProfileRow)
            .on_conflict_do_nothing()
            .returning(ProfileRow.id),
            [values],
        )
        return added.first() is not None

    async def exists(self, profile_id: ProfileId) -> bool:
        """Tell whether any family has such a profile."""
        found = select(ProfileRow.id).where(ProfileRow.id == profile_id)
        return await self._work.session.scalar(found) is not None

    async def of_ids(self, profile_ids: Collection[ProfileId]) -> Sequence[ProfileRow]:
        """List some profiles, of whichever families."""
        query = select(ProfileRow).where(ProfileRow.id.in_(profile_ids))
        return (await self._work.session.scalars(query)).all()

    async def of_account(self, account_id: AccountId) -> Sequence[ProfileRow]:
        """List an account's profiles, oldest first, as they are now."""
        found = await self._work.session.scalars(
            select(ProfileRow)
            .where(ProfileRow.account_id == account_id)
            .order_by(ProfileRow.created_at, ProfileRow.id)
            .execution_options(populate_existing=True)
        )
        return found.all()

    async def pictures_of(
        self, account_ids: Collection[AccountId]
    ) -> Sequence[tuple[AccountId, str]]:
        """List the pictures that profiles of some accounts show."""
        found = await self._work.session.execute(
            select(ProfileRow.account_id, ProfileRow.picture_digest).where(
                ProfileRow.account_id.in_(account_ids), ProfileRow.picture_digest.is_not(None)
            )
        )
        return [(AccountId(account_id), digest or "") for account_id, digest in found]

    async def lock_account(self, account_id: AccountId) -> Sequence[ProfileRow]:
        """List an account's profiles for change; one Work at a time gets them."""
        await self._work.session.execute(
            select(ProfileRow.id)
            .where(ProfileRow.account_id == account_id)
            .order_by(ProfileRow.id)
            .with_for_update()
        )
        # Who waited here for another Work does not see the rows that it added until asking again.
        return await self.of_account(account_id)

    async def lock(self, account_id: AccountId, profile_id: ProfileId) -> ProfileRow | None:
        """Find a profile of an account for change."""
        return await self._work.session.scalar(
            select(ProfileRow)
            .where(ProfileRow.id == profile_id, ProfileRow.account_id == account_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )

    async def forget_failures(self, profile_id: ProfileId, pin_hash: str) -> None:
        """Forget the wrong PINs, unless the PIN has changed meanwhile."""
        await self._work.session.execute(
            update(ProfileRow)
            .where(ProfileRow.id == profile_id, ProfileRow.pin_hash == pin_hash)
            .values(pin_failures=0, pin_paused_until=None)
        )

    async def remove(self, row: ProfileRow) -> None:
        """Remove a profile; sessions that had chosen it have none then."""
        await self._work.session.delete(row)
        await self._work.session.flush()

    async def remove_account(self, account_id: AccountId) -> None:
        """Remove all profiles of an account."""
        await self._work.session.execute(
            delete(ProfileRow).where(ProfileRow.account_id == account_id)
        )


@dataclass(frozen=True, slots=True)
class ChosenRow:
    """The columns of a profile that decide who watches, in the order of ``_CHOSEN``."""

    id: UUID
    account_id: UUID
    name: str
    preset: int
    picture_digest: str | None
    is_kids: bool
    maturity_limit: int
    pin_above_age: int | None
    language: str
    preferences: JsonObject
    pin_hash: str | None


# Most requests ask it.
_CHOSEN = Question(
    select(
        ProfileRow.id,
        ProfileRow.account_id,
        ProfileRow.name,
        ProfileRow.preset,
        ProfileRow.picture_digest,
        ProfileRow.is_kids,
        ProfileRow.maturity_limit,
        ProfileRow.pin_above_age,
        ProfileRow.language,
        ProfileRow.preferences,
        ProfileRow.pin_hash,
    )
    .join(CurrentRow, CurrentRow.profile_id == ProfileRow.id)
    .where(
        CurrentRow.session_id == bindparam("session_id", type_=Uuid()),
        ProfileRow.account_id == bindparam("account_id", type_=Uuid()),
    )
)


class Choices:
    """The profiles that sessions have chosen."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def find(self, session_id: UUID) -> CurrentRow | None:
        """Find what a session has chosen, as it is now."""
        return await self._work.session.scalar(
            select(CurrentRow)
            .where(CurrentRow.session_id == session_id)
            .execution_options(populate_existing=True)
        )

    async def find_profile(self, session_id: UUID, account_id: AccountId) -> ChosenRow | None:
        """Find the profile that a session of an account has chosen."""
        row = await _CHOSEN.ask_one(
            self._work.session, session_id=session_id, account_id=account_id
        )
        return ChosenRow(*row) if row is not None else None

    async def choose(self, session_id: UUID, profile_id: ProfileId) -> CurrentRow:
        """Write down what a session has chosen; the account's profiles are locked by then."""
        row = await self.find(session_id)
        if row is None:
            row = CurrentRow(session_id=session_id)
            self._work.session.add(row)
        row.profile_id, row.chosen_at, row.pin_shown_at = profile_id, self._work.now, None
        return row
