"""NFO files, in which media centres write down what they know of films, shows and episodes.

The files are strangers': they are small, and one with a document type is refused, as that is where
XML keeps its traps (entities that grow, files that are drawn in).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date
from typing import Any
from xml.etree import ElementTree as ET

from streamverse.domains.catalog.contracts import CreditLine, TitlePatch

LIMIT_BYTES = 1 << 20
NAME_LIMIT, TEXT_LIMIT, LABEL_LIMIT = 200, 5000, 60
MOST_NAMES, MOST_CREDITS = 20, 100
ROOTS = ("movie", "tvshow", "episodedetails")
EARLIEST_YEAR, LATEST_YEAR = 1870, 2200
_ROOT = re.compile(rf"<({'|'.join(ROOTS)})\b")
_YEAR = re.compile(r"\d{4}")
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


class NfoUnreadable(ValueError):
    """A file says nothing that can be read as an NFO."""


def read_nfo(content: bytes) -> TitlePatch:
    """Read what an NFO says of a title, or raise NfoUnreadable; what cannot be is left out."""
    root = _parse(_decode(content))
    said = {**_words(root), **_facts(root), **_lists(root)}
    return TitlePatch(**said)


def _decode(content: bytes) -> str:
    encoding = next((name for mark, name in _BOMS if content.startswith(mark)), "utf-8")
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        # Old ones are often in the encoding of old Windows, in which every byte is a letter.
        return content.decode("cp1252", errors="replace")


def _parse(text: str) -> ET.Element:
    begin = _ROOT.search(text)
    if begin is None or "<!DOCTYPE" in text.upper() or "<!ENTITY" in text.upper():
        raise NfoUnreadable
    # Several episodes stand one behind the other, and an address may stand behind them.
    end = text.find(f"</{begin[1]}>", begin.start())
    document = text[begin.start() : end + len(begin[1]) + 3] if end >= 0 else ""
    try:
        return ET.fromstring(document)  # noqa: S314 - no document types, see above
    except ET.ParseError as broken:
        raise NfoUnreadable from broken


def _words(root: ET.Element) -> dict[str, Any]:
    plot = _first(root, "plot", TEXT_LIMIT) or _first(root, "outline", TEXT_LIMIT)
    found = {
        "name": _first(root, "title", NAME_LIMIT),
        "original_name": _first(root, "originaltitle", NAME_LIMIT),
        "tagline": _first(root, "tagline", NAME_LIMIT),
        "description": plot,
    }
    return {field: text for field, text in found.items() if text}


def _facts(root: ET.Element) -> dict[str, Any]:
    found: dict[str, Any] = {}
    day = _day(_first(root, "premiered", 10) or _first(root, "aired", 10))
    if day is not None:
        found["released_on"] = day
    year = _YEAR.search(_first(root, "year", 10)) or _YEAR.search(_first(root, "premiered", 10))
    if year and EARLIEST_YEAR <= int(year[0]) <= LATEST_YEAR and root.tag != "episodedetails":
        found["year"] = int(year[0])
    ids = dict(_ids(root))
    return {**found, "external_ids": ids} if ids else found


def _lists(root: ET.Element) -> dict[str, Any]:
    found: dict[str, Any] = {
        "genres": _names(root, "genre"),
        "tags": _names(root, "tag"),
        "studios": _names(root, "studio"),
        "credits": list(_credits(root))[:MOST_CREDITS],
    }
    return {field: names for field, names in found.items() if names}


def _ids(root: ET.Element) -> Iterator[tuple[str, str]]:
    for each in root.findall("uniqueid"):
        source, number = (each.get("type") or "").lower(), _tidy(each.text, LABEL_LIMIT)
        if source in {"imdb", "tmdb", "tvdb", "anilist"} and number:
            yield source, number


def _credits(root: ET.Element) -> Iterator[CreditLine]:
    for tag, job in (("director", "director"), ("credits", "writer")):
        for name in _names(root, tag):
            yield CreditLine(name, job)
    for actor in root.findall("actor"):
        name = _first(actor, "name", NAME_LIMIT)
        if name:
            yield CreditLine(name, "actor", _first(actor, "role", NAME_LIMIT))


def _names(root: ET.Element, tag: str) -> list[str]:
    """Give the texts of all elements of a name; some programs put several into one with a slash."""
    texts = (part for each in root.findall(tag) for part in (each.text or "").split(" / "))
    tidied = (_tidy(text, LABEL_LIMIT) for text in texts)
    named = (text for text in tidied if any(character.isalnum() for character in text))
    return list(dict.fromkeys(named))[:MOST_NAMES]


def _first(root: ET.Element, tag: str, limit: int) -> str:
    return _tidy(root.findtext(tag), limit)


def _tidy(text: str | None, limit: int) -> str:
    return " ".join((text or "").split())[:limit].strip()


def _day(text: str) -> date | None:
    with suppress(ValueError):
        return date.fromisoformat(text)
    return None


def read_tags(tags: Mapping[str, str]) -> TitlePatch:
    """Read what a media file says of itself, but for its name, which is seldom one."""
    day = _day(tags.get("date", "")[:10])
    plot = tags.get("synopsis") or tags.get("description") or ""
    found: dict[str, Any] = {"description": _tidy(plot, TEXT_LIMIT), "released_on": day}
    genre = _tidy(tags.get("genre"), LABEL_LIMIT)
    if any(character.isalnum() for character in genre):
        found["genres"] = [genre]
    return TitlePatch(**{field: value for field, value in found.items() if value})
