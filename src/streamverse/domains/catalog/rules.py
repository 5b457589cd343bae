"""The catalog's decisions: who sees a title, what its words may be, what news of media changes."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import datetime

from msgspec import UNSET

from streamverse.domains.catalog.contracts import TitleChange, TitleState
from streamverse.kit.errors import FieldProblem, Invalid
from streamverse.kit.work import Actor

NAME_LIMIT = 200
DESCRIPTION_LIMIT = 5000
CREDIT_LIMIT = 500
EARLIEST_YEAR, LATEST_YEAR = 1870, 2200
QUERY_WORDS_LIMIT = 8


def sees_unpublished(actor: Actor) -> bool:
    """Tell whether somebody works on titles, and so sees those that viewers do not."""
    return actor.may("titles.edit")


def may_see(actor: Actor, published_at: datetime | None) -> bool:
    """Tell whether somebody may know of a title."""
    return published_at is not None or sees_unpublished(actor)


def can_be_played(state: TitleState) -> bool:
    """Tell whether there is something to play."""
    return state in (TitleState.PLAYABLE, TitleState.READY)


def is_unfinished(state: TitleState) -> bool:
    """Tell whether media still works on a title."""
    return state in (TitleState.PROCESSING, TitleState.PLAYABLE)


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


def tidy_change(change: TitleChange) -> TitleChange:
    """Clean the words of a change, or raise Invalid with everything that is wrong with it."""
    tidied = TitleChange(
        name=change.name if change.name is UNSET else _tidy_line(change.name),
        description=change.description
        if change.description is UNSET
        else _tidy(change.description),
        credit=change.credit if change.credit is UNSET else _tidy_line(change.credit),
        year=change.year,
    )
    problems = tuple(_problems(tidied))
    if problems:
        raise Invalid(" ".join(found.problem for found in problems), fields=problems)
    return tidied


def _problems(change: TitleChange) -> Iterator[FieldProblem]:
    if change.name == "":
        yield FieldProblem("name", "Enter a name.")
    limits = {"name": NAME_LIMIT, "description": DESCRIPTION_LIMIT, "credit": CREDIT_LIMIT}
    for field, limit in limits.items():
        text = getattr(change, field)
        if text is not UNSET and len(text) > limit:
            yield FieldProblem(field, f"The {field} may have at most {limit} characters.")
    if isinstance(change.year, int) and not EARLIEST_YEAR <= change.year <= LATEST_YEAR:
        yield FieldProblem("year", f"Enter a year from {EARLIEST_YEAR} to {LATEST_YEAR}.")


def _tidy(text: str) -> str:
    lines = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    return "".join(c for c in lines if c in "\n\t" or _is_shown(c)).strip()


def _tidy_line(text: str) -> str:
    return " ".join(_tidy(text).split())


def _is_shown(character: str) -> bool:
    # Categories C*: control and format characters, which can turn or hide what stands around them.
    return not unicodedata.category(character).startswith("C")
