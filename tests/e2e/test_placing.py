"""Films become episodes, and the episodes of a series stand in the order that staff gives them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from tests.e2e.browsing import Visitor
from tests.e2e.conftest import Library


@pytest.fixture
def pilot(library: Library, short_film: Path) -> Iterator[str]:
    """Give a film that the test may do anything to."""
    title_id = library.upload(short_film, "Pilot")
    library.wait_until(title_id, "ready")
    yield title_id
    library.remove(title_id)


def test_a_film_becomes_an_episode_and_changes_its_place(
    library: Library, owner: Visitor, pilot: str
) -> None:
    page, name = owner.page, f"Harbour {uuid4().hex[:8]}"
    owner.open(f"/titles/{pilot}/edit")
    section = page.get_by_role("region", name="Place in a series")
    expect(section.get_by_text("It stands by itself.")).to_be_visible()
    section.get_by_label("Find a series").fill(name)
    section.get_by_role("button", name=f"Make the series “{name}”").click()
    section.get_by_label("Season").fill("2")
    section.get_by_label("Episode").fill("7")
    assert owner.barriers() == []
    section.get_by_role("button", name="Place it here").click()
    expect(section.get_by_text(f"{name}, Season 2, number 7.")).to_be_visible()
    details = library.client.get(f"/titles/{pilot}/details").json()
    assert (details["title"]["kind"], details["title"]["number"]) == ("episode", 7)
    above = {one["kind"]: one for one in details["above"]}
    assert (above["series"]["name"], above["season"]["number"]) == (name, 2)
    series_id, season_id = above["series"]["id"], above["season"]["id"]
    try:
        said = {"kind": "episode", "name": "Storm", "parent_id": season_id, "number": 8}
        storm = library.make_title(**said)
        owner.open(f"/titles/{series_id}/edit")
        order = page.get_by_role("region", name="Seasons and episodes")
        expect(order.get_by_role("link", name="All fields of Pilot")).to_be_visible()
        assert owner.barriers() == []
        order.get_by_role("button", name="Move Storm up").press("Enter")
        expect(order.get_by_text("Storm is number 1 of 2 now.")).to_have_count(1)
        assert (library.title(storm)["number"], library.title(pilot)["number"]) == (7, 8)
        # The season is found the next time, and is not made again.
        owner.open(f"/titles/{pilot}/edit")
        section.get_by_label("Episode").fill("9")
        section.get_by_role("button", name="Place it here").click()
        expect(section.get_by_text(f"{name}, Season 2, number 9.")).to_be_visible()
        assert len(library.client.get(f"/titles/{series_id}/children").json()) == 1
        section.get_by_role("button", name="Let it stand by itself").click()
        expect(section.get_by_text("It stands by itself.")).to_be_visible()
        assert library.title(pilot)["kind"] == "movie"
    finally:
        library.remove(series_id)
