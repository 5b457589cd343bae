"""Starting to watch: who gets an address, what it says, and what the others are told."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from streamverse.app.resources import Resources
from streamverse.domains.catalog.contracts import TitleId
from streamverse.domains.catalog.models import TitleRow
from streamverse.domains.media.public import MediaAddresses
from streamverse.kit.clock import FixedClock
from streamverse.kit.jobs import NORMAL, WAITED_FOR, JobRow
from streamverse.kit.work import Actor, Workshop
from tests.conftest import Clients
from tests.factories.accounts import People
from tests.factories.media import MediaFactory
from tests.factories.pipeline import (
    WorkOff,
    check_only,
    fetch,
    make_film,
    play,
    upload,
    upload_row,
)
from tests.factories.titles import make_asset, make_title, title_columns

TITLE_UNKNOWN = (
    404,
    "playback.title_not_found",
    "There is no such title, or it has been taken off.",
)
NOT_YET = (
    409,
    "playback.title_not_playable_yet",
    "This title is still being prepared. It can be played in a moment.",
)
FAILED = (
    409,
    "playback.title_not_playable_yet",
    "This title could not be prepared for playing. Its owner can try again.",
)


async def refusal(clients: Clients, role: str, title_id: object) -> tuple[int, str, str]:
    answer = await clients.of(role).post(f"/titles/{title_id}/playback")
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert "url" not in answer.text
    return answer.status_code, problem["code"], problem["detail"]


@pytest.fixture
async def shown(workshop: Workshop, people: People) -> TitleId:
    """Let there be a published title."""
    async with workshop.work(people.owner) as work:
        return await make_title(work, "Big Buck Bunny", credit="Blender Foundation")


@pytest.fixture
async def hidden(workshop: Workshop, people: People) -> TitleId:
    """Let there be a title that is not published."""
    async with workshop.work(people.owner) as work:
        return await make_title(work, "Hidden", published_at=None)


@pytest.mark.parametrize("role", ["owner", "viewer"])
async def test_a_published_title_is_for_everybody_here(
    clients: Clients, shown: TitleId, role: str, clock: FixedClock, addresses: MediaAddresses
):
    started = await play(clients.of(role), str(shown))
    hls_url, dash_url = started.pop("hls_url"), started.pop("dash_url")
    assert hls_url.removesuffix("master.m3u8") == dash_url.removesuffix("manifest.mpd")
    expires_at = datetime.fromisoformat(started.pop("expires_at"))
    assert expires_at == addresses.expires_at(clock.now())
    assert expires_at - clock.now() >= timedelta(hours=12)
    assert started == {
        "title_id": str(shown),
        "name": "Big Buck Bunny",
        "poster_url": None,
        "drm": None,
        "hls_master": None,
        "thumbnails_url": None,
        "is_growing": False,
        "playable_ms": 30_000,
        "duration_ms": 30_000,
        "credit": "Blender Foundation",
    }


async def test_a_title_that_is_not_published_is_for_owners(clients: Clients, hidden: TitleId):
    assert (await play(clients.owner, str(hidden)))["credit"] is None
    assert await refusal(clients, "viewer", hidden) == TITLE_UNKNOWN


async def test_strangers_and_people_who_are_not_logged_in(clients: Clients, shown: TitleId):
    assert await refusal(clients, "stranger", shown) == TITLE_UNKNOWN
    status, code, _ = await refusal(clients, "nobody", shown)
    assert (status, code) == (401, "kit.unauthenticated")
    assert await refusal(clients, "owner", uuid4()) == TITLE_UNKNOWN


@pytest.mark.parametrize(
    ("title_state", "package_state", "told"),
    [("processing", "encoding", NOT_YET), ("failed", "failed", FAILED)],
)
async def test_what_cannot_be_played(
    clients: Clients,
    workshop: Workshop,
    people: People,
    title_state: str,
    package_state: str,
    told: tuple[int, str, str],
):
    async with workshop.work(people.owner) as work:
        asset_id = await make_asset(work, state=package_state)
        columns = title_columns(
            "A film", work.now, asset_id=asset_id, state=title_state, published_at=None
        )
        work.session.add(TitleRow(**columns))
    assert await refusal(clients, "owner", asset_id) == told
    assert await refusal(clients, "viewer", asset_id) == TITLE_UNKNOWN


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_film_from_being_prepared_to_being_taken_off(
    clients: Clients, media: MediaFactory, resources: Resources, work_off: WorkOff
):
    path = await upload(clients.owner, media.make("one_frame").read_bytes(), credit="Its makers")
    await check_only(resources)
    title_id = (await upload_row(clients.owner, path))["title_id"]
    assert await refusal(clients, "owner", title_id) == NOT_YET
    await work_off()
    started = await play(clients.viewer, title_id)
    assert (started["credit"], started["is_growing"]) == ("Its makers", False)
    assert (started["playable_ms"], started["duration_ms"]) == (33, 33)
    for url in (started["hls_url"], started["dash_url"], started["poster_url"]):
        assert (await fetch(clients.nobody, url)).status_code == 200
    assert (await clients.owner.post(f"/titles/{title_id}/unpublish")).status_code == 200
    assert await refusal(clients, "viewer", title_id) == TITLE_UNKNOWN
    assert (await play(clients.owner, title_id))["is_growing"] is False


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_an_address_is_the_same_again_for_one_log_in_and_another_for_the_next(
    clients: Clients, media: MediaFactory, work_off: WorkOff
):
    title_id = await make_film(clients.owner, work_off, media.make("one_frame"))
    started = await play(clients.owner, title_id)
    assert await play(clients.owner, title_id) == started
    assert (await play(clients.viewer, title_id))["hls_url"] != started["hls_url"]


# --- what somebody waits for ----------------------------------------------------------------------


async def test_a_title_that_somebody_opens_is_encoded_first(
    clients: Clients, media: MediaFactory, resources: Resources, workshop: Workshop
) -> None:
    path = await upload(clients.owner, media.make("pattern").read_bytes(), batch="true")
    await check_only(resources)
    title_id = (await upload_row(clients.owner, path))["title_id"]
    before = await priorities(workshop, title_id)
    assert min(before) > NORMAL

    # It cannot be played yet; that somebody asked is remembered all the same.
    answer = await clients.owner.post(f"/titles/{title_id}/playback")
    assert answer.status_code == 409
    after = await priorities(workshop, title_id)
    assert min(after) == WAITED_FOR
    assert [now - min(after) for now in after] == [then - min(before) for then in before]

    assert (await clients.nobody.post(f"/titles/{title_id}/playback")).status_code == 401
    assert await priorities(workshop, title_id) == after


async def priorities(workshop: Workshop, title_id: str) -> list[int]:
    """Tell how urgent what waits to be encoded is."""
    async with workshop.reading(Actor.system()) as work:
        found = await work.session.scalars(
            select(JobRow.priority)
            .where(JobRow.subject_id == UUID(title_id), JobRow.name.like("media.encode%"))
            .order_by(JobRow.id)
        )
        return list(found)
