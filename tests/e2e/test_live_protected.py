"""A protected live stream in a browser: it plays on as its keys change."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Request, expect

from tests.e2e.browsing import PATIENCE_MS, Visitor
from tests.e2e.conftest import Library
from tests.e2e.test_live import frames_advance, sending
from tests.e2e.test_live_desk import Desk, card_of
from tests.factories.media import MediaFactory

LICENSES = re.compile(r"/api/v1/playback/licenses/live/[-0-9a-f]{36}/")
KEY_LASTS_S = 5
# What the first head names: its own two keys and the next two. Each change names two more.
KEYS_AT_FIRST = 4
CHANGES = 3
PLACE = "document.querySelector('video').currentTime"


@pytest.fixture
def stream_id(library: Library) -> Iterator[str]:
    """Let there be a stream whose keys change often, and leave none behind."""
    made = Desk(library.client).add("Premiere", key_lasts_s=KEY_LASTS_S)
    yield made
    for deed in ("stop", "remove"):
        library.client.post(f"/live/streams/{deed}", json={"ids": [made]}).raise_for_status()


def test_a_stream_is_protected_by_a_box_and_plays_on_as_its_keys_change(
    owner: Visitor, library: Library, stream_id: str, media: MediaFactory
):
    page = owner.page
    owner.open("/live")
    card_of(owner, "Premiere").get_by_role("button", name="Settings").press("Enter")
    page.get_by_label("Protect what viewers get").check()
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_text("“Premiere” is saved.")).to_be_visible()
    asked = licences_of(page)
    with sending(media, Desk(library.client).address(stream_id)):
        owner.open(f"/live/{stream_id}")
        see_keys_change(page, asked)
    assert {answer.status for one in asked if (answer := one.response())} == {200}


def licences_of(page: Page) -> list[Request]:
    """Note the licences that a page asks for."""
    asked: list[Request] = []
    page.on("request", lambda one: asked.append(one) if LICENSES.search(one.url) else None)
    return asked


def see_keys_change(page: Page, asked: list[Request]) -> None:
    """See pictures advance until those of some keys are shown, one after another."""
    frames_advance(page)
    wanted = KEYS_AT_FIRST + 2 * CHANGES
    with page.expect_request(lambda _: len(named(asked)) >= wanted, timeout=PATIENCE_MS):
        pass
    # Until all that was there of the keys before is shown, and then some.
    place = page.evaluate(PLACE)
    page.wait_for_function(
        f"(place) => {PLACE} > place", arg=place + 2 * KEY_LASTS_S, timeout=PATIENCE_MS
    )
    frames_advance(page)


def named(asked: list[Request]) -> set[str]:
    """Tell which keys were asked for."""
    return {kid for one in asked for kid in json.loads(one.post_data or "{}")["kids"]}
