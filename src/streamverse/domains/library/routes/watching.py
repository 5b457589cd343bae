"""Progress over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from litestar import delete, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from streamverse.domains.catalog.contracts import TitleId
from streamverse.domains.catalog.public import TitleNotFound
from streamverse.domains.library.schemas.watching import (
    ContinuedOut,
    ContinueWatchingOut,
    ProgressesOut,
    ProgressIn,
    ProgressOut,
)
from streamverse.domains.library.service import watching
from streamverse.domains.media.public import MediaAddresses
from streamverse.domains.profiles.contracts import ProfileId
from streamverse.domains.profiles.public import ProfileNotFound
from streamverse.kit.errors import Invalid, Unauthenticated
from streamverse.kit.http import problems, signed_in
from streamverse.kit.work import Work

MOST_AT_ONCE = 100


@put(
    "/progress/{title_id:uuid}",
    guards=[signed_in],
    status_code=204,
    responses=problems(Unauthenticated, ProfileNotFound, TitleNotFound, Invalid),
)
async def report_progress(
    profile_id: FromPath[UUID],
    title_id: FromPath[UUID],
    data: JSONBody[ProgressIn],
    work: NamedDependency[Work],
) -> None:
    """Report how far a player is: every ten seconds at most, and when it stops."""
    await watching.report_progress(work, data.to_report(profile_id, title_id))


@get(
    "/progress",
    guards=[signed_in],
    responses=problems(Unauthenticated, ProfileNotFound, Invalid),
)
async def list_progress(
    profile_id: FromPath[UUID],
    work: NamedDependency[Work],
    title_id: Annotated[list[UUID] | None, QueryParameter(max_items=MOST_AT_ONCE)] = None,
) -> ProgressesOut:
    """Tell how far somebody is with some titles."""
    asked = [TitleId(one) for one in title_id or ()]
    found = await watching.find_progress(work, ProfileId(profile_id), asked)
    return ProgressesOut([ProgressOut.of(progress) for progress in found])


@get(
    "/continue-watching",
    guards=[signed_in],
    responses=problems(Unauthenticated, ProfileNotFound),
)
async def list_continued(
    profile_id: FromPath[UUID],
    work: NamedDependency[Work],
    media_addresses: NamedDependency[MediaAddresses],
) -> ContinueWatchingOut:
    """List what somebody may go on with: where they stopped, or the next episode."""
    shown = await watching.show_continued(work, media_addresses, ProfileId(profile_id))
    return ContinueWatchingOut([ContinuedOut.of(one) for one in shown])


@get(
    "/continue-watching/{title_id:uuid}",
    guards=[signed_in],
    responses=problems(Unauthenticated, ProfileNotFound),
)
async def find_continued(
    profile_id: FromPath[UUID],
    title_id: FromPath[UUID],
    work: NamedDependency[Work],
    media_addresses: NamedDependency[MediaAddresses],
) -> ContinueWatchingOut:
    """Tell which episode of a series somebody may go on with: one, or none."""
    shown = await watching.show_continued_of(
        work, media_addresses, ProfileId(profile_id), TitleId(title_id)
    )
    return ContinueWatchingOut([ContinuedOut.of(one) for one in shown])


@delete(
    "/continue-watching/{title_id:uuid}",
    guards=[signed_in],
    responses=problems(Unauthenticated, ProfileNotFound),
)
async def hide_continued(
    profile_id: FromPath[UUID], title_id: FromPath[UUID], work: NamedDependency[Work]
) -> None:
    """Offer a title, or its series, no more until it is watched again."""
    await watching.hide_continued(work, ProfileId(profile_id), TitleId(title_id))


handlers = [report_progress, list_progress, list_continued, find_continued, hide_continued]
