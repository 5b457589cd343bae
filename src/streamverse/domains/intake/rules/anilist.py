"""What AniList's documents say, in the catalogue's words; whatever does not fit is left out."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import Any

from msgspec import Struct, field

from streamverse.domains.catalog.contracts import CreditLine, TitlePatch, Words
from streamverse.domains.intake.contracts import Candidate, SourceName
from streamverse.domains.intake.rules.descriptions import Description

NAME_LIMIT, TEXT_LIMIT, LABEL_LIMIT = 200, 5000, 60
MOST_LABELS, MOST_RELATED = 20, 20
# The parts of the staff that are shown, and how they are called here.
JOBS: Mapping[str, str] = {
    "Director": "director",
    "Series Composition": "writer",
    "Script": "writer",
    "Screenplay": "writer",
    "Original Creator": "author",
    "Original Story": "author",
    "Producer": "producer",
    "Director of Photography": "cinematographer",
    "Music": "composer",
    "Editing": "editor",
}
# AniList says where something is from, and it is spoken so there.
LANGUAGES: Mapping[str, str] = {"JP": "ja", "CN": "zh", "TW": "zh", "KR": "ko"}
_BREAK, _TAG = re.compile(r"(?i)\s*<br\s*/?>\s*"), re.compile(r"<[^<>]*>")
# "Script (eps 1-3)" is a script.
_PARTLY = re.compile(r"\s*\(.*\)$")
_COUNTRY = re.compile(r"[A-Z]{2}")


class Names(Struct):
    """How an entry is called: in Latin letters, in English, and at home."""

    romaji: str | None = None
    english: str | None = None
    native: str | None = None


class Day(Struct):
    """A date of which parts may be unknown."""

    year: int | None = None
    month: int | None = None
    day: int | None = None


class Picture(Struct, rename="camel"):
    """A picture in several sizes."""

    extra_large: str | None = None
    large: str | None = None
    medium: str | None = None


class PersonName(Struct):
    """How somebody, or a character, is called."""

    full: str | None = None


class Person(Struct):
    """Somebody, or a character."""

    name: PersonName = field(default_factory=PersonName)
    image: Picture = field(default_factory=Picture)


class StaffEdge(Struct):
    """Somebody's part in making an entry."""

    role: str | None = None
    node: Person = field(default_factory=Person)


class Staff(Struct):
    """Who made an entry."""

    edges: list[StaffEdge] = field(default_factory=list[StaffEdge])


class CharacterEdge(Struct, rename="camel"):
    """A character, and who speaks it."""

    node: Person = field(default_factory=Person)
    voice_actors: list[Person] = field(default_factory=list[Person])


class Characters(Struct):
    """Who appears in an entry."""

    edges: list[CharacterEdge] = field(default_factory=list[CharacterEdge])


class Studio(Struct):
    """Who produced an entry."""

    name: str | None = None


class Studios(Struct):
    """All who produced it."""

    nodes: list[Studio] = field(default_factory=list[Studio])


class Other(Struct):
    """Another entry, of which only the number matters."""

    id: int


class Relations(Struct):
    """What tells more of the same story."""

    nodes: list[Other] = field(default_factory=list[Other])


class Recommendation(Struct, rename="camel"):
    """What people like who like an entry; its entry may be gone."""

    media_recommendation: Other | None = None


class Recommendations(Struct):
    """All of these, the dearest first."""

    nodes: list[Recommendation] = field(default_factory=list[Recommendation])


class Media(Struct, rename="camel"):
    """An entry, as a search gives it."""

    id: int
    title: Names = field(default_factory=Names)
    synonyms: list[str] = field(default_factory=list[str])
    description: str | None = None
    start_date: Day = field(default_factory=Day)
    cover_image: Picture = field(default_factory=Picture)


class Details(Media, rename="camel"):
    """All about an entry."""

    id_mal: int | None = None
    banner_image: str | None = None
    country_of_origin: str | None = None
    genres: list[str] = field(default_factory=list[str])
    studios: Studios = field(default_factory=Studios)
    staff: Staff = field(default_factory=Staff)
    characters: Characters = field(default_factory=Characters)
    relations: Relations = field(default_factory=Relations)
    recommendations: Recommendations = field(default_factory=Recommendations)


class Page(Struct):
    """What was found."""

    media: list[Media] = field(default_factory=list[Media])


class Found(Struct):
    """What was found, within what GraphQL puts around it."""

    page: Page = field(name="Page")


class FoundAnswer(Struct):
    """The answer to a search."""

    data: Found


class Known(Struct):
    """An entry, within what GraphQL puts around it."""

    media: Details = field(name="Media")


class KnownAnswer(Struct):
    """The answer to a question for an entry."""

    data: Known


def read_candidate(media: Media) -> Candidate:
    """Read what an entry is called, and from when it is."""
    said = (media.title.english, media.title.romaji, media.title.native, *media.synonyms)
    name, *others = _different(said) or [""]
    return Candidate(
        number=str(media.id),
        name=name,
        names=tuple(others),
        year=media.start_date.year,
        overview=read_text(media.description),
        picture=media.cover_image.medium or media.cover_image.large,
        source=SourceName.ANILIST,
    )


def read_details(details: Details, languages: Sequence[str]) -> Description:
    """Read all about an entry; its description is English, whatever the first language is."""
    main, *others = languages
    translations = {tag: words for tag in others if (words := _words_in(tag, details)) is not None}
    said: dict[str, Any] = {
        "name": _name_in(main, details),
        "original_name": _line(details.title.native),
        "description": read_text(details.description),
        "year": details.start_date.year,
        "released_on": read_day(details.start_date),
        "translations": translations,
        **_facts(details),
    }
    cover = details.cover_image
    return Description(
        patch=TitlePatch(
            **{name: value for name, value in said.items() if value not in (None, "", [], {})}
        ),
        picture=details.banner_image or cover.extra_large or cover.large,
        faces=dict(_faces(details)),
        related=tuple(_related(details))[:MOST_RELATED],
    )


def read_text(text: str | None) -> str:
    """Give a description without its markup; its line breaks stay."""
    plain = html.unescape(_TAG.sub("", _BREAK.sub("\n", text or "")))
    return re.sub(r"\n{3,}", "\n\n", plain).strip()[:TEXT_LIMIT]


def read_day(said: Day) -> date | None:
    """Give the day, if all of it is known."""
    with suppress(ValueError):
        if said.year and said.month and said.day:
            return date(said.year, said.month, said.day)
    return None


def _facts(details: Details) -> dict[str, Any]:
    country = details.country_of_origin or ""
    numbers: dict[str, str] = {SourceName.ANILIST.value: str(details.id)}
    if details.id_mal is not None:
        numbers["mal"] = str(details.id_mal)
    return {
        "original_language": LANGUAGES.get(country),
        "countries": [country] if _COUNTRY.fullmatch(country) else [],
        "external_ids": numbers,
        "genres": _labels(details.genres),
        "studios": _labels([studio.name for studio in details.studios.nodes]),
        "credits": [*_crew(details), *_cast(details)],
    }


def _name_in(tag: str, details: Details) -> str:
    """Give the name that people of a language know: at home its own, elsewhere the English one."""
    title = details.title
    names: list[str | None] = [title.english, title.romaji, title.native]
    if tag.partition("-")[0] == LANGUAGES.get(details.country_of_origin or ""):
        names.insert(0, title.native)
    return next(iter(_different(names)), "")


def _words_in(tag: str, details: Details) -> Words | None:
    language = tag.partition("-")[0]
    if language == "en":
        return Words(name=_name_in(tag, details), description=read_text(details.description))
    is_at_home = language == LANGUAGES.get(details.country_of_origin or "")
    return Words(name=_name_in(tag, details)) if is_at_home else None


def _crew(details: Details) -> list[CreditLine]:
    lines = (
        CreditLine(name, job)
        for edge in details.staff.edges
        if (job := JOBS.get(_PARTLY.sub("", edge.role or ""))) and (name := _called(edge.node))
    )
    rank = {job: place for place, job in enumerate(dict.fromkeys(JOBS.values()))}
    return sorted(dict.fromkeys(lines), key=lambda line: rank[line.job])


def _cast(details: Details) -> Iterator[CreditLine]:
    for edge in details.characters.edges:
        for actor in edge.voice_actors[:1]:
            if name := _called(actor):
                yield CreditLine(name, "actor", _called(edge.node))


def _faces(details: Details) -> Iterator[tuple[str, str]]:
    people = (
        *(actor for edge in details.characters.edges for actor in edge.voice_actors[:1]),
        *(edge.node for edge in details.staff.edges),
    )
    for person in people:
        if person.image.large and (name := _called(person)):
            yield name, person.image.large


def _related(details: Details) -> Iterator[str]:
    recommended = (
        each.media_recommendation
        for each in details.recommendations.nodes
        if each.media_recommendation is not None
    )
    yield from dict.fromkeys(str(each.id) for each in (*details.relations.nodes, *recommended))


def _labels(names: Sequence[str | None]) -> list[str]:
    lines = ((name or "").strip()[:LABEL_LIMIT].strip() for name in names)
    named = (line for line in lines if any(letter.isalnum() for letter in line))
    return list(dict.fromkeys(named))[:MOST_LABELS]


def _called(person: Person) -> str:
    return _line(person.name.full)


def _different(names: Iterable[str | None]) -> list[str]:
    return [line for line in dict.fromkeys(map(_line, names)) if line]


def _line(text: str | None) -> str:
    return " ".join((text or "").split())[:NAME_LIMIT].strip()
