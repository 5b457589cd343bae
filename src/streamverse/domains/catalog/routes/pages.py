"""The pages of titles, people, studios and genres, over HTTP."""

from __future__ import annotations

from uuid import UUID

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath

from streamverse.domains.catalog.contracts import MarkerLine, TitleId
from streamverse.domains.catalog.errors import (
    GenreNotFound,
    PersonNotFound,
    SeasonNotFound,
    StudioNotFound,
    TitleNotFound,
    TitleNotHere,
    TitleNotNow,
)
from streamverse.domains.catalog.schemas.pages import (
    GenreOut,
    PersonOut,
    SeasonBundleOut,
    StudioOut,
    TitleDetailsOut,
    genre_link,
)
from streamverse.domains.catalog.service import pages
from streamverse.domains.media.public import MediaAddresses
from streamverse.kit.errors import Unauthenticated
from streamverse.kit.http import problems, revalidated, signed_in
from streamverse.kit.work import Work


@get(
    "/titles/{title_id:uuid}/details",
    guards=[signed_in],
    middleware=[revalidated],
    responses=problems(Unauthenticated, TitleNotFound, TitleNotHere, TitleNotNow),
)
async def get_details(
    title_id: FromPath[UUID],
    work: NamedDependency[Work],
    media_addresses: NamedDependency[MediaAddresses],
) -> TitleDetailsOut:
    """Show everything on the page of a title."""
    details = await pages.get_details(work, media_addresses, TitleId(title_id))
    return TitleDetailsOut.of(details, work.actor.locale)


@get(
    "/episodes/{episode_id:uuid}/markers",
    guards=[signed_in],
    middleware=[revalidated],
    responses=problems(Unauthenticated, TitleNotFound),
)
async def get_markers(episode_id: FromPath[UUID], work: NamedDependency[Work]) -> list[MarkerLine]:
    """List the intro, recap, credits and chapters of an episode, or of a movie."""
    return list(await pages.get_markers(work, TitleId(episode_id)))


@get(
    "/titles/{title_id:uuid}/seasons/{number:int}/bundle",
    guards=[signed_in],
    middleware=[revalidated],
    responses=problems(Unauthenticated, TitleNotFound, SeasonNotFound),
)
async def get_season_bundle(
    title_id: FromPath[UUID],
    number: FromPath[int],
    work: NamedDependency[Work],
    media_addresses: NamedDependency[MediaAddresses],
) -> SeasonBundleOut:
    """Show all episodes of a season together."""
    bundle = await pages.get_season_bundle(work, media_addresses, TitleId(title_id), number)
    return SeasonBundleOut.of(bundle)


@get(
    "/people/{slug:str}",
    guards=[signed_in],
    middleware=[revalidated],
    responses=problems(Unauthenticated, PersonNotFound),
)
async def get_person(
    slug: FromPath[str],
    work: NamedDependency[Work],
    media_addresses: NamedDependency[MediaAddresses],
) -> PersonOut:
    """Show a person with their titles."""
    return PersonOut.of(await pages.get_person(work, media_addresses, slug))


@get(
    "/studios/{slug:str}",
    guards=[signed_in],
    middleware=[revalidated],
    responses=problems(Unauthenticated, StudioNotFound),
)
async def get_studio(slug: FromPath[str], work: NamedDependency[Work]) -> StudioOut:
    """Show a studio."""
    row = await pages.get_studio(work, slug)
    return StudioOut(row.slug, row.name, row.description, row.country)


@get(
    "/genres/{slug:str}",
    guards=[signed_in],
    middleware=[revalidated],
    responses=problems(Unauthenticated, GenreNotFound),
)
async def get_genre(slug: FromPath[str], work: NamedDependency[Work]) -> GenreOut:
    """Show a genre with those beneath it."""
    page, locale = await pages.get_genre(work, slug), work.actor.locale
    return GenreOut(
        page.genre.slug,
        genre_link(page.genre, locale).name,
        genre_link(page.parent, locale) if page.parent else None,
        [genre_link(child, locale) for child in page.children],
    )
