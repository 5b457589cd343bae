"""How well a name answers what was typed: the ranking, and what of the name is lit up.

docs/develop/search.md tells the reasons; the numbers are here and nowhere else.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from streamverse.domains.catalog.contracts import FindableKind
from streamverse.domains.search.rules.edits import (
    SHORTEST_BEGINNING_WITH_A_SLIP,
    slips_allowed,
    slips_between,
)
from streamverse.domains.search.rules.entries import Entry
from streamverse.domains.search.rules.tastes import NO_TASTE, Taste
from streamverse.domains.search.rules.text import is_joined_form, tokens

SAME, BEGINNING_TYPED, JOINED, BEGINNING = 1.0, 0.95, 0.9, 0.75
ONE_SLIP, ONE_SLIP_AT_THE_START, BEGINNING_WITH_A_SLIP, TWO_SLIPS = 0.85, 0.8, 0.68, 0.65
SAID_ABOUT_IT, SAID_ALMOST = 0.6, 0.45
# What the part of a name weighs that nobody asked for.
NAME_SHARE = 0.25
OTHER_NAME = 0.98
STARTS_LIKE_IT, IN_ORDER = 0.03, 0.02
TITLE_FIRST, WEIGHT_SHARE, TO_TASTE = 0.03, 0.015, 0.02
# Below this part of the best answer, an answer is none.
WORTH_SHOWING = 0.4
_TITLES = frozenset(
    {FindableKind.MOVIE, FindableKind.SERIES, FindableKind.CLIP, FindableKind.EVENT}
)


@dataclass(frozen=True, slots=True)
class WordMatch:
    """How well one word answers one that was typed, and how many slips are between them."""

    quality: float
    place: int
    slips: int = 0


@dataclass(frozen=True, slots=True)
class NameMatch:
    """How well a name answers, and by which words."""

    score: float
    words: Sequence[WordMatch | None]


@dataclass(frozen=True, slots=True)
class Rated:
    """An entry, and how well it answers: by its name of this number."""

    entry: Entry
    score: float
    name_number: int


def rate(
    query: Sequence[str], entry: Entry, *, is_typing: bool = False, taste: Taste = NO_TASTE
) -> Rated:
    """Tell how well an entry answers; ``is_typing`` where the last word may not be whole."""
    best, number = 0.0, 0
    joined = "".join(query)
    for place, words in enumerate(entry.words):
        score = match_name(query, words, entry.about, is_typing=is_typing).score
        if len(query) > 1 and _may_read(joined, words):
            as_one = match_name([joined], words, (), is_typing=is_typing)
            score = max(score, JOINED * as_one.score)
        score *= OTHER_NAME if place else 1
        if score > best:
            best, number = score, place
    if best == 0:
        return Rated(entry, 0.0, 0)
    prior = WEIGHT_SHARE * math.log10(1 + entry.weight)
    prior += TITLE_FIRST if entry.kind in _TITLES else 0
    prior += TO_TASTE if taste.covers(entry) else 0
    return Rated(entry, best + prior, number)


def best_first(rated: Iterable[Rated]) -> Sequence[Rated]:
    """Order what answers at all."""
    found = [one for one in rated if one.score > 0]
    found.sort(key=lambda one: (-one.score, len(one.entry.name), one.entry.name, one.entry.id))
    return found


def worth_showing(rated: Iterable[Rated]) -> Sequence[Rated]:
    """Order answers, the best first, and leave out what is far behind it."""
    found = best_first(rated)
    return [one for one in found if one.score >= WORTH_SHOWING * found[0].score]


def match_name(
    query: Sequence[str], words: Sequence[str], about: Collection[str], *, is_typing: bool
) -> NameMatch:
    """Match what was typed with the words of a name; longer words count for more."""
    if not query or not words:
        return NameMatch(0.0, [])
    matches: list[WordMatch | None] = []
    answered, used = 0.0, dict[int, int]()
    for number, typed in enumerate(query):
        is_last = is_typing and number == len(query) - 1
        match = _best_word(typed, words, is_last=is_last)
        matches.append(match)
        quality = match.quality if match else 0.0
        if match:
            used[match.place] = max(len(typed), used.get(match.place, 0))
        if quality < SAID_ABOUT_IT and about:
            quality = max(quality, _quality_about(typed, about, is_last=is_last))
        answered += quality * len(typed)
    asked = sum(map(len, query))
    letters = sum(map(len, words))
    share = 1 - NAME_SHARE + NAME_SHARE * min(1, sum(used.values()) / letters)
    return NameMatch(answered / asked * share + _order(matches), matches)


def lit(text: str, query: Sequence[str], *, is_typing: bool = False) -> Sequence[tuple[int, int]]:
    """Give the parts of a text that answer what was typed, in order and apart from each other."""
    found: list[tuple[int, int]] = []
    for token in tokens(text):
        for number, typed in enumerate(query):
            is_last = is_typing and number == len(query) - 1
            match = _match_word(typed, token.text, 0, is_last=is_last)
            if match is None:
                continue
            is_beginning = token.text.startswith(typed)
            is_even = token.end - token.start == len(token.text)
            end = token.start + len(typed) if is_beginning and is_even else token.end
            found.append((token.start, end))
    return _merged(found)


def correction(query: Sequence[str], name: str) -> str | None:
    """Give what was meant, in the words of a name, if it was typed with slips and nothing else."""
    words = tokens(name)
    match = match_name(query, [word.text for word in words], (), is_typing=False)
    meant: list[str] = []
    for found in match.words:
        if found is None or found.place >= len(words):
            return None
        word = words[found.place]
        meant.append(name[word.start : word.end].casefold())
    has_slips = any(found.slips for found in match.words if found)
    return " ".join(dict.fromkeys(meant)) if has_slips else None


def _may_read(joined: str, words: Sequence[str]) -> bool:
    """Tell at a glance whether what was typed may be one word of a name, or some without spaces."""
    longest = max(map(len, words), default=0)
    return longest >= len(joined) - slips_allowed(joined) or is_joined_form(joined, words)


def _best_word(typed: str, words: Sequence[str], *, is_last: bool) -> WordMatch | None:
    found = (_match_word(typed, word, place, is_last=is_last) for place, word in enumerate(words))
    best = max((match for match in found if match), key=lambda one: one.quality, default=None)
    if best is not None and best.quality >= JOINED:
        return best
    if is_joined_form(typed, words):
        return WordMatch(JOINED, len(words))
    return best


def _match_word(typed: str, word: str, place: int, *, is_last: bool) -> WordMatch | None:
    if typed == word:
        return WordMatch(SAME, place)
    if word.startswith(typed):
        return WordMatch(BEGINNING_TYPED if is_last else BEGINNING, place)
    most = slips_allowed(typed)
    slips = slips_between(typed, word, most) if most else None
    if slips is not None:
        return WordMatch(_quality_of(slips, is_start_right=typed[0] == word[0]), place, slips)
    if is_last and any(slips_between(typed, part, 1) for part in _beginnings(typed, word)):
        return WordMatch(BEGINNING_WITH_A_SLIP, place, 1)
    return None


def _quality_of(slips: int, *, is_start_right: bool) -> float:
    if slips > 1:
        return TWO_SLIPS
    return ONE_SLIP if is_start_right else ONE_SLIP_AT_THE_START


def _beginnings(typed: str, word: str) -> Iterator[str]:
    if len(typed) < SHORTEST_BEGINNING_WITH_A_SLIP:
        return
    for length in (len(typed), len(typed) - 1, len(typed) + 1):
        if length < len(word):
            yield word[:length]


def _quality_about(typed: str, about: Collection[str], *, is_last: bool) -> float:
    if typed in about:
        return SAID_ABOUT_IT
    is_almost = any(_match_word(typed, word, 0, is_last=is_last) for word in about)
    return SAID_ALMOST if is_almost else 0.0


def _order(matches: Sequence[WordMatch | None]) -> float:
    places = [match.place for match in matches if match]
    if not places:
        return 0.0
    starts = STARTS_LIKE_IT if places[0] == 0 else 0.0
    is_in_order = len(places) == len(matches) and places == sorted(places)
    return starts + (IN_ORDER if is_in_order else 0.0)


def _merged(spans: Sequence[tuple[int, int]]) -> Sequence[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
