"""The verbs of the catalog that others may call."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from streamverse.domains.catalog.contracts import (
    Findable,
    FindableKind,
    Judged,
    MarkerLine,
    PublicTitle,
    RelatedLine,
    RelationKind,
    Title,
    TitleId,
    TitleKind,
    TitlePatch,
    TitleState,
    Viewer,
    Visibility,
)
from streamverse.domains.catalog.errors import TitleNotFound
from streamverse.domains.catalog.models import TitleRow
from streamverse.domains.catalog.repository import Aspects, Revisions, Titles
from streamverse.domains.catalog.repository.finding import Findables
from streamverse.domains.catalog.repository.judging import JudgedRow, Judging
from streamverse.domains.catalog.repository.shelves import Shelves
from streamverse.domains.catalog.rules.patches import tidy_patch
from streamverse.domains.catalog.rules.visibility import effective_age
from streamverse.domains.catalog.schemas.titles import TitleCardOut
from streamverse.domains.catalog.service import editing, lifecycle, plans, titles, viewers
from streamverse.domains.catalog.service.editing import fill_title, fill_titles
from streamverse.domains.catalog.service.lifecycle import await_media
from streamverse.domains.catalog.service.plans import find_own_plan
from streamverse.domains.catalog.service.shelves import (
    find_by_names,
    find_next_episodes,
    find_places,
    find_watchable,
    find_words,
    keep_visible,
    list_newest,
    list_unready,
    show_cards,
    show_upcoming,
    will_be_visible,
)
from streamverse.domains.catalog.service.viewers import unknown_viewer, viewer_of
from streamverse.domains.media import public as media
from streamverse.domains.media.contracts import AssetId
from streamverse.domains.media.public import MediaAddresses, PosterAddresses
from streamverse.domains.profiles.contracts import Profile
from streamverse.kit.work import Work

__all__ = [
    "TitleCardOut",
    "TitleNotFound",
    "await_media",
    "fill_title",
    "fill_titles",
    "find_by_names",
    "find_genre_names",
    "find_genres",
    "find_locked",
    "find_names",
    "find_next_episodes",
    "find_own_plan",
    "find_places",
    "find_revision",
    "find_title",
    "find_visible_title",
    "find_visible_title_of_asset",
    "find_watchable",
    "find_words",
    "good_until",
    "has_limited_titles",
    "keep_visible",
    "list_home_collections",
    "list_in_genre",
    "list_largest_genres",
    "list_newest",
    "list_plan_names",
    "list_unready",
    "show_cards",
    "show_upcoming",
    "viewer_of",
    "will_be_visible",
]


async def find_title(work: Work, title_id: TitleId) -> Title | None:
    """Find a title, whoever asks."""
    row = await Titles(work).find(title_id)
    return _view(row) if row else None


async def find_visible_title(work: Work, title_id: TitleId) -> Title | None:
    """Find a title if the actor may know of it."""
    row = await titles.find_visible(work, title_id)
    return _view(row) if row else None


async def judge_title(
    work: Work,
    title_id: TitleId,
    current: Profile | None = None,
    plan_id: UUID | None = None,
) -> Judged:
    """Find a title, and tell whether the actor may know of it or why not.

    For who tells people what keeps a title away; nobody else gets one that is not visible. Who has
    the current profile, gives it; ``plan_id`` is the plan that the actor has.
    """
    row = await Judging(work).find(title_id)
    if row is None:
        return Judged(None, Visibility.GONE, has_markers=False)
    visibility = await titles.judge(work, row, await viewer_of(work, current))
    if visibility is Visibility.VISIBLE and not await plans.is_in_own_plan(work, row, plan_id):
        visibility = Visibility.NOT_IN_PLAN
    return Judged(_view(row), visibility, has_markers=row.has_markers)


async def list_plan_names(work: Work, title_id: TitleId) -> Sequence[str]:
    """List what the plans are called that a title is part of, where it is not part of all."""
    row = await Titles(work).find(title_id)
    return await plans.list_plan_names(work, row.root_id) if row else ()


async def has_limited_titles(work: Work) -> bool:
    """Tell whether any title is part of some plans alone, so that not everybody sees the same."""
    return await Aspects(work).has_any_plans()


async def list_markers(work: Work, title_id: TitleId) -> Sequence[MarkerLine]:
    """List the named stretches of a title, whoever asks."""
    return await Judging(work).markers(title_id)


async def find_visible_title_of_asset(work: Work, asset_id: AssetId) -> Title | None:
    """Find the title that shows an asset, if the actor may know of it."""
    found = await Titles(work).find_of_asset(asset_id)
    row = await titles.find_visible(work, TitleId(found.id)) if found else None
    return _view(row) if row else None


def _view(row: TitleRow | JudgedRow) -> Title:
    return Title(
        id=TitleId(row.id),
        asset_id=AssetId(row.asset_id) if row.asset_id else None,
        kind=TitleKind(row.kind),
        name=row.name,
        year=row.year,
        credit=row.credit or None,
        state=TitleState(row.state),
        is_published=row.published_at is not None,
        duration_ms=row.duration_ms,
        created_at=row.created_at,
        age=effective_age(row.effective_age),
    )


# --- for search -----------------------------------------------------------------------------------


async def describe_findables(
    work: Work, kind: FindableKind, ids: Collection[UUID]
) -> Sequence[Findable]:
    """Say by which words things of a kind are found; what is gone or deleted is left out."""
    return await Findables(work).describe(kind, ids)


async def describe_findable_titles(work: Work, ids: Collection[UUID]) -> Sequence[Findable]:
    """Say by which words titles are found, of all kinds that are found by themselves."""
    return await Findables(work).describe_titles(ids)


async def list_findables(
    work: Work, kind: FindableKind, *, after: UUID | None, limit: int
) -> Sequence[UUID]:
    """List the numbers of what may be found of a kind, in their order, from above one."""
    return await Findables(work).page(kind, after, limit)


async def findables_of_titles(
    work: Work, title_ids: Collection[UUID]
) -> Mapping[FindableKind, Collection[UUID]]:
    """Give what is found by what titles say: people, genres, studios and collections."""
    return await Findables(work).linked(title_ids)


async def visible_findables(
    work: Work, ids: Mapping[FindableKind, Collection[UUID]]
) -> Collection[UUID]:
    """Tell which of some things the actor may know of; a person is known by a title."""
    return await Findables(work).visible(await viewer_of(work), ids)


async def find_locked(work: Work, title_ids: Collection[UUID]) -> Collection[UUID]:
    """Tell which of some titles the actor's plan leaves out."""
    if not title_ids or viewers.sees_unpublished(work.actor):
        return ()
    return await plans.find_locked(work, await Titles(work).limited(title_ids))


async def posters_of_titles(
    work: Work, addresses: MediaAddresses, title_ids: Collection[UUID]
) -> Mapping[UUID, PosterAddresses]:
    """Tell where the posters of some titles are."""
    assets = await Titles(work).posters_assets(title_ids)
    posters = await media.posters(work, addresses, list(assets.values()))
    drawn = await media.artworks(work, addresses, await Titles(work).drawn(title_ids))
    return {
        **{title: posters[asset] for title, asset in assets.items() if asset in posters},
        **{title: PosterAddresses(still, None) for title, still in drawn.items()},
    }


# --- what anybody may be told ---------------------------------------------------------------------

PUBLIC_LIMIT = 50_000


async def find_public_title(
    work: Work, addresses: MediaAddresses, title_id: TitleId
) -> PublicTitle | None:
    """Find a title that somebody unknown may know of."""
    row = await titles.find_visible_to(work, title_id, unknown_viewer(work))
    if row is None:
        return None
    [shown] = await titles.show(work, addresses, [row])
    return PublicTitle(
        id=TitleId(row.id),
        kind=TitleKind(row.kind),
        name=row.name,
        description=row.description or row.tagline,
        year=row.year,
        picture_url=shown.poster.still.url if shown.poster else None,
    )


async def list_public_titles(work: Work) -> Sequence[TitleId]:
    """List the titles that somebody unknown may know of: the newest, as many as a sitemap takes."""
    cards = await Titles(work).newest(unknown_viewer(work), PUBLIC_LIMIT)
    return [TitleId(card.id) for card in cards]


# --- how long an answer holds ---------------------------------------------------------------------


async def find_revision(work: Work) -> int:
    """Tell how often the catalog has changed: while it is the same, so are answers about titles.

    Until a moment comes at which something opens or closes by itself.
    """
    return await Revisions(work).current()


async def good_until(work: Work, latest: datetime) -> datetime:
    """Tell when something next opens or closes by itself, or ``latest`` if that is sooner."""
    return await Revisions(work).good_until(latest)


# --- titles in batches ----------------------------------------------------------------------------


async def find_names(work: Work, title_ids: Collection[TitleId]) -> Mapping[UUID, str]:
    """Find what titles are called, whoever asks."""
    return await Shelves(work).names(title_ids)


async def find_genres(
    work: Work, title_ids: Collection[TitleId]
) -> Mapping[UUID, list[tuple[UUID, str]]]:
    """Find the genres of titles, with their names; the first one comes first."""
    return await Shelves(work).genres(title_ids)


async def list_in_genre(
    work: Work, viewer: Viewer, genre_id: UUID, limit: int
) -> Sequence[TitleId]:
    """List the titles of a genre that somebody may know of, newest first."""
    return [TitleId(one) for one in await Shelves(work).in_genre(viewer, genre_id, limit)]


async def list_largest_genres(work: Work, limit: int) -> Sequence[UUID]:
    """List the genres that most titles are of, the largest first."""
    return await Shelves(work).largest_genres(limit)


async def find_genre_names(
    work: Work, genre_ids: Sequence[UUID]
) -> Sequence[tuple[UUID, str, str]]:
    """Give the slugs and names of genres that there still are, in the order given."""
    names = await Shelves(work).genre_names(genre_ids)
    return [(genre_id, *names[genre_id]) for genre_id in genre_ids if genre_id in names]


async def list_home_collections(
    work: Work, limit: int, each: int
) -> Sequence[tuple[str, str, Sequence[TitleId]]]:
    """List the collections that stand on the home page: their slugs, names and titles."""
    return [
        (slug, name, [TitleId(one) for one in title_ids])
        for slug, name, title_ids in await Shelves(work).home_collections(limit, each)
    ]


# --- titles that other domains bring --------------------------------------------------------------


async def add_title(
    work: Work,
    kind: TitleKind,
    patch: TitlePatch,
    *,
    parent_id: TitleId | None = None,
) -> TitleId:
    """Make a title that waits for its media, or a series or a season; its patch has a name.

    Where it is refused, nothing was changed: who makes many may go on with the next.
    """
    tidied = tidy_patch(patch)
    row = await lifecycle.prepare_title(work, kind, str(tidied.name), parent_id=parent_id)
    await editing.describe_anew(work, row, tidied)
    return TitleId(row.id)


async def describe_title(work: Work, title_id: TitleId) -> TitlePatch | None:
    """Give everything that is said about a title, unless it was deleted."""
    row = await Titles(work).find(title_id)
    if row is None or row.deleted_at is not None:
        return None
    return (await editing.describe(work, [row]))[row.id]


async def note_artwork(work: Work, title_id: TitleId) -> None:
    """Show the picture that a title has without having media."""
    row = await Titles(work).lock(title_id)
    row.has_poster = row.asset_id is None or row.has_poster


async def is_kept(work: Work, title_id: TitleId) -> bool:
    """Tell whether there is such a title, and nobody deleted it."""
    row = await Titles(work).find(title_id)
    return row is not None and row.deleted_at is None


async def find_kinds(work: Work, title_ids: Collection[UUID]) -> Mapping[TitleId, TitleKind]:
    """Tell what titles are that there are, deleted or not."""
    return await Titles(work).kinds(title_ids)


async def find_numbered(work: Work, parent_id: TitleId) -> Mapping[int, TitleId]:
    """Give what stands beneath a title by number, whoever asks."""
    return await Titles(work).numbered(parent_id)


async def relate(work: Work, title_id: TitleId, other_id: TitleId, kind: RelationKind) -> None:
    """Say how another title stands to one, beside what is said already."""
    lines = (await Aspects(work).related([title_id])).get(title_id, [])
    if other_id not in {line.title_id for line in lines}:
        await Aspects(work).replace_related(title_id, [*lines, RelatedLine(other_id, kind)])


async def publish_container(work: Work, title_id: TitleId) -> None:
    """Show a series or season to viewers, if it is there and not published."""
    row = await Titles(work).find(title_id)
    if row is not None and row.deleted_at is None and row.published_at is None:
        await lifecycle.publish_title(work, title_id)
