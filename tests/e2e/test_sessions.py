"""Sessions of playing, seen from both sides: who watches, and who runs the service."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
from playwright.sync_api import Browser, expect

from tests.e2e.browsing import Player, Visit, Visitor
from tests.e2e.conftest import Library, logged_in

# As many as the server of the tests lets one account watch at once.
STREAMS_AT_ONCE = 20


def sessions_of(library: Library, session_id: str) -> dict[str, Any]:
    answer = library.client.get(f"/player/sessions/{session_id}/analytics")
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


def wait_until(library: Library, session_id: str, holds: Callable[[Any], bool]) -> dict[str, Any]:
    """Ask how a session went until something holds of it."""
    for _ in range(300):
        found = sessions_of(library, session_id)
        if holds(found):
            return found
    raise AssertionError(found)


def begin(owner: Visitor, title_id: str) -> str:
    """Begin to watch, and give the number of the session."""
    with owner.page.expect_response("**/player/sessions/enhanced") as answered:
        owner.open(f"/watch/{title_id}")
    Player(owner.page).wait_until_it_plays()
    session_id: str = answered.value.json()["session_id"]
    return session_id


def test_what_a_player_tells_and_a_viewer_reports_reaches_staff(
    owner: Visitor, library: Library, title_id: str
) -> None:
    session_id = begin(owner, title_id)
    page = owner.page
    page.keyboard.press("d")
    page.get_by_role("button", name="Report a problem").click()
    dialog = page.get_by_role("dialog", name="Report a problem")
    dialog.get_by_label("What is wrong?").select_option("sound")
    dialog.get_by_label("In your words").fill("It crackles.")
    assert owner.barriers() == []
    dialog.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Whoever runs this service can see it now")).to_be_visible()
    owner.open("/")
    told = wait_until(library, session_id, lambda session: session["ended_by"] is not None)
    assert (told["ended_by"], told["error_count"]) == ("viewer", 0)
    assert told["startup_ms"] > 0
    assert told["played_ms"] > 0
    assert told["average_bitrate_bps"] > 0
    assert [issue["words"] for issue in told["issues"]] == ["It crackles."]
    facts = told["issues"][0]["facts"]
    assert facts["decodedFrames"] > 0
    browser = page.evaluate("navigator.userAgent")
    assert (facts["problem"], facts["browser"]) == (None, browser)

    owner.open("/admin/sessions")
    expect(page.get_by_role("heading", name="Playback", exact=True)).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("Numbers"))).to_be_visible()
    page.get_by_role("radio", name="Past").click()
    row = page.locator(f'a[href="/admin/sessions/{session_id}"]')
    expect(row).to_contain_text("1 report")
    assert owner.barriers() == []
    page.get_by_role("radio", name="Reported").click()
    reported = page.get_by_role("list", name="Reported").get_by_role("listitem")
    expect(reported.filter(has=row)).to_have_count(1)
    expect(reported.filter(has_not_text=re.compile(r"\d+ reports?"))).to_have_count(0)
    row.click()
    expect(page.get_by_role("heading", name="Numbers")).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("Timeline"))).to_be_visible()
    expect(page.get_by_text("It crackles.")).to_be_visible()
    assert owner.barriers() == []


def test_who_is_one_too_many_chooses_whom_to_end(
    come: Visit, browser: Browser, library: Library, title_id: str
) -> None:
    account = {
        "email": f"{uuid4()}@example.org",
        "password": "correct horse battery staple",
        "display_name": "Rita",
    }
    library.client.post("/accounts", json=account).raise_for_status()
    ids = [watch_elsewhere(library, account, title_id, n) for n in range(STREAMS_AT_ONCE)]
    rita = come(library.url, storage_state=logged_in(browser, library.url, account))
    rita.expected.append("/player/sessions/enhanced")
    rita.open(f"/watch/{title_id}")
    page = rita.page
    expect(page.get_by_role("heading", name="Too many are watching")).to_be_visible()
    expect(page.get_by_role("list", name="Watching now").get_by_role("listitem")).to_have_count(
        STREAMS_AT_ONCE
    )
    assert rita.barriers() == []
    page.get_by_role("button", name="End on Screen 3").click()
    Player(page).wait_until_it_plays()
    assert [sessions_of(library, one)["ended_by"] for one in ids[2:5]] == [None, "chosen", None]


def watch_elsewhere(library: Library, account: dict[str, str], title_id: str, number: int) -> str:
    """Begin to watch on another device, and give the number of the session."""
    opened = ask_elsewhere(library, log_in_elsewhere(library, account, number), title_id)
    session_id: str = opened.raise_for_status().json()["session_id"]
    return session_id


def log_in_elsewhere(library: Library, account: dict[str, str], number: int) -> dict[str, str]:
    """Log in on another device, and give the headers that say so."""
    wish = {**account, "device_name": f"Screen {number}"}
    wish.pop("display_name")
    answer = httpx.post(f"{library.url}/api/v1/auth/token", json=wish).raise_for_status()
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def ask_elsewhere(library: Library, headers: dict[str, str], title_id: str) -> httpx.Response:
    """Ask to watch on another device."""
    path = f"{library.url}/api/v1/player/sessions/enhanced"
    return httpx.post(path, json={"title_id": title_id}, headers=headers, timeout=60)
