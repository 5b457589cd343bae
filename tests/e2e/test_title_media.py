"""The media page of a title: what was measured of it, as a chart and in tables."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.e2e.browsing import PHONE, Visitor
from tests.e2e.conftest import Library
from tests.factories.media import MediaFactory


def test_the_chart_of_a_measured_film_is_one_step_from_its_title(
    library: Library, owner: Visitor, media: MediaFactory
) -> None:
    title_id = library.upload(media.make("busy_minute"), "Busy minute")
    library.wait_until(title_id, "ready")
    library.wait_until_pictured(title_id)  # which would change the page beneath the menu
    page = owner.page
    owner.open(f"/titles/{title_id}")
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Media").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Media")
    chart = page.get_by_role("img", name="Quality over bit rate")
    expect(chart.locator("title").first).to_have_text("Quality over bit rate")
    expect(chart.get_by_text("Target 94")).to_be_visible()
    renditions = page.get_by_role("table", name="Renditions")
    expect(renditions.get_by_role("rowheader").first).to_have_text("854\N{MULTIPLICATION SIGN}480")
    page.locator("summary", has_text="All numbers of the chart").click()
    expect(page.get_by_text("1 rendition", exact=True)).to_be_visible()
    numbers = page.get_by_role("table", name="All numbers of the chart")
    expect(numbers.get_by_role("rowheader", name="Fixed ladder")).to_have_count(2)
    checks = page.get_by_role("table", name="Checks")
    expect(checks.get_by_role("rowheader")).to_have_text(["v480", "a0"])
    expect(checks.get_by_role("row", name="v480").get_by_role("cell").nth(3)).to_have_text(
        re.compile(r"^\d+(\.\d+)?$")
    )
    assert_open_to_all(owner)
    page.get_by_role("link", name="Back to the title").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Busy minute")
    library.remove(title_id)


def assert_open_to_all(owner: Visitor) -> None:
    for scheme in ("dark", "light"):
        owner.page.emulate_media(color_scheme=scheme)
        assert owner.barriers() == []
    owner.page.set_viewport_size(PHONE)
    assert owner.barriers() == []


def test_a_film_that_was_not_measured_says_why(owner: Visitor, title_id: str) -> None:
    owner.open(f"/titles/{title_id}/media")
    said = owner.page.get_by_role("main").get_by_role("status").first
    expect(said).to_contain_text("This one was not measured")
    expect(owner.page.get_by_role("table", name="Renditions")).to_contain_text(
        "640\N{MULTIPLICATION SIGN}360"
    )
    expect(owner.page.get_by_role("img", name="Quality over bit rate")).to_have_count(0)
