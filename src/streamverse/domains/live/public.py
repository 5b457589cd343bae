"""What others may ask of live."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from streamverse.domains.live.errors import (
    StreamNotFound,
    StreamNotLive,
    StreamPlanNeeded,
    StreamPlanRegion,
)
from streamverse.domains.live.repository import existing_broadcasts
from streamverse.domains.live.service.desk import LiveDesk
from streamverse.domains.live.service.glimpses import Glimpses
from streamverse.domains.live.service.names import find_known_names, find_stream_names
from streamverse.domains.live.service.reminders import EXPORTERS as LIVE_EXPORTERS
from streamverse.domains.live.service.watching import PREFIX as LIVE_PREFIX
from streamverse.domains.live.service.watching import (
    LiveAddress,
    LiveOffer,
    find_offer,
    find_watched,
    granted_id,
    require_known,
    sign_offer,
)
from streamverse.domains.media import public as media
from streamverse.kit.orphans import owner_by_id
from streamverse.kit.work import Work


async def _find_stored(work: Work, ids: Collection[UUID]) -> set[UUID]:
    """Tell which broadcasts there are, or of which there are recordings."""
    return await existing_broadcasts(work, ids) | await media.existing_reels(work, ids)


# The row of a broadcast is there before its first segment is stored.
LIVE_STORE_OWNERS = (owner_by_id("live", _find_stored),)

__all__ = [
    "LIVE_EXPORTERS",
    "LIVE_PREFIX",
    "LIVE_STORE_OWNERS",
    "Glimpses",
    "LiveAddress",
    "LiveDesk",
    "LiveOffer",
    "StreamNotFound",
    "StreamNotLive",
    "StreamPlanNeeded",
    "StreamPlanRegion",
    "find_known_names",
    "find_offer",
    "find_stream_names",
    "find_watched",
    "granted_id",
    "require_known",
    "sign_offer",
]
