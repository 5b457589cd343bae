"""Playback over HTTP."""

from __future__ import annotations

from uuid import UUID

from litestar import Router, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from streamverse.domains.catalog.contracts import TitleId
from streamverse.domains.media.public import MediaAddresses
from streamverse.domains.playback import service
from streamverse.domains.playback.errors import TitleNotPlayable, TitleNotVisible
from streamverse.domains.playback.schemas import PlaybackOut
from streamverse.kit.http import problems, signed_in
from streamverse.kit.work import Work


@post(
    "/titles/{title_id:uuid}/playback",
    guards=[signed_in],
    status_code=200,
    responses=problems(TitleNotVisible, TitleNotPlayable),
)
async def start_playback(
    title_id: FromPath[UUID],
    work: NamedDependency[Work],
    media_addresses: NamedDependency[MediaAddresses],
) -> PlaybackOut:
    """Start to watch a title."""
    return await service.start_playback(work, media_addresses, TitleId(title_id))


router = Router(path="/", route_handlers=[start_playback], tags=["playback"])
