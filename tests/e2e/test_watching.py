"""What a player knows of a film beyond its pictures: markers, sounds, what comes next, figures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browsing import Player, Visitor, photograph
from tests.e2e.conftest import Library
from tests.factories.media import MediaFactory, picture

SECONDS = 30
ENGLISH_HZ, GERMAN_HZ = 400, 1600
MARKERS = [
    {"kind": "chapter", "start_ms": 0, "end_ms": 10_000, "label": "Leaving"},
    {"kind": "intro", "start_ms": 1_000, "end_ms": 12_000},
    {"kind": "chapter", "start_ms": 10_000, "end_ms": 30_000, "label": "Arriving"},
    {"kind": "credits", "start_ms": 24_000, "end_ms": 30_000},
]
LISTEN = """
() => {
    const context = new AudioContext();
    const analyser = new AnalyserNode(context, { fftSize: 2048 });
    context.createMediaElementSource(document.querySelector("video")).connect(analyser);
    // Where there are no loudspeakers it never says that it runs.
    void context.resume();
    window.loudestHz = () => {
        const levels = new Uint8Array(analyser.frequencyBinCount);
        analyser.getByteFrequencyData(levels);
        return (levels.indexOf(Math.max(...levels)) * context.sampleRate) / analyser.fftSize;
    };
}
"""


@dataclass(frozen=True)
class Episodes:
    """Two episodes that follow each other; the first has markers and two sounds."""

    first: str
    second: str


@pytest.fixture(scope="module")
def episodes(library: Library, media: MediaFactory) -> Iterator[Episodes]:
    """Put a series into the library, for as long as this file's tests last."""
    path = media.folder / "episode.mkv"
    inputs = (
        picture(320, 180, "25", SECONDS),
        *(f"sine=frequency={hz}:duration={SECONDS}" for hz in (ENGLISH_HZ, GERMAN_HZ)),
    )
    maps = [word for number in range(3) for word in ("-map", str(number))]
    languages = ["-metadata:s:a:0", "language=eng", "-metadata:s:a:1", "language=deu"]
    codecs = ["-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac"]
    media.lavfi(path, *inputs, options=(*maps, *languages, *codecs))
    ids = [library.upload(path, name) for name in ("The first", "The second")]
    ask = library.client
    series = library.make_title(kind="series", name="The line")
    season = library.make_title(kind="season", name="One", parent_id=series, number=1)
    for number, title_id in enumerate(ids, start=1):
        library.wait_until(title_id, "ready")
        place = {"kind": "episode", "parent_id": season, "number": number}
        ask.post(f"/admin/titles/{title_id}/place", json=place).raise_for_status()
    ask.patch(f"/admin/titles/{ids[0]}", json={"markers": MARKERS}).raise_for_status()
    for above in (season, series):
        ask.post(f"/titles/{above}/publish").raise_for_status()
    yield Episodes(*ids)
    for title_id in (*ids, season, series):
        library.remove(title_id)


@pytest.fixture
def page(owner: Visitor, episodes: Episodes) -> Page:
    """Open the first episode, which begins by itself, where nobody has been in it before."""
    owner.open(f"/watch/{episodes.first}")
    Player(owner.page).wait_until_it_plays()
    owner.page.keyboard.press("Home")
    return owner.page


def seek(page: Page, seconds: float) -> None:
    """Go somewhere as the keys of a keyboard do."""
    page.evaluate(f"document.querySelector('video').currentTime = {seconds}")


def test_intros_are_skipped_by_a_button_and_by_a_key(page: Page) -> None:
    player = Player(page)
    seek(page, 3)
    page.get_by_role("button", name="Skip intro").click()
    player.wait_until("video.currentTime >= 12 && video.currentTime < 16")
    expect(page.get_by_role("button", name="Skip intro")).to_have_count(0)
    seek(page, 3)
    expect(page.get_by_role("button", name="Skip intro")).to_be_visible()
    page.keyboard.press("s")
    player.wait_until("video.currentTime >= 12 && video.currentTime < 16")
    expect(page.get_by_test_id("chapter-mark")).to_have_count(1)


def test_the_other_sound_is_heard(page: Page) -> None:
    page.evaluate(LISTEN)
    page.wait_for_function(f"() => Math.abs(loudestHz() - {ENGLISH_HZ}) < 50")
    page.mouse.move(300, 300)
    page.get_by_role("button", name="Sound", exact=True).click()
    expect(page.get_by_role("menuitemradio", name="English")).to_be_checked()
    page.get_by_role("menuitemradio", name="German").click()
    page.wait_for_function(f"() => Math.abs(loudestHz() - {GERMAN_HZ}) < 50")
    page.keyboard.press("a")
    page.wait_for_function(f"() => Math.abs(loudestHz() - {ENGLISH_HZ}) < 50")


def test_pictures_are_left_out_and_come_back(page: Page) -> None:
    player = Player(page)
    seek(page, 6)
    player.wait_until("video.currentTime > 6.5 && !video.seeking")
    at = player.position_s()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    player.choose("Sound only")
    player.wait_until("video.readyState > 2 && video.videoWidth === 0")
    player.wait_until(f"video.currentTime > {at} && video.currentTime < 20")
    page.evaluate(LISTEN)
    page.wait_for_function(f"() => Math.abs(loudestHz() - {ENGLISH_HZ}) < 50")
    expect(page.get_by_text("Resumed at")).to_have_count(0)
    page.mouse.move(300, 320)
    expect(page.get_by_text("Sound only", exact=True)).to_be_visible()
    photograph(page, "player-sound-only")
    seek(page, 20)
    player.wait_until("video.currentTime > 20.5")
    assert {path.split("/")[-2] for path in asked if path.endswith(".m4s")} == {"a0"}
    player.choose("180p")
    player.wait_until("video.videoHeight === 180 && video.currentTime > 20.5")


def test_the_next_episode_begins_by_itself_and_fills_the_screen_still(
    owner: Visitor, page: Page, episodes: Episodes
) -> None:
    page.keyboard.press("f")
    page.wait_for_function("() => document.fullscreenElement !== null")
    seek(page, 24.5)
    offer = page.get_by_role("region", name="Next episode")
    expect(offer).to_contain_text("The second")
    expect(offer.get_by_role("button", name=re.compile(r"Plays in \d s"))).to_be_focused()
    offer.get_by_role("button", name="Stay here").click()
    expect(offer).to_have_count(0)
    expect(offer).to_be_visible(timeout=20_000)  # at the end it is offered again
    page.wait_for_url(f"{owner.url}/watch/{episodes.second}", timeout=20_000)
    Player(page).wait_until_it_plays()
    assert page.evaluate("document.fullscreenElement !== null")
    page.keyboard.press("Home")
    page.keyboard.press("n")
    expect(page.get_by_role("button", name="Next episode")).to_have_count(0)
    expect(page).to_have_url(f"{owner.url}/watch/{episodes.second}")


def test_what_comes_next_is_asked_for_while_it_is_offered(
    owner: Visitor, page: Page, episodes: Episodes
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(f"{request.method} {request.url}"))
    seek(page, 24.5)
    expect(page.get_by_role("region", name="Next episode")).to_be_visible()
    title = f"GET {owner.url}/api/v1/titles/{episodes.second}"
    page.wait_for_load_state("networkidle")
    assert {title, f"{title}/details"} <= set(asked)
    asked.clear()
    page.keyboard.press("n")
    page.wait_for_url(f"{owner.url}/watch/{episodes.second}")
    Player(page).wait_until_it_plays()
    session = f"POST {owner.url}/api/v1/player/sessions/enhanced"
    # The page need not hear again what the title is before it asks to watch it.
    about = [one for one in asked if one in {title, session}]
    assert about[0] == session or len(about) == len({title, session})


def test_it_shows_what_it_measures(owner: Visitor, page: Page) -> None:
    page.keyboard.press("d")
    details = page.get_by_role("region", name="Technical details")
    expect(details).to_contain_text("180, 25 fps")
    expect(details).to_contain_text("avc1.")
    expect(details).to_contain_text(re.compile(r"First picture after\d+ ms"))
    expect(details).to_contain_text(re.compile(r"0 dropped of \d+"))
    assert owner.barriers() == []
    page.keyboard.press("d")
    expect(details).to_have_count(0)
