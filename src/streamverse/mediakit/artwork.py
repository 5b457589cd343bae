"""Still pictures taken from films: posters."""

from pathlib import Path
from typing import Final

from streamverse.mediakit import picture
from streamverse.mediakit.ffmpeg import QUIET, ToolFailed, Tools, input_arguments, run_to_bytes
from streamverse.mediakit.probe import MediaFacts, MediaRefused, VideoFacts
from streamverse.mediakit.sandbox import Command, Limits, pipe_url

_CANDIDATES: Final = 24
_SEARCHED_S: Final = 60
_WEBP_QUALITY: Final = 80
_MOST_BYTES: Final = 16 << 20
_LIMITS = Limits(wall_seconds=120, cpu_seconds=120, memory_bytes=3 << 30)


async def poster(path: Path, facts: MediaFacts, *, at_ms: int, width: int, tools: Tools) -> bytes:
    """Make a WebP of the most telling of the pictures that follow an instant."""
    video = facts.video
    if video is None:
        raise ValueError("A source without pictures has no poster.")
    height = max(2, round(width * video.height / video.width / 2) * 2)
    failure: ToolFailed | None = None
    # Keyframes are quick to find and lie far apart, so that one of them is rarely black.
    for start_ms, only in ((at_ms, "nokey"), (0, "default")):
        command = _command(
            *(path, facts, video, (width, height)), start_ms=start_ms, only=only, tools=tools
        )
        try:
            still = await run_to_bytes(command, most_bytes=_MOST_BYTES)
        except ToolFailed as error:
            failure = error
            continue
        if still:
            return still
    raise MediaRefused(
        "damaged", "None of its pictures can be decoded: the file is damaged."
    ) from failure


def _command(
    path: Path,
    facts: MediaFacts,
    video: VideoFacts,
    size: tuple[int, int],
    *,
    start_ms: int,
    only: str,
    tools: Tools,
) -> Command:
    filters = [
        *picture.normalise(video),
        f"thumbnail={_CANDIDATES}",
        *picture.tone_map(video, *size),
        *picture.scale(video, *size),
    ]
    argv = (
        *(str(tools.ffmpeg), *QUIET, "-nostdin", "-noaccurate_seek", "-skip_frame", only),
        *("-ss", f"{start_ms / 1000:.3f}", "-t", str(_SEARCHED_S)),
        *input_arguments(path, facts.container.demuxer),
        *("-map", f"0:{video.stream_index}", "-vf", ",".join(filters), "-frames:v", "1"),
        *("-c:v", "libwebp", "-quality", str(_WEBP_QUALITY), "-map_metadata", "-1"),
        *("-f", "webp", "-flags", "+bitexact", pipe_url(0)),
    )
    return Command(argv, (path,), pipe_count=1, limits=_LIMITS)
