"""What an index keeps of each document, and how answers are narrowed and counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from msgspec import Struct

from streamverse.domains.catalog.contracts import Findable, FindableKind
from streamverse.domains.search.contracts import Filters
from streamverse.domains.search.rules.text import tokens

YEARS_OF_A_DECADE = 10
FACET_LIMIT = 20


class Entry(Struct, frozen=True, array_like=True):
    """A document as an index keeps it: with the words of its names, ready to be compared."""

    id: UUID
    kind: FindableKind
    name: str
    slug: str
    other_names: tuple[str, ...]
    words: tuple[tuple[str, ...], ...]
    about: tuple[str, ...]
    genres: tuple[str, ...]
    year: int | None
    language: str | None
    weight: int

    def name_of(self, number: int) -> str:
        """Give its name of a number; 0 is the one that it is shown by."""
        return self.other_names[number - 1] if number else self.name


@dataclass(frozen=True, slots=True)
class Facets:
    """How many answers there are of each sort."""

    kinds: Sequence[tuple[FindableKind, int]]
    genres: Sequence[tuple[str, int]]
    decades: Sequence[tuple[int, int]]
    languages: Sequence[tuple[str, int]]


def entry_of(found: Findable) -> Entry:
    """Prepare a document for the index."""
    names = (found.name, *found.other_names)
    said = (*found.people, *found.genres, str(found.year or ""))
    return Entry(
        id=found.id,
        kind=found.kind,
        name=found.name,
        slug=found.slug,
        other_names=found.other_names,
        words=tuple(_words(name) for name in names),
        about=tuple(dict.fromkeys(word for text in said for word in _words(text))),
        genres=found.genres,
        year=found.year,
        language=_language(found.language),
        weight=found.weight,
    )


def decade_of(year: int | None) -> int | None:
    """Give the first year of the decade that a year is in."""
    return None if year is None else year // YEARS_OF_A_DECADE * YEARS_OF_A_DECADE


def passes(entry: Entry, filters: Filters) -> bool:
    """Tell whether an entry is among those that a search is narrowed to."""
    return (
        (not filters.kinds or entry.kind in filters.kinds)
        and (not filters.genres or not filters.genres.isdisjoint(entry.genres))
        and (not filters.decades or decade_of(entry.year) in filters.decades)
        and (not filters.languages or entry.language in filters.languages)
    )


def count_facets(entries: Collection[Entry], filters: Filters) -> Facets:
    """Count answers by sort: each sort as if it alone were not narrowed yet."""

    def counted(open_again: Mapping[str, Any], values: Callable[[Entry], Iterable[Any]]) -> Any:  # noqa: ANN401
        wider = replace(filters, **open_again)
        counts = Counter(
            value for entry in entries if passes(entry, wider) for value in values(entry)
        )
        ordered = sorted(counts.items(), key=lambda found: (-found[1], str(found[0])))
        return ordered[:FACET_LIMIT]

    nothing: frozenset[Any] = frozenset()
    return Facets(
        kinds=counted({"kinds": nothing}, lambda entry: [entry.kind]),
        genres=counted({"genres": nothing}, lambda entry: entry.genres),
        decades=sorted(
            counted({"decades": nothing}, lambda entry: _known(decade_of(entry.year))), reverse=True
        ),
        languages=counted({"languages": nothing}, lambda entry: _known(entry.language)),
    )


def _known(value: Any) -> list[Any]:  # noqa: ANN401
    return [] if value is None else [value]


def _words(text: str) -> tuple[str, ...]:
    return tuple(token.text for token in tokens(text))


def _language(tag: str | None) -> str | None:
    return tag.partition("-")[0] if tag else None
