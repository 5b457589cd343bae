"""Questions about streams that only their holder can answer, passed on to it.

How a stream comes in, a picture of it and a clip of its last minute are known where it is held. The
holder looks at who asks for itself.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from streamverse.domains.live.errors import EdgeMoving
from streamverse.kit.edges import answer, refuse
from streamverse.kit.files import Scope, Send
from streamverse.kit.neighbours import NeighbourGone, passed_headers

if TYPE_CHECKING:
    from streamverse.domains.live.service.desk import LiveDesk

_ASKED_OF_HOLDERS = re.compile(
    r"/api/v1/live/streams/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
    r"/(?:health|clips|thumbnails/[a-z]{1,8}|(?P<state>targets|source))"
)
_GIVEN_ON = frozenset({b"content-type", b"cache-control", b"retry-after"})

Receive = Callable[[], Awaitable[dict[str, Any]]]
App = Callable[..., Awaitable[None]]


@dataclass(slots=True)
class Elsewhere:
    """Answers what is known here, and asks another process for the rest."""

    desk: LiveDesk
    app: App

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or ask the holder."""
        address = await self._find_holder(scope)
        if address is None:
            await self.app(scope, receive, send)
            return
        asking = self.desk.following.neighbours.ask(
            *(address, scope["method"], scope["path"], scope["query_string"].decode("latin-1")),
            headers=passed_headers(scope),
        )
        try:
            async with asking as found:
                body = await found.read()
                given = [one for one in found.headers if one[0] in _GIVEN_ON]
        except NeighbourGone:
            await refuse(send, EdgeMoving())
            return
        await answer(send, found.status, given, body)

    async def _find_holder(self, scope: Scope) -> str | None:
        """Find where the holder of a stream is, if that is another process that lives."""
        match = _ASKED_OF_HOLDERS.fullmatch(scope["path"]) if scope["type"] == "http" else None
        if match is None or self.desk.find(UUID(match[1])) is not None:
            return None
        if match["state"] and scope["method"] != "GET":
            return None
        following = self.desk.following
        if following.neighbours.find_visitor(scope) is not None:
            return None
        holder = await following.find_holder(UUID(match[1]))
        if holder is None or not holder.is_alive or holder.node_id == self.desk.node.id:
            return None
        return holder.address
