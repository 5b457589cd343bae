"""Playable: from the end of the upload to the first frame that a browser shows."""

from __future__ import annotations

import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path
from statistics import median

import httpx
from playwright.sync_api import Browser, sync_playwright

from benchmarks.bench import Bench
from benchmarks.figures import CannotMeasure, Figure
from benchmarks.films import long_film, short_film
from benchmarks.peers import CHROMIUM, find_peer
from benchmarks.programs import running, title_of_upload, upload
from streamverse.app.api import WEB_FOLDER
from tests.e2e.browsing import FLAGS
from tests.factories.processes import OWNER, Process, owner_client

COOKIE = "sv_session"
FIRST_FRAME_WITHIN_S = 120
# A person clicks on a film; a page that is opened by its address may not play by itself.
ARGUMENTS = (*FLAGS, "--autoplay-policy=no-user-gesture-required")
# Runs in the page before all else. Times are those of the system's clock, as Python's are.
FIRST_FRAME = """
window.firstFrameAt = new Promise((resolve) => {
  // A look at every frame would have Chromium draw all the time, on the encoder's processors.
  const watching = new MutationObserver(() => {
    const video = document.querySelector("video");
    if (video === null) return;
    watching.disconnect();
    video.requestVideoFrameCallback((at) => resolve(performance.timeOrigin + at));
  });
  watching.observe(document, { childList: true, subtree: true });
});
"""
TIMES = """
async (patience_ms) => {
  const late = (_, fail) => setTimeout(() => fail(new Error("no frame was shown")), patience_ms);
  const frame = await Promise.race([window.firstFrameAt, new Promise(late)]);
  const answered = performance.getEntriesByType("resource").map((one) => ({
    path: new URL(one.name).pathname,
    at: performance.timeOrigin + one.responseEnd,
  }));
  const times = (end) => answered.filter((one) => end.test(one.path)).map((one) => one.at);
  return {
    granted: Math.max(...times(/\\/sessions\\/enhanced$/)),
    manifest: Math.min(...times(/\\.(mpd|m3u8)$/)),
    segment: Math.min(...times(/\\.m4s$/)),
    frame,
  };
}
"""


@dataclass(frozen=True, slots=True)
class Way:
    """When each step of the way to the first frame was done, in seconds since the upload."""

    checked: float
    granted: float
    manifest: float
    segment: float
    frame: float


def measure(bench: Bench) -> list[Figure]:
    """Take turns between the short film and the long one, each on a new installation."""
    _require_web_app()
    find_peer(bench, CHROMIUM)
    short, long = short_film(bench), long_film(bench)
    short_ways: list[Way] = []
    long_ways: list[Way] = []
    with browser(bench) as chromium:
        for _ in range(bench.scale.playable_rounds):
            short_ways.append(_watch(bench, chromium, short))
            long_ways.append(_watch(bench, chromium, long))
    return [
        Figure(
            name="long film / short film, time to the first frame",
            value=median(b.frame / a.frame for a, b in zip(short_ways, long_ways, strict=True)),
            at_most=1.25,
        ),
        *_figures("short film", short_ways),
        *_figures("long film", long_ways),
    ]


def _figures(name: str, ways: Sequence[Way]) -> list[Figure]:
    checked, granted, manifest, segment, frame = map(median, zip(*map(astuple, ways), strict=True))
    return [
        Figure(name=f"{name}: end of upload to first frame", value=frame, unit="s", at_most=6),
        Figure(name=f"{name}: of it until the file is checked", value=checked, unit="s"),
        Figure(name=f"{name}: then until it can be played", value=granted - checked, unit="s"),
        Figure(name=f"{name}: then until the manifest", value=manifest - granted, unit="s"),
        Figure(name=f"{name}: then until a segment", value=segment - manifest, unit="s"),
        Figure(name=f"{name}: then until the first frame", value=frame - segment, unit="s"),
    ]


def _require_web_app() -> None:
    if not (WEB_FOLDER / "index.html").is_file():
        raise CannotMeasure("The web app is not built: run make build.")


@contextmanager
def browser(bench: Bench) -> Generator[Browser]:
    """Run the system's Chromium."""
    program = find_peer(bench, CHROMIUM)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        try:
            yield chromium
        finally:
            chromium.close()


def _watch(bench: Bench, chromium: Browser, film: Path) -> Way:
    """Upload a film and open its page as soon as it has one."""
    with running(bench, "serve") as server, owner_client(server) as client:
        context = chromium.new_context()
        try:
            context.add_init_script(FIRST_FRAME)
            context.add_cookies([{"name": COOKIE, "value": log_in(server), "url": server.url}])
            page = context.new_page()
            location = upload(client, film)
            uploaded_at = time.time()
            title_id = title_of_upload(client, location)
            checked_at = time.time()
            page.goto(f"{server.url}/watch/{title_id}", wait_until="commit")
            times = page.evaluate(TIMES, FIRST_FRAME_WITHIN_S * 1000)
        finally:
            context.close()
    steps = (
        times[name] / 1000 - uploaded_at for name in ("granted", "manifest", "segment", "frame")
    )
    return Way(checked_at - uploaded_at, *steps)


def log_in(server: Process) -> str:
    """Log the owner in as a browser does, and give the cookie."""
    credentials = {name: OWNER[name] for name in ("email", "password")}
    answer = httpx.post(f"{server.url}/api/v1/auth/login", json=credentials).raise_for_status()
    return answer.cookies[COOKIE]
