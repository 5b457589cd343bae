"""``rules.visibility`` in SQL: the condition that every list of titles carries."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from streamverse.domains.catalog.contracts import Viewer
from streamverse.domains.catalog.models import TitleRow, WindowRow
from streamverse.domains.catalog.rules.visibility import ADULT_AGE


def is_visible(viewer: Viewer, now: datetime) -> ColumnElement[bool]:
    """Say which titles somebody may know of now."""
    conditions: list[ColumnElement[bool]] = [TitleRow.deleted_at.is_(None)]
    if viewer.oldest_age < ADULT_AGE:
        conditions.append(func.coalesce(TitleRow.effective_age, ADULT_AGE) <= viewer.oldest_age)
    if not viewer.sees_unpublished:
        conditions += [
            TitleRow.shown_from <= now,
            or_(TitleRow.has_windows.is_(False), _is_available(viewer.region, now)),
        ]
    return and_(*conditions)


def _is_available(region: str | None, now: datetime) -> ColumnElement[bool]:
    barring, any_allowing, allowing = (aliased(WindowRow) for _ in range(3))
    return and_(
        ~_exists(barring, barring.is_barring.is_(True), _is_open(barring, region, now)),
        or_(
            ~_exists(any_allowing, any_allowing.is_barring.is_(False)),
            _exists(allowing, allowing.is_barring.is_(False), _is_open(allowing, region, now)),
        ),
    )


def _exists(window: type[WindowRow], *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists(select(window.id).where(window.title_id == TitleRow.root_id, *conditions))


def _is_open(window: type[WindowRow], region: str | None, now: datetime) -> ColumnElement[bool]:
    is_here = window.region.is_(None)
    if region is not None:
        is_here = or_(is_here, window.region == region)
    return and_(
        is_here,
        or_(window.starts_at.is_(None), window.starts_at <= now),
        or_(window.ends_at.is_(None), window.ends_at > now),
    )
