"""The pages of the catalogue: titles, series, people, studios, genres, collections, browsing."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.browsing import Player, Visit, Visitor, photograph
from tests.e2e.conftest import Library, open_library
from tests.factories.pictures import PictureFactory

CAST = [
    {"name": "Ada Lee", "job": "director"},
    {"name": "Bo Kim", "job": "actor", "character": "The Rabbit"},
    {"name": "Ada Lee", "job": "actor", "character": "A bird"},
]
WORDS: dict[str, Any] = {
    "tagline": "Nobody gets off.",
    "description": "A train that does not stop, and those who are on it.",
    "genres": ["Drama", "Crime"],
    "studios": ["Blue Door"],
    "credits": CAST,
    "year": 2008,
    "minimum_age": 12,
    "original_language": "de",
    "countries": ["DE"],
    "certifications": {"DE": "FSK 12"},
    "advisories": ["violence", "flashing"],
    "tags": ["by night"],
    "original_name": "Nachtzug",
}


@dataclass(frozen=True)
class Catalog:
    """A library with films that have to do with one another, and a series."""

    library: Library
    ids: dict[str, str]

    def path(self, name: str) -> str:
        """Give the address of a title's page."""
        return f"/titles/{self.ids[name]}"


@pytest.fixture(scope="module")
def catalog(
    tmp_path_factory: pytest.TempPathFactory, browser: Browser, short_film: Path
) -> Iterator[Catalog]:
    """Fill a library of its own."""
    folder = tmp_path_factory.mktemp("catalog")
    names = ("Night train", "Night train 2", "Teaser", "Alike", "Pilot", "Second", "Later")
    with open_library(browser, folder) as library:
        ids: dict[str, str] = {}
        for name in names:
            copy = Path(shutil.copy(short_film, folder / f"{name}.mp4"))
            ids[name] = library.upload(copy, name)
        for name in names:
            library.wait_until(ids[name], "ready")
        fill(library, ids)
        yield Catalog(library, ids)


def fill(library: Library, ids: dict[str, str]) -> None:
    """Say how the titles stand to one another."""

    def ask(method: str, path: str, body: Any = None) -> Any:
        answer = library.client.request(method, path, json=body)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    related = [
        {"title_id": ids["Night train 2"], "kind": "sequel"},
        {"title_id": ids["Teaser"], "kind": "trailer"},
    ]
    ask("PATCH", f"/admin/titles/{ids['Night train']}", {**WORDS, "related": related})
    alike = {"genres": ["Crime"], "year": 2020, "studios": ["Blue Door"], "credits": CAST[1:2]}
    ask("PATCH", f"/admin/titles/{ids['Alike']}", alike)
    ask("POST", f"/admin/titles/{ids['Teaser']}/place", {"kind": "clip"})
    show = library.make_title(kind="series", name="The station")
    ids["The station"] = show
    ask("PATCH", f"/admin/titles/{show}", {"genres": ["Drama"], "year": 2021})
    for number, episodes in ((1, ("Pilot", "Second")), (2, ("Later",))):
        season = {"kind": "season", "name": f"Season {number}", "number": number}
        season_id = library.make_title(**season, parent_id=show)
        for place, name in enumerate(episodes, start=1):
            body = {"kind": "episode", "parent_id": season_id, "number": place}
            ask("POST", f"/admin/titles/{ids[name]}/place", body)
        ids[f"Season {number}"] = season_id
        ask("POST", f"/titles/{season_id}/publish")
    ask("POST", f"/titles/{show}/publish")
    listed = [ids["Alike"], ids["Night train"]]
    said = {"name": "Rainy days", "description": "For staying in.", "is_published": True}
    for kind in ("collection", "bundle"):
        made = ask(
            "POST", "/admin/collections", {"kind": kind, "said": {**said, "title_ids": listed}}
        )
        ids[kind] = made["id"]


@pytest.fixture
def viewer(come: Visit, catalog: Catalog) -> Visitor:
    """Let the owner of that library visit it."""
    return come(catalog.library.url, storage_state=catalog.library.owner)


def test_a_movie_leads_to_all_that_has_to_do_with_it(viewer: Visitor, catalog: Catalog) -> None:
    page = viewer.page
    viewer.open(catalog.path("Night train"))
    expect(page.get_by_text("Nobody gets off.")).to_be_visible()
    facts = page.get_by_role("region", name="Facts")
    expect(facts).to_contain_text("Nachtzug")
    expect(facts).to_contain_text("German")
    expect(facts).to_contain_text("Violence, Flashing lights")
    expect(page.get_by_text("FSK 12")).to_be_visible()
    for rail, note, name in (
        ("Trailers and more", "Trailer", "Teaser"),
        ("Related", "Sequel", "Night train 2"),
    ):
        region = page.get_by_role("region", name=rail)
        expect(region.get_by_role("link", name=name)).to_be_visible()
        expect(region.get_by_text(note, exact=True)).to_be_visible()
    alike = page.get_by_role("region", name="More like this")
    expect(alike.get_by_role("link", name="Alike")).to_be_visible()
    cast = page.get_by_role("region", name="Cast")
    expect(cast.get_by_role("link", name="Bo Kim")).to_contain_text("The Rabbit")
    page.get_by_role("region", name="Crew").get_by_role("link", name="Ada Lee").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ada Lee")
    expect(page.get_by_text("Director · as A bird")).to_be_visible()
    page.get_by_role("link", name="Night train", exact=True).click()
    facts.get_by_role("link", name="Blue Door").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Blue Door")
    expect(page.get_by_role("list", name="Titles: Blue Door").get_by_role("link")).to_have_count(2)
    page.go_back()
    facts.get_by_role("link", name="Rainy days").first.click()
    expect(page.get_by_text("For staying in.")).to_be_visible()


def test_a_tag_leads_to_what_has_it_too(viewer: Visitor, catalog: Catalog) -> None:
    page = viewer.page
    viewer.open(catalog.path("Night train"))
    page.get_by_role("list", name="Tags").get_by_role("link", name="#by night").click()
    expect(page).to_have_url(re.compile(r"/browse\?tag=by(\+|%20)night$"))
    titles = page.get_by_role("list", name="Titles").get_by_role("listitem")
    expect(titles).to_have_count(1)
    page.get_by_role("button", name="Remove the filter by night").click()
    expect(titles).to_have_count(5)
    page.get_by_role("button", name="Filters").click()
    page.get_by_role("button", name="by night").click()
    expect(titles).to_have_count(1)


def test_a_link_is_shared(viewer: Visitor, catalog: Catalog) -> None:
    viewer.context.grant_permissions(["clipboard-read", "clipboard-write"])
    viewer.open(catalog.path("Night train"))
    viewer.page.get_by_role("button", name="Share").click()
    expect(viewer.page.get_by_text("The link is copied.")).to_be_visible()
    copied = viewer.page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{viewer.url}{catalog.path('Night train')}"


def test_a_series_is_watched_episode_by_episode(viewer: Visitor, catalog: Catalog) -> None:
    page = viewer.page
    viewer.open(catalog.path("The station"))
    episodes = page.get_by_role("list", name="Episodes").get_by_role("article")
    expect(episodes).to_have_count(2)
    expect(page.get_by_role("link", name="Play the first episode")).to_have_attribute(
        "href", f"/watch/{catalog.ids['Pilot']}"
    )
    page.get_by_role("radio", name="Season 2").click()
    expect(episodes).to_have_count(1)
    expect(page).to_have_url(f"{viewer.url}{catalog.path('The station')}?season=2")
    page.reload()
    expect(episodes.get_by_role("heading")).to_have_text("1. Later")
    page.get_by_role("radio", name="Season 1").click()
    episodes.first.get_by_role("link", name="1. Pilot").click()
    expect(page.get_by_text("Season 1, episode 1")).to_be_visible()
    page.get_by_role("link", name="Next episode").click()
    expect(page).to_have_url(f"{viewer.url}/watch/{catalog.ids['Second']}")
    Player(page).wait_until_it_plays()
    page.keyboard.press("9")
    with page.expect_response(re.compile("/progress/")):
        page.keyboard.press("k")
    viewer.open(catalog.path("The station"))
    expect(page.get_by_role("progressbar", name=re.compile("^Second: .* watched$"))).to_be_visible()
    viewer.open(f"/watch/{catalog.ids['Second']}")
    Player(page).wait_until_it_plays()
    page.keyboard.press("9")
    with page.expect_response(re.compile("/progress/")):
        Player(page).wait_until("video.ended")
    viewer.open(catalog.path("The station"))
    # It goes on in another season, which is open.
    expect(page.get_by_role("radio", name="Season 2")).to_be_checked()
    page.get_by_role("link", name="Continue with season 2, episode 1").click()
    expect(page).to_have_url(f"{viewer.url}/watch/{catalog.ids['Later']}")
    Player(page).wait_until_it_plays()


def test_filters_stand_in_the_address(viewer: Visitor) -> None:
    page = viewer.page
    viewer.open("/browse")
    titles = page.get_by_role("list", name="Titles").get_by_role("listitem")
    expect(titles).to_have_count(5)
    page.get_by_role("button", name="Filters").click()
    page.get_by_role("button", name="Crime").click()
    expect(titles).to_have_count(2)
    page.get_by_role("button", name="Drama").click()
    expect(titles).to_have_count(3)
    page.get_by_role("radio", name="All of these").click()
    expect(titles).to_have_count(1)
    expect(page).to_have_url(f"{viewer.url}/browse?genre=crime%2Cdrama&match=all")
    page.reload()
    expect(titles).to_have_count(1)
    titles.first.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Night train")
    page.go_back()
    page.get_by_role("button", name="Remove the filter Drama").click()
    expect(titles).to_have_count(2)
    page.get_by_role("button", name="Filters (1)").click()
    page.get_by_label("From").fill("18")
    page.get_by_label("From").press("Enter")
    expect(page.get_by_text("A year from 1870 to 2200")).to_be_visible()
    page.get_by_label("From").fill("2015")
    page.get_by_label("From").press("Enter")
    expect(titles).to_have_count(1)
    page.get_by_label("Sort by").select_option("Name")
    expect(page).to_have_url(f"{viewer.url}/browse?genre=crime&match=all&from=2015&sort=name")
    page.get_by_role("link", name="Clear all filters").click()
    expect(titles).to_have_count(5)


def test_a_filter_that_does_not_exist_is_said_so(viewer: Visitor) -> None:
    viewer.expected.append("/api/v1/browse")
    viewer.open("/browse?genre=none")
    expect(viewer.page.get_by_text("There is no genre 'none'")).to_be_visible()


# --- the editor -----------------------------------------------------------------------------------


def test_everything_about_a_title_is_edited_and_undone(viewer: Visitor, catalog: Catalog) -> None:
    page = viewer.page
    title_id = catalog.ids["Later"]
    viewer.open(f"{catalog.path('Later')}/edit")
    page.get_by_label("Tagline", exact=True).fill("At last.")
    page.get_by_label("Add a language").first.fill("de")
    page.get_by_role("button", name="Add a language").click()
    page.get_by_label("Name (German)").fill("Später")
    page.get_by_label("Minimum age", exact=True).fill("16")
    page.get_by_role("checkbox", name="Drugs").check()
    page.get_by_label("Genres", exact=True).fill("Drama, Film noir")
    people = page.get_by_role("region", name="Cast and crew")
    people.get_by_role("button", name="Add a person").click()
    people.get_by_label("Name").fill("Cy Moon")
    people.get_by_label("Role").fill("The Guard")
    markers = page.get_by_role("region", name="Markers")
    markers.get_by_role("button", name="Add a marker").click()
    markers.get_by_label("Begins at").fill("0:01")
    markers.get_by_label("Ends at").fill("9:00")
    relations = page.get_by_role("region", name="Related titles")
    relations.get_by_label("Find a title to add").fill("alike")
    relations.get_by_role("button", name="Add Alike").click()
    relations.get_by_label("How it stands: Alike").select_option("Spin-off")
    save = page.get_by_role("button", name="Save changes")
    viewer.expected.append(f"/admin/titles/{title_id}")
    save.click()
    expect(page.get_by_text("A marker ends after the end of the title.").first).to_be_visible()
    said = catalog.library.client.get(f"/admin/titles/{title_id}").json()["said"]
    assert (said["tagline"], said["genres"]) == ("", [])
    markers.get_by_label("Ends at").fill("0:02")
    save.click()
    expect(page.get_by_text("Nothing is changed.")).to_be_visible()

    said = catalog.library.client.get(f"/admin/titles/{title_id}").json()["said"]
    assert (said["tagline"], said["genres"]) == ("At last.", ["Drama", "Film noir"])
    assert said["translations"]["de"]["name"] == "Später"
    assert (said["minimum_age"], said["advisories"]) == (16, ["drugs"])
    assert [(c["name"], c["job"], c["character"]) for c in said["credits"]] == [
        ("Cy Moon", "actor", "The Guard")
    ]
    assert said["related"] == [{"title_id": catalog.ids["Alike"], "kind": "spin_off"}]
    found = catalog.library.client.get(f"/episodes/{title_id}/markers").json()
    assert [(m["kind"], m["start_ms"], m["end_ms"]) for m in found] == [("intro", 1000, 2000)]

    history = page.get_by_role("region", name="What was changed")
    history.get_by_role("button", name="Undo").first.click()
    expect(page.get_by_text("The change is undone.")).to_be_visible()
    expect(page.get_by_label("Tagline", exact=True)).to_have_value("")
    said = catalog.library.client.get(f"/admin/titles/{title_id}").json()["said"]
    assert (said["tagline"], said["credits"], said["markers"]) == ("", [], [])


def test_a_series_is_given_a_picture(viewer: Visitor, catalog: Catalog, tmp_path: Path) -> None:
    page = viewer.page
    viewer.open(f"{catalog.path('The station')}/edit")
    section = page.get_by_role("region", name="Picture", exact=True)
    expect(section.get_by_role("img")).to_have_count(0)
    drawn = PictureFactory.in_folder(tmp_path)
    drawn.make("station.png", "640x360")
    page.get_by_test_id("picture-input").set_input_files(tmp_path / "640x360-station.png")
    expect(page.get_by_text("The picture is changed.")).to_be_visible()
    viewer.open("/browse?kind=series")
    tile = page.get_by_role("list", name="Titles").get_by_role("link", name="The station")
    shown = tile.locator("img")
    expect(shown).to_have_js_property("complete", True)
    assert shown.evaluate("(image) => image.naturalWidth / image.naturalHeight") == 16 / 9
    photograph(page, "series-with-a-picture")
    viewer.open(f"{catalog.path('The station')}/edit")
    page.get_by_role("button", name="Remove the picture").click()
    expect(page.get_by_text("The picture is removed.")).to_be_visible()
    expect(page.get_by_role("button", name="Upload a picture")).to_be_visible()


def test_a_publication_is_scheduled(viewer: Visitor, catalog: Catalog) -> None:
    page = viewer.page
    viewer.open(f"{catalog.path('Alike')}/edit")
    publication = page.get_by_role("region", name="Publication")
    expect(publication).to_contain_text("Published since")
    publication.get_by_label("Publish at").fill("2090-05-04T20:15")
    publication.get_by_role("button", name="Schedule").click()
    expect(publication).to_contain_text("Viewers will see it from 4 May 2090")
    publication.get_by_label("Publish at").fill("2020-05-04T20:15")
    publication.get_by_role("button", name="Schedule").click()
    expect(publication).to_contain_text("Published since 4 May 2020")


def test_several_titles_are_changed_together(viewer: Visitor, catalog: Catalog) -> None:
    page = viewer.page
    viewer.open("/admin/titles")
    for name in ("Night train 2", "Alike"):
        page.get_by_role("checkbox", name=f"Choose {name}", exact=True).check()
    page.get_by_role("button", name="Change together").click()
    dialog = page.get_by_role("dialog", name="Change 2 titles")
    dialog.get_by_label("Tags").fill("rail, night")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_text("All of them are changed.")).to_be_visible()

    def tags(name: str) -> list[str]:
        answer = catalog.library.client.get(f"/admin/titles/{catalog.ids[name]}")
        found: list[str] = answer.json()["said"]["tags"]
        return found

    assert tags("Alike") == tags("Night train 2") == ["night", "rail"]
    page.get_by_role("button", name="Undo the change of tags").first.click()
    expect(page.get_by_text("The change is undone.")).to_be_visible()
    assert tags("Alike") == tags("Night train 2") == []


def test_a_collection_is_made_changed_and_removed(viewer: Visitor, catalog: Catalog) -> None:
    page = viewer.page
    viewer.open("/admin/collections")
    page.get_by_role("button", name="New collection").click()
    dialog = page.get_by_role("dialog", name="New collection")
    dialog.get_by_label("Name").fill("Rainy days")
    for name in ("Teaser", "Alike"):
        dialog.get_by_label("Find a title to add").fill(name)
        dialog.get_by_role("button", name=f"Add {name}").click()
    viewer.expected.append("/api/v1/admin/collections")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("There is another one called “Rainy days”")).to_be_visible()
    dialog.get_by_label("Name").fill("Short evenings")
    dialog.get_by_role("button", name="Move Alike up").click()
    assert viewer.barriers() == []
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The collection is saved.")).to_be_visible()

    viewer.open("/collections/short-evenings")
    titles = page.get_by_role("list", name="Titles: Short evenings").get_by_role("link")
    expect(titles).to_have_count(2)
    expect(titles.first).to_have_accessible_name("Alike")
    viewer.open("/admin/collections")
    page.get_by_role("button", name="Edit Short evenings").click()
    dialog = page.get_by_role("dialog", name="Edit the collection")
    dialog.get_by_label("Viewers may see it").uncheck()
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Not published")).to_be_visible()
    page.get_by_role("button", name="Remove Short evenings").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove it").click()
    expect(page.get_by_role("button", name="Remove Short evenings")).to_have_count(0)
    left = catalog.library.client.get("/collections").json()
    assert [one["name"] for one in left] == ["Rainy days"]


def test_a_genre_is_put_beneath_another(viewer: Visitor, catalog: Catalog) -> None:
    page = viewer.page
    viewer.open("/admin/genres")
    page.get_by_role("button", name="Edit Crime").click()
    dialog = page.get_by_role("dialog", name="Edit the genre")
    dialog.get_by_label("Stands beneath").select_option("Drama")
    dialog.get_by_label("In other languages").fill("de: Krimi")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Beneath Drama")).to_be_visible()

    viewer.open("/genre/drama")
    expect(page.get_by_role("list", name="Titles: Drama").get_by_role("link")).to_have_count(3)
    page.get_by_role("list", name="Sub-genres").get_by_role("link", name="Crime").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Crime")
    expect(page.get_by_role("link", name="Drama")).to_be_visible()
    genres = catalog.library.client.get("/admin/genres").json()
    crime = next(genre for genre in genres if genre["name"] == "Crime")
    assert crime["names"] == {"de": "Krimi"}
    said = {"name": "Crime", "names": {}, "parent_id": None}
    catalog.library.client.put(f"/admin/genres/{crime['id']}", json=said).raise_for_status()
