"""Who may know of which title: the rule, and the SQL that must say the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product
from random import Random

import pytest
from sqlalchemy import select

from streamverse.domains.catalog.contracts import Viewer
from streamverse.domains.catalog.models import TitleRow, WindowRow
from streamverse.domains.catalog.repository.visibility import is_visible
from streamverse.domains.catalog.rules.visibility import (
    Standing,
    Visibility,
    Window,
    decide_visibility,
)
from streamverse.kit.clock import new_id
from streamverse.kit.work import Workshop
from tests.factories.accounts import People
from tests.factories.titles import title_columns

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
PAST, FUTURE = NOW - timedelta(days=1), NOW + timedelta(days=1)
ADULT = Viewer(18, "DE")
CHILD = Viewer(6, "DE")
STAFF = Viewer(18, "DE", sees_unpublished=True)
NOWHERE = Viewer(18)


@pytest.mark.parametrize(
    ("standing", "viewer", "verdict"),
    [
        (Standing(PAST, 0), CHILD, Visibility.VISIBLE),
        (Standing(NOW, 6), CHILD, Visibility.VISIBLE),
        (Standing(PAST, 7), CHILD, Visibility.TOO_MATURE),
        (Standing(PAST, None), CHILD, Visibility.TOO_MATURE),
        (Standing(PAST, None), ADULT, Visibility.VISIBLE),
        (Standing(PAST, 21), ADULT, Visibility.VISIBLE),
        (Standing(None, 0), ADULT, Visibility.NOT_PUBLISHED),
        (Standing(FUTURE, 0), ADULT, Visibility.NOT_PUBLISHED),
        (Standing(None, 0), STAFF, Visibility.VISIBLE),
        (Standing(PAST, 0, is_deleted=True), STAFF, Visibility.GONE),
        (Standing(None, 16), Viewer(12, sees_unpublished=True), Visibility.TOO_MATURE),
        (Standing(PAST, 0, windows=[Window("DE")]), ADULT, Visibility.VISIBLE),
        (Standing(PAST, 0, windows=[Window("FR")]), ADULT, Visibility.NOT_HERE),
        (Standing(PAST, 0, windows=[Window("DE")]), NOWHERE, Visibility.NOT_HERE),
        (Standing(PAST, 0, windows=[Window(None)]), NOWHERE, Visibility.VISIBLE),
        (Standing(PAST, 0, windows=[Window("DE", FUTURE)]), ADULT, Visibility.NOT_NOW),
        (Standing(PAST, 0, windows=[Window("DE", None, NOW)]), ADULT, Visibility.NOT_NOW),
        (Standing(PAST, 0, windows=[Window("DE", NOW)]), ADULT, Visibility.VISIBLE),
        (Standing(PAST, 0, windows=[Window("DE", FUTURE)]), STAFF, Visibility.VISIBLE),
        (
            Standing(PAST, 0, windows=[Window(None), Window("DE", is_barring=True)]),
            ADULT,
            Visibility.NOT_HERE,
        ),
        (Standing(PAST, 0, windows=[Window("FR", is_barring=True)]), ADULT, Visibility.VISIBLE),
        (
            Standing(PAST, 0, windows=[Window("DE", FUTURE, is_barring=True)]),
            ADULT,
            Visibility.VISIBLE,
        ),
    ],
)
def test_who_may_know_of_a_title(standing: Standing, viewer: Viewer, verdict: Visibility) -> None:
    assert decide_visibility(standing, viewer, NOW) is verdict


@dataclass(frozen=True, slots=True)
class Case:
    """A title in the database, and what the rule is told of it."""

    row: TitleRow
    windows: Sequence[Window]

    @property
    def standing(self) -> Standing:
        """Give what the rule is told."""
        row = self.row
        is_deleted = row.deleted_at is not None
        return Standing(row.shown_from, row.effective_age, is_deleted, self.windows)


def some_windows(random: Random) -> list[Window]:
    moments = (None, PAST, NOW, FUTURE)
    return [
        Window(
            random.choice((None, "DE", "FR")),
            random.choice(moments),
            random.choice(moments),
            random.random() < 0.4,
        )
        for _ in range(random.choice((0, 0, 1, 2, 3)))
    ]


def make_case(random: Random) -> Case:
    windows = some_windows(random)
    title_id = new_id()
    columns = title_columns(
        "A film",
        NOW,
        asset_id=title_id,
        shown_from=random.choice((None, PAST, NOW, FUTURE)),
        effective_age=random.choice((None, 0, 6, 12, 16, 18)),
        deleted_at=random.choice((None, None, None, PAST)),
        has_windows=bool(windows),
    )
    return Case(TitleRow(**columns), windows)


async def test_the_sql_says_what_the_rule_says(workshop: Workshop, people: People) -> None:
    random = Random(5)
    cases = [make_case(random) for _ in range(400)]
    async with workshop.work(people.owner) as work:
        work.session.add_all([case.row for case in cases])
        await work.session.flush()
        for case in cases:
            work.session.add_all(
                WindowRow(
                    id=new_id(),
                    title_id=case.row.id,
                    region=window.region,
                    starts_at=window.starts_at,
                    ends_at=window.ends_at,
                    is_barring=window.is_barring,
                )
                for window in case.windows
            )

    for age, region, sees in product((0, 6, 12, 16, 17, 18), (None, "DE", "FR"), (True, False)):
        viewer = Viewer(age, region, sees)
        async with workshop.reading(people.owner) as work:
            query = select(TitleRow.id).where(is_visible(viewer, NOW))
            found = set(await work.session.scalars(query))
        expected = {
            case.row.id
            for case in cases
            if decide_visibility(case.standing, viewer, NOW) is Visibility.VISIBLE
        }
        assert found == expected
        assert found or not sees
