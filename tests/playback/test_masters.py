"""What the door answers with, so that a player need not ask for it first."""

from __future__ import annotations

import pytest

from streamverse.domains.catalog.contracts import TitleId
from streamverse.kit.work import Workshop
from tests.conftest import Clients
from tests.factories.accounts import People
from tests.factories.media import MediaFactory
from tests.factories.pipeline import WorkOff, fetch, make_film
from tests.factories.titles import make_title
from tests.playback.test_sessions import opened


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_door_gives_what_the_address_leads_to(
    clients: Clients, work_off: WorkOff, media: MediaFactory
):
    title_id = await make_film(clients.owner, work_off, media.make("high"), protection="clearkey")
    masters: list[str] = []
    for device in ({}, {"max_height": 480}):
        playback = (await opened(clients.viewer, title_id, device=device))["playback"]
        answer = await fetch(clients.viewer, playback["hls_url"])
        assert playback["hls_master"] == answer.text
        masters.append(playback["hls_master"])
    assert ["v720.m3u8" in master for master in masters] == [True, False]


async def test_where_nothing_can_be_said_yet_it_is_asked_for(
    clients: Clients, workshop: Workshop, people: People
):
    async with workshop.work(people.owner) as work:
        film: TitleId = await make_title(work)
    assert (await opened(clients.viewer, film))["playback"]["hls_master"] is None
