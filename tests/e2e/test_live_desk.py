"""What operators do with streams, in a browser: templates, times, health, order, stopping."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.browsing import DESKTOP, PHONE, WIDER_THAN_THE_WINDOW, Visitor, photograph
from tests.e2e.conftest import Library
from tests.e2e.test_live import frames_advance, sending
from tests.factories.media import MediaFactory

RARE_KEYFRAMES = 300


@dataclass
class Desk:
    """The streams of a server, as its owner has them by the API."""

    client: httpx.Client

    def add(self, name: str, **more: Any) -> str:
        """Make a stream."""
        made = self.client.post("/live/streams", json={"name": name, **more}).raise_for_status()
        stream_id: str = made.json()["id"]
        return stream_id

    def address(self, stream_id: str) -> str:
        """Give where an encoder sends to."""
        key = self.client.get(f"/live/streams/{stream_id}/key").raise_for_status().json()
        return f"{key['rtmp_url']}/{key['key']}"


@pytest.fixture
def desk(library: Library) -> Iterator[Desk]:
    """Let the owner of the library have streams, and leave none behind."""
    client = library.client
    yield Desk(client)
    ids = {"ids": [one["id"] for one in client.get("/live/streams").json()]}
    if ids["ids"]:
        client.post("/live/streams/stop", json=ids).raise_for_status()
        client.post("/live/streams/remove", json=ids).raise_for_status()


def look_at(owner: Visitor, name: str) -> None:
    """See that nothing keeps people out of a page, wide or narrow, and keep pictures of it."""
    page = owner.page
    photograph(page, f"{name}-desktop")
    assert owner.barriers() == []
    page.set_viewport_size(PHONE)
    assert page.evaluate(WIDER_THAN_THE_WINDOW) is False
    assert owner.barriers() == []
    photograph(page, f"{name}-phone-light")
    page.set_viewport_size(DESKTOP)


def card_of(owner: Visitor, name: str) -> Locator:
    """Find a stream on the list."""
    items = owner.page.get_by_role("list", name="Live").get_by_role("listitem")
    return items.filter(has=owner.page.get_by_role("heading", name=name))


@pytest.mark.usefixtures("desk")
def test_a_stream_is_made_by_a_template_and_changed(owner: Visitor):
    page = owner.page
    owner.open("/live")
    page.get_by_role("button", name="Add a stream").first.press("Enter")
    page.get_by_label("Template", exact=True).select_option("Match or auction")
    page.get_by_label("Name").fill("Cup final")
    page.get_by_text("More settings").click()
    expect(page.get_by_label("Picture", exact=True)).to_have_value("720")
    expect(page.get_by_role("radio", name="Is refused")).to_be_checked()
    look_at(owner, "live-template")
    page.get_by_role("dialog").get_by_role("button", name="Add a stream").press("Enter")
    expect(page.get_by_role("heading", name="Send “Cup final”")).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="Close").last.press("Enter")
    card_of(owner, "Cup final").get_by_role("button", name="Settings").press("Enter")
    expect(page.get_by_label("Picture", exact=True)).to_have_value("720")
    page.get_by_role("radio", name="Staff", exact=True).check()
    page.get_by_role("radio", name="Smaller pictures as well").check()
    page.get_by_role("group", name="When it is over").get_by_label("Keep nothing").check()
    page.get_by_label("Keep these settings as").fill("Small matches")
    page.get_by_role("button", name="Keep the template").press("Enter")
    expect(page.get_by_text("The template “Small matches” is kept.")).to_be_visible()
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_text("“Cup final” is saved.")).to_be_visible()
    page.get_by_role("button", name="Add a stream").first.press("Enter")
    page.get_by_label("Template", exact=True).select_option("Small matches")
    page.get_by_text("More settings").click()
    expect(page.get_by_role("radio", name="Staff", exact=True)).to_be_checked()
    expect(page.get_by_role("radio", name="Smaller pictures as well")).to_be_checked()
    when_over = page.get_by_role("group", name="When it is over")
    expect(when_over.get_by_label("Keep nothing")).to_be_checked()
    page.get_by_role("button", name="Remove the template").press("Enter")
    page.get_by_role("button", name="Remove the template").last.press("Enter")
    expect(page.get_by_text("The template “Small matches” is removed.")).to_be_visible()
    options = page.get_by_label("Template", exact=True).get_by_role("option")
    expect(options.filter(has_text="Small matches")).to_have_count(0)


def test_a_time_is_counted_down_to_and_reminded_of(owner: Visitor, desk: Desk):
    page = owner.page
    stream_id = desk.add("Evening talk")
    owner.open("/live")
    card_of(owner, "Evening talk").get_by_role("button", name="Times").press("Enter")
    page.get_by_label("Time zone").select_option("Europe/Berlin")
    page.get_by_label("Begins").fill("2027-03-21T19:30")
    page.get_by_label("Every week").check()
    photograph(page, "live-times")
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_text("The times are saved.")).to_be_visible()
    owner.open(f"/live/{stream_id}")
    expect(page.get_by_role("timer")).to_contain_text("days")
    expect(page.locator("time")).to_have_attribute("datetime", "2027-03-21T18:30:00Z")
    page.get_by_role("button", name="Remind me").press("Enter")
    expect(page.get_by_role("button", name="You are reminded")).to_be_visible()
    look_at(owner, "live-countdown")


def test_rare_keyframes_are_warned_of_with_the_cure(
    owner: Visitor, desk: Desk, media: MediaFactory
):
    page = owner.page
    stream_id = desk.add("Choir", height=1080)
    with sending(media, desk.address(stream_id), gop=RARE_KEYFRAMES):
        owner.open(f"/live/{stream_id}/health")
        expect(
            page.get_by_text("Your encoder sends a key frame every 10 s; set it to 2.")
        ).to_be_visible()
        expect(page.get_by_text("set its output to 1080p.")).to_be_visible()
        figure = page.get_by_role("figure").filter(has_text="Frame rate")
        expect(figure.get_by_text("30.0 / s", exact=True)).to_be_visible()
        look_at(owner, "live-health")
        owner.open("/live")
        page.wait_for_function("() => document.querySelector('ol img')?.naturalWidth === 640")
        look_at(owner, "live-thumbnail")
    owner.open(f"/live/{stream_id}/health")
    expect(page.get_by_role("heading", name="Why encoders went")).to_be_visible()
    expect(page.get_by_text("The publisher")).to_be_visible()
    look_at(owner, "live-incidents")


def test_streams_are_put_in_order_stopped_and_removed_together(owner: Visitor, desk: Desk):
    page = owner.page
    for name in ("First", "Second", "Third"):
        desk.add(name)
    owner.open("/live")
    headings = page.get_by_role("list", name="Live").get_by_role("heading")
    expect(headings).to_contain_text(["First", "Second", "Third"])
    page.get_by_role("button", name="Move “Third”").press("ArrowUp")
    expect(headings).to_contain_text(["First", "Third", "Second"])
    expect(page.get_by_text("“Third” is at place 2 of 3 now.")).to_be_attached()
    first, second = (
        page.get_by_role("button", name=f"Move “{name}”").bounding_box()
        for name in ("First", "Second")
    )
    assert first is not None
    assert second is not None
    page.mouse.move(first["x"] + 20, first["y"] + 20)
    page.mouse.down()
    page.mouse.move(second["x"] + 20, second["y"] + 25, steps=8)
    page.mouse.up()
    expect(headings).to_contain_text(["Third", "Second", "First"])
    page.reload()
    expect(headings).to_contain_text(["Third", "Second", "First"])
    for name in ("Second", "First"):
        page.get_by_label(f"Choose “{name}”").check()
    expect(page.get_by_text("2 streams chosen")).to_be_visible()
    look_at(owner, "live-bulk")
    page.get_by_role("button", name="Stop", exact=True).press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Stop", exact=True).press("Enter")
    expect(page.get_by_role("list", name="Live").get_by_text("Stopped")).to_have_count(2)
    page.get_by_label("Choose “First”").check()
    page.get_by_role("button", name="Start", exact=True).press("Enter")
    expect(page.get_by_role("list", name="Live").get_by_text("Stopped")).to_have_count(1)
    page.get_by_label("Choose “First”").check()
    page.get_by_role("button", name="Remove", exact=True).press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Remove", exact=True).press("Enter")
    expect(headings).to_have_count(2)


def test_a_slate_is_shown_while_the_encoder_is_gone(
    owner: Visitor, desk: Desk, media: MediaFactory
):
    page = owner.page
    stream_id = desk.add("Carnival")
    owner.expected.append("/broadcasts/")
    owner.open(f"/live/{stream_id}")
    slate = page.get_by_text("The picture will be back in a moment")
    with sending(media, desk.address(stream_id)):
        frames_advance(page)
        expect(page.get_by_test_id("viewers")).to_contain_text("1 is watching")
        expect(slate).to_have_count(0)
    expect(slate).to_be_visible()
    photograph(page, "live-slate")
    with sending(media, desk.address(stream_id)):
        expect(slate).to_have_count(0)
        frames_advance(page)
