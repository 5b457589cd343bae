"""Encode a source into segments: a run of video in all its rungs at once, or a track of sound.

Segments come out while the encoder runs, and never more than a few are held in memory: the
encoder waits while its reader is busy. Both generators must be closed by whoever leaves them
early (`contextlib.aclosing`), which ends the encoder.

Where a source turns out a little shorter than planned, its last segment is shorter, or segments
are missing at the end; what has come when a generator ends is all there is. A source that lacks
more than half a second is refused.
"""

import asyncio
import os
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Final, Protocol

from streamverse.mediakit import encoders, hardware, picture
from streamverse.mediakit.cmaf import (
    Fragment,
    FragmentReader,
    InitSegment,
    Sample,
    cut_samples,
    join_fragments,
)
from streamverse.mediakit.ffmpeg import (
    QUIET,
    Progress,
    ToolFailed,
    Tools,
    ensure_success,
    input_arguments,
    read_progress,
    usable_processors,
)
from streamverse.mediakit.frames import AudioPlan, Chunk, SegmentPlan
from streamverse.mediakit.hardware import Encoder
from streamverse.mediakit.ladder import CodecFamily, Rung
from streamverse.mediakit.probe import (
    MISSING_END_TOLERANCE_MS,
    AudioFacts,
    MediaFacts,
    MediaRefused,
    VideoFacts,
)
from streamverse.mediakit.sandbox import Command, Limits, Process, pipe_url, run
from streamverse.mediakit.sound import SAMPLE_RATE_HZ, SOUND_FORMATS, SoundFormat, SoundKind

STEREO: Final = SOUND_FORMATS[SoundKind.STEREO]
_READ_BYTES = 1 << 16
_MOST_THREADS = 12
_LONGEST_ENCODE_S = 12 * 3600
_BASE_MEMORY_BYTES = 1 << 30
_FRAMES_IN_MEMORY = 48
# The sound of a long film is ahead of its pictures at once; it must not slow the first of them.
_PICTURES_NICENESS, _SOUND_NICENESS = 5, 15
_FRAMES_PER_THREAD = 8
# Each encoder looks ahead, and its threads set addresses aside.
_FRAMES_AHEAD = 40
_ENCODER_BYTES = 1 << 28
_MOST_DECODING_ERRORS = "0.3"
_EXIT_TOO_MANY_ERRORS = 69
_FRAGMENTED = "+cmaf+empty_moov+default_base_moof+delay_moov+skip_trailer"
_LIKE_EVERY_CHUNK = (
    *("-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact"),
    # It would differ from chunk to chunk, and all chunks share one init segment.
    *("-write_btrt", "0"),
)

OnProgress = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Cue:
    """How a source is opened in the middle: arguments up to its name, and its first filters."""

    arguments: tuple[str, ...]
    filters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EncodedInit:
    """The head of a track, the same bytes in every chunk."""

    track: str
    init: InitSegment

    @property
    def payload(self) -> bytes:
        """The bytes of `init.mp4`."""
        return bytes(self.init)


@dataclass(frozen=True, slots=True)
class EncodedSegment:
    """A whole segment of a track."""

    track: str
    number: int
    duration_ticks: int
    payload: bytes = field(repr=False)


EncodedPiece = EncodedInit | EncodedSegment


class _Cutter(Protocol):
    """Gathers the fragments of one track into segments."""

    def begin(self, init: InitSegment) -> EncodedInit: ...

    def add(self, fragment: Fragment) -> list[EncodedSegment]: ...

    def finish(self) -> list[EncodedSegment]: ...


async def encode_chunk(  # noqa: PLR0913 - a chunk, by whom, and how far it is already
    source: Path,
    facts: MediaFacts,
    rungs: Sequence[Rung],
    plan: SegmentPlan,
    chunk: Chunk,
    *,
    tools: Tools,
    encoder: Encoder | None = None,
    from_segment: int | None = None,
    on_progress: OnProgress | None = None,
) -> AsyncGenerator[EncodedPiece, None]:
    """Encode a run of segments in all rungs, giving those from a number on.

    The rungs are of one codec, or at least of one dynamic range: the source is decoded once. An
    ``encoder`` in hardware makes all of them; without one each is made in software.

    A chunk is always encoded from its start, and the same source gives the same bytes: an encoder
    that began in its midst would spend its bits otherwise.
    """
    first = chunk.segments.start if from_segment is None else from_segment
    if first >= chunk.segments.stop:
        return
    cutters = [
        _VideoCutter(
            rung.track_name,
            plan,
            chunk.segments.start,
            first,
            0 if encoder else encoders.REORDERED_FRAMES[rung.codec_family],
        )
        for rung in rungs
    ]
    command = _video_command(
        source, facts, rungs, plan, frames=chunk.frames, tools=tools, encoder=encoder
    )
    async with aclosing(_encode(command, cutters, on_progress)) as pieces:
        async for piece in pieces:
            yield piece
    _refuse_missing_pictures(min(cutter.next_frame for cutter in cutters), chunk.frames, plan)


async def encode_audio(  # noqa: PLR0913 - a track, its form, and how far it is already
    source: Path,
    facts: MediaFacts,
    audio: AudioFacts,
    plan: AudioPlan,
    *,
    tools: Tools,
    sound: SoundFormat = STEREO,
    track: str = "a0",
    from_segment: int = 0,
    on_progress: OnProgress | None = None,
) -> AsyncGenerator[EncodedPiece, None]:
    """Encode a whole track of sound, giving the segments from a number on.

    The plan counts frames of the format (`AudioPlan(video, sound.frame_rate)`).

    Sound is always encoded from its start, and the same source gives the same bytes: joining
    pieces that were encoded apart would be heard.
    """
    cutter = _AudioCutter(track, plan, sound.frame_samples, from_segment)
    command = _audio_command(source, facts, audio, sound, tools)
    async with aclosing(_encode(command, [cutter], on_progress)) as pieces:
        async for piece in pieces:
            yield piece
    end_ms = cutter.next_frame * sound.frame_samples * 1000 // SAMPLE_RATE_HZ
    if facts.container.has_exact_duration:
        _refuse_early_end("sound", end_ms, audio.start_ms + audio.duration_ms)


async def _encode(
    command: Command,
    cutters: Sequence[_Cutter],
    on_progress: OnProgress | None,
) -> AsyncGenerator[EncodedPiece, None]:
    """Run the encoder and give what it completes; its last pipe tells how far it is."""
    async with run(command) as process:
        *media, status = process.pipes
        tracks = [
            _read_track(pipe, cutter, process, command)
            for pipe, cutter in zip(media, cutters, strict=True)
        ]
        async with aclosing(_merge((*tracks, read_progress(status)))) as pieces:
            async for piece in pieces:
                if not isinstance(piece, Progress):
                    yield piece
                elif on_progress is not None:
                    on_progress(piece)


async def _read_track(
    pipe: asyncio.StreamReader, cutter: _Cutter, process: Process, command: Command
) -> AsyncGenerator[EncodedPiece | Progress, None]:
    """Cut one pipe into segments; what is left at the end counts only after a good end."""
    reader = FragmentReader()
    while data := await pipe.read(_READ_BYTES):
        for part in reader.feed(data):
            if isinstance(part, InitSegment):
                yield cutter.begin(part)
                continue
            for segment in cutter.add(part):
                yield segment
    await _end_well(command, process)
    if reader.init is not None:
        reader.finish()
    for segment in cutter.finish():
        yield segment


async def _end_well(command: Command, process: Process) -> None:
    end = await process.wait()
    if end.code == _EXIT_TOO_MANY_ERRORS:
        raise MediaRefused(
            "damaged",
            "Too much of the file cannot be decoded: it is damaged. "
            "Export or copy it again and upload that.",
        ) from ToolFailed(command.argv, end)
    ensure_success(command, end)


async def _merge(
    streams: Sequence[AsyncIterator[EncodedPiece | Progress]],
) -> AsyncGenerator[EncodedPiece | Progress, None]:
    """Give what any stream has next, reading at most one piece ahead in each."""
    waiting = {asyncio.ensure_future(_next(stream)): stream for stream in streams}
    try:
        while waiting:
            done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                piece = task.result()
                stream = waiting.pop(task)
                if piece is not None:
                    waiting[asyncio.ensure_future(_next(stream))] = stream
                    yield piece
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


async def _next(
    stream: AsyncIterator[EncodedPiece | Progress],
) -> EncodedPiece | Progress | None:
    return await anext(stream, None)


@dataclass(slots=True)
class _VideoCutter:
    """Joins fragments of one GOP each into the segments of the plan, at their place in time."""

    track: str
    plan: SegmentPlan
    number: int
    from_segment: int
    reordered_frames: int
    next_frame: int = field(init=False)
    _delay_ticks: int = field(init=False, default=0)
    _fragments: list[Fragment] = field(init=False, default_factory=list[Fragment])

    def __post_init__(self) -> None:
        self.next_frame = self.plan.segment(self.number).start

    def begin(self, init: InitSegment) -> EncodedInit:
        """Take the head of the stream and make it that of every chunk."""
        reordered_ticks = self.reordered_frames * self.plan.frame_rate.ticks_per_frame
        self._delay_ticks = reordered_ticks - init.edit_start_ticks
        return EncodedInit(self.track, init.with_edit_start(reordered_ticks))

    def add(self, fragment: Fragment) -> list[EncodedSegment]:
        """Take a fragment and give the segment that it completes."""
        rate = self.plan.frame_rate
        self._fragments.append(
            replace(
                fragment.delayed(self._delay_ticks),
                decode_time_ticks=self.next_frame * rate.ticks_per_frame,
                sequence_number=self.next_frame // rate.gop_frames + 1,
            )
        )
        self.next_frame += len(fragment.samples)
        return self.finish() if self.next_frame >= self.plan.segment(self.number).stop else []

    def finish(self) -> list[EncodedSegment]:
        """Give the segment that is begun, unless it was not asked for."""
        if not self._fragments:
            return []
        fragments, self._fragments = self._fragments, []
        number, self.number = self.number, self.number + 1
        if number < self.from_segment:
            return []
        duration_ticks = sum(fragment.duration_ticks for fragment in fragments)
        return [EncodedSegment(self.track, number, duration_ticks, join_fragments(fragments))]


@dataclass(slots=True)
class _AudioCutter:
    """Deals audio frames out to the segments in whose window of video they start."""

    track: str
    plan: AudioPlan
    frame_samples: int
    from_segment: int
    next_frame: int = field(init=False, default=0)
    _number: int = field(init=False, default=0)
    _track_id: int = field(init=False, default=1)
    _pieces: list[tuple[Sample, bytes]] = field(
        init=False, default_factory=list[tuple[Sample, bytes]]
    )

    def begin(self, init: InitSegment) -> EncodedInit:
        """Take the head of the stream; what primes decoders is played, and is silent."""
        return EncodedInit(self.track, init.without_priming())

    def add(self, fragment: Fragment) -> list[EncodedSegment]:
        """Take a fragment of any length and give the segments that it completes."""
        self._track_id = fragment.track_id
        segments: list[EncodedSegment] = []
        for piece in fragment.pieces():
            self._pieces.append(piece)
            self.next_frame += 1
            if self.next_frame == self.plan.start_frame(self._number + 1):
                segments += self.finish()
        return segments

    def finish(self) -> list[EncodedSegment]:
        """Give the segment that is begun, unless it was not asked for."""
        if not self._pieces:
            return []
        pieces, self._pieces = self._pieces, []
        number, self._number = self._number, self._number + 1
        if number < self.from_segment:
            return []
        fragment = cut_samples(
            self._track_id,
            pieces,
            decode_time_ticks=self.plan.start_frame(number) * self.frame_samples,
            number=number + 1,
        )
        return [EncodedSegment(self.track, number, fragment.duration_ticks, bytes(fragment))]


def _video_command(
    source: Path,
    facts: MediaFacts,
    rungs: Sequence[Rung],
    plan: SegmentPlan,
    *,
    frames: range,
    tools: Tools,
    encoder: Encoder | None,
) -> Command:
    """Write the one command that decodes once and encodes every rung."""
    video = video_of(facts)
    cue = cue_source(source, facts, plan, frames.start)
    graph = _video_graph(video, rungs, cue, hardware.upload_filters(encoder) if encoder else ())
    outputs: list[str] = []
    threads = _threads(len(rungs))
    for index, rung in enumerate(rungs):
        made = (
            hardware.video_arguments(encoder, rung, plan.frame_rate.gop_frames)
            if encoder
            else encoders.video_arguments(rung, plan.frame_rate, video, threads)
        )
        outputs += _rung_arguments(index, made, plan, frame_count=len(frames))
    argv = (
        *(str(tools.ffmpeg), *QUIET, "-nostdin", "-progress", pipe_url(len(rungs))),
        *(hardware.device_arguments(encoder) if encoder else ()),
        *("-max_error_rate", _MOST_DECODING_ERRORS, *cue.arguments),
        *("-filter_complex", graph, *outputs),
    )
    limits = _video_limits(video, rungs)
    command = Command(argv, (source,), pipe_count=len(rungs) + 1, limits=limits)
    return hardware.confine(encoder, command) if encoder else command


def cue_source(source: Path, facts: MediaFacts, plan: SegmentPlan, frame: int) -> Cue:
    """Open a source such that its pictures are on the grid, and a frame of that is the first."""
    video = video_of(facts)
    start = plan.frame_rate.seconds(frame)
    seek = max(Fraction(0), start - facts.container.seek_margin_s)
    return Cue(
        arguments=(
            *("-reinit_filter", "0"),
            # Pictures before the start are kept, for the one that is still shown at the start.
            *("-noaccurate_seek", "-ss", f"{float(seek):.6f}"),
            *(() if seek else _start_arguments(facts, video)),
            *input_arguments(source, facts.container.demuxer),
        ),
        filters=(
            *picture.normalise(video),
            f"fps={plan.frame_rate}:start_time={float(start - seek):.6f}",
            "setpts=PTS-STARTPTS",
        ),
    )


def _start_arguments(facts: MediaFacts, stream: VideoFacts | AudioFacts) -> tuple[str, ...]:
    """Keep the distance of a stream from the common start, where ffmpeg would lose it."""
    if not facts.container.has_jumping_times:
        return ()
    return ("-itsoffset", f"{stream.start_ms / 1000:.3f}")


def video_of(facts: MediaFacts) -> VideoFacts:
    """Give the main picture of a source that has one."""
    if facts.video is None:
        raise ValueError("A source without pictures has no chunks of video.")
    return facts.video


def _video_graph(
    video: VideoFacts, rungs: Sequence[Rung], cue: Cue, upload: Sequence[str] = ()
) -> str:
    """Scale the pictures to every rung, each from the next larger one, which is less to read."""
    down = sorted(range(len(rungs)), key=lambda index: -rungs[index].width * rungs[index].height)
    largest = rungs[down[0]]
    is_mapped = video.is_hdr and not largest.dynamic_range.is_high
    is_modern = largest.codec_family is not CodecFamily.H264
    common = [
        *cue.filters,
        *(picture.tone_map(video, largest.width, largest.height) if is_mapped else ()),
        # What a source says beside a picture would differ from chunk to chunk, or be untrue now.
        *(("sidedata=mode=delete",) if is_mapped or is_modern else ()),
        *picture.fit(video, largest),
    ]
    lines = [f"[0:{video.stream_index}]{','.join(common)}"]
    done = "u" if upload else "v"
    for larger, smaller in pairwise(down):
        lines[-1] += f",split=2[{done}{larger}][s{smaller}]"
        lines.append(f"[s{smaller}]{','.join(picture.shrink(rungs[smaller]))}")
    lines[-1] += f"[{done}{down[-1]}]"
    if upload:
        lines += [f"[u{index}]{','.join(upload)}[v{index}]" for index in down]
    return ";".join(lines)


def _rung_arguments(
    index: int, made: Sequence[str], plan: SegmentPlan, *, frame_count: int
) -> list[str]:
    return [
        *("-map", f"[v{index}]", "-frames:v", str(frame_count), "-fps_mode", "passthrough"),
        *made,
        *("-video_track_timescale", str(plan.frame_rate.timescale)),
        *(*_LIKE_EVERY_CHUNK, "-movflags", f"{_FRAGMENTED}+frag_keyframe"),
        *("-f", "mp4", pipe_url(index)),
    ]


def _audio_command(
    source: Path, facts: MediaFacts, audio: AudioFacts, sound: SoundFormat, tools: Tools
) -> Command:
    filters = ",".join(
        (
            # Silence fills gaps and a late start, so that sound stays with the picture.
            f"aresample={SAMPLE_RATE_HZ}:async=1:first_pts=0",
            f"aformat=sample_rates={SAMPLE_RATE_HZ}:channel_layouts={sound.layout}",
            # What the encoder puts first only primes decoders; it takes the place of these samples.
            f"atrim=start_sample={sound.priming_samples}",
            "asetpts=PTS-STARTPTS",
        )
    )
    argv = (
        *(str(tools.ffmpeg), *QUIET, "-nostdin", "-progress", pipe_url(1)),
        *("-max_error_rate", _MOST_DECODING_ERRORS),
        *_start_arguments(facts, audio),
        *input_arguments(source, facts.container.demuxer),
        *("-map", f"0:{audio.stream_index}", "-af", filters),
        *encoders.sound_arguments(sound),
        *(*_LIKE_EVERY_CHUNK, "-movflags", _FRAGMENTED, "-frag_duration", "1000000"),
        *("-f", "mp4", pipe_url(0)),
    )
    return Command(
        argv, (source,), pipe_count=2, limits=_limits(_BASE_MEMORY_BYTES, _SOUND_NICENESS)
    )


def _video_limits(video: VideoFacts, rungs: Sequence[Rung]) -> Limits:
    frame_bytes = video.coded_width * video.coded_height * 4
    frames = _FRAMES_IN_MEMORY + _FRAMES_PER_THREAD * _threads(len(rungs))
    factor = max(encoders.MEMORY_FACTOR[rung.codec_family] for rung in rungs)
    ahead_bytes = sum(4 * rung.width * rung.height * _FRAMES_AHEAD for rung in rungs)
    encoder_bytes = len(rungs) * _ENCODER_BYTES + ahead_bytes
    memory_bytes = factor * (_BASE_MEMORY_BYTES + frames * frame_bytes + encoder_bytes)
    return _limits(memory_bytes, _PICTURES_NICENESS)


def _limits(memory_bytes: int, niceness: int) -> Limits:
    cpu_seconds = _LONGEST_ENCODE_S * (os.cpu_count() or 1)
    return Limits(_LONGEST_ENCODE_S, cpu_seconds, memory_bytes, niceness=niceness)


def _threads(encoder_count: int) -> int:
    """Choose the threads of each encoder: one alone needs more to keep all processors busy."""
    processors = usable_processors()
    return min(_MOST_THREADS, processors if encoder_count > 1 else processors * 3 // 2)


def _refuse_missing_pictures(next_frame: int, planned: range, plan: SegmentPlan) -> None:
    end_ms, total_ms = (
        round(plan.frame_rate.seconds(frame) * 1000) for frame in (next_frame, plan.total_frames)
    )
    is_last_chunk = planned.stop == plan.total_frames
    tolerance_ms = MISSING_END_TOLERANCE_MS if is_last_chunk else 0
    if next_frame < planned.stop:
        _refuse_early_end("picture", end_ms, total_ms, tolerance_ms)


def _refuse_early_end(
    what: str, end_ms: int, planned_ms: int, tolerance_ms: int = MISSING_END_TOLERANCE_MS
) -> None:
    if planned_ms - end_ms <= tolerance_ms:
        return
    raise MediaRefused(
        "ends_early",
        f"The {what} ends at {end_ms / 1000:.1f} s of {planned_ms / 1000:.1f} s: "
        "the file is damaged. Export or copy it again and upload that.",
        end_ms=end_ms,
        duration_ms=planned_ms,
    )
