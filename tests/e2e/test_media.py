"""Pictures and subtitles: what staff does with them, and what viewers see of them."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from PIL import Image
from playwright.sync_api import Locator, expect

from tests.e2e.browsing import Player, Visitor
from tests.e2e.conftest import READY_WITHIN_S, Library
from tests.factories.media import MediaFactory
from tests.factories.pictures import PictureFactory

SRT = (
    "1\n00:00:01,000 --> 00:00:06,000\nHello <i>you</i>\n\n"
    "2\n00:00:08,000 --> 00:00:39,000\n{\\an8}Far <b>above</b>\n"
)
GERMAN = "1\n00:00:00,000 --> 00:00:39,000\nGuten Tag\n"


def wait_for_pictures(client: httpx.Client, title_id: str) -> None:
    """Wait until a film was looked through."""
    deadline = time.monotonic() + READY_WITHIN_S
    while client.get(f"/titles/{title_id}/thumbnail-sprite").status_code != 200:
        assert time.monotonic() < deadline
        time.sleep(0.2)


@pytest.fixture
def pictured(library: Library, title_id: str) -> str:
    """Give a title that has all its pictures."""
    wait_for_pictures(library.client, title_id)
    return title_id


@pytest.fixture
def subtitled(library: Library, title_id: str) -> Iterator[str]:
    """Give a title with subtitles in two languages, and take them away again."""
    path = f"/assets/{title_id}/subtitles"
    for language, text in (("en", SRT), ("de", GERMAN)):
        library.client.post(path, params={"language": language}, content=text).raise_for_status()
    deadline = time.monotonic() + READY_WITHIN_S
    while {item["state"] for item in library.client.get(path).json()["items"]} != {"ready"}:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    yield title_id
    for item in library.client.get(path).json()["items"]:
        library.client.delete(f"{path}/{item['id']}").raise_for_status()


def choose_captions(owner: Visitor, name: str) -> None:
    """Open the player's menu of subtitles and choose."""
    owner.page.mouse.move(200, 300)
    owner.page.mouse.move(220, 320)
    owner.page.get_by_role("button", name="Captions").click()
    owner.page.get_by_role("menuitemradio", name=name).click()


def number_on(picture: Locator) -> int:
    """Read the number of the frame that a small picture shows."""
    with Image.open(BytesIO(picture.screenshot())) as shot:
        gray = shot.convert("L")
    cell = 52 / 854 * 160
    bits = (gray.getpixel((int(cell * (bit + 0.5)), 10)) for bit in range(16))
    return sum(1 << bit for bit, light in enumerate(bits) if isinstance(light, int) and light > 127)


# --- what viewers see -----------------------------------------------------------------------------


def test_subtitles_are_shown_at_their_time_and_hidden_again(owner: Visitor, subtitled: str) -> None:
    page = owner.page
    owner.open(f"/watch/{subtitled}")
    player = Player(page)
    player.wait_until_it_plays()
    page.keyboard.press("Space")
    expect(page.get_by_test_id("subtitles")).to_be_hidden()

    choose_captions(owner, "English")
    page.keyboard.press("0")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    player.wait_until_close_to(15)
    words = page.get_by_test_id("subtitles")
    expect(words).to_have_text("Far above")
    expect(words.locator(".font-bold")).to_have_text("above")
    frame, box = page.locator("video").bounding_box(), words.get_by_text("Far").bounding_box()
    assert frame is not None
    assert box is not None
    assert box["y"] < frame["y"] + frame["height"] / 4

    for _ in range(2):
        page.keyboard.press("ArrowLeft")
    player.wait_until_close_to(5)
    expect(words).to_have_text("Hello you")
    page.keyboard.press("ArrowRight")
    player.wait_until_close_to(10)
    expect(words).to_have_text("Far above")

    choose_captions(owner, "German")
    expect(words).to_have_text("Guten Tag")
    choose_captions(owner, "Off")
    expect(words).to_be_hidden()
    page.keyboard.press("c")
    expect(words).to_have_text("Guten Tag")
    page.keyboard.press("0")
    player.wait_until("video.currentTime < 1")
    choose_captions(owner, "English")
    expect(words).to_be_hidden()
    page.keyboard.press("k")
    expect(words).to_have_text("Hello you")


LOOK = """
element => {
    const { color, fontSize } = getComputedStyle(element);
    return [color, parseFloat(fontSize)];
}
"""


def show_words(owner: Visitor, subtitled: str) -> Locator:
    """Play the film up to a place where something is said, with English subtitles."""
    owner.open(f"/watch/{subtitled}")
    player = Player(owner.page)
    player.wait_until_it_plays()
    owner.page.keyboard.press("Space")
    choose_captions(owner, "English")
    owner.page.keyboard.press("0")
    owner.page.keyboard.press("ArrowRight")
    player.wait_until_close_to(5)
    words = owner.page.get_by_test_id("subtitles")
    expect(words).to_have_text("Hello you")
    return words.locator("p > span")


def test_subtitles_look_as_whoever_watches_likes_them(
    owner: Visitor, library: Library, subtitled: str
) -> None:
    plain, usual = show_words(owner, subtitled).evaluate(LOOK)
    family = library.client.get("/users/me/profiles").raise_for_status().json()
    path = f"/users/me/profiles/{family['items'][0]['id']}/preferences"
    liked = {"subtitle_appearance": {"size": "huge", "colour": "#FFE45C"}}
    library.client.patch(path, json=liked).raise_for_status()
    try:
        colour, size = show_words(owner, subtitled).evaluate(LOOK)
    finally:
        library.client.patch(path, json=dict.fromkeys(liked)).raise_for_status()
    assert (plain, colour) == ("rgb(255, 255, 255)", "rgb(255, 228, 92)")
    assert size > usual * 1.4


def test_the_bar_shows_what_is_where(owner: Visitor, pictured: str) -> None:
    page = owner.page
    owner.open(f"/watch/{pictured}")
    player = Player(page)
    player.wait_until_it_plays()
    page.keyboard.press("Space")
    bar = page.get_by_role("slider", name="Position")
    box = bar.bounding_box()
    assert box is not None
    picture, preview = page.get_by_test_id("scrub-picture"), page.get_by_test_id("scrub-preview")
    for second in (21, 5, 39):
        page.mouse.move(box["x"] + box["width"] * second / 40, box["y"] + box["height"] / 2)
        expect(preview).to_have_text(re.compile(rf"0:{second - 1:02}|0:{second:02}"))
        page.wait_for_load_state("networkidle")
        assert number_on(picture) == second // 2 * 2 * 25
    page.mouse.move(200, 200)
    expect(picture).to_be_hidden()

    bar.focus()
    page.keyboard.press("5")
    expect(preview).to_have_text("0:20")
    assert number_on(picture) == 20 * 25


def test_a_title_moves_under_the_mouse_unless_one_minds(owner: Visitor, pictured: str) -> None:
    page = owner.page
    owner.open("/")
    tile = page.get_by_role("main").locator(f"a[href='/titles/{pictured}'][aria-label]").first
    tile.hover()
    expect(page.get_by_test_id("preview")).to_be_visible()
    page.wait_for_function(
        "() => document.querySelector('[data-testid=preview]')?.currentTime > 0.5"
    )
    page.mouse.move(5, 5)
    expect(page.get_by_test_id("preview")).to_be_hidden()

    page.emulate_media(reduced_motion="reduce")
    tile.hover()
    page.wait_for_timeout(700)
    expect(page.get_by_test_id("preview")).to_be_hidden()


def test_a_poster_comes_in_the_best_form(owner: Visitor, pictured: str) -> None:
    page = owner.page
    owner.open("/")
    poster = page.locator(f"a[href='/titles/{pictured}'] img").first
    expect(poster).to_be_visible()
    page.wait_for_function(
        "(image) => image.complete && image.naturalWidth > 0", arg=poster.element_handle()
    )
    assert str(poster.evaluate("(image) => image.currentSrc")).endswith(".avif")


# --- what staff does ------------------------------------------------------------------------------


def test_the_poster_is_chosen_and_replaced(
    owner: Visitor, library: Library, pictured: str, tmp_path: Path
) -> None:
    page = owner.page
    owner.open(f"/titles/{pictured}")
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Media").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Media")
    choices = page.get_by_role("group", name="Poster").get_by_role("radio")
    expect(choices).to_have_count(6)
    expect(choices.nth(0)).to_be_checked()
    choices.nth(2).click(force=True)
    expect(page.get_by_text("The poster is changed.")).to_be_visible()
    pictures = library.client.get(f"/assets/{pictured}/pictures").json()
    assert pictures["poster_id"] == pictures["posters"][2]["id"]
    assert owner.barriers() == []

    own = tmp_path / "own.png"
    own.write_bytes(PictureFactory.in_folder(tmp_path).make("own.png", "640x360"))
    page.get_by_test_id("poster-input").set_input_files(own)
    expect(page.get_by_text("Your own picture")).to_be_visible()
    expect(choices).to_have_count(7)
    title = library.title(pictured)
    assert title["poster"]["widths"] == [320, 640]

    wrong = tmp_path / "wrong.png"
    wrong.write_text("no picture")
    owner.expected.append(f"/assets/{pictured}/poster")
    page.get_by_test_id("poster-input").set_input_files(wrong)
    expect(page.get_by_text("Choose a picture: a PNG, JPEG or WebP file.")).to_be_visible()
    assert library.title(pictured)["poster"]["base_url"] == title["poster"]["base_url"]


def test_subtitles_are_added_named_and_removed(
    owner: Visitor, library: Library, pictured: str, tmp_path: Path
) -> None:
    page = owner.page
    owner.open(f"/titles/{pictured}/media")
    expect(page.get_by_text("No subtitles yet")).to_be_visible()
    page.get_by_role("button", name="Add subtitles").click()
    dialog = page.get_by_role("dialog", name="Add subtitles")
    dialog.get_by_role("button", name="Add subtitles").click()
    expect(dialog.get_by_text("Choose a file.")).to_be_visible()

    archive = tmp_path / "film.zip.srt"
    archive.write_bytes(b"PK\3\4" + bytes(200))
    owner.expected.append(f"/assets/{pictured}/subtitles")
    dialog.get_by_label("File").set_input_files(archive)
    dialog.get_by_role("button", name="Add subtitles").click()
    expect(dialog.get_by_text("This file is not a text")).to_be_visible()

    words = tmp_path / "numbers.fr.sdh.srt"
    words.write_bytes("1\n00:00:01,000 --> 00:00:02,000\nLe bel été dernier\n".encode("cp1252"))
    dialog.get_by_label("File").set_input_files(words)
    expect(dialog.get_by_label("Language")).to_have_value("fr")
    expect(dialog.get_by_label("For the deaf and hard of hearing")).to_be_checked()
    dialog.get_by_role("button", name="Add subtitles").click()
    expect(dialog).to_be_hidden()
    row = page.get_by_role("list", name="Subtitles of this title").get_by_role("listitem")
    expect(row).to_contain_text("French")
    expect(row).to_contain_text("it was read as Windows-1252 (Western European)")
    expect(row.get_by_text("Being prepared")).to_be_hidden()
    assert owner.barriers() == []

    page.get_by_role("button", name="Change French").click()
    page.get_by_role("dialog").get_by_label("Name").fill("Français (SDH)")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(row).to_contain_text("Français (SDH)")
    page.get_by_role("button", name="Remove Français (SDH)").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove them").click()
    expect(page.get_by_text("No subtitles yet")).to_be_visible()
    assert library.client.get(f"/assets/{pictured}/subtitles").json()["items"] == []


def test_subtitles_are_dropped_together_with_their_film(
    owner: Visitor, library: Library, media: MediaFactory, tmp_path: Path
) -> None:
    page = owner.page
    film, words, alone = (tmp_path / name for name in ("holiday.mp4", "holiday.en.srt", "x.srt"))
    film.write_bytes(media.make("pattern").read_bytes())
    words.write_text(SRT)
    alone.write_text(SRT)
    owner.open("/upload")
    page.get_by_test_id("file-input").set_input_files([words, alone, film])
    expect(page.get_by_text("“x.srt” belongs to no film here.")).to_be_visible()
    expect(page.get_by_text("“holiday.en.srt” is added to “holiday” as subtitles.")).to_be_visible()
    (title,) = library.client.get("/titles", params={"query": "holiday"}).json()["items"]
    (subtitle,) = library.client.get(f"/assets/{title['id']}/subtitles").json()["items"]
    assert (subtitle["language"], subtitle["cue_count"]) == ("en", 1)
    library.remove(title["id"])
