"""Recordings in a browser: a stream is clipped, ends, is offered, and is cut by keys alone."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browsing import Player, Visitor, photograph
from tests.e2e.conftest import Library, open_library
from tests.e2e.test_live import frames_advance, sending
from tests.factories.media import MediaFactory


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Library]:
    """Run a server that does not wait long for an encoder that has gone."""
    folder = tmp_path_factory.mktemp("recordings")
    with open_library(browser, folder, STREAMVERSE_LIVE_RETURN_S="3") as library:
        yield library


@pytest.fixture
def stream(library: Library) -> Generator[dict[str, str]]:
    """Make a stream, and give where its encoder sends to."""
    made = library.client.post("/live/streams", json={"name": "Evening service"}).json()
    key = library.client.get(f"/live/streams/{made['id']}/key").json()
    yield {"id": made["id"], "address": f"{key['rtmp_url']}/{key['key']}"}
    library.client.delete(f"/live/streams/{made['id']}")


def recordings(library: Library, stream: dict[str, str]) -> list[dict[str, Any]]:
    """List what was recorded of a stream."""
    answer: httpx.Response = library.client.get(f"/live/streams/{stream['id']}/recordings")
    found: list[dict[str, Any]] = answer.raise_for_status().json()
    return found


def choose(page: Page, group: str, choice: str) -> None:
    """Choose by keys alone."""
    page.get_by_role("group", name=group).get_by_label(choice).check()


def test_a_stream_is_clipped_and_its_recording_offered(
    owner: Visitor, library: Library, media: MediaFactory, stream: dict[str, str]
):
    page = owner.page
    owner.open(f"/live/{stream['id']}")
    page.get_by_role("button", name="Recordings and clips").press("Enter")
    choose(page, "When it is over", "Show it to everybody")
    choose(page, "When a viewer clips the last minute", "Show it to everybody")
    photograph(page, "recordings-keeping")
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_text("That is how it is done from now on.")).to_be_visible()
    with sending(media, stream["address"]):
        frames_advance(page)
        # Something of it is in the store by now.
        page.wait_for_timeout(4_000)
        page.get_by_role("button", name="Clip the last minute").press("Enter")
        expect(page.get_by_role("heading", name="Your clip is made")).to_be_visible()
        link = page.get_by_label("Link").input_value()
        photograph(page, "recordings-clipped")
        page.get_by_role("dialog").get_by_role("button", name="Close").last.press("Enter")
    # The part that would have come next does not come.
    owner.expected.append("/broadcasts/")
    shown = page.get_by_role("list", name="Recordings").get_by_role("listitem")
    # The clip, and three seconds after the encoder went, all of it.
    expect(shown).to_have_count(2, timeout=90_000)
    photograph(page, "recordings-offered")
    assert owner.barriers() == []
    owner.open("/titles/" + link.rpartition("/titles/")[2])
    expect(page.get_by_role("heading", name="Evening service").first).to_be_visible()
    for title in recordings(library, stream):
        library.remove(title["id"])


def test_a_recording_is_trimmed_split_and_clipped_by_keys(
    owner: Visitor, library: Library, media: MediaFactory, stream: dict[str, str]
):
    page = owner.page
    with sending(media, stream["address"], seconds=9) as encoder:
        encoder.wait(timeout=120)
    owner.open(f"/live/{stream['id']}")
    tile = page.get_by_role("list", name="Recordings").get_by_role("link").first
    expect(tile).to_be_visible(timeout=90_000)
    title_id = recordings(library, stream)[0]["id"]
    owner.open(f"/titles/{title_id}/edit")
    page.get_by_role("link", name="Trim, split, clip").press("Enter")
    place = page.get_by_role("slider", name="Place in the recording")
    expect(page.get_by_test_id("place")).to_be_visible(timeout=60_000)
    place.press("ArrowRight")
    place.press("i")
    place.press("ArrowRight")
    place.press("ArrowRight")
    place.press("o")
    expect(page.get_by_text("From 0:02.000 to 0:06.000, 0:04.000")).to_be_visible()
    photograph(page, "recordings-editor")
    assert owner.barriers() == []
    page.get_by_role("button", name="Trim to this").press("Enter")
    expect(page.get_by_text("Viewers see it from 0:02.000 to 0:06.000.")).to_be_visible()
    assert library.title(title_id)["duration_ms"] == 4000
    place.press("ArrowRight")
    page.get_by_role("button", name="Split here").press("Enter")
    page.get_by_label("Name").fill("The second half")
    page.get_by_role("dialog").get_by_role("button", name="Split here").press("Enter")
    expect(page.get_by_text("Viewers see it from 0:02.000 to 0:04.000.")).to_be_visible()
    page.get_by_role("button", name="Make a clip of this").press("Enter")
    page.get_by_label("Name").fill("The best of it")
    page.get_by_role("dialog").get_by_role("button", name="Make a clip").press("Enter")
    expect(page.get_by_text("“The best of it” is made.")).to_be_visible()
    # Undone by simply cutting again.
    page.get_by_role("button", name="Choose all of it").press("Enter")
    page.get_by_role("button", name="Trim to this").press("Enter")
    expect(page.get_by_text("Viewers see it from 0:00.000 to 0:0")).to_be_visible()
    found = {title["name"]: title for title in recordings(library, stream)}
    assert {"The second half", "The best of it"} < found.keys()
    assert [found[name]["duration_ms"] for name in ("The second half", "The best of it")] == [
        2000,
        2000,
    ]
    owner.open(f"/watch/{title_id}")
    Player(page).wait_until_it_plays()
    for title in found.values():
        library.remove(title["id"])
