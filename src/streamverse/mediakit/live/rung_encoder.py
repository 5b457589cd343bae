"""Pictures of a stream made again in every rung: by one confined ffmpeg, at the times they had."""

from __future__ import annotations

import asyncio
from bisect import insort
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from streamverse.mediakit import sandbox
from streamverse.mediakit.ffmpeg import ensure_success
from streamverse.mediakit.ingest.amf0 import write_amf0
from streamverse.mediakit.ingest.flv import TICKS_PER_MS, FlvTracks, write_format, write_sample
from streamverse.mediakit.ingest.flv_tags import (
    SCRIPT_TAG,
    VIDEO_FLAG,
    VIDEO_TAG,
    TagReader,
    write_head,
    write_tag,
)
from streamverse.mediakit.ingest.samples import CLOCK_HZ, Sample, VideoFormat

if TYPE_CHECKING:
    from streamverse.mediakit.frames import FrameRate

READ_BYTES: Final = 1 << 16
# A machine that is busy for a moment catches up; whoever is further behind does not.
MOST_BEHIND_TICKS: Final = 8 * CLOCK_HZ
# What is longer from one picture to the next is silence, in which there is nothing to encode.
LONGEST_STEP_TICKS: Final = CLOCK_HZ

# A rung by the name of its track, and what there is of it: how it is coded, then its pictures.
Give = Callable[[str, "VideoFormat | Sample"], None]


class FellBehind(Exception):
    """The machine encodes more slowly than the stream plays."""


@dataclass(slots=True)
class _Times:
    """Which times pictures had whose milliseconds come back, in the order in which they do."""

    base_ticks: int
    _last_ms: int = -1
    _decoded: deque[int] = field(default_factory=deque[int])
    _shown: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])

    def send(self, sample: Sample) -> tuple[int, Sample]:
        """Give a picture times in whole milliseconds, each of them once."""
        decode_ms = max(self._last_ms + 1, (sample.decode_ticks - self.base_ticks) // TICKS_PER_MS)
        shown_ms = max(decode_ms, (sample.present_ticks - self.base_ticks) // TICKS_PER_MS)
        taken = {one for one, _ in self._shown}
        while shown_ms in taken:
            shown_ms += 1
        self._last_ms = decode_ms
        self._decoded.append(sample.decode_ticks)
        insort(self._shown, (shown_ms, sample.present_ticks))
        ticks = decode_ms * TICKS_PER_MS, shown_ms * TICKS_PER_MS
        return decode_ms, replace(sample, decode_ticks=ticks[0], present_ticks=ticks[1])

    def find(self, sample: Sample) -> Sample | None:
        """Give a picture its times again; what was not decoded has none."""
        shown_ms = sample.present_ticks // TICKS_PER_MS
        while self._shown and self._shown[0][0] <= shown_ms:
            at_ms, present_ticks = self._shown.pop(0)
            decode_ticks = self._decoded.popleft()
            if at_ms == shown_ms:
                ticks = min(decode_ticks, present_ticks)
                return replace(sample, decode_ticks=ticks, present_ticks=present_ticks)
        return None


class RungEncoder:
    """Takes pictures from a keyframe on, and gives them in every rung; it runs once."""

    def __init__(
        self,
        command: sandbox.Command,
        media: VideoFormat,
        names: Sequence[str],
        rate: FrameRate,
        give: Give,
    ) -> None:
        self._command = command
        self._media = media
        self._rate = rate
        self._give = give
        self._names = names
        self._times: dict[str, _Times] = {}
        self._early: list[Sample] = []
        self._feed: asyncio.StreamWriter | None = None
        self._newest_ticks: int | None = None
        self._given_ticks: dict[str, int] = {}
        # After which pictures nothing came, and how long, as far as these are under way.
        self._silences: deque[tuple[int, int]] = deque()
        self._is_finished = False
        self._fell = asyncio.Event()

    def take(self, sample: Sample) -> None:
        """Take the next picture."""
        if self._is_finished or self._fell.is_set():
            return
        if self._newest_ticks is None:
            self._begin(sample)
        elif sample.decode_ticks - self._newest_ticks > LONGEST_STEP_TICKS:
            step = sample.decode_ticks - self._newest_ticks
            self._silences.append((self._newest_ticks, step - LONGEST_STEP_TICKS))
        self._newest_ticks = sample.decode_ticks
        if self._behind_ticks(sample) > MOST_BEHIND_TICKS:
            self._fell.set()
        elif self._feed is None:
            self._early.append(sample)
        else:
            self._feed.write(self._write(sample))

    def _behind_ticks(self, newest: Sample) -> int:
        """Tell how much of what came before a picture is still to be encoded."""
        given = min(self._given_ticks.values())
        while self._silences and self._silences[0][0] < given:
            self._silences.popleft()
        return newest.decode_ticks - given - sum(ticks for _, ticks in self._silences)

    def finish(self) -> None:
        """Let what is under way come out, and end."""
        self._is_finished = True
        if self._feed is not None:
            self._feed.write_eof()

    async def run(self) -> None:
        """Encode until the end of what there is to take."""
        async with sandbox.run(self._command) as process:
            feed, *_ = process.feeds
            _, *pipes = process.pipes
            feed.write(self._write_head())
            for sample in self._early:
                feed.write(self._write(sample))
            self._early.clear()
            self._feed = feed
            if self._is_finished:
                feed.write_eof()
            try:
                async with asyncio.TaskGroup() as tasks:
                    watching = tasks.create_task(self._watch())
                    reading = [
                        tasks.create_task(self._read(name, pipe))
                        for name, pipe in zip(self._names, pipes, strict=True)
                    ]
                    await asyncio.gather(*reading)
                    watching.cancel()
            except* FellBehind as group:
                raise group.exceptions[0] from None
            finally:
                self._feed = None
            ensure_success(self._command, await process.wait())

    async def _watch(self) -> None:
        await self._fell.wait()
        raise FellBehind

    async def _read(self, name: str, pipe: asyncio.StreamReader) -> None:
        tags, tracks = TagReader(), FlvTracks()
        while data := await pipe.read(READ_BYTES):
            for kind, at_ms, content in tags.feed(data):
                heard = tracks.read_video(content, at_ms) if kind == VIDEO_TAG else None
                if isinstance(heard, VideoFormat):
                    self._give(name, heard)
                elif isinstance(heard, Sample):
                    self._hand_on(name, heard)

    def _hand_on(self, name: str, sample: Sample) -> None:
        found = self._times[name].find(sample)
        if found is not None:
            self._given_ticks[name] = found.decode_ticks
            self._give(name, found)

    # --- what goes in -----------------------------------------------------------------------------

    def _begin(self, sample: Sample) -> None:
        for name in self._names:
            self._times[name] = _Times(sample.decode_ticks)
            self._given_ticks[name] = sample.decode_ticks

    def _write_head(self) -> bytes:
        # Without it the bits of a second would be dealt out to a thousand pictures.
        said = write_amf0("onMetaData", {"framerate": float(self._rate.per_second)})
        head = write_head(VIDEO_FLAG) + write_tag(SCRIPT_TAG, said, 0)
        return head + write_tag(VIDEO_TAG, write_format(self._media), 0)

    def _write(self, sample: Sample) -> bytes:
        sent = [times.send(sample) for times in self._times.values()]
        at_ms, moved = sent[0]
        return write_tag(VIDEO_TAG, write_sample(self._media, moved), at_ms)
