"""Watching a film that is ready: pictures, qualities, keys, and a film that goes away."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.browsing import PHONE, Player, Visit, Visitor, visit
from tests.e2e.conftest import FILM_SECONDS, Library, open_library
from tests.factories.media import MediaFactory, beep, picture


@pytest.fixture
def player(owner: Visitor, title_id: str) -> Player:
    """Let the owner open a film, which begins by itself."""
    owner.open(f"/watch/{title_id}")
    player = Player(owner.page)
    player.wait_until_it_plays()
    return player


def address_of_last_piece(library: Library, title_id: str) -> str:
    """Give the address of the last segment of a film's first rendition."""
    playback = library.client.post(f"/titles/{title_id}/playback").raise_for_status().json()
    master = urljoin(library.url, playback["hls_url"])
    playlist = urljoin(master, addresses_in(library, master)[0])
    return urljoin(playlist, addresses_in(library, playlist)[-1])


def addresses_in(library: Library, playlist: str) -> list[str]:
    """List what a playlist refers to."""
    lines = library.client.get(playlist).raise_for_status().text.splitlines()
    return [line for line in lines if line and not line.startswith("#")]


@pytest.mark.alone
def test_the_pictures_move_without_a_stall(player: Player) -> None:
    at, frames, began_at = player.position_s(), player.frames(), time.monotonic()
    player.wait_until_at(at + 5)
    assert time.monotonic() - began_at > 4.5
    # 25 pictures a second were made.
    assert player.frames() - frames >= 100
    assert player.stalls() == 0


@pytest.mark.alone
def test_the_quality_is_chosen_by_hand_and_left_to_the_player(
    owner: Visitor, player: Player
) -> None:
    page = owner.page
    for height in (360, 480, 360):
        player.choose(f"{height}p")
        player.wait_until(f"video.videoHeight === {height}")
    player.choose("Automatic")
    player.wait_until("video.videoHeight === 480")
    page.get_by_role("button", name="Quality and speed").click()
    automatic = page.get_by_role("menuitemradio", name="Automatic")
    expect(automatic).to_have_attribute("aria-checked", "true")
    expect(automatic).to_contain_text(re.compile(r"now \d+p"))


@pytest.mark.alone
def test_who_comes_early_gets_the_better_pictures_when_they_are_made(
    browser: Browser, media: MediaFactory, tmp_path: Path
) -> None:
    film = media.folder / "minute.mp4"
    media.lavfi(film, picture(854, 480, "10", 62), beep(62))
    with open_library(browser, tmp_path, STREAMVERSE_LADDER="fixed") as library:
        title_id = library.upload(film, "A minute")
        library.wait_until(title_id, "playable")
        with visit(browser, library.url, storage_state=library.owner) as owner:
            owner.open(f"/watch/{title_id}")
            player = Player(owner.page)
            player.wait_until_it_plays()
            assert player.height() == 360
            library.wait_until(title_id, "ready")
            player.wait_until("video.videoHeight === 480")
            at = player.position_s()
            assert at > 1
            player.wait_until_at(at + 1)
            # The swap itself counts as the one wait that there is.
            assert player.stalls() <= 1


@pytest.mark.alone
def test_the_keys(owner: Visitor, player: Player) -> None:
    keyboard = owner.page.keyboard
    keyboard.press("Space")
    player.wait_until("video.paused")
    keyboard.press("5")
    player.wait_until_close_to(FILM_SECONDS / 2)
    keyboard.press("ArrowRight")
    player.wait_until_close_to(FILM_SECONDS / 2 + 5)
    keyboard.press("ArrowLeft")
    player.wait_until_close_to(FILM_SECONDS / 2)
    keyboard.press("m")
    player.wait_until("video.muted")
    keyboard.press("m")
    player.wait_until("!video.muted")
    keyboard.press("ArrowDown")
    player.wait_until("Math.abs(video.volume - 0.95) < 0.001")
    keyboard.press("f")
    player.wait_until("document.fullscreenElement !== null")
    keyboard.press("f")
    player.wait_until("document.fullscreenElement === null")
    keyboard.press("Space")
    player.wait_until("!video.paused")
    player.wait_until_at(FILM_SECONDS / 2 + 0.5)
    assert player.stalls() == 0


def test_the_keys_for_speed_single_pictures_and_help(owner: Visitor, player: Player) -> None:
    page = owner.page
    for key, rate in ((">", 1.25), (">", 1.5), ("<", 1.25), ("<", 1)):
        page.keyboard.press(key)
        player.wait_until(f"video.playbackRate === {rate}")
    page.keyboard.press("Enter")
    player.wait_until("video.paused")
    page.keyboard.press("5")
    player.wait_until("!video.seeking && video.currentTime > 1")
    at = player.position_s()
    page.keyboard.press(".")
    # Twenty-five pictures a second were made.
    player.wait_until(f"Math.abs(video.currentTime - {at + 0.04}) < 0.021")
    page.keyboard.press(",")
    player.wait_until(f"Math.abs(video.currentTime - {at}) < 0.021")
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keyboard")
    expect(keys).to_be_visible()
    assert owner.barriers() == []
    page.keyboard.press("Escape")
    expect(keys).to_have_count(0)


def test_two_taps_of_a_finger_wind(come: Visit, library: Library, title_id: str) -> None:
    phone = come(
        library.url,
        storage_state=library.owner,
        viewport=PHONE,
        has_touch=True,
        is_mobile=True,
    )
    phone.open(f"/watch/{title_id}")
    player = Player(phone.page)
    player.wait_until_it_plays()
    phone.page.keyboard.press("Enter")
    player.wait_until("video.paused")
    phone.page.keyboard.press("0")
    player.wait_until_close_to(0)
    touch = phone.page.touchscreen
    for _ in range(2):
        touch.tap(PHONE["width"] * 0.9, PHONE["height"] * 0.3)
    player.wait_until_close_to(10)
    expect(phone.page.get_by_text("+10 s")).to_be_visible()
    for _ in range(2):
        touch.tap(PHONE["width"] * 0.1, PHONE["height"] * 0.3)
    player.wait_until_close_to(0)
    assert phone.page.evaluate("document.fullscreenElement === null")


def test_a_small_picture_over_other_windows(owner: Visitor, player: Player) -> None:
    page = owner.page
    page.get_by_role("button", name="Picture in picture").click()
    player.wait_until("document.pictureInPictureElement !== null")
    player.wait_until("!video.paused")
    page.keyboard.press("i")
    player.wait_until("document.pictureInPictureElement === null")
    page.keyboard.press("i")
    player.wait_until("document.pictureInPictureElement !== null")
    page.get_by_role("button", name="Leave picture in picture").click()
    player.wait_until("document.pictureInPictureElement === null")


# What the keys of keyboards and headphones call, which no test can press.
MEDIA_KEYS = """
window.mediaKeys = {};
MediaSession.prototype.setActionHandler = (action, handler) => {
    window.mediaKeys[action] = handler;
};
"""


def test_the_keys_of_headphones(owner: Visitor, title_id: str) -> None:
    page = owner.page
    page.add_init_script(MEDIA_KEYS)
    owner.open(f"/watch/{title_id}")
    player = Player(page)
    player.wait_until_it_plays()
    page.evaluate("mediaKeys.pause({})")
    player.wait_until("video.paused")
    page.evaluate("mediaKeys.seekto({ seekTime: 2 })")
    player.wait_until_close_to(2)
    page.evaluate("mediaKeys.seekbackward({ seekOffset: 1 })")
    player.wait_until_close_to(1)
    page.evaluate("mediaKeys.play({})")
    player.wait_until("!video.paused")
    assert page.evaluate("navigator.mediaSession.metadata.title") == page.title().split(" · ")[0]


def test_it_goes_on_where_it_was_left(owner: Visitor, player: Player) -> None:
    page = owner.page
    page.keyboard.press("5")
    player.wait_until_at(FILM_SECONDS / 2 + 0.5)
    page.get_by_role("link", name="Back to the title").click()
    page.get_by_role("link", name=re.compile(r"Resume from 0:2\d")).click()
    player.wait_until_at(FILM_SECONDS / 2)
    expect(page.get_by_text(re.compile(r"Resumed at 0:2\d"))).to_be_visible()
    page.get_by_role("button", name="Play from the start").click()
    player.wait_until("video.currentTime < 5")


@pytest.fixture
def wide_title_id(library: Library, media: MediaFactory) -> Iterator[str]:
    """Give a title with pictures of up to 720 lines."""
    film = media.folder / "wide.mp4"
    # A still picture may take fewer bits in 720 lines than in 480, and the player goes by bits.
    media.lavfi(film, "testsrc2=size=1280x720:rate=10:duration=60", beep(60))
    title_id = library.upload(film, "Wide")
    library.wait_until(title_id, "ready")
    library.wait_until_pictured(title_id)  # the player measures how fast a quiet server is
    yield title_id
    library.remove(title_id)


@pytest.fixture
def liked(library: Library) -> Iterator[None]:
    """Let the owner like it fast, not too sharp, and with yellow subtitles."""
    family = library.client.get("/users/me/profiles").raise_for_status().json()
    path = f"/users/me/profiles/{family['items'][0]['id']}/preferences"
    chosen = {
        "playback": {"quality_cap": "480p", "speed_percent": 150},
        "subtitle_appearance": {"size": "huge", "colour": "#FFE45C"},
    }
    library.client.patch(path, json=chosen).raise_for_status()
    yield
    library.client.patch(path, json=dict.fromkeys(chosen)).raise_for_status()


@pytest.mark.alone
def test_it_plays_as_whoever_watches_likes_it(
    wide_title_id: str, owner: Visitor, request: pytest.FixtureRequest
) -> None:
    page = owner.page
    owner.open(f"/watch/{wide_title_id}")
    player = Player(page)
    # On a busy machine the player takes the line for slow, and would not get there by itself.
    player.choose("720p")
    player.wait_until("video.videoHeight === 720")
    player.wait_until("video.playbackRate === 1")
    player.choose("Automatic")

    request.getfixturevalue("liked")
    page.reload()
    player.wait_until_it_plays()
    player.wait_until("video.playbackRate === 1.5")
    player.wait_until("video.videoHeight === 480")
    rule = page.evaluate(
        "[...document.styleSheets].flatMap(sheet => [...sheet.cssRules])"
        ".find(rule => rule.selectorText?.endsWith('::cue')).style.color"
    )
    assert rule == "rgb(255, 228, 92)"
    # Whoever wants more on the spot gets it.
    player.choose("720p")
    player.wait_until("video.videoHeight === 720")
    player.choose("Automatic")
    player.wait_until("video.videoHeight === 480")
    player.choose("Normal")
    player.wait_until("video.playbackRate === 1")


def test_a_film_that_was_deleted_says_so(
    owner: Visitor, library: Library, media: MediaFactory
) -> None:
    # So long that its end is not fetched before somebody goes there.
    film = media.folder / "long.mp4"
    media.lavfi(film, picture(320, 180, "25", 120), beep(120))
    title_id = library.upload(film, "Soon gone")
    library.wait_until(title_id, "ready")
    page = owner.page
    owner.expected += ["/media/", "/player/", f"/titles/{title_id}", "/progress/", "/markers"]
    owner.open(f"/watch/{title_id}")
    player = Player(page)
    player.wait_until_it_plays()
    last_piece = address_of_last_piece(library, title_id)
    library.remove(title_id)
    library.wait_until_gone(last_piece)
    page.keyboard.press("9")
    expect(page.get_by_role("alert")).to_contain_text("The film is not there")

    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("There is no such title")
    page.get_by_role("link", name="Go to the home page").click()
    expect(page).to_have_url(f"{library.url}/")
