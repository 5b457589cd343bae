"""WebRTC in a browser: a camera goes live by WHIP, and is watched half a second behind by WHEP."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from tests.e2e.browsing import Visitor, launch, photograph, visit
from tests.e2e.conftest import Library
from tests.e2e.test_live import frames_advance, sending
from tests.factories.media import MediaFactory

FLAGS = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
IS_BY_WEBRTC = "document.querySelector('video')?.srcObject instanceof MediaStream"
SIZE = "document.querySelector('video')?.videoWidth ?? 0"


@pytest.fixture(scope="module")
def camera_browser(playwright: Playwright) -> Iterator[Browser]:
    """Start a browser whose camera shows a test picture."""
    browser = launch(playwright, *FLAGS)
    yield browser
    browser.close()


@pytest.fixture
def reporter(camera_browser: Browser, library: Library) -> Iterator[Visitor]:
    """Let the owner come with a camera."""
    permissions = ["camera", "microphone"]
    options = {"storage_state": library.owner, "permissions": permissions}
    with visit(camera_browser, library.url, **options) as visitor:
        yield visitor


def make_stream(library: Library, name: str) -> tuple[str, str]:
    """Make a stream, and give its id and where an encoder sends to by RTMP."""
    made = library.client.post("/live/streams", json={"name": name}).raise_for_status().json()
    shown = library.client.get(f"/live/streams/{made['id']}/key").raise_for_status().json()
    return made["id"], f"{shown['rtmp_url']}/{shown['key']}"


def choose_delay(page: Page, name: str) -> None:
    """Choose how far behind to be, by keys alone."""
    page.get_by_role("button", name="Delay").press("Enter")
    page.get_by_role("menuitemradio", name=name).press("Enter")


def test_a_camera_goes_live_and_is_watched_by_webrtc(reporter: Visitor, library: Library):
    stream_id, _ = make_stream(library, "Class 4b")
    page = reporter.page
    reporter.open("/live")
    # A second try meets the stream of the first.
    page.locator(f"a[href='/live/{stream_id}/send']").press("Enter")
    expect(page.get_by_role("heading", name="Go live: Class 4b")).to_be_visible()
    page.get_by_role("button", name="Go live").press("Enter")
    expect(page.get_by_role("status").filter(has_text="You are live.")).to_be_visible()
    page.wait_for_function(f"() => {SIZE} > 0")
    expect(page.get_by_test_id("bitrate")).to_contain_text("Mb/s")
    photograph(page, "live-sending")
    assert reporter.barriers() == []
    watching = reporter.context.new_page()
    watching.goto(f"{library.url}/live/{stream_id}")
    frames_advance(watching)
    choose_delay(watching, "Lowest")
    watching.wait_for_function(f"() => {IS_BY_WEBRTC}")
    frames_advance(watching)
    expect(watching.get_by_test_id("latency")).to_be_visible()
    photograph(watching, "live-lowest")
    watching.close()
    page.get_by_role("button", name="Stop").press("Enter")
    expect(page.get_by_role("button", name="Go live")).to_be_visible()


def test_the_delay_is_a_choice_that_is_remembered(
    owner: Visitor, library: Library, media: MediaFactory
):
    stream_id, target = make_stream(library, "Choir")
    page = owner.page
    with sending(media, target):
        owner.open(f"/live/{stream_id}")
        frames_advance(page)
        assert page.evaluate(IS_BY_WEBRTC) is False
        choose_delay(page, "Lowest")
        page.wait_for_function(f"() => {IS_BY_WEBRTC}")
        frames_advance(page)
        # Nothing lies behind, so there is nothing to rewind.
        expect(page.get_by_role("slider", name="Rewind")).to_have_count(0)
        page.reload()
        page.wait_for_function(f"() => {IS_BY_WEBRTC}")
        frames_advance(page)
        choose_delay(page, "Steady")
        page.wait_for_function(f"() => !({IS_BY_WEBRTC})")
        frames_advance(page)
        expect(page.get_by_role("slider", name="Rewind")).to_be_visible()
        assert owner.barriers() == []


def test_where_webrtc_shows_nothing_it_goes_on_by_hls(
    owner: Visitor, library: Library, media: MediaFactory
):
    stream_id, target = make_stream(library, "Far away")
    page = owner.page
    owner.expected.append("/whep")
    # As in networks that let no such thing through.
    page.route("**/whep", lambda route: route.abort())
    with sending(media, target):
        owner.open(f"/live/{stream_id}")
        frames_advance(page)
        choose_delay(page, "Lowest")
        page.wait_for_function(f"() => !({IS_BY_WEBRTC})")
        frames_advance(page)
        page.get_by_role("button", name="Delay").press("Enter")
        expect(page.get_by_role("menuitemradio", name="Low", exact=False).nth(1)).to_have_attribute(
            "aria-checked", "true"
        )


def test_an_encoder_sends_by_whip(owner: Visitor, library: Library, media: MediaFactory):
    stream_id, target = make_stream(library, "Field camera")
    key = target.rpartition("/")[2]
    sources = ("testsrc2=size=640x360:rate=30", "sine=frequency=440:sample_rate=48000")
    inputs = [part for one in sources for part in ("-re", "-f", "lavfi", "-i", one)]
    coding = ("-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", "60")
    encoder = subprocess.Popen(
        [
            *(str(media.tools.ffmpeg), "-v", "error", "-nostdin", *inputs, "-t", "600", *coding),
            *("-profile:v", "baseline", "-pix_fmt", "yuv420p", "-c:a", "libopus", "-ac", "2"),
            *("-authorization", key, "-f", "whip", f"{library.url}/whip"),
        ]
    )
    try:
        owner.open(f"/live/{stream_id}")
        frames_advance(owner.page)
    finally:
        encoder.kill()
        encoder.wait(timeout=60)
