"""TMDB (themoviedb.org), spoken to by version 3 of its interface with the operator's key."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote, urlencode

from streamverse.domains.catalog.contracts import TitleKind
from streamverse.domains.intake.contracts import SourceName
from streamverse.domains.intake.rules import tmdb

if TYPE_CHECKING:
    from streamverse.domains.intake.contracts import Candidate
    from streamverse.domains.intake.rules.descriptions import Description, SeasonDescription
    from streamverse.domains.intake.service.asking import Asker

T = TypeVar("T")
# TMDB bears about forty requests in a second; two processes of ours may ask at once.
PAUSE_S = 0.05
SIZES = {False: "w1280", True: "w185"}
# The services whose numbers TMDB can look up.
KNOWN_SERVICES: Mapping[str, str] = {"imdb": "imdb_id", "tvdb": "tvdb_id"}

_PATHS = {TitleKind.MOVIE: "movie", TitleKind.SERIES: "tv"}
_ALL: Mapping[TitleKind, str] = {
    TitleKind.MOVIE: "credits,external_ids,release_dates,translations,recommendations",
    TitleKind.SERIES: "credits,external_ids,content_ratings,translations,recommendations",
}
_NAMES = "alternative_titles,translations"
_PICTURE = re.compile(r"/[A-Za-z0-9_-]{1,80}\.(jpg|jpeg|png|webp)")


@dataclass(slots=True)
class Tmdb:
    """The client: needs the key, and the languages of the titles' words, the main one first."""

    asker: Asker
    key: str = field(repr=False)
    languages: Sequence[str]
    _pictures: str = ""

    @property
    def name(self) -> SourceName:
        """How its numbers are marked among those of a title."""
        return SourceName.TMDB

    @property
    def label(self) -> str:
        """How people call it."""
        return self.asker.service

    def has_picture(self, picture: str) -> bool:
        """Tell whether this is how TMDB writes where a picture is."""
        return _PICTURE.fullmatch(picture) is not None

    async def find_known(self, kind: TitleKind, ids: Mapping[str, str]) -> str | None:
        """Find the number of what has such numbers elsewhere, or here."""
        own = ids.get(self.name, "")
        if own.isascii() and own.isdigit():
            return own
        for service, parameter in KNOWN_SERVICES.items():
            if service in ids:
                path = f"/find/{quote(ids[service], safe='')}"
                found = await self._get(path, tmdb.FoundEntries, external_source=parameter)
                is_film = kind is TitleKind.MOVIE
                for entry in found.movie_results if is_film else found.tv_results:
                    return str(entry.id)
        return None

    async def search(self, kind: TitleKind, name: str, year: int | None) -> Sequence[Candidate]:
        """Find what is called like this, the likeliest first; the year counts if it is in any."""
        path = f"/search/{_PATHS[kind]}"
        dated = {} if year is None else {_YEARS[kind]: str(year)}
        found = await self._get(path, tmdb.Entries, query=name, **dated)
        if not found.results and dated:
            found = await self._get(path, tmdb.Entries, query=name)
        return [tmdb.read_candidate(entry) for entry in found.results]

    async def look_closer(self, kind: TitleKind, candidate: Candidate) -> Candidate:
        """Get an entry with all of its names."""
        path = f"/{_PATHS[kind]}/{candidate.number}"
        details = await self._get(path, tmdb.Details, append_to_response=_NAMES)
        return tmdb.read_closely(details)

    async def describe(self, kind: TitleKind, number: str) -> Description:
        """Get all that is known of an entry."""
        path = f"/{_PATHS[kind]}/{number}"
        details = await self._get(path, tmdb.Details, append_to_response=_ALL[kind])
        return tmdb.read_details(details, self.languages)

    async def describe_season(self, number: str, season: int) -> SeasonDescription:
        """Get all that is known of a season of a series."""
        return tmdb.read_season(await self._get(f"/tv/{number}/season/{season}", tmdb.Season))

    async def fetch_picture(self, picture: str, *, is_small: bool = False) -> bytes:
        """Fetch a picture, as large as pages show it or as small as lists do."""
        if not self._pictures:
            known = await self._get("/configuration", tmdb.Configuration)
            self._pictures = known.images.secure_base_url.rstrip("/")
        return await self.asker.get_picture(f"{self._pictures}/{SIZES[is_small]}{picture}")

    async def _get(self, path: str, document_type: type[T], **query: str) -> T:
        # The longer of the two keys that TMDB gives is a token, and goes into a header.
        is_token = "." in self.key
        asked = {"language": self.languages[0], **query}
        if not is_token:
            asked["api_key"] = self.key
        headers = {"Accept": "application/json"}
        if is_token:
            headers["Authorization"] = f"Bearer {self.key}"
        address = f"{self.asker.address}{path}?{urlencode(asked)}"
        return await self.asker.get_document(address, headers, document_type)


_YEARS = {TitleKind.MOVIE: "year", TitleKind.SERIES: "first_air_date_year"}
