"""Real pictures as publishers send them: made by ffmpeg, read as samples."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from streamverse.mediakit.ffmpeg import Tools
from streamverse.mediakit.ingest.flv import FlvTracks
from streamverse.mediakit.ingest.flv_tags import VIDEO_TAG, TagReader
from streamverse.mediakit.ingest.samples import Sample, VideoFormat
from tests.factories.ingest import run_ffmpeg
from tests.factories.media import picture


@dataclass(frozen=True)
class Filmed:
    """Pictures, and how they are coded."""

    media: VideoFormat
    samples: list[Sample]


async def film(
    tools: Tools,
    folder: Path,
    *coding: str,
    seconds: float = 5,
    size: tuple[int, int] = (1280, 720),
    rate: int = 30,
) -> Filmed:
    """Film a test picture, with a keyframe every two seconds unless the coding says otherwise."""
    path = folder / f"{size[1]}.flv"
    source = picture(*size, rate=str(rate), seconds=seconds)
    keys = () if "-g" in coding else ("-g", str(2 * rate))
    made = (*(coding or ("-c:v", "libx264", "-preset", "ultrafast")), *keys)
    code, printed = await run_ffmpeg(
        tools, "-f", "lavfi", "-i", source, *made, "-f", "flv", str(path)
    )
    assert code == 0, printed
    tracks, formats, samples = FlvTracks(), list[VideoFormat](), list[Sample]()
    for kind, at_ms, content in TagReader().feed(path.read_bytes()):
        heard = tracks.read_video(content, at_ms) if kind == VIDEO_TAG else None
        if isinstance(heard, VideoFormat):
            formats.append(heard)
        elif isinstance(heard, Sample):
            samples.append(heard)
    (media,) = formats
    return Filmed(media, samples)
