"""What somebody browses for: filters as an address says them, and the order of what is found."""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Iterable
from dataclasses import astuple, dataclass

from streamverse.domains.catalog.contracts import TitleKind
from streamverse.domains.catalog.rules.patches import EARLIEST_YEAR, LANGUAGE, LATEST_YEAR
from streamverse.domains.catalog.rules.visibility import ADULT_AGE
from streamverse.kit.errors import FieldProblem, Invalid

CHOICES_LIMIT = 20
# Seasons and episodes are found with their series.
BROWSABLE = (TitleKind.MOVIE, TitleKind.SERIES, TitleKind.CLIP, TitleKind.EVENT)


class Sort(enum.StrEnum):
    """In which order titles are listed."""

    NEWEST = "newest"
    NAME = "name"
    LATEST_YEAR = "latest_year"
    EARLIEST_YEAR = "earliest_year"


class Match(enum.StrEnum):
    """Whether a title must be of all the chosen genres, or of any."""

    ANY = "any"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What titles must be like; what is left out does not matter. Lists are met by any of theirs.

    Genres and studios are named by their slugs, and a genre takes in those beneath it.
    """

    genres: tuple[str, ...] = ()
    match: Match = Match.ANY
    studios: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    kinds: tuple[TitleKind, ...] = ()
    year_from: int | None = None
    year_to: int | None = None
    age: int | None = None
    sort: Sort = Sort.NEWEST

    @property
    def fingerprint(self) -> str:
        """Name this wish, so that a cursor of another one is refused."""
        return hashlib.blake2b(repr(astuple(self)).encode(), digest_size=8).hexdigest()


FILTERS = (
    "genre",
    "match",
    "studio",
    "tag",
    "language",
    "kind",
    "year_from",
    "year_to",
    "age",
    "sort",
)
_PAGING = ("cursor", "limit")


def refuse_unknown(names: Iterable[str]) -> None:
    """Refuse filters that do not exist, rather than to pass them over."""
    for name in names:
        if name not in FILTERS + _PAGING:
            problem = f"There is no filter {name!r}: use {', '.join(FILTERS)}."
            raise Invalid(problem, fields=(FieldProblem(name, problem),))


def check_wish(wish: Wish) -> Wish:
    """Give back a wish that can be met, or raise Invalid with what is wrong with it."""
    for name, chosen in (
        ("genre", wish.genres),
        ("studio", wish.studios),
        ("tag", wish.tags),
        ("language", wish.languages),
    ):
        if len(chosen) > CHOICES_LIMIT:
            raise _refusal(name, f"Choose at most {CHOICES_LIMIT} of the filter {name}.")
    for language in wish.languages:
        if not LANGUAGE.fullmatch(language):
            problem = f"{language!r} is not a language: write it like en or pt-BR."
            raise _refusal("language", problem)
    for kind in wish.kinds:
        if kind not in BROWSABLE:
            allowed = ", ".join(BROWSABLE)
            raise _refusal("kind", f"Titles of the kind {kind} are not listed: use {allowed}.")
    _check_years(wish)
    if wish.age is not None and not 0 <= wish.age <= ADULT_AGE:
        raise _refusal("age", f"The age is a number from 0 to {ADULT_AGE}.")
    return wish


def _check_years(wish: Wish) -> None:
    for name, year in (("year_from", wish.year_from), ("year_to", wish.year_to)):
        if year is not None and not EARLIEST_YEAR <= year <= LATEST_YEAR:
            raise _refusal(name, f"Give a year from {EARLIEST_YEAR} to {LATEST_YEAR}.")
    if wish.year_from is not None and wish.year_to is not None and wish.year_from > wish.year_to:
        raise _refusal("year_from", "The first year must not be later than the last one.")


def no_such(name: str, value: str) -> Invalid:
    """Say that a filter names something that does not exist."""
    return _refusal(name, f"There is no {name} {value!r}: choose one that the filters offer.")


def _refusal(name: str, problem: str) -> Invalid:
    return Invalid(problem, fields=(FieldProblem(name, problem),))
