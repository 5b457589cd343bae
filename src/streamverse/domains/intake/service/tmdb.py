"""TMDB (themoviedb.org), spoken to by version 3 of its interface with the operator's key."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote, urlencode

import msgspec

from streamverse.domains.catalog.contracts import TitleKind
from streamverse.domains.intake.errors import EntryNotFound, SourceBusy, SourceRefused
from streamverse.domains.intake.rules import tmdb
from streamverse.kit.fetching import FIRST_FAILURE, FetchFailed

if TYPE_CHECKING:
    from streamverse.domains.intake.contracts import Candidate
    from streamverse.domains.intake.rules.descriptions import Description, SeasonDescription
    from streamverse.kit.fetching import Answer, GuardedFetcher

T = TypeVar("T")
DOCUMENT_LIMIT_BYTES, PICTURE_LIMIT_BYTES = 8 << 20, 10 << 20
TIMEOUT_S = 20.0
# TMDB bears about forty requests in a second; two processes of ours may ask at once.
PAUSE_S = 0.05
# Waiting longer than this is left to the job, which comes back later.
LONGEST_WAIT_S = 10
TRIES = 3
SIZES = {False: "w1280", True: "w185"}
REFUSED, NOT_FOUND, TOO_MANY = 401, 404, 429
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
class Pace:
    """Lets requests of this process go one after the other, and none while TMDB wants a rest."""

    pause_s: float = PAUSE_S
    _free_at: float = 0.0

    async def turn(self) -> None:
        """Wait until the next request may go."""
        now = asyncio.get_running_loop().time()
        at = max(now, self._free_at)
        self._free_at = at + self.pause_s
        await asyncio.sleep(at - now)

    def rest(self, seconds: float) -> None:
        """Let nothing go for a while."""
        self._free_at = max(self._free_at, asyncio.get_running_loop().time() + seconds)


@dataclass(slots=True)
class Tmdb:
    """The client: needs the key, and the languages of the titles' words, the main one first."""

    fetcher: GuardedFetcher
    address: str
    key: str = field(repr=False)
    languages: Sequence[str]
    pace: Pace = field(default_factory=Pace)
    _pictures: str = ""

    @property
    def name(self) -> str:
        """How its numbers are marked among those of a title."""
        return "tmdb"

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

    async def look_closer(self, kind: TitleKind, number: str) -> Candidate:
        """Get an entry with all of its names."""
        path = f"/{_PATHS[kind]}/{number}"
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
        if not _PICTURE.fullmatch(picture):
            raise EntryNotFound
        if not self._pictures:
            known = await self._get("/configuration", tmdb.Configuration)
            self._pictures = known.images.secure_base_url.rstrip("/")
        return await self._fetch(f"{self._pictures}/{SIZES[is_small]}{picture}", {}, is_open=True)

    async def _get(self, path: str, type_: type[T], **query: str) -> T:
        # The longer of the two keys that TMDB gives is a token, and goes into a header.
        is_token = "." in self.key
        asked = {"language": self.languages[0], **query}
        if not is_token:
            asked["api_key"] = self.key
        headers = {"Accept": "application/json"}
        if is_token:
            headers["Authorization"] = f"Bearer {self.key}"
        body = await self._fetch(f"{self.address}{path}?{urlencode(asked)}", headers)
        try:
            return msgspec.json.decode(body, type=type_)
        except (msgspec.DecodeError, UnicodeDecodeError) as unreadable:
            raise FetchFailed(self.address, "its answer is not as described") from unreadable

    async def _fetch(
        self, address: str, headers: Mapping[str, str], *, is_open: bool = False
    ) -> bytes:
        limit_bytes = PICTURE_LIMIT_BYTES if is_open else DOCUMENT_LIMIT_BYTES
        wait_s = 0
        for _ in range(TRIES):
            await self.pace.turn()
            async with self.fetcher.get(address, headers, TIMEOUT_S) as answer:
                if answer.status < FIRST_FAILURE:
                    return b"".join([piece async for piece in answer.chunks(limit_bytes)])
                wait_s = self._judge(answer)
            self.pace.rest(wait_s)
        raise SourceBusy(wait_s)

    def _judge(self, answer: Answer) -> int:
        """Say how long to wait before the same is asked again, or why that is in vain."""
        if answer.status == REFUSED:
            raise SourceRefused
        if answer.status == NOT_FOUND:
            raise EntryNotFound
        if answer.status != TOO_MANY:
            raise FetchFailed(self.address, f"it answered with status {answer.status}")
        said = answer.headers.get("retry-after", "")
        wait_s = int(said) if said.isascii() and said.isdigit() else 1
        if wait_s > LONGEST_WAIT_S:
            raise SourceBusy(wait_s)
        return wait_s


_YEARS = {TitleKind.MOVIE: "year", TitleKind.SERIES: "first_air_date_year"}
