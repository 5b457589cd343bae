"""Words as search compares them: one form for what people hold to be the same.

Letters lose case and accents, in every script; Arabic letters that are written for one another
become one, Katakana becomes Hiragana. Scripts that set no spaces are cut into pairs of characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

TOKEN_LIMIT = 40
QUERY_TOKENS_LIMIT = 10
# What NFKD does not take apart, though people type it without.
_LETTERS = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "ı": "i",  # noqa: RUF001 - Turkish
        "ħ": "h",
        "ŧ": "t",
        "ى": "ي",
        "ة": "ه",  # noqa: RUF001
        "ک": "ك",
        "ی": "ي",
        "ـ": None,
        "ς": "σ",  # noqa: RUF001
    }
)
# Voiced and half-voiced sound marks: without them a Japanese syllable is another one.
_KEPT_MARKS = frozenset("\u3099\u309a")
_APOSTROPHES = "'’ʼ`´"  # noqa: RUF001 - each of them is typed
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff々〆"
_UNSPACED = f"{_HAN}\u3040-\u309fー\u30a0-\u30ff\u0e00-\u0eff\u1780-\u17ff\u1000-\u109f"
_RUN = re.compile(f"[{_UNSPACED}]+|[^\\W_{_UNSPACED}]+(?:[{_APOSTROPHES}][^\\W_{_UNSPACED}]+)*")
_IS_UNSPACED = re.compile(f"[{_UNSPACED}]")
_KATAKANA = range(0x30A1, 0x30F7)
_TO_HIRAGANA = 0x60
_LONG_ENOUGH = 3


@dataclass(frozen=True, slots=True)
class Token:
    """A word in the form that is compared, and where it stands in the text."""

    text: str
    start: int
    end: int


def fold(text: str) -> str:
    """Give the form in which words are compared.

    >>> fold("Amélie"), fold("Łódź"), fold("Straße")
    ('amelie', 'lodz', 'strasse')
    """
    letters = unicodedata.normalize("NFKD", text).casefold()
    letters = unicodedata.normalize("NFKD", letters).casefold().translate(_LETTERS)
    bare = "".join(c for c in letters if c in _KEPT_MARKS or not unicodedata.combining(c))
    return "".join(_to_hiragana(c) for c in unicodedata.normalize("NFC", bare))


def tokens(text: str) -> Sequence[Token]:
    """Cut a text into the words that it is found by.

    >>> [token.text for token in tokens("L'Été d'une étoile")]
    ['lete', 'ete', 'dune', 'une', 'etoile']
    """
    return [token for run in _RUN.finditer(text) for token in _tokens_of(run.group(), run.start())]


def query_tokens(query: str) -> Sequence[str]:
    """Cut what somebody types into the words that are looked for.

    >>> query_tokens("L'Été")
    ['lete']
    """
    found: dict[str, None] = {}
    for run in _RUN.finditer(query):
        text = run.group()
        if _IS_UNSPACED.match(text):
            found.update((token.text, None) for token in _pairs(text, 0))
        elif folded := _word(text):
            found[folded] = None
    return list(found)[:QUERY_TOKENS_LIMIT]


def joined_forms(words: Sequence[str]) -> Sequence[str]:
    """Give what a name reads like where a space is forgotten: each pair of words, and all of it."""
    pairs = [first + second for first, second in pairwise(words)]
    whole = "".join(words)
    return list(dict.fromkeys([*pairs, whole] if len(words) > 1 else []))


def is_joined_form(text: str, words: Sequence[str]) -> bool:
    """Tell whether a text is one of the `joined_forms` of words, without writing them all.

    >>> is_joined_form("buckbunny", ["big", "buck", "bunny"]), is_joined_form("big", ["big"])
    (True, False)
    """
    if len(words) <= 1:
        return False
    if len(text) == sum(map(len, words)):
        return text == "".join(words)
    return any(
        len(text) == len(first) + len(second) and text == first + second
        for first, second in pairwise(words)
    )


def _tokens_of(text: str, start: int) -> Iterator[Token]:
    if _IS_UNSPACED.match(text):
        yield from _pairs(text, start)
        return
    end = start + len(text)
    if word := _word(text):
        yield Token(word, start, end)
    # d'Artagnan is found by artagnan as well, and don't by no t.
    for mark in re.finditer(f"[{_APOSTROPHES}]", text):
        part = _word(text[mark.end() :])
        if len(part) >= _LONG_ENOUGH:
            yield Token(part, start + mark.end(), end)


def _word(text: str) -> str:
    # Folding may part what was one letter; what is not one by now takes no part.
    return "".join(c for c in fold(text) if c.isalnum())[:TOKEN_LIMIT]


def _pairs(text: str, start: int) -> Iterator[Token]:
    if len(text) == 1:
        yield Token(fold(text), start, start + 1)
    for at in range(len(text) - 1):
        yield Token(fold(text[at : at + 2]), start + at, start + at + 2)


def _to_hiragana(character: str) -> str:
    is_katakana = ord(character) in _KATAKANA
    return chr(ord(character) - _TO_HIRAGANA) if is_katakana else character
