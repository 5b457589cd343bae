"""Small square pictures of whatever picture somebody sent."""

from pathlib import Path
from typing import Final

from streamverse.mediakit.ffmpeg import QUIET, ToolFailed, Tools, input_arguments, run_to_bytes
from streamverse.mediakit.sandbox import Command, Limits, pipe_url

_HEAD_BYTES: Final = 32
MOST_PIXELS: Final = 50_000_000
_MOST_BYTES: Final = 1 << 20
_WEBP_QUALITY: Final = 85
_LIMITS = Limits(wall_seconds=20, cpu_seconds=20, memory_bytes=2 << 30)
# The extended file format's header: its flags follow the chunk's name and size.
_WEBP_FLAGS: Final = slice(12, 21)
_WEBP_ANIMATED: Final = 0x02


class PictureRefused(Exception):
    """A file that is no picture we read: a code, and a sentence for its owner."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


async def portrait(path: Path, *, side_pixels: int, tools: Tools) -> bytes:
    """Make a WebP of the middle square of a PNG, JPEG or WebP, upright and without metadata."""
    with path.open("rb") as file:
        demuxer = recognise(file.read(_HEAD_BYTES))
    try:
        return await run_to_bytes(
            _command(path, demuxer, side_pixels, tools), most_bytes=_MOST_BYTES
        )
    except ToolFailed as failure:
        raise PictureRefused(
            "damaged",
            "This picture cannot be read: it is damaged or has more than "
            f"{MOST_PIXELS // 1_000_000} megapixels. Save it anew and try again.",
        ) from failure


def recognise(head: bytes) -> str:
    """Tell how to read a file by what is in it; its name and type are what anybody says."""
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png_pipe"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg_pipe"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        *chunk, flags = head[_WEBP_FLAGS].ljust(9, b"\0")
        if bytes(chunk[:4]) == b"VP8X" and flags & _WEBP_ANIMATED:
            raise PictureRefused("animated", "This picture moves: choose one that stands still.")
        return "webp_pipe"
    raise PictureRefused("not_a_picture", "Choose a picture: a PNG, JPEG or WebP file.")


def _command(path: Path, demuxer: str, side: int, tools: Tools) -> Command:
    size = f"{side}:{side}:force_original_aspect_ratio=increase"
    filters = (
        f"scale={size}:out_range=tv:out_color_matrix=bt601",
        f"crop={side}:{side}",
        "setsar=1",
        "format=yuva420p",
        # Colour profiles and camera data would travel along otherwise.
        "sidedata=mode=delete",
    )
    argv = (
        *(str(tools.ffmpeg), *QUIET, "-nostdin", "-max_pixels", str(MOST_PIXELS)),
        *input_arguments(path, demuxer),
        *("-map", "0:v:0", "-vf", ",".join(filters), "-frames:v", "1"),
        *("-c:v", "libwebp", "-quality", str(_WEBP_QUALITY), "-map_metadata", "-1"),
        *("-f", "webp", "-flags", "+bitexact", pipe_url(0)),
    )
    return Command(argv, (path,), pipe_count=1, limits=_LIMITS)
