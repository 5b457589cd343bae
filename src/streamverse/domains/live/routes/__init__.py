"""Live over HTTP."""

from __future__ import annotations

from uuid import UUID

from litestar import Router, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from streamverse.domains.live.contracts import StreamId
from streamverse.domains.live.errors import (
    StreamInvalid,
    StreamIsLive,
    StreamNotFound,
)
from streamverse.domains.live.routes.delivery import LiveDelivery
from streamverse.domains.live.routes.desk import handlers as desk_handlers
from streamverse.domains.live.routes.elsewhere import Elsewhere
from streamverse.domains.live.routes.recordings import clip_last_minute
from streamverse.domains.live.routes.slates import handlers as slate_handlers
from streamverse.domains.live.routes.sources import handlers as source_handlers
from streamverse.domains.live.routes.targets import handlers as target_handlers
from streamverse.domains.live.routes.webrtc import WHIP_PREFIX, WebRtcDoor
from streamverse.domains.live.schemas.streams import (
    LiveKeyOut,
    LiveStreamIn,
    LiveStreamOut,
)
from streamverse.domains.live.service import streams
from streamverse.domains.live.service.desk import LiveDesk
from streamverse.domains.media.public import MediaAddresses
from streamverse.kit.http import may, problems, signed_in
from streamverse.kit.work import Work


@get("/streams/", guards=[signed_in])
async def list_streams(
    work: NamedDependency[Work],
    live_desk: NamedDependency[LiveDesk],
    media_addresses: NamedDependency[MediaAddresses],
) -> list[LiveStreamOut]:
    """List the streams, and which of them are live."""
    views = await streams.list_streams(work, live_desk, media_addresses)
    return [LiveStreamOut.of_view(view) for view in views]


@post("/streams/", guards=[may("live.manage")], responses=problems(StreamInvalid))
async def add_stream(
    data: JSONBody[LiveStreamIn], work: NamedDependency[Work], live_desk: NamedDependency[LiveDesk]
) -> LiveStreamOut:
    """Make a stream with a key of its own."""
    view = await streams.add_stream(work, live_desk, data.to_stream())
    return LiveStreamOut.of_view(view)


@get("/streams/{stream_id:uuid}", guards=[signed_in], responses=problems(StreamNotFound))
async def get_stream(
    stream_id: FromPath[UUID],
    work: NamedDependency[Work],
    live_desk: NamedDependency[LiveDesk],
    media_addresses: NamedDependency[MediaAddresses],
) -> LiveStreamOut:
    """Show a stream."""
    view = await streams.get_stream(work, live_desk, media_addresses, StreamId(stream_id))
    return LiveStreamOut.of_view(view)


@delete(
    "/streams/{stream_id:uuid}",
    guards=[may("live.manage")],
    responses=problems(StreamIsLive, StreamNotFound),
)
async def remove_stream(stream_id: FromPath[UUID], work: NamedDependency[Work]) -> None:
    """Remove a stream with what went out on it."""
    await streams.remove_streams(work, [StreamId(stream_id)])


@get(
    "/streams/{stream_id:uuid}/key", guards=[may("live.manage")], responses=problems(StreamNotFound)
)
async def show_key(
    stream_id: FromPath[UUID], work: NamedDependency[Work], live_desk: NamedDependency[LiveDesk]
) -> LiveKeyOut:
    """Tell an encoder's owner where to send, and under which key."""
    key = await streams.show_key(work, live_desk.settings.vault, StreamId(stream_id))
    return _show_key(live_desk, key)


@post(
    "/streams/{stream_id:uuid}/key",
    guards=[may("live.manage")],
    responses=problems(StreamNotFound),
)
async def change_key(
    stream_id: FromPath[UUID], work: NamedDependency[Work], live_desk: NamedDependency[LiveDesk]
) -> LiveKeyOut:
    """Give a stream another key; the old one opens nothing from now on."""
    key = await streams.change_key(work, live_desk.settings.vault, StreamId(stream_id))
    return _show_key(live_desk, key)


def _show_key(desk: LiveDesk, shown: streams.StreamKey) -> LiveKeyOut:
    srt_url = desk.srt_url(shown.key, shown.passphrase)
    return LiveKeyOut(desk.rtmp_url, desk.rtmps_url, srt_url, desk.whip_url, shown.key)


router = Router(
    path="/live",
    tags=["live"],
    route_handlers=[
        list_streams,
        add_stream,
        get_stream,
        remove_stream,
        show_key,
        change_key,
        *desk_handlers,
        *target_handlers,
        *source_handlers,
        *slate_handlers,
        clip_last_minute,
    ],
)

__all__ = ["WHIP_PREFIX", "Elsewhere", "LiveDelivery", "WebRtcDoor", "router"]
