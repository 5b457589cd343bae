"""Bad weather: slow lines that lose packets, gaps, and a server that dies under a viewer.

Real packets are lost between two network namespaces. The gap lasts longer than any buffer there is;
for one of two minutes, in which the session is ended for its silence, set
STREAMVERSE_TEST_GAP_S=120.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, Playwright

from tests.e2e.browsing import BUFFERED_UNTIL, Player, Visitor, find_chromium, launch, visit
from tests.e2e.conftest import Library, open_library
from tests.factories.media import MediaFactory, beep
from tests.factories.processes import Process
from tests.factories.weather import Line, lay_line

pytestmark = pytest.mark.alone

KILOBITS_PER_SECOND, LOSS_PERCENT = 300, 10
GAP_S = float(os.environ.get("STREAMVERSE_TEST_GAP_S", "45"))
LEASE_S = 90
NAME = "Storm"


@dataclass(frozen=True)
class Outpost:
    """A library with one film, and a browser at the far end of a line."""

    library: Library
    browser: Browser
    line: Line
    title_id: str


@pytest.fixture(scope="module")
def outpost(
    playwright: Playwright, media: MediaFactory, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Outpost]:
    """Put a film of more bits than a bad line carries where a browser far away can see it."""
    film, folder = media.folder / "storm.mp4", tmp_path_factory.mktemp("weather")
    noisy = "testsrc2=size=1280x720:rate=5:duration=64,noise=alls=24:allf=t"
    media.lavfi(film, noisy, beep(64))
    program = str(find_chromium())
    with lay_line() as line:
        settings = {"STREAMVERSE_LADDER": "fixed"}
        process = Process("serve", folder / "data", host=line.here, settings=settings)
        # Addresses other than those of the machine itself count as safe by HTTPS alone.
        safe = f"--unsafely-treat-insecure-origin-as-secure={process.url}"
        browser = launch(playwright, safe, executable=line.write_launcher(folder, program))
        with open_library(browser, folder, process=process) as library:
            title_id = library.upload(film, NAME)
            library.wait_until(title_id, "ready")
            library.wait_until_pictured(title_id)
            yield Outpost(library, browser, line, title_id)
        browser.close()


@pytest.fixture
def viewer(outpost: Outpost) -> Iterator[Visitor]:
    """Let the owner stand before the film while the weather is still fair."""
    outpost.line.make_fair()
    url = outpost.library.url
    with visit(outpost.browser, url, storage_state=outpost.library.owner) as viewer:
        # What did not come is no surprise here.
        viewer.expected += ["net::ERR_", "/media/", "/player/", "/progress", "/api/"]
        viewer.open(f"/titles/{outpost.title_id}")
        viewer.page.wait_for_load_state("networkidle")
        yield viewer
    outpost.line.make_fair()


def play_from_the_start(viewer: Visitor) -> Player:
    """Press play; whoever has watched some of it before goes back."""
    viewer.page.get_by_role("link", name=re.compile(r"^(Play|Resume)")).first.click()
    player = Player(viewer.page)
    player.wait_until_it_plays()
    viewer.page.keyboard.press("Home")
    player.wait_until("video.currentTime < 5")
    return player


def test_a_film_goes_on_over_a_bad_line_and_after_a_gap_without_being_asked(
    outpost: Outpost, viewer: Visitor
) -> None:
    page, line = viewer.page, outpost.line
    line.make_bad(KILOBITS_PER_SECOND, LOSS_PERCENT)
    player = play_from_the_start(viewer)
    player.wait_until("video.videoHeight === 180")
    at = player.position_s()
    player.wait_until_at(at + 8)

    line.cut()
    cut_at = time.monotonic()
    player.wait_until("video.readyState <= HTMLMediaElement.HAVE_CURRENT_DATA")
    at = player.position_s()
    if GAP_S > LEASE_S:
        wait_until_s_after(page, cut_at, LEASE_S + 5)
        take_the_place_of_the_silent(outpost)
    wait_until_s_after(page, cut_at, GAP_S)
    assert player.position_s() - at < 0.5
    assert page.get_by_role("alert").count() == 0

    line.reopen(LOSS_PERCENT)
    player.wait_until_at(at + 5)
    assert page.get_by_role("alert").count() == 0
    if GAP_S > LEASE_S:
        sessions = outpost.library.client.get("/admin/sessions").raise_for_status().json()["items"]
        present, _, former = sessions[:3]
        assert (present["ended_by"], former["ended_by"]) == (None, "silence")


def wait_until_s_after(page: Page, began_at: float, seconds: float) -> None:
    """Let so much time have passed since something began."""
    page.wait_for_timeout(max(0.0, seconds - (time.monotonic() - began_at)) * 1000)


def take_the_place_of_the_silent(outpost: Outpost) -> None:
    """Open a session, which ends those of the account that have gone silent."""
    wish = {"title_id": outpost.title_id}
    opened = outpost.library.client.post("/player/sessions/enhanced", json=wish)
    opened.raise_for_status()


def test_a_server_that_dies_and_comes_back_is_not_noticed(
    outpost: Outpost, viewer: Visitor
) -> None:
    player = play_from_the_start(viewer)
    # What lies ready so lasts for the better part of a minute, however busy the machine is.
    player.choose("0.5")
    player.wait_until("video.playbackRate === 0.5")
    player.wait_until(f"{BUFFERED_UNTIL} - video.currentTime > 25")
    stalls = player.stalls()
    outpost.library.process.kill()
    end_s = player.buffered_until_s()
    outpost.library.process.start()
    player.wait_until(f"{BUFFERED_UNTIL} > {end_s} + 8")
    assert player.stalls() == stalls
    at = player.position_s()
    player.wait_until_at(at + 2)
    assert viewer.page.get_by_role("alert").count() == 0
