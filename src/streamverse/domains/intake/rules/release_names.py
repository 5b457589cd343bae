"""Names as people and programs give them to files, taken apart: words, year, numbers, quality."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

EARLIEST_YEAR = 1870
# Later ones stand in names of films ("Blade Runner 2049") before they are years of any.
LATEST_BARE_YEAR = 2039
LATEST_YEAR = 2200

_SOURCES = {"tmdb": "tmdb", "imdb": "imdb", "tvdb": "tvdb", "anilist": "anilist"}
_ID = re.compile(
    r"[\[{(]\s*(tmdb|imdb|tvdb|anilist)(?:id)?\s*[-=: ]\s*([A-Za-z0-9]{1,20})\s*[\]})]",
    re.IGNORECASE,
)
_EDITION_MARK = re.compile(r"\{\s*edition\s*-\s*([^}]{1,60})\}", re.IGNORECASE)
_EDITION = re.compile(
    r"\b((?:director'?s|final|extended|theatrical|ultimate|unrated|special|collector'?s|imax"
    r"|remastered|uncut)(?:[ ._](?:cut|edition|version))?)\b",
    re.IGNORECASE,
)
_QUALITY = re.compile(
    r"(?<![^\W_])(?:\d{3,4}[pi]|4k|8k|uhd|blu-?ray|b[dr]rip|web-?dl|web-?rip|hdtv|pdtv|dvd-?rip"
    r"|dvdscr|hdrip|remux|[xh][. ]?26[45]|hevc|xvid|divx|aac|e?ac-?3|ddp?5[. ]1|dts(?:-?hd)?"
    r"|truehd|atmos|10-?bit|8-?bit|hdr(?:10)?\+?|proper|repack|internal)(?![^\W_])",
    re.IGNORECASE,
)
_YEAR_IN_BRACKETS = re.compile(r"[(\[]\s*(\d{4})\s*[)\]]")
_BARE_YEAR = re.compile(r"(?<![^\W_])(\d{4})(?![^\W_])")
_BRACKETS = re.compile(r"[\[{【][^\]}】]*[\]}】]")
_OPENED = re.compile(r"[\[({【][^\])}】]*$")
_GROUP_IN_FRONT = re.compile(r"^\s*[\[【][^\]】]*[\]】]\s*")
_DOTS = re.compile(r"(?<=\w\w)\.|\.(?=\w\w)|_")
_EDGES = " -\u2013\u2014.,;:_~|"


@dataclass(frozen=True, slots=True)
class Words:
    """What a name says besides the numbers of episodes."""

    name: str
    year: int | None = None
    edition: str = ""
    ids: Mapping[str, str] = field(default_factory=dict[str, str])


def read_words(text: str) -> Words:
    """Take the name, the year, the edition and the numbers of other services out of a text.

    >>> read_words("The.Matrix.1999.1080p.BluRay.x264-GRP")
    Words(name='The Matrix', year=1999, edition='', ids={})
    """
    text = unicodedata.normalize("NFC", text)
    text, ids = take_ids(text)
    marked = _EDITION_MARK.search(text)
    text = _EDITION_MARK.sub(" ", text)
    text = _GROUP_IN_FRONT.sub("", text) or text
    front, year, behind = _split_at_year(text)
    cut = _QUALITY.search(front)
    if cut is not None and front[: cut.start()].strip(_EDGES):
        front, behind = front[: cut.start()], front[cut.start() :] + behind
    said = _EDITION.search(behind) if behind else None
    edition = marked or said
    return Words(tidy_name(front), year, tidy_name(edition[1]) if edition else "", ids)


def take_ids(text: str) -> tuple[str, dict[str, str]]:
    """Take numbers like ``{tmdb-603}`` and ``[imdbid-tt0133093]`` out of a text."""
    ids = {_SOURCES[source.lower()]: number for source, number in _ID.findall(text)}
    return _ID.sub(" ", text), ids


def tidy_name(text: str) -> str:
    """Make a name fit to show: spaces for dots and underscores, nothing in square brackets.

    >>> tidy_name("S.W.A.T.the_film_[GRP]")
    'S.W.A.T the film'
    """
    text = _BRACKETS.sub(" ", text)
    if " " not in text.strip():
        text = _DOTS.sub(" ", text)
    shown = (c for c in text if not unicodedata.category(c).startswith("C"))
    plain = " ".join("".join(shown).replace("_", " ").split())
    return _OPENED.sub("", plain).strip(_EDGES)


def before_quality(text: str) -> str:
    """Give what stands before the words of quality.

    >>> before_quality("The Talk 1080p WEB-DL")
    'The Talk '
    """
    cut = _QUALITY.search(text)
    return text[: cut.start()] if cut else text


def _split_at_year(text: str) -> tuple[str, int | None, str]:
    """Give what stands before the year, the year, and what stands behind it."""
    bracketed = [
        each
        for each in _YEAR_IN_BRACKETS.finditer(text)
        if EARLIEST_YEAR <= int(each[1]) <= LATEST_YEAR and text[: each.start()].strip(_EDGES)
    ]
    quality = _QUALITY.search(text)
    end = quality.start() if quality else len(text)
    bare = [
        each
        for each in _BARE_YEAR.finditer(text, 0, end)
        if EARLIEST_YEAR <= int(each[1]) <= LATEST_BARE_YEAR and text[: each.start()].strip(_EDGES)
    ]
    found = bracketed or bare
    if not found:
        return text, None, ""
    return text[: found[-1].start()], int(found[-1][1]), text[found[-1].end() :]
