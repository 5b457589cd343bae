"""How endpoints come to be told: one listener for each kind of event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamverse.domains.notifications.rules.kinds import KINDS, Kind
from streamverse.domains.notifications.service.deliveries import announce
from streamverse.kit.events import Event, Listener

if TYPE_CHECKING:
    from streamverse.kit.events import Reaction
    from streamverse.kit.work import Work


def _teller(kind: Kind) -> Reaction:
    async def tell(work: Work, told: Event) -> None:
        await announce(work, kind, told)

    return tell


listeners = [
    Listener(f"notifications.tell_{kind.name.replace('.', '_')}", kind.event, _teller(kind))
    for kind in KINDS
]
