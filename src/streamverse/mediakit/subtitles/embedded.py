"""Subtitles inside films: tracks of text, taken out in the sandbox and read as any other file."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from streamverse.mediakit.ffmpeg import QUIET, ToolFailed, Tools, ensure_success, input_arguments
from streamverse.mediakit.probe import MediaFacts, SubtitleFacts
from streamverse.mediakit.sandbox import Command, Limits, pipe_url, run
from streamverse.mediakit.subtitles.reading import MOST_BYTES

TEXT_CODECS: Final = frozenset({"ass", "mov_text", "ssa", "subrip", "text", "webvtt"})
_READ_BYTES: Final = 1 << 16
# Nothing is decoded, but all of a large file is read.
_LIMITS = Limits(wall_seconds=3600, cpu_seconds=3600, niceness=15)


def is_text(track: SubtitleFacts) -> bool:
    """Tell words from pictures of words."""
    return track.codec in TEXT_CODECS


async def extract_subtitles(
    path: Path, facts: MediaFacts, tools: Tools
) -> Mapping[SubtitleFacts, bytes]:
    """Take all tracks of text out in one go; what cannot be taken out is missing.

    They come as ASS, whatever they were: the only form in which ffmpeg loses nothing of them.
    """
    tracks = [track for track in facts.subtitles if is_text(track)]
    if not tracks:
        return {}
    try:
        return await _extract(path, facts, tracks, tools)
    except ToolFailed:
        found: dict[SubtitleFacts, bytes] = {}
        for track in tracks if len(tracks) > 1 else ():
            try:
                found |= await _extract(path, facts, [track], tools)
            except ToolFailed:
                continue
        return found


async def _extract(
    path: Path, facts: MediaFacts, tracks: Sequence[SubtitleFacts], tools: Tools
) -> Mapping[SubtitleFacts, bytes]:
    outputs: list[str] = []
    for number, track in enumerate(tracks):
        outputs += ["-map", f"0:{track.stream_index}", "-c:s", "ass", "-f", "ass", pipe_url(number)]
    argv = (
        *(str(tools.ffmpeg), *QUIET, "-nostdin"),
        *input_arguments(path, facts.container.demuxer),
        *outputs,
    )
    command = Command(argv, (path,), pipe_count=len(tracks), limits=_LIMITS)
    async with run(command) as process:
        texts = await asyncio.gather(*(_read(pipe) for pipe in process.pipes))
        ensure_success(command, await process.wait())
    return dict(zip(tracks, texts, strict=True))


async def _read(pipe: asyncio.StreamReader) -> bytes:
    """Read a track; what is beyond the limit is thrown away, and the reader refuses the rest."""
    text = bytearray()
    while piece := await pipe.read(_READ_BYTES):
        if len(text) <= MOST_BYTES:
            text += piece
    return bytes(text)
