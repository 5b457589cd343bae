"""Segments that join without a seam, wherever the encode was cut, resumed or refused."""

import asyncio
import os
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest

from streamverse.mediakit.encode import (
    EncodedSegment,
    encode_chunk,
)
from streamverse.mediakit.ffmpeg import Progress
from streamverse.mediakit.frames import Chunk, SegmentPlan
from streamverse.mediakit.ladder import (
    CodecFamily,
)
from streamverse.mediakit.probe import MediaRefused
from tests.factories.encodes import (
    Encoded,
    encode_all,
    encode_best,
    encode_sound,
    open_source,
    packets_of,
)
from tests.factories.media import MediaFactory, beep_starts_ms, frame_numbers

EVERY_FRAME_ONCE = list(range(180))


@pytest.mark.parametrize(
    ("kind", "numbers", "size"),
    [
        ("pattern", EVERY_FRAME_ONCE, (320, 180)),
        ("ntsc", EVERY_FRAME_ONCE, (320, 180)),
        ("portrait", EVERY_FRAME_ONCE, (192, 320)),
        ("anamorphic", EVERY_FRAME_ONCE, (340, 192)),
        ("odd", EVERY_FRAME_ONCE, (320, 180)),
        ("browser", EVERY_FRAME_ONCE, (320, 180)),
        ("one_frame", [0], (320, 180)),
        ("hdr", list(range(60)), (320, 180)),
        # The picture begins 21 ms after the sound: its first frame fills the gap.
        ("late_start", [0, *range(180)], (320, 180)),
        ("interlaced", list(range(0, 300, 2)), (320, 180)),
        # The size of the picture changes midway, and the count begins anew.
        ("resized", [*range(90), *range(90)], (320, 180)),
        ("tiny", list(range(60)), (256, 144)),
        ("deep", list(range(60)), (320, 180)),
        ("hlg", list(range(60)), (320, 180)),
        ("avi", [0, *range(180)], (320, 180)),
        ("half_rate", list(range(63)), (320, 180)),
        ("high_rate", list(range(240)), (320, 180)),
        ("twice_the_rate", list(range(0, 480, 2)), (320, 180)),
        # The edit list leaves out 45 pictures that are in the file.
        ("edited", list(range(45, 180)), (320, 180)),
        ("uhd", list(range(5)), (3840, 2160)),
    ],
)
async def test_every_picture_comes_once_and_in_its_place(
    media: MediaFactory, tmp_path: Path, kind: str, numbers: list[int], size: tuple[int, int]
):
    source = await open_source(media, kind)
    encoded = await encode_best(source)

    assert frame_numbers(encoded.write(tmp_path / "film.mp4"), media.tools) == numbers
    assert (source.rungs[0].width, source.rungs[0].height) == size
    ticks = source.plan.frame_rate.ticks_per_frame
    assert encoded.ticks() == [len(frames) * ticks for frames in source.plan.segments()]


async def test_a_variable_rate_is_laid_on_the_grid(media: MediaFactory, tmp_path: Path):
    encoded = await encode_best(await open_source(media, "vfr"))
    numbers = frame_numbers(encoded.write(tmp_path / "film.mp4"), media.tools)

    # During odd seconds one picture of three is there, and is shown for three.
    shown = [n if n // 30 % 2 == 0 else n // 3 * 3 for n in range(178)]
    assert numbers == shown


async def test_a_rotated_picture_is_upright(media: MediaFactory):
    source = await open_source(media, "rotated")

    assert (source.rungs[0].width, source.rungs[0].height) == (180, 320)
    assert set(await encode_all(source)) == {source.rungs[0].track_name}


@pytest.mark.parametrize("codec", CodecFamily)
@pytest.mark.parametrize("frame_count", [1, 2, 3])
async def test_a_run_of_few_pictures_fits_under_the_same_head(
    media: MediaFactory, tmp_path: Path, frame_count: int, codec: CodecFamily
):
    source = await open_source(media, "pattern", codec)
    whole = await encode_best(source)
    short = replace(source, plan=SegmentPlan(source.plan.frame_rate, 120 + frame_count))
    end = await encode_best(short, from_segment=2)

    assert end.init == whole.init
    begun = {number: whole.segments[number] for number in range(2)}
    joined = Encoded(whole.init, begun | end.segments).write(tmp_path / "film.mp4")
    shown = sorted(int(packet["pts"]) for packet in packets_of(joined, media.tools))
    assert shown == [frame * 512 for frame in range(120 + frame_count)]


@pytest.mark.parametrize("kind", ["long", "vfr", "open_gop"])
async def test_what_is_encoded_again_is_the_same_to_the_byte(media: MediaFactory, kind: str):
    source = await open_source(media, kind)
    whole = await encode_best(source)

    for first in {1, source.plan.segment_count - 1}:
        rest = await encode_best(source, from_segment=first)

        assert rest.init == whole.init
        assert rest.segments == {
            number: whole.segments[number] for number in range(first, source.plan.segment_count)
        }


@pytest.mark.parametrize("codec", CodecFamily)
async def test_chunks_join_on_the_grid_with_keyframes_in_their_places(
    media: MediaFactory, tmp_path: Path, codec: CodecFamily
):
    source = await open_source(media, "long", codec)
    plan = source.plan
    cut = 3
    frames = plan.segment(cut).start
    first = await encode_best(source, Chunk(0, range(cut), range(frames)))
    second = await encode_best(
        source, Chunk(1, range(cut, plan.segment_count), range(frames, plan.total_frames))
    )

    assert first.init == second.init
    joined = Encoded(first.init, first.segments | second.segments).write(tmp_path / "film.mp4")
    packets = packets_of(joined, media.tools)
    ticks = plan.frame_rate.ticks_per_frame
    shown = sorted(int(packet["pts"]) for packet in packets)
    assert shown == [frame * ticks for frame in range(615)]
    decoded = [int(packet["dts"]) for packet in packets]
    assert decoded == list(range(decoded[0], decoded[0] + 615 * ticks, ticks))
    keyframes = [int(packet["pts"]) for packet in packets if "K" in packet["flags"]]
    assert keyframes == [frame * ticks for frame in range(0, 615, 60)]
    assert frame_numbers(joined, media.tools) == list(range(615))


async def test_all_rungs_have_the_same_segments(media: MediaFactory, tmp_path: Path):
    source = await open_source(media, "high")
    tracks = await encode_all(source)

    assert (
        list(map(sorted, (tracks[f"v{size}"].segments for size in (720, 480, 360, 270, 180))))
        == [[0, 1, 2]] * 5
    )
    assert len({tuple(track.ticks()) for track in tracks.values()}) == 1
    for name, track in tracks.items():
        path = track.write(tmp_path / f"{name}.mp4")
        assert frame_numbers(path, media.tools) == list(range(125))


async def test_sound_stays_with_the_picture(media: MediaFactory, tmp_path: Path):
    encoded = await encode_sound(await open_source(media, "long"))
    path = encoded.write(tmp_path / "sound.mp4")

    # The first 21 ms are silent: the frame that primes decoders stands there.
    assert beep_starts_ms(path, media.tools) == [21, *range(1000, 21000, 1000)]
    times = [int(packet["pts"]) for packet in packets_of(path, media.tools)]
    assert times == list(range(0, 1024 * len(times), 1024))


async def test_sound_beside_the_cover_of_an_album(media: MediaFactory, tmp_path: Path):
    source = await open_source(media, "covered")
    encoded = await encode_sound(source)

    assert not source.facts.has_video
    beeps = beep_starts_ms(encoded.write(tmp_path / "sound.mp4"), media.tools)
    assert beeps == [21, 1000, 2000, 3000, 4000]


@pytest.mark.parametrize("kind", ["late_sound", "surround", "browser", "sound"])
async def test_sound_of_many_kinds_stays_in_its_place(
    media: MediaFactory, tmp_path: Path, kind: str
):
    encoded = await encode_sound(await open_source(media, kind))

    beeps = beep_starts_ms(encoded.write(tmp_path / "sound.mp4"), media.tools)
    assert [at for at in beeps if at > 500] == list(range(1000, beeps[-1] + 1, 1000))
    assert beeps[-1] >= 4000


async def test_sound_that_begins_before_the_picture_keeps_its_distance(
    media: MediaFactory, tmp_path: Path
):
    encoded = await encode_sound(await open_source(media, "late_start"))

    # Counted from the start of the sound, 21 ms before the first frame of the picture.
    beeps = beep_starts_ms(encoded.write(tmp_path / "sound.mp4"), media.tools)
    assert beeps[1:] == [1021, 2021, 3021, 4021, 5021]


async def test_segments_of_sound_lie_within_a_frame_of_those_of_the_picture(media: MediaFactory):
    source = await open_source(media, "long")
    encoded = await encode_sound(source)

    assert sorted(encoded.segments) == list(range(source.plan.segment_count))
    audio_end = 0
    for number, frames in enumerate(source.plan.segments()):
        audio_start, audio_end = audio_end, audio_end + encoded.segments[number].duration_ticks
        video_start = source.plan.frame_rate.seconds(frames.start) * 48000
        assert video_start <= audio_start < video_start + 1024


async def test_resumed_sound_is_the_same_sound(media: MediaFactory):
    source = await open_source(media, "long")
    whole = await encode_sound(source)
    rest = await encode_sound(source, from_segment=3)

    assert rest.init == whole.init
    assert rest.segments == {
        number: segment for number, segment in whole.segments.items() if number >= 3
    }


async def test_a_small_shortfall_makes_the_last_segment_shorter(media: MediaFactory):
    source = await open_source(media, "pattern")
    longer = replace(source, plan=SegmentPlan(source.plan.frame_rate, 190))

    encoded = await encode_best(longer)

    assert encoded.ticks() == [60 * 512, 60 * 512, 60 * 512]
    assert longer.plan.segment(2) == range(120, 190)


async def test_a_small_shortfall_may_leave_the_last_segment_out(media: MediaFactory):
    source = await open_source(media, "four_seconds")
    longer = replace(source, plan=SegmentPlan(source.plan.frame_rate, 125))

    assert sorted((await encode_best(longer)).segments) == [0, 1]
    assert (await encode_best(longer, from_segment=2)).segments == {}


async def test_nothing_is_left_to_do_after_the_last_segment(media: MediaFactory):
    source = await open_source(media, "four_seconds")

    assert await encode_all(source, from_segment=source.plan.segment_count) == {}


async def test_a_picture_that_ends_early_is_refused(media: MediaFactory):
    source = await open_source(media, "pattern")
    longer = replace(source, plan=SegmentPlan(source.plan.frame_rate, 300))

    with pytest.raises(MediaRefused) as refused:
        await encode_all(longer)

    assert refused.value.code == "ends_early"
    assert refused.value.sentence == (
        "The picture ends at 6.0 s of 10.0 s: the file is damaged. "
        "Export or copy it again and upload that."
    )


async def test_a_hole_before_the_last_chunk_is_refused(media: MediaFactory):
    source = await open_source(media, "pattern")
    longer = replace(source, plan=SegmentPlan(source.plan.frame_rate, 400))

    with pytest.raises(MediaRefused, match=r"The picture ends at 6\.0 s of 13\.3 s"):
        await encode_all(longer, Chunk(0, range(3), range(240)))


async def test_a_file_that_lost_its_end_after_the_probe_is_refused(media: MediaFactory):
    source = replace(await open_source(media, "faststart"), path=media.make("faststart_cut"))

    with pytest.raises(MediaRefused) as picture:
        await encode_all(source)
    with pytest.raises(MediaRefused) as sound:
        await encode_sound(source)

    assert (picture.value.code, sound.value.code) == ("ends_early", "ends_early")


async def test_a_file_damaged_midway_is_refused_after_its_good_part(media: MediaFactory):
    source = await open_source(media, "damaged")
    pieces = encode_chunk(
        *(source.path, source.facts, source.rungs, source.plan, source.plan.chunk(0)),
        tools=source.tools,
    )
    numbers: list[int] = []

    async def read() -> None:
        async for piece in pieces:
            numbers.extend([piece.number] if isinstance(piece, EncodedSegment) else [])

    with pytest.raises(MediaRefused) as refused:
        await read()
    assert refused.value.code == "damaged"
    assert refused.value.sentence == (
        "Too much of the file cannot be decoded: it is damaged. "
        "Export or copy it again and upload that."
    )
    assert 2 not in numbers


async def test_progress_counts_from_the_start_of_the_chunk(media: MediaFactory):
    source = await open_source(media, "long")
    reports: list[Progress] = []

    async for _ in encode_chunk(
        *(source.path, source.facts, source.rungs, source.plan, source.plan.chunk(0)),
        tools=source.tools,
        on_progress=reports.append,
    ):
        pass

    assert reports[-1].seconds == pytest.approx(20.5, abs=0.1)


async def test_leaving_early_ends_the_encoder(media: MediaFactory):
    others = _children()
    source = await open_source(media, "long")
    pieces = encode_chunk(
        *(source.path, source.facts, source.rungs, source.plan, source.plan.chunk(0)),
        tools=source.tools,
    )

    async with aclosing(pieces):
        async for piece in pieces:
            if isinstance(piece, EncodedSegment):
                break

    assert _children() <= others


async def test_the_encoder_waits_for_a_reader_that_is_busy(media: MediaFactory):
    others = _children()
    source = await open_source(media, "noise")
    reports: list[Progress] = []
    pieces = encode_chunk(
        *(source.path, source.facts, source.rungs, source.plan, source.plan.chunk(0)),
        tools=source.tools,
        on_progress=reports.append,
    )

    async with aclosing(pieces):
        await anext(pieces)
        (encoder,) = _children() - others
        async with asyncio.timeout(60):
            while not await _is_idle(encoder):
                pass
        assert Path(f"/proc/{encoder}/stat").read_text().rpartition(")")[2].split()[0] == "S"


def _children() -> set[int]:
    """Tell which processes this one has started and has not heard the end of."""
    numbers = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return {int(number) for number in numbers}


async def _is_idle(pid: int) -> bool:
    before = _cpu_ticks(pid)
    await asyncio.sleep(0.3)
    return _cpu_ticks(pid) == before


def _cpu_ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])
