"""Portraits: square, upright, small, and without a word about where they were taken."""

from pathlib import Path

import pytest

from streamverse.mediakit.portraits import PictureRefused, portrait
from tests.factories.pictures import PictureFactory

BOMB = (20_000, 20_000)


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> PictureFactory:
    """Make pictures on demand."""
    return PictureFactory.in_folder(tmp_path_factory.mktemp("pictures"))


async def develop(pictures: PictureFactory, folder: Path, content: bytes) -> bytes:
    path = folder / "upload"
    path.write_bytes(content)
    return await portrait(path, side_pixels=64, tools=pictures.tools)


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("a.png", "200x100"),
        ("a.jpg", "100x200"),
        ("a.webp", "200x100"),
        ("a.png", "3x2"),
        ("a.png", "1x1"),
        ("a.jpg", "5000x40"),
    ],
)
async def test_any_picture_becomes_a_small_square(
    pictures: PictureFactory, tmp_path: Path, name: str, size: str
):
    small = await develop(pictures, tmp_path, pictures.make(name, size))

    assert (small[:4], small[8:12]) == (b"RIFF", b"WEBP")
    assert pictures.size(small) == 64 * 64


async def test_the_middle_is_kept(pictures: PictureFactory, tmp_path: Path):
    small = await develop(pictures, tmp_path, pictures.make("a.png"))

    assert pictures.corners(small) == ["blue", "red", "blue", "red"]


async def test_a_camera_is_turned_upright_and_forgotten(pictures: PictureFactory, tmp_path: Path):
    taken = pictures.make_from_camera()
    assert b"Ulm" in taken

    small = await develop(pictures, tmp_path, taken)

    assert pictures.corners(small) == ["blue", "blue", "red", "red"]
    assert b"Ulm" not in small
    assert b"EXIF" not in small
    assert b"Exif" not in small


async def test_the_same_picture_gives_the_same_bytes(pictures: PictureFactory, tmp_path: Path):
    content = pictures.make("a.jpg")

    assert await develop(pictures, tmp_path, content) == await develop(pictures, tmp_path, content)


def _huge(pictures: PictureFactory) -> bytes:
    small = bytearray(pictures.make("a.png"))
    # Width and height stand in the first chunk; its checksum is wrong then, which nobody minds.
    small[16:24] = b"".join(side.to_bytes(4) for side in BOMB)
    return bytes(small)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("nothing", "not_a_picture"),
        ("words", "not_a_picture"),
        ("svg", "not_a_picture"),
        ("gif", "not_a_picture"),
        ("film", "not_a_picture"),
        ("cut", "damaged"),
        ("head", "damaged"),
        ("bomb", "damaged"),
        ("moving", "animated"),
    ],
)
async def test_what_is_no_picture_is_refused(
    pictures: PictureFactory, tmp_path: Path, kind: str, code: str
):
    contents = {
        "nothing": b"",
        "words": b"<html>" * 100,
        "svg": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        "gif": pictures.make("a.gif"),
        "film": pictures.make("a.mp4"),
        "cut": pictures.make("a.png")[:60],
        "head": b"\xff\xd8\xff" + bytes(100),
        "bomb": _huge(pictures),
        "moving": pictures.make_moving(),
    }

    with pytest.raises(PictureRefused) as refused:
        await develop(pictures, tmp_path, contents[kind])

    assert refused.value.code == code
    assert str(refused.value).endswith(".")
