"""Made-up names of titles and people, as many as a library has, and slips made in typing them."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate
from random import Random

STARTS = ("b", "br", "c", "ch", "d", "dr", "f", "g", "gr", "h", "j", "k", "l", "m", "n", "p", "pr",
          "r", "s", "sh", "st", "t", "tr", "v", "w", "z", "")  # fmt: skip
VOWELS = ("a", "e", "i", "o", "u", "ai", "ea", "ou", "á", "é", "ö", "ü")
VOWEL_WEIGHTS = (20, 22, 16, 16, 10, 4, 4, 3, 1.5, 2, 1, 0.5)
ENDS = ("", "", "", "n", "r", "s", "t", "l", "m", "nd", "rk", "st", "ck")
SMALL_WORDS = ("the", "of", "a", "in", "and", "to")
# Neighbours on a keyboard, row by row.
ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
NEIGHBOURS: Mapping[str, str] = {
    letter: row[max(0, at - 1) : at] + row[at + 1 : at + 2]
    for row in ROWS
    for at, letter in enumerate(row)
}
LETTERS = "abcdefghijklmnopqrstuvwxyz"
SHORTEST_SLIPPED = 4


def make_words(random: Random, count: int) -> Sequence[str]:
    """Make different words of one to three syllables."""
    words: dict[str, None] = {}
    while len(words) < count:
        syllables = random.choices((1, 2, 3), (2, 5, 3))[0]
        word = "".join(_syllable(random) for _ in range(syllables))
        if len(word) > 2:  # noqa: PLR2004
            words[word] = None
    return list(words)


def make_titles(random: Random, count: int, words: Sequence[str]) -> Sequence[str]:
    """Make names of one to five words; some words stand in many, most in few."""
    weights = list(accumulate(1 / (rank + 20) for rank in range(len(words))))
    titles: list[str] = []
    for _ in range(count):
        length = random.choices((1, 2, 3, 4, 5), (10, 30, 30, 18, 12))[0]
        chosen = random.choices(words, cum_weights=weights, k=length)
        at = random.randrange(length)
        if length > 1 and random.random() < 0.4:  # noqa: PLR2004
            chosen.insert(at, random.choice(SMALL_WORDS))
        titles.append(" ".join(word.capitalize() for word in chosen))
    return titles


def make_people(random: Random, count: int, words: Sequence[str]) -> Sequence[str]:
    """Make names of people: few first names, many last ones."""
    firsts, lasts = words[: max(2, len(words) // 20)], words
    return [
        f"{random.choice(firsts).capitalize()} {random.choice(lasts).capitalize()}"
        for _ in range(count)
    ]


def make_slip(random: Random, kind: str, name: str) -> str | None:
    """Type a name with one slip; None if it has no place for one of that kind."""
    words = name.lower().split()
    if kind == "accent":
        bare = "".join(
            c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c)
        )
        return bare if bare != name else None
    places = [at for at, word in enumerate(words) if len(word) >= SHORTEST_SLIPPED]
    if not places:
        return None
    at = random.choice(places)
    words[at] = SLIPS[kind](random, words[at])
    slipped = " ".join(words)
    return slipped if slipped != name.lower() else None


def _insert(random: Random, word: str) -> str:
    at = random.randrange(len(word) + 1)
    return word[:at] + random.choice(LETTERS) + word[at:]


def _delete(random: Random, word: str) -> str:
    at = random.randrange(len(word))
    return word[:at] + word[at + 1 :]


def _swap(random: Random, word: str) -> str:
    at = random.randrange(len(word) - 1)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _wrong_key(random: Random, word: str) -> str:
    at = random.randrange(len(word))
    near = NEIGHBOURS.get(word[at], LETTERS)
    return word[:at] + random.choice(near) + word[at + 1 :]


SLIPS: Mapping[str, Callable[[Random, str], str]] = {
    "insert": _insert,
    "delete": _delete,
    "swap": _swap,
    "wrong key": _wrong_key,
}
SLIP_KINDS = (*SLIPS, "accent")


def _syllable(random: Random) -> str:
    vowel = random.choices(VOWELS, VOWEL_WEIGHTS)[0]
    return random.choice(STARTS) + vowel + random.choice(ENDS)
