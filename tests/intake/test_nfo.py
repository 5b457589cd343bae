"""What NFO files and tags say of titles, and that staff knows better."""

from __future__ import annotations

from datetime import date

import pytest

from streamverse.domains.catalog.contracts import CreditLine, TitlePatch
from streamverse.domains.intake.rules.nfo import NfoUnreadable, read_nfo, read_tags
from streamverse.kit.work import Workshop
from tests.conftest import Clients
from tests.intake.conftest import Library, Scan, touch
from tests.intake.test_scanning import titles

MOVIE = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<movie>
  <title>The Film</title><originaltitle>Der Film</originaltitle>
  <year>1999</year><premiered>1999-03-31</premiered>
  <tagline>Look &amp; see.</tagline>
  <plot>A film
  is seen.</plot>
  <genre>Drama / Comedy</genre><genre>Drama</genre><tag>blue</tag><studio>House</studio>
  <director>Ada Blue</director><credits>Bo Red</credits>
  <actor><name>Cy Green</name><role>The seer</role><order>0</order></actor>
  <uniqueid type="imdb" default="true">tt0133093</uniqueid>
  <uniqueid type="other">5</uniqueid>
</movie>
https://films.example.org/603
"""
SHOW = "<tvshow><title>The Show</title><plot>People talk.</plot></tvshow>"
EPISODES = (
    "<episodedetails><title>First</title><season>1</season><episode>1</episode>"
    "<aired>2008-01-20</aired></episodedetails><episodedetails><title>Second</title>"
    "</episodedetails>"
)


def test_a_film_is_read_whole() -> None:
    assert read_nfo(MOVIE.encode()) == TitlePatch(
        name="The Film",
        original_name="Der Film",
        tagline="Look & see.",
        description="A film is seen.",
        year=1999,
        released_on=date(1999, 3, 31),
        external_ids={"imdb": "tt0133093"},
        genres=["Drama", "Comedy"],
        tags=["blue"],
        studios=["House"],
        credits=[
            CreditLine("Ada Blue", "director"),
            CreditLine("Bo Red", "writer"),
            CreditLine("Cy Green", "actor", "The seer"),
        ],
    )


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_old_encodings_are_read(encoding: str) -> None:
    content = "<movie><title>Été</title></movie>".encode(encoding)
    assert read_nfo(content) == TitlePatch(name="Été")


def test_of_several_episodes_the_first_is_read() -> None:
    said = TitlePatch(name="First", released_on=date(2008, 1, 20))
    assert read_nfo(EPISODES.encode()) == said


@pytest.mark.parametrize(
    "content",
    [
        "",
        "https://films.example.org/603",
        "<movie><title>Film</title>",
        "<movie><title>Film</movie>",
        '<!DOCTYPE movie [<!ENTITY a "aaaa">]><movie><title>&a;</title></movie>',
        '<!DocType m SYSTEM "file:///etc/passwd"><movie><title>Film</title></movie>',
        "<movie><title>&a;</title></movie>",
        "<person><title>Film</title></person>",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_what_is_no_nfo_is_refused(content: str, encoding: str) -> None:
    with pytest.raises(NfoUnreadable):
        read_nfo(content.encode(encoding))


def test_what_cannot_be_is_left_out() -> None:
    odd = "<movie><title> </title><year>99999</year><premiered>soon</premiered><genre>--</genre>"
    assert read_nfo(f"{odd}<uniqueid type='tmdb'/></movie>".encode()) == TitlePatch()
    assert read_nfo(f"<movie><title>{'a' * 300}</title></movie>".encode()).name == "a" * 200


def test_a_file_says_of_itself_what_it_is() -> None:
    tags = {"title": "rip", "date": "1999-03-31T00:00:00", "synopsis": "A film.", "genre": "Drama"}
    said = TitlePatch(description="A film.", released_on=date(1999, 3, 31), genres=["Drama"])
    assert read_tags(tags) == said
    assert read_tags({"date": "1999", "genre": " "}) == TitlePatch()


async def test_titles_are_filled_and_follow_what_is_written_later(
    library: Library, scan: Scan, workshop: Workshop, clients: Clients
) -> None:
    library.add("Film (1998)/film.mkv")
    nfo = library.add("Film (1998)/movie.nfo", MOVIE.encode())
    library.add("Show/Season 1/Show S01E01.mkv")
    library.add("Show/Season 1/Show S01E01.nfo", EPISODES.encode())
    library.add("Show/tvshow.nfo", SHOW.encode())
    await scan()
    rows = {row.kind: row for row in await titles(workshop)}
    film = rows["movie"]
    assert (film.name, film.year, film.tagline) == ("The Film", 1999, "Look & see.")
    assert film.external_ids == {"imdb": "tt0133093"}
    assert (rows["episode"].name, rows["episode"].number) == ("First", 1)
    assert (rows["series"].name, rows["series"].description) == ("The Show", "People talk.")
    said = (await clients.owner.get(f"/admin/titles/{film.id}")).json()["said"]
    assert [line["name"] for line in said["credits"]] == ["Ada Blue", "Bo Red", "Cy Green"]
    mine = {"name": "My film", "genres": ["Mine"]}
    answer = await clients.owner.patch(f"/admin/titles/{film.id}", json=mine)
    assert answer.status_code == 200, answer.text
    nfo.write_text(MOVIE.replace("1999", "2001"))
    touch(nfo, 5)
    await scan()
    said = (await clients.owner.get(f"/admin/titles/{film.id}")).json()["said"]
    assert (said["name"], said["genres"], said["year"]) == ("My film", ["Mine"], 2001)


async def test_an_nfo_that_cannot_be_read_is_told(
    library: Library, scan: Scan, workshop: Workshop
) -> None:
    library.add("Film (1998).mkv")
    library.add("Film (1998).nfo", b"<movie>")
    folder = await scan()
    assert [row.name for row in await titles(workshop)] == ["Film"]
    assert folder["skipped"] == [{"path": "Film (1998).nfo", "reason": "nfo_unreadable"}]
