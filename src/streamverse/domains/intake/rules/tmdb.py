"""What TMDB's documents say, in the catalogue's words; whatever does not fit there is left out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import Any

from msgspec import Struct, field

from streamverse.domains.catalog.contracts import CreditLine, TitlePatch, Words
from streamverse.domains.intake.contracts import Candidate
from streamverse.domains.intake.rules.descriptions import Description, SeasonDescription

NAME_LIMIT, TEXT_LIMIT, LABEL_LIMIT = 200, 5000, 60
MOST_LABELS, MOST_CAST, MOST_RELATED = 20, 40, 20
EARLIEST_YEAR, LATEST_YEAR = 1870, 2200
# The jobs of the crew that are shown, and how they are called here.
JOBS: Mapping[str, str] = {
    "Director": "director",
    "Screenplay": "writer",
    "Writer": "writer",
    "Story": "writer",
    "Novel": "author",
    "Producer": "producer",
    "Director of Photography": "cinematographer",
    "Original Music Composer": "composer",
    "Editor": "editor",
}
# How sure one can be of the certificate of a kind of release: cinemas first, then the others.
_RELEASES = (3, 2, 4, 5, 6, 1)
_LANGUAGE, _COUNTRY = re.compile(r"[a-z]{2,3}"), re.compile(r"[A-Z]{2}")
_NO_LANGUAGE = "xx"


class Named(Struct):
    """Something that has a name."""

    name: str | None = ""


class Country(Struct):
    """A country that had part in making something."""

    iso_3166_1: str = ""


class Entry(Struct):
    """A film or a series in a list; films have titles there, and series names."""

    id: int
    title: str | None = ""
    name: str | None = ""
    original_title: str | None = ""
    original_name: str | None = ""
    overview: str | None = ""
    release_date: str | None = ""
    first_air_date: str | None = ""
    poster_path: str | None = None


class Entries(Struct):
    """A list of films or series."""

    results: list[Entry] = field(default_factory=list[Entry])


class FoundEntries(Struct):
    """What an entry of another service is here."""

    movie_results: list[Entry] = field(default_factory=list[Entry])
    tv_results: list[Entry] = field(default_factory=list[Entry])


class Credited(Struct):
    """Somebody's part."""

    name: str | None = ""
    character: str | None = ""
    job: str | None = ""
    profile_path: str | None = None


class Credits(Struct):
    """Cast and crew."""

    cast: list[Credited] = field(default_factory=list[Credited])
    crew: list[Credited] = field(default_factory=list[Credited])


class Ids(Struct):
    """What others call it."""

    imdb_id: str | None = None
    tvdb_id: int | None = None


class Release(Struct):
    """A release in a country, with its certificate."""

    certification: str | None = ""
    type: int = 0


class Rating(Struct):
    """What a country says of the age that something is for: series say it at once."""

    iso_3166_1: str = ""
    rating: str | None = ""
    release_dates: list[Release] = field(default_factory=list[Release])


class Ratings(Struct):
    """What countries say of the age that something is for."""

    results: list[Rating] = field(default_factory=list[Rating])


class TranslatedWords(Struct):
    """Words in a language."""

    title: str | None = ""
    name: str | None = ""
    tagline: str | None = ""
    overview: str | None = ""


class Translation(Struct):
    """A language, as it is written somewhere, and the words in it."""

    iso_639_1: str = ""
    iso_3166_1: str = ""
    data: TranslatedWords = field(default_factory=TranslatedWords)


class Translations(Struct):
    """The words in all languages."""

    translations: list[Translation] = field(default_factory=list[Translation])


class OtherTitle(Struct):
    """Another name of something."""

    title: str | None = ""


class OtherTitles(Struct):
    """Other names: films have titles, and series results."""

    titles: list[OtherTitle] = field(default_factory=list[OtherTitle])
    results: list[OtherTitle] = field(default_factory=list[OtherTitle])


class Details(Entry):
    """All about a film or a series."""

    tagline: str | None = ""
    original_language: str | None = None
    backdrop_path: str | None = None
    origin_country: list[str] = field(default_factory=list[str])
    production_countries: list[Country] = field(default_factory=list[Country])
    genres: list[Named] = field(default_factory=list[Named])
    production_companies: list[Named] = field(default_factory=list[Named])
    created_by: list[Named] = field(default_factory=list[Named])
    number_of_seasons: int | None = None
    credits: Credits = field(default_factory=Credits)
    external_ids: Ids = field(default_factory=Ids)
    release_dates: Ratings = field(default_factory=Ratings)
    content_ratings: Ratings = field(default_factory=Ratings)
    translations: Translations = field(default_factory=Translations)
    alternative_titles: OtherTitles = field(default_factory=OtherTitles)
    recommendations: Entries = field(default_factory=Entries)


class Episode(Struct):
    """An episode of a season."""

    episode_number: int
    name: str | None = ""
    overview: str | None = ""
    air_date: str | None = ""
    crew: list[Credited] = field(default_factory=list[Credited])
    guest_stars: list[Credited] = field(default_factory=list[Credited])


class Season(Struct):
    """A season with its episodes."""

    name: str | None = ""
    overview: str | None = ""
    air_date: str | None = ""
    episodes: list[Episode] = field(default_factory=list[Episode])


class Images(Struct):
    """Where pictures are fetched."""

    secure_base_url: str


class Configuration(Struct):
    """What the whole service says of itself."""

    images: Images


def read_candidate(entry: Entry) -> Candidate:
    """Read what a list says of an entry."""
    name = _line(entry.title or entry.name, NAME_LIMIT)
    original = _line(entry.original_title or entry.original_name, NAME_LIMIT)
    day = _day(entry.release_date or entry.first_air_date)
    return Candidate(
        number=str(entry.id),
        name=name or original,
        names=(original,) if original not in {"", name} else (),
        year=day.year if day else None,
        overview=_text(entry.overview),
        picture=entry.poster_path,
    )


def read_closely(details: Details) -> Candidate:
    """Read an entry with all names that it has, and the number of its seasons."""
    known = read_candidate(details)
    others = details.alternative_titles
    translated = (each.data.title or each.data.name for each in details.translations.translations)
    more = (each.title for each in (*others.titles, *others.results))
    names = dict.fromkeys(
        (*known.names, *(_line(name, NAME_LIMIT) for name in (*more, *translated)))
    )
    return Candidate(
        number=known.number,
        name=known.name,
        names=tuple(name for name in names if name and name != known.name),
        year=known.year,
        overview=known.overview,
        picture=known.picture,
        seasons=details.number_of_seasons,
    )


def read_details(details: Details, languages: Sequence[str]) -> Description:
    """Read all about a film or a series; its words are in the first of the languages."""
    words = {tag: said for tag in languages if (said := _words_in(tag, details)) is not None}
    main, *others = languages
    patch = TitlePatch(
        **_given(_words(details, words.get(main), words.get("en"))),
        **_given(_facts(details)),
        external_ids=dict(_ids(details)),
        **_given({"translations": {tag: words[tag] for tag in others if tag in words}}),
    )
    return Description(
        patch=patch,
        picture=details.backdrop_path or details.poster_path,
        faces=_faces(details),
        related=tuple(str(each.id) for each in details.recommendations.results[:MOST_RELATED]),
    )


def read_season(season: Season) -> SeasonDescription:
    """Read what is said of a season and its episodes."""
    patch = TitlePatch(**_given(_spoken(season.name, season.overview, season.air_date)))
    return SeasonDescription(patch, dict(map(_episode, season.episodes)))


def _episode(episode: Episode) -> tuple[int, TitlePatch]:
    said = _spoken(episode.name, episode.overview, episode.air_date)
    said["credits"] = [
        *_crew(episode.crew),
        *_cast(episode.guest_stars),
    ]
    return episode.episode_number, TitlePatch(**_given(said))


def _spoken(name: str | None, overview: str | None, day: str | None) -> dict[str, Any]:
    return {
        "name": _line(name, NAME_LIMIT),
        "description": _text(overview),
        "released_on": _day(day),
    }


def _given(said: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what is not said."""
    return {name: value for name, value in said.items() if value not in (None, "", [], {})}


def _words(details: Details, translated: Words | None, english: Words | None) -> dict[str, Any]:
    """Give the words; where they are not in the wanted language, English ones are better."""
    near, far = translated or Words(), english or Words()
    return {
        "name": _line(details.title or details.name, NAME_LIMIT) or near.name or far.name,
        "original_name": _line(details.original_title or details.original_name, NAME_LIMIT),
        "tagline": _line(details.tagline, NAME_LIMIT) or near.tagline or far.tagline,
        "description": _text(details.overview) or near.description or far.description,
    }


def _facts(details: Details) -> dict[str, Any]:
    day = _day(details.release_date or details.first_air_date)
    language = details.original_language or ""
    made_in = [each.iso_3166_1 for each in details.production_countries] or details.origin_country
    is_language = _LANGUAGE.fullmatch(language) and language != _NO_LANGUAGE
    return {
        "year": day.year if day else None,
        "released_on": day,
        "original_language": language if is_language else None,
        "countries": [code for code in made_in if _COUNTRY.fullmatch(code)],
        "certifications": dict(_certificates(details)),
        "genres": _labels(each.name for each in details.genres),
        "studios": _labels(each.name for each in details.production_companies),
        "credits": [
            *(CreditLine(name, "creator") for each in details.created_by if (name := _of(each))),
            *_crew(details.credits.crew),
            *_cast(details.credits.cast),
        ],
    }


def _ids(details: Details) -> Iterator[tuple[str, str]]:
    yield "tmdb", str(details.id)
    if details.external_ids.imdb_id:
        yield "imdb", details.external_ids.imdb_id
    if details.external_ids.tvdb_id:
        yield "tvdb", str(details.external_ids.tvdb_id)


def _certificates(details: Details) -> Iterator[tuple[str, str]]:
    for each in (*details.content_ratings.results, *details.release_dates.results):
        releases = sorted(
            (one for one in each.release_dates if one.certification),
            key=lambda one: _RELEASES.index(one.type) if one.type in _RELEASES else len(_RELEASES),
        )
        rating = each.rating or next((one.certification for one in releases), None)
        if rating and _COUNTRY.fullmatch(each.iso_3166_1):
            yield each.iso_3166_1, _line(rating, LABEL_LIMIT)


def _cast(cast: Sequence[Credited]) -> Iterator[CreditLine]:
    for each in cast[:MOST_CAST]:
        if name := _of(each):
            yield CreditLine(name, "actor", _line(each.character, NAME_LIMIT))


def _crew(crew: Sequence[Credited]) -> list[CreditLine]:
    lines = (
        CreditLine(name, job)
        for each in crew
        if (job := JOBS.get(each.job or "")) is not None and (name := _of(each))
    )
    rank = {job: place for place, job in enumerate(dict.fromkeys(JOBS.values()))}
    return sorted(dict.fromkeys(lines), key=lambda line: rank[line.job])


def _faces(details: Details) -> dict[str, str]:
    people = (
        *(each for each in details.credits.crew if each.job in JOBS),
        *details.credits.cast[:MOST_CAST],
    )
    return {_of(each): each.profile_path for each in people if each.profile_path and _of(each)}


def _words_in(tag: str, details: Details) -> Words | None:
    """Give the words in a language: as the tag's country writes it, else as any does."""
    language, _, country = tag.partition("-")
    said = [each for each in details.translations.translations if each.iso_639_1 == language]
    wanted = country or language.upper()
    said.sort(key=lambda each: each.iso_3166_1 != wanted)
    for each in said:
        words = Words(
            _line(each.data.title or each.data.name, NAME_LIMIT),
            _line(each.data.tagline, NAME_LIMIT),
            _text(each.data.overview),
        )
        if words != Words():
            return words
    return None


def _labels(names: Iterable[str | None]) -> list[str]:
    lines = (_line(name, LABEL_LIMIT) for name in names)
    named = (line for line in lines if any(letter.isalnum() for letter in line))
    return list(dict.fromkeys(named))[:MOST_LABELS]


def _of(each: Named | Credited) -> str:
    return _line(each.name, NAME_LIMIT)


def _line(text: str | None, limit: int) -> str:
    return " ".join((text or "").split())[:limit].strip()


def _text(text: str | None) -> str:
    return (text or "").strip()[:TEXT_LIMIT]


def _day(text: str | None) -> date | None:
    with suppress(ValueError):
        day = date.fromisoformat((text or "")[:10])
        return day if EARLIEST_YEAR <= day.year <= LATEST_YEAR else None
    return None
