"""The HLS client: fetches playlists and segments, and hands on what they hold at its pace."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Final

from streamverse.mediakit.ingest.elementary import Heard
from streamverse.mediakit.ingest.samples import Kind
from streamverse.mediakit.pull.hls import Era, Eras, Following, SegmentReader, open_segment
from streamverse.mediakit.pull.pacing import Shelf
from streamverse.mediakit.pull.playlists import (
    LONGEST_BYTES,
    Key,
    Master,
    MediaPlaylist,
    Piece,
    Segment,
    choose_sound,
    choose_variant,
    parse_playlist,
)
from streamverse.mediakit.pull.sources import Fetch, PieceMissing, PullFailed

LARGEST_SEGMENT: Final = 48 << 20
LARGEST_HEAD: Final = 1 << 20
LARGEST_KEY: Final = 1 << 10
# A playlist may be away for a moment; so many segments in a row may be gone.
TRIES: Final = 3
MISSING_AT_MOST: Final = 3
# So much is fetched ahead, in targets, and no more.
AHEAD_TARGETS: Final = 4
WANTED_TARGETS: Final = 4
ALL: Final[frozenset[Kind]] = frozenset({"video", "audio"})
REMEMBERED: Final = 4


async def hear_hls(
    address: str, fetch: Fetch, *, highest: int | None = None, is_paced: bool = True
) -> AsyncGenerator[Heard]:
    """Follow what an address gives until it ends or fails, which raises."""
    loop = asyncio.get_running_loop()
    shelf = Shelf(loop.time, 0, is_paced=is_paced)
    fetching = loop.create_task(_Client(fetch, shelf, highest).run(address))
    fetching.add_done_callback(shelf.end)
    try:
        while True:
            heard, wait_s = shelf.take()
            if heard is not None:
                yield heard
            else:
                await shelf.nap(wait_s)
    finally:
        fetching.cancel()
        await asyncio.wait([fetching])


@dataclass(slots=True)
class _Rendition:
    """A playlist that is followed."""

    address: str
    following: Following
    reader: SegmentReader
    failures: int = 0
    missing: int = 0


class _Client:
    def __init__(self, fetch: Fetch, shelf: Shelf, highest: int | None) -> None:
        self._fetch = fetch
        self._shelf = shelf
        self._highest = highest
        self._clock = asyncio.get_running_loop().time
        self._eras = Eras()
        # Heads and keys are named by segment after segment.
        self._kept: dict[Piece, bytes] = {}

    async def run(self, address: str) -> None:
        """Fetch for as long as there is something; it ends by raising why."""
        renditions = await self._open(address)
        while True:
            await self._go_on(renditions)

    async def _open(self, address: str) -> list[_Rendition]:
        """Choose what is fetched: one playlist, or one of pictures and one of sound."""
        found, place = await self._playlist(address)
        if isinstance(found, MediaPlaylist):
            rendition = _Rendition(place, Following(self._clock()), SegmentReader(ALL))
            rendition.following.take(found, self._clock())
            return [rendition]
        variant = choose_variant(found, self._highest)
        sound = choose_sound(found, variant)
        kinds: list[tuple[str, frozenset[Kind]]] = [(variant.address, ALL)]
        if sound is not None:
            kinds = [(variant.address, frozenset({"video"})), (sound, frozenset({"audio"}))]
        now_s = self._clock()
        return [_Rendition(one, Following(now_s), SegmentReader(wanted)) for one, wanted in kinds]

    async def _go_on(self, renditions: list[_Rendition]) -> None:
        """Fetch one thing more, or wait for a while."""
        longest_s = max(one.following.target_s for one in renditions)
        self._shelf.wanted_s = WANTED_TARGETS * longest_s
        now_s = self._clock()
        for rendition in renditions:
            if not rendition.following.is_ended and rendition.following.due_s <= now_s:
                await self._look(rendition)
                return
        ready = [one for one in renditions if one.following.waiting]
        if ready and self._shelf.waiting_s < AHEAD_TARGETS * longest_s:
            # Whoever has more left to fetch is further behind.
            await self._fetch_next(max(ready, key=lambda one: _left_s(one.following.waiting)))
            return
        if not ready and all(one.following.is_ended for one in renditions):
            raise PullFailed("The source has ended its stream: it is fetched again when it begins.")
        due_s = min(one.following.due_s for one in renditions if not one.following.is_ended)
        await asyncio.sleep(min(max(due_s - now_s, 0.05), longest_s / 2))

    async def _look(self, rendition: _Rendition) -> None:
        try:
            found, _ = await self._playlist(rendition.address)
        except PieceMissing:
            rendition.failures += 1
            if rendition.failures >= TRIES:
                raise
            following = rendition.following
            following.due_s = self._clock() + following.target_s / 2
            return
        if isinstance(found, Master):
            raise PullFailed("A playlist lists playlists where it should list segments.")
        rendition.failures = 0
        rendition.following.take(found, self._clock())

    async def _playlist(self, address: str) -> tuple[Master | MediaPlaylist, str]:
        got = await self._fetch(address, None, LONGEST_BYTES)
        return parse_playlist(got.body.decode("utf-8", "replace"), got.address), got.address

    async def _fetch_next(self, rendition: _Rendition) -> None:
        era, segment = rendition.following.waiting.popleft()
        if segment.is_gap:
            return
        try:
            data, head = await self._segment(segment)
        except PieceMissing:
            rendition.missing += 1
            if rendition.missing >= MISSING_AT_MOST:
                raise
            return
        rendition.missing = 0
        heard = list(rendition.reader.read(era, data, head))
        for placed in self._eras.place(era, heard):
            self._shelf.put(placed)

    async def _segment(self, segment: Segment) -> tuple[bytes, bytes | None]:
        head = None if segment.head is None else await self._keep(segment.head, LARGEST_HEAD)
        data = await self._get(segment.piece, LARGEST_SEGMENT)
        if segment.key is not None:
            data = await self._open_by(segment.key, data, segment.number)
        return data, head

    async def _open_by(self, key: Key, data: bytes, number: int) -> bytes:
        return open_segment(data, await self._keep(Piece(key.address), LARGEST_KEY), key.iv, number)

    async def _keep(self, piece: Piece, limit_bytes: int) -> bytes:
        found = self._kept.get(piece)
        if found is None:
            found = await self._get(piece, limit_bytes)
            self._kept = {**dict(list(self._kept.items())[1 - REMEMBERED :]), piece: found}
        return found

    async def _get(self, piece: Piece, limit_bytes: int) -> bytes:
        if piece.span is not None and piece.span[1] > limit_bytes:
            raise PullFailed(f"The playlist names a piece of more than {limit_bytes >> 20} MiB.")
        return (await self._fetch(piece.address, piece.span, limit_bytes)).body


def _left_s(waiting: deque[tuple[Era, Segment]]) -> float:
    return sum(segment.duration_s for _, segment in waiting)
