"""Still pictures: frames of films, and pictures that people send, in the sizes and forms of pages.

Every source is decoded in the sandbox, which hands over nothing but rows of RGB.
"""

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from PIL import Image

from streamverse.mediakit import picture
from streamverse.mediakit.ffmpeg import QUIET, ToolFailed, Tools, input_arguments, run_to_bytes
from streamverse.mediakit.portraits import MOST_PIXELS, PictureRefused, recognise
from streamverse.mediakit.probe import MediaFacts, MediaRefused, VideoFacts
from streamverse.mediakit.sandbox import Command, Limits, pipe_url

WIDTHS: Final = (320, 640, 1280)
# By the ending of the name: how Pillow calls the form, and how it is to write it.
FORMATS: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "avif": ("AVIF", {"quality": 60, "speed": 8, "max_threads": 1}),
    "webp": ("WEBP", {"quality": 80, "method": 4}),
    "jpg": ("JPEG", {"quality": 82, "optimize": True, "progressive": True}),
}
# For a picture that a better one soon takes the place of: a fifth of the work, a tenth more bytes.
QUICK_FORMATS: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "avif": ("AVIF", {"quality": 60, "speed": 10, "max_threads": 1}),
    "webp": ("WEBP", {"quality": 80, "method": 1}),
    "jpg": ("JPEG", {"quality": 82}),
}
_TALLEST: Final = 2  # times the width
_CANDIDATES: Final = 24
_SEARCHED_S: Final = 60
_MOST_BYTES: Final = WIDTHS[-1] * WIDTHS[-1] * _TALLEST * 3
_LIMITS = Limits(wall_seconds=120, cpu_seconds=120, memory_bytes=3 << 30)
_HD_HEIGHT: Final = 720
_PPM_HEAD: Final = re.compile(rb"P6\s(\d{1,5})\s(\d{1,5})\s255\s")
_MATRICES = {
    "bt470bg": "bt601",
    "smpte170m": "bt601",
    "bt709": "bt709",
    "bt2020nc": "bt2020",
    "bt2020c": "bt2020",
}


@dataclass(frozen=True, slots=True)
class Still:
    """A picture that was taken: rows of RGB."""

    width: int
    height: int
    pixels: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Rendition:
    """A picture in one size and form, ready to be fetched."""

    name: str
    width: int
    content: bytes = field(repr=False)


async def poster(
    path: Path, facts: MediaFacts, *, at_ms: int, tools: Tools, widest: int = WIDTHS[-1]
) -> Still:
    """Take the most telling of the pictures that follow an instant."""
    failure: ToolFailed | None = None
    # Keyframes are quick to find and lie far apart, so that one of them is rarely black.
    for start_ms, only in ((at_ms, "nokey"), (0, "default")):
        seek = ("-noaccurate_seek", "-skip_frame", only, "-ss", f"{start_ms / 1000:.3f}")
        try:
            found = await _take(
                path,
                facts,
                *(*seek, "-t", str(_SEARCHED_S)),
                choose=f"thumbnail={_CANDIDATES}",
                widest=widest,
                tools=tools,
            )
        except ToolFailed as error:
            failure = error
            continue
        if found is not None:
            return found
    raise MediaRefused(
        "damaged", "None of its pictures can be decoded: the file is damaged."
    ) from failure


async def still(
    path: Path, facts: MediaFacts, *, at_ms: int, tools: Tools, widest: int = WIDTHS[-1]
) -> Still | None:
    """Take the picture shown at an instant; None if there is none that can be decoded."""
    try:
        seek = ("-ss", f"{at_ms / 1000:.3f}")
        return await _take(path, facts, *seek, choose="null", widest=widest, tools=tools)
    except ToolFailed:
        return None


async def given_picture(path: Path, tools: Tools) -> Still:
    """Read a PNG, JPEG or WebP that somebody sent, upright, or raise PictureRefused."""
    with path.open("rb") as file:
        demuxer = recognise(file.read(32))
    widest = WIDTHS[-1]
    filters = (
        # Even sides, not larger than it was; the alpha of a picture becomes black.
        f"scale=w='trunc(min(iw,{widest})/2)*2':h=-2:in_range=auto:out_range=pc",
        f"crop=iw:'min(ih,{widest * _TALLEST})'",
        "setsar=1",
        "format=rgb24",
        "sidedata=mode=delete",
    )
    argv = (
        *(str(tools.ffmpeg), *QUIET, "-nostdin", "-max_pixels", str(MOST_PIXELS)),
        *input_arguments(path, demuxer),
        *("-map", "0:v:0", "-vf", ",".join(filters), "-frames:v", "1"),
        *("-c:v", "ppm", "-f", "image2pipe", pipe_url(0)),
    )
    command = Command(argv, (path,), pipe_count=1, limits=_LIMITS)
    try:
        return read_ppm(await run_to_bytes(command, most_bytes=_MOST_BYTES + 64))
    except (ToolFailed, ValueError) as failure:
        raise PictureRefused(
            "damaged",
            "This picture cannot be read: it is damaged or has more than "
            f"{MOST_PIXELS // 1_000_000} megapixels. Save it anew and try again.",
        ) from failure


async def render(
    source: Still, widths: Sequence[int] = WIDTHS, *, is_quick: bool = False
) -> list[Rendition]:
    """Write a picture in several sizes and forms, none larger than it was taken."""
    formats = QUICK_FORMATS if is_quick else FORMATS
    return await asyncio.to_thread(lambda: list(_renditions(source, widths, formats)))


def offered_widths(source: Still, widths: Sequence[int] = WIDTHS) -> tuple[int, ...]:
    """Choose the sizes of a picture: those that it fills, at least its own."""
    return tuple(width for width in widths if width <= source.width) or (source.width,)


def to_rgb(video: VideoFacts) -> list[str]:
    """Turn what `picture` has normalised into RGB, by the colours that the source means."""
    matrix = _MATRICES.get(
        video.color_space or "", "bt709" if video.coded_height >= _HD_HEIGHT else "bt601"
    )
    if video.is_hdr or picture.is_rgb(video):
        matrix = "bt709"
    return [f"scale=in_color_matrix={matrix}:in_range=tv:out_range=pc", "format=rgb24"]


def fitted_size(video: VideoFacts, widest: int, multiple: int = 2) -> tuple[int, int]:
    """Choose the size of a picture in a box of a width, in whole multiples, never enlarged."""
    scale = min(1, widest / video.width, widest * _TALLEST / video.height)
    width, height = (
        max(multiple, round(side * scale / multiple) * multiple)
        for side in (video.width, video.height)
    )
    return width, height


async def _take(
    path: Path,
    facts: MediaFacts,
    *seek: str,
    choose: str,
    widest: int,
    tools: Tools,
) -> Still | None:
    video = facts.video
    if video is None:
        raise ValueError("A source without pictures has no stills.")
    width, height = fitted_size(video, widest)
    filters = [
        *picture.normalise(video),
        choose,
        *picture.tone_map(video, width, height),
        *picture.scale(video, width, height),
        *to_rgb(video),
    ]
    argv = (
        *(str(tools.ffmpeg), *QUIET, "-nostdin", *seek),
        *input_arguments(path, facts.container.demuxer),
        *("-map", f"0:{video.stream_index}", "-vf", ",".join(filters), "-frames:v", "1"),
        *("-f", "rawvideo", pipe_url(0)),
    )
    command = Command(argv, (path,), pipe_count=1, limits=_LIMITS)
    pixels = await run_to_bytes(command, most_bytes=_MOST_BYTES)
    return Still(width, height, pixels) if len(pixels) == width * height * 3 else None


def _renditions(
    source: Still, widths: Sequence[int], formats: Mapping[str, tuple[str, dict[str, Any]]]
) -> Iterator[Rendition]:
    whole = Image.frombytes("RGB", (source.width, source.height), source.pixels)
    for width in offered_widths(source, widths):
        height = max(1, round(source.height * width / source.width))
        sized = whole.copy()
        sized.thumbnail((width, height), Image.Resampling.LANCZOS)
        for ending, (form, options) in formats.items():
            written = BytesIO()
            sized.save(written, form, **options)
            yield Rendition(f"{width}.{ending}", width, written.getvalue())


def read_ppm(content: bytes) -> Still:
    """Read a PPM as ffmpeg writes it, whose pixels may look like anything."""
    head = _PPM_HEAD.match(content)
    if head is None:
        raise ValueError("ffmpeg has written no picture.")
    width, height = int(head[1]), int(head[2])
    pixels = content[head.end() :]
    if len(pixels) != width * height * 3:
        raise ValueError("The picture is not whole.")
    return Still(width, height, pixels)
