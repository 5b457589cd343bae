"""The pages of titles, people, studios and genres."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from streamverse.domains.catalog.contracts import (
    MarkerLine,
    RelationKind,
    TitleId,
    TitleKind,
    Viewer,
    Words,
)
from streamverse.domains.catalog.errors import (
    GenreNotFound,
    PersonNotFound,
    SeasonNotFound,
    StudioNotFound,
)
from streamverse.domains.catalog.models import (
    CollectionRow,
    GenreRow,
    PersonRow,
    StudioRow,
    TitleRow,
)
from streamverse.domains.catalog.repository import (
    Aspects,
    Browsing,
    CardRow,
    CreditedRow,
    Genres,
    Links,
    PartRow,
    People,
    Studios,
    Titles,
)
from streamverse.domains.catalog.rules.genres import with_those_above
from streamverse.domains.catalog.rules.hierarchy import first_place, next_place
from streamverse.domains.catalog.rules.relations import EXTRAS
from streamverse.domains.catalog.rules.similarity import most_alike
from streamverse.domains.catalog.rules.words import in_language
from streamverse.domains.catalog.service.collections import list_containing
from streamverse.domains.catalog.service.titles import (
    Shown,
    find_visible,
    get_title,
    get_title_or_reason,
    list_beneath,
    show,
)
from streamverse.domains.catalog.service.viewers import viewer_of
from streamverse.domains.media import public as media
from streamverse.domains.media.public import MediaAddresses, PictureAddress
from streamverse.kit.work import Work

SIMILAR_LIMIT = 12


@dataclass(frozen=True, slots=True)
class Related:
    """A title that stands to another in some way."""

    kind: RelationKind
    card: Shown[CardRow]


@dataclass(frozen=True, slots=True)
class TitleDetails:
    """Everything on the page of a title."""

    title: Shown[TitleRow]
    words: Words | None
    genres: Sequence[GenreRow]
    studios: Sequence[StudioRow]
    tags: Sequence[str]
    credits: Sequence[CreditedRow]
    portraits: Mapping[UUID, PictureAddress]
    above: Sequence[TitleRow]
    next_episode: Shown[TitleRow] | None
    extras: Sequence[Related]
    related: Sequence[Related]
    similar: Sequence[Shown[CardRow]]
    collections: Sequence[CollectionRow]

    @property
    def external_ids(self) -> Mapping[str, str]:
        """What other services call it, or where they do not, what it belongs to."""
        rows = (*self.above, self.title.row)
        return {source: number for row in rows for source, number in row.external_ids.items()}


@dataclass(frozen=True, slots=True)
class PersonPage:
    """A person, and what they did for which title."""

    person: PersonRow
    portrait: PictureAddress | None
    parts: Sequence[tuple[Shown[CardRow], Sequence[PartRow]]]


@dataclass(frozen=True, slots=True)
class GenrePage:
    """A genre, the one that it stands beneath, and those beneath it."""

    genre: GenreRow
    parent: GenreRow | None
    children: Sequence[GenreRow]


@dataclass(frozen=True, slots=True)
class SeasonBundle:
    """All of a season together."""

    series: TitleRow
    season: TitleRow
    episodes: Sequence[Shown[TitleRow]]


async def get_details(work: Work, addresses: MediaAddresses, title_id: TitleId) -> TitleDetails:
    """Get everything on the page of a title that the actor may know of."""
    row = await get_title_or_reason(work, title_id)
    viewer, links, aspects = await viewer_of(work), Links(work), Aspects(work)
    # What an episode does not say for itself, its series says for it.
    genres = await links.genres(row.id) or await links.genres(row.root_id)
    studios = await links.studios(row.id) or await links.studios(row.root_id)
    relations = await links.related(row.id)
    similar = await _similar_ids(work, viewer, row)
    cards = await Titles(work).visible(viewer, [*relations, *similar])
    shown = {card.row.id: card for card in await show(work, addresses, list(cards.values()))}
    related = [Related(kind, shown[other]) for other, kind in relations.items() if other in shown]
    following = await _find_next(work, viewer, row)
    [title, *next_episode] = await show(work, addresses, [row, *following])
    translations = (await aspects.translations([row.id])).get(row.id, {})
    credited = await links.credited(row.id)
    return TitleDetails(
        title=title,
        words=in_language(work.actor.locale, translations),
        genres=genres,
        studios=studios,
        tags=(await aspects.tags([row.id])).get(row.id, []),
        credits=credited,
        portraits=await media.artworks(work, addresses, {one.person_id for one in credited}),
        above=await _above(work, row),
        next_episode=next_episode[0] if next_episode else None,
        extras=[found for found in related if found.kind in EXTRAS],
        related=[found for found in related if found.kind not in EXTRAS],
        similar=[shown[other] for other in similar if other in shown and other not in relations],
        collections=await list_containing(work, viewer, row.root_id),
    )


async def get_markers(work: Work, title_id: TitleId) -> Sequence[MarkerLine]:
    """List the named stretches of a title that the actor may know of."""
    row = await get_title(work, title_id)
    return (await Aspects(work).markers([row.id])).get(row.id, [])


async def get_season_bundle(
    work: Work, addresses: MediaAddresses, title_id: TitleId, number: int
) -> SeasonBundle:
    """Get a season of a series with all its episodes."""
    series = await get_title(work, title_id)
    seasons = await list_beneath(work, title_id)
    season = next(
        (one for one in seasons if one.kind == TitleKind.SEASON and one.number == number), None
    )
    if season is None:
        raise SeasonNotFound(number)
    episodes = await list_beneath(work, TitleId(season.id))
    return SeasonBundle(series, season, await show(work, addresses, episodes))


async def get_person(work: Work, addresses: MediaAddresses, slug: str) -> PersonPage:
    """Get somebody with their titles that the actor may know of, or fail where there are none."""
    viewer, links = await viewer_of(work), Links(work)
    person = await People(work).find(slug)
    parts = await links.parts(viewer, person.id) if person else ()
    cards = await Titles(work).visible(viewer, [part.root_id for part in parts])
    if person is None or not cards:
        raise PersonNotFound
    by_title: dict[UUID, list[PartRow]] = {}
    for part in parts:
        done = by_title.setdefault(part.root_id, [])
        if part not in done:
            done.append(part)
    listed = [cards[title_id] for title_id in by_title if title_id in cards]
    shown = await show(work, addresses, listed)
    portraits = await media.artworks(work, addresses, [person.id])
    parts_shown = [(card, by_title[card.row.id]) for card in shown]
    return PersonPage(person, portraits.get(person.id), parts_shown)


async def get_studio(work: Work, slug: str) -> StudioRow:
    """Get a studio of whose titles the actor may know of any."""
    studio = await Studios(work).find(slug)
    if studio is None or not await Links(work).has_made(await viewer_of(work), studio.id):
        raise StudioNotFound
    return studio


async def get_genre(work: Work, slug: str) -> GenrePage:
    """Get a genre of whose titles, or of those beneath it, the actor may know of any."""
    offered = await list_genres(work)
    genre = next((row for row in offered if row.slug == slug), None)
    if genre is None:
        raise GenreNotFound
    parent = next((row for row in offered if row.id == genre.parent_id), None)
    return GenrePage(genre, parent, [row for row in offered if row.parent_id == genre.id])


async def list_genres(work: Work) -> Sequence[GenreRow]:
    """List the genres that have a title the actor may know of, themselves or beneath them."""
    genres = await Genres(work).all()
    used = await Browsing(work, await viewer_of(work)).genre_ids()
    offered = with_those_above({row.id: row.parent_id for row in genres}, used)
    return [row for row in genres if row.id in offered]


async def _similar_ids(work: Work, viewer: Viewer, row: TitleRow) -> Sequence[UUID]:
    if row.id != row.root_id:
        return ()
    links = Links(work)
    traits = (await links.traits([row.id]))[row.id]
    candidates = await links.candidates(viewer, row.id, traits)
    return most_alike(traits, await links.traits(candidates), SIMILAR_LIMIT)


async def _find_next(work: Work, viewer: Viewer, row: TitleRow) -> Sequence[TitleRow]:
    """Find what to watch of a series: what follows an episode, or the first of what is beneath."""
    if row.id == row.root_id and row.kind != TitleKind.SERIES:
        return ()
    places = await Titles(work).episodes(viewer, row.root_id, row.id)
    if row.kind == TitleKind.SEASON:
        places = [place for place in places if place.season == row.number]
    found = next_place(places, row.id) if row.kind == TitleKind.EPISODE else first_place(places)
    following = await find_visible(work, TitleId(found)) if found else None
    return [following] if following else ()


async def _above(work: Work, row: TitleRow) -> Sequence[TitleRow]:
    """List what a title stands beneath, the uppermost first."""
    ids = dict.fromkeys(one for one in (row.root_id, row.parent_id) if one and one != row.id)
    found = [await find_visible(work, TitleId(title_id)) for title_id in ids]
    return [one for one in found if one is not None]
