"""The SQL of televisions that wait to be logged in."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update

from streamverse.domains.identity.models import TvLogInRow
from streamverse.kit.work import Work


class TvLogIns:
    """The televisions that show a code."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def add(self, row: TvLogInRow) -> None:
        """Add a television."""
        self._work.session.add(row)
        await self._work.session.flush()

    async def find(self, device_code_hash: str) -> TvLogInRow | None:
        """Find a television by its own secret."""
        return await self._work.session.scalar(
            select(TvLogInRow).where(TvLogInRow.device_code_hash == device_code_hash)
        )

    async def find_shown(self, user_code: str) -> TvLogInRow | None:
        """Find the television that shows a code, expired or not."""
        return await self._work.session.scalar(
            select(TvLogInRow).where(TvLogInRow.user_code == user_code)
        )

    async def lock(self, device_code_hash: str) -> TvLogInRow | None:
        """Find a television by its own secret, for change, as it is now."""
        return await self._work.session.scalar(
            select(TvLogInRow)
            .where(TvLogInRow.device_code_hash == device_code_hash)
            .with_for_update()
            .execution_options(populate_existing=True)
        )

    async def move(self, log_in_id: UUID, before: str, after: str, **changes: Any) -> bool:  # noqa: ANN401
        """Let a log-in go from one state to another, unless somebody was first."""
        moved = await self._work.session.scalar(
            update(TvLogInRow)
            .where(TvLogInRow.id == log_in_id, TvLogInRow.state == before)
            .values(state=after, **changes)
            .returning(TvLogInRow.id)
        )
        return moved is not None

    async def remove_expired(self) -> None:
        """Remove the televisions whose code has expired."""
        await self._work.session.execute(
            delete(TvLogInRow).where(TvLogInRow.expires_at <= self._work.now)
        )
