"""Samples cut into parts and segments."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamverse.mediakit.cmaf import Fragment, FragmentReader
from streamverse.mediakit.ffmpeg import find_tools
from streamverse.mediakit.ingest.samples import (
    CLOCK_HZ,
    AudioFormat,
    Kind,
    Sample,
    VideoFormat,
)
from streamverse.mediakit.live.heads import timescale_of, write_head
from streamverse.mediakit.live.packager import (
    AAC_FRAME_SAMPLES,
    PART_TARGET_S,
    Packager,
    Part,
    Piece,
    SegmentEnd,
    frame_samples,
)
from streamverse.mediakit.live.silence import silence_of

AVCC = bytes.fromhex("0142c00dffe100176742c00dda05067e7c0440000003004000000f03c50aa801000468ce0fc8")
VIDEO = VideoFormat("h264", AVCC, 320, 180)
AUDIO = AudioFormat("aac", bytes.fromhex("1190"), 48_000, 2)
OPUS = AudioFormat("opus", bytes.fromhex("000201380000bb80000000"), 48_000, 2)
SOUND_TICKS = AAC_FRAME_SAMPLES * CLOCK_HZ // 48_000


def picture(at: int, *, is_keyframe: bool = False, later: int = 0) -> Sample:
    return Sample("video", at, at + later, is_keyframe, b"picture %d" % at)


def sound(at: int) -> Sample:
    return Sample("audio", at, at, is_keyframe=True, payload=b"sound %d" % at)


def film(
    seconds: int, *, rate: int = 30, gop: int = 60, kinds: Sequence[Kind] = ("video", "audio")
) -> list[Sample]:
    pictures = [
        picture(number * CLOCK_HZ // rate, is_keyframe=number % gop == 0)
        for number in range(seconds * rate if "video" in kinds else 0)
    ]
    sounds = [
        sound(number * SOUND_TICKS)
        for number in range(seconds * CLOCK_HZ // SOUND_TICKS if "audio" in kinds else 0)
    ]
    return sorted([*pictures, *sounds], key=lambda one: one.decode_ticks)


def cut(samples: Sequence[Sample], packager: Packager) -> list[Piece]:
    pieces = [piece for sample in samples for piece in packager.add(sample)]
    return [*pieces, *packager.finish()]


def parts(pieces: Sequence[Piece], kind: Kind = "video") -> list[Part]:
    return [piece for piece in pieces if isinstance(piece, Part) and piece.kind == kind]


def spans(pieces: Sequence[Piece], kind: Kind, timescale: int) -> dict[int, tuple[float, float]]:
    """Give when each segment begins and ends, in seconds."""
    found: dict[int, tuple[float, float]] = {}
    for part in parts(pieces, kind):
        start, _ = found.get(part.segment, (part.start_ticks / timescale, 0))
        found[part.segment] = (start, (part.start_ticks + part.duration_ticks) / timescale)
    return found


def fragments(pieces: Sequence[Piece], media: VideoFormat | AudioFormat) -> Iterator[Fragment]:
    reader = FragmentReader()
    kind: Kind = "video" if isinstance(media, VideoFormat) else "audio"
    stream = bytes(write_head(media)) + b"".join(part.payload for part in parts(pieces, kind))
    for part in reader.feed(stream):
        if isinstance(part, Fragment):
            yield part
    reader.finish()


def test_ten_pictures_make_a_part_and_a_keyframe_a_segment():
    pieces = cut(film(6, kinds=["video"]), Packager(VIDEO, None))
    assert [(part.segment, part.number) for part in parts(pieces)] == [
        (segment, number) for segment in range(3) for number in range(6)
    ]
    assert {part.duration_ticks for part in parts(pieces)} == {CLOCK_HZ // 3}
    assert [part.is_independent for part in parts(pieces)[:7]] == [True, *[False] * 5, True]
    assert [piece.segment for piece in pieces if isinstance(piece, SegmentEnd)] == [0, 1, 2]


def test_sound_is_cut_where_the_pictures_are():
    pieces = cut(film(6), Packager(VIDEO, AUDIO))
    assert spans(pieces, "video", CLOCK_HZ) == {0: (0, 2), 1: (2, 4), 2: (4, 6)}
    heard = spans(pieces, "audio", 48_000)
    assert list(heard) == [0, 1, 2]
    for number in (1, 2):
        # The first frame of sound that begins with the picture or after it.
        assert 0 <= heard[number][0] - 2 * number < AAC_FRAME_SAMPLES / 48_000
    assert all(before[1] == after[0] for before, after in pairwise(heard.values()))


def test_sound_is_cut_where_a_reordered_keyframe_is_shown():
    late = 6000
    samples = [
        picture(number * 3000, is_keyframe=number % 60 == 0, later=late) for number in range(90)
    ]
    sounds = [sound(number * SOUND_TICKS) for number in range(140)]
    mixed = sorted([*samples, *sounds], key=lambda one: one.decode_ticks)
    heard = spans(cut(mixed, Packager(VIDEO, AUDIO)), "audio", 48_000)
    assert 0 <= heard[1][0] - (2 + late / CLOCK_HZ) < AAC_FRAME_SAMPLES / 48_000


def test_sound_that_runs_ahead_waits_for_its_segment():
    samples = film(4)
    early = sorted(samples, key=lambda one: one.decode_ticks - 20_000 * (one.kind == "audio"))
    straight = spans(cut(samples, Packager(VIDEO, AUDIO)), "audio", 48_000)
    assert spans(cut(early, Packager(VIDEO, AUDIO)), "audio", 48_000) == straight


def test_sound_goes_on_when_the_pictures_stop():
    packager = Packager(VIDEO, AUDIO)
    packager.add(picture(0, is_keyframe=True))
    packager.add(picture(3000))
    pieces = [piece for number in range(200) for piece in packager.add(sound(number * SOUND_TICKS))]
    # All but the last second, which pictures may still come for.
    heard = parts(pieces, "audio")
    assert sum(part.duration_ticks for part in heard) > 2.5 * 48_000


def test_a_long_run_without_keyframes_is_cut_anyway():
    pieces = cut(film(11, gop=300, kinds=["video"]), Packager(VIDEO, None))
    assert spans(pieces, "video", CLOCK_HZ) == {0: (0, 4), 1: (4, 8), 2: (8, 10), 3: (10, 11)}
    first = [part.is_independent for part in parts(pieces) if part.number == 0]
    assert first == [True, False, False, True]


def test_frequent_keyframes_make_no_short_segments():
    pieces = cut(film(6, gop=15, kinds=["video"]), Packager(VIDEO, None))
    assert spans(pieces, "video", CLOCK_HZ) == {
        number: (1.5 * number, 1.5 * (number + 1)) for number in range(4)
    }


def test_sound_alone_is_cut_by_its_own_length():
    pieces = cut(film(5, kinds=["audio"]), Packager(None, AUDIO, first_segment=7))
    found = spans(pieces, "audio", 48_000)
    assert list(found) == [7, 8, 9]
    assert all(2 <= end - start < 2.05 for start, end in list(found.values())[:2])


def test_what_is_not_expected_is_left_out():
    assert cut(film(2, kinds=["audio"]), Packager(VIDEO, None)) == [SegmentEnd("video", 0)]
    assert cut(film(2, kinds=["video"]), Packager(None, AUDIO)) == [SegmentEnd("audio", 0)]


def test_nothing_begins_before_a_keyframe():
    samples = [sound(0), *(picture(number * 3000) for number in range(60))]
    later = [picture(180_000, is_keyframe=True), picture(183_000), sound(181_000)]
    pieces = cut([*samples, sound(100_000), *later], Packager(VIDEO, AUDIO))
    assert [part.start_ticks for part in parts(pieces)] == [180_000]
    # Sound of long before the first picture is not heard.
    heard = [part.start_ticks * 90 // 48 for part in parts(pieces, "audio")]
    assert heard == [99_999, 180_999]


def test_a_hole_in_the_sound_is_kept_and_too_much_of_it_left_out():
    ticks = [0, SOUND_TICKS, 20 * SOUND_TICKS, 21 * SOUND_TICKS, 21 * SOUND_TICKS + 90]
    pieces = cut([sound(at) for at in ticks], Packager(None, AUDIO))
    heard = parts(pieces, "audio")
    assert [part.start_ticks for part in heard] == [0, 20 * AAC_FRAME_SAMPLES]
    assert [part.duration_ticks for part in heard] == [2 * AAC_FRAME_SAMPLES] * 2


@given(
    rate=st.sampled_from([10, 24, 25, 30, 50, 60]),
    gop=st.integers(10, 300),
    seconds=st.integers(1, 12),
    lead=st.integers(-9000, 9000),
)
def test_every_sample_is_in_one_part_in_its_order(rate: int, gop: int, seconds: int, lead: int):
    samples = film(seconds, rate=rate, gop=gop)
    mixed = sorted(samples, key=lambda one: one.decode_ticks + lead * (one.kind == "audio"))
    pieces = cut(mixed, Packager(VIDEO, AUDIO))
    tracks: list[tuple[Kind, VideoFormat | AudioFormat]] = [("video", VIDEO), ("audio", AUDIO)]
    for kind, media in tracks:
        wanted = [one.payload for one in samples if one.kind == kind]
        given_out = [payload for one in fragments(pieces, media) for _, payload in one.pieces()]
        assert given_out == wanted
        rows = [(part.segment, part.number) for part in parts(pieces, kind)]
        assert rows == sorted(set(rows))
        scale = CLOCK_HZ if kind == "video" else 48_000
        longest = max(PART_TARGET_S, 1 / rate)
        assert all(part.duration_ticks <= longest * scale for part in parts(pieces, kind))


@pytest.mark.parametrize(
    ("packet", "count"),
    [
        (b"", 0),
        (bytes([0 << 3]), 480),  # SILK, 10 ms
        (bytes([3 << 3]), 2880),  # SILK, 60 ms
        (bytes([12 << 3]), 480),  # hybrid, 10 ms
        (bytes([13 << 3]), 960),  # hybrid, 20 ms
        (bytes([16 << 3]), 120),  # CELT, 2.5 ms
        (bytes([31 << 3]), 960),  # CELT, 20 ms
        (bytes([31 << 3 | 1]), 1920),
        (bytes([31 << 3 | 2]), 1920),
        (bytes([31 << 3 | 3, 3]), 2880),
        (bytes([31 << 3 | 3]), 1920),
    ],
)
def test_how_long_a_packet_of_opus_lasts(packet: bytes, count: int):
    assert frame_samples(OPUS, packet) == count
    assert frame_samples(AUDIO, packet) == AAC_FRAME_SAMPLES


# --- sound that comes no more ---------------------------------------------------------------------


def gone(samples: Sequence[Sample], since_s: float, until_s: float) -> list[Sample]:
    """Leave out the sound of a while."""
    missing = range(round(since_s * CLOCK_HZ), round(until_s * CLOCK_HZ))
    return [one for one in samples if one.kind == "video" or one.decode_ticks not in missing]


def test_sound_that_comes_no_more_goes_on_in_silence():
    packager = Packager(VIDEO, AUDIO)
    samples = gone(film(12), 4, 12)
    pieces = [piece for sample in samples for piece in packager.add(sample)]
    heard = spans(pieces, "audio", 48_000)
    # Whoever plays it has sound to where the pictures are, without a hole.
    assert all(before[1] == after[0] for before, after in pairwise(heard.values()))
    assert list(heard) == list(range(6))
    assert 11.5 < heard[5][1] <= 12
    ended = [piece.segment for piece in pieces if isinstance(piece, SegmentEnd)]
    assert sorted(ended) == sorted([*range(5), *range(5)])
    payload = b"".join(fragment.payload for fragment in fragments(pieces, AUDIO))
    assert payload.endswith(silence_of(AUDIO) or b"?")


def test_sound_that_comes_back_takes_its_place_again():
    pieces = cut(gone(film(12), 4, 9), Packager(VIDEO, AUDIO))
    heard = spans(pieces, "audio", 48_000)
    assert all(before[1] == after[0] for before, after in pairwise(heard.values()))
    assert heard[5][1] == pytest.approx(12, abs=0.03)
    last = list(fragments(pieces, AUDIO))[-1]
    assert b"sound" in last.payload


def test_sound_that_is_late_is_waited_for():
    # Each frame of sound comes two and a half seconds after its picture.
    samples = film(12)
    samples.sort(key=lambda one: one.decode_ticks + 2.5 * CLOCK_HZ * (one.kind == "audio"))
    pieces = cut(samples, Packager(VIDEO, AUDIO))
    payload = b"".join(fragment.payload for fragment in fragments(pieces, AUDIO))
    assert (silence_of(AUDIO) or b"?") not in payload
    assert payload.count(b"sound") == 12 * CLOCK_HZ // SOUND_TICKS


@pytest.mark.parametrize(
    "media",
    [
        AudioFormat("aac", bytes.fromhex("11b0"), 48_000, 6),
        AudioFormat("aac", bytes.fromhex("2b118800"), 48_000, 2),
        AudioFormat("aac", b"", 48_000, 2),
    ],
)
def test_where_no_silence_is_known_nothing_is_put(media: AudioFormat):
    assert silence_of(media) is None
    pieces = cut(gone(film(12), 4, 12), Packager(VIDEO, media))
    heard = spans(pieces, "audio", 48_000)
    assert max(end for _, end in heard.values()) < 4.1


@pytest.mark.parametrize(
    "media",
    [
        AUDIO,
        AudioFormat("aac", bytes.fromhex("1188"), 48_000, 1),
        AudioFormat("aac", bytes.fromhex("1210"), 44_100, 2),
        OPUS,
    ],
    ids=["stereo", "mono", "44.1 kHz", "opus"],
)
def test_silence_is_decoded_as_silence(media: AudioFormat, tmp_path: Path):
    silence = silence_of(media)
    assert silence is not None
    packager = Packager(None, media)
    lasts = frame_samples(media, silence)
    step = lasts * CLOCK_HZ // timescale_of(media)
    frames = [
        Sample("audio", number * step, number * step, is_keyframe=True, payload=silence)
        for number in range(50)
    ]
    pieces = cut(frames, packager)
    path = tmp_path / "silence.mp4"
    path.write_bytes(
        bytes(write_head(media)) + b"".join(part.payload for part in parts(pieces, "audio"))
    )
    command = [str(find_tools().ffmpeg), "-v", "error", "-xerror", "-i", str(path)]
    decoded = subprocess.run(
        [*command, "-f", "s16le", "-"], check=True, capture_output=True, timeout=60
    )
    assert decoded.stderr == b""
    assert decoded.stdout.count(0) == len(decoded.stdout) > 40 * lasts
