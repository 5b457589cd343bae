"""Samples cut into parts and segments as they arrive, pictures and sound at the same instants.

Pictures lead: a segment begins with the first keyframe that comes late enough, and sound is cut
where that picture is shown. Sound that is ahead of the pictures waits for them, so that it is never
put into a segment that turns out to have ended. Sound that does not come any more while pictures
do is filled with silence, as players stand still where one of the two is missing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from streamverse.mediakit.cmaf import NON_SYNC_SAMPLE, Fragment
from streamverse.mediakit.cmaf import Sample as CodedSample
from streamverse.mediakit.ingest.samples import CLOCK_HZ, AudioFormat, Kind, Sample, VideoFormat
from streamverse.mediakit.live.heads import timescale_of
from streamverse.mediakit.live.silence import silence_of

# Ten pictures of 30 a second last a third of a second, and a little more where times are rounded.
PART_TARGET_S: Final = 0.35
# Keyframes come every two seconds, as a rule.
SHORTEST_SEGMENT_S: Final = 1.5
TARGET_DURATION_S: Final = 4
# Sound that goes on alone for so long is not held back for pictures.
LONGEST_HOLD_S: Final = 1
# Sound that has not come for so long is not expected any more.
SILENT_AFTER_S: Final = 3
# So far sound may be from where its publisher says that it is.
SOUND_TOLERANCE_S: Final = 0.02
AAC_FRAME_SAMPLES: Final = 1024
_SYNC_FLAGS = 0x0200_0000
_NON_SYNC_FLAGS = 0x0100_0000 | NON_SYNC_SAMPLE
_OPUS_FRAMES_MS = ((10, 20, 40, 60), (10, 20), (2.5, 5, 10, 20))
_OPUS_HYBRID, _OPUS_CELT = 12, 16


@dataclass(frozen=True, slots=True)
class Part:
    """A third of a second of a track, to be played as soon as it is there."""

    kind: Kind
    segment: int
    number: int
    start_ticks: int
    duration_ticks: int
    is_independent: bool
    payload: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class SegmentEnd:
    """All parts of a segment of a track have been given; there are none if it is empty."""

    kind: Kind
    segment: int


Piece = Part | SegmentEnd


@dataclass(frozen=True, slots=True)
class SegmentStart:
    """A segment of pictures has begun: when its first one is shown, and whether it stands alone."""

    segment: int
    present_ticks: int
    is_keyframe: bool


@dataclass(slots=True)
class _Cutter:
    """Gathers the samples of one track into parts. Times are ticks of the track."""

    kind: Kind
    timescale: int
    segment: int
    part: int = 0
    segment_ticks: int = 0
    _start_ticks: int = 0
    _ticks: int = 0
    _sequence: int = 0
    _samples: list[CodedSample] = field(default_factory=list[CodedSample])
    _payloads: list[bytes] = field(default_factory=list[bytes])

    def add(self, coded: CodedSample, payload: bytes, decode_ticks: int) -> list[Piece]:
        """Take a sample, and give the part that is full without it."""
        too_long = self._ticks + coded.duration_ticks > PART_TARGET_S * self.timescale
        pieces = self.end_part() if too_long else []
        if not self._samples:
            self._start_ticks = decode_ticks
        self._samples.append(coded)
        self._payloads.append(payload)
        self._ticks += coded.duration_ticks
        self.segment_ticks += coded.duration_ticks
        return pieces

    def end_part(self) -> list[Piece]:
        """Give the part that is begun."""
        if not self._samples:
            return []
        self._sequence += 1
        fragment = Fragment(
            track_id=1,
            sequence_number=self._sequence,
            decode_time_ticks=self._start_ticks,
            samples=tuple(self._samples),
            payload=b"".join(self._payloads),
        )
        part = Part(
            kind=self.kind,
            segment=self.segment,
            number=self.part,
            start_ticks=self._start_ticks,
            duration_ticks=self._ticks,
            is_independent=any(sample.is_keyframe for sample in self._samples),
            payload=bytes(fragment),
        )
        self.part, self._ticks, self._samples, self._payloads = self.part + 1, 0, [], []
        return [part]

    def end_segment(self) -> list[Piece]:
        """Give the part that is begun, and say that the segment is whole."""
        pieces = [*self.end_part(), SegmentEnd(self.kind, self.segment)]
        self.segment, self.part, self.segment_ticks = self.segment + 1, 0, 0
        return pieces


class _Pictures:
    """Pictures wait for the next one, which says how long they are shown."""

    def __init__(self, segment: int) -> None:
        self.cutter = _Cutter("video", CLOCK_HZ, segment)
        self.waiting: Sample | None = None

    def add(self, sample: Sample) -> tuple[list[Piece], SegmentStart | None]:
        """Take a picture; give what it completes, and which segment has begun, if one has."""
        before, self.waiting = self.waiting, sample
        if before is None:
            return [], None
        return self._place(before, sample.decode_ticks - before.decode_ticks)

    def finish(self) -> tuple[list[Piece], SegmentStart | None]:
        """Give all that is left; the last picture is shown as long as a usual one."""
        pieces: list[Piece] = []
        start = None
        if self.waiting is not None:
            pieces, start = self._place(self.waiting, CLOCK_HZ // 30)
            self.waiting = None
        return [*pieces, *self.cutter.end_segment()], start

    def _place(
        self, sample: Sample, duration_ticks: int
    ) -> tuple[list[Piece], SegmentStart | None]:
        pieces: list[Piece] = []
        start = None
        if self._must_end(sample, duration_ticks):
            pieces += self.cutter.end_segment()
        if self.cutter.segment_ticks == 0:
            start = SegmentStart(self.cutter.segment, sample.present_ticks, sample.is_keyframe)
        coded = CodedSample(
            duration_ticks=duration_ticks,
            size_bytes=len(sample.payload),
            flags=_SYNC_FLAGS if sample.is_keyframe else _NON_SYNC_FLAGS,
            composition_ticks=sample.present_ticks - sample.decode_ticks,
        )
        pieces += self.cutter.add(coded, sample.payload, sample.decode_ticks)
        return pieces, start

    def _must_end(self, sample: Sample, duration_ticks: int) -> bool:
        so_far = self.cutter.segment_ticks
        if so_far == 0:
            return False
        if sample.is_keyframe and so_far >= SHORTEST_SEGMENT_S * CLOCK_HZ:
            return True
        return so_far + duration_ticks > TARGET_DURATION_S * CLOCK_HZ


class _Sound:
    """Sound is counted in samples, and put right where that leaves what the publisher says."""

    def __init__(self, media: AudioFormat, segment: int) -> None:
        self._media = media
        self.cutter = _Cutter("audio", timescale_of(media), segment)
        self.held: deque[Sample] = deque()
        # Where segments begin that sound has not come to, in ticks of the clock.
        self.starts: deque[int] = deque()
        self._next_ticks: int | None = None
        self._silence = silence_of(media)

    def fill(self, until_ticks: int) -> list[Piece]:
        """Put silence where nothing has come, up to an instant of the clock."""
        pieces: list[Piece] = []
        if self._silence is None or self._next_ticks is None:
            return pieces
        rate, lasts = self.cutter.timescale, frame_samples(self._media, self._silence)
        while (self._next_ticks + lasts) * CLOCK_HZ <= until_ticks * rate:
            at = self._next_ticks * CLOCK_HZ // rate
            pieces += self._place(Sample("audio", at, at, is_keyframe=True, payload=self._silence))
        return pieces

    def release(self, until_ticks: int | None) -> list[Piece]:
        """Place what is held, up to an instant of the clock; all if there is none."""
        pieces: list[Piece] = []
        while self.held and (until_ticks is None or self.held[0].decode_ticks <= until_ticks):
            if self._is_full:
                break
            pieces += self._place(self.held.popleft())
        return pieces

    @property
    def _is_full(self) -> bool:
        """Whether the segment is as long as one may be, and no picture has begun the next."""
        return not self.starts and (
            self.cutter.segment_ticks >= TARGET_DURATION_S * self.cutter.timescale
        )

    def finish(self) -> list[Piece]:
        """Give all that is left."""
        return [*self.release(None), *self.cutter.end_segment()]

    def _place(self, sample: Sample) -> list[Piece]:
        rate = self.cutter.timescale
        said = sample.decode_ticks * rate // CLOCK_HZ
        tolerance = int(SOUND_TOLERANCE_S * rate)
        expected = said if self._next_ticks is None else self._next_ticks
        if said < expected - tolerance:
            # There is more sound than time.
            return []
        pieces: list[Piece] = []
        while self.starts and sample.decode_ticks >= self.starts[0]:
            self.starts.popleft()
            pieces += self.cutter.end_segment()
        if said > expected + tolerance:
            pieces += self.cutter.end_part()
            expected = said
        duration = frame_samples(self._media, sample.payload)
        coded = CodedSample(duration, len(sample.payload), _SYNC_FLAGS)
        self._next_ticks = expected + duration
        return [*pieces, *self.cutter.add(coded, sample.payload, expected)]


class Packager:
    """Cuts one publication; it begins with a segment of a given number, on all tracks alike."""

    def __init__(
        self,
        video: VideoFormat | None,
        audio: AudioFormat | None,
        *,
        first_segment: int = 0,
        on_start: Callable[[SegmentStart], None] = lambda _start: None,
    ) -> None:
        self._first_segment = first_segment
        self._on_start = on_start
        self._pictures = _Pictures(first_segment) if video is not None else None
        self._sound = _Sound(audio, first_segment) if audio is not None else None
        self._has_begun = False
        # Where the pictures were when sound last came, and how far it was behind them then.
        self._heard_at_ticks: int | None = None
        self._behind_ticks = 0
        self._shown_ticks = 0

    def add(self, sample: Sample) -> list[Piece]:
        """Take a sample whose times are steady, and give what it completes."""
        if sample.kind == "audio":
            return self._add_sound(sample, self._sound) if self._sound is not None else []
        if self._pictures is None or not (self._has_begun or sample.is_keyframe):
            return []
        self._has_begun = True
        pieces, start = self._pictures.add(sample)
        if start is not None:
            self._on_start(start)
        if self._sound is not None:
            if start is not None and start.segment > self._first_segment:
                self._sound.starts.append(start.present_ticks)
            pieces += self._sound.release(sample.decode_ticks)
            pieces += self._fill_silence(self._sound, sample.decode_ticks)
        return pieces

    def _fill_silence(self, sound: _Sound, now_ticks: int) -> list[Piece]:
        """Go on in silence, as far behind the pictures as sound was while it came."""
        self._shown_ticks = now_ticks
        if self._heard_at_ticks is None:
            self._heard_at_ticks = now_ticks
        if now_ticks - self._heard_at_ticks < SILENT_AFTER_S * CLOCK_HZ:
            return []
        return sound.fill(now_ticks - self._behind_ticks)

    def finish(self) -> list[Piece]:
        """Give what is left when nothing more comes."""
        pieces: list[Piece] = []
        if self._pictures is not None:
            pieces, start = self._pictures.finish()
            if start is not None:
                self._on_start(start)
        return [*pieces, *(self._sound.finish() if self._sound is not None else [])]

    def _add_sound(self, sample: Sample, sound: _Sound) -> list[Piece]:
        sound.held.append(sample)
        if self._pictures is None:
            # Without pictures, sound is cut by its own length.
            if sound.cutter.segment_ticks >= 2 * sound.cutter.timescale:
                sound.starts.append(sample.decode_ticks)
            return sound.release(None)
        if self._has_begun:
            self._heard_at_ticks = self._shown_ticks
            self._behind_ticks = max(0, self._shown_ticks - sample.decode_ticks)
        # What comes before the first picture is held, and given up if it gets too much.
        oldest = sample.decode_ticks - LONGEST_HOLD_S * CLOCK_HZ
        if not self._has_begun:
            while sound.held[0].decode_ticks < oldest:
                sound.held.popleft()
            return []
        return sound.release(oldest)


class RungPackager:
    """Cuts what was made of a publication's pictures where these were cut.

    It begins with the first segment that begins with a keyframe of its own.
    """

    def __init__(self) -> None:
        self._cutter: _Cutter | None = None
        self._waiting: Sample | None = None
        self._starts: deque[SegmentStart] = deque()

    def begin_segment(self, start: SegmentStart) -> None:
        """Hear that a segment of what was sent has begun."""
        self._starts.append(start)

    def add(self, sample: Sample) -> list[Piece]:
        """Take a picture, and give what it completes."""
        before, self._waiting = self._waiting, sample
        if before is None:
            return []
        return self._place(before, sample.decode_ticks - before.decode_ticks)

    def finish(self) -> list[Piece]:
        """Give all that is left."""
        waiting, self._waiting = self._waiting, None
        pieces = self._place(waiting, CLOCK_HZ // 30) if waiting is not None else []
        return pieces if self._cutter is None else [*pieces, *self._cutter.end_segment()]

    def _place(self, sample: Sample, duration_ticks: int) -> list[Piece]:
        pieces: list[Piece] = []
        while self._starts and sample.present_ticks >= self._starts[0].present_ticks:
            pieces += self._begin(self._starts.popleft(), sample)
        if self._cutter is None:
            return []
        coded = CodedSample(
            duration_ticks=duration_ticks,
            size_bytes=len(sample.payload),
            flags=_SYNC_FLAGS if sample.is_keyframe else _NON_SYNC_FLAGS,
            composition_ticks=sample.present_ticks - sample.decode_ticks,
        )
        return [*pieces, *self._cutter.add(coded, sample.payload, sample.decode_ticks)]

    def _begin(self, start: SegmentStart, sample: Sample) -> list[Piece]:
        if self._cutter is not None:
            return self._cutter.end_segment()
        if sample.is_keyframe and sample.present_ticks == start.present_ticks:
            self._cutter = _Cutter("video", CLOCK_HZ, start.segment)
        return []


def frame_samples(media: AudioFormat, payload: bytes) -> int:
    """Count the samples of a frame of sound, at the timescale of its track."""
    if media.codec == "aac":
        return AAC_FRAME_SAMPLES
    return _opus_samples(payload)


def _opus_samples(payload: bytes) -> int:
    """Follow RFC 6716, section 3.1: how many frames of which length a packet holds."""
    if not payload:
        return 0
    configuration, code = payload[0] >> 3, payload[0] & 3
    if configuration < _OPUS_HYBRID:
        lengths = _OPUS_FRAMES_MS[0]
    else:
        lengths = _OPUS_FRAMES_MS[1] if configuration < _OPUS_CELT else _OPUS_FRAMES_MS[2]
    many = payload[1] & 0x3F if code == 3 and len(payload) > 1 else 2  # noqa: PLR2004 - section 3.2
    frames = 1 if code == 0 else many
    return int(lengths[configuration % len(lengths)] * 48) * frames
