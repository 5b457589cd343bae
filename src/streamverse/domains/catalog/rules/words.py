"""Words: how they are cleaned, compared, and put into addresses."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import TypeVar

QUERY_WORDS_LIMIT = 8
SLUG_LIMIT = 80

T = TypeVar("T")


def search_form(text: str) -> str:
    """Give the form in which names and queries are compared: no case, no accents, single spaces.

    >>> search_form("  L'Été  Dernier ")
    "l'ete dernier"
    """
    # Unicode §3.13 D146: some letters only get a small form once they are decomposed, and again.
    letters = unicodedata.normalize("NFKD", text).casefold()
    letters = unicodedata.normalize("NFKD", letters).casefold()
    return " ".join("".join(c for c in letters if not unicodedata.combining(c)).split())


def query_words(query: str | None) -> tuple[str, ...]:
    """Give the words that a name must contain, each of them, in any order."""
    return tuple(search_form(query or "").split()[:QUERY_WORDS_LIMIT])


def slug(text: str) -> str:
    """Give the form in which a name stands in an address; letters of all scripts stay.

    >>> slug("Science-Fiction & Fantasy")
    'science-fiction-fantasy'
    """
    return re.sub(r"[\W_]+", "-", search_form(text)).strip("-")[:SLUG_LIMIT].strip("-")


def tidy(text: str) -> str:
    """Clean a text of several lines: one form of each letter, nothing that is not shown."""
    lines = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    return "".join(c for c in lines if c in "\n\t" or _is_shown(c)).strip()


def tidy_line(text: str) -> str:
    """Clean a text and make it one line."""
    return " ".join(tidy(text).split())


def _is_shown(character: str) -> bool:
    # Categories C*: control and format characters, which can turn or hide what stands around them.
    return not unicodedata.category(character).startswith("C")


def in_language(wanted: str, said: Mapping[str, T]) -> T | None:
    """Choose what is said in a language: in the very one, else in another form of it.

    >>> in_language("pt-BR", {"pt": "Olá", "de": "Hallo"})
    'Olá'
    """
    if wanted in said:
        return said[wanted]
    plain = wanted.partition("-")[0]
    return next((said[tag] for tag in sorted(said) if tag.partition("-")[0] == plain), None)
