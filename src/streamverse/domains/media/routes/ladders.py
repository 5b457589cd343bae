"""Which renditions films have, and why."""

from __future__ import annotations

from uuid import UUID

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath

from streamverse.domains.media.contracts import AssetId
from streamverse.domains.media.errors import PackageNotFound
from streamverse.domains.media.schemas.ladders import LadderOut
from streamverse.domains.media.service.measuring import find_ladder
from streamverse.kit.http import may, problems
from streamverse.kit.work import Work


@get(
    "/assets/{asset_id:uuid}/ladder",
    guards=[may("titles.edit")],
    responses=problems(PackageNotFound),
)
async def get_ladder(asset_id: FromPath[UUID], work: NamedDependency[Work]) -> LadderOut:
    """Show the renditions of a film, what was measured of it, and what that saves."""
    return LadderOut.of(await find_ladder(work, AssetId(asset_id)))


routes = (get_ladder,)
