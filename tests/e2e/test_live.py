"""Live in a browser: a stream is made, sent to by an encoder, and watched from its edge."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browsing import A_DAY_MS, SHIFT_CLOCK, Visitor, photograph
from tests.factories.media import MediaFactory

GOP = 60
SHOWN_FRAMES = "(document.querySelector('video')?.getVideoPlaybackQuality().totalVideoFrames ?? 0)"

SHOWN_SIZE = (
    "(([video]) => [video.videoWidth, video.videoHeight])(document.getElementsByTagName('video'))"
)


@contextmanager
def sending(
    media: MediaFactory, url: str, *, seconds: int = 600, gop: int = GOP, size: str = "640x360"
) -> Generator[subprocess.Popen[bytes]]:
    """Send a test picture and a tone as an encoder does, at the speed of life."""
    sources = (f"testsrc2=size={size}:rate=30", "sine=frequency=440:sample_rate=48000")
    inputs = [part for one in sources for part in ("-re", "-f", "lavfi", "-i", one)]
    coding = ("-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", str(gop))
    encoder = subprocess.Popen(
        [
            *(str(media.tools.ffmpeg), "-v", "error", "-nostdin", *inputs, "-t", str(seconds)),
            *(*coding, "-pix_fmt", "yuv420p", "-b:v", "1M", "-c:a", "aac", "-f", "flv", url),
        ]
    )
    try:
        yield encoder
    finally:
        encoder.kill()
        encoder.wait(timeout=60)


def frames_advance(page: Page) -> None:
    """See that more pictures are shown than a moment ago, also when another engine counts anew."""
    page.wait_for_function(f"() => {SHOWN_FRAMES} > 30")
    seen = page.evaluate_handle(f"() => ({{ last: {SHOWN_FRAMES}, more: 0 }})")
    page.wait_for_function(
        f"""(seen) => {{
          const shown = {SHOWN_FRAMES};
          seen.more += Math.max(0, shown - seen.last);
          seen.last = shown;
          return seen.more > 30;
        }}""",
        arg=seen,
    )


@pytest.fixture
def address(owner: Visitor) -> str:
    """Make a stream by the page, and give where its encoder sends to."""
    page = owner.page
    owner.open("/live")
    page.get_by_role("button", name="Add a stream").first.press("Enter")
    # Letter by letter: what is filled in at once by Playwright is not noticed in Firefox.
    page.get_by_label("Name").press_sequentially("Sunday service")
    page.get_by_label("Description").press_sequentially("Every week at ten.")
    page.get_by_role("dialog").get_by_role("button", name="Add a stream").press("Enter")
    expect(page.get_by_role("heading", name="Send “Sunday service”")).to_be_visible()
    server = page.get_by_label("Server").input_value()
    key = page.get_by_label("Stream key").input_value()
    photograph(page, "live-encoder")
    page.get_by_role("dialog").get_by_role("button", name="Close").last.press("Enter")
    return f"{server}/{key}"


def test_what_an_encoder_sends_is_watched_from_its_edge(
    owner: Visitor, media: MediaFactory, address: str
):
    page = owner.page
    page.get_by_role("link", name="Watch").last.press("Enter")
    expect(page.get_by_text("Not live right now")).to_be_visible()
    photograph(page, "live-waiting")
    with sending(media, address):
        frames_advance(page)
        latency = page.get_by_test_id("latency")
        expect(latency).to_be_visible()
        photograph(page, "live-watching")
        # Whoever pauses falls behind, and goes back to the edge by a button.
        page.get_by_role("button", name="Pause").press("Enter")
        page.wait_for_timeout(6_000)
        page.get_by_role("button", name="Play").press("Enter")
        page.get_by_role("button", name="Go to live").press("Enter")
        expect(page.get_by_role("button", name="Live", exact=True)).to_be_disabled()
        frames_advance(page)
        page.get_by_role("link", name="All streams").press("Enter")
        card = page.get_by_role("list", name="Live").get_by_role("listitem").last
        expect(card.get_by_text("Live", exact=True)).to_be_visible()
        photograph(page, "live-list")
    assert owner.barriers() == []


@pytest.mark.parametrize("by_ms", [A_DAY_MS, -A_DAY_MS], ids=["ahead", "behind"])
def test_a_clock_that_is_wrong_by_a_day_tells_the_same_latency(
    owner: Visitor, media: MediaFactory, address: str, by_ms: int
):
    page = owner.page
    watching = page.get_by_role("link", name="Watch").last.get_attribute("href")
    owner.context.add_init_script(SHIFT_CLOCK % by_ms)
    with sending(media, address):
        owner.open(watching or "")
        assert abs(page.evaluate("Date.now()") - time.time() * 1000 - by_ms) < A_DAY_MS / 2
        frames_advance(page)
        told = re.search(r"\d+\.\d", page.get_by_test_id("latency").inner_text())
    assert told is not None
    # What is sent takes its time to be cut and shown; no machine is a minute behind.
    assert 0 < float(told[0]) < 60


@pytest.mark.alone
def test_whoever_watches_goes_on_when_the_picture_changes_its_size(
    owner: Visitor, media: MediaFactory, address: str
):
    page = owner.page
    page.get_by_role("link", name="Watch").last.press("Enter")
    with sending(media, address):
        frames_advance(page)
        assert page.evaluate(SHOWN_SIZE) == [640, 360]
    expect(page.get_by_text("The picture will be back in a moment")).to_be_visible()
    with sending(media, address, size="854x480"):
        page.wait_for_function(f"() => {SHOWN_SIZE}[1] === 480")
        frames_advance(page)
        expect(page.get_by_test_id("latency")).to_be_visible()
