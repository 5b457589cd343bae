"""Real browsers, and what the people in front of them do, see and hear."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, expect

from tests.factories.firefox import write_launcher

NODE_MODULES = Path(__file__).parents[2] / "node_modules"
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
TELEVISION = {"width": 1920, "height": 1080}
# What the browser of a television calls itself.
TELEVISION_AGENT = (
    "Mozilla/5.0 (Linux; Android 14; Android TV) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/120.0.0.0 Safari/537.36"
)
PATIENCE_MS = 60_000
WIDER_THAN_THE_WINDOW = (
    "document.documentElement.scrollWidth > document.documentElement.clientWidth"
)
expect.set_options(timeout=PATIENCE_MS)

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find_chromium() -> Path:
    """Find the system's Chromium; without a window of its own it draws the same for a third less.

    None is ever downloaded.
    """
    found = (
        shutil.which("chromium-headless-shell")
        or os.environ.get("CHROMIUM")
        or shutil.which("chromium")
    )
    assert found, "Install Chromium, or name its executable in the variable CHROMIUM."
    return Path(found)


def launch(playwright: Playwright, *flags: str, executable: Path | None = None) -> Browser:
    """Start Chromium, or another program that does."""
    program = executable or find_chromium()
    return playwright.chromium.launch(executable_path=program, args=[*FLAGS, *flags])


# Nobody can be asked whether it may play; all else is as Debian and Mozilla give it.
FIREFOX_SETTINGS = {"media.autoplay.default": 0, "media.autoplay.block-webaudio": False}


def launch_firefox(playwright: Playwright, folder: Path) -> Browser:
    """Start the system's Firefox, driven by WebDriver BiDi."""
    return playwright.firefox.launch(
        channel="moz-firefox",
        executable_path=write_launcher(folder),
        firefox_user_prefs={**FIREFOX_SETTINGS},
    )


# Counts how often the picture stopped for want of bytes once it had moved.
COUNT_STALLS = """
window.stalls = 0;
document.addEventListener("playing", () => {
    document.addEventListener("waiting", (event) => {
        if (!event.target.seeking && !event.target.paused) window.stalls += 1;
    }, true);
}, { capture: true, once: true });
"""
# Sets the clock of the device wrong, by so many milliseconds.
SHIFT_CLOCK = """
{
    const Clock = Date;
    const now = () => Clock.now() + %d;
    globalThis.Date = class extends Clock {
        constructor(...given) { super(...(given.length ? given : [now()])); }
        static now() { return now(); }
    };
}
"""
A_DAY_MS = 24 * 60 * 60 * 1000
AXE = (NODE_MODULES / "axe-core/axe.min.js").read_text()
FIND_BARRIERS = """
async (theme) => {
    // What changes colour by and by would be judged on the way.
    const still = new CSSStyleSheet();
    still.replaceSync("*, ::before, ::after, ::placeholder { transition: none !important }");
    document.adoptedStyleSheets = [still];
    document.documentElement.dataset.theme = theme;
    const ending = document.getAnimations().filter(
        (animation) => animation.effect.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(ending.map((animation) => animation.finished));
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
    const { violations } = await axe.run(document, { runOnly: tags });
    return violations.flatMap(({ id, nodes }) =>
        nodes.map(({ html, failureSummary }) => `${theme}: ${id}: ${html}: ${failureSummary}`));
}
"""


@dataclass
class Visitor:
    """Somebody with a browser of their own, and what that browser complained about."""

    context: BrowserContext
    page: Page
    url: str
    complaints: list[str] = field(default_factory=list[str])
    # Parts of complaints that belong to what is tested, such as the note of a refused request.
    expected: list[str] = field(default_factory=list[str])

    def open(self, path: str) -> None:
        """Go to a page of the app."""
        self.page.goto(f"{self.url}{path}")

    def log_in(self, email: str, password: str) -> None:
        """Fill in the log-in form and send it."""
        self.page.get_by_label("Email").fill(email)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Log in").click()

    def barriers(self) -> list[str]:
        """List what keeps some people from using the page, in the dark and in the light."""
        found: list[str] = []
        self.page.evaluate(AXE)
        for theme in ("dark", "light"):
            found += self.page.evaluate(FIND_BARRIERS, theme)
        return found

    def leave(self) -> None:
        """Leave the page: one that shows what is live asks on until its server has gone."""
        self.page.goto("about:blank")

    def unexpected_complaints(self) -> list[str]:
        """List what the browser complained about without a reason."""
        return [
            complaint
            for complaint in self.complaints
            if not any(part in complaint for part in self.expected)
        ]


@contextmanager
def visit(browser: Browser, url: str, **options: Any) -> Generator[Visitor]:
    """Let somebody visit; at the end nothing may be in the browser's console that is no surprise.

    Violations of the content security policy and exceptions that nobody caught count as well.
    """
    context = browser.new_context(**{"viewport": DESKTOP, "locale": "en-GB", **options})
    context.set_default_timeout(PATIENCE_MS)
    context.add_init_script(COUNT_STALLS)
    visitor = Visitor(context, context.new_page(), url)

    def hear(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            visitor.complaints.append(f"{message.text} ({message.location['url']})")

    context.on("console", hear)
    context.on("weberror", lambda error: visitor.complaints.append(str(error.error)))
    try:
        yield visitor
    finally:
        context.close()
    complaints = visitor.unexpected_complaints()
    assert complaints == [], complaints


def photograph(page: Page, name: str) -> None:
    """Keep a picture of the whole page, where a folder for pictures is named."""
    if folder := os.environ.get("STREAMVERSE_TEST_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


class Throttle:
    """How fast a page's bytes come and go; lifted when the test has seen enough."""

    def __init__(
        self,
        visitor: Visitor,
        *,
        upload_bytes_per_second: int = -1,
        download_bytes_per_second: int = -1,
    ) -> None:
        self._session = visitor.context.new_cdp_session(visitor.page)
        self._session.send("Network.enable")
        self._emulate(upload_bytes_per_second, download_bytes_per_second)

    def lift(self) -> None:
        """Let everything go as fast as it can."""
        self._emulate(-1, -1)

    def _emulate(self, upload_bytes_per_second: int, download_bytes_per_second: int) -> None:
        conditions = {
            "offline": False,
            "latency": 0,
            "uploadThroughput": upload_bytes_per_second,
            "downloadThroughput": download_bytes_per_second,
        }
        self._session.send("Network.emulateNetworkConditions", conditions)


def wait_for_percent(page: Page, bar_name: str, percent: int) -> None:
    """Wait until a progress bar has come further than so much."""
    bar = page.get_by_role("progressbar", name=bar_name)
    page.wait_for_function(
        "([bar, percent]) => Number(bar.getAttribute('aria-valuenow')) > percent",
        arg=[bar.element_handle(), percent],
    )


FIND_VIDEO = "() => { const video = document.querySelector('video');"
BUFFERED_UNTIL = "(video.buffered.length ? video.buffered.end(video.buffered.length - 1) : 0)"
FRAMES = "video.getVideoPlaybackQuality().totalVideoFrames"


class Player:
    """The film on a page, as its element tells of it and not as the app does."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def choose(self, name: str) -> None:
        """Open the menu of qualities and speeds, and choose."""
        self._page.mouse.move(200, 300)
        self._page.mouse.move(220, 320)
        self._page.get_by_role("button", name="Quality and speed").click()
        # What is automatic names the height that it chose, too.
        begins_so = re.compile(f"^{re.escape(name)}")
        self._page.get_by_role("menuitemradio", name=begins_so).click()

    def wait_until(self, condition: str) -> None:
        """Wait until something is true of the ``video``."""
        self._page.wait_for_function(f"{FIND_VIDEO} return video && {condition}; }}")

    def wait_until_it_plays(self) -> None:
        """Wait until the picture moves."""
        self.wait_until(f"video.currentTime > 0.5 && {FRAMES} > 5")

    def wait_until_at(self, position_s: float) -> None:
        """Wait until the film has come so far."""
        self.wait_until(f"video.currentTime >= {position_s}")

    def wait_until_close_to(self, position_s: float) -> None:
        """Wait until the film stands at some place, give or take a few pictures."""
        self.wait_until(f"Math.abs(video.currentTime - {position_s}) < 0.2")

    def position_s(self) -> float:
        """Tell where the film is."""
        return float(self._ask("video.currentTime"))

    def buffered_until_s(self) -> float:
        """Tell up to where the film lies ready."""
        return float(self._ask(BUFFERED_UNTIL))

    def frames(self) -> int:
        """Tell how many pictures were made ready to be shown."""
        return int(self._ask(FRAMES))

    def height(self) -> int:
        """Tell the height of the pictures that are decoded."""
        return int(self._ask("video.videoHeight"))

    def stalls(self) -> int:
        """Tell how often the picture stopped for want of bytes."""
        return int(self._ask("window.stalls"))

    def _ask(self, what: str) -> float:
        answer: float = self._page.evaluate(f"{FIND_VIDEO} return {what}; }}")
        return answer


Visit = Callable[..., Visitor]
