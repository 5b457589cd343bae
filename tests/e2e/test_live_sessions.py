"""Whoever watches live is counted, seen and ended as whoever watches a film."""

from __future__ import annotations

import re
from uuid import uuid4

from playwright.sync_api import Browser, expect

from tests.e2e.browsing import Player, Visit, Visitor
from tests.e2e.conftest import Library, logged_in
from tests.e2e.test_live import frames_advance, sending
from tests.e2e.test_live_viewers import make_stream, rtmp_address
from tests.e2e.test_plans import make_plan, name
from tests.e2e.test_sessions import sessions_of
from tests.factories.media import MediaFactory

__all__ = ["name"]

# A heartbeat comes every 20 seconds, and a process believes for 15 what it has asked.
NOTICED_WITHIN_MS = 90_000
ENDED = "Playing was ended"


def settle(library: Library, plan_id: str) -> dict[str, str]:
    """Let there be somebody with a plan."""
    account = {
        "email": f"{uuid4()}@example.org",
        "password": "correct horse battery staple",
        "display_name": "Rita",
    }
    made = library.client.post("/accounts", json=account).raise_for_status().json()
    path = f"/admin/accounts/{made['id']}/plan"
    library.client.put(path, json={"plan_id": plan_id}).raise_for_status()
    return account


def test_a_plan_of_one_stream_counts_films_and_streams_together(
    come: Visit,
    browser: Browser,
    owner: Visitor,
    library: Library,
    media: MediaFactory,
    title_id: str,
    name: str,
) -> None:
    rita = settle(library, make_plan(library, name, streams_at_once=1)["id"])
    stream_id, _ = make_stream(library.client, f"Concert {uuid4().hex[:8]}")
    stream = library.client.get(f"/live/streams/{stream_id}").raise_for_status().json()["name"]
    film, live = (
        come(library.url, storage_state=logged_in(browser, library.url, rita)) for _ in range(2)
    )
    film.expected += ["/player/sessions/enhanced", "/media/"]
    live.expected += ["/player/sessions/live", "/broadcasts/"]
    with sending(media, rtmp_address(library, stream_id)):
        film.open(f"/watch/{title_id}")
        Player(film.page).wait_until_it_plays()
        live.open(f"/live/{stream_id}")
        page = live.page
        expect(page.get_by_role("heading", name="Too many are watching")).to_be_visible()
        [running] = page.get_by_role("list", name="Watching now").get_by_role("listitem").all()
        expect(running).to_contain_text("Numbers")
        assert live.barriers() == []
        running.get_by_role("button").click()
        frames_advance(page)
        film_ended = film.page.get_by_role("heading", name=ENDED)
        expect(film_ended).to_be_visible(timeout=NOTICED_WITHIN_MS)

        owner.open("/admin/sessions")
        card = owner.page.get_by_role("link", name=re.compile(stream))
        session_id = (card.get_attribute("href") or "").rpartition("/")[2]
        # What was played is told with the next heartbeat.
        library.poll(lambda: sessions_of(library, session_id)["played_ms"] > 0)
        told = sessions_of(library, session_id)
        assert (told["stream_id"], told["title_id"]) == (stream_id, None)
        assert told["startup_ms"] > 0
        card.click()
        expect(owner.page.get_by_role("heading", name=stream)).to_be_visible()
        expect(owner.page.get_by_role("img", name=re.compile("Timeline"))).to_be_visible()
        owner.page.get_by_role("button", name="End this session").click()
        live_ended = page.get_by_role("heading", name=ENDED)
        expect(live_ended).to_be_visible(timeout=NOTICED_WITHIN_MS)
        assert live.barriers() == []
        page.get_by_role("button", name="Watch here again").click()
        # Until then the pictures that are counted are those of the session that was ended.
        expect(live_ended).to_have_count(0)
        frames_advance(page)
        live.open("/")
        newest = own_session(library, stream_id)
        library.poll(lambda: sessions_of(library, newest)["ended_by"] == "viewer")


def own_session(library: Library, stream_id: str) -> str:
    """Give the newest session of a stream."""
    listed = library.client.get("/admin/sessions").raise_for_status().json()["items"]
    session_id: str = next(one["id"] for one in listed if one["stream_id"] == stream_id)
    return session_id
