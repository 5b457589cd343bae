"""Plans, seen from both sides: who makes and gives them, and who watches within them."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browsing import Player, Visit, Visitor
from tests.e2e.conftest import Library, logged_in
from tests.e2e.test_sessions import (
    ask_elsewhere,
    log_in_elsewhere,
    sessions_of,
    watch_elsewhere,
)


@pytest.fixture
def name(library: Library) -> Iterator[str]:
    """Give the name of a plan that nobody has when the test is over."""
    name = f"Duo {uuid4().hex[:8]}"
    yield name
    for offered in library.client.get("/admin/plans").json():
        plan = offered["plan"]
        if plan["name"].startswith(name):
            archived = {**plan, "is_archived": True}
            library.client.put(f"/admin/plans/{plan['id']}", json=archived).raise_for_status()


@pytest.fixture
def rita(library: Library) -> dict[str, str]:
    """Let there be somebody who watches."""
    account = {
        "email": f"{uuid4()}@example.org",
        "password": "correct horse battery staple",
        "display_name": f"Rita {uuid4().hex[:8]}",
    }
    library.client.post("/accounts", json=account).raise_for_status()
    return account


def make_plan(library: Library, name: str, **said: object) -> dict[str, Any]:
    made: dict[str, Any] = (
        library.client.post("/admin/plans", json={"name": name, **said}).raise_for_status().json()
    )
    return made


def give_plan(library: Library, headers: dict[str, str], plan: dict[str, Any]) -> None:
    """Let whoever is logged in somewhere have a plan."""
    me = httpx.get(f"{library.url}/api/v1/auth/me", headers=headers).raise_for_status().json()
    path = f"/admin/accounts/{me['id']}/plan"
    library.client.put(path, json={"plan_id": plan["id"]}).raise_for_status()


def test_plans_are_made_and_put_in_order(owner: Visitor, library: Library, name: str) -> None:
    page = owner.page
    make_plan(library, f"{name}, before it")
    owner.open("/admin/plans")
    page.get_by_role("button", name="New plan").click()
    dialog = page.get_by_role("dialog", name="New plan")
    dialog.get_by_label("Name").fill(f"{name}, before it")
    dialog.get_by_label("Streams at once").fill("2")
    dialog.get_by_label("Tallest picture").select_option("480")
    dialog.get_by_label("Countries").fill("Germany")
    owner.expected.append("/admin/plans")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("is not a country")).to_be_visible()
    assert owner.barriers() == []
    dialog.get_by_label("Countries").fill("")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("choose another name")).to_be_visible()
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    row = page.get_by_role("listitem").filter(has_text="2 streams at once").filter(has_text=name)
    expect(row).to_contain_text("up to 480p")
    page.get_by_role("button", name=f"Move {name} up", exact=True).press("Enter")
    assert_order(page, name, f"{name}, before it")
    assert owner.barriers() == []
    page.reload()
    assert_order(page, name, f"{name}, before it")


def assert_order(page: Page, before: str, after: str) -> None:
    """Look whether one plan stands before another."""
    rows = page.get_by_role("list", name="Plans").get_by_role("listitem")
    place = rows.filter(has=page.get_by_role("button", name=f"Edit {before}", exact=True))
    following = page.get_by_role("button", name=f"Edit {after}", exact=True)
    expect(place.locator("xpath=following-sibling::li").filter(has=following)).to_have_count(1)


def test_a_third_stream_on_a_plan_of_two(
    come: Visit,
    browser: Browser,
    owner: Visitor,
    library: Library,
    title_id: str,
    name: str,
    rita: dict[str, str],
) -> None:
    make_plan(library, name, streams_at_once=2)
    page = owner.page
    owner.open("/people")
    who = rita["display_name"]
    page.get_by_role("button", name=f"Choose the plan of {who}").click()
    dialog = page.get_by_role("dialog", name=f"Choose the plan of {who}")
    dialog.get_by_label("Plan", exact=True).select_option(label=name)
    dialog.get_by_label("Until").fill("2099-01-02T12:00")
    assert owner.barriers() == []
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_text(f"The plan of {who} is changed.")).to_be_visible()

    ids = [watch_elsewhere(library, rita, title_id, number) for number in range(2)]
    watching = come(library.url, storage_state=logged_in(browser, library.url, rita))
    watching.expected.append("/player/sessions/enhanced")
    watching.open(f"/watch/{title_id}")
    page = watching.page
    expect(page.get_by_text("Only 2 devices may watch with this account")).to_be_visible()
    listed = page.get_by_role("list", name="Watching now").get_by_role("listitem")
    expect(listed).to_have_count(2)
    page.get_by_role("button", name="End on Screen 1").click()
    Player(page).wait_until_it_plays()
    assert [sessions_of(library, one)["ended_by"] for one in ids] == [None, "chosen"]

    elsewhere = watching.context.new_page()
    elsewhere.goto(f"{library.url}/account/plan")
    expect(elsewhere.get_by_role("heading", name=name)).to_be_visible()
    expect(elsewhere.get_by_text("You have it until 2 Jan 2099, 12:00.")).to_be_visible()
    expect(elsewhere.get_by_text("2 of 2 at the moment.")).to_be_visible()
    expect(elsewhere.get_by_text("3 were watched on within 30 days.")).to_be_visible()
    elsewhere.get_by_role("button", name="Remove Screen 1").click()
    removal = elsewhere.get_by_role("dialog", name="Remove Screen 1?")
    removal.get_by_role("button", name="Remove", exact=True).click()
    expect(elsewhere.get_by_text("2 were watched on within 30 days.")).to_be_visible()


def test_of_twenty_at_once_on_a_plan_of_two_two_watch_and_the_next_chooses(
    come: Visit, browser: Browser, library: Library, title_id: str, name: str, rita: dict[str, str]
) -> None:
    screens = [log_in_elsewhere(library, rita, number) for number in range(20)]
    give_plan(library, screens[0], make_plan(library, name, streams_at_once=2))
    with ThreadPoolExecutor(len(screens)) as all_at_once:
        answers = list(
            all_at_once.map(lambda screen: ask_elsewhere(library, screen, title_id), screens)
        )
    assert sorted(answer.status_code for answer in answers) == [201] * 2 + [409] * 18
    first, second = (number for number, one in enumerate(answers) if one.is_success)

    watching = come(library.url, storage_state=logged_in(browser, library.url, rita))
    watching.expected.append("/player/sessions/enhanced")
    watching.open(f"/watch/{title_id}")
    page = watching.page
    listed = page.get_by_role("list", name="Watching now").get_by_role("listitem")
    expect(listed).to_have_count(2)
    for number in (first, second):
        expect(listed.filter(has_text=f"Screen {number}")).to_be_visible()
    page.get_by_role("button", name=f"End on Screen {second}", exact=True).click()
    Player(page).wait_until_it_plays()
    ids = [answers[number].json()["session_id"] for number in (first, second)]
    assert [sessions_of(library, one)["ended_by"] for one in ids] == [None, "chosen"]


def test_a_device_too_many_takes_the_place_of_another(
    come: Visit, browser: Browser, library: Library, title_id: str, name: str, rita: dict[str, str]
) -> None:
    screen = log_in_elsewhere(library, rita, 0)
    give_plan(library, screen, make_plan(library, name, devices_at_most=1))
    ask_elsewhere(library, screen, title_id).raise_for_status()
    watching = come(library.url, storage_state=logged_in(browser, library.url, rita))
    watching.expected.append("/player/sessions/enhanced")
    watching.open(f"/watch/{title_id}")
    page = watching.page
    expect(page.get_by_role("heading", level=1)).to_have_text("Too many devices")
    expect(page.get_by_text("This account may be watched on 1 devices")).to_be_visible()
    assert watching.barriers() == []
    page.get_by_role("link", name="Your plan").click()
    page.get_by_role("button", name="Remove Screen 0").click()
    removal = page.get_by_role("dialog", name="Remove Screen 0?")
    removal.get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_text("Screen 0 is removed.")).to_be_visible()
    page.go_back()
    Player(page).wait_until_it_plays()


def test_a_plan_for_other_countries_says_so(
    come: Visit, browser: Browser, library: Library, title_id: str, name: str, rita: dict[str, str]
) -> None:
    plan = make_plan(library, name, regions=["AT", "DE"])
    give_plan(library, log_in_elsewhere(library, rita, 0), plan)
    watching = come(library.url, storage_state=logged_in(browser, library.url, rita))
    watching.expected.append("/player/sessions/enhanced")
    watching.open(f"/watch/{title_id}")
    page = watching.page
    expect(page.get_by_role("heading", level=1)).to_have_text("Your plan is for other countries")
    expect(page.get_by_text(f"Your plan, {name}, is for watching in AT, DE")).to_be_visible()
    assert watching.barriers() == []
    page.get_by_role("link", name="Your plan").click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()


def test_a_title_of_another_plan_has_a_lock_and_says_which_plan_opens_it(
    come: Visit,
    browser: Browser,
    owner: Visitor,
    library: Library,
    title_id: str,
    name: str,
    rita: dict[str, str],
) -> None:
    make_plan(library, name)
    page = owner.page
    owner.open(f"/titles/{title_id}/edit")
    section = page.get_by_role("region", name="Plans")
    section.get_by_role("checkbox", name=name).check()
    assert owner.barriers() == []
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text("Nothing is changed.")).to_be_visible()
    expect(section.get_by_role("checkbox", name=name)).to_be_checked()
    try:
        visitor = come(library.url, storage_state=logged_in(browser, library.url, rita))
        visitor.expected.append("/player/sessions/enhanced")
        visitor.open(f"/titles/{title_id}")
        expect(visitor.page.get_by_text("Not in your plan")).to_be_visible()
        assert visitor.barriers() == []
        library.wait_until_found("Numbers", 1)
        visitor.open("/search?q=Numbers")
        hit = visitor.page.get_by_role("link", name="Numbers").first
        expect(hit).to_contain_text("Not in your plan")
        visitor.open(f"/watch/{title_id}")
        heading = visitor.page.get_by_role("heading", name="Not in your plan")
        expect(heading).to_be_visible()
        expect(visitor.page.get_by_text(f"part of the plan {name}")).to_be_visible()
        assert visitor.barriers() == []
        visitor.page.get_by_role("link", name="Your plan").click()
        expect(visitor.page.get_by_text("Nobody watches with your account.")).to_be_visible()
        assert visitor.barriers() == []
    finally:
        no_plans = {"plans": []}
        library.client.patch(f"/admin/titles/{title_id}", json=no_plans).raise_for_status()
