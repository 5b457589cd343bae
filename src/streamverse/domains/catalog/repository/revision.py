"""How long an answer about titles holds: until something changes, or a moment comes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from streamverse.domains.catalog.models import CollectionRow, RevisionRow, TitleRow, WindowRow
from streamverse.kit.questions import Question
from streamverse.kit.work import Work

_VERSION = Question(select(RevisionRow.version))
_COMING = (
    TitleRow.shown_from,
    WindowRow.starts_at,
    WindowRow.ends_at,
    CollectionRow.published_at,
)


class Revisions:
    """The changes of the catalog."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def current(self) -> int:
        """Tell how often what lists are made of has changed."""
        row = await _VERSION.ask_one(self._work.session)
        return row[0] if row is not None else 0

    async def good_until(self, latest: datetime) -> datetime:
        """Tell when the next title or collection opens or closes, or ``latest`` if that is sooner.

        Until then what was worked out now holds, as long as nobody changes anything.
        """
        found = [latest]
        for moment in _COMING:
            query = select(func.min(moment)).where(moment > self._work.now)
            soonest = await self._work.session.scalar(query)
            if soonest is not None:
                found.append(soonest)
        return min(found)
