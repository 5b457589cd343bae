"""The workers that are alive, as they say of themselves: where they run and what they take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Integer, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from streamverse.kit.db import Base, JsonObject

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streamverse.kit.work import Work

SHOW_EVERY = timedelta(seconds=10)
MISSED_AFTER = 3 * SHOW_EVERY
FORGET_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Abilities:
    """What a worker brings: ``offers`` names the needs of jobs that it meets, and by what means."""

    host: str = ""
    offers: Mapping[str, str] = field(default_factory=dict[str, str])
    threads: int = 0


class WorkerRow(Base):
    """A worker as it was last heard of; it belongs to no tenant."""

    __tablename__ = "kit_worker"

    name: Mapped[str] = mapped_column(primary_key=True)
    host: Mapped[str]
    lanes: Mapped[JsonObject]
    offers: Mapped[JsonObject]
    threads: Mapped[int] = mapped_column(Integer)
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime] = mapped_column(index=True)

    def is_missed(self, now: datetime) -> bool:
        """Tell whether it has not been heard of for so long that it has probably died."""
        return now - self.seen_at > MISSED_AFTER


class Workers:
    """The workers that have shown themselves."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def all(self) -> Sequence[WorkerRow]:
        """List them by machine and name."""
        found = await self._work.session.scalars(
            select(WorkerRow).order_by(WorkerRow.host, WorkerRow.name)
        )
        return found.all()

    async def show(self, row: WorkerRow) -> None:
        """Note that a worker is alive, and forget those not heard of for a day."""
        await self._work.session.merge(row)
        await self._work.session.execute(
            delete(WorkerRow).where(WorkerRow.seen_at < row.seen_at - FORGET_AFTER)
        )

    async def leave(self, name: str) -> None:
        """Note that a worker has stopped."""
        await self._work.session.execute(delete(WorkerRow).where(WorkerRow.name == name))
