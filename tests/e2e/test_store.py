"""Films that are fetched, what is stored, and the programs that are told of it."""

from __future__ import annotations

import json
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import boto3  # pyright: ignore[reportMissingTypeStubs]
import pytest
from moto.server import ThreadedMotoServer
from playwright.sync_api import Browser, expect

from tests.e2e.browsing import PHONE, WIDER_THAN_THE_WINDOW, Visit, Visitor
from tests.e2e.conftest import Library, open_library

_untyped: Any = boto3  # it brings no types
KINDS = ("all of a film is ready", "a title is published")


@dataclass
class Neighbour:
    """Another program on this machine: it has a film, and it is told things."""

    film: bytes
    port: int = 0
    told: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def run_neighbour(film: bytes) -> Generator[Neighbour]:
    """Run it beside the test."""
    neighbour = Neighbour(film)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.answer(neighbour.film)

        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            neighbour.told.append(json.loads(content))
            self.answer(b"")

        def answer(self, content: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the parent has it
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    neighbour.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield neighbour
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def neighbour(short_film: Path) -> Iterator[Neighbour]:
    """Give the other program."""
    with run_neighbour(short_film.read_bytes()) as running:
        yield running


@pytest.fixture(scope="module")
def endpoint(neighbour: Neighbour) -> Iterator[str]:
    """Serve S3 from this process, with a bucket of two films; its name is no other test's."""
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    host, port = moto.get_host_and_port()
    client = _untyped.client(
        "s3",
        endpoint_url=f"http://{host}:{port}",
        aws_access_key_id="a",
        aws_secret_access_key="b",
        region_name="us-east-1",
    )
    client.create_bucket(Bucket="reels")
    for name in ("winter/snow.mp4", "summer/sea.mp4"):
        client.put_object(Bucket="reels", Key=name, Body=neighbour.film)
    yield f"http://{host}:{port}"
    moto.stop()


@pytest.fixture(scope="module")
def depot(
    browser: Browser,
    tmp_path_factory: pytest.TempPathFactory,
    neighbour: Neighbour,
    endpoint: str,
) -> Iterator[Library]:
    """Run a server that may ask the neighbour and the bucket."""
    bucket = {
        "bucket": "reels",
        "endpoint": endpoint,
        "access_key_id": "a",
        "secret_access_key": "b",
    }
    with open_library(
        browser,
        tmp_path_factory.mktemp("depot"),
        STREAMVERSE_FETCH_ALLOWED_HOSTS=f"127.0.0.1:{neighbour.port}",
        STREAMVERSE_IMPORT_BUCKETS=json.dumps([bucket]),
    ) as library:
        yield library


@pytest.fixture
def boss(come: Visit, depot: Library) -> Visitor:
    """Let the owner come."""
    return come(depot.url, storage_state=depot.owner)


def test_a_film_is_fetched_from_an_address(boss: Visitor, neighbour: Neighbour) -> None:
    page = boss.page
    boss.expected.append("/api/v1/uploads/from-url")
    boss.open("/upload")
    page.get_by_role("button", name="From an address").click()
    dialog = page.get_by_role("dialog", name="Fetch a film from an address")
    address = dialog.get_by_label("Address of the film")
    address.fill("http://127.0.0.1:8080/film.mp4")
    dialog.get_by_role("button", name="Fetch it").click()
    expect(dialog.get_by_role("alert")).to_contain_text("127.0.0.1 lies in a private network")
    assert boss.barriers() == []
    address.fill(f"{neighbour.url}/film.mp4")
    dialog.get_by_label("Name").fill("From next door")
    dialog.get_by_role("button", name="Fetch it").click()
    expect(page.get_by_text("“From next door” is being fetched.")).to_be_visible()
    earlier = page.get_by_role("region", name="Earlier").get_by_role("listitem")
    row = earlier.filter(has_text="From next door")
    expect(row).to_contain_text(f"{neighbour.url}/film.mp4")
    row.get_by_role("link", name="Open the title").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("From next door")


def test_films_are_chosen_in_a_bucket(boss: Visitor) -> None:
    page = boss.page
    boss.open("/upload")
    page.get_by_role("button", name="From a bucket").click()
    dialog = page.get_by_role("dialog", name="Fetch films from a bucket")
    expect(dialog.get_by_role("list").get_by_role("checkbox")).to_have_count(2)
    dialog.get_by_label("Folder").fill("nowhere")
    dialog.get_by_role("button", name="Look there").click()
    expect(dialog.get_by_text("There are no files in this folder.")).to_be_visible()
    dialog.get_by_label("Folder").fill("")
    dialog.get_by_role("button", name="Look there").click()
    dialog.get_by_label("Choose all that are shown").check()
    assert boss.barriers() == []
    boss.page.set_viewport_size(PHONE)
    assert page.evaluate(WIDER_THAN_THE_WINDOW) is False
    dialog.get_by_role("button", name="Fetch 2 films").click()
    expect(page.get_by_text("2 films are being fetched.")).to_be_visible()
    earlier = page.get_by_role("region", name="Earlier").get_by_role("listitem")
    for origin in ("s3://reels/winter/snow.mp4", "s3://reels/summer/sea.mp4"):
        row = earlier.filter(has_text=origin)
        expect(row.get_by_role("link", name="Open the title")).to_be_visible()


def test_what_is_stored_is_shown_and_kept_as_long_as_one_says(
    boss: Visitor, depot: Library, short_film: Path
) -> None:
    page = boss.page
    title_id = depot.upload(short_film, "Stored")
    depot.wait_until(title_id, "ready")
    (depot.process.data_dir / "store/strange").mkdir(parents=True)
    (depot.process.data_dir / "store/strange/thing").write_bytes(b"12345")
    boss.open("/admin/storage")
    row = page.get_by_role("row").filter(has_text="Stored")
    expect(row.get_by_role("link", name="Stored")).to_be_visible()
    expect(
        page.get_by_role("img", name="Storage by what it is for: Original files")
    ).to_be_visible()
    days = page.get_by_label("Original files", exact=True)
    expect(days).to_have_value("0")
    days.fill("14")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("From now on, things are kept as you said.")).to_be_visible()
    page.get_by_role("button", name="Search the store").click()
    expect(page.get_by_text("Nothing was found: everything in the store")).to_be_visible()
    expect(page.get_by_text("1 objects have names that this program")).to_be_visible()
    page.reload()
    expect(days).to_have_value("14")
    page.wait_for_load_state("networkidle")
    assert boss.barriers() == []
    page.set_viewport_size(PHONE)
    assert page.evaluate(WIDER_THAN_THE_WINDOW) is False
    assert boss.barriers() == []


def test_a_program_is_told_what_happens(boss: Visitor, neighbour: Neighbour) -> None:
    page = boss.page
    boss.expected.append("/api/v1/admin/webhooks")
    boss.open("/admin/webhooks")
    expect(page.get_by_role("heading", name="There are no webhooks")).to_be_visible()
    page.get_by_role("button", name="Add a webhook").click()
    dialog = page.get_by_role("dialog", name="Add a webhook")
    address = dialog.get_by_label("Address")
    address.fill("http://10.0.0.1/hook")
    for kind in KINDS:
        dialog.get_by_label(kind).check()
    dialog.get_by_role("button", name="Add a webhook").click()
    expect(dialog.get_by_role("alert")).to_contain_text("10.0.0.1 lies in a private network")
    address.fill(f"{neighbour.url}/hook")
    assert boss.barriers() == []
    dialog.get_by_role("button", name="Add a webhook").click()
    made = page.get_by_role("dialog", name="Copy the secret now")
    assert made.get_by_label("Secret").input_value().startswith("whsec_")
    made.get_by_role("button", name="I have kept it").click()
    page.get_by_role("button", name="Send a test").click()
    expect(page.get_by_text("A test message is on its way: see the log.")).to_be_visible()
    page.get_by_role("button", name="Log", exact=True).click()
    log = page.get_by_role("dialog", name="Log")
    expect(log.get_by_text("Delivered")).to_be_visible()
    expect(log.get_by_text("answer 200 after")).to_be_visible()
    assert [told["type"] for told in neighbour.told] == ["notifications.test"]
    log.get_by_role("button", name="Send again").click()
    expect(page.get_by_text("It is on its way again.")).to_be_visible()
    expect(log.get_by_text("answer 200 after")).to_have_count(2)
    assert boss.barriers() == []
    log.get_by_role("button", name="Close").click()
    page.get_by_role("switch").click()
    expect(page.get_by_role("switch")).not_to_be_checked()
    expect(page.get_by_role("button", name="Send a test")).to_be_disabled()
    assert boss.barriers() == []
    page.set_viewport_size(PHONE)
    assert page.evaluate(WIDER_THAN_THE_WINDOW) is False
    page.get_by_role("button", name=f"Remove {neighbour.url}/hook").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove it").click()
    expect(page.get_by_role("heading", name="There are no webhooks")).to_be_visible()
