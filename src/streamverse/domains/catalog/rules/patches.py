"""What may be said about a title."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import UNSET, structs

from streamverse.domains.catalog.contracts import (
    CreditLine,
    MarkerLine,
    TitlePatch,
    WindowLine,
    Words,
)
from streamverse.domains.catalog.rules.visibility import ADULT_AGE
from streamverse.domains.catalog.rules.words import slug, tidy, tidy_line
from streamverse.kit.errors import FieldProblem, Invalid

NAME_LIMIT = 200
DESCRIPTION_LIMIT = 5000
CREDIT_LIMIT = 500
EARLIEST_YEAR, LATEST_YEAR = 1870, 2200
LINES_LIMIT = 500
LABEL_LIMIT = 60
EXTERNAL_ID_LIMIT = 100
HIGHEST_NUMBER = 100_000
ADVISORIES = (
    "discrimination",
    "drugs",
    "fear",
    "flashing",
    "gambling",
    "language",
    "nudity",
    "self_harm",
    "sex",
    "smoking",
    "violence",
)
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
COUNTRY = re.compile(r"[A-Z]{2}")
SOURCE = re.compile(r"[a-z][a-z0-9_]{0,19}")

_TIDY: Mapping[str, Callable[[Any], Any]] = {
    "name": tidy_line,
    "original_name": tidy_line,
    "tagline": tidy_line,
    "description": tidy,
    "credit": tidy_line,
    "genres": lambda names: _unique(tidy_line(name) for name in names),
    "tags": lambda tags: _unique(tidy_line(tag).casefold() for tag in tags),
    "studios": lambda names: _unique(tidy_line(name) for name in names),
    "countries": lambda codes: _unique(code.strip().upper() for code in codes),
    "advisories": lambda words: list(dict.fromkeys(words)),
    "plans": lambda ids: sorted(set(ids)),
    "credits": lambda lines: [_tidy_credit(line) for line in lines],
    "translations": lambda by_language: {
        language: _tidy_words(words) for language, words in by_language.items()
    },
    "markers": lambda lines: sorted(
        (structs.replace(line, label=tidy_line(line.label)) for line in lines),
        key=lambda line: (line.start_ms, line.end_ms),
    ),
}


def tidy_patch(patch: TitlePatch, *, duration_ms: int | None = None) -> TitlePatch:
    """Clean a patch, or raise Invalid with everything that is wrong with it."""
    given = {name: value for name, value in structs.asdict(patch).items() if value is not UNSET}
    tidied = {name: _TIDY[name](value) if name in _TIDY else value for name, value in given.items()}
    problems = tuple(_problems(tidied, duration_ms))
    if problems:
        raise Invalid(" ".join(found.problem for found in problems), fields=problems)
    return TitlePatch(**tidied)


def given_fields(patch: TitlePatch) -> dict[str, Any]:
    """Give what a patch sets."""
    return {name: value for name, value in structs.asdict(patch).items() if value is not UNSET}


def _problems(given: Mapping[str, Any], duration_ms: int | None) -> Iterator[FieldProblem]:
    for field, value in given.items():
        if field == "markers":
            yield from _marker_problems(value, duration_ms)
        elif field in _CHECKS:
            for problem in _CHECKS[field](value):
                yield FieldProblem(field, problem)


def _check_name(name: str) -> Iterator[str]:
    if name == "":
        yield "Enter a name."
    yield from _limit("name", NAME_LIMIT)(name)


def _limit(what: str, limit: int) -> Callable[[str], Iterator[str]]:
    def check(text: str) -> Iterator[str]:
        if len(text) > limit:
            yield f"The {what} may have at most {limit} characters."

    return check


def _few(what: str, limit: int) -> Callable[[Sequence[object]], Iterator[str]]:
    def check(lines: Sequence[object]) -> Iterator[str]:
        if len(lines) > limit:
            yield f"A title has at most {limit} {what}."

    return check


def _check_year(year: int | None) -> Iterator[str]:
    if year is not None and not EARLIEST_YEAR <= year <= LATEST_YEAR:
        yield f"Enter a year from {EARLIEST_YEAR} to {LATEST_YEAR}."


def _check_age(age: int | None) -> Iterator[str]:
    if age is not None and not 0 <= age <= ADULT_AGE:
        yield f"The minimum age is a number from 0 to {ADULT_AGE}."


def _check_number(number: int | None) -> Iterator[str]:
    if number is not None and not 0 <= number <= HIGHEST_NUMBER:
        yield f"The number is at least 0, and at most {HIGHEST_NUMBER}."


def _check_language(language: str | None) -> Iterator[str]:
    if language is not None and not LANGUAGE.fullmatch(language):
        yield f"{language!r} is not a language: write it like en or pt-BR."


def _check_countries(codes: Sequence[str]) -> Iterator[str]:
    for code in codes:
        if not COUNTRY.fullmatch(code):
            yield f"{code!r} is not a country: write its two letters, like DE."


def _check_advisories(words: Sequence[str]) -> Iterator[str]:
    for word in words:
        if word not in ADVISORIES:
            yield f"{word!r} is not an advisory: choose from {', '.join(ADVISORIES)}."


def _check_pairs(pairs: Mapping[str, str]) -> Iterator[str]:
    for key, value in pairs.items():
        if len(key) > LABEL_LIMIT or not 0 < len(value) <= EXTERNAL_ID_LIMIT:
            yield f"What is given for {key!r} is empty or too long."


def _check_external_ids(ids: Mapping[str, str]) -> Iterator[str]:
    for source in ids:
        if not SOURCE.fullmatch(source):
            yield f"{source!r} is not a source of numbers: write it like tmdb or imdb."
    yield from _check_pairs(ids)


def _check_labels(what: str, limit: int) -> Callable[[Sequence[str]], Iterator[str]]:
    def check(names: Sequence[str]) -> Iterator[str]:
        yield from _few(what, limit)(names)
        for name in names:
            if not slug(name) or len(name) > LABEL_LIMIT:
                yield f"{name!r} is no name for {what}: it has 1 to {LABEL_LIMIT} characters."

    return check


def _check_credits(lines: Sequence[CreditLine]) -> Iterator[str]:
    yield from _few("credits", LINES_LIMIT)(lines)
    for line in lines:
        if not line.name or not line.job:
            yield "Each credit needs a name and a job, like actor or director."
        yield from _limit("name of a person", NAME_LIMIT)(line.name)
        yield from _limit("job of a person", LABEL_LIMIT)(line.job)
        yield from _limit("name of a role", NAME_LIMIT)(line.character)


def _check_translations(by_language: Mapping[str, Words]) -> Iterator[str]:
    for language, words in by_language.items():
        yield from _check_language(language)
        yield from _limit(f"name in {language}", NAME_LIMIT)(words.name)
        yield from _limit(f"tagline in {language}", NAME_LIMIT)(words.tagline)
        yield from _limit(f"description in {language}", DESCRIPTION_LIMIT)(words.description)


def _check_windows(lines: Sequence[WindowLine]) -> Iterator[str]:
    yield from _few("lines of availability", LINES_LIMIT)(lines)
    for line in lines:
        if line.region is not None:
            yield from _check_countries([line.region])
        if line.starts_at and line.ends_at and line.starts_at >= line.ends_at:
            yield "Availability must begin before it ends."
        if any(at is not None and at.tzinfo is None for at in (line.starts_at, line.ends_at)):
            yield "Say the time zone of each moment, like 2027-01-01T00:00:00Z."


def _marker_problems(
    lines: Sequence[MarkerLine], duration_ms: int | None
) -> Iterator[FieldProblem]:
    if len(lines) > LINES_LIMIT:
        yield FieldProblem("markers", f"A title has at most {LINES_LIMIT} markers.")
    for line in lines:
        if not 0 <= line.start_ms < line.end_ms:
            yield FieldProblem("markers", "A marker must begin before it ends.")
        elif duration_ms is not None and line.end_ms > duration_ms:
            yield FieldProblem("markers", "A marker ends after the end of the title.")


_CHECKS: Mapping[str, Callable[[Any], Iterator[str]]] = {
    "name": _check_name,
    "original_name": _limit("original name", NAME_LIMIT),
    "tagline": _limit("tagline", NAME_LIMIT),
    "description": _limit("description", DESCRIPTION_LIMIT),
    "credit": _limit("credit", CREDIT_LIMIT),
    "year": _check_year,
    "minimum_age": _check_age,
    "number": _check_number,
    "original_language": _check_language,
    "countries": _check_countries,
    "advisories": _check_advisories,
    "certifications": _check_pairs,
    "external_ids": _check_external_ids,
    "genres": _check_labels("genres", 20),
    "tags": _check_labels("tags", 50),
    "studios": _check_labels("studios", 50),
    "credits": _check_credits,
    "translations": _check_translations,
    "windows": _check_windows,
    "plans": _few("plans", 50),
    "related": _few("related titles", 100),
}


def _tidy_credit(line: CreditLine) -> CreditLine:
    return structs.replace(
        line,
        name=tidy_line(line.name),
        job=tidy_line(line.job).casefold(),
        character=tidy_line(line.character),
    )


def _tidy_words(words: Words) -> Words:
    return Words(tidy_line(words.name), tidy_line(words.tagline), tidy(words.description))


def _unique(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))
