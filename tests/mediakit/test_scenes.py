"""Looking through a film: where its cuts are, which pictures are good, and which tile is when."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from streamverse.mediakit.animation import animate
from streamverse.mediakit.ffmpeg import ToolFailed
from streamverse.mediakit.probe import probe
from streamverse.mediakit.scenes import (
    Frame,
    Sample,
    choose_posters,
    find_scenes,
    is_sparse,
    survey,
)
from streamverse.mediakit.sprites import SheetMaker, SpriteIndex, sprite_step_ms
from tests.factories.media import MediaFactory, picture


async def _look(
    media: MediaFactory, path: Path, *, step_ms: int = 1000, is_whole: bool = True
) -> list[Sample]:
    facts = await probe(path, media.tools)
    samples = survey(path, facts, step_ms=step_ms, is_whole=is_whole, tools=media.tools)
    return [sample async for sample in samples]


def _film(media: MediaFactory, folder: Path, *scenes: str, gop: int = 30) -> Path:
    path = folder / "film.mp4"
    inputs = [part for scene in scenes for part in ("-f", "lavfi", "-i", scene)]
    graph = f"concat=n={len(scenes)}:v=1,format=yuv420p"
    options = ("-c:v", "libx264", "-preset", "ultrafast", "-g", str(gop), "-sc_threshold", "0")
    media.write(path, *inputs, "-filter_complex", graph, *options)
    return path


def _frame(at_ms: int, **measured: float) -> Frame:
    usual = {"brightness": 0.5, "contrast": 0.5, "sharpness": 0.2, "change": 0.0}
    return Frame(at_ms, **{**usual, **measured})


def _number(image: Image.Image) -> int:
    """Read the number that a frame carries, at half the size of its source."""
    cell = image.width / 16
    return sum(
        1 << bit
        for bit in range(16)
        if image.convert("L")
        .crop((int(cell * bit) + 3, 3, int(cell * bit) + 7, 8))
        .resize((1, 1))
        .tobytes()[0]
        > 127
    )


# --- looking through ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "is_whole", "instants"),
    [
        ("pattern", True, [0, 1000, 2000, 3000, 4000, 5000]),
        ("pattern", False, [0, 1000, 2000, 3000, 4000, 5000]),
        ("late_start", True, [0, 1000, 2000, 3000, 4000, 5000]),
        ("one_frame", True, [0]),
    ],
)
async def test_a_film_is_looked_through_in_steps(
    media: MediaFactory, kind: str, is_whole: bool, instants: list[int]
):
    samples = await _look(media, media.make(kind), is_whole=is_whole)

    assert [sample.frame.at_ms for sample in samples] == instants
    assert {(s.still.width, s.still.height) for s in samples} == {(320, 180)}


@pytest.mark.parametrize(
    ("kind", "size"), [("rotated", (180, 320)), ("anamorphic", (320, 180)), ("hdr", (320, 180))]
)
async def test_its_pictures_are_upright(media: MediaFactory, kind: str, size: tuple[int, int]):
    sample, *_ = await _look(media, media.make(kind))

    assert (sample.still.width, sample.still.height) == size


async def test_a_fade_from_black_is_measured(media: MediaFactory, tmp_path: Path):
    film = _film(media, tmp_path, "color=black:s=320x180:r=30:d=2", "testsrc=s=320x180:r=30:d=2")

    dark, _, bright, _ = (sample.frame for sample in await _look(media, film))

    assert (dark.brightness < 0.1, dark.contrast, dark.sharpness) == (True, 0, 0)
    assert (dark.is_telling, bright.is_telling) == (False, True)
    assert bright.change > 0.2


async def test_a_damaged_film_gives_what_can_be_decoded(media: MediaFactory):
    facts = await probe(media.make("damaged"), media.tools)
    samples = survey(media.make("damaged"), facts, step_ms=1000, is_whole=True, tools=media.tools)

    found = [sample.frame.at_ms async for sample in samples]

    assert found[:2] == [0, 1000]


async def test_sound_has_nothing_to_look_at(media: MediaFactory):
    with pytest.raises(ValueError, match="without pictures"):
        await _look(media, media.make("sound"))


async def test_a_broken_tool_is_told(media: MediaFactory, tmp_path: Path):
    facts = await probe(media.make("pattern"), media.tools)
    missing = tmp_path / "film.mp4"
    missing.write_bytes(b"")

    with pytest.raises(ToolFailed):
        async for _ in survey(missing, facts, step_ms=1000, is_whole=True, tools=media.tools):
            pass


# --- choosing -------------------------------------------------------------------------------------


def test_posters_are_sharp_telling_and_spread():
    frames = [
        _frame(0, brightness=0.05),
        _frame(1000, sharpness=0.3),
        _frame(2000, sharpness=0.5),
        _frame(10_000, sharpness=0.9, contrast=0.05),
        _frame(11_000, sharpness=0.4),
        _frame(20_000, brightness=0.97),
        _frame(29_999, sharpness=0.6),
    ]

    assert [frame.at_ms for frame in choose_posters(frames, 3)] == [29_999, 2000, 11_000]


def test_a_film_without_a_telling_picture_gets_its_best():
    dull = [_frame(0, contrast=0.01), _frame(1000, contrast=0.1), _frame(2000, contrast=0.02)]

    assert [frame.at_ms for frame in choose_posters(dull, 6)] == [1000]
    assert choose_posters([], 6) == []


def test_scenes_begin_at_cuts_and_are_not_too_short():
    frames = [
        *(_frame(0), _frame(4000, change=0.4), _frame(5000, change=0.5), _frame(9000, change=0.3)),
        *(_frame(12_000, change=0.01), _frame(13_000, sharpness=0.5)),
    ]

    scenes = find_scenes(frames, 20_000, most=12)

    assert [(scene.start_ms, scene.end_ms, scene.best.at_ms) for scene in scenes] == [
        *((0, 5000, 0), (5000, 9000, 5000), (9000, 20_000, 13_000)),
    ]
    assert [scene.start_ms for scene in find_scenes(frames, 20_000, most=2)] == [0, 5000]
    assert find_scenes([], 20_000, most=2) == []


async def test_the_cuts_of_a_real_film_are_found(media: MediaFactory, tmp_path: Path):
    film = _film(
        media,
        tmp_path,
        *("testsrc=s=320x180:r=30:d=4", "smptebars=s=320x180:r=30:d=4"),
        "rgbtestsrc=s=320x180:r=30:d=4",
    )

    frames = [sample.frame for sample in await _look(media, film)]

    assert [scene.start_ms for scene in find_scenes(frames, 12_000, most=12)] == [0, 4000, 8000]


def test_few_keyframes_do_not_stand_for_a_film():
    dense = [_frame(second * 1000) for second in range(0, 60, 5)]

    assert not is_sparse(dense, 60_000, step_ms=2000)
    assert is_sparse(dense[:8], 60_000, step_ms=2000)
    assert is_sparse([], 60_000, step_ms=2000)


# --- sprites --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("duration_ms", "step_ms"),
    [(1, 2000), (600_000, 2000), (1_500_000, 5000), (7_200_000, 10_000), (36_000_000, 10_000)],
)
def test_tiles_lie_closer_in_shorter_films(duration_ms: int, step_ms: int):
    assert sprite_step_ms(duration_ms) == step_ms


@pytest.mark.parametrize(("kind", "tile"), [("pattern", (160, 90)), ("rotated", (90, 160))])
async def test_each_tile_shows_the_picture_of_its_instant(
    media: MediaFactory, kind: str, tile: tuple[int, int]
):
    maker = SheetMaker(2000)
    for sample in await _look(media, media.make(kind)):
        assert await maker.add(sample.frame.at_ms, sample.still) is None
    sheet, index = await maker.finish(), maker.index(6000)

    assert sheet is not None
    assert index == SpriteIndex(*tile, (0, 2000, 4000), 6000)
    with Image.open(BytesIO(sheet.content)) as opened:
        assert opened.size == (tile[0] * 3, tile[1])
        if kind == "pattern":
            tiles = [opened.crop((160 * n, 0, 160 * n + 160, 90)) for n in range(3)]
            assert [_number(tile) for tile in tiles] == [0, 60, 120]


async def test_sheets_hold_a_hundred_tiles_and_the_last_only_its_rows(media: MediaFactory):
    maker = SheetMaker(2000)
    (sample,) = await _look(media, media.make("one_frame"))
    sheets = [await maker.add(2000 * number, sample.still) for number in range(112)]
    last, index = await maker.finish(), maker.index(230_000)

    assert [sheet.name for sheet in sheets if sheet is not None] == ["0.webp"]
    assert last is not None
    assert last.name == "1.webp"
    with Image.open(BytesIO(last.content)) as opened:
        assert opened.size == (1600, 180)
    assert index is not None
    cues = index.to_webvtt().split("\n\n")
    assert cues[:2] == ["WEBVTT", "00:00:00.000 --> 00:00:02.000\n0.webp#xywh=0,0,160,90"]
    assert cues[100] == "00:03:18.000 --> 00:03:20.000\n0.webp#xywh=1440,810,160,90"
    assert cues[101] == "00:03:20.000 --> 00:03:22.000\n1.webp#xywh=0,0,160,90"
    assert cues[112] == "00:03:42.000 --> 00:03:50.000\n1.webp#xywh=160,90,160,90\n"


def test_the_first_tile_holds_from_the_beginning_though_its_picture_came_late():
    text = SpriteIndex(160, 90, (700, 3000), 4000).to_webvtt()

    assert "00:00:00.000 --> 00:00:03.000" in text
    assert SheetMaker(2000).index(4000) is None


# --- previews -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "size"), [("high", (480, 270)), ("rotated", (180, 320))])
async def test_a_preview_is_a_few_moments_without_sound(
    media: MediaFactory, tmp_path: Path, kind: str, size: tuple[int, int]
):
    path = media.make(kind)
    facts = await probe(path, media.tools)

    made = await animate(path, facts, [0, 2000, 3000], tools=media.tools)

    (tmp_path / "preview.mp4").write_bytes(made)
    found = await probe(tmp_path / "preview.mp4", media.tools)
    assert found.video is not None
    assert (found.video.codec, found.video.width, found.video.height) == ("h264", *size)
    assert (found.audios, found.duration_ms) == ((), pytest.approx(3750, abs=100))
    assert len(made) < 200_000


async def test_nothing_moves_without_moments(media: MediaFactory):
    facts = await probe(media.make("pattern"), media.tools)
    with pytest.raises(ValueError, match="Nothing can be animated"):
        await animate(media.make("pattern"), facts, [], tools=media.tools)


async def test_moments_from_a_film_of_odd_shape_are_joined(media: MediaFactory, tmp_path: Path):
    path = tmp_path / "odd.mkv"
    media.lavfi(path, picture(321, 181, seconds=3), options=("-c:v", "ffv1"))
    facts = await probe(path, media.tools)

    assert (await animate(path, facts, [0, 1000], tools=media.tools))[4:8] == b"ftyp"
