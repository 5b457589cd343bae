"""What stands where the film would be, and says why it is not there and what can be done."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from playwright.sync_api import Browser, Request, Route, StorageState, expect

from streamverse.kit.crypto import derive_key, load_or_create_master_secret
from streamverse.kit.tokens import Signer
from tests.e2e.browsing import Player, Visit, Visitor, photograph
from tests.e2e.conftest import Library, logged_in
from tests.e2e.test_sessions import begin, sessions_of
from tests.factories.media import MediaFactory, picture

ELSEWHERE = {"region": "DE"}
OVER = {"ends_at": "2020-01-01T00:00:00Z"}
# A browser for which nobody has paid who may decode pictures.
DECODES_SOUND_ALONE = """
const decodes = MediaSource.isTypeSupported.bind(MediaSource);
MediaSource.isTypeSupported = (type) => type.startsWith("audio/") && decodes(type);
"""
AWAY = "The film does not arrive"
# Of everything that plays, but not of its small pictures.
ADDRESS = re.compile(r"/media/([\w-]{64})/([0-9a-f-]{36})/(?!pictures/)")


@pytest.fixture(scope="module")
def reader(browser: Browser, library: Library) -> StorageState:
    """Let somebody be logged in who only watches."""
    account = {
        "email": f"{uuid4()}@example.org",
        "password": "correct horse battery staple",
        "display_name": "Rita",
    }
    library.client.post("/accounts", json=account).raise_for_status()
    return logged_in(browser, library.url, account)


@pytest.fixture
def limit(library: Library, title_id: str) -> Iterator[Callable[..., None]]:
    """Say where and when the film may be watched; afterwards it is everywhere and always."""

    def say(*windows: dict[str, Any]) -> None:
        path = f"/admin/titles/{title_id}"
        library.client.patch(path, json={"windows": windows}).raise_for_status()

    yield say
    say()


@pytest.mark.parametrize(
    ("window", "said"),
    [(ELSEWHERE, "Not available here"), (OVER, "Not available now")],
    ids=["elsewhere", "over"],
)
def test_what_may_not_be_watched_here_or_now_says_so(
    come: Visit,
    library: Library,
    title_id: str,
    reader: StorageState,
    limit: Callable[..., None],
    window: dict[str, Any],
    said: str,
) -> None:
    viewer = come(library.url, storage_state=reader)
    viewer.expected += [f"/titles/{title_id}", "/player/sessions/enhanced"]
    limit(window)
    viewer.open(f"/watch/{title_id}")
    heading = viewer.page.get_by_role("heading", level=1)
    expect(heading).to_have_text(said)
    assert viewer.barriers() == []
    viewer.open(f"/titles/{title_id}")
    of_title = {"Not available here": "Not available in your country"}
    expect(heading).to_have_text(of_title.get(said, said))
    assert viewer.barriers() == []
    viewer.page.get_by_role("link", name="Go to the home page").click()
    expect(viewer.page).to_have_url(f"{library.url}/")


def test_a_device_that_decodes_no_pictures_is_told_so(owner: Visitor, title_id: str) -> None:
    page = owner.page
    owner.expected.append("/player/sessions/enhanced")
    owner.context.add_init_script(DECODES_SOUND_ALONE)
    owner.open(f"/watch/{title_id}")
    expect(page.get_by_role("heading", level=1)).to_have_text("This device cannot play it")
    assert owner.barriers() == []


@pytest.mark.parametrize("lost", ["**/player/sessions/enhanced", "**/media/**"])
def test_what_does_not_arrive_is_tried_again_by_a_button(
    owner: Visitor, title_id: str, lost: str
) -> None:
    page = owner.page
    owner.expected += ["/player/", "/media/", "net::ERR_FAILED", "NetworkError"]
    page.route(lost, lambda route: route.abort())
    owner.open(f"/watch/{title_id}")
    expect(page.get_by_role("heading", name=AWAY)).to_be_visible()
    assert owner.barriers() == []
    page.unroute(lost)
    if lost == "**/media/**":
        # Whoever reports it need not know what a panel of details is.
        page.get_by_role("button", name="Report a problem").click()
        dialog = page.get_by_role("dialog", name="Report a problem")
        assert owner.barriers() == []
        with page.expect_response("**/report-issue") as answered:
            dialog.get_by_role("button", name="Send").click()
        facts = answered.value.json()["facts"]
        assert (facts["problem"], facts["technical"] != "") == ("unreachable", True)
        expect(dialog).to_have_count(0)
    page.get_by_role("button", name="Try again").click()
    Player(page).wait_until_it_plays()


def test_a_line_that_is_lost_while_it_plays_says_so_and_is_tried_at_once(
    owner: Visitor, long_title_id: str
) -> None:
    page = owner.page
    owner.expected += ["/media/", "/player/", "net::ERR_FAILED", "NetworkError"]
    owner.open(f"/watch/{long_title_id}")
    player = Player(page)
    player.wait_until_it_plays()
    page.route("**/media/**", lambda route: route.abort())
    # Far from what it has in hand.
    page.keyboard.press("9")
    lost = page.get_by_text("The connection is gone.")
    expect(lost).to_be_visible()
    assert owner.barriers() == []
    photograph(page, "player-line-lost")
    page.unroute("**/media/**")
    page.get_by_role("button", name="Try now").click()
    expect(lost).to_have_count(0)
    at = player.position_s()
    player.wait_until_at(at + 1)


@pytest.fixture(scope="module")
def long_title_id(library: Library, media: MediaFactory) -> Iterator[str]:
    """Give a film of which much is fetched only while it plays, while this file's tests last."""
    path = media.folder / "two-minutes.mp4"
    media.lavfi(path, picture(320, 180, "25", 120), "sine=duration=120")
    title_id = library.upload(path, "Two minutes")
    library.wait_until(title_id, "ready")
    yield title_id
    library.remove(title_id)


def test_what_somebody_else_ends_stands_still_and_says_so(
    owner: Visitor, library: Library, long_title_id: str
) -> None:
    page = owner.page
    owner.expected += ["/media/", "/player/"]
    session_id = begin(owner, long_title_id)
    library.client.delete(f"/player/sessions/{session_id}").raise_for_status()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Playing was ended")
    assert owner.barriers() == []
    assert sessions_of(library, session_id)["ended_by"] == "chosen"
    Player(page).wait_until("video.paused")
    page.get_by_role("button", name="Watch here again").click()
    Player(page).wait_until("!video.paused")
    expect(alert).to_have_count(0)


# --- addresses that are no good -------------------------------------------------------------------


class Spoiler:
    """Changes the grants of addresses on their way, as what somebody copied or kept would be."""

    def __init__(self, library: Library, title_id: str, other_title_id: str) -> None:
        self._library = library
        self._title_id, self._other_title_id = title_id, other_title_id
        self.is_on = True

    def cut(self, grant: str, _package_id: str) -> str:
        """Lose the last letter."""
        return grant[:-1]

    def expired(self, grant: str, package_id: str) -> str:
        """Sign it as it was signed for the same session, but until yesterday."""
        secret = load_or_create_master_secret(self._library.process.data_dir / "secret.key")
        holder = grant[32:]
        scope = f"{package_id} {UUID(hex=holder)}"
        yesterday = datetime.now(UTC) - timedelta(days=1)
        return Signer([derive_key(secret, "media addresses")]).grant(scope, yesterday) + holder

    def of_an_ended_session(self, _grant: str, _package_id: str) -> str:
        """Take that of another session of the same film, which is over."""
        session_id, found = self._open(self._title_id)
        self._library.client.delete(f"/player/sessions/{session_id}").raise_for_status()
        return found

    def of_another_film(self, _grant: str, _package_id: str) -> str:
        """Take that of a session of another film."""
        return self._open(self._other_title_id)[1]

    def _open(self, title_id: str) -> tuple[str, str]:
        wish = {"title_id": title_id}
        answer = self._library.client.post("/player/sessions/enhanced", json=wish)
        opened = answer.raise_for_status().json()
        found = ADDRESS.search(opened["playback"]["hls_url"])
        assert found is not None
        return opened["session_id"], found[1]

    def on_the_way(self, spoil: Spoil) -> Callable[[Route], None]:
        """Give what changes addresses one way, for as long as it is on."""
        spoiled: dict[str, str] = {}

        def carry(route: Route) -> None:
            url = route.request.url
            found = ADDRESS.search(url)
            if found is not None and self.is_on:
                grant = found[1]
                if grant not in spoiled:
                    spoiled[grant] = spoil(self, grant, found[2])
                url = url.replace(grant, spoiled[grant])
            route.continue_(url=url)

        return carry


Spoil = Callable[[Spoiler, str, str], str]
WAYS = [Spoiler.cut, Spoiler.expired, Spoiler.of_an_ended_session, Spoiler.of_another_film]


@pytest.fixture
def spoiler(library: Library, long_title_id: str, title_id: str) -> Spoiler:
    """Give what spoils the addresses of the long film."""
    return Spoiler(library, long_title_id, title_id)


@pytest.mark.parametrize("spoil", WAYS, ids=lambda way: way.__name__)
def test_an_address_that_stays_refused_is_asked_for_again_by_a_button(
    owner: Visitor, long_title_id: str, spoiler: Spoiler, spoil: Spoil
) -> None:
    page = owner.page
    owner.expected.append("/media/")
    page.route(ADDRESS, spoiler.on_the_way(spoil))
    owner.open(f"/watch/{long_title_id}")
    expect(page.get_by_role("alert")).to_contain_text("The link has expired")
    assert owner.barriers() == []
    assert Player(page).frames() == 0
    spoiler.is_on = False
    page.get_by_role("button", name="Try again").click()
    Player(page).wait_until_it_plays()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_an_address_that_expires_while_it_plays_is_renewed_unseen(
    owner: Visitor, long_title_id: str, spoiler: Spoiler
) -> None:
    page = owner.page
    owner.expected.append("/media/")
    begin(owner, long_title_id)
    renewals: list[str] = []

    def note(request: Request) -> None:
        if request.url.endswith("/player/sessions/enhanced"):
            renewals.append(request.url)
            spoiler.is_on = False

    page.on("request", note)
    page.route(ADDRESS, spoiler.on_the_way(Spoiler.expired))
    page.keyboard.press("9")
    Player(page).wait_until_at(109)
    assert len(renewals) == 1
    expect(page.get_by_role("alert")).to_have_count(0)
