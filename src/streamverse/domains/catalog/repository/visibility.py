"""``rules.visibility`` in SQL: the condition that every list of titles carries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import cast

from sqlalchemy import (
    ColumnElement,
    Integer,
    String,
    and_,
    bindparam,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from streamverse.domains.catalog.contracts import Viewer
from streamverse.domains.catalog.models import TitleRow, WindowRow
from streamverse.domains.catalog.rules.visibility import ADULT_AGE
from streamverse.kit.db import UtcDateTime

# A moment, or a column that has one.
Moment = datetime | ColumnElement[datetime]
Age = int | ColumnElement[int]
Region = str | ColumnElement[str]


@dataclass(frozen=True, slots=True)
class Sight:
    """What of a viewer shapes the condition; the rest are its values."""

    is_limited: bool
    has_region: bool
    sees_unpublished: bool


def is_visible(viewer: Viewer, now: datetime) -> ColumnElement[bool]:
    """Say which titles somebody may know of now."""
    return _is_visible(sight_of(viewer), viewer.oldest_age, viewer.region or "", now)


@cache
def is_in_sight(sight: Sight) -> ColumnElement[bool]:
    """Say the same for statements that are written once: ``sight_values`` go along with them."""
    oldest_age: ColumnElement[int] = bindparam("sight_age", type_=Integer())
    region: ColumnElement[str] = bindparam("sight_region", type_=String())
    return _is_visible(sight, oldest_age, region, bindparam("sight_at", type_=UtcDateTime()))


def sight_of(viewer: Viewer) -> Sight:
    """Tell what of a viewer shapes the condition."""
    is_limited, has_region = viewer.oldest_age < ADULT_AGE, viewer.region is not None
    return Sight(is_limited, has_region, viewer.sees_unpublished)


def sight_values(viewer: Viewer, now: datetime) -> Mapping[str, object]:
    """Give the values of the condition."""
    return {
        "sight_age": viewer.oldest_age,
        "sight_region": viewer.region or "",
        "sight_at": now,
    }


def _is_visible(sight: Sight, oldest_age: Age, region: Region, now: Moment) -> ColumnElement[bool]:
    conditions = _suits(oldest_age, is_limited=sight.is_limited)
    if not sight.sees_unpublished:
        here = region if sight.has_region else None
        conditions += [
            TitleRow.shown_from <= now,
            or_(TitleRow.has_windows.is_(False), _is_available(here, now)),
        ]
    return and_(*conditions)


def is_upcoming(viewer: Viewer, now: datetime) -> ColumnElement[bool]:
    """Say which titles somebody may know of that are shown later: by the rules of that moment."""
    opens_at = cast("ColumnElement[datetime]", TitleRow.shown_from)
    return and_(
        *_suits(viewer.oldest_age, is_limited=viewer.oldest_age < ADULT_AGE),
        opens_at > now,
        or_(TitleRow.has_windows.is_(False), _is_available(viewer.region, opens_at)),
    )


def _suits(oldest_age: Age, *, is_limited: bool) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [TitleRow.deleted_at.is_(None)]
    if is_limited:
        conditions.append(func.coalesce(TitleRow.effective_age, ADULT_AGE) <= oldest_age)
    return conditions


def _is_available(region: Region | None, now: Moment) -> ColumnElement[bool]:
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


def _is_open(window: type[WindowRow], region: Region | None, now: Moment) -> ColumnElement[bool]:
    is_here = window.region.is_(None)
    if region is not None:
        is_here = or_(is_here, window.region == region)
    return and_(
        is_here,
        or_(window.starts_at.is_(None), window.starts_at <= now),
        or_(window.ends_at.is_(None), window.ends_at > now),
    )
