"""A title at the door of playing, as one question gives it: what decides over it and is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import Uuid, bindparam, exists, select

from streamverse.domains.catalog.contracts import MarkerKind, MarkerLine, WindowLine
from streamverse.domains.catalog.models import MarkerRow, TitleRow, WindowRow
from streamverse.kit.questions import Question

if TYPE_CHECKING:
    from streamverse.domains.catalog.contracts import TitleId
    from streamverse.kit.work import Work


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """The columns of a title that decide and are shown, in the order of ``_JUDGED``."""

    id: UUID
    asset_id: UUID | None
    kind: str
    root_id: UUID
    name: str
    year: int | None
    credit: str
    state: str
    published_at: datetime | None
    duration_ms: int | None
    created_at: datetime
    effective_age: int | None
    shown_from: datetime | None
    deleted_at: datetime | None
    has_plans: bool
    has_windows: bool
    has_markers: bool


_JUDGED = Question(
    select(
        TitleRow.id,
        TitleRow.asset_id,
        TitleRow.kind,
        TitleRow.root_id,
        TitleRow.name,
        TitleRow.year,
        TitleRow.credit,
        TitleRow.state,
        TitleRow.published_at,
        TitleRow.duration_ms,
        TitleRow.created_at,
        TitleRow.effective_age,
        TitleRow.shown_from,
        TitleRow.deleted_at,
        TitleRow.has_plans,
        exists().where(WindowRow.title_id == TitleRow.root_id),
        exists().where(MarkerRow.title_id == TitleRow.id),
    ).where(TitleRow.id == bindparam("title_id", type_=Uuid()))
)
_WINDOWS = Question(
    select(WindowRow.region, WindowRow.starts_at, WindowRow.ends_at, WindowRow.is_barring)
    .where(WindowRow.title_id == bindparam("title_id", type_=Uuid()))
    .order_by(WindowRow.id)
)
_MARKERS = Question(
    select(MarkerRow.kind, MarkerRow.start_ms, MarkerRow.end_ms, MarkerRow.label)
    .where(MarkerRow.title_id == bindparam("title_id", type_=Uuid()))
    .order_by(MarkerRow.start_ms, MarkerRow.id)
)


class Judging:
    """What there is to know of one title."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def find(self, title_id: TitleId) -> JudgedRow | None:
        """Find a title."""
        row = await _JUDGED.ask_one(self._work.session, title_id=title_id)
        return JudgedRow(*row) if row is not None else None

    async def windows(self, row: JudgedRow) -> Sequence[WindowLine]:
        """Give where and when a title may be watched."""
        if not row.has_windows:
            return []
        found = await _WINDOWS.ask(self._work.session, title_id=row.root_id)
        return [WindowLine(*line) for line in found]

    async def markers(self, title_id: TitleId) -> Sequence[MarkerLine]:
        """Give the named stretches of a title, from the first on."""
        found = await _MARKERS.ask(self._work.session, title_id=title_id)
        return [
            MarkerLine(MarkerKind(kind), start_ms, end_ms, label)
            for kind, start_ms, end_ms, label in found
        ]
