"""What is still to come: a reminder is asked for in the calendar and dropped at home."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.e2e.browsing import DESKTOP, PHONE, WIDER_THAN_THE_WINDOW, Visitor, photograph
from tests.e2e.conftest import Library


@pytest.fixture
def coming(library: Library, title_id: str) -> Iterator[None]:
    """Let the film be shown in three days."""
    at = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    path = f"/admin/titles/{title_id}/schedule"
    library.client.post(path, json={"at": at}).raise_for_status()
    yield
    now = datetime.now(UTC).isoformat()
    library.client.post(path, json={"at": now}).raise_for_status()


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_reminder_is_asked_for_and_dropped(
    owner: Visitor, coming: None, viewport: dict[str, int], request: pytest.FixtureRequest
) -> None:
    page = owner.page
    page.set_viewport_size(viewport)  # type: ignore[arg-type]
    owner.open("/calendar")
    bell = page.get_by_role("button", name="of Numbers by mail")
    expect(bell).to_have_attribute("aria-pressed", "false")
    bell.press("Enter")
    expect(page.get_by_text("You get a mail when “Numbers” can be watched.")).to_be_visible()
    page.reload()
    expect(bell).to_have_attribute("aria-pressed", "true")
    photograph(page, f"calendar-{request.node.callspec.id}")
    assert owner.barriers() == []
    assert page.evaluate(WIDER_THAN_THE_WINDOW) is False
    owner.open("/")
    bell = page.get_by_role("region", name="Coming soon").get_by_role("button", name="of Numbers")
    expect(bell).to_have_attribute("aria-pressed", "true")
    photograph(page, f"coming-{request.node.callspec.id}")
    bell.click()
    expect(page.get_by_text("You get no mail about “Numbers”.")).to_be_visible()
    expect(bell).to_have_attribute("aria-pressed", "false")
