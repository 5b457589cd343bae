"""Another screen near by, of which the browser tells: a stand-in for it, as there is none here."""

from __future__ import annotations

import httpx
import pytest
from playwright.sync_api import expect

from tests.e2e.browsing import Player, Visitor

# What the browser would show elsewhere is noted in `casted`; asked again, the screen goes.
SCREEN_NEAR_BY = """
window.casted = null;
class Screen extends EventTarget {
    state = "disconnected";
    constructor(video) { super(); this.video = video; }
    async watchAvailability(hear) {
        const look = () => hear(/\\.m3u8/.test(this.video.src));
        new MutationObserver(look).observe(this.video, { attributeFilter: ["src"] });
        look();
    }
    async cancelWatchAvailability() {}
    async prompt() {
        const isShown = this.state === "connected";
        this.state = isShown ? "disconnected" : "connected";
        window.casted = isShown ? null : this.video;
        this.dispatchEvent(new Event(isShown ? "disconnect" : "connect"));
    }
}
const screens = new WeakMap();
Object.defineProperty(HTMLMediaElement.prototype, "remote", { get() {
    if (!screens.has(this)) screens.set(this, new Screen(this));
    return screens.get(this);
} });
const canPlay = HTMLMediaElement.prototype.canPlayType;
HTMLMediaElement.prototype.canPlayType = function (type) {
    return type.includes("mpegurl") ? "maybe" : canPlay.call(this, type);
};
// This browser itself need not play it: the other screen does.
const play = HTMLMediaElement.prototype.play;
HTMLMediaElement.prototype.play = function () {
    this.isTold = "play";
    return this === window.casted ? Promise.resolve() : play.call(this);
};
const pause = HTMLMediaElement.prototype.pause;
HTMLMediaElement.prototype.pause = function () {
    this.isTold = "pause";
    return pause.call(this);
};
"""


@pytest.fixture
def player(owner: Visitor, title_id: str) -> Player:
    """Play a film where there is another screen."""
    owner.context.add_init_script(SCREEN_NEAR_BY)
    # Whether this browser could play the other screen's address does not matter here.
    owner.expected.append(".m3u8")
    owner.open(f"/watch/{title_id}")
    player = Player(owner.page)
    player.wait_until_it_plays()
    return player


def test_another_screen_is_given_the_address_and_led(owner: Visitor, player: Player) -> None:
    page = owner.page
    page.mouse.move(200, 300)
    button = page.get_by_role("button", name="another screen")
    button.click()
    player.wait_until("video.muted")
    page.wait_for_function("() => casted?.isTold === 'play'")
    # It fetches by itself: without a cookie, from wherever it is.
    address = page.evaluate("casted.src")
    answer = httpx.get(address)
    assert (answer.status_code, answer.text[:7]) == (200, "#EXTM3U")
    assert answer.headers["access-control-allow-origin"] == "*"
    page.keyboard.press("5")
    page.wait_for_function(
        "() => Math.abs(casted.currentTime - document.querySelector('video').currentTime) < 2"
        " && casted.currentTime > 15"
    )
    page.keyboard.press("k")
    page.wait_for_function("() => casted.isTold === 'pause'")
    page.keyboard.press("k")
    page.wait_for_function("() => casted.isTold === 'play'")
    page.mouse.move(220, 320)
    button.click()
    player.wait_until("!video.muted")
    expect(page.get_by_role("alert")).to_have_count(0)


def test_without_another_screen_there_is_no_button(owner: Visitor, title_id: str) -> None:
    owner.open(f"/watch/{title_id}")
    Player(owner.page).wait_until_it_plays()
    owner.page.mouse.move(200, 300)
    expect(
        owner.page.get_by_role("button", name="Captions")
        .or_(owner.page.get_by_role("button", name="Quality and speed"))
        .first
    ).to_be_visible()
    expect(owner.page.get_by_role("button", name="another screen")).to_have_count(0)
