"""What viewers of a stream choose and see in a browser: heights, slates, a node that is gone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browsing import PHONE, Visit, Visitor, photograph
from tests.e2e.conftest import Library, open_library
from tests.e2e.test_live import SHOWN_SIZE, frames_advance, sending
from tests.e2e.test_webrtc import IS_BY_WEBRTC, choose_delay
from tests.factories.media import MediaFactory
from tests.factories.pictures import PictureFactory
from tests.factories.processes import Process, free_port

TELEVISION = {"width": 1920, "height": 1080}
AWAY = "The picture will be back in a moment"
LOST = "The connection was lost"
IS_MUTED = "document.querySelector('video').muted"


def make_stream(client: httpx.Client, name: str, **said: str) -> tuple[str, str]:
    """Make a stream, and give its id and its key."""
    made = client.post("/live/streams", json={"name": name, **said}).raise_for_status().json()
    shown = client.get(f"/live/streams/{made['id']}/key").raise_for_status().json()
    return made["id"], shown["key"]


def rtmp_address(library: Library, stream_id: str) -> str:
    """Tell where an encoder sends to."""
    shown = library.client.get(f"/live/streams/{stream_id}/key").raise_for_status().json()
    return f"{shown['rtmp_url']}/{shown['key']}"


def choose_quality(page: Page, name: str) -> None:
    """Choose a height, by keys alone."""
    page.get_by_role("button", name="Quality").press("Enter")
    page.get_by_role("menuitemradio", name=name).press("Enter")


def wait_for_height(page: Page, height: int) -> None:
    """Wait until pictures of a height are shown, and move."""
    page.wait_for_function(f"() => {SHOWN_SIZE}[1] === {height}")
    frames_advance(page)


def photograph_everywhere(page: Page, name: str) -> None:
    """Keep pictures of the page on a phone, a desk and a television, in the dark and the light."""
    before = page.viewport_size
    assert before is not None
    for screen, size in (("phone", PHONE), ("desktop", before), ("tv", TELEVISION)):
        page.set_viewport_size(size)
        for theme in ("light", "dark"):
            page.evaluate("(theme) => { document.documentElement.dataset.theme = theme }", theme)
            photograph(page, f"{name}-{screen}-{theme}")
    page.set_viewport_size(before)


@pytest.mark.alone
def test_a_viewer_chooses_a_height(owner: Visitor, library: Library, media: MediaFactory):
    stream_id, _ = make_stream(library.client, "Ladder", ladder="smaller")
    page = owner.page
    with sending(media, rtmp_address(library, stream_id), size="854x480"):
        wait_for_rungs(library, stream_id)
        owner.open(f"/live/{stream_id}")
        frames_advance(page)
        choose_quality(page, "360p")
        wait_for_height(page, 360)
        choose_quality(page, "480p")
        wait_for_height(page, 480)
        page.get_by_role("button", name="Quality").press("Enter")
        expect(page.get_by_role("menuitemradio", name="480p")).to_have_attribute(
            "aria-checked", "true"
        )
        photograph_everywhere(page, "live-quality")
        page.keyboard.press("Escape")
        # Another delay is another engine, which is told of the choice.
        choose_quality(page, "360p")
        choose_delay(page, "Steady")
        wait_for_height(page, 360)
        choose_quality(page, "Automatic")
        # By WebRTC it goes out as it is sent, and another height takes the viewer back.
        choose_delay(page, "Lowest")
        page.wait_for_function(f"() => {IS_BY_WEBRTC}")
        wait_for_height(page, 480)
        page.get_by_role("button", name="Quality").press("Enter")
        expect(page.get_by_role("menuitemradio", name="As it is sent")).to_have_attribute(
            "aria-checked", "true"
        )
        photograph(page, "live-quality-lowest")
        page.get_by_role("menuitemradio", name="360p").press("Enter")
        page.wait_for_function(f"() => !({IS_BY_WEBRTC})")
        wait_for_height(page, 360)
        # What was left for a height can be chosen again.
        choose_delay(page, "Lowest")
        page.wait_for_function(f"() => {IS_BY_WEBRTC}")
        assert owner.barriers() == []


def wait_for_rungs(library: Library, stream_id: str) -> None:
    """Wait until players are offered smaller pictures."""

    def is_offered() -> bool:
        answer = library.client.post(f"/live/streams/{stream_id}/playback")
        if answer.status_code != httpx.codes.CREATED:
            return False
        return "RESOLUTION=640x360" in httpx.get(library.url + answer.json()["hls_url"]).text

    library.poll(is_offered)


def test_one_picture_is_no_choice_and_keys_are_those_of_films(
    owner: Visitor, library: Library, media: MediaFactory
):
    stream_id, _ = make_stream(library.client, "One size")
    page = owner.page
    with sending(media, rtmp_address(library, stream_id)):
        owner.open(f"/live/{stream_id}")
        frames_advance(page)
        expect(page.get_by_role("button", name="Delay")).to_be_visible()
        expect(page.get_by_role("button", name="Quality")).to_have_count(0)
        page.keyboard.press("k")
        expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
        page.keyboard.press("k")
        expect(page.get_by_role("button", name="Pause", exact=True)).to_be_visible()
        was_muted = page.evaluate(IS_MUTED)
        page.keyboard.press("m")
        page.wait_for_function(f"(before) => {IS_MUTED} !== before", arg=was_muted)
        slider = page.get_by_role("slider", name="Rewind")
        page.wait_for_function("(slider) => Number(slider.min) < -12", arg=slider.element_handle())
        page.keyboard.press("j")
        expect(page.get_by_role("button", name="Go to live")).to_be_enabled()
        # Upon the stream all keys are its own; elsewhere the page scrolls by them.
        page.get_by_role("button", name="Pause", exact=True).press("End")
        expect(page.get_by_role("button", name="Live", exact=True)).to_be_disabled()
        page.keyboard.press("f")
        page.wait_for_function("() => document.fullscreenElement !== null")
        page.keyboard.press("f")
        page.wait_for_function("() => document.fullscreenElement === null")


def test_a_picture_of_ones_own_stands_in_for_the_stream(
    owner: Visitor, library: Library, media: MediaFactory, tmp_path: Path
):
    stream_id, _ = make_stream(library.client, "Recital")
    given = tmp_path / "slate.png"
    given.write_bytes(PictureFactory.in_folder(tmp_path).make("slate.png", "1920x1080"))
    page = owner.page
    owner.open("/live")
    card = page.get_by_role("listitem").filter(has_text="Recital")
    card.get_by_role("button", name="Settings").press("Enter")
    page.get_by_test_id("slate-input").set_input_files(given)
    shown = page.get_by_role("img", name="Picture for when nothing comes in")
    expect(shown).to_be_visible()
    shown.scroll_into_view_if_needed()
    photograph(page, "live-slate-settings")
    assert owner.barriers() == []
    owner.open(f"/live/{stream_id}")
    expect(page.get_by_text("Not live right now")).to_be_visible()
    wait_for_picture(page)
    photograph_everywhere(page, "live-slate-before")
    assert owner.barriers() == []
    with sending(media, rtmp_address(library, stream_id)):
        frames_advance(page)
        expect(page.get_by_text(AWAY)).to_have_count(0)
    expect(page.get_by_text(AWAY)).to_be_visible()
    wait_for_picture(page)
    photograph_everywhere(page, "live-slate-away")
    assert owner.barriers() == []
    library.client.delete(f"/live/streams/{stream_id}/slate").raise_for_status()
    expect(page.locator("section picture img")).to_have_count(0)
    expect(page.get_by_text(AWAY)).to_be_visible()
    photograph_everywhere(page, "live-slate-neutral")


def wait_for_picture(page: Page) -> None:
    """Wait until the slate's picture has come."""
    page.wait_for_function(
        "() => [...document.querySelectorAll('picture img')].some(one => one.naturalWidth >= 640)"
    )


# --- nodes ----------------------------------------------------------------------------------------


@contextmanager
def running(nodes: list[Process]) -> Iterator[None]:
    """Let nodes take streams."""
    try:
        for node in nodes:
            node.start()
        yield
    finally:
        for node in nodes:
            if node.is_started:
                node.kill()


def test_whoever_watches_by_webrtc_is_brought_to_the_node_that_goes_on(
    browser: Browser, come: Visit, media: MediaFactory, tmp_path: Path
):
    api, *nodes = make_house(tmp_path)
    with open_library(browser, tmp_path, process=api) as library, running(nodes):
        stream_id, key = make_stream(library.client, "Channel")
        first, second = (
            f"rtmp://127.0.0.1:{node.settings['STREAMVERSE_RTMP_PORT']}/live/{key}"
            for node in nodes
        )
        viewer = come(library.url, storage_state=library.owner)
        # What is asked of the node that is gone is refused, which browsers note.
        viewer.expected += ["/whep", "503"]
        page = viewer.page
        with sending(media, first):
            viewer.open(f"/live/{stream_id}")
            frames_advance(page)
            choose_delay(page, "Lowest")
            page.wait_for_function(f"() => {IS_BY_WEBRTC}")
            frames_advance(page)
            nodes[0].kill()
            expect(page.get_by_text(LOST)).to_be_visible()
        with sending(media, second):
            photograph(page, "live-returning")
            expect(page.get_by_text(LOST)).to_have_count(0)
            page.wait_for_function(f"() => {IS_BY_WEBRTC}")
            frames_advance(page)
            expect(page.get_by_test_id("latency")).to_be_visible()
        viewer.leave()


def make_house(folder: Path) -> list[Process]:
    """Make a process that serves viewers, and two that take streams."""
    settings = {
        "STREAMVERSE_DATABASE_URL": f"sqlite:///{folder / 'shared.db'}",
        "STREAMVERSE_STORE_URL": (folder / "store").as_uri(),
        "STREAMVERSE_SECRET_KEY": "a secret that all processes of a test share",
        "STREAMVERSE_IS_LIVE_TAKEN": "false",
    }
    house = [Process("api", folder / "api" / "data", settings=settings)]
    for place in range(2):
        own = {**settings, "STREAMVERSE_RTMP_PORT": str(free_port())}
        house.append(Process("live", folder / f"node-{place}" / "data", settings=own))
    for process in house:
        process.data_dir.mkdir(parents=True)
    return house
