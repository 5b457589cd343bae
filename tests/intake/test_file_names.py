"""What files are, by their paths: the usual names of films and shows, in any script."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamverse.domains.intake.contracts import ExtraKind, FolderKind
from streamverse.domains.intake.rules.file_names import (
    Episodes,
    Extra,
    Film,
    Unclear,
    read_path,
)
from streamverse.domains.intake.rules.release_names import Words
from streamverse.domains.intake.rules.sidecars import (
    SubtitleFile,
    poster_beside,
    subtitles_beside,
)

FILMS, SHOWS, MIXED = FolderKind.FILMS, FolderKind.SHOWS, FolderKind.MIXED


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("Film (1999).mkv", Words("Film", 1999)),
        ("Film.1999.1080p.BluRay.x264-GRP.mkv", Words("Film", 1999)),
        ("The.Long.Film.1080p.WEB-DL.mkv", Words("The Long Film")),
        ("Film [1999] [1080p].mp4", Words("Film", 1999)),
        ("Film_with_words_2004.avi", Words("Film with words", 2004)),
        ("Film (1999)/Film (1999) - Director's Cut.mkv", Words("Film", 1999, "Director's Cut")),
        ("Film (1999)/Film (1999).mkv", Words("Film", 1999)),
        ("Film (1999)/film-grp-1080p.mkv", Words("Film", 1999)),
        ("Film (1999) {edition-Final Cut}.mkv", Words("Film", 1999, "Final Cut")),
        ("Film.1999.Extended.1080p.mkv", Words("Film", 1999, "Extended")),
        ("2001.A.Space.Odyssey.1968.mkv", Words("2001 A Space Odyssey", 1968)),
        ("1917.2019.720p.mkv", Words("1917", 2019)),
        ("2012.mkv", Words("2012")),
        ("Blade Runner 2049.mkv", Words("Blade Runner 2049")),
        ("Blade.Runner.2049.2017.2160p.mkv", Words("Blade Runner 2049", 2017)),
        ("S.W.A.T.2003.mkv", Words("S.W.A.T", 2003)),
        ("Mr. & Mrs. Smith (2005).mkv", Words("Mr. & Mrs. Smith", 2005)),
        ("Film (1999) {tmdb-603}.mkv", Words("Film", 1999, ids={"tmdb": "603"})),
        (
            "Film (1999) [imdbid-tt0133093]/film.mkv",
            Words("Film", 1999, ids={"imdb": "tt0133093"}),
        ),
        ("Der Untergang (2004).mkv", Words("Der Untergang", 2004)),
        ("Сталкер (1979).mkv", Words("Сталкер", 1979)),
        ("千と千尋の神隠し (2001).mkv", Words("千と千尋の神隠し", 2001)),
        ("فيلم.2010.1080p.mkv", Words("فيلم", 2010)),
        ("Genres/Drama/Film (1999).mkv", Words("Film", 1999)),
        ("(500) Days of Summer (2009).mkv", Words("(500) Days of Summer", 2009)),
        ("Film [1080p].mkv", Words("Film")),
        ("Charlotte's Web.mkv", Words("Charlotte's Web")),
        ("Kill Bill Vol. 1 (2003).mkv", Words("Kill Bill Vol. 1", 2003)),
    ],
)
def test_films(path: str, words: Words) -> None:
    assert read_path(path, FILMS) == Film(words)
    assert read_path(path, MIXED) == Film(words)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        (
            "Show/Season 01/Show - S01E02 - Name.mkv",
            Episodes(Words("Show"), 1, (2,), "Name"),
        ),
        ("Show.S01E02E03.1080p.WEB-DL.mkv", Episodes(Words("Show"), 1, (2, 3))),
        ("Show.S01E02-E04.mkv", Episodes(Words("Show"), 1, (2, 3, 4))),
        ("Show.S01E02-04.mkv", Episodes(Words("Show"), 1, (2, 3, 4))),
        ("Show s1e2.mkv", Episodes(Words("Show"), 1, (2,))),
        ("Show - 1x02 - The Name.avi", Episodes(Words("Show"), 1, (2,), "The Name")),
        ("Show 1x02-03.avi", Episodes(Words("Show"), 1, (2, 3))),
        (
            "Show - 2024-01-31 - Talk.mkv",
            Episodes(Words("Show"), 2024, (131,), "Talk", date(2024, 1, 31)),
        ),
        (
            "Show.2024.01.31.720p.mkv",
            Episodes(Words("Show"), 2024, (131,), "", date(2024, 1, 31)),
        ),
        (
            "Show (2008) {tvdb-81189}/Season 2/Show - S02E01.mkv",
            Episodes(Words("Show", 2008, ids={"tvdb": "81189"}), 2, (1,)),
        ),
        ("Show (2008)/Show S02E01.mkv", Episodes(Words("Show", 2008), 2, (1,))),
        ("Downloads/Show S02E01.mkv", Episodes(Words("Show"), 2, (1,))),
        ("Show/Specials/Show - S00E01 - Pilot.mkv", Episodes(Words("Show"), 0, (1,), "Pilot")),
        ("Show/Season 00/S00E03.mkv", Episodes(Words("Show"), 0, (3,))),
        ("Show/Staffel 3/Folge 7.mkv", Episodes(Words("Show"), 3, (7,))),
        ("Show/Season 1/02 - Name.mkv", Episodes(Words("Show"), 1, (2,), "Name")),
        ("Show/Season 1/Episode 2.mkv", Episodes(Words("Show"), 1, (2,))),
        ("Show Season 1 Episode 2.mkv", Episodes(Words("Show"), 1, (2,))),
        (
            "[Group] Show Name - 05 [1080p][ABCD1234].mkv",
            Episodes(Words("Show Name"), 1, (5,)),
        ),
        ("[Group] Show Name - 1071v2 (720p).mkv", Episodes(Words("Show Name"), 1, (1071,))),
        ("Твин Пикс/Сезон 1/Твин Пикс - S01E02.mkv", Episodes(Words("Твин Пикс"), 1, (2,))),
        ("番組/Season 01/番組 - S01E02 - 題名.mkv", Episodes(Words("番組"), 1, (2,), "題名")),
        ("24/Season 01/24 - S01E02.mkv", Episodes(Words("24"), 1, (2,))),
    ],
)
def test_episodes(path: str, found: Episodes) -> None:
    assert read_path(path, SHOWS) == found
    assert read_path(path, MIXED) == found


def test_a_number_alone_is_an_episode_only_among_shows() -> None:
    assert read_path("Show/Show - 05.mkv", SHOWS) == Episodes(Words("Show"), 1, (5,))
    assert read_path("Apollo - 13.mkv", MIXED) == Film(Words("Apollo - 13"))
    assert read_path("Show.S01E02.mkv", FILMS) == Film(Words("Show S01E02"))
    assert read_path("Film 1920x1080.mkv", MIXED) == Film(Words("Film 1920x1080"))


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("Film (1999)/Trailers/Teaser.mp4", Extra("Teaser", ExtraKind.TRAILER, "Film (1999)")),
        (
            "Film (1999)/Behind the scenes/The_Making.mp4",
            Extra("The Making", ExtraKind.BONUS, "Film (1999)"),
        ),
        ("Show/Featurettes/One/Two.mkv", Extra("Two", ExtraKind.BONUS, "Show")),
        (
            "Film (1999)/Film (1999)-trailer.mp4",
            Extra("Film", ExtraKind.TRAILER, "Film (1999)"),
        ),
        (
            "Film (1999)/Cast-interview.mp4",
            Extra("Cast", ExtraKind.BONUS, "Film (1999)"),
        ),
    ],
)
def test_bonus_material(path: str, found: Extra) -> None:
    assert read_path(path, FILMS) == found


@pytest.mark.parametrize(
    "path",
    [
        "Film (1999)/sample.mkv",
        "Film (1999)/Sample/film.mkv",
        "Film.1999-sample.mkv",
        ".hidden/Film (1999).mkv",
        "._Film (1999).mkv",
        "@eaDir/Film (1999).mkv",
        "Film (1999).txt",
        "Film (1999).nfo",
        "Film (1999).srt",
        "noending",
    ],
)
def test_junk_is_not_looked_at(path: str) -> None:
    assert read_path(path, MIXED) is None


@pytest.mark.parametrize(
    ("path", "kind", "why"),
    [
        ("Film (1999) cd1.avi", FILMS, Unclear.PART_OF_SEVERAL),
        ("Film-part2.avi", MIXED, Unclear.PART_OF_SEVERAL),
        ("Film (1999).iso", FILMS, Unclear.DISC_IMAGE),
        ("Show/Season 01/Without number.mkv", SHOWS, Unclear.NO_EPISODE_NUMBER),
        ("Show/Season 01/Without number.mkv", MIXED, Unclear.NO_EPISODE_NUMBER),
        ("S01E02.mkv", SHOWS, Unclear.NO_SHOW_NAME),
        ("---.mkv", FILMS, Unclear.NO_NAME),
        ("[GRP].mkv", FILMS, Unclear.NO_NAME),
    ],
)
def test_what_is_not_understood_says_why(path: str, kind: FolderKind, why: Unclear) -> None:
    assert read_path(path, kind) is why


@given(st.text(min_size=1), st.sampled_from(FolderKind))
def test_no_name_is_too_odd(name: str, kind: FolderKind) -> None:
    found = read_path(f"{name}.mkv", kind)

    assert found is None or isinstance(found, Film | Episodes | Extra | Unclear)


def test_subtitles_are_found_beside_their_film() -> None:
    names = ["Film.mkv", "Film.srt", "Film.en.srt", "Film.de.forced.srt", "Film.pt-BR.sdh.vtt"]

    assert subtitles_beside("Film.mkv", [*names, "Films.en.srt", "Film.en.txt"]) == [
        SubtitleFile("Film.de.forced.srt", "de", is_forced=True),
        SubtitleFile("Film.en.srt", "en"),
        SubtitleFile("Film.pt-BR.sdh.vtt", "pt-BR", is_sdh=True),
        SubtitleFile("Film.srt", None),
    ]
    assert subtitles_beside("Film.mkv", ["Film.hi.srt"]) == [SubtitleFile("Film.hi.srt", "hi")]


def test_posters_are_found_beside_their_film() -> None:
    names = ["Film.mkv", "poster.jpg", "folder.jpg", "other.jpg"]

    assert poster_beside("Film.mkv", names, is_alone=True) == "poster.jpg"
    assert poster_beside("Film.mkv", names, is_alone=False) is None
    assert poster_beside("Film.mkv", [*names, "Film-poster.PNG"], is_alone=False) == (
        "Film-poster.PNG"
    )
