"""What goes out here sent on to other services, and how that goes."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import UUID

from streamverse.domains.live.contracts import (
    TargetFailed,
    TargetId,
    TargetRecovered,
    TargetState,
)
from streamverse.domains.live.repository import Targets
from streamverse.domains.live.rules.health import News
from streamverse.domains.live.rules.targets import Destination, TargetWatch
from streamverse.domains.live.service.targets import open_destination
from streamverse.kit.fetching import FetchFailed, trust
from streamverse.kit.reach import AddressRefused
from streamverse.kit.work import Actor
from streamverse.mediakit.ingest.outlet import Dial, LineLost, Outlet
from streamverse.mediakit.ingest.rtmp_carrier import Place, RtmpCarrier
from streamverse.mediakit.ingest.rtmp_client import RtmpTarget
from streamverse.mediakit.ingest.samples import AudioFormat, Sample, VideoFormat
from streamverse.mediakit.ingest.srt_caller import Wish
from streamverse.mediakit.ingest.srt_carrier import SrtCarrier
from streamverse.mediakit.live.sound_encoder import SoundEncoder

if TYPE_CHECKING:
    import ssl

    from streamverse.domains.live.contracts import LiveSettings
    from streamverse.domains.live.models import TargetRow
    from streamverse.domains.live.service.broadcasts import Broadcast
    from streamverse.kit.work import Workshop

log = logging.getLogger(__name__)

LOOK_EVERY_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class TargetReading:
    """How sending to a target goes; ``error`` is why it last failed, if it has not come right."""

    state: TargetState
    since: datetime
    bitrate_bps: int
    dropped: int
    error: str | None


@dataclass(slots=True)
class _Link:
    """A target that a broadcast is sent on to, as its row was when it began."""

    sealed_address: bytes
    outlet: Outlet
    # Services that are sent to by RTMP take sound in AAC alone.
    is_rtmp: bool = False
    reading: TargetReading | None = None
    watch: TargetWatch = field(default_factory=TargetWatch)


class Fan:
    """Hands what goes out on a stream to all its targets."""

    def __init__(self, ffmpeg: Path | None = None) -> None:
        self.links: dict[UUID, _Link] = {}
        self._video: VideoFormat | None = None
        self._audio: AudioFormat | None = None
        self._encoder = None if ffmpeg is None else SoundEncoder(ffmpeg, "aac", self._hear)
        # How the sound is coded that the encoder gives, while it runs.
        self._encoded: AudioFormat | None = None
        self._is_encoding = False

    def take_format(self, media: VideoFormat | AudioFormat) -> None:
        """Take how what follows is coded."""
        if isinstance(media, VideoFormat):
            self._video = media
        else:
            self._audio = media
            self._is_encoding = False
            self._wake()
        for link in self.links.values():
            if not self._is_encoded_for(link, media):
                link.outlet.take_format(media)

    def take_sample(self, sample: Sample) -> None:
        """Take a picture or a frame of sound, at its place on the broadcast's clock."""
        is_sound = sample.kind == "audio"
        for link in self.links.values():
            if not (is_sound and self._is_encoded_for(link, self._audio)):
                link.outlet.take_sample(sample)
        if is_sound and self._is_encoding and self._encoder is not None:
            self._encoder.take(sample)

    def open(self, target_id: UUID, link: _Link) -> None:
        """Begin with a target; one in whose place it comes is to be closed first."""
        is_encoded = self._is_encoded_for(link, self._audio)
        for media in (self._video, self._encoded if is_encoded else self._audio):
            if media is not None:
                link.outlet.take_format(media)
        self.links[target_id] = link
        self._wake()

    async def close(self, target_id: UUID) -> None:
        """End with a target."""
        link = self.links.pop(target_id, None)
        if link is not None:
            self._wake()
            await link.outlet.close()
            if self._encoder is not None:
                await self._encoder.ended()

    def _is_encoded_for(self, link: _Link, media: VideoFormat | AudioFormat | None) -> bool:
        is_opus = isinstance(media, AudioFormat) and media.codec == "opus"
        return is_opus and link.is_rtmp and self._encoder is not None

    def _wake(self) -> None:
        """Encode while somebody wants it."""
        if self._encoder is None:
            return
        wanted = any(self._is_encoded_for(link, self._audio) for link in self.links.values())
        if wanted and not self._is_encoding and self._audio is not None:
            self._encoder.start(self._audio)
        elif not wanted:
            self._encoder.stop()
            self._encoded = None
        self._is_encoding = wanted

    def _hear(self, heard: AudioFormat | Sample) -> None:
        if isinstance(heard, AudioFormat):
            self._encoded = heard
        for link in self.links.values():
            if not self._is_encoded_for(link, self._audio):
                continue
            if isinstance(heard, AudioFormat):
                link.outlet.take_format(heard)
            else:
                link.outlet.take_sample(heard)

    async def end(self) -> None:
        """End with all targets."""
        await asyncio.gather(*(self.close(one) for one in list(self.links)))


class RestreamDesk:
    """Keeps what is sent on as its targets are in the records, and tells how it goes."""

    def __init__(
        self,
        workshop: Workshop,
        settings: LiveSettings,
        broadcasts: Callable[[], Collection[Broadcast]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.trust: Callable[[], ssl.SSLContext] = trust
        self.clock = clock
        self._workshop = workshop
        self._settings = settings
        self._broadcasts = broadcasts
        self._turn = asyncio.Lock()

    def find(self, target_id: TargetId) -> TargetReading | None:
        """Find how sending to a target goes, if its stream is live here."""
        links = (one.fan.links.get(target_id) for one in self._broadcasts())
        link = next((found for found in links if found is not None), None)
        return None if link is None else link.reading

    async def run(self) -> None:
        """Look every two seconds until cancelled."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            try:
                await self.look()
            except Exception:
                log.exception("What is sent on to other services could not be looked at.")

    async def look(self) -> None:
        """Begin and end with targets as their rows say, and tell what lasts."""
        async with self._turn:
            broadcasts = {one.stream.id: one for one in self._broadcasts()}
            if not broadcasts:
                return
            async with self._workshop.reading(Actor.system()) as work:
                rows = await Targets(work).of(list(broadcasts))
            for stream_id, broadcast in broadcasts.items():
                wanted = {row.id: row for row in rows.get(stream_id, ()) if row.is_on}
                await self._settle(broadcast, wanted)
                for target_id, link in list(broadcast.fan.links.items()):
                    await self._watch(broadcast, wanted[target_id], link)

    async def _settle(self, broadcast: Broadcast, wanted: dict[UUID, TargetRow]) -> None:
        fan = broadcast.fan
        for target_id, link in list(fan.links.items()):
            row = wanted.get(target_id)
            if row is None or row.sealed_address != link.sealed_address:
                await fan.close(target_id)
        for target_id, row in wanted.items():
            if target_id not in fan.links and not broadcast.is_over:
                destination = open_destination(self._settings.vault, row)
                outlet = Outlet(self._dial(destination), self.clock)
                is_rtmp = destination.scheme != "srt"
                fan.open(target_id, _Link(row.sealed_address, outlet, is_rtmp))

    async def _watch(self, broadcast: Broadcast, row: TargetRow, link: _Link) -> None:
        now, found = self._workshop.clock.now(), link.outlet.read()
        state = TargetState(found.phase)
        since = now - timedelta(seconds=self.clock() - found.since_s)
        link.reading = TargetReading(state, since, found.bitrate_bps, found.dropped, found.error)
        is_sending = state is TargetState.SENDING
        news = link.watch.see(now, is_failing=found.error is not None, is_sending=is_sending)
        if news is not None:
            await self._tell(broadcast, row, news, found.error or "")

    async def _tell(self, broadcast: Broadcast, row: TargetRow, news: News, sentence: str) -> None:
        stream, target_id = broadcast.stream, TargetId(row.id)
        async with self._workshop.work(Actor.system(stream.tenant_id)) as work:
            if news is News.WELL:
                work.emit(TargetRecovered(stream.id, broadcast.id, target_id, row.name))
            else:
                work.emit(TargetFailed(stream.id, broadcast.id, target_id, row.name, sentence))

    def _dial(self, destination: Destination) -> Dial:
        """Say how a line to a service is had; it is looked up anew for each."""

        async def find() -> Place:
            return Place(destination.host, destination.port, await self._look_up(destination))

        if destination.scheme == "srt":
            wish = Wish(destination.key, destination.passphrase)
            return lambda on_end: SrtCarrier(find, wish, on_end)
        url = f"{destination.server}/{destination.path}"
        target = RtmpTarget(url, destination.path, destination.key)
        tls = self.trust() if destination.scheme == "rtmps" else None
        return lambda on_end: RtmpCarrier(find, target, tls, on_end)

    async def _look_up(self, destination: Destination) -> Sequence[str]:
        fetcher = self._settings.fetcher
        try:
            return await fetcher.find_stream_host(destination.host, destination.port)
        except (AddressRefused, FetchFailed) as failure:
            raise LineLost(failure.detail) from failure
