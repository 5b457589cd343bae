"""Players beside one another on the same plain files."""

from __future__ import annotations

import re
import shutil
import subprocess
import threading
import time
from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, AnyStr, TypedDict, cast
from urllib.parse import urljoin, urlsplit

import httpx
from playwright.sync_api import Browser, Page

from benchmarks.bench import Bench
from benchmarks.figures import CannotMeasure
from benchmarks.films import looped_film
from benchmarks.peers import CHROMIUM, find_peer
from benchmarks.programs import is_ready, running, title_of_upload, upload, wait_for
from tests.factories.processes import owner_client

if TYPE_CHECKING:
    from _typeshed import SupportsRead, SupportsWrite

OURS = "streamverse"
PLAYERS = {OURS: "StreamVerse", "shaka": "Shaka Player", "hlsjs": "hls.js"}
PAGES = Path(__file__).parent / "pages"
READY_WITHIN_S = 1200
LATENCY_S = 0.06
BLOCK_BYTES = 4096
_REFERENCE = re.compile(r'URI="([^"]+)"')
_VARIANT = re.compile(r"AVERAGE-BANDWIDTH=(\d+).*?RESOLUTION=\d+x(\d+)")


class Seen(TypedDict):
    """What a page saw of its film so far, as ``pages/main.ts`` says it."""

    firstFrameMs: float | None
    playedMs: float
    stalledMs: float
    stalls: int
    heightsMs: dict[str, float]


class Line:
    """What a server's answers go through, all of them together."""

    def __init__(self) -> None:
        self._kbps: int | None = None
        self._free_at = 0.0
        self._lock = threading.Lock()

    def become(self, kbps: int) -> None:
        """Carry so much from now on, and be as late as a mobile network."""
        self._kbps = kbps

    def be_late(self) -> None:
        """Wait as long as an answer is on its way."""
        if self._kbps is not None:
            time.sleep(LATENCY_S)

    def carry(self, size_bytes: int) -> None:
        """Wait as long as some bytes take, behind those of the other answers."""
        if self._kbps is None:
            return
        with self._lock:
            takes_s = size_bytes * 8 / (self._kbps * 1000)
            # Who slept too long makes up for it with the next bytes.
            self._free_at = max(self._free_at, time.monotonic() - LATENCY_S) + takes_s
            wait_s = self._free_at - time.monotonic()
        time.sleep(max(0.0, wait_s))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a player's page is, and the line to it."""

    url: str
    line: Line


@dataclass(frozen=True, slots=True)
class Site:
    """A film and the pages of the players, as plain files, for each player behind its own line."""

    places: Mapping[str, Place]
    # The average bit rate of each height of picture, with its best sound.
    rates_bps: Mapping[int, int]


@contextmanager
def visit(chromium: Browser, url: str) -> Generator[Page]:
    """Open a page as somebody does who has never been there."""
    context = chromium.new_context()
    try:
        page = context.new_page()
        page.goto(url)
        page.wait_for_selector("button:enabled")
        yield page
    finally:
        context.close()


def ask(page: Page) -> Seen:
    """Ask what a page has seen."""
    seen: Seen = page.evaluate("() => seen")
    return seen


# --- the film as plain files ----------------------------------------------------------------------


@contextmanager
def site(bench: Bench) -> Generator[Site]:
    """Encode the film with our own program, copy what it serves, and serve that plainly."""
    find_peer(bench, CHROMIUM)
    folder = bench.new_folder("site")
    _build_pages(folder)
    film, rates_bps = _copy_film(bench, folder)
    try:
        with ExitStack() as stack:
            places: dict[str, Place] = {}
            for player in PLAYERS:
                line = Line()
                url = stack.enter_context(_served(folder, line))
                places[player] = Place(f"{url}/index.html?player={player}&film={film}", line)
            yield Site(places, rates_bps)
    finally:
        shutil.rmtree(folder)


@contextmanager
def _served(folder: Path, line: Line) -> Generator[str]:
    server = _Server(folder, line)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


class _Server(ThreadingHTTPServer):
    def __init__(self, folder: Path, line: Line) -> None:
        super().__init__(("127.0.0.1", 0), partial(_Handler, directory=str(folder)))
        self.line = line

    def handle_error(self, request: object, client_address: object) -> None:
        """Players hang up in the middle of what they no longer want."""


class _Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def copyfile(self, source: SupportsRead[AnyStr], outputfile: SupportsWrite[AnyStr]) -> None:
        """Send an answer as fast as the line carries it."""
        line = cast("_Server", self.server).line
        line.be_late()
        while block := source.read(BLOCK_BYTES):
            line.carry(len(block))
            outputfile.write(block)

    def log_message(
        self,
        format: str,  # noqa: A002 - its name in the standard library
        *args: object,
    ) -> None:
        """Say nothing."""


def _build_pages(folder: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise CannotMeasure("The players' pages are built by npm: install Node.js.")
    command = [npm, "run", "--silent", "build", "--", "--logLevel", "error", "--outDir"]
    built = subprocess.run(
        [*command, str(folder)], cwd=PAGES, check=False, capture_output=True, text=True
    )
    if built.returncode != 0:
        raise CannotMeasure(f"The players' pages cannot be built: {built.stderr.strip()[-300:]}")


def _copy_film(bench: Bench, folder: Path) -> tuple[str, Mapping[int, int]]:
    """Copy the master playlist of a film and all that it names; give its path and bit rates."""
    film = looped_film(bench, bench.scale.players_film_loops)
    with running(bench, "serve") as server, owner_client(server) as client:
        title_id = title_of_upload(client, upload(client, film))
        wait_for(
            lambda: is_ready(client, title_id) or None, timeout_s=READY_WITHIN_S, look_every_s=0.5
        )
        started = client.post(f"/titles/{title_id}/playback").raise_for_status().json()
        master_url = urljoin(server.url, started["hls_url"])
        _copy(client, master_url, folder)
    path = urlsplit(master_url).path
    master = (folder / path.lstrip("/")).read_text()
    return path, {int(height): int(rate) for rate, height in _VARIANT.findall(master)}


def _copy(client: httpx.Client, url: str, folder: Path) -> None:
    file = folder / urlsplit(url).path.lstrip("/")
    if file.exists():
        return
    answer = client.get(url).raise_for_status()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(answer.content)
    if not file.name.endswith(".m3u8"):
        return
    for line in answer.text.splitlines():
        named = _REFERENCE.findall(line) if line.startswith("#") else [line]
        for address in filter(None, named):
            _copy(client, urljoin(url, address), folder)
