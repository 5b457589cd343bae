"""An encrypted film in a real browser: it plays for who is let in, or says why it does not."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, Request, Route, expect

from tests.e2e.browsing import (
    A_DAY_MS,
    NODE_MODULES,
    SHIFT_CLOCK,
    Player,
    Visit,
    Visitor,
    launch,
    visit,
)
from tests.e2e.conftest import Library, logged_in
from tests.e2e.test_sessions import begin, wait_until
from tests.factories.media import MediaFactory, beep, picture
from tests.factories.processes import OWNER

LICENSES = re.compile(r"/api/v1/playback/licenses/clearkey/[-0-9a-f]{36}/\S{64}$")
OTHER_PLAYER = NODE_MODULES / "shaka-player/dist/shaka-player.dash-es2021.js"
PLAY_ELSEWHERE = """
async (titleId) => {
    shaka.polyfill.installAll();
    const video = document.createElement("video");
    video.muted = true;
    document.body.prepend(video);
    const answer = await fetch(`/api/v1/titles/${titleId}/playback`, { method: "POST" });
    const started = await answer.json();
    const player = new shaka.Player();
    // All it is told is the manifest's address.
    await player.attach(video);
    await player.load(started.dash_url);
    await video.play();
}
"""
ELSEWHERE = "films.example"
OF_PLAIN_HTTP = "Cross-Origin-Opener-Policy header has been ignored"
SECONDS = 12


@pytest.fixture(scope="module")
def film(media: MediaFactory) -> Path:
    """Give a film in two qualities with sound."""
    path = media.folder / "secret.mp4"
    media.lavfi(path, picture(854, 480, "25", SECONDS), beep(SECONDS))
    return path


@pytest.fixture(scope="module")
def protected_id(library: Library, film: Path) -> Iterator[str]:
    """Give an encrypted title that is ready, for as long as this file's tests last."""
    title_id = library.upload(film, "Secret", protection="clearkey")
    library.wait_until(title_id, "ready")
    yield title_id
    library.remove(title_id)


def licences_of(visitor: Visitor) -> list[Request]:
    """Note the licences that a browser asks for."""
    asked: list[Request] = []
    visitor.page.on("request", lambda r: asked.append(r) if LICENSES.search(r.url) else None)
    return asked


def test_a_film_is_protected_by_a_switch_and_plays(
    owner: Visitor, library: Library, short_film: Path
) -> None:
    page = owner.page
    owner.open("/upload")
    switch = page.get_by_role("switch", name="Protect with encryption")
    expect(switch).not_to_be_checked()
    switch.click()
    expect(switch).to_be_checked()
    assert owner.barriers() == []
    page.get_by_test_id("file-input").set_input_files(short_film)
    row = page.get_by_role("listitem").filter(has_text=short_film.name)
    row.get_by_role("link", name="Open the title").click()
    title_id = page.url.rsplit("/", 1)[1]
    library.wait_until(title_id, "ready")
    asked = licences_of(owner)
    page.get_by_role("link", name="Play").click()
    player = Player(page)
    player.wait_until_it_plays()
    answers = [request.response() for request in asked]
    assert [answer.status for answer in answers if answer] == [200]
    library.remove(title_id)


@pytest.mark.alone
def test_pictures_move_in_every_quality_without_a_stall(owner: Visitor, protected_id: str) -> None:
    asked = licences_of(owner)
    owner.open(f"/watch/{protected_id}")
    player = Player(owner.page)
    player.wait_until_it_plays()
    for height in (360, 480):
        player.choose(f"{height}p")
        player.wait_until(f"video.videoHeight === {height}")
    player.wait_until_at(8)
    assert player.frames() > 60
    assert player.stalls() == 0
    # One licence holds the keys of pictures and of sound, for every quality.
    assert len(asked) == 1


def test_without_a_licence_a_screen_says_what_to_do(owner: Visitor, protected_id: str) -> None:
    page = owner.page

    def refuse(route: Route) -> None:
        problem = '{"code": "kit.grant_expired", "detail": "This address has expired."}'
        route.fulfill(status=403, body=problem, content_type="application/problem+json")

    owner.expected += ["/licenses/"]
    page.route(LICENSES, refuse)
    owner.open(f"/watch/{protected_id}")
    expect(page.get_by_role("alert")).to_contain_text("The link has expired")
    assert Player(page).frames() == 0
    page.unroute(LICENSES)
    page.get_by_role("button", name="Try again").click()
    Player(page).wait_until_it_plays()


@pytest.mark.parametrize("by_ms", [A_DAY_MS, -A_DAY_MS], ids=["ahead", "behind"])
def test_a_clock_that_is_wrong_by_a_day_keeps_nobody_out(
    come: Visit, library: Library, protected_id: str, by_ms: int
) -> None:
    visitor = come(library.url)
    visitor.expected.append("/api/v1/auth/me")
    visitor.context.add_init_script(SHIFT_CLOCK % by_ms)
    page = visitor.page
    visitor.open("/login")
    with page.expect_response("**/api/v1/users/me/profiles/*/switch"):
        visitor.log_in(OWNER["email"], OWNER["password"])
    page.wait_for_url(f"{visitor.url}/")
    assert abs(page.evaluate("Date.now()") - time.time() * 1000 - by_ms) < A_DAY_MS / 2
    began_at = time.monotonic()
    session_id = begin(visitor, protected_id)
    visitor.open("/")
    told = wait_until(library, session_id, lambda session: session["ended_by"] is not None)
    passed_ms = (time.monotonic() - began_at) * 1000
    assert (told["ended_by"], told["error_count"]) == ("viewer", 0)
    assert 0 < told["startup_ms"] < passed_ms
    assert 0 < told["played_ms"] < passed_ms
    expect(page.get_by_role("button", name="Account of Owner")).to_be_visible()


def test_over_plain_http_a_screen_says_what_is_needed(
    playwright: Playwright, library: Library, protected_id: str
) -> None:
    """Let a machine of the network come by http, where browsers have no key systems."""
    rules = f"--host-resolver-rules=MAP {ELSEWHERE} 127.0.0.1"
    browser = launch(playwright, rules)
    url = library.url.replace("127.0.0.1", ELSEWHERE)
    state = logged_in(browser, url, OWNER, OF_PLAIN_HTTP)
    with visit(browser, url, storage_state=state) as visitor:
        visitor.expected.append(OF_PLAIN_HTTP)
        visitor.open(f"/watch/{protected_id}")
        alert = visitor.page.get_by_role("alert")
        expect(alert).to_contain_text("This browser cannot unlock the film")
        expect(alert).to_contain_text("https")
        assert Player(visitor.page).frames() == 0
    browser.close()


def test_another_player_needs_nothing_but_the_dash_manifest(
    owner: Visitor, protected_id: str
) -> None:
    owner.open("/")
    owner.page.evaluate(OTHER_PLAYER.read_text())
    owner.page.evaluate(PLAY_ELSEWHERE, protected_id)
    player = Player(owner.page)
    player.wait_until_it_plays()
    player.wait_until_at(3)
