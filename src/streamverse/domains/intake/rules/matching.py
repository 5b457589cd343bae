"""Which entry of a metadata source a title is, as far as names, years and seasons tell."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from streamverse.domains.intake.contracts import Candidate

SURE, MARGIN, WORTH_SHOWING = 0.9, 0.04, 0.3
MOST_SHOWN = 6
# What speaks against an entry whose name fits.
OFF_BY_ONE, OTHER_YEAR, NO_YEAR, TOO_FEW_SEASONS = 0.05, 0.4, 0.08, 0.3
# A name that is only like the wanted one is never sure, and another number is another film.
ONLY_ALIKE, OTHER_NUMBER = 0.89, 0.5

_ARTICLES = frozenset(
    (
        *(
            "the",
            "a",
            "an",
            "der",
            "die",
            "das",
            "ein",
            "eine",
            "le",
            "la",
            "les",
            "l",
            "un",
            "une",
        ),
        *("el", "los", "las", "il", "lo", "gli", "de", "het", "o", "os", "as"),
    )
)
_ROMAN = {
    numeral: str(number)
    for number, numeral in enumerate(
        ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii"), start=1
    )
}
_CYRILLIC = "абвгдежзийклмнопрстуфхцчшщъыьэюяєіґ"
_FROM_CYRILLIC = (
    *("a", "b", "v", "g", "d", "e", "zh", "z", "i", "y", "k", "l", "m", "n", "o", "p", "r", "s"),
    *("t", "u", "f", "kh", "ts", "ch", "sh", "shch", "", "y", "", "e", "yu", "ya", "ye", "i", "g"),
)
_GREEK = "αβγδεζηθικλμνξοπρσςτυφχψω"
_FROM_GREEK = (
    *("a", "v", "g", "d", "e", "z", "i", "th", "i", "k", "l", "m", "n", "x", "o", "p", "r", "s"),
    *("s", "t", "y", "f", "ch", "ps", "o"),
)
_LATIN = "øæœđłðþ"
_FROM_LATIN = ("o", "ae", "oe", "d", "l", "d", "th")
_LETTERS = str.maketrans(
    dict(
        zip(
            _CYRILLIC + _GREEK + _LATIN,
            (*_FROM_CYRILLIC, *_FROM_GREEK, *_FROM_LATIN),
            strict=True,
        )
    )
)
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is known of a title; ``seasons`` is the highest season that there is of a series."""

    names: tuple[str, ...]
    year: int | None = None
    seasons: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The entry that a title surely is, and those that it may be, the likeliest first."""

    sure: Candidate | None
    ranked: tuple[Candidate, ...]


def judge(wanted: Wanted, candidates: Iterable[Candidate]) -> Verdict:
    """Say which entry a title is: sure where one fits and no other fits nearly as well."""
    ranked = rank(wanted, candidates)
    points = [score(wanted, candidate) for candidate in ranked]
    second = points[1] if len(points) > 1 else 0.0
    is_sure = bool(points) and points[0] >= SURE and points[0] - second >= MARGIN
    shown = (each for each, its in zip(ranked, points, strict=True) if its >= WORTH_SHOWING)
    return Verdict(ranked[0] if is_sure else None, tuple(shown)[:MOST_SHOWN])


def rank(wanted: Wanted, candidates: Iterable[Candidate]) -> list[Candidate]:
    """Put the likeliest entries first; of equal ones, those that were given first."""
    return sorted(candidates, key=lambda candidate: -score(wanted, candidate))


def score_of_best(wanted: Wanted, candidates: Iterable[Candidate]) -> float:
    """Say how well the likeliest entry fits; 0 where there is none."""
    return max((score(wanted, candidate) for candidate in candidates), default=0.0)


def score(wanted: Wanted, candidate: Candidate) -> float:
    """Say how well an entry fits, from 0 to 1."""
    points = _likeness(wanted.names, (candidate.name, *candidate.names))
    points -= _doubt_by_year(wanted.year, candidate.year)
    if wanted.seasons and candidate.seasons is not None and wanted.seasons > candidate.seasons:
        points -= TOO_FEW_SEASONS
    return round(max(points, 0.0), 3)


def forms(name: str) -> frozenset[str]:
    """Give the forms in which a name is compared: plain Latin letters, digits, no article.

    >>> sorted(forms("Die Mädchen, Teil II"))
    ['madchen teil 2', 'maedchen teil 2']
    """
    folded = unicodedata.normalize("NFKC", name).casefold().replace("&", " and ")
    return frozenset(_plain(variant) for variant in (folded, folded.translate(_UMLAUTS)))


def _plain(folded: str) -> str:
    # Some letters of Cyrillic are another one with a mark: й is no и.
    latin = unicodedata.normalize("NFKD", folded.translate(_LETTERS)).translate(_LETTERS)
    bare = "".join(letter for letter in latin if not unicodedata.combining(letter))
    words = re.sub(r"[\W_]+", " ", re.sub(r"['\u2019`]s\b", "s", bare)).split()
    if len(words) > 1 and words[0] in _ARTICLES:
        words = words[1:]
    elif len(words) > 1 and words[-1] in _ARTICLES and re.search(r",\s*\w+$", bare):
        words = words[:-1]
    numbered = [_ROMAN.get(word, word) if place else word for place, word in enumerate(words)]
    return " ".join(numbered)


def _likeness(wanted: Sequence[str], known: Sequence[str]) -> float:
    ours = {form for name in wanted for form in forms(name) if form}
    theirs = {form for name in known for form in forms(name) if form}
    if ours & theirs:
        return 1.0
    return max((_alike(one, other) for one in ours for other in theirs), default=0.0)


def _alike(one: str, other: str) -> float:
    ratio = SequenceMatcher(None, one, other).ratio() * ONLY_ALIKE
    is_same_number = _NUMBER.findall(one) == _NUMBER.findall(other)
    return ratio if is_same_number else min(ratio, OTHER_NUMBER)


def _doubt_by_year(wanted: int | None, known: int | None) -> float:
    if wanted is None or known is None:
        return NO_YEAR
    distance = abs(wanted - known)
    return (0.0, OFF_BY_ONE)[distance] if distance <= 1 else OTHER_YEAR
