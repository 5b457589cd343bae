"""What others may ask of live."""

from __future__ import annotations

from streamverse.domains.live.repository import existing_broadcasts
from streamverse.domains.live.service.desk import LiveDesk
from streamverse.domains.live.service.glimpses import Glimpses
from streamverse.domains.live.service.reminders import EXPORTERS as LIVE_EXPORTERS
from streamverse.domains.live.service.watching import PREFIX as LIVE_PREFIX
from streamverse.kit.orphans import owner_by_id

# The row of a broadcast is there before its first segment is stored.
LIVE_STORE_OWNERS = (owner_by_id("live", existing_broadcasts),)

__all__ = ["LIVE_EXPORTERS", "LIVE_PREFIX", "LIVE_STORE_OWNERS", "Glimpses", "LiveDesk"]
