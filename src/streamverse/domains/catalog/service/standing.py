"""What follows for a title from those above it, kept in its row so that lists need not climb."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from streamverse.domains.catalog.contracts import (
    TitleChanged,
    TitleId,
    TitlePublished,
    TitleUnpublished,
    WindowLine,
)
from streamverse.domains.catalog.models import TitleRow
from streamverse.domains.catalog.repository import Aspects, Titles
from streamverse.domains.catalog.repository.judging import JudgedRow, Judging
from streamverse.domains.catalog.rules.hierarchy import Showing, beneath, own_showing
from streamverse.domains.catalog.rules.visibility import Standing, Window
from streamverse.kit.work import Work


async def settle(work: Work, row: TitleRow) -> None:
    """Work out anew what follows for a title and all beneath it, and tell what changed."""
    titles = Titles(work)
    above = await titles.find(TitleId(row.parent_id)) if row.parent_id else None
    showings: dict[UUID, Showing] = {}
    if above is not None:
        showings[above.id] = Showing(above.shown_from, above.effective_age)
    for one in await titles.lock_descent(row):
        own = own_showing(one.published_at, one.archived_at, one.minimum_age)
        showing = beneath(own, showings.get(one.parent_id) if one.parent_id else None)
        showings[one.id] = showing
        _tell(work, one, showing)
        one.shown_from, one.effective_age = showing.shown_from, showing.age


def _tell(work: Work, row: TitleRow, showing: Showing) -> None:
    title_id = TitleId(row.id)
    if (row.shown_from is None) != (showing.shown_from is None):
        is_shown = showing.shown_from is not None
        work.emit(TitlePublished(title_id) if is_shown else TitleUnpublished(title_id))
    elif (row.shown_from, row.effective_age) != (showing.shown_from, showing.age):
        work.emit(TitleChanged(title_id))


async def standing_of(work: Work, row: TitleRow | JudgedRow) -> Standing:
    """Give what decides over a title."""
    lines = await _windows_of(work, row)
    return Standing(
        shown_from=row.shown_from,
        effective_age=row.effective_age,
        is_deleted=row.deleted_at is not None,
        windows=[
            Window(line.region, line.starts_at, line.ends_at, line.is_barring) for line in lines
        ],
    )


async def _windows_of(work: Work, row: TitleRow | JudgedRow) -> Sequence[WindowLine]:
    if isinstance(row, JudgedRow):
        return await Judging(work).windows(row)
    return (await Aspects(work).windows([row.root_id])).get(row.root_id, [])
