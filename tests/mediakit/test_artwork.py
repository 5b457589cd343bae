"""Posters: of the right size and shape, and not black where the film is not."""

import subprocess
from pathlib import Path

import pytest

from streamverse.mediakit.artwork import poster
from streamverse.mediakit.probe import MediaRefused, probe
from tests.factories.media import MediaFactory


async def _poster(media: MediaFactory, kind: str, *, at_ms: int, width: int = 320) -> bytes:
    path = media.make(kind)
    facts = await probe(path, media.tools)
    return await poster(path, facts, at_ms=at_ms, width=width, tools=media.tools)


def _pixels(media: MediaFactory, folder: Path, still: bytes, filters: str) -> bytes:
    path = folder / "poster.webp"
    path.write_bytes(still)
    arguments = ("-vf", f"{filters},format=gray", "-f", "rawvideo", "-")
    command = [str(media.tools.ffmpeg), "-v", "error", "-i", str(path), *arguments]
    return subprocess.run(command, check=True, capture_output=True).stdout


@pytest.mark.parametrize(
    ("kind", "size"),
    [
        ("pattern", (320, 180)),
        ("rotated", (320, 568)),
        ("anamorphic", (320, 180)),
        ("one_frame", (320, 180)),
        ("late_start", (320, 180)),
        ("interlaced", (320, 180)),
        ("hdr", (320, 180)),
    ],
)
async def test_a_poster_is_a_webp_of_the_size_that_was_asked_for(
    media: MediaFactory, tmp_path: Path, kind: str, size: tuple[int, int]
):
    still = await _poster(media, kind, at_ms=500)

    assert (still[:4], still[8:12]) == (b"RIFF", b"WEBP")
    assert len(_pixels(media, tmp_path, still, "null")) == size[0] * size[1]


async def test_a_film_that_begins_black_has_a_poster_that_is_not(
    media: MediaFactory, tmp_path: Path
):
    still = await _poster(media, "fading", at_ms=0)

    (brightness,) = _pixels(media, tmp_path, still, "scale=1:1:flags=area")
    assert brightness > 60


async def test_an_instant_after_the_end_gives_a_poster_all_the_same(media: MediaFactory):
    still = await _poster(media, "pattern", at_ms=3_600_000)

    assert still[8:12] == b"WEBP"


async def test_pictures_that_cannot_be_decoded_are_refused(media: MediaFactory):
    with pytest.raises(MediaRefused) as refused:
        await _poster(media, "all_damaged", at_ms=0)

    assert refused.value.code == "damaged"


async def test_sound_alone_has_no_poster(media: MediaFactory):
    with pytest.raises(ValueError, match="without pictures"):
        await _poster(media, "sound", at_ms=0)
