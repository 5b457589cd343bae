"""A stream sent on to another service, in a browser: added, followed, switched off, removed."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, expect

from streamverse.mediakit.ingest.rtmp_server import RtmpServer
from tests.e2e.browsing import Visitor
from tests.e2e.conftest import open_library
from tests.e2e.test_live import sending
from tests.e2e.test_live_desk import Desk, look_at
from tests.factories.ingest import KEY, Studio
from tests.factories.media import MediaFactory

SENDING_MS = 60_000


@contextmanager
def other_service() -> Iterator[int]:
    """Let another service take streams under a key, beside the test."""
    loop = asyncio.new_event_loop()
    server = RtmpServer(Studio().admit)
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield asyncio.run_coroutine_threadsafe(server.listen("127.0.0.1", 0), loop).result(60)
    finally:
        asyncio.run_coroutine_threadsafe(server.close(), loop).result(60)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(60)
        loop.close()


def test_a_stream_is_sent_on(
    browser: Browser, tmp_path: Path, media: MediaFactory, come: Callable[..., Visitor]
):
    with (
        other_service() as port,
        open_library(
            browser, tmp_path, STREAMVERSE_FETCH_ALLOWED_HOSTS=f"127.0.0.1:{port}"
        ) as library,
    ):
        owner = come(library.url, storage_state=library.owner)
        desk = Desk(library.client)
        stream_id = desk.add("Sunday service")
        page = owner.page
        owner.expected.append("/targets")
        owner.open(f"/live/{stream_id}")
        section = page.get_by_role("region", name="Restreams")
        expect(section.get_by_role("heading", name="Only here")).to_be_visible()
        look_at(owner, "restreams-empty")
        section.get_by_role("button", name="Add a restream").press("Enter")
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Name").fill("Next door")
        dialog.get_by_label("Address").fill("rtmp://10.0.0.7/live")
        dialog.get_by_label("Stream key").fill(KEY)
        dialog.get_by_role("button", name="Add a restream").press("Enter")
        expect(dialog.get_by_role("alert")).to_contain_text("lies in a private network")
        look_at(owner, "restreams-add")
        dialog.get_by_label("Address").fill(f"rtmp://127.0.0.1:{port}/live")
        dialog.get_by_role("button", name="Add a restream").press("Enter")
        expect(page.get_by_text("The stream is sent on to “Next door”.")).to_be_visible()
        card = section.get_by_role("listitem")
        expect(card).to_contain_text("Waiting for the stream")
        with sending(media, desk.address(stream_id)):
            expect(card).to_contain_text("Sending", timeout=SENDING_MS)
            expect(card).to_contain_text("Mb/s", timeout=SENDING_MS)
            look_at(owner, "restreams-sending")
            switch = card.get_by_role("switch", name="Send on to “Next door”")
            switch.press("Space")
            expect(card).to_contain_text("Off")
        card.get_by_role("button", name="Change “Next door”").press("Enter")
        dialog.get_by_label("Name").fill("Across the street")
        dialog.get_by_role("button", name="Save").press("Enter")
        expect(page.get_by_text("“Across the street” is saved.")).to_be_visible()
        card.get_by_role("button", name="Remove “Across the street”").press("Enter")
        dialog.get_by_role("button", name="Remove", exact=True).press("Enter")
        expect(section.get_by_role("heading", name="Only here")).to_be_visible()
        owner.leave()
