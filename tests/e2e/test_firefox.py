"""The player in Firefox: the same buttons are pressed there, and the same is shown and heard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, expect

from tests.e2e.browsing import Player, Visitor, launch_firefox, visit
from tests.e2e.conftest import FILM_SECONDS, Library
from tests.e2e.test_media import subtitled, test_subtitles_are_shown_at_their_time_and_hidden_again
from tests.e2e.test_player import (
    player,
    test_the_keys,
    test_the_quality_is_chosen_by_hand_and_left_to_the_player,
)
from tests.e2e.test_protection import test_pictures_move_in_every_quality_without_a_stall
from tests.e2e.test_watching import (
    episodes,
    page,
    test_intros_are_skipped_by_a_button_and_by_a_key,
    test_the_next_episode_begins_by_itself_and_fills_the_screen_still,
)
from tests.factories.processes import OWNER

# Everything of other files that is done here once more, with what it takes.
__all__ = [
    "episodes",
    "page",
    "player",
    "subtitled",
    "test_intros_are_skipped_by_a_button_and_by_a_key",
    "test_pictures_move_in_every_quality_without_a_stall",
    "test_subtitles_are_shown_at_their_time_and_hidden_again",
    "test_the_keys",
    "test_the_next_episode_begins_by_itself_and_fills_the_screen_still",
    "test_the_quality_is_chosen_by_hand_and_left_to_the_player",
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
