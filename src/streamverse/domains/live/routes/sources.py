"""Where streams are fetched from, over HTTP."""

from __future__ import annotations

from uuid import UUID

from litestar import delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from streamverse.domains.live.contracts import StreamId
from streamverse.domains.live.errors import (
    SourceInvalid,
    SourceNotFound,
    StreamNotFound,
    TooManyTrials,
)
from streamverse.domains.live.schemas.sources import (
    LiveHoldingOut,
    LiveIntakeOut,
    LiveSourceIn,
    LiveSourceOut,
)
from streamverse.domains.live.service import sources
from streamverse.domains.live.service.desk import LiveDesk
from streamverse.kit.http import may, problems
from streamverse.kit.work import Work


@get(
    "/streams/{stream_id:uuid}/source",
    guards=[may("live.manage")],
    responses=problems(StreamNotFound),
)
async def show_source(
    stream_id: FromPath[UUID], work: NamedDependency[Work], live_desk: NamedDependency[LiveDesk]
) -> LiveIntakeOut:
    """Show where a stream is fetched from, if it is, and how that goes."""
    return LiveIntakeOut.of(await sources.find_source(work, live_desk, StreamId(stream_id)))


@put(
    "/streams/{stream_id:uuid}/source",
    guards=[may("live.manage")],
    responses=problems(SourceInvalid, StreamNotFound),
)
async def set_source(
    stream_id: FromPath[UUID],
    data: JSONBody[LiveSourceIn],
    work: NamedDependency[Work],
    live_desk: NamedDependency[LiveDesk],
) -> LiveSourceOut:
    """Write where a stream is fetched from."""
    new = data.to_source()
    return LiveSourceOut.of(await sources.set_source(work, live_desk, StreamId(stream_id), new))


@delete(
    "/streams/{stream_id:uuid}/source",
    guards=[may("live.manage")],
    responses=problems(SourceNotFound, StreamNotFound),
)
async def remove_source(
    stream_id: FromPath[UUID], work: NamedDependency[Work], live_desk: NamedDependency[LiveDesk]
) -> None:
    """Forget where a stream is fetched from, and its password."""
    await sources.remove_source(work, live_desk, StreamId(stream_id))


@post(
    "/streams/{stream_id:uuid}/source/try",
    guards=[may("live.manage")],
    status_code=200,
    responses=problems(SourceInvalid, StreamNotFound, TooManyTrials),
)
async def try_source(
    stream_id: FromPath[UUID],
    data: JSONBody[LiveSourceIn],
    work: NamedDependency[Work],
    live_desk: NamedDependency[LiveDesk],
) -> LiveHoldingOut:
    """Find out within ten seconds what an address holds; nothing is kept."""
    new = data.to_source()
    return LiveHoldingOut.of(await sources.try_source(work, live_desk, StreamId(stream_id), new))


handlers = [show_source, set_source, remove_source, try_source]
