"""The edge of broadcasts to players, beside the framework.

``/broadcasts/{grant}/{stream}/…``: the grant signs the stream for one holder, as those of packages
do. A playlist may be asked for before it has what is asked for (`_HLS_msn`), and a part before it
is there: the answer waits. What another process holds is asked for there.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import parse_qs
from uuid import UUID

from streamverse.domains.live.errors import (
    EdgeTooSlow,
    NotHeldHere,
    PartNotFound,
    PlaylistUnlikely,
)
from streamverse.domains.live.service.audiences import device_of
from streamverse.domains.live.service.edge import SOUND
from streamverse.domains.live.service.following import FOUND, Copy, HeldHere
from streamverse.domains.live.service.recordings import object_key
from streamverse.domains.live.service.watching import PREFIX, granted_id
from streamverse.domains.media.public import Holders
from streamverse.kit.edges import CROSS_ORIGIN, refuse
from streamverse.kit.errors import Problem
from streamverse.kit.files import Content, FileServer, Scope, Send
from streamverse.mediakit.cmcd import find_cmcd
from streamverse.mediakit.live.packager import TARGET_DURATION_S

if TYPE_CHECKING:
    from streamverse.domains.live.service.broadcasts import Broadcast
    from streamverse.domains.live.service.desk import LiveDesk
    from streamverse.domains.live.service.edge import LiveSegment, LiveTrack
    from streamverse.domains.media.public import MediaAddresses

HELD_FOR_S = 3 * TARGET_DURATION_S
# Nobody may ask further ahead than this (RFC 8216bis, section 6.2.5.2).
AHEAD_SEGMENTS = 2
FOREVER = "public, max-age=31536000, immutable"
# A playlist with the part that was asked for stays what it was, for as long as anybody asks for it.
FOR_A_WHILE = "public, max-age=6"
FOR_NOW = "no-cache"
# One text answers all who wait for the same.
REMEMBERED_PLAYLISTS = 64
PLAYLIST_TYPE = "application/vnd.apple.mpegurl"
MPD_TYPE = "application/dash+xml"

_TRACK = "a|v(?:[0-9]{2,4}(?:-again)?)?"
_ADDRESS = re.compile(
    PREFIX + r"/([A-Za-z0-9_-]{16,80})/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/"
    r"(?:h(?P<height>[0-9]{2,4})/)?"
    r"(?:(?P<master>master\.m3u8)|(?P<plain>plain\.m3u8)|(?P<mpd>manifest\.mpd)"
    r"|(?P<without_parts>plain-)?(?P<playlist>" + _TRACK + r")\.m3u8"
    r"|(?P<track>" + _TRACK + r")/(?:init-(?P<head>[0-9]{1,4})\.mp4"
    r"|(?P<segment>[0-9]{1,8})(?:\.(?P<part>[0-9]{1,4}))?\.m4s))"
)
_NUMBER = re.compile("[0-9]{1,9}")
_PASSED_ON = frozenset({b"content-type", b"cache-control", b"retry-after"})
# Stands in the place of a grant where processes ask each other.
NEIGHBOURS = "of-a-neighbour-of-ours"


@dataclass(slots=True)
class LiveDelivery:
    """The ASGI application below ``/broadcasts``."""

    desk: LiveDesk
    addresses: MediaAddresses
    holders: Holders
    find_place: Callable[[Scope], str] = lambda _scope: ""
    note_fetch: Callable[[UUID, str], None] = lambda _holder_id, _cmcd: None
    files: FileServer = field(default_factory=FileServer)

    async def __call__(self, scope: Scope, _receive: object, send: Send) -> None:
        """Answer one request."""
        try:
            content = await self._find(scope)
        except Problem as problem:
            await refuse(send, problem)
            return
        if isinstance(content, Growing | Passed):
            await content.answer(scope, send)
        else:
            await self.files.answer(scope, send, content)

    async def _find(self, scope: Scope) -> Content | Growing | Passed:
        match = _ADDRESS.fullmatch(scope["path"])
        if match is None or scope["method"] not in {"GET", "HEAD"}:
            raise PartNotFound
        stream_id, now = UUID(match[2]), self.desk.workshop.clock.now()
        height = int(match["height"]) if match["height"] else None
        if self.desk.following.neighbours.find_visitor(scope) is not None:
            return await self._answer_neighbour(stream_id, match, scope["query_string"], height)
        place = self.find_place(scope)
        granted = granted_id(stream_id, height)
        holder_id = self.addresses.open_stream(granted, match[1], now, place)
        admitted = await self.holders.require_active(holder_id)
        self.note_fetch(holder_id, find_cmcd(scope["headers"], scope["query_string"]))
        device = device_of(admitted.log_in_id, place)
        while True:
            broadcast = await self._find_here(stream_id)
            try:
                if broadcast is None:
                    return await self._follow(stream_id, device, scope)
                with self.desk.audiences.attending(broadcast.id, device):
                    return await self._answer(broadcast, match, scope["query_string"], height)
            except (HeldHere, NotHeldHere):
                # It has changed its process while somebody waited for it.
                continue

    async def _answer_neighbour(
        self, stream_id: UUID, match: re.Match[str], query: bytes, height: int | None
    ) -> Content | Growing:
        """Answer another process, which has looked at its viewers and counts them."""
        broadcast = self.desk.find(stream_id)
        if broadcast is None:
            raise NotHeldHere
        return await self._answer(broadcast, match, query, height)

    async def _find_here(self, stream_id: UUID) -> Broadcast | None:
        """Find what goes out from here, or has ended here and goes out from nowhere."""
        broadcast = self.desk.find(stream_id)
        if broadcast is None or self.desk.sends(stream_id):
            return broadcast
        holder = await self.desk.following.find_holder(stream_id)
        is_elsewhere = holder is not None and holder.broadcast_id not in {None, broadcast.id}
        return None if is_elsewhere else broadcast

    async def _follow(self, stream_id: UUID, device: str, scope: Scope) -> Content | Passed:
        """Ask the process that holds a stream, under an address that is the same for all."""
        following = self.desk.following
        name = scope["path"].split("/", 4)[4]
        path, query = f"{PREFIX}/{NEIGHBOURS}/{stream_id}/{name}", scope["query_string"].decode()
        holder = await following.find_holder(stream_id)
        counted = following.follow(holder) if holder is not None else None
        if counted is None:
            copy = await following.ask(stream_id, path, query)
        else:
            with self.desk.audiences.attending(counted, device):
                copy = await following.ask(stream_id, path, query)
        if copy.is_growing or copy.status != FOUND:
            return Passed(copy)
        return Content(
            size_bytes=len(copy.body),
            etag=copy.header(b"etag"),
            content_type=copy.header(b"content-type"),
            cache_control=copy.header(b"cache-control"),
            body=copy.body,
            headers=CROSS_ORIGIN,
        )

    async def _answer(
        self, broadcast: Broadcast, match: re.Match[str], query: bytes, height: int | None
    ) -> Content | Growing:
        edge = broadcast.edge
        if match["master"] or match["plain"]:
            text = edge.master(is_plain=bool(match["plain"]), allowed_height=height)
            return _playlist_of(text.encode(), FOR_NOW)
        if match["mpd"]:
            now = self.desk.workshop.clock.now()
            return Content.of(edge.mpd(now, height).encode(), MPD_TYPE, FOR_NOW, CROSS_ORIGIN)
        track = edge.tracks.get(match["playlist"] or match["track"])
        if track is None or not edge.allows(track, height):
            raise PartNotFound
        if match["without_parts"]:
            # Older players give up on a playlist that names nothing yet.
            first = track.segments[0].number if track.segments else 0
            await _hold(broadcast, track, first, None)
            return _playlist_of(edge.plain(track), FOR_NOW)
        if match["playlist"]:
            return await _playlist(broadcast, track, query)
        if match["head"]:
            return _head(track, int(match["head"]))
        part = int(match["part"]) if match["part"] else None
        return await self._media(broadcast, track, int(match["segment"]), part)

    async def _media(
        self, broadcast: Broadcast, track: LiveTrack, number: int, part: int | None
    ) -> Content | Growing:
        edge = track.edge
        if edge is not None and (edge.segment, edge.part) == (number, part or 0):
            await _hold(broadcast, track, number, part or 0)
        segment = track.find_announced(number)
        if segment is None or segment.is_gap:
            raise PartNotFound
        if part is None and not segment.is_whole:
            return Growing(broadcast, track, segment)
        if part is not None:
            if part >= len(segment.parts):
                raise PartNotFound
            return _bytes(track, f"{number}.{part}", segment.parts[part].payload)
        if segment.parts:
            return _bytes(track, str(number), segment.payload)
        key = object_key(broadcast.id, f"{track.name}/{number}.m4s")
        return _bytes(track, str(number), await self.desk.store.get(key))


@dataclass(frozen=True, slots=True)
class Passed:
    """What another process answered, given on as it is and as it comes."""

    copy: Copy

    async def answer(self, scope: Scope, send: Send) -> None:
        """Give it on."""
        headers = [one for one in self.copy.headers if one[0] in _PASSED_ON]
        headers += CROSS_ORIGIN
        start = {"type": "http.response.start", "status": self.copy.status, "headers": headers}
        await send(start)
        if scope["method"] != "HEAD":
            async for payload in self.copy.read():
                await send({"type": "http.response.body", "body": payload, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


@dataclass(frozen=True, slots=True)
class Growing:
    """A segment of which more is to come: its parts are sent in chunks, each as it comes."""

    broadcast: Broadcast
    track: LiveTrack
    segment: LiveSegment

    async def answer(self, scope: Scope, send: Send) -> None:
        """Send what there is and what comes, until the segment is whole."""
        headers = [(b"content-type", _type_of(self.track).encode()), *CROSS_ORIGIN]
        # Nobody may keep what could turn out to be cut short.
        headers.append((b"cache-control", b"no-store"))
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        if scope["method"] != "HEAD":
            async for payload in self._payloads():
                await send({"type": "http.response.body", "body": payload, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def _payloads(self) -> AsyncIterator[bytes]:
        # The list stays while it is sent, even if the edge lets go of it.
        parts, sent = self.segment.parts, 0
        while True:
            while sent < len(parts):
                yield parts[sent].payload
                sent += 1
            if self.segment.is_whole or self.broadcast.edge.is_ended:
                return
            try:
                await _hold(self.broadcast, self.track, self.segment.number, sent)
            except (EdgeTooSlow, NotHeldHere):
                return


async def _playlist(broadcast: Broadcast, track: LiveTrack, query: bytes) -> Content:
    asked = parse_qs(query.decode("latin-1"))
    segment, part = _asked_number(asked, "_HLS_msn"), _asked_number(asked, "_HLS_part")
    if segment is None and part is not None:
        raise PlaylistUnlikely(
            "_HLS_part", "A part is asked for together with its segment, _HLS_msn."
        )
    if segment is not None:
        edge = track.edge
        if edge is not None and segment > edge.segment + AHEAD_SEGMENTS:
            raise PlaylistUnlikely("_HLS_msn", "This segment is too far ahead of the stream.")
        await _hold(broadcast, track, segment, part)
    text = broadcast.edge.playlist(track, is_skipping="_HLS_skip" in asked)
    return _playlist_of(text, FOR_NOW if segment is None else FOR_A_WHILE)


async def _hold(broadcast: Broadcast, track: LiveTrack, segment: int, part: int | None) -> None:
    if broadcast.edge.is_ended or track.has(segment, part):
        return
    try:
        async with asyncio.timeout(HELD_FOR_S):
            await broadcast.edge.wait_for(track, segment, part)
    except TimeoutError as late:
        raise EdgeTooSlow from late
    if broadcast.edge.is_abandoned:
        raise NotHeldHere


def _asked_number(asked: dict[str, list[str]], name: str) -> int | None:
    values = asked.get(name)
    if values is None:
        return None
    if _NUMBER.fullmatch(values[0]) is None:
        raise PlaylistUnlikely(name, f"{name} is a number, not {values[0][:20]!r}.")
    return int(values[0])


def _head(track: LiveTrack, number: int) -> Content:
    if number >= len(track.heads):
        raise PartNotFound
    return _bytes(track, f"init-{number}", bytes(track.heads[number]))


def _bytes(track: LiveTrack, name: str, body: bytes) -> Content:
    # An address stands for the same bytes for ever, so that its end says which they are.
    return Content(
        size_bytes=len(body),
        etag=f'"{track.name}-{name}"',
        content_type=_type_of(track),
        cache_control=FOREVER,
        body=body,
        headers=CROSS_ORIGIN,
    )


def _type_of(track: LiveTrack) -> str:
    return "audio/mp4" if track.name == SOUND else "video/mp4"


@lru_cache(maxsize=REMEMBERED_PLAYLISTS)
def _playlist_of(text: bytes, cache_control: str) -> Content:
    return Content.of(text, PLAYLIST_TYPE, cache_control, CROSS_ORIGIN)
