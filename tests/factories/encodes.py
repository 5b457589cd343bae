"""Sources encoded by the media kit, track by track, as their objects lie in the store."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

from streamverse.mediakit.encode import EncodedInit, EncodedSegment, encode_audio, encode_chunk
from streamverse.mediakit.ffmpeg import Tools
from streamverse.mediakit.frames import AudioPlan, Chunk, SegmentPlan
from streamverse.mediakit.ladder import CodecFamily, LadderPolicy, Rung, choose_rungs
from streamverse.mediakit.probe import MediaFacts, probe
from streamverse.mediakit.sound import SOUND_FORMATS, SoundKind
from tests.factories.media import MediaFactory


@dataclass(frozen=True)
class Source:
    """A file, what it holds and how it is to be encoded."""

    path: Path
    facts: MediaFacts
    plan: SegmentPlan
    tools: Tools
    codec: CodecFamily = CodecFamily.H264

    @property
    def rungs(self) -> tuple[Rung, ...]:
        video = self.facts.videos[0]
        policy = LadderPolicy((self.codec,), video.dynamic_range, video.bit_depth)
        return choose_rungs(video.width, video.height, self.plan.frame_rate, policy)


@dataclass(frozen=True)
class Encoded:
    """The objects of one track as they lie in the store."""

    init: bytes
    segments: dict[int, EncodedSegment]

    def write(self, path: Path) -> Path:
        ordered = [self.segments[number].payload for number in sorted(self.segments)]
        path.write_bytes(self.init + b"".join(ordered))
        return path

    def ticks(self) -> list[int]:
        return [self.segments[number].duration_ticks for number in sorted(self.segments)]


async def open_source(
    media: MediaFactory, kind: str, codec: CodecFamily = CodecFamily.H264
) -> Source:
    path = media.make(kind)
    facts = await probe(path, media.tools)
    return Source(path, facts, facts.plan(), media.tools, codec)


async def encode_all(
    source: Source, chunk: Chunk | None = None, from_segment: int | None = None
) -> dict[str, Encoded]:
    """Encode a chunk and gather its tracks."""
    inits: dict[str, bytes] = {}
    segments: dict[str, dict[int, EncodedSegment]] = {}
    async for piece in encode_chunk(
        source.path,
        source.facts,
        source.rungs,
        source.plan,
        chunk or source.plan.chunk(0),
        tools=source.tools,
        from_segment=from_segment,
    ):
        if isinstance(piece, EncodedInit):
            inits[piece.track] = piece.payload
        else:
            assert piece.number not in segments.setdefault(piece.track, {})
            segments[piece.track][piece.number] = piece
    return {track: Encoded(init, segments.get(track, {})) for track, init in inits.items()}


async def encode_best(
    source: Source, chunk: Chunk | None = None, from_segment: int | None = None
) -> Encoded:
    return (await encode_all(source, chunk, from_segment))[source.rungs[0].track_name]


async def encode_sound(
    source: Source, from_segment: int = 0, kind: SoundKind = SoundKind.STEREO
) -> Encoded:
    init, segments = b"", {}
    sound = SOUND_FORMATS[kind]
    async for piece in encode_audio(
        source.path,
        source.facts,
        source.facts.audios[0],
        AudioPlan(source.plan, sound.frame_rate),
        tools=source.tools,
        sound=sound,
        from_segment=from_segment,
    ):
        assert piece.track == "a0"
        if isinstance(piece, EncodedInit):
            init = piece.payload
        else:
            segments[piece.number] = piece
    return Encoded(init, segments)


def packets_of(path: Path, tools: Tools) -> list[dict[str, str]]:
    command = [
        *(str(tools.ffprobe), "-v", "error", "-of", "json", "-show_entries"),
        *("packet=pts,dts,duration,flags", str(path)),
    ]
    answer = subprocess.run(command, check=True, capture_output=True)
    return json.loads(answer.stdout)["packets"]
