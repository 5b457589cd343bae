"""Reviews on the page of a title: written, read, voted on, reported, and looked at by staff."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browsing import DESKTOP, PHONE, WIDER_THAN_THE_WINDOW, Visit, Visitor, photograph
from tests.e2e.conftest import Library


@dataclass(frozen=True)
class Talk:
    """A title that somebody else has reviewed."""

    library: Library
    title_id: str
    review_id: str

    @property
    def page(self) -> str:
        """Where it is talked of."""
        return f"/titles/{self.title_id}"


@pytest.fixture
def talk(library: Library) -> Iterator[Talk]:
    """Announce a title, and let somebody else of the family review it."""
    ask = library.client
    title_id = library.make_title(kind="movie", name="The quiet sea")
    first, ben = _family(library)
    written = ask.post(
        f"/titles/{title_id}/reviews",
        json={"rating": 2, "text": "The captain did it.", "has_spoilers": True},
    )
    yield Talk(library, title_id, written.raise_for_status().json()["id"])
    ask.post(f"/users/me/profiles/{first}/switch", json={}).raise_for_status()
    ask.delete(f"/users/me/profiles/{ben}").raise_for_status()
    library.remove(title_id)


def _family(library: Library) -> tuple[str, str]:
    """Let the program go on as Ben, while the browser stays who it was."""
    profiles = "/users/me/profiles"
    items: list[dict[str, Any]] = library.client.get(profiles).raise_for_status().json()["items"]
    added = library.client.post(profiles, json={"name": "Ben"}).raise_for_status().json()
    library.client.post(f"{profiles}/{added['id']}/switch", json={}).raise_for_status()
    return items[0]["id"], added["id"]


@pytest.fixture
def reader(come: Visit, talk: Talk) -> Visitor:
    """Let the owner visit."""
    return come(talk.library.url, storage_state=talk.library.owner)


def write(page: Page, stars: str, words: str) -> None:
    """Write a review, by keyboard as well as by mouse."""
    page.get_by_role("button", name="Write a review").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Post").click()
    expect(dialog.get_by_text("Choose one to five stars.")).to_be_visible()
    dialog.get_by_role("radio", name=stars).press("Space")
    dialog.get_by_label("What do you think?").fill(words)
    dialog.get_by_role("button", name="Post").click()
    expect(page.get_by_text("Your review is there for all to read.")).to_be_visible()


def test_a_review_is_written_edited_and_deleted(reader: Visitor, talk: Talk) -> None:
    page = reader.page
    reader.open(talk.page)
    section = page.get_by_role("region", name="Reviews")
    expect(section.get_by_text("1 rating")).to_be_visible()
    write(page, "5 stars", "Calm, and never dull.")
    own = section.get_by_role("article", name="Your review")
    expect(own).to_contain_text("Calm, and never dull.")
    expect(section.get_by_text("2 ratings")).to_be_visible()
    expect(section.get_by_text("3.5 of 5 stars")).to_be_attached()

    own.get_by_role("button", name="Edit").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("radio", name="5 stars")).to_be_checked()
    dialog.get_by_role("radio", name="4 stars").click()
    dialog.get_by_role("button", name="Save").click()
    expect(own).to_contain_text("edited")
    expect(own.get_by_role("img", name="4 stars")).to_be_visible()

    own.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Delete it").click()
    expect(page.get_by_text("Your review is deleted.")).to_be_visible()
    expect(section.get_by_role("button", name="Write a review")).to_be_visible()


def test_a_review_is_unfolded_voted_on_reported_and_taken_down(reader: Visitor, talk: Talk) -> None:
    page = reader.page
    reader.open(talk.page)
    section = page.get_by_role("region", name="Reviews")
    card = section.get_by_role("list", name="Reviews of others").get_by_role("article")
    expect(card).not_to_contain_text("The captain did it.")
    card.get_by_role("button", name="Show it anyway").click()
    expect(card).to_contain_text("The captain did it.")

    card.get_by_role("button", name="Helpful (0)", exact=True).click()
    voted = card.get_by_role("button", name="Helpful (1)", exact=True)
    expect(voted).to_have_attribute("aria-pressed", "true")
    voted.click()
    expect(card.get_by_role("button", name="Helpful (0)", exact=True)).to_have_attribute(
        "aria-pressed", "false"
    )
    section.get_by_role("radio", name="Newest").click()
    expect(card).to_have_count(1)

    card.get_by_role("button", name="Report the review of Ben").click()
    page.get_by_label("What is wrong with it?").select_option("It insults or threatens")
    page.get_by_role("button", name="Report it").click()
    expect(page.get_by_text("Thank you: staff will look at it.")).to_be_visible()
    expect(card.get_by_role("button", name="Reported")).to_be_disabled()

    reader.open("/admin/reviews")
    expect(page.get_by_text("The captain did it.")).to_be_visible()
    expect(page.get_by_text("It insults or threatens")).to_be_visible()
    page.get_by_role("button", name="Take down the review of “The quiet sea” by Ben").click()
    expect(page.get_by_role("heading", name="Nothing is reported")).to_be_visible()
    reader.open(talk.page)
    expect(section.get_by_text("No reviews yet")).to_be_visible()


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_pages_are_for_everybody(
    reader: Visitor, talk: Talk, viewport: dict[str, int], request: pytest.FixtureRequest
) -> None:
    page = reader.page
    page.set_viewport_size(viewport)  # type: ignore[arg-type]
    reader.open(talk.page)
    section = page.get_by_role("region", name="Reviews")
    write(page, "4 stars", "A slow film with a long breath. " * 30)
    expect(section.get_by_text("3 of 5 stars")).to_be_attached()
    photograph(page, f"reviews-{request.node.callspec.id}")
    assert reader.barriers() == []
    assert page.evaluate(WIDER_THAN_THE_WINDOW) is False
    section.get_by_role("button", name="Report the review of Ben").click()
    page.get_by_role("button", name="Report it").click()
    expect(page.get_by_text("Thank you: staff will look at it.")).to_be_visible()
    reader.open("/admin/reviews")
    expect(page.get_by_text("The captain did it.")).to_be_visible()
    photograph(page, f"moderation-{request.node.callspec.id}")
    assert reader.barriers() == []
    assert page.evaluate(WIDER_THAN_THE_WINDOW) is False
