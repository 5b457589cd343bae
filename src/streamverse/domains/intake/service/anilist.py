"""AniList (anilist.co), which knows anime; spoken to by its GraphQL interface, without a key."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

import msgspec

from streamverse.domains.catalog.contracts import TitleKind
from streamverse.domains.intake.contracts import SourceName
from streamverse.domains.intake.errors import EntryNotFound
from streamverse.domains.intake.rules import anilist

if TYPE_CHECKING:
    from streamverse.domains.intake.contracts import Candidate
    from streamverse.domains.intake.rules.descriptions import Description, SeasonDescription
    from streamverse.domains.intake.service.asking import Asker

T = TypeVar("T")
# It allows thirty requests a minute at worst, and says with each answer how many it allows now.
PAUSE_S = 2.0
PICTURES_HOST = "s4.anilist.co"

_FORMATS: Mapping[TitleKind, Sequence[str]] = {
    TitleKind.MOVIE: ("MOVIE",),
    TitleKind.SERIES: ("TV", "TV_SHORT", "ONA", "OVA", "SPECIAL"),
}
_LISTED = """\
id title { romaji english native } synonyms description(asHtml: false)
startDate { year month day } coverImage { extraLarge large medium }"""
SEARCH = f"""\
query ($name: String, $formats: [MediaFormat]) {{
  Page(perPage: 10) {{
    media(search: $name, type: ANIME, format_in: $formats, isAdult: false, sort: SEARCH_MATCH) {{
      {_LISTED}
    }}
  }}
}}"""
DESCRIBE = f"""\
query ($id: Int) {{
  Media(id: $id, type: ANIME) {{
    {_LISTED}
    idMal bannerImage countryOfOrigin genres
    studios(isMain: true) {{ nodes {{ name }} }}
    staff(perPage: 25, sort: RELEVANCE) {{
      edges {{ role node {{ name {{ full }} image {{ large }} }} }}
    }}
    characters(perPage: 25, sort: [ROLE, RELEVANCE]) {{
      edges {{
        node {{ name {{ full }} }}
        voiceActors(language: JAPANESE) {{ name {{ full }} image {{ large }} }}
      }}
    }}
    relations {{ nodes {{ id }} }}
    recommendations(perPage: 10, sort: RATING_DESC) {{
      nodes {{ mediaRecommendation {{ id }} }}
    }}
  }}
}}"""
_PICTURE = re.compile(r"/file/[A-Za-z0-9_/-]{1,200}\.(jpg|jpeg|png|webp)")


@dataclass(slots=True)
class AniList:
    """The client: needs the languages of the titles' words, the main one first."""

    asker: Asker
    languages: Sequence[str]

    @property
    def name(self) -> SourceName:
        """How its numbers are marked among those of a title."""
        return SourceName.ANILIST

    @property
    def label(self) -> str:
        """How people call it."""
        return self.asker.service

    async def find_known(self, kind: TitleKind, ids: Mapping[str, str]) -> str | None:
        """Find the number of what has one here: AniList knows few numbers of others."""
        del kind
        own = ids.get(self.name, "")
        return own if own.isascii() and own.isdigit() else None

    async def search(self, kind: TitleKind, name: str, year: int | None) -> Sequence[Candidate]:
        """Find what is called like this, the likeliest first; adult entries are left out."""
        del year
        asked = {"name": name, "formats": _FORMATS[kind]}
        found = await self._ask(SEARCH, asked, anilist.FoundAnswer)
        return [anilist.read_candidate(media) for media in found.data.page.media]

    async def look_closer(self, kind: TitleKind, candidate: Candidate) -> Candidate:
        """Give what a search gave: it has all of the names."""
        del kind
        return candidate

    async def describe(self, kind: TitleKind, number: str) -> Description:
        """Get all that is known of an entry."""
        del kind
        known = await self._ask(DESCRIBE, {"id": int(number)}, anilist.KnownAnswer)
        return anilist.read_details(known.data.media, self.languages)

    async def describe_season(self, number: str, season: int) -> SeasonDescription:
        """Fail with ``EntryNotFound``: each season is an entry of its own there."""
        del number, season
        raise EntryNotFound

    def has_picture(self, picture: str) -> bool:
        """Tell whether this is an address of AniList's pictures."""
        own = urlsplit(self.asker.address)
        places = (f"https://{PICTURES_HOST}", f"{own.scheme}://{own.netloc}")
        return any(
            picture.startswith(place) and _PICTURE.fullmatch(picture.removeprefix(place))
            for place in places
        )

    async def fetch_picture(self, picture: str, *, is_small: bool = False) -> bytes:
        """Fetch a picture: an address stands for one size."""
        del is_small
        return await self.asker.get_picture(picture)

    async def _ask(self, query: str, variables: Mapping[str, object], type_: type[T]) -> T:
        asked = msgspec.json.encode({"query": query, "variables": variables})
        return await self.asker.post_document(asked, type_)
