"""Clips of what goes out, over HTTP."""

from __future__ import annotations

from uuid import UUID

from litestar import post
from litestar.di import NamedDependency
from litestar.params import FromPath

from streamverse.domains.live.contracts import StreamId
from streamverse.domains.live.errors import (
    ClippedJustNow,
    ClipsOff,
    NothingToClip,
    StreamNotFound,
    StreamNotLive,
    StreamPlanNeeded,
)
from streamverse.domains.live.schemas.recordings import ClipOut
from streamverse.domains.live.service import recordings
from streamverse.domains.live.service.desk import LiveDesk
from streamverse.kit.http import problems, signed_in
from streamverse.kit.work import Work


@post(
    "/streams/{stream_id:uuid}/clips",
    guards=[signed_in],
    responses=problems(
        *(StreamNotFound, StreamNotLive, StreamPlanNeeded, ClipsOff, NothingToClip, ClippedJustNow)
    ),
)
async def clip_last_minute(
    stream_id: FromPath[UUID],
    work: NamedDependency[Work],
    live_desk: NamedDependency[LiveDesk],
) -> ClipOut:
    """Make a clip of the last minute that went out on a stream."""
    heads = live_desk.heads_of(stream_id)
    live_desk.slow_down_clips(work)
    return ClipOut.of(await recordings.clip_last_minute(work, StreamId(stream_id), heads))
