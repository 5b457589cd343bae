"""Moments of a live stream: how loud they are, and what they look like."""

from __future__ import annotations

from pathlib import Path

import pytest

from streamverse.mediakit.live.glimpses import SILENCE_DB, measure_level, take_picture
from tests.factories.media import MediaFactory, picture


@pytest.mark.parametrize(
    ("source", "level_db"),
    [
        ("sine=f=440:r=48000:d=2", -18.1),
        ("sine=f=440:r=48000:d=2,volume=8", 0.0),
        ("anullsrc=r=48000:cl=stereo:d=2", SILENCE_DB),
    ],
)
async def test_the_loudest_instant_is_measured(
    media: MediaFactory, tmp_path: Path, source: str, level_db: float
):
    path = tmp_path / "sound.mp4"
    media.lavfi(path, source, options=("-c:a", "aac", "-b:a", "192k"))
    measured = await measure_level(path, media.tools)
    assert measured == pytest.approx(level_db, abs=1)


async def test_a_picture_is_taken_no_wider_than_lists_show_it(media: MediaFactory, tmp_path: Path):
    path = tmp_path / "picture.mp4"
    media.lavfi(path, picture(1280, 720, "30", 1), options=("-c:v", "libx264"))
    still = await take_picture(path, media.tools)
    assert still is not None
    assert (still.width, still.height) == (640, 360)


async def test_what_is_damaged_has_neither(media: MediaFactory, tmp_path: Path):
    path = tmp_path / "damaged.mp4"
    path.write_bytes(b"nothing of the kind" * 100)
    assert await measure_level(path, media.tools) is None
    assert await take_picture(path, media.tools) is None
