"""Uploading through the page: several files, bad ones, pauses, reloads and a server that dies."""

from __future__ import annotations

import base64
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload, Locator, Page, Request, expect

from tests.e2e.browsing import Throttle, Visit, Visitor, wait_for_percent
from tests.e2e.conftest import Library, open_library
from tests.factories.media import MediaFactory

MIB = 1 << 20
# The page sends 8 MiB by each request, and what a request has brought is acknowledged.
REQUEST_BYTES = 8 * MIB
PADDING_BYTES = 12 * MIB
SLOWLY = 3 * MIB
ACCEPTED = "Accepted. It is being processed."
HUGE = str(1 << 60)

DROP = """
(files) => {
    const transfer = new DataTransfer();
    for (const [name, bytes] of files)
        transfer.items.add(new File([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], name));
    for (const type of ["dragenter", "dragover", "drop"])
        document.body.dispatchEvent(
            new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));
}
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Library]:
    """Run a server of this module's own, because it is killed."""
    with open_library(browser, tmp_path_factory.mktemp("uploads")) as library:
        yield library


@pytest.fixture
def visitor(library: Library, come: Visit) -> Visitor:
    """Let the owner open the upload page."""
    visitor = come(library.url, storage_state=library.owner)
    visitor.open("/upload")
    return visitor


@pytest.fixture
def long_upload(short_film: Path, tmp_path: Path) -> Path:
    """Give a film whose upload takes some seconds, by a box that players skip."""
    path = Path(shutil.copy(short_film, tmp_path / f"{tmp_path.name}.mp4"))
    with path.open("ab") as file:
        file.write(PADDING_BYTES.to_bytes(4, "big") + b"free" + bytes(PADDING_BYTES - 8))
    return path


def row_of(page: Page, file_name: str) -> Locator:
    """Find what the page shows of one file."""
    return page.get_by_role("listitem").filter(has_text=f"{file_name} ·")


def choose(page: Page, files: list[Path] | list[FilePayload]) -> None:
    """Press the button and choose files in the window that opens."""
    with page.expect_file_chooser() as opened:
        page.get_by_role("button", name="Choose files").click()
    opened.value.set_files(files)


def offsets_sent(page: Page) -> list[int]:
    """Collect, from now on, the offset of every PATCH that goes out."""
    offsets: list[int] = []

    def note(request: Request) -> None:
        if request.method == "PATCH" and "/uploads/" in request.url:
            offsets.append(int(request.headers["upload-offset"]))

    page.on("request", note)
    return offsets


def test_several_files_go_up_at_once(
    library: Library, visitor: Visitor, short_film: Path, tmp_path: Path
) -> None:
    page = visitor.page
    files = [
        Path(shutil.copy(short_film, tmp_path / name)) for name in ("my_first.film.mp4", "2.mp4")
    ]
    throttle = Throttle(visitor, upload_bytes_per_second=16 << 10)
    choose(page, files)
    for file in files:
        expect(page.get_by_role("progressbar", name=f"Upload of {file.name}")).to_be_visible()
    page.get_by_label("Name for 2.mp4").fill("The second film")
    throttle.lift()
    for file in files:
        expect(row_of(page, file.name).get_by_role("status")).to_have_text(ACCEPTED)
    row_of(page, "2.mp4").get_by_role("link", name="Open the title").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The second film")
    assert library.title_names() >= {"my first film", "The second film"}


def test_bad_files_stop_only_themselves(
    library: Library, visitor: Visitor, media: MediaFactory, tmp_path: Path
) -> None:
    page = visitor.page
    before = library.title_names()
    sentences = {
        "text": "This file is a text, not a film or a recording: choose a video or audio file.",
        "words_only": "The file holds neither picture nor sound: choose a video or audio file.",
        "index_missing": "The end of the file is missing, and with it the index that is needed "
        "to play it: upload it again.",
    }
    files = {
        kind: Path(shutil.copy(media.make(kind), tmp_path / f"{kind}.mp4"))
        for kind in (*sentences, "empty", "silent")
    }
    choose(page, list(files.values()))
    empty = page.get_by_role("alert").filter(has_text="empty")
    expect(empty).to_contain_text(
        "“empty.mp4” is empty: there is nothing to upload. Choose another file."
    )
    for kind, sentence in sentences.items():
        expect(row_of(page, files[kind].name).get_by_role("alert")).to_have_text(sentence)
    expect(row_of(page, "silent.mp4").get_by_role("status")).to_have_text(ACCEPTED)
    library.wait_until_listed("silent")
    assert library.title_names() - before == {"silent"}

    page.get_by_role("button", name="Dismiss text.mp4").click()
    expect(row_of(page, "text.mp4")).to_have_count(0)


def test_a_name_from_hell_becomes_a_tame_one(
    library: Library, visitor: Visitor, short_film: Path
) -> None:
    name = f"../\x07{'a' * 300}.mp4"
    hostile: FilePayload = {
        "name": name,
        "mimeType": "video/mp4",
        "buffer": short_film.read_bytes(),
    }
    choose(visitor.page, [hostile])
    expect(visitor.page.get_by_role("status").filter(has_text=ACCEPTED)).to_be_visible()
    (kept,) = (title for title in library.title_names() if "aaa" in title)
    assert re.fullmatch(r"/?a{150,199}", kept)


def test_files_can_be_dropped_on_any_page(visitor: Visitor, short_film: Path) -> None:
    page = visitor.page
    visitor.open("/people")
    expect(page.get_by_role("heading", level=1)).to_have_text("People")
    # What listens for files arrives after the page.
    page.wait_for_load_state("networkidle")
    content = base64.b64encode(short_film.read_bytes()).decode()
    page.evaluate(DROP, [[f"dropped {number}.mp4", content] for number in (1, 2)])
    expect(page).to_have_url(f"{visitor.url}/upload")
    for number in (1, 2):
        status = row_of(page, f"dropped {number}.mp4").get_by_role("status")
        expect(status).to_have_text(ACCEPTED)


def test_a_paused_upload_goes_on_where_it_was(visitor: Visitor, long_upload: Path) -> None:
    page = visitor.page
    throttle = Throttle(visitor, upload_bytes_per_second=SLOWLY)
    offsets = offsets_sent(page)
    choose(page, [long_upload])
    row = row_of(page, long_upload.name)
    shown = r"\d+\.\d MB of 12\.\d MB · [\d.]+ [kM]B/s · \d+ secs? left"
    expect(row.get_by_text(re.compile(shown))).to_be_visible()
    wait_for_percent(page, f"Upload of {long_upload.name}", 30)
    page.get_by_role("button", name=f"Pause {long_upload.name}").click()
    expect(row.get_by_text(re.compile(r"Paused at \d\d"))).to_be_visible()
    throttle.lift()
    page.get_by_role("button", name=f"Resume {long_upload.name}").click()
    expect(row.get_by_role("status")).to_have_text(ACCEPTED)
    assert offsets[0] == 0
    assert offsets[-1] > MIB


def test_a_cancelled_upload_leaves_nothing(
    library: Library, visitor: Visitor, long_upload: Path
) -> None:
    page = visitor.page
    Throttle(visitor, upload_bytes_per_second=SLOWLY // 4)
    choose(page, [long_upload])
    expect(row_of(page, long_upload.name).get_by_text("MB of")).to_be_visible()
    page.get_by_role("button", name=f"Cancel {long_upload.name}").click()
    expect(row_of(page, long_upload.name)).to_have_count(0)
    expect(page.get_by_role("progressbar")).to_have_count(0)
    page.wait_for_load_state("networkidle")
    uploads = library.client.get("/uploads").json()["items"]
    assert [upload["state"] for upload in uploads if upload["state"] == "uploading"] == []


def test_a_reloaded_page_goes_on_where_the_upload_stopped(
    visitor: Visitor, long_upload: Path
) -> None:
    page = visitor.page
    page.on("dialog", lambda dialog: dialog.accept())
    throttle = Throttle(visitor, upload_bytes_per_second=SLOWLY)
    choose(page, [long_upload])
    wait_for_percent(page, f"Upload of {long_upload.name}", 30)
    page.reload()

    row = row_of(page, long_upload.name)
    with page.expect_file_chooser() as opened:
        row.get_by_role("button", name="Choose the file again to go on").click()
    offsets = offsets_sent(page)
    throttle.lift()
    opened.value.set_files([long_upload])
    expect(row.get_by_role("status")).to_have_text(ACCEPTED)
    assert offsets[0] > MIB


def test_an_upload_outlives_the_server(
    library: Library, visitor: Visitor, long_upload: Path
) -> None:
    page = visitor.page
    visitor.expected.append("/api/v1/")
    throttle = Throttle(visitor, upload_bytes_per_second=SLOWLY)
    offsets = offsets_sent(page)
    choose(page, [long_upload])
    wait_for_percent(page, f"Upload of {long_upload.name}", 80)

    library.process.kill()
    row = row_of(page, long_upload.name)
    expect(row.get_by_role("status")).to_contain_text(
        "The server does not answer. What it has confirmed is safe; trying again in"
    )
    library.process.start()
    throttle.lift()
    expect(row.get_by_role("status")).to_have_text(ACCEPTED)
    assert offsets[0] == 0
    assert offsets[-1] >= REQUEST_BYTES


def test_a_full_disk_is_said_and_waited_for(
    browser: Browser, come: Visit, tmp_path: Path, short_film: Path
) -> None:
    with open_library(browser, tmp_path, STREAMVERSE_MIN_FREE_BYTES=HUGE) as full:
        visitor = come(full.url, storage_state=full.owner)
        visitor.expected.append("/api/v1/uploads")
        visitor.open("/upload")
        choose(visitor.page, [short_film])
        row = row_of(visitor.page, short_film.name)
        expect(row.get_by_role("status")).to_contain_text("disk")
        assert full.title_names() == set()
