"""What fills the catalogue: folders of the server, and what TMDB knows of titles."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.browsing import PHONE, WIDER_THAN_THE_WINDOW, Visit, Visitor
from tests.e2e.conftest import Library, open_library
from tests.factories.anilist_server import AniListServer, anime, run_anilist_server
from tests.factories.tmdb_server import KEY, TmdbServer, film, run_tmdb_server

WRITTEN_AT = 1_600_000_000


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory, short_film: Path) -> Path:
    """Make a disk with a film, an episode, and a file that nobody understands."""
    root = tmp_path_factory.mktemp("disk")
    for path in ("Films/Far away (1999).mkv", "Films/Half a film cd1.mkv"):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(short_film, root / path)
        # As if it had been there for long: what was just written may still be growing.
        os.utime(root / path, (WRITTEN_AT, WRITTEN_AT))
    return root


@pytest.fixture(scope="module")
def tmdb() -> Iterator[TmdbServer]:
    """Run TMDB in miniature."""
    with run_tmdb_server() as server:
        yield server


@pytest.fixture(scope="module")
def anilist() -> Iterator[AniListServer]:
    """Run AniList in miniature."""
    with run_anilist_server() as server:
        yield server


@pytest.fixture(scope="module")
def shelves(
    browser: Browser,
    tmp_path_factory: pytest.TempPathFactory,
    disk: Path,
    tmdb: TmdbServer,
    anilist: AniListServer,
) -> Iterator[Library]:
    """Run a server that may read the disk, has a key for TMDB, and asks AniList."""
    with open_library(
        browser,
        tmp_path_factory.mktemp("shelves"),
        STREAMVERSE_LIBRARY_ROOTS=str(disk),
        STREAMVERSE_TMDB_KEY=KEY,
        STREAMVERSE_TMDB_ADDRESS=tmdb.address,
        STREAMVERSE_ANILIST="true",
        STREAMVERSE_ANILIST_ADDRESS=anilist.address,
    ) as library:
        yield library


@pytest.fixture
def librarian(come: Visit, shelves: Library) -> Visitor:
    """Let the owner come."""
    return come(shelves.url, storage_state=shelves.owner)


def test_a_folder_fills_the_catalogue(librarian: Visitor, shelves: Library, disk: Path) -> None:
    page = librarian.page
    librarian.expected.append("/api/v1/admin/folders")
    librarian.open("/admin/folders")
    expect(page.get_by_role("heading", name="No folder is in the library yet")).to_be_visible()
    assert librarian.barriers() == []
    page.get_by_role("button", name="Add a folder").click()
    dialog = page.get_by_role("dialog", name="Add a folder")
    path = dialog.get_by_label("Folder", exact=True)
    path.fill("/etc")
    dialog.get_by_role("button", name="Add a folder").click()
    expect(dialog.get_by_role("alert")).to_have_text(f"A folder must lie in {disk}.")
    path.fill("")
    dialog.get_by_role("button", name=str(disk)).click()
    dialog.get_by_role("button", name="Films", exact=True).click()
    expect(path).to_have_value(str(disk / "Films"))
    dialog.get_by_role("radio", name="Films").click()
    assert librarian.barriers() == []
    dialog.get_by_role("button", name="Add a folder").click()
    expect(page.get_by_role("button", name="Not understood: 1")).to_be_visible(timeout=20_000)
    expect(page.get_by_role("button", name="Ready: 1")).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Not understood: 1").click()
    files = page.get_by_role("dialog", name="Not understood")
    expect(files.get_by_text("It is one part of several")).to_be_visible()
    assert librarian.barriers() == []
    files.get_by_role("button", name="Say what Half a film cd1.mkv is").click()
    explain = page.get_by_role("dialog", name="What is this file?")
    explain.get_by_role("radio", name="An episode").click()
    explain.get_by_label("Show").fill("The show")
    explain.get_by_label("Episode", exact=True).fill("1")
    assert librarian.barriers() == []
    explain.get_by_role("button", name="Take it in").click()
    expect(page.get_by_text("It is taken in when it is its turn.")).to_be_visible()
    expect(files.get_by_text("There are no such files.")).to_be_visible()
    files.get_by_role("button", name="Close").click()
    expect(page.get_by_role("button", name="Ready: 2")).to_be_visible(timeout=60_000)
    assert {"Far away", "The show"} <= shelves.title_names()
    page.set_viewport_size(PHONE)
    assert page.evaluate(WIDER_THAN_THE_WINDOW) is False
    assert librarian.barriers() == []


def test_a_folder_is_changed_looked_through_and_removed(librarian: Visitor, disk: Path) -> None:
    page = librarian.page
    where = str(disk / "Films")
    librarian.open("/admin/folders")
    (disk / "Films" / "Far away (1999).mkv").rename(disk / "gone.mkv")
    page.get_by_role("button", name=f"Look through {where} now").click()
    expect(page.get_by_role("button", name="Missing: 1")).to_be_visible(timeout=20_000)
    page.get_by_role("button", name=f"Change {where}").click()
    dialog = page.get_by_role("dialog", name="Change the folder")
    dialog.get_by_label("Watch for changes").uncheck()
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Watched", exact=True)).to_have_count(0)
    page.get_by_role("button", name=f"Remove {where}").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_role("heading", name="No folder is in the library yet")).to_be_visible()


def test_a_title_that_is_not_sure_is_matched_by_hand(
    librarian: Visitor, shelves: Library, tmdb: TmdbServer, anilist: AniListServer
) -> None:
    page = librarian.page
    name = f"Lighthouse {uuid.uuid4().hex[:6]}"
    tmdb.know(film(11, name, "2012-05-04"), film(12, name, "1961-01-01"))
    anilist.know(anime(13, name, 1988, format="MOVIE"))
    title_id = shelves.make_title(kind="movie", name=name)
    librarian.open(f"/titles/{title_id}/edit")
    page.get_by_role("button", name="Look it up").click()
    doubt = page.get_by_role("dialog", name="It is not sure which this is")
    expect(doubt.get_by_role("button", name=f"This one: {name} (2012)")).to_be_visible()
    assert librarian.barriers() == []
    doubt.get_by_role("button", name="Close").click()

    librarian.open("/admin/matches")
    proposals = page.get_by_role("list", name=f"What {name} may be")
    expect(proposals.get_by_role("listitem")).to_have_count(3)
    of_anilist = proposals.get_by_role("listitem").filter(has_text="AniList")
    # The pictures come through our own server, and are there.
    for picture in (proposals.locator("img").first, of_anilist.locator("img")):
        picture.scroll_into_view_if_needed()
        expect(picture).to_have_js_property("naturalWidth", 640)
    assert librarian.barriers() == []
    page.set_viewport_size(PHONE)
    assert page.evaluate(WIDER_THAN_THE_WINDOW) is False
    assert librarian.barriers() == []
    proposals.get_by_role("button", name=f"This one: {name} (1961)").press("Enter")
    expect(page.get_by_text(f"{name} is filled in.")).to_be_visible()
    expect(proposals).to_have_count(0)

    librarian.open(f"/titles/{title_id}")
    expect(page.get_by_text(f"What happens in {name}.")).to_be_visible()
    expect(page.get_by_text("This product uses the TMDB API")).to_be_visible()
    assert librarian.barriers() == []

    librarian.open("/admin/matches")
    page.get_by_role("radio", name="Matched (1)").check()
    page.get_by_role("button", name=f"Search for {name} by hand").click()
    page.get_by_role("button", name="Search", exact=True).click()
    page.get_by_role("button", name=f"This one: {name} (1988)").click()
    expect(page.get_by_text(f"{name} is filled in.")).to_be_visible()
    librarian.open(f"/titles/{title_id}")
    source = page.get_by_text("Some of this is from AniList.")
    expect(source.get_by_role("link")).to_have_attribute("href", "https://anilist.co/anime/13")
    expect(page.get_by_role("link", name="Studio Example")).to_be_visible()
