"""A camera that a stream is fetched from: chosen, tried, saved and watched in a browser."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.browsing import Visit, Visitor
from tests.e2e.conftest import Library, open_library
from tests.e2e.test_live import frames_advance
from tests.e2e.test_live_desk import Desk, card_of, look_at
from tests.factories.sources import CAMERA, PYTHON

PIPELINE = (
    "( videotestsrc is-live=true ! video/x-raw,width=640,height=360,framerate=30/1 "
    "! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=30 "
    "! rtph264pay name=pay0 pt=96 audiotestsrc is-live=true "
    "! audio/x-raw,rate=48000,channels=2 ! audioconvert ! avenc_aac ! rtpmp4gpay name=pay1 pt=97 )"
)


@pytest.fixture(scope="module")
def camera_port() -> Iterator[int]:
    """Play a camera that asks who watches."""
    command = [PYTHON, str(CAMERA), PIPELINE, "digest", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert process.stdout is not None
    yield int(process.stdout.readline())
    process.kill()
    process.wait(timeout=60)
    process.stdout.close()


@pytest.fixture(scope="module")
def chapel(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory, camera_port: int
) -> Iterator[Library]:
    """Run a server that may ask the camera."""
    folder = tmp_path_factory.mktemp("chapel")
    allowed = {"STREAMVERSE_FETCH_ALLOWED_HOSTS": f"127.0.0.1:{camera_port}"}
    with open_library(browser, folder, **allowed) as library:
        yield library


@pytest.fixture
def sexton(come: Visit, chapel: Library) -> Visitor:
    """Let the owner come."""
    return come(chapel.url, storage_state=chapel.owner)


@pytest.fixture
def stream_id(chapel: Library) -> Iterator[str]:
    """Let there be a stream, and leave none behind."""
    made = Desk(chapel.client).add("Evening prayer")
    yield made
    for deed in ("stop", "remove"):
        chapel.client.post(f"/live/streams/{deed}", json={"ids": [made]}).raise_for_status()


def test_a_camera_is_chosen_tried_and_watched(
    sexton: Visitor, chapel: Library, stream_id: str, camera_port: int
):
    page = sexton.page
    sexton.expected.append("/source/try")
    sexton.open("/live")
    card_of(sexton, "Evening prayer").get_by_role("button", name="Settings").press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("radio", name="An encoder sends")).to_be_checked()
    dialog.get_by_role("radio", name="We fetch from an address").check()
    address = f"rtsp://127.0.0.1:{camera_port}/live"
    dialog.get_by_role("textbox", name="Address").fill(address)
    dialog.get_by_label("User").fill("owner")
    dialog.get_by_role("textbox", name="Password").fill("wrong")
    dialog.get_by_role("button", name="Try it").press("Enter")
    expect(dialog.get_by_text("The camera refuses the user and the password")).to_be_visible()
    dialog.get_by_role("textbox", name="Password").fill("pass:word")
    dialog.get_by_role("button", name="Try it").press("Enter")
    found = dialog.get_by_text("30 pictures a second, sound in AAC, 48 kHz")
    expect(found).to_be_visible()
    look_at(sexton, "live-source")
    dialog.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_text("“Evening prayer” is saved.")).to_be_visible()
    sexton.open(f"/live/{stream_id}")
    frames_advance(page)
    expect(page.get_by_text("The source comes in.")).to_be_visible()
    sexton.open(f"/live/{stream_id}/health")
    expect(page.get_by_text("The source comes in.")).to_be_visible()
    sexton.open("/live")
    card_of(sexton, "Evening prayer").get_by_role("button", name="Settings").press("Enter")
    expect(dialog.get_by_role("textbox", name="Address")).to_have_value(address)
    expect(dialog.get_by_role("textbox", name="Password")).to_have_value("")
    expect(dialog.get_by_text("A password is kept.")).to_be_visible()
    dialog.get_by_role("radio", name="An encoder sends").check()
    dialog.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_text("“Evening prayer” is saved.").last).to_be_visible()
    kept = chapel.client.get(f"/live/streams/{stream_id}/source").json()["source"]
    assert (kept["is_on"], kept["address"]) == (False, address)
