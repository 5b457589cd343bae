"""How live follows what happens to recordings of what went out."""

from __future__ import annotations

from streamverse.domains.live.contracts import BroadcastId
from streamverse.domains.live.service.recordings import order_letting_go
from streamverse.domains.media.contracts import ReelLoosened
from streamverse.kit.events import Listeners
from streamverse.kit.work import Work

listeners = Listeners("live")


@listeners.on(ReelLoosened)
async def let_go(work: Work, loosened: ReelLoosened) -> None:
    """Delete what no recording plays any more."""
    order_letting_go(work, BroadcastId(loosened.reel_id))
