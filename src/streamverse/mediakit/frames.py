"""The frame grid: exact integer arithmetic from frame rates to segments, chunks and audio."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, gcd
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from collections.abc import Iterator

GOP_TARGET_S: Final = 2
GOPS_PER_SEGMENT: Final = 2
SHORT_SEGMENTS: Final = 2  # so many segments at the start hold one GOP: a title plays early
CHUNK_LIMIT_S: Final = 60
# Towards the end chunks get shorter, so that of many workers none waits long for the last.
CHUNK_TAIL_S: Final = 20
TAIL_SHARES: Final = 3
AUDIO_OVERHANG: Final = Fraction(1, 4)
HIGHEST_RATE: Final = 60
FASTEST_CAMERA: Final = 960  # a rate beyond this is a time base, not a speed of pictures
RATE_TOLERANCE: Final = Fraction(4, 100)


@dataclass(frozen=True, slots=True)
class FrameRate:
    """Frames in a second as a fraction in lowest terms."""

    numerator: int
    denominator: int = 1

    def __post_init__(self) -> None:
        if self.numerator < 1 or self.denominator < 1:
            raise ValueError(f"A frame rate is a positive fraction, not {self}.")
        if gcd(self.numerator, self.denominator) != 1:
            raise ValueError(f"Write the frame rate {self} in lowest terms.")

    def __str__(self) -> str:
        return f"{self.numerator}/{self.denominator}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what `str` writes: `30000/1001`."""
        numerator, _, denominator = text.partition("/")
        return cls(int(numerator), int(denominator or 1))

    @classmethod
    def of(cls, numerator: int, denominator: int) -> Self:
        """Bring a fraction to lowest terms."""
        divisor = gcd(numerator, denominator)
        return cls(numerator // divisor, denominator // divisor)

    @classmethod
    def normalise(cls, measured: Fraction | None) -> FrameRate:
        """Choose the rate to encode at for the average rate measured in a source.

        Fast sources are halved until they fit, which keeps their cadence even. A rate that is
        near none of the usual ones (variable frame rate) takes the next one above, so that no
        picture is lost. Nonsense counts as 30.
        """
        if measured is None or not 0 < measured <= FASTEST_CAMERA:
            return FALLBACK_RATE
        while measured > HIGHEST_RATE * (1 + RATE_TOLERANCE):
            measured /= 2
        nearest = min(USUAL_RATES, key=lambda rate: abs(rate.per_second - measured))
        if abs(nearest.per_second - measured) <= measured * RATE_TOLERANCE:
            return nearest
        return next(rate for rate in USUAL_RATES if rate.per_second > measured)

    @property
    def per_second(self) -> Fraction:
        """Frames in one second."""
        return Fraction(self.numerator, self.denominator)

    @property
    def timescale(self) -> int:
        """Ticks in one second, such that a frame lasts a whole number of them."""
        return self.numerator * 512 if self.numerator < 1000 else self.numerator  # noqa: PLR2004

    @property
    def ticks_per_frame(self) -> int:
        """How long one frame lasts, in ticks of `timescale`."""
        return self.timescale * self.denominator // self.numerator

    @property
    def gop_frames(self) -> int:
        """Frames from one keyframe to the next: about two seconds."""
        return max(1, round(GOP_TARGET_S * self.per_second))

    def seconds(self, frames: int) -> Fraction:
        """How long so many frames last."""
        return Fraction(frames) / self.per_second

    def frames_within(self, duration: Fraction) -> int:
        """Count the frames that start within a duration given in seconds."""
        return ceil(duration * self.per_second)


FALLBACK_RATE: Final = FrameRate(30)
AAC_FRAME_SAMPLES: Final = 1024
AAC_FRAME_RATE: Final = FrameRate(375, 8)  # 48000 samples a second in frames of 1024
USUAL_RATES: Final = (
    FrameRate(5),
    FrameRate(8),
    FrameRate(10),
    FrameRate(12),
    FrameRate(25, 2),
    FrameRate(15000, 1001),
    FrameRate(15),
    FrameRate(20),
    FrameRate(24000, 1001),
    FrameRate(24),
    FrameRate(25),
    FrameRate(30000, 1001),
    FrameRate(30),
    FrameRate(48000, 1001),
    FrameRate(48),
    FrameRate(50),
    FrameRate(60000, 1001),
    FrameRate(60),
)


@dataclass(frozen=True, slots=True)
class Chunk:
    """A run of whole segments that one process encodes."""

    number: int
    segments: range
    frames: range


@dataclass(frozen=True, slots=True)
class SegmentPlan:
    """Where every segment of a video begins and ends, known before it is encoded.

    A short segment holds one GOP, the others two.
    """

    frame_rate: FrameRate
    total_frames: int
    short_segments: int = SHORT_SEGMENTS

    def __post_init__(self) -> None:
        if self.total_frames < 1:
            raise ValueError(f"A plan needs at least one frame, not {self.total_frames}.")

    @property
    def gop_count(self) -> int:
        """How many keyframes there are."""
        return -(-self.total_frames // self.frame_rate.gop_frames)

    @property
    def segment_count(self) -> int:
        """How many segments there are, numbered from 0."""
        normal_gops = max(0, self.gop_count - self.short_segments)
        return self.gop_count - normal_gops + -(-normal_gops // GOPS_PER_SEGMENT)

    @property
    def chunk_count(self) -> int:
        """How many chunks there are, numbered from 0."""
        return sum(1 for _ in self._runs())

    @property
    def target_duration_s(self) -> int:
        """How long a segment can be in rounded seconds, however far the title has grown."""
        normal = self.frame_rate.seconds(GOPS_PER_SEGMENT * self.frame_rate.gop_frames)
        return max(1, round_half_up(normal))

    def start_frame(self, number: int) -> int:
        """Find the frame at which a segment begins on the grid, which goes on past the end."""
        normal = max(0, number - self.short_segments)
        gops = number - normal + normal * GOPS_PER_SEGMENT
        return gops * self.frame_rate.gop_frames

    def segment(self, number: int) -> range:
        """Give the frames of one segment."""
        if not 0 <= number < self.segment_count:
            raise IndexError(f"There is no segment {number} among {self.segment_count}.")
        stop = min(self.start_frame(number + 1), self.total_frames)
        return range(self.start_frame(number), stop)

    def segments(self) -> Iterator[range]:
        """Go through the frames of every segment in order."""
        return (self.segment(number) for number in range(self.segment_count))

    def segment_at(self, frame: int) -> int:
        """Find the number of the segment that holds a frame."""
        if not 0 <= frame < self.total_frames:
            raise IndexError(f"There is no frame {frame} among {self.total_frames}.")
        gop = frame // self.frame_rate.gop_frames
        normal_gops = max(0, gop - self.short_segments)
        return gop - normal_gops + normal_gops // GOPS_PER_SEGMENT

    def chunk(self, number: int) -> Chunk:
        """Give one run of segments, at most 60 seconds long."""
        runs = list(self._runs())
        if not 0 <= number < len(runs):
            raise IndexError(f"There is no chunk {number} among {len(runs)}.")
        return self._chunk(number, runs[number])

    def chunks(self) -> Iterator[Chunk]:
        """Go through every chunk in order."""
        return (self._chunk(number, run) for number, run in enumerate(self._runs()))

    def _chunk(self, number: int, segments: range) -> Chunk:
        frames = range(self.segment(segments[0]).start, self.segment(segments[-1]).stop)
        return Chunk(number, segments, frames)

    def _runs(self) -> Iterator[range]:
        """Part the segments into chunks: whole ones first, then each a share of what is left."""
        longest, shortest = (
            self._segments_within(CHUNK_LIMIT_S),
            self._segments_within(CHUNK_TAIL_S),
        )
        total = self.segment_count
        first = 0
        while (left := total - first) > 0:
            share = max(shortest, min(longest, left // TAIL_SHARES))
            is_last = total <= longest or 2 * left < 3 * shortest
            stop = first + (left if is_last else share)
            yield range(first, stop)
            first = stop

    def _segments_within(self, seconds: int) -> int:
        normal = self.frame_rate.seconds(GOPS_PER_SEGMENT * self.frame_rate.gop_frames)
        return max(1, int(seconds / normal))


@dataclass(frozen=True, slots=True)
class AudioPlan:
    """Which audio frames belong to each segment: those that start in its window of video.

    The grid goes on past the end of the video, so sound that lasts longer is cut alike; an
    overhang of less than a quarter of a second stays in the last segment. A title without
    pictures takes `SegmentPlan(AAC_FRAME_RATE, frames)` as its video.
    """

    video: SegmentPlan
    frame_rate: FrameRate = AAC_FRAME_RATE

    def start_frame(self, number: int) -> int:
        """Find the first audio frame of a segment."""
        start = self.video.frame_rate.seconds(self.video.start_frame(number))
        if number >= self.video.segment_count:
            end = self.video.frame_rate.seconds(self.video.total_frames)
            start = max(start, end + AUDIO_OVERHANG)
        return self.frame_rate.frames_within(start)

    def segment(self, number: int, total_frames: int | None = None) -> range:
        """Give the audio frames of one segment, of so many as there are in all."""
        start, stop = self.start_frame(number), self.start_frame(number + 1)
        if total_frames is None:
            return range(start, stop)
        return range(min(start, total_frames), min(stop, total_frames))

    def segments(self, total_frames: int) -> Iterator[range]:
        """Go through the audio frames of every segment that has any."""
        number = 0
        while frames := self.segment(number, total_frames):
            yield frames
            number += 1


def round_half_up(value: Fraction) -> int:
    """Round to the nearest whole number, a half upwards, as HLS rounds durations."""
    return floor(value + Fraction(1, 2))
