"""What people say of a file, made fit to show: its name, its title, a few words, a year."""

from __future__ import annotations

import re
import unicodedata

FILENAME_LIMIT = 255
TITLE_LIMIT = 200
EARLIEST_YEAR, LATEST_YEAR = 1870, 2200

_YEAR = re.compile(r"[0-9]{4}")
_SEPARATORS = re.compile(r"[\s._]+")
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,5}$")


def clean_filename(given: str | None) -> str:
    r"""Make a name fit to show: the last part of a path, without control characters.

    It is shown and never becomes a path: files are stored under ids.

    >>> clean_filename("../../etc/My\x00 film.mp4")
    'My film.mp4'
    """
    last = (given or "").replace("\\", "/").rsplit("/", 1)[-1]
    shown = _shown(last)
    if len(shown) > FILENAME_LIMIT:
        extension = match[0] if (match := _EXTENSION.search(shown)) else ""
        shown = shown[: FILENAME_LIMIT - len(extension)].rstrip() + extension
    return shown if shown.strip(".") else "untitled"


def title_from(filename: str, given: str | None) -> str:
    """Choose a title: the one that was given, or one made of the file's name.

    >>> title_from("big_buck.bunny_1080p.mp4", None)
    'big buck bunny 1080p'
    """
    name = _shown(given or "")
    if not name:
        stem = _EXTENSION.sub("", filename)
        name = _SEPARATORS.sub(" ", stem).strip() or "Untitled"
    return name[:TITLE_LIMIT].rstrip()


def clean_words(given: str, limit: int) -> str | None:
    """Make what is said about a film fit to keep: its lines stay, what cannot be seen goes."""
    lines = (_shown(line) for line in given.splitlines())
    return "\n".join(lines).strip()[:limit].rstrip() or None


def year_from(given: str) -> int | None:
    """Read a year; what cannot be the year of a film counts as not given."""
    year = int(given) if _YEAR.fullmatch(given) else 0
    return year if EARLIEST_YEAR <= year <= LATEST_YEAR else None


def _shown(text: str) -> str:
    spaced = " ".join(unicodedata.normalize("NFC", text).split())
    # Categories C*: control and format characters, which can turn or hide what stands around them.
    kept = (c for c in spaced if not unicodedata.category(c).startswith("C"))
    return " ".join("".join(kept).split())
