"""The edge of broadcasts to players, beside the framework.

``/broadcasts/{grant}/{stream}/…``: the grant signs the stream for one holder, as those of packages
do. A playlist may be asked for before it has what is asked for (`_HLS_msn`), and a part before it
is there: the answer waits.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qs
from uuid import UUID

from streamverse.domains.live.errors import EdgeTooSlow, PartNotFound, PlaylistUnlikely
from streamverse.domains.live.service.broadcasts import object_key
from streamverse.domains.live.service.watching import PREFIX
from streamverse.domains.media.contracts import PackageId
from streamverse.domains.media.public import Holders
from streamverse.kit.edges import CROSS_ORIGIN, refuse
from streamverse.kit.errors import Problem
from streamverse.kit.files import Content, FileServer, Scope, Send
from streamverse.mediakit.live.packager import TARGET_DURATION_S

if TYPE_CHECKING:
    from streamverse.domains.live.service.broadcasts import Broadcast
    from streamverse.domains.live.service.desk import LiveDesk
    from streamverse.domains.live.service.edge import LiveTrack
    from streamverse.domains.media.public import MediaAddresses

HELD_FOR_S = 3 * TARGET_DURATION_S
# Nobody may ask further ahead than this (RFC 8216bis, section 6.2.5.2).
AHEAD_SEGMENTS = 2
FOREVER = "public, max-age=31536000, immutable"
# A playlist with the part that was asked for stays what it was, for as long as anybody asks for it.
FOR_A_WHILE = "public, max-age=6"
FOR_NOW = "no-cache"
PLAYLIST_TYPE = "application/vnd.apple.mpegurl"

_ADDRESS = re.compile(
    PREFIX + r"/([A-Za-z0-9_-]{16,80})/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/"
    r"(?:(?P<master>master\.m3u8)|(?P<playlist>[av])\.m3u8"
    r"|(?P<track>[av])/(?:init-(?P<head>[0-9]{1,4})\.mp4"
    r"|(?P<segment>[0-9]{1,8})(?:\.(?P<part>[0-9]{1,4}))?\.m4s))"
)
_NUMBER = re.compile("[0-9]{1,9}")


@dataclass(slots=True)
class LiveDelivery:
    """The ASGI application below ``/broadcasts``."""

    desk: LiveDesk
    addresses: MediaAddresses
    holders: Holders
    find_place: Callable[[Scope], str] = lambda _scope: ""
    files: FileServer = field(default_factory=FileServer)

    async def __call__(self, scope: Scope, _receive: object, send: Send) -> None:
        """Answer one request."""
        try:
            content = await self._find(scope)
        except Problem as problem:
            await refuse(send, problem)
            return
        await self.files.answer(scope, send, content)

    async def _find(self, scope: Scope) -> Content:
        match = _ADDRESS.fullmatch(scope["path"])
        if match is None or scope["method"] not in {"GET", "HEAD"}:
            raise PartNotFound
        stream_id, now = UUID(match[2]), self.desk.workshop.clock.now()
        place = self.find_place(scope)
        holder_id = self.addresses.open_stream(PackageId(stream_id), match[1], now, place)
        await self.holders.require_active(holder_id)
        broadcast = self.desk.find(stream_id)
        if broadcast is None:
            raise PartNotFound
        # A log-in is a device; a key of the API may be on many.
        with self.desk.audiences.attending(broadcast.id, f"{holder_id} {place}"):
            return await self._answer(broadcast, match, scope["query_string"])

    async def _answer(self, broadcast: Broadcast, match: re.Match[str], query: bytes) -> Content:
        if match["master"]:
            return _playlist_of(broadcast.edge.master().encode(), FOR_NOW)
        track = broadcast.edge.tracks.get(match["playlist"] or match["track"])
        if track is None:
            raise PartNotFound
        if match["playlist"]:
            return await _playlist(broadcast, track, query)
        if match["head"]:
            return _head(track, int(match["head"]))
        part = int(match["part"]) if match["part"] else None
        return await self._media(broadcast, track, int(match["segment"]), part)

    async def _media(
        self, broadcast: Broadcast, track: LiveTrack, number: int, part: int | None
    ) -> Content:
        edge = track.edge
        if part is not None and edge is not None and (edge.segment, edge.part) == (number, part):
            await _hold(broadcast, track, number, part)
        segment = track.find(number)
        if segment is None or not (segment.is_whole or part is not None):
            raise PartNotFound
        if part is not None:
            if part >= len(segment.parts):
                raise PartNotFound
            return _bytes(track, segment.parts[part].payload)
        if segment.parts:
            return _bytes(track, segment.payload)
        key = object_key(broadcast.id, f"{track.name}/{number}.m4s")
        return _bytes(track, await self.desk.store.get(key))


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
    return _bytes(track, bytes(track.heads[number]))


def _bytes(track: LiveTrack, body: bytes) -> Content:
    content_type = "audio/mp4" if track.name == "a" else "video/mp4"
    return Content.of(body, content_type, FOREVER, CROSS_ORIGIN)


def _playlist_of(text: bytes, cache_control: str) -> Content:
    return Content.of(text, PLAYLIST_TYPE, cache_control, CROSS_ORIGIN)
