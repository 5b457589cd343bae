"""What goes out right now, looked at and listened to: now and then, as it has to be decoded."""

from __future__ import annotations

import asyncio
import logging
import shutil
import tempfile
from collections.abc import AsyncGenerator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import UUID

from streamverse.kit.memory import SharedMemory, ShortMemory
from streamverse.mediakit import artwork
from streamverse.mediakit.live.glimpses import WIDEST, measure_level, take_picture

if TYPE_CHECKING:
    from streamverse.domains.live.service.broadcasts import Broadcast
    from streamverse.domains.live.service.edge import LiveSegment, LiveTrack
    from streamverse.domains.live.service.health import HealthDesk
    from streamverse.mediakit.ffmpeg import Tools

log = logging.getLogger(__name__)

LISTEN_EVERY_S: Final = 10.0
PICTURE_KEPT_S: Final = 10.0
PICTURES_KEPT: Final = 200
# By the ending of the name; nothing where there is no picture.
Thumbnail = Mapping[str, bytes]


def _pictures() -> SharedMemory[UUID, Thumbnail]:
    return SharedMemory(ShortMemory(limit=PICTURES_KEPT, seconds=PICTURE_KEPT_S))


@dataclass(frozen=True, slots=True)
class Glimpses:
    """Decodes moments of broadcasts, one at a time, with copies in a folder of their own."""

    tools: Tools
    scratch: Path
    _turn: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))
    _thumbnails: SharedMemory[UUID, Thumbnail] = field(default_factory=_pictures)

    async def thumbnail(self, broadcast: Broadcast) -> Thumbnail:
        """Give a picture of what goes out, some seconds old at most; many ask, one looks."""
        return await self._thumbnails.find(
            broadcast.id, lambda _: True, lambda: self._take(broadcast)
        )

    async def _take(self, broadcast: Broadcast) -> Thumbnail:
        track = broadcast.edge.tracks.get("v")
        segment = _newest(track, lambda one: one.is_independent)
        if track is None or segment is None:
            return {}
        head = track.heads[segment.head]
        content = broadcast.shield.open(segment.head, head, segment.parts[0].payload)
        async with self._laid_down(content) as path:
            still = await take_picture(path, self.tools)
        if still is None:
            return {}
        made = await artwork.render(still, (WIDEST,), is_quick=True)
        return {one.name.rpartition(".")[2]: one.content for one in made}

    async def listen(self, broadcasts: Collection[Broadcast], health: HealthDesk) -> None:
        """Measure how loud everything is that comes in now."""
        for broadcast in broadcasts:
            known = health.find(broadcast.stream.id)
            track = broadcast.edge.tracks.get("a")
            segment = _newest(track, lambda one: one.is_whole)
            if known is None or track is None or segment is None:
                continue
            head = track.heads[segment.head]
            content = broadcast.shield.open(segment.head, head, segment.payload)
            async with self._laid_down(content) as path:
                known.level_db = await measure_level(path, self.tools)

    async def run(
        self, broadcasts: Callable[[], Collection[Broadcast]], health: HealthDesk
    ) -> None:
        """Listen every few seconds until cancelled."""
        while True:
            await asyncio.sleep(LISTEN_EVERY_S)
            try:
                await self.listen(broadcasts(), health)
            except Exception:
                log.exception("How loud live streams are could not be measured.")

    @asynccontextmanager
    async def _laid_down(self, content: bytes) -> AsyncGenerator[Path]:
        async with self._turn:
            folder = await asyncio.to_thread(self._write, content)
            try:
                yield folder / "moment.mp4"
            finally:
                await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    def _write(self, content: bytes) -> Path:
        self.scratch.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(dir=self.scratch))
        (folder / "moment.mp4").write_bytes(content)
        return folder


def _newest(
    track: LiveTrack | None, is_wanted: Callable[[LiveSegment], bool]
) -> LiveSegment | None:
    """Find the newest segment in memory that will do."""
    segments = reversed(track.segments) if track is not None else iter(())
    return next((one for one in segments if one.parts and is_wanted(one)), None)
