"""How a viewer comes to the edge of a broadcast."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from streamverse.domains.live.errors import StreamNotLive
from streamverse.domains.live.repository import Streams
from streamverse.domains.media.contracts import PackageId
from streamverse.domains.media.public import holder_of

if TYPE_CHECKING:
    from streamverse.domains.live.contracts import StreamId
    from streamverse.domains.live.service.desk import LiveDesk
    from streamverse.domains.media.public import MediaAddresses
    from streamverse.kit.work import Work

PREFIX = "/broadcasts"


@dataclass(frozen=True, slots=True)
class LiveAddress:
    """Where a player follows a stream."""

    hls_url: str
    expires_at: datetime


async def open_playback(
    work: Work, desk: LiveDesk, addresses: MediaAddresses, stream_id: StreamId
) -> LiveAddress:
    """Sign the address of a stream for whoever asks; it holds for all that goes out on it."""
    row = await Streams(work).get(stream_id)
    broadcast = desk.find(row.id)
    if broadcast is None or broadcast.edge.is_ended:
        raise StreamNotLive(row.id)
    grant = addresses.stream_grant(PackageId(row.id), holder_of(work), work.now, work.actor.place)
    return LiveAddress(f"{PREFIX}/{grant}/{row.id}/master.m3u8", addresses.expires_at(work.now))
