"""The demo film, from a new library to its last frame: it can be watched while it is encoded."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.browsing import Player, Throttle, Visitor
from tests.e2e.conftest import Library, open_library

pytestmark = pytest.mark.alone

NAME = "Big Buck Bunny"
CREDIT = "© 2008 Blender Foundation, www.bigbuckbunny.org, CC BY 3.0"
# Enough for the lowest of the usual qualities, and little more.
THIN_LINE = 160_000


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Library]:
    """Run a server that has just begun to encode the demo film."""
    folder = tmp_path_factory.mktemp("demo")
    with open_library(browser, folder, STREAMVERSE_IS_DEMO_FILM_ENABLED="true") as library:
        yield library


@pytest.fixture
def title_id(library: Library) -> str:
    """Give the title of the demo film, which may still be encoded."""
    (title,) = library.client.get("/titles").json()["items"]
    title_id: str = title["id"]
    return title_id


def test_it_is_shown_played_and_followed_while_it_is_encoded(
    library: Library, owner: Visitor, title_id: str
) -> None:
    page = owner.page
    owner.open("/")
    page.get_by_role("link", name=NAME, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(NAME)
    expect(page.get_by_role("region", name="Facts")).to_contain_text(CREDIT)

    owner.open("/processing")
    card = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name=NAME))
    expect(card.get_by_text("Encoding", exact=True)).to_be_visible()
    expect(card.get_by_role("progressbar", name=f"Processing of {NAME}")).to_be_visible()
    expect(card.get_by_text(re.compile(r"^\d+%$")).first).to_be_visible()
    expect(card.get_by_text(re.compile(r"^\d+ (secs?|mins?) left$")).first).to_be_visible()
    card.get_by_label(f"Jobs of {NAME}").click()
    job = card.get_by_role("listitem").filter(has_text="Encode: pictures, part 1 of 1")
    expect(job.get_by_text("Running")).to_be_visible()

    owner.open(f"/watch/{title_id}")
    player = Player(page)
    player.wait_until_it_plays()
    at_first_frame = library.title(title_id)["state"]
    expect(page.get_by_text(CREDIT)).to_be_visible()
    expect(page.get_by_text("Still being processed: playable up to")).to_be_visible()
    assert at_first_frame == "playable"


def test_it_plays_from_start_to_end_without_a_stall(
    library: Library, owner: Visitor, title_id: str
) -> None:
    library.wait_until(title_id, "ready")
    library.wait_until_pictured(title_id)  # the player measures how fast a quiet server is
    owner.open(f"/watch/{title_id}")
    player = Player(owner.page)
    # What the test before this one measured was a line to a server that encodes.
    player.wait_until_at(2)
    owner.page.reload()
    player.wait_until_it_plays()
    owner.page.keyboard.press("Home")
    player.wait_until("video.currentTime < 5")
    before = player.frames()
    player.wait_until_at(8)
    # 24 pictures a second were made.
    assert player.frames() - before > 150
    player.wait_until("video.videoHeight >= 720")
    owner.page.keyboard.press("9")
    expect(owner.page.get_by_role("button", name="Play again")).to_be_visible()
    assert player.stalls() == 0


def test_a_thin_line_gets_a_coarser_picture_and_no_stall(
    library: Library, owner: Visitor, title_id: str
) -> None:
    library.wait_until(title_id, "ready")
    Throttle(owner, download_bytes_per_second=THIN_LINE)
    owner.open(f"/watch/{title_id}")
    player = Player(owner.page)
    player.wait_until_it_plays()
    player.wait_until("video.videoHeight === 360")
    assert player.stalls() == 0
