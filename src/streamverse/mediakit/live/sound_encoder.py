"""Sound of a stream made AAC or Opus, by one confined ffmpeg, at the times that it had."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from streamverse.mediakit import sandbox
from streamverse.mediakit.ffmpeg import QUIET
from streamverse.mediakit.ingest.flv import write_format, write_sample
from streamverse.mediakit.ingest.flv_tags import AUDIO_FLAG, AUDIO_TAG, write_head, write_tag
from streamverse.mediakit.ingest.mpegts import TsDemuxer
from streamverse.mediakit.ingest.samples import (
    CLOCK_HZ,
    AudioCodec,
    AudioFormat,
    MediaRefused,
    Sample,
)

log = logging.getLogger(__name__)

HEAD: Final = write_head(AUDIO_FLAG)
READ_BYTES: Final = 1 << 16
# A process that ended, for whatever reason, is followed by another one.
PAUSE_S: Final = 1.0
# What ffmpeg does not take in this time is skipped.
MOST_WAITING_BYTES: Final = 1 << 19
LIMITS: Final = sandbox.Limits(wall_seconds=12 * 3600, cpu_seconds=6 * 3600)
INPUT: Final = (
    *("-protocol_whitelist", "pipe", "-codec_whitelist", "aac,opus,libopus", "-fflags", "nobuffer"),
    *("-probesize", "32", "-analyzeduration", "0", "-f", "flv"),
)
CODING: Final = (
    *("-copyts", "-vn", "-af", "aresample=async=1000:first_pts=0,aformat=channel_layouts=stereo"),
    *("-ar", "48000"),
)
CODECS: Final[dict[AudioCodec, tuple[str, ...]]] = {
    "opus": (
        *("-c:a", "libopus", "-b:a", "96k", "-application", "lowdelay"),
        *("-frame_duration", "20"),
    ),
    "aac": ("-c:a", "aac", "-b:a", "160k"),
}
OUTPUT: Final = (
    *("-flush_packets", "1", "-muxdelay", "0", "-muxpreload", "0", "-pes_payload_size", "0"),
    *("-mpegts_copyts", "1", "-f", "mpegts"),
)


def command(ffmpeg: Path, codec: AudioCodec) -> sandbox.Command:
    """Say how sound in FLV becomes such in MPEG-TS, over one pipe in both directions."""
    pipe = sandbox.pipe_url(0)
    coding = (*CODING, *CODECS[codec])
    arguments = (*QUIET, "-threads", "1", *INPUT, "-i", pipe, *coding, *OUTPUT, pipe)
    return sandbox.Command((str(ffmpeg), *arguments), pipe_count=1, limits=LIMITS)


class SoundEncoder:
    """Takes sound, and gives it in another codec at the same times."""

    def __init__(
        self, ffmpeg: Path, codec: AudioCodec, give: Callable[[AudioFormat | Sample], None]
    ) -> None:
        self._ffmpeg = ffmpeg
        self._codec: AudioCodec = codec
        self._give = give
        self._format: AudioFormat | None = None
        self._begins_at: int | None = None
        self._feed: asyncio.StreamWriter | None = None
        self._task: asyncio.Task[None] | None = None
        self._ending: set[asyncio.Task[None]] = set()

    def start(self, media: AudioFormat) -> None:
        """Begin, or begin anew with sound of another coding."""
        self.stop()
        self._format = media
        self._task = asyncio.get_running_loop().create_task(self._run())

    def stop(self) -> None:
        """End, and let go of the process."""
        if self._task is not None:
            self._task.cancel()
            self._ending.add(self._task)
            self._task.add_done_callback(self._ending.discard)
            self._task = None

    async def ended(self) -> None:
        """Wait until the processes of what was stopped are gone."""
        await asyncio.gather(*self._ending, return_exceptions=True)

    def take(self, sample: Sample) -> None:
        """Take a frame of sound."""
        feed = self._feed
        if feed is None or self._format is None:
            return
        if feed.transport.get_write_buffer_size() > MOST_WAITING_BYTES:
            return
        if self._begins_at is None:
            self._begins_at = sample.decode_ticks
            feed.write(HEAD + write_tag(AUDIO_TAG, write_format(self._format), 0))
        ticks = sample.decode_ticks - self._begins_at
        content = write_sample(self._format, sample)
        feed.write(write_tag(AUDIO_TAG, content, ticks * 1000 // CLOCK_HZ))

    async def _run(self) -> None:
        while True:
            try:
                await self._encode()
            except Exception:
                log.exception("Sound could not be encoded anew.")
            await asyncio.sleep(PAUSE_S)

    async def _encode(self) -> None:
        async with sandbox.run(command(self._ffmpeg, self._codec)) as process:
            self._begins_at = None
            self._feed = process.feeds[0]
            try:
                await self._read(process.pipes[0])
            finally:
                self._feed = None

    async def _read(self, pipe: asyncio.StreamReader) -> None:
        demuxer = TsDemuxer()
        while data := await pipe.read(READ_BYTES):
            try:
                for event in demuxer.feed(data):
                    if isinstance(event, Sample):
                        self._give(self._moved(event))
                    elif isinstance(event, AudioFormat):
                        self._give(event)
            except MediaRefused as refusal:
                log.warning("Sound could not be read back: %s", refusal)
                return

    def _moved(self, sample: Sample) -> Sample:
        ticks = sample.present_ticks + (self._begins_at or 0)
        return replace(sample, decode_ticks=ticks, present_ticks=ticks)
