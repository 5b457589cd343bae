"""What waits for a slow line: samples in their order, lost by whole groups of pictures."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Final

from streamverse.mediakit.ingest.samples import CLOCK_HZ, AudioFormat, Sample, VideoFormat

LONGEST_TICKS: Final = 5 * CLOCK_HZ
MOST_BYTES: Final = 1 << 24

Formats = tuple[VideoFormat | AudioFormat, ...]


@dataclass(frozen=True, slots=True)
class Coded:
    """A sample, and how its stream was coded when it came."""

    sample: Sample
    formats: Formats


class GroupQueue:
    """Holds five seconds at most; what it gives begins with a keyframe, and so after each loss."""

    def __init__(self) -> None:
        self.dropped = 0
        self._waiting: deque[Coded] = deque()
        self._bytes = 0
        self._formats: Formats = ()
        self._is_skipping = True
        self._bell = asyncio.Event()

    def take_format(self, media: VideoFormat | AudioFormat) -> None:
        """Take how what follows is coded."""
        others = tuple(one for one in self._formats if type(one) is not type(media))
        self._formats = (media, *others) if isinstance(media, VideoFormat) else (*others, media)

    def put(self, sample: Sample) -> None:
        """Add a sample, or count it as lost."""
        if self._is_skipping and not self._may_begin(sample):
            # Before the first keyframe nothing has begun that could be lost.
            return
        self._is_skipping = False
        self._waiting.append(Coded(sample, self._formats))
        self._bytes += len(sample.payload)
        if self._is_full(sample):
            self._catch_up()
        self._bell.set()

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits."""
        return not self._waiting

    def next(self) -> Coded | None:
        """Give the oldest sample, if there is one."""
        if not self._waiting:
            return None
        found = self._waiting.popleft()
        self._bytes -= len(found.sample.payload)
        return found

    async def wait(self) -> None:
        """Wait until there is something, or somebody rings."""
        if not self._waiting:
            self._bell.clear()
            await self._bell.wait()

    def ring(self) -> None:
        """Wake whoever waits."""
        self._bell.set()

    def start_over(self) -> None:
        """Forget what waits; what comes next begins with a keyframe."""
        self._waiting.clear()
        self._bytes = 0
        self._is_skipping = True

    def _is_full(self, newest: Sample) -> bool:
        oldest = self._waiting[0].sample
        return self._bytes > MOST_BYTES or newest.decode_ticks - oldest.decode_ticks > LONGEST_TICKS

    def _catch_up(self) -> None:
        """Leave out all before the newest keyframe, or all up to the next one."""
        keep = next(
            (at for at in range(len(self._waiting) - 1, 0, -1) if self._begins(at)),
            len(self._waiting),
        )
        for _ in range(keep):
            lost = self._waiting.popleft().sample
            self._bytes -= len(lost.payload)
            self.dropped += lost.kind == "video" or not self._has_pictures
        self._is_skipping = not self._waiting

    def _begins(self, at: int) -> bool:
        return self._may_begin(self._waiting[at].sample)

    def _may_begin(self, sample: Sample) -> bool:
        return sample.is_keyframe and (sample.kind == "video" or not self._has_pictures)

    @property
    def _has_pictures(self) -> bool:
        return any(isinstance(one, VideoFormat) for one in self._formats)
