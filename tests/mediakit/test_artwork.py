"""Stills: of the right size, shape and colours, in every form, and never of a stranger's code."""

import struct
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageStat

from streamverse.mediakit.artwork import (
    Still,
    given_picture,
    offered_widths,
    poster,
    render,
    still,
)
from streamverse.mediakit.portraits import PictureRefused
from streamverse.mediakit.probe import MediaRefused, probe
from tests.factories.media import MediaFactory, picture


async def _poster(media: MediaFactory, kind: str, *, at_ms: int) -> Still:
    path = media.make(kind)
    facts = await probe(path, media.tools)
    return await poster(path, facts, at_ms=at_ms, tools=media.tools)


def _image(taken: Still) -> Image.Image:
    return Image.frombytes("RGB", (taken.width, taken.height), taken.pixels)


@pytest.mark.parametrize(
    ("kind", "size"),
    [
        ("pattern", (320, 180)),
        ("rotated", (180, 320)),
        ("anamorphic", (340, 192)),
        ("one_frame", (320, 180)),
        ("late_start", (320, 180)),
        ("interlaced", (320, 180)),
        ("hdr", (320, 180)),
        ("odd", (320, 180)),
        ("high", (1280, 720)),
    ],
)
async def test_a_poster_is_upright_and_as_large_as_its_source(
    media: MediaFactory, kind: str, size: tuple[int, int]
):
    taken = await _poster(media, kind, at_ms=500)

    assert (taken.width, taken.height) == size
    assert len(taken.pixels) == size[0] * size[1] * 3


async def test_a_film_that_begins_black_has_a_poster_that_is_not(media: MediaFactory):
    taken = await _poster(media, "fading", at_ms=0)

    assert ImageStat.Stat(_image(taken).convert("L")).mean[0] > 60


async def test_an_instant_after_the_end_gives_a_poster_all_the_same(media: MediaFactory):
    assert (await _poster(media, "pattern", at_ms=3_600_000)).width == 320


async def test_pictures_that_cannot_be_decoded_are_refused(media: MediaFactory):
    with pytest.raises(MediaRefused) as refused:
        await _poster(media, "all_damaged", at_ms=0)

    assert refused.value.code == "damaged"


async def test_sound_alone_has_no_poster(media: MediaFactory):
    with pytest.raises(ValueError, match="without pictures"):
        await _poster(media, "sound", at_ms=0)


async def test_a_still_is_the_picture_of_its_instant(media: MediaFactory):
    path = media.make("pattern")
    facts = await probe(path, media.tools)

    taken = await still(path, facts, at_ms=2500, tools=media.tools)

    assert taken is not None
    bits = [_image(taken).getpixel((20 * bit + 10, 10)) for bit in range(8)]
    number = sum(
        1 << bit for bit, pixel in enumerate(bits) if isinstance(pixel, tuple) and pixel[0] > 127
    )
    assert number == 75
    assert await still(path, facts, at_ms=60_000, tools=media.tools) is None


@pytest.mark.parametrize(("height", "matrix"), [(180, "bt601"), (720, "bt709")])
async def test_colours_without_a_name_are_those_of_their_size(
    media: MediaFactory, tmp_path: Path, height: int, matrix: str
):
    path = tmp_path / "red.mp4"
    source = f"color=c=0xC03020:s={height * 16 // 9}x{height}:d=0.2,format=rgb24"
    convert = (
        f"scale=out_color_matrix={matrix}:out_range=tv,format=yuv420p,setparams=colorspace=unknown"
    )
    media.lavfi(path, f"{source},{convert}", options=("-c:v", "libx264", "-qp", "0"))
    facts = await probe(path, media.tools)

    taken = await still(path, facts, at_ms=0, tools=media.tools)

    assert taken is not None
    found = _image(taken).getpixel((50, 50))
    assert found == pytest.approx((0xC0, 0x30, 0x20), abs=3)


async def test_each_size_comes_in_three_forms_that_look_alike(media: MediaFactory):
    taken = await _poster(media, "high", at_ms=500)

    made = await render(taken)

    assert [rendition.name for rendition in made] == [
        f"{width}.{ending}" for width in (320, 640, 1280) for ending in ("avif", "webp", "jpg")
    ]
    expected = ImageStat.Stat(_image(taken)).mean
    for rendition in made:
        with Image.open(BytesIO(rendition.content)) as opened:
            assert opened.size == (rendition.width, rendition.width * 9 // 16)
            assert ImageStat.Stat(opened.convert("RGB")).mean == pytest.approx(expected, abs=3)


def test_nothing_is_enlarged():
    assert offered_widths(Still(700, 400, b"")) == (320, 640)
    assert offered_widths(Still(200, 100, b"")) == (200,)


@pytest.mark.parametrize("ending", ["png", "jpg", "webp"])
async def test_a_picture_that_somebody_sent_is_read(
    media: MediaFactory, tmp_path: Path, ending: str
):
    path = tmp_path / f"given.{ending}"
    media.write(
        path, "-f", "lavfi", "-i", f"{picture(1601, 901)},trim=end_frame=1", "-frames:v", "1"
    )

    taken = await given_picture(path, media.tools)

    assert (taken.width, taken.height) == (1280, 720)
    assert len(taken.pixels) == 1280 * 720 * 3


async def test_a_picture_whose_pixels_look_like_spaces_is_read_whole(
    media: MediaFactory, tmp_path: Path
):
    path = tmp_path / "given.png"
    Image.new("RGB", (64, 64), (0x20, 0x0A, 0x09)).save(path)

    taken = await given_picture(path, media.tools)

    assert taken == Still(64, 64, bytes((0x20, 0x0A, 0x09)) * 64 * 64)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "not_a_picture"),
        (b"#EXTM3U\nfile:///etc/passwd", "not_a_picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not_a_picture"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "damaged"),
    ],
)
async def test_what_is_no_picture_is_refused(
    media: MediaFactory, tmp_path: Path, content: bytes, code: str
):
    path = tmp_path / "given"
    path.write_bytes(content)

    with pytest.raises(PictureRefused) as refused:
        await given_picture(path, media.tools)

    assert refused.value.code == code


async def test_a_picture_of_fifty_thousand_pixels_a_side_is_refused(
    media: MediaFactory, tmp_path: Path
):
    path = tmp_path / "given.png"
    head = struct.pack(">IIBBBBB", 50_000, 50_000, 1, 0, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(6251 * 1000))), (b"IEND", b""))
    chunks = [
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    ]
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(chunks))

    with pytest.raises(PictureRefused) as refused:
        await given_picture(path, media.tools)

    assert refused.value.code == "damaged"
