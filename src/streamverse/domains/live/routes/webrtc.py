"""WHIP (RFC 9725) and WHEP (draft-ietf-wish-whep), beside the framework.

``/whip`` takes the stream key as bearer token, or in the path where an encoder has no place for it.
``/broadcasts/{grant}/{stream}/whep`` opens with the grant of the playlists. What either of them
answers names an address of its own, which nobody guesses, where the connection is changed or ended.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from hashlib import blake2b
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from uuid import UUID

from streamverse.domains.live.errors import (
    EdgeMoving,
    OfferRefused,
    OfferTypeUnknown,
    PartNotFound,
    PeerChanged,
    PeerConditionMissing,
    PeerNotFound,
    StreamKeyUnknown,
    StreamNotLive,
)
from streamverse.domains.live.service.audiences import device_of
from streamverse.domains.live.service.watching import PREFIX
from streamverse.domains.live.service.webrtc import (
    open_publishing,
    open_watching,
    require_key,
    require_server,
)
from streamverse.domains.media.contracts import PackageId
from streamverse.domains.media.public import Holders
from streamverse.kit.edges import CROSS_ORIGIN, answer, refuse
from streamverse.kit.errors import Problem
from streamverse.kit.files import Headers, Scope, Send
from streamverse.kit.neighbours import NeighbourGone, passed_headers
from streamverse.mediakit.ingest.tasks import TaskKeeper
from streamverse.mediakit.webrtc.negotiation import read_restart, write_fragment
from streamverse.mediakit.webrtc.sdp import LONGEST_BYTES

if TYPE_CHECKING:
    from streamverse.domains.live.service.desk import LiveDesk
    from streamverse.domains.media.public import MediaAddresses
    from streamverse.mediakit.webrtc.peers import Peer

WHIP_PREFIX = "/whip"
SDP, FRAGMENT = "application/sdp", "application/trickle-ice-sdpfrag"
SEEN_OUT = "The viewer may not watch any more."
ENDED = "The other side ended the connection."

_WHIP = re.compile(
    WHIP_PREFIX + r"(?:/(?:connections/(?P<token>[\w-]{32})|(?P<key>[\w-]{1,200})))?"
)
_WHEP = re.compile(
    r"(?P<base>" + PREFIX + r"/(?P<grant>[A-Za-z0-9_-]{16,80})/"
    r"(?P<stream>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/whep)(?:/(?P<token>[\w-]{32}))?"
)
_PREFLIGHT: Headers = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-allow-methods", b"POST, PATCH, DELETE, OPTIONS"),
    (b"access-control-allow-headers", b"Authorization, Content-Type, If-Match"),
    (b"access-control-expose-headers", b"ETag, Location"),
    (b"access-control-max-age", b"86400"),
    (b"accept-post", SDP.encode()),
    (b"accept-patch", FRAGMENT.encode()),
]
_OURS: Headers = [*CROSS_ORIGIN[:1], *_PREFLIGHT[3:4], (b"cache-control", b"no-store")]

_PASSED_ON = frozenset({b"content-type", b"location", b"etag", b"accept-patch", b"retry-after"})

Receive = Callable[[], Awaitable[dict[str, Any]]]


@dataclass(slots=True)
class WebRtcDoor:
    """The ASGI application of both."""

    desk: LiveDesk
    addresses: MediaAddresses
    holders: Holders
    find_place: Callable[[Scope], str] = lambda _scope: ""
    note_fetch: Callable[[UUID, str], None] = lambda _holder_id, _cmcd: None
    tasks: TaskKeeper = field(default_factory=TaskKeeper)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["method"] == "OPTIONS":
            await answer(send, 204, _PREFLIGHT, b"")
            return
        try:
            status, headers, body = await self._attend(scope, receive)
        except Problem as problem:
            await refuse(send, problem)
            return
        await answer(send, status, [*_OURS, *headers], body)

    def covers(self, path: str) -> bool:
        """Tell whether a path is one of this application."""
        return path == WHIP_PREFIX or bool(_WHIP.fullmatch(path) or _WHEP.fullmatch(path))

    async def _attend(self, scope: Scope, receive: Receive) -> tuple[int, Headers, bytes]:
        whip, whep = _WHIP.fullmatch(scope["path"]), _WHEP.fullmatch(scope["path"])
        match = whip or whep
        if match is None:
            raise PeerNotFound
        method, token = scope["method"], match["token"]
        server = self.desk.webrtc
        is_known = token is not None and server is not None and token in server.peers
        if not is_known and self.desk.following.neighbours.find_visitor(scope) is None:
            passed = await self._pass_on(scope, receive, whep)
            if passed is not None:
                return passed
        if token is not None:
            peer = require_server(self.desk).peers.get(token)
            if peer is None and method == "DELETE":
                # It has ended by itself, which is what was asked for.
                return 200, [], b""
            if peer is None:
                raise PeerNotFound
            return await self._change(scope, receive, method, peer)
        if method != "POST":
            raise PeerNotFound
        if whip is not None:
            return await self._publish(scope, receive, whip["key"])
        return await self._watch(scope, receive, match)

    def _place(self, scope: Scope) -> str:
        """Tell where whoever asks is, also by way of another process."""
        named = self.desk.following.neighbours.find_visitor(scope)
        return named if named is not None else self.find_place(scope)

    async def _pass_on(
        self, scope: Scope, receive: Receive, whep: re.Match[str] | None
    ) -> tuple[int, Headers, bytes] | None:
        """Ask the node that has a stream, or that takes any; None where that is this process."""
        addresses = await self._find_nodes(scope, whep)
        if not addresses:
            return None
        content = await _read_all(receive)
        answered: tuple[int, Headers, bytes] | None = None
        for address in addresses:
            try:
                answered = await self._ask(address, scope, content)
            except NeighbourGone:
                continue
            # Whoever does not know a connection says of it that it has ended.
            if answered[0] != HTTPStatus.NOT_FOUND and scope["method"] != "DELETE":
                break
        if answered is None and scope["method"] == "DELETE":
            # It has ended with its node.
            return 200, [], b""
        if answered is None:
            raise EdgeMoving
        return answered

    async def _ask(self, address: str, scope: Scope, content: bytes) -> tuple[int, Headers, bytes]:
        asking = self.desk.following.neighbours.ask(
            *(address, scope["method"], scope["path"], "", self.find_place(scope)),
            headers=passed_headers(scope),
            content=content,
        )
        async with asking as answer:
            headers = [one for one in answer.headers if one[0] in _PASSED_ON]
            return answer.status, headers, await answer.read()

    async def _find_nodes(self, scope: Scope, whep: re.Match[str] | None) -> list[str]:
        following = self.desk.following
        if whep is None:
            is_ours = self.desk.webrtc is not None and scope["method"] == "POST"
            return [] if is_ours else await following.nodes_of_webrtc(self.desk.node.id)
        stream_id = UUID(whep["stream"])
        if self.desk.find(stream_id) is not None:
            return []
        holder = await following.find_holder(stream_id)
        return [holder.address] if holder is not None and holder.is_alive else []

    # --- connections begin ------------------------------------------------------------------------

    async def _publish(
        self, scope: Scope, receive: Receive, key: str | None
    ) -> tuple[int, Headers, bytes]:
        key = key or _bearer(scope)
        if key is None:
            raise StreamKeyUnknown
        await require_key(self.desk, key)
        offer = await _read_body(scope, receive, SDP)
        encoder = _header(scope, b"user-agent") or None
        peer = open_publishing(self.desk, key, self._place(scope), encoder, offer)
        return _created(peer, f"{WHIP_PREFIX}/connections/{peer.token}")

    async def _watch(
        self, scope: Scope, receive: Receive, match: re.Match[str]
    ) -> tuple[int, Headers, bytes]:
        place, stream_id = self._place(scope), UUID(match["stream"])
        device = await self._require_viewer(stream_id, match["grant"], place)
        offer = await _read_body(scope, receive, SDP)
        broadcast = self.desk.find(stream_id)
        if broadcast is None:
            # Whoever lost their node connects anew until another one has taken the stream.
            is_held = await self.desk.following.find_holder(stream_id) is not None
            raise EdgeMoving if is_held else PartNotFound
        if broadcast.edge.is_ended:
            raise StreamNotLive(stream_id)

        def check() -> None:
            looking = asyncio.get_running_loop().create_task(look())
            self.tasks.keep(looking)

        async def look() -> None:
            try:
                self.desk.audiences.see(
                    broadcast.id, await self._require_viewer(stream_id, match["grant"], place)
                )
            except Problem:
                require_server(self.desk).end(peer, SEEN_OUT)

        peer = open_watching(self.desk, broadcast, place, offer, check)
        self.desk.audiences.see(broadcast.id, device)
        return _created(peer, f"{match['base']}/{peer.token}")

    async def _require_viewer(self, stream_id: UUID, grant: str, place: str) -> str:
        """Give the device of whoever may watch, as playlists count it."""
        now = self.desk.workshop.clock.now()
        holder_id = self.addresses.open_stream(PackageId(stream_id), grant, now, place)
        admitted = await self.holders.require_active(holder_id)
        self.note_fetch(holder_id, "")
        return device_of(admitted.log_in_id, place)

    # --- connections change and end ---------------------------------------------------------------

    async def _change(
        self, scope: Scope, receive: Receive, method: str, peer: Peer
    ) -> tuple[int, Headers, bytes]:
        if method == "DELETE":
            require_server(self.desk).end(peer, ENDED)
            return 200, [], b""
        if method != "PATCH":
            raise PeerNotFound
        condition = _header(scope, b"if-match")
        if not condition:
            raise PeerConditionMissing
        fragment = await _read_body(scope, receive, FRAGMENT)
        theirs = read_restart(fragment)
        is_restart = theirs is not None and theirs != peer.agreement.peer.credentials
        if condition != "*" and condition != _etag(peer):
            raise PeerChanged
        if not is_restart:
            # Whoever checks the way to us is found by that; their candidates say no more.
            return 204, [(b"etag", _etag(peer).encode())], b""
        ours = require_server(self.desk).restart(peer)
        name = peer.agreement.tracks[0].name
        headers = [(b"content-type", FRAGMENT.encode()), (b"etag", _etag(peer).encode())]
        return 200, headers, write_fragment(ours, name).encode()


def _created(peer: Peer, location: str) -> tuple[int, Headers, bytes]:
    headers = [
        (b"content-type", SDP.encode()),
        (b"location", location.encode()),
        (b"etag", _etag(peer).encode()),
        (b"accept-patch", FRAGMENT.encode()),
    ]
    return 201, headers, str(peer.agreement.answer).encode()


def _etag(peer: Peer) -> str:
    """Name the state of a connection, which every restart changes."""
    return f'"{blake2b(peer.credentials.name.encode(), digest_size=8).hexdigest()}"'


def _bearer(scope: Scope) -> str | None:
    kind, _, token = _header(scope, b"authorization").partition(" ")
    return token.strip() or None if kind.lower() == "bearer" else None


def _header(scope: Scope, wanted: bytes) -> str:
    found = (value for name, value in scope["headers"] if name == wanted)
    return next(found, b"").decode("latin-1")


async def _read_body(scope: Scope, receive: Receive, expected: str) -> bytes:
    """Read a body that is short enough, and of the type that is expected."""
    if _header(scope, b"content-type").partition(";")[0].strip().lower() != expected:
        raise OfferTypeUnknown(expected)
    return await _read_all(receive)


async def _read_all(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > LONGEST_BYTES:
            raise OfferRefused("The session description is too long.")
        if not message.get("more_body", False):
            return body
