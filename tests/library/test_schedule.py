"""The calendar: what is to come, for whom, and when."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from streamverse.domains.catalog.models import WindowRow
from streamverse.domains.library.service import schedule
from streamverse.kit.clock import FixedClock, new_id
from streamverse.kit.work import Workshop
from tests.factories.accounts import People
from tests.factories.titles import make_title

if TYPE_CHECKING:
    from streamverse.domains.media.public import MediaAddresses
    from tests.conftest import Clients
    from tests.library.conftest import Sofa


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/schedule/today", ["Tonight"]),
        ("/schedule/week", ["Tonight", "In six days"]),
        ("/schedule", ["Tonight", "In six days", "In thirty days"]),
        ("/schedule?days=100", ["Tonight", "In six days", "In thirty days", "In ninety days"]),
    ],
)
async def test_what_is_to_come_is_listed_day_by_day(
    clients: Clients,
    workshop: Workshop,
    people: People,
    clock: FixedClock,
    path: str,
    names: list[str],
) -> None:
    offsets = {
        "Yesterday": timedelta(days=-1),
        "Tonight": timedelta(hours=23, minutes=59),
        "In six days": timedelta(days=6),
        "In thirty days": timedelta(days=30),
        "In ninety days": timedelta(days=90),
    }
    async with workshop.work(people.owner) as work:
        for name, offset in offsets.items():
            await make_title(work, name, published_at=clock.now() + offset)
        await make_title(work, "Never", published_at=None)
    days = (await clients.viewer.get(path)).json()["days"]
    assert [item["title"]["name"] for day in days for item in day["items"]] == names
    assert days[0]["day"] == clock.now().date().isoformat()


async def test_a_calendar_of_nonsense_is_refused(clients: Clients) -> None:
    for days in ("0", "367", "x"):
        assert (await clients.viewer.get(f"/schedule?days={days}")).status_code == 422


async def test_a_child_hears_only_of_what_it_will_be_able_to_see(
    sofa: Sofa, addresses: MediaAddresses
) -> None:
    soon = sofa.clock.now() + timedelta(hours=2)
    cartoon = await sofa.film("Cartoon", published_at=soon, effective_age=0)
    await sofa.film("Thriller", published_at=soon, effective_age=16)
    abroad = await sofa.film("Abroad", published_at=soon, effective_age=0, has_windows=True)
    async with sofa.workshop.work(sofa.owner) as work:
        work.session.add(WindowRow(id=new_id(), title_id=abroad, region="FR", is_barring=False))
    await sofa.home.sit(sofa.home.child)
    async with sofa.workshop.reading(replace(sofa.home.sofa, region="DE")) as work:
        [day] = await schedule.list_schedule(work, addresses, 31)
    assert [card.id for card, _ in day.items] == [cartoon]
