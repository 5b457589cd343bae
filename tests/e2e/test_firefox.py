"""The player in Firefox: the same buttons are pressed there, and the same is shown and heard."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from tests.e2e.browsing import Player, Visitor, launch_firefox, visit
from tests.e2e.conftest import FILM_SECONDS, Library
from tests.e2e.test_live import address, test_what_an_encoder_sends_is_watched_from_its_edge
from tests.e2e.test_media import (
    pictured,
    subtitled,
    test_subtitles_are_shown_at_their_time_and_hidden_again,
    test_the_bar_shows_what_is_where,
)
from tests.e2e.test_player import (
    player,
    test_a_film_that_was_deleted_says_so,
    test_it_goes_on_where_it_was_left,
    test_the_keys,
    test_the_quality_is_chosen_by_hand_and_left_to_the_player,
)
from tests.e2e.test_problems import (
    limit,
    long_title_id,
    reader,
    test_a_device_that_decodes_no_pictures_is_told_so,
    test_what_does_not_arrive_is_tried_again_by_a_button,
    test_what_may_not_be_watched_here_or_now_says_so,
    test_what_somebody_else_ends_stands_still_and_says_so,
)
from tests.e2e.test_profiles import home, parent, test_a_film_for_grown_ups_asks_for_their_pin
from tests.e2e.test_protection import (
    test_pictures_move_in_every_quality_without_a_stall,
    test_without_a_licence_a_screen_says_what_to_do,
)
from tests.e2e.test_sessions import (
    test_what_a_player_tells_and_a_viewer_reports_reaches_staff,
    test_who_is_one_too_many_chooses_whom_to_end,
)
from tests.e2e.test_watching import (
    ENGLISH_HZ,
    GERMAN_HZ,
    episodes,
    page,
    test_intros_are_skipped_by_a_button_and_by_a_key,
    test_it_shows_what_it_measures,
    test_the_next_episode_begins_by_itself_and_fills_the_screen_still,
)
from tests.factories.processes import OWNER

# Without loudspeakers Firefox runs no AudioContext, so what the element is given is decoded.
KEEP_WHAT_IS_GIVEN = """
() => {
    const given = new Map();
    const append = SourceBuffer.prototype.appendBuffer;
    SourceBuffer.prototype.appendBuffer = function (bytes) {
        const copy = new Uint8Array(ArrayBuffer.isView(bytes)
            ? bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
            : bytes.slice(0));
        const text = new TextDecoder("latin1").decode(copy);
        if (text.includes("moov")) given.set(this, { isSound: text.includes("soun"), parts: [] });
        given.get(this)?.parts.push(copy);
        return append.call(this, bytes);
    };
    window.givenHz = async () => {
        const sound = [...given.values()].find(({ isSound }) => isSound);
        if (sound === undefined || sound.parts.length < 2) return 0;
        const bytes = await new Blob(sound.parts).arrayBuffer();
        const decoded = await new OfflineAudioContext(1, 1, 48000).decodeAudioData(bytes);
        const wave = decoded.getChannelData(0).slice(-48000);
        let crossings = 0;
        for (let at = 1; at < wave.length; at += 1) crossings += wave[at - 1] < 0 && wave[at] >= 0;
        return crossings * 48000 / wave.length;
    };
}
"""

# Everything of other files that is done here once more, with what it takes.
__all__ = [
    "address",
    "episodes",
    "home",
    "limit",
    "long_title_id",
    "page",
    "parent",
    "pictured",
    "player",
    "reader",
    "subtitled",
    "test_a_device_that_decodes_no_pictures_is_told_so",
    "test_a_film_for_grown_ups_asks_for_their_pin",
    "test_a_film_that_was_deleted_says_so",
    "test_intros_are_skipped_by_a_button_and_by_a_key",
    "test_it_goes_on_where_it_was_left",
    "test_it_shows_what_it_measures",
    "test_pictures_move_in_every_quality_without_a_stall",
    "test_subtitles_are_shown_at_their_time_and_hidden_again",
    "test_the_bar_shows_what_is_where",
    "test_the_keys",
    "test_the_next_episode_begins_by_itself_and_fills_the_screen_still",
    "test_the_quality_is_chosen_by_hand_and_left_to_the_player",
    "test_what_a_player_tells_and_a_viewer_reports_reaches_staff",
    "test_what_an_encoder_sends_is_watched_from_its_edge",
    "test_what_does_not_arrive_is_tried_again_by_a_button",
    "test_what_may_not_be_watched_here_or_now_says_so",
    "test_what_somebody_else_ends_stands_still_and_says_so",
    "test_who_is_one_too_many_chooses_whom_to_end",
    "test_without_a_licence_a_screen_says_what_to_do",
]


@pytest.fixture(scope="module")
def firefox(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Start the Firefox that all tests here share."""
    browser = launch_firefox(playwright, tmp_path_factory.mktemp("firefox"))
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def protected_id(library: Library, film: Path) -> Iterator[str]:
    """Give an encrypted title that is ready, for as long as this file's tests last."""
    title_id = library.upload(film, "Secret", protection="clearkey")
    library.wait_until(title_id, "ready")
    yield title_id
    library.remove(title_id)


@pytest.fixture
def come(firefox: Browser) -> Iterator[Callable[..., Visitor]]:
    """Let people visit in Firefox."""
    with ExitStack() as stack:
        yield lambda url, **options: stack.enter_context(visit(firefox, url, **options))


@pytest.mark.alone
def test_somebody_logs_in_and_watches(
    come: Callable[..., Visitor], library: Library, title_id: str
) -> None:
    visitor = come(library.url)
    visitor.expected.append("/api/v1/auth/me")
    page = visitor.page
    visitor.open("/login")
    with page.expect_response("**/api/v1/users/me/profiles/*/switch"):
        visitor.log_in(OWNER["email"], OWNER["password"])
    visitor.open(f"/titles/{title_id}")
    page.get_by_role("link", name="Play").click()
    player = Player(page)
    player.wait_until_it_plays()
    at, frames = player.position_s(), player.frames()
    player.wait_until_at(at + 5)
    # 25 pictures a second were made.
    assert player.frames() - frames >= 100
    assert player.stalls() == 0
    player.choose("1.5")
    player.wait_until("video.playbackRate === 1.5")
    page.keyboard.press("9")
    player.wait_until_close_to(FILM_SECONDS * 0.9)
    expect(page.get_by_role("alert")).to_have_count(0)


def test_what_was_watched_on_one_device_goes_on_on_another(
    come: Callable[..., Visitor], browser: Browser, library: Library, title_id: str
) -> None:
    with visit(browser, library.url, storage_state=library.owner) as at_the_desk:
        at_the_desk.open(f"/watch/{title_id}")
        player = Player(at_the_desk.page)
        player.wait_until_it_plays()
        at_the_desk.page.keyboard.press("6")
        player.wait_until_at(FILM_SECONDS * 0.6 + 0.5)
        with at_the_desk.page.expect_response("**/progress/*"):
            at_the_desk.page.keyboard.press("Space")
    on_the_sofa = come(library.url)
    on_the_sofa.expected.append("/api/v1/auth/me")
    page = on_the_sofa.page
    on_the_sofa.open("/login")
    with page.expect_response("**/api/v1/users/me/profiles/*/switch"):
        on_the_sofa.log_in(OWNER["email"], OWNER["password"])
    on_the_sofa.open(f"/titles/{title_id}")
    page.get_by_role("link", name=re.compile(r"Resume from 0:2[45]")).click()
    Player(page).wait_until("video.currentTime >= 24 && video.currentTime < 32")
    expect(page.get_by_text(re.compile(r"Resumed at 0:2[45]"))).to_be_visible()


def test_the_other_sound_is_what_is_played(page: Page) -> None:
    player = Player(page)
    page.evaluate(KEEP_WHAT_IS_GIVEN)
    for language, hz in (("German", GERMAN_HZ), ("English", ENGLISH_HZ)):
        page.get_by_role("button", name="Sound", exact=True).press("Enter")
        page.get_by_role("menuitemradio", name=language).press("Enter")
        page.wait_for_function(f"async () => Math.abs(await givenHz() - {hz}) < 50")
        player.wait_until_at(player.position_s() + 1)
