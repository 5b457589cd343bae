"""The home page: its rails, put together from what is the same for many and what is one's own."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from msgspec import Raw

from streamverse.domains.catalog import public as catalog
from streamverse.domains.catalog.contracts import TitleId, Viewer
from streamverse.domains.library import public as library
from streamverse.domains.media.public import MediaAddresses
from streamverse.domains.profiles import public as profiles
from streamverse.domains.profiles.contracts import Profile
from streamverse.domains.recommendations import schemas
from streamverse.domains.recommendations.rules import Ranking, favourite_genres
from streamverse.domains.recommendations.service.trends import find_ranking
from streamverse.kit.memory import SharedMemory, ShortMemory
from streamverse.kit.work import Work

RAIL_LIMIT = 24
TOP_LIMIT = 10
# A ranking of one or two is none.
FEWEST_RANKED = 3
GENRE_RAILS, COLLECTION_RAILS = 4, 6
WATCHED_FOR_TASTE = 30
SOON = timedelta(days=60)
# What the catalog does not tell of: trends, previews, how far something is made.
REMEMBERED = timedelta(seconds=20)
REMEMBERED_UNFINISHED = timedelta(seconds=1)
REMEMBERED_VIEWERS, REMEMBERED_CARDS = 200, 500
# Which genres are the largest takes counting all titles, and hardly ever changes.
SIZES_REMEMBERED_S = 600

Key = tuple[UUID, Viewer, UUID | None]


@dataclass(frozen=True, slots=True)
class Rail:
    """A row of titles; ``kind`` says what it is, ``name`` what of."""

    id: str
    kind: str
    title_ids: Sequence[TitleId]
    name: str = ""
    limit: int = RAIL_LIMIT
    fewest: int = 1


@dataclass(slots=True)
class Common:
    """What is shown to all who may see the same: good for a state of the catalog, for a while.

    ``cards`` and ``genres`` grow with what is asked for; a card of None may not be seen.
    """

    revision: int
    since: datetime
    until: datetime
    hero: Raw | None = None
    rails: Mapping[str, Raw] = field(default_factory=dict[str, Raw])
    cards: dict[TitleId, bytes | None] = field(default_factory=dict[TitleId, "bytes | None"])
    genres: dict[UUID, Sequence[tuple[UUID, str]]] = field(
        default_factory=dict[UUID, "Sequence[tuple[UUID, str]]"]
    )
    of_genre: dict[UUID, Sequence[TitleId]] = field(default_factory=dict[UUID, "Sequence[TitleId]"])


@dataclass(frozen=True, slots=True)
class HomeMemory:
    """What home pages have in common, one for each process."""

    common: SharedMemory[Key, Common] = field(
        default_factory=lambda: SharedMemory(
            ShortMemory(limit=REMEMBERED_VIEWERS, seconds=REMEMBERED.total_seconds())
        )
    )
    # Whether anything was part of some plans alone, and at which state of the catalog, by tenant.
    limits: ShortMemory[UUID, tuple[int, bool]] = field(
        default_factory=lambda: ShortMemory(limit=REMEMBERED_VIEWERS, seconds=SIZES_REMEMBERED_S)
    )
    largest_genres: ShortMemory[UUID, Sequence[UUID]] = field(
        default_factory=lambda: ShortMemory(limit=REMEMBERED_VIEWERS, seconds=SIZES_REMEMBERED_S)
    )


@dataclass(frozen=True, slots=True)
class Desk:
    """What the home page of one request is put together with.

    ``plan_id`` is the viewer's plan where it makes a difference.
    """

    work: Work
    addresses: MediaAddresses
    memory: HomeMemory
    viewer: Viewer
    revision: int
    plan_id: UUID | None


async def get_home(work: Work, addresses: MediaAddresses, memory: HomeMemory) -> bytes:
    """Write the home page; rails without titles are left out.

    What is remembered holds until the catalog changes anywhere, which is asked for first: so what
    was withdrawn a moment ago is on no page, whichever process has answered before.
    """
    profile = await profiles.get_current_profile(work)
    desk = await _open_desk(work, addresses, memory, profile)
    common = await _find_common(desk)
    own: Mapping[str, Raw] = await _write_own(desk, common, profile) if profile else {}
    order = ("in_progress", "continue_watching", "new", "my_list", "trending", "top10", "because")
    first = [found for kind in order if (found := own.get(kind) or common.rails.get(kind))]
    others = [rail for kind, rail in common.rails.items() if kind not in order]
    return schemas.write_home(common.hero, [*first, *others])


async def list_ranking(
    work: Work, addresses: MediaAddresses, ranking: Ranking, limit: int
) -> Sequence[catalog.TitleCardOut]:
    """List what is ranked first of what the actor may know of."""
    title_ids = await find_ranking(work, ranking)
    cards = await catalog.show_cards(work, addresses, title_ids)
    return [cards[title_id] for title_id in title_ids if title_id in cards][:limit]


async def list_recommended(
    work: Work, addresses: MediaAddresses, memory: HomeMemory, limit: int
) -> Sequence[catalog.TitleCardOut]:
    """List what somebody might like by what they watched; without that, what is trending."""
    profile = await profiles.get_current_profile(work)
    desk = await _open_desk(work, addresses, memory, profile)
    viewer = desk.viewer
    because = await _because(desk, await _find_common(desk), profile) if profile else None
    title_ids = list(because.title_ids) if because else []
    title_ids += await find_ranking(work, Ranking.TRENDING)
    title_ids += await catalog.list_newest(work, viewer, RAIL_LIMIT)
    cards = await catalog.show_cards(work, addresses, title_ids, viewer)
    return [cards[title_id] for title_id in dict.fromkeys(title_ids) if title_id in cards][:limit]


async def _open_desk(
    work: Work, addresses: MediaAddresses, memory: HomeMemory, profile: Profile | None
) -> Desk:
    viewer = await catalog.viewer_of(work, profile)
    revision, tenant_id = await catalog.find_revision(work), work.actor.tenant_id
    known = memory.limits.find(tenant_id)
    if known is None or known[0] != revision:
        known = (revision, await catalog.has_limited_titles(work))
        memory.limits.keep(tenant_id, known)
    is_limited = known[1] and not viewer.sees_unpublished
    plan_id = await catalog.find_own_plan(work) if is_limited else None
    return Desk(work, addresses, memory, viewer, revision, plan_id)


# --- what is the same for many --------------------------------------------------------------------


async def _find_common(desk: Desk) -> Common:
    revision, now = desk.revision, desk.work.now

    def is_good(known: Common) -> bool:
        return known.revision >= revision and now < known.until

    async def work_out() -> Common:
        return await _work_out(desk, revision)

    key = (desk.work.actor.tenant_id, desk.viewer, desk.plan_id)
    known = await desk.memory.common.find(key, is_good, work_out)
    if known.revision == revision and known.since <= now:
        return known
    # Who began to look before the last change must not write what it sees into what came after.
    return replace(known, cards={**known.cards}, genres={**known.genres}, of_genre={})


async def _work_out(desk: Desk, revision: int) -> Common:
    work, viewer = desk.work, desk.viewer
    rails = [
        Rail("in_progress", "in_progress", await catalog.list_unready(work, viewer, RAIL_LIMIT)),
        Rail("new", "new", await catalog.list_newest(work, viewer, RAIL_LIMIT)),
        *[
            Rail(kind, kind, await find_ranking(work, ranking), limit=limit, fewest=FEWEST_RANKED)
            for kind, ranking, limit in (
                ("trending", Ranking.TRENDING, RAIL_LIMIT),
                ("top10", Ranking.TOP, TOP_LIMIT),
            )
        ],
        *await _sorted(desk),
    ]
    ids = {title_id for rail in rails for title_id in rail.title_ids}
    cards = await catalog.show_cards(work, desk.addresses, ids, viewer)
    shown = [kept for rail in rails if len((kept := _kept(rail, cards)).title_ids) >= rail.fewest]
    common = Common(revision, work.now, await _good_until(work, cards.values()))
    common.cards.update({title_id: schemas.write_card(card) for title_id, card in cards.items()})
    common.hero = await _write_hero(work, shown, cards)
    common.rails = {rail.id: _write(rail, common.cards) for rail in shown}
    upcoming = await catalog.show_upcoming(
        work, desk.addresses, work.now + SOON, RAIL_LIMIT, viewer
    )
    if upcoming:
        soon = [
            schemas.place_upcoming(schemas.write_card(card), opens_at)
            for card, opens_at in upcoming
        ]
        rail = schemas.write_rail("coming_soon", "coming_soon", "", soon)
        common.rails = {**common.rails, "coming_soon": rail}
    return common


async def _good_until(work: Work, cards: Collection[catalog.TitleCardOut]) -> datetime:
    is_any_unfinished = any(card.progress is not None for card in cards)
    remembered = REMEMBERED_UNFINISHED if is_any_unfinished else REMEMBERED
    return await catalog.good_until(work, work.now + remembered)


async def _sorted(desk: Desk) -> Sequence[Rail]:
    """Propose what staff has put together, and the largest genres."""
    work, tenant_id = desk.work, desk.work.actor.tenant_id
    collections = await catalog.list_home_collections(work, COLLECTION_RAILS, RAIL_LIMIT)
    rails = [
        Rail(f"collection:{slug}", "collection", title_ids, name)
        for slug, name, title_ids in collections
    ]
    largest = desk.memory.largest_genres.find(tenant_id)
    if largest is None:
        largest = await catalog.list_largest_genres(work, GENRE_RAILS)
        if len(largest) == GENRE_RAILS:
            desk.memory.largest_genres.keep(tenant_id, largest)
    for genre_id, slug, name in await catalog.find_genre_names(work, largest):
        title_ids = await catalog.list_in_genre(work, desk.viewer, genre_id, RAIL_LIMIT)
        rails.append(Rail(f"genre:{slug}", "genre", title_ids, name))
    return rails


async def _write_hero(
    work: Work, rails: Sequence[Rail], cards: Mapping[TitleId, catalog.TitleCardOut]
) -> Raw | None:
    chosen = _choose_hero(rails, cards)
    words = await catalog.find_words(work, chosen) if chosen else None
    return schemas.write_hero(cards[chosen], words) if chosen and words else None


def _choose_hero(
    rails: Sequence[Rail], cards: Mapping[TitleId, catalog.TitleCardOut]
) -> TitleId | None:
    """Put what is trending on top, else what is new; with a picture if anything has one."""
    kinds = {rail.kind: rail.title_ids for rail in rails}
    proposed = [*kinds.get("trending", ())[:1], *kinds.get("new", ())]
    pictured = (title_id for title_id in proposed if cards[title_id].poster is not None)
    return next(pictured, proposed[0] if proposed else None)


# --- what is one's own ----------------------------------------------------------------------------


async def _write_own(desk: Desk, common: Common, profile: Profile) -> Mapping[str, Raw]:
    """Write the rails of a profile, those that have titles."""
    listed = await library.list_continued(desk.work, profile.id, desk.viewer)
    wanted = await library.list_wanted(desk.work, profile.id, RAIL_LIMIT)
    because = await _because(desk, common, profile)
    rails = [Rail("my_list", "my_list", wanted), *([because] if because else [])]
    wished = {title_id for rail in rails for title_id in rail.title_ids}
    cards = await _find_cards(desk, common, {*wished, *(one.title_id for one in listed)})
    written = {
        rail.id: _write(rail, cards)
        for rail in (_kept(rail, cards) for rail in rails)
        if rail.title_ids
    }
    going_on = [
        schemas.place_continued(card, one) for one in listed if (card := cards[one.title_id])
    ]
    if going_on:
        kind = "continue_watching"
        written[kind] = schemas.write_rail(kind, kind, "", going_on)
    return written


async def _because(desk: Desk, common: Common, profile: Profile) -> Rail | None:
    if not profile.is_personalised:
        return None
    watched = await library.list_recent_titles(desk.work, profile.id, WATCHED_FOR_TASTE)
    unknown = [title_id for title_id in watched if title_id not in common.genres]
    if unknown:
        found = await catalog.find_genres(desk.work, unknown)
        _make_room(common.genres)
        common.genres.update({title_id: found.get(title_id, ()) for title_id in unknown})
    genres = favourite_genres(watched, common.genres)
    if not genres:
        return None
    genre_id, name = genres[0]
    if genre_id not in common.of_genre:
        found_ids = await catalog.list_in_genre(desk.work, desk.viewer, genre_id, RAIL_LIMIT * 2)
        common.of_genre[genre_id] = found_ids
    seen = set(watched)
    fresh = [title_id for title_id in common.of_genre[genre_id] if title_id not in seen]
    return Rail("because", "because", fresh, name)


async def _find_cards(
    desk: Desk, common: Common, title_ids: Collection[TitleId]
) -> Mapping[TitleId, bytes | None]:
    """Give the cards of titles; None for what the actor may not know of."""
    unknown = [title_id for title_id in title_ids if title_id not in common.cards]
    if not unknown:
        return common.cards
    cards = await catalog.show_cards(desk.work, desk.addresses, unknown, desk.viewer)
    written: dict[TitleId, bytes | None] = dict.fromkeys(unknown)
    written.update({title_id: schemas.write_card(card) for title_id, card in cards.items()})
    known = {title_id: common.cards[title_id] for title_id in title_ids if title_id not in written}
    _make_room(common.cards)
    common.cards.update(
        {
            title_id: card
            for title_id, card in written.items()
            if title_id not in cards or cards[title_id].progress is None
        }
    )
    return {**known, **written}


def _make_room(remembered: dict[Any, Any]) -> None:
    if len(remembered) > REMEMBERED_CARDS:
        remembered.clear()


def _kept(rail: Rail, cards: Mapping[TitleId, object]) -> Rail:
    """Leave out of a rail what may not be seen, and what is too much."""
    kept = [title_id for title_id in rail.title_ids if cards.get(title_id) is not None]
    return replace(rail, title_ids=kept[: rail.limit])


def _write(rail: Rail, cards: Mapping[TitleId, bytes | None]) -> Raw:
    placed = [schemas.place_card(card) for title_id in rail.title_ids if (card := cards[title_id])]
    return schemas.write_rail(rail.id, rail.kind, rail.name, placed)
