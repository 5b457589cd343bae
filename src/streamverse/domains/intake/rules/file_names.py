"""What a file is, read from its path below a folder: a film, episodes, bonus material, or junk."""

from __future__ import annotations

import enum
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import PurePosixPath

from streamverse.domains.intake.contracts import ExtraKind, FolderKind
from streamverse.domains.intake.rules.release_names import (
    Words,
    before_quality,
    read_words,
    tidy_name,
)

VIDEO = frozenset(
    [
        ".mkv",
        ".mp4",
        ".m4v",
        ".mov",
        ".avi",
        ".wmv",
        ".flv",
        ".webm",
        ".mpg",
        ".mpeg",
        ".m2ts",
        ".mts",
        ".ts",
        ".ogv",
        ".3gp",
        ".divx",
        ".asf",
        ".mxf",
    ]
)
DISC = frozenset([".iso", ".vob", ".ifo", ".img"])
_JUNK_FOLDERS = frozenset(
    {"@eadir", "lost+found", "$recycle.bin", "#recycle", "system volume information", "sample"}
    | {"samples", "subs", "subtitles", "__macosx"}
)
_EXTRA_FOLDERS = {
    "trailers": ExtraKind.TRAILER,
    "trailer": ExtraKind.TRAILER,
    **dict.fromkeys(
        (
            "behind the scenes",
            "deleted scenes",
            "featurettes",
            "featurette",
            "interviews",
            "scenes",
            "shorts",
            "extras",
            "bonus",
            "bonus material",
            "other",
            "clips",
        ),
        ExtraKind.BONUS,
    ),
}
_EXTRA_SUFFIX = re.compile(
    r"[ ._-](trailer|featurette|behindthescenes|deleted|deletedscene|interview|scene|short|other"
    r"|clip|extra)\d*$",
    re.IGNORECASE,
)
_SAMPLE = re.compile(r"(^|[ ._-])sample($|[ ._-]|\d*$)", re.IGNORECASE)
_PART = re.compile(r"[ ._-](?:(?:cd|disc|disk|dvd|pt)[ ._-]?|part)([1-9])$", re.IGNORECASE)

_SEASON_FOLDER = re.compile(
    r"^(?:season|staffel|saison|temporada|stagione|seizoen|sezon|сезон|series|s)[ ._-]*(\d{1,4})\b",
    re.IGNORECASE,
)
_SPECIALS_FOLDER = re.compile(r"^(?:specials?|season 0+|ova|oad)$", re.IGNORECASE)
_S_E = re.compile(
    r"(?<![^\W_])s(\d{1,4})[ ._-]?e(\d{1,4})((?:[ ._]?-?[ ._]?e\d{1,4}|-\d{1,4})*)(?![^\W_])",
    re.IGNORECASE,
)
_N_X_N = re.compile(
    r"(?<![^\W_])(\d{1,2})x(\d{1,4})((?:-(?:\d{1,2}x)?\d{1,4})*)(?![^\W_])", re.IGNORECASE
)
_DATE = re.compile(r"(?<!\d)((?:19|20)\d\d)[-._ ](\d\d)[-._ ](\d\d)(?!\d)")
_IN_WORDS = re.compile(
    r"(?:season|staffel|saison|temporada)[ ._]*(\d{1,4})[ ._,-]*"
    r"(?:episode|folge|épisode|episodio|ep)[ ._]*(\d{1,4})(?!\d)",
    re.IGNORECASE,
)
_EPISODE_WORD = re.compile(
    r"(?<![^\W_])(?:episode|episodio|épisode|folge|ep|e)[ ._]*(\d{1,4})(?![^\W_])"
    r"|第(\d{1,4})[話话集]",
    re.IGNORECASE,
)
_LEADING_NUMBER = re.compile(r"^(\d{1,3})(?![^\W_])(?=$|[ ._-])")
_ABSOLUTE = re.compile(
    r"^(.+?)(?:[ ._]-[ ._]|[ ._]#|[ ._])(\d{1,4})(?:v\d)?(?=$|[ ._]*[\[(]|[ ._]-[ ._])"
)
_GROUP = re.compile(r"^\s*[\[【][^\]】]+[\]】]")
_NUMBERS = re.compile(r"\d+")
_MOST_AT_ONCE = 30


class Unclear(enum.StrEnum):
    """Why a file was not understood."""

    NO_EPISODE_NUMBER = "no_episode_number"
    NO_SHOW_NAME = "no_show_name"
    NO_NAME = "no_name"
    PART_OF_SEVERAL = "part_of_several"
    DISC_IMAGE = "disc_image"
    WHOSE_EXTRA = "whose_extra"
    TWICE = "twice"
    CONTAINER_DELETED = "container_deleted"


@dataclass(frozen=True, slots=True)
class Film:
    """A film, perhaps in an edition of its own."""

    words: Words


@dataclass(frozen=True, slots=True)
class Episodes:
    """One or more episodes of a show in a file; those by date have the day as their number."""

    show: Words
    season: int
    numbers: tuple[int, ...]
    name: str = ""
    aired_on: date | None = None


@dataclass(frozen=True, slots=True)
class Extra:
    """A trailer or bonus material of what lies in a folder, named by its path."""

    name: str
    kind: ExtraKind
    of_folder: str


Understood = Film | Episodes | Extra


@dataclass(frozen=True, slots=True)
class _Path:
    """A path below the folder: the folders above the file, and its name without the ending."""

    folders: tuple[str, ...]
    stem: str
    kind: FolderKind
    season_folder: int | None = field(default=None)


def read_path(path: str, kind: FolderKind) -> Understood | Unclear | None:
    """Tell what a file is; None for what is not looked at: other kinds of files, samples, junk."""
    parts = PurePosixPath(path)
    folders, ending = parts.parts[:-1], parts.suffix.lower()
    if ending not in VIDEO | DISC or _is_junk(folders, parts.stem):
        return None
    if ending in DISC:
        return Unclear.DISC_IMAGE
    extra = _read_extra(folders, parts.stem)
    if extra is not None:
        return extra
    season = season_folder_of(folders[-1]) if folders else None
    return _read_main(_Path(folders, parts.stem, kind, season))


def is_video(path: str) -> bool:
    """Tell whether a file is looked at, by its ending."""
    return PurePosixPath(path).suffix.lower() in VIDEO | DISC


def _is_junk(folders: Sequence[str], stem: str) -> bool:
    hidden = any(name.startswith(".") for name in (*folders, stem))
    return (
        hidden
        or any(name.casefold() in _JUNK_FOLDERS for name in folders)
        or bool(_SAMPLE.search(stem))
    )


def _read_extra(folders: Sequence[str], stem: str) -> Extra | None:
    for depth in range(1, len(folders)):
        kind = _EXTRA_FOLDERS.get(folders[depth].casefold().replace("_", " "))
        if kind is not None:
            return Extra(tidy_name(stem) or stem, kind, "/".join(folders[:depth]))
    suffix = _EXTRA_SUFFIX.search(stem)
    if suffix is None or not folders:
        return None
    kind = ExtraKind.TRAILER if suffix[1].casefold() == "trailer" else ExtraKind.BONUS
    return Extra(read_words(stem[: suffix.start()]).name or stem, kind, "/".join(folders))


def _read_main(path: _Path) -> Understood | Unclear:
    if _PART.search(path.stem):
        return Unclear.PART_OF_SEVERAL
    if path.kind is not FolderKind.FILMS:
        episodes = _read_episodes(path)
        if episodes is not None:
            return episodes
        if path.kind is FolderKind.SHOWS or path.season_folder is not None:
            return Unclear.NO_EPISODE_NUMBER
    return _read_film(path)


# --- films ----------------------------------------------------------------------------------------


def _read_film(path: _Path) -> Film | Unclear:
    own = read_words(path.stem)
    above = read_words(path.folders[-1]) if path.folders else Words("")
    if above.year is not None and own.year is None:
        # A folder with a year is one film's, whatever the file in it is called.
        edition = own.edition or _beyond(own.name, above.name)
        own = replace(above, edition=edition or above.edition, ids={**above.ids, **own.ids})
    elif above.year == own.year:
        own = replace(own, ids={**above.ids, **own.ids}, edition=own.edition or above.edition)
    if own.year is not None and not own.edition:
        own = replace(own, edition=_edition_behind(path.stem, own.year))
    if not any(character.isalnum() for character in own.name):
        return Unclear.NO_NAME
    return Film(own)


def _beyond(name: str, start: str) -> str:
    """Give what a name says beyond its beginning: the edition, where people write it so."""
    rest = name.removeprefix(start)
    return (
        rest.strip(" -\u2013\u2014")
        if rest != name and rest.lstrip().startswith(("-", "\u2013", "\u2014"))
        else ""
    )


def _edition_behind(stem: str, year: int) -> str:
    behind = re.search(rf"[(\[]\s*{year}\s*[)\]]\s+[-\u2013\u2014]\s+(.+)$", stem)
    return tidy_name(before_quality(behind[1])) if behind else ""


# --- episodes -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Numbers:
    """Where in a name the number of an episode stands."""

    season: int
    numbers: tuple[int, ...]
    start: int
    end: int
    aired_on: date | None = None


def _read_episodes(path: _Path) -> Episodes | Unclear | None:
    found = _numbers_in(path)
    if found is None:
        return None
    show = _show_of(path, path.stem[: found.start])
    if not any(character.isalnum() for character in show.name):
        return Unclear.NO_SHOW_NAME
    name = tidy_name(before_quality(path.stem[found.end :]))
    return Episodes(show, found.season, found.numbers, name, found.aired_on)


def _numbers_in(path: _Path) -> _Numbers | None:
    stem = path.stem
    for pattern in (_S_E, _N_X_N):
        for match in pattern.finditer(stem):
            rest = [int(number) for number in _numbers_behind(match[3])]
            numbers = _span(int(match[2]), rest, is_range="-" in match[3])
            return _Numbers(int(match[1]), numbers, match.start(), match.end())
    if (words := _IN_WORDS.search(stem)) is not None:
        return _Numbers(int(words[1]), (int(words[2]),), words.start(), words.end())
    if (by_date := _date_in(stem)) is not None:
        return by_date
    return _bare_number(path)


def _numbers_behind(text: str) -> list[str]:
    return [part.lower().rpartition("x")[2].lstrip("e") for part in re.findall(r"[\dexEX]+", text)]


def _span(first: int, rest: Sequence[int], *, is_range: bool) -> tuple[int, ...]:
    if is_range and len(rest) == 1 and first < rest[0] < first + _MOST_AT_ONCE:
        return tuple(range(first, rest[0] + 1))
    return tuple(dict.fromkeys((first, *rest)))


def _date_in(stem: str) -> _Numbers | None:
    match = _DATE.search(stem)
    if match is None:
        return None
    try:
        day = date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None
    number = day.month * 100 + day.day
    return _Numbers(day.year, (number,), match.start(), match.end(), day)


def _bare_number(path: _Path) -> _Numbers | None:
    """Find a number without a season: in the folder of a season, or counted through (anime)."""
    season = 1 if path.season_folder is None else path.season_folder
    is_in_show = path.season_folder is not None or path.kind is FolderKind.SHOWS
    if is_in_show and (word := _EPISODE_WORD.search(path.stem)) is not None:
        return _Numbers(season, (int(word[1] or word[2]),), word.start(), word.end())
    if is_in_show and (leading := _LEADING_NUMBER.search(path.stem)) is not None:
        return _Numbers(season, (int(leading[1]),), leading.start(), leading.end())
    group = _GROUP.match(path.stem)
    if not is_in_show and group is None:
        return None
    start = group.end() if group else 0
    absolute = _ABSOLUTE.search(before_quality(path.stem[start:]))
    if absolute is None or _YEAR.fullmatch(absolute[2]):
        return None
    begin = start + absolute.start(2)
    return _Numbers(season, (int(absolute[2]),), begin, start + absolute.end())


_YEAR = re.compile(r"(?:19|20)\d\d")


def season_folder_of(folder: str) -> int | None:
    """Tell which season a folder is, by its name; 0 is that of the specials."""
    if _SPECIALS_FOLDER.match(folder):
        return 0
    match = _SEASON_FOLDER.match(folder)
    return int(match[1]) if match else None


def _show_of(path: _Path, in_front: str) -> Words:
    """Choose whose episode it is: what the file says, or the folder where that says it better."""
    said = read_words(in_front.strip(" -\u2013\u2014._#"))
    folders = path.folders[:-1] if path.season_folder is not None else path.folders
    if not folders:
        return said
    above = read_words(folders[-1])
    is_same = above.name.casefold() == said.name.casefold()
    is_shows_own = path.season_folder is not None or not said.name or is_same
    return above if is_shows_own and above.name else said
