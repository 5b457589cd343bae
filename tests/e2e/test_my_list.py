"""The list of what one wants to watch: put in order, found again, shared and read from files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.browsing import (
    DESKTOP,
    PHONE,
    WIDER_THAN_THE_WINDOW,
    Player,
    Visit,
    Visitor,
    photograph,
)
from tests.e2e.conftest import Library, open_library

NAMES = ["Short 2", "Short 1", "Short 0"]


@pytest.fixture(scope="module")
def cinema(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory, short_film: Path
) -> Iterator[Library]:
    """Run a server with three short films."""
    with open_library(browser, tmp_path_factory.mktemp("list")) as library:
        for number in range(3):
            title_id = library.upload(short_film, f"Short {number}")
            library.wait_until(title_id, "ready")
        yield library


@pytest.fixture
def reader(come: Visit, cinema: Library) -> Visitor:
    """Let the owner visit, with all three films on the list."""
    family = cinema.client.get("/users/me/profiles").raise_for_status().json()
    path = f"/users/{family['items'][0]['id']}/watchlist"
    titles = cinema.client.get("/titles").raise_for_status().json()["items"]
    ids = {title["name"]: title["id"] for title in titles}
    cinema.client.delete(f"{path}/clear").raise_for_status()
    chosen = {"title_ids": [ids[name] for name in NAMES]}
    cinema.client.post(f"{path}/bulk-upload", json=chosen).raise_for_status()
    return come(cinema.url, storage_state=cinema.owner)


def items(page: Page) -> Locator:
    """Find what is on the list."""
    return page.get_by_role("list", name="Titles on my list").get_by_role("listitem")


def expect_order(page: Page, *names: str) -> None:
    """Wait until the list has an order."""
    expect(items(page)).to_contain_text([re.compile(name) for name in names])


def test_a_title_is_put_on_the_list_and_taken_off(reader: Visitor) -> None:
    page = reader.page
    reader.open("/my-list")
    items(page).get_by_role("link").first.click()
    page.get_by_role("button", name="On my list").click()
    expect(page.get_by_text("“Short 2” is off your list.")).to_be_visible()
    page.get_by_role("button", name="Add to my list").click()
    expect(page.get_by_role("button", name="On my list")).to_have_attribute("aria-pressed", "true")
    reader.open("/")
    rail = page.get_by_role("region", name="My list")
    expect(rail.get_by_role("link", name="Short 2")).to_be_visible()


def test_it_is_played_through_in_its_order(reader: Visitor) -> None:
    page = reader.page
    reader.open("/my-list")
    play_all = page.get_by_role("link", name="Play all")
    expect(play_all).to_be_visible()
    photograph(page, "my-list-play-all")
    play_all.press("Enter")
    for name in NAMES:
        expect(page.get_by_role("region", name=f"Player: {name}")).to_be_visible()
        Player(page).wait_until_it_plays()
        if name == NAMES[-1]:
            break
        expect(page.get_by_role("button", name="Next title")).to_be_attached()
        page.keyboard.press("n")
    expect(page.get_by_role("button", name="Next title")).to_have_count(0)


def test_it_is_put_in_order_by_keys_and_by_dragging(reader: Visitor) -> None:
    page = reader.page
    reader.open("/my-list")
    expect_order(page, *NAMES)
    handle = page.get_by_role("button", name="Move Short 2")
    handle.focus()
    with page.expect_response(re.compile("/reorder")):
        page.keyboard.press("ArrowDown")
    expect_order(page, "Short 1", "Short 2", "Short 0")
    expect(handle).to_be_focused()
    expect(page.get_by_text("Short 2 is number 2 of 3")).to_be_attached()

    grip = page.get_by_role("button", name="Move Short 0").bounding_box()
    target = items(page).nth(0).bounding_box()
    assert grip is not None
    assert target is not None
    page.mouse.move(grip["x"] + 10, grip["y"] + 10)
    page.mouse.down()
    page.mouse.move(grip["x"] + 10, target["y"] + 10, steps=8)
    with page.expect_response(re.compile("/reorder")):
        page.mouse.up()
    expect_order(page, "Short 0", "Short 1", "Short 2")
    page.reload()
    expect_order(page, "Short 0", "Short 1", "Short 2")


def test_it_is_sorted_into_folders_tagged_searched_and_thinned(reader: Visitor) -> None:
    page = reader.page
    reader.open("/my-list")
    page.get_by_role("button", name="New folder").click()
    page.get_by_label("Name of the folder").fill("Rainy days")
    page.get_by_role("button", name="Make it").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("checkbox", name="Choose Short 1").check()
    page.get_by_label("Move to").select_option("Rainy days")
    expect(items(page).nth(1)).to_contain_text("Rainy days")
    page.get_by_role("checkbox", name="Choose Short 0").check()
    page.get_by_label("Add a tag").fill("later")
    page.get_by_role("button", name="Tag them").click()
    expect(items(page).nth(2)).to_contain_text("#later")
    page.get_by_label("Search my list").fill("LATER")
    expect(items(page)).to_have_count(1)
    page.get_by_label("Search my list").fill("")
    page.get_by_label("Folder", exact=True).select_option("Rainy days")
    expect_order(page, "Short 1")
    page.get_by_role("button", name="Remove the folder Rainy days").click()
    expect_order(page, *NAMES)
    page.get_by_role("checkbox", name="Choose Short 1").check()
    page.get_by_role("button", name="Take off").click()
    expect_order(page, "Short 2", "Short 0")


def test_it_is_shared_by_a_link_until_that_is_revoked(reader: Visitor) -> None:
    page = reader.page
    reader.expected.append("/api/v1/lists/")
    reader.open("/my-list")
    page.get_by_role("button", name="Share").click()
    dialog = page.get_by_role("dialog", name="Share your list")
    dialog.get_by_role("button", name="Make a link").click()
    link = dialog.get_by_label("Link to The whole list").input_value()
    assert reader.barriers() == []
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text("A shared list")
    expect(page.get_by_role("link", name="Short 1")).to_be_visible()
    assert reader.barriers() == []
    reader.open("/my-list")
    page.get_by_role("button", name="Share").click()
    dialog.get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("The link leads nowhere now.")).to_be_visible()
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text("This link leads nowhere")


def test_it_is_written_out_and_read_again(reader: Visitor, tmp_path: Path) -> None:
    page = reader.page
    reader.open("/my-list")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Download as CSV").click()
    file = tmp_path / "my-list.csv"
    file.write_text(Path(saved.value.path()).read_text() + ",Nobody knows,,,\n")
    page.get_by_role("button", name="Clear the list").click()
    page.get_by_role("dialog").get_by_role("button", name="Clear it").click()
    expect(page.get_by_role("heading", name="Your list is empty")).to_be_visible()
    assert reader.barriers() == []
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_text("Line 4: Nobody knows")).to_be_visible()
    expect_order(page, *NAMES)


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_nothing_keeps_people_from_their_list(reader: Visitor, size: dict[str, int]) -> None:
    page = reader.page
    page.set_viewport_size(size)
    reader.open("/my-list")
    page.get_by_role("checkbox", name="Choose Short 1").check()
    photograph(page, f"list-{size['width']}")
    assert page.evaluate(WIDER_THAN_THE_WINDOW) is False
    assert reader.barriers() == []
