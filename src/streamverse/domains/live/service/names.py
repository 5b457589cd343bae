"""What streams are called, for those who list what somebody watches."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING
from uuid import UUID

from streamverse.domains.live.repository import Streams
from streamverse.domains.live.rules.access import Access
from streamverse.domains.live.service.streams import may_send

if TYPE_CHECKING:
    from streamverse.kit.work import Work


async def find_stream_names(work: Work, stream_ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Find what streams are called, whoever asks."""
    if not stream_ids:
        return {}
    return {stream_id: name for stream_id, name, _ in await Streams(work).named(stream_ids)}


async def find_known_names(work: Work, stream_ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Find what those of some streams are called that the actor may know of."""
    if not stream_ids:
        return {}
    found = await Streams(work).named(stream_ids)
    return {
        stream_id: name
        for stream_id, name, access in found
        if access != Access.STAFF or may_send(work)
    }
