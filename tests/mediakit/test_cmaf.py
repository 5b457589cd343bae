"""Fragmented MP4 is cut, moved and written so that a real decoder sees no difference."""

import struct
import subprocess
from contextlib import suppress
from dataclasses import replace

import imageio_ffmpeg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from streamverse.mediakit.boxes import StreamMalformed, boxes_in, write_box, write_full_box
from streamverse.mediakit.cmaf import (
    MAX_MEDIA_BYTES,
    Fragment,
    FragmentReader,
    InitSegment,
    Sample,
    cut_samples,
    join_fragments,
)
from streamverse.mediakit.frames import AudioPlan, FrameRate, SegmentPlan

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
FLAGS = "+cmaf+frag_keyframe+empty_moov+default_base_moof+delay_moov+skip_trailer"
MP4 = ["-movflags", f"{FLAGS}+negative_cts_offsets", "-f", "mp4", "pipe:1"]
PICTURES = ["-f", "lavfi", "-i", "testsrc=s=320x180:r=30000/1001", "-pix_fmt", "yuv420p"]
GOP = ["-g", "30", "-keyint_min", "30", "-sc_threshold", "0", "-bf", "3", "-flags", "+cgop"]
H264 = ["-c:v", "libx264", "-preset", "veryfast", *GOP, "-video_track_timescale", "30000"]
SOUND = ["-f", "lavfi", "-i", "sine=r=48000", "-t", "3", "-ac", "2", "-c:a", "aac"]

COPY = ["-c", "copy", "-copyts", "-avoid_negative_ts", "disabled", "-f", "framecrc", "-"]

Parts = list[InitSegment | Fragment]


def run_ffmpeg(*arguments: str, given: bytes = b"") -> bytes:
    command = [FFMPEG, "-hide_banner", "-loglevel", "error", *arguments]
    return subprocess.run(command, input=given, capture_output=True, check=True).stdout


def packets(stream: bytes) -> list[str]:
    """List time, duration, size and checksum of every packet as ffmpeg reads it."""
    lines = run_ffmpeg("-i", "pipe:0", *COPY, given=stream)
    return [line for line in lines.decode().splitlines() if not line.startswith("#")]


def read(stream: bytes, piece_bytes: int = 1 << 20) -> tuple[InitSegment, list[Fragment]]:
    reader = FragmentReader()
    parts: Parts = []
    for start in range(0, len(stream), piece_bytes):
        parts += reader.feed(stream[start : start + piece_bytes])
    reader.finish()
    init = parts.pop(0)
    assert isinstance(init, InitSegment)
    assert init is reader.init
    return init, [part for part in parts if isinstance(part, Fragment)]


@pytest.fixture(scope="module")
def video() -> bytes:
    return run_ffmpeg(*PICTURES, "-frames:v", "70", *H264, *MP4)


@pytest.fixture(scope="module")
def audio() -> bytes:
    return run_ffmpeg(*SOUND, "-frag_duration", "333333", *MP4)


def test_video_of_ffmpeg(video: bytes):
    init, fragments = read(video)
    assert (init.track_id, init.timescale, init.codec) == (1, 30000, "avc1.64000d")
    assert (init.width, init.height, init.channels, init.sample_rate_hz) == (320, 180, None, None)
    assert init.edit_start_ticks == 2002
    assert [fragment.decode_time_ticks for fragment in fragments] == [0, 30030, 60060]
    assert [fragment.duration_ticks for fragment in fragments] == [30030, 30030, 10010]
    assert [fragment.sequence_number for fragment in fragments] == [1, 2, 3]
    assert [len(fragment.samples) for fragment in fragments] == [30, 30, 10]
    assert all(fragment.is_keyframe for fragment in fragments)
    assert [sample.is_keyframe for sample in fragments[1].samples] == [True] + [False] * 29
    assert fragments[0].samples[0].composition_ticks == 2002
    assert fragments[0].delayed(-2002).samples[0].composition_ticks == 0


def test_audio_of_ffmpeg(audio: bytes):
    init, fragments = read(audio)
    assert (init.timescale, init.codec) == (48000, "mp4a.40.2")
    assert (init.width, init.height, init.channels, init.sample_rate_hz) == (None, None, 2, 48000)
    assert init.edit_start_ticks == 1024
    assert sum(fragment.duration_ticks for fragment in fragments) >= 3 * 48000
    assert {s.duration_ticks for f in fragments[:-1] for s in f.samples} == {1024}
    assert all(fragment.is_keyframe for fragment in fragments)


@pytest.mark.parametrize("name", ["video", "audio"])
def test_what_is_written_decodes_as_before(name: str, request: pytest.FixtureRequest):
    stream: bytes = request.getfixturevalue(name)
    init, fragments = read(stream)
    written = bytes(init) + join_fragments(fragments)
    assert packets(written) == packets(stream)
    assert len(written) <= len(stream)
    assert read(written) == (init, fragments)


@pytest.mark.parametrize("piece_bytes", [1, 7, 4096])
def test_bytes_may_arrive_in_any_pieces(video: bytes, piece_bytes: int):
    assert read(video, piece_bytes) == read(video)


def test_a_fragment_comes_as_soon_as_it_is_whole(video: bytes):
    init, fragments = read(video)
    reader = FragmentReader()
    first = video.index(b"moof", video.index(b"moof") + 4) - 4
    assert reader.feed(video[: first - 1]) == [init]
    assert reader.feed(video[first - 1 : first]) == [fragments[0]]
    assert reader.feed(video[first:]) == fragments[1:]


@pytest.mark.parametrize("frame_count", [1, 2, 3, 40])
def test_chunks_encoded_apart_become_one_track(video: bytes, frame_count: int):
    start, frames = ["-ss", str(60 * 1001 / 30000)], ["-frames:v", str(frame_count)]
    init, fragments = read(video)
    later_init, later = read(run_ffmpeg(*PICTURES, *start, *frames, *H264, *MP4))
    assert bytes(later_init.with_edit_start(2002)) == bytes(init)
    moved = [
        replace(
            fragment.delayed(2002 - later_init.edit_start_ticks),
            decode_time_ticks=fragment.decode_time_ticks + 60 * 1001,
            sequence_number=3 + index,
        )
        for index, fragment in enumerate(later)
    ]
    whole = packets(bytes(init) + join_fragments([*fragments[:2], *moved]))
    instants = sorted(int(line.split(",")[2]) for line in whole)
    assert instants == [frame * 1001 for frame in range(60 + frame_count)]


def test_sound_is_cut_anew_by_segments(audio: bytes):
    init, fragments = read(audio)
    pieces = [piece for fragment in fragments for piece in fragment.pieces()]
    pieces = pieces[init.edit_start_ticks // 1024 :]  # the encoder's priming
    plan = AudioPlan(SegmentPlan(FrameRate(25), 75))
    segments = [
        cut_samples(
            init.track_id,
            pieces[frames.start : frames.stop],
            decode_time_ticks=frames.start * 1024,
            number=number,
        )
        for number, frames in enumerate(plan.segments(len(pieces)))
    ]
    assert [len(segment.samples) for segment in segments] == [94, len(pieces) - 94]
    written = packets(bytes(init.without_priming()) + join_fragments(segments))
    assert [line.split(",")[-1] for line in written] == [
        line.split(",")[-1] for line in packets(audio)[1:]
    ]
    assert [int(line.split(",")[1]) for line in written[:2]] == [0, 1024]


def test_an_edit_list_is_taken_out(audio: bytes):
    init, _ = read(audio)
    plain = init.without_priming()
    assert plain.edit_start_ticks == 0
    assert b"edts" not in plain.payload
    assert InitSegment.parse(plain.payload) == plain
    assert plain.without_priming() == plain
    assert init.with_edit_start(1024) == init


samples = st.builds(
    Sample,
    st.integers(0, 2**32 - 1),
    st.integers(0, 40),
    st.sampled_from([0x0200_0000, 0x0101_0000, 0]),
    st.integers(-(2**31), 2**31 - 1) | st.just(0),
)


@st.composite
def made_fragments(draw: st.DrawFn) -> Fragment:
    chosen = draw(st.lists(samples, min_size=1, max_size=6))
    if draw(st.booleans()):
        chosen = [replace(sample, duration_ticks=1001, composition_ticks=0) for sample in chosen]
    return Fragment(
        1,
        draw(st.integers(0, 2**32 - 1)),
        draw(st.integers(0, 2**64 - 1)),
        tuple(chosen),
        draw(st.binary(min_size=(size := sum(s.size_bytes for s in chosen)), max_size=size)),
    )


@given(made_fragments())
def test_any_fragment_reads_as_it_was_written(fragment: Fragment):
    reader = FragmentReader()
    init = InitSegment.parse(make_init())
    assert reader.feed(bytes(init)) == [init]
    assert reader.feed(bytes(fragment)) == [fragment]
    reader.finish()


def full(kind: bytes, layout: str, *numbers: int, version: int = 0, flags: int = 0) -> bytes:
    return write_full_box(kind, version, flags, struct.pack(f">{layout}", *numbers))


AVC = write_box(b"avcC", bytes([1, 0x64, 0, 0x1F, 0xFF]))
AVC1 = write_box(b"avc1", bytes(24), struct.pack(">HH", 320, 180), bytes(50), AVC)


def make_mp4a(
    specific: bytes = b"\x11\x90",
    object_type: int = 0x40,
    long_lengths: bool = False,  # noqa: FBT002
) -> bytes:
    def descriptor(tag: int, content: bytes) -> bytes:
        length = b"\x80\x80\x80" if long_lengths else b""
        return bytes([tag]) + length + bytes([len(content)]) + content

    decoder = descriptor(4, bytes([object_type]) + bytes(12) + descriptor(5, specific))
    esds = write_full_box(b"esds", 0, 0, descriptor(3, bytes(3) + decoder))
    return write_box(b"mp4a", bytes(16), struct.pack(">HHIHH", 2, 16, 0, 48000, 0), esds)


def make_init(
    *,
    entries: bytes = AVC1,
    timescale: bytes = full(b"mdhd", "IIII", 0, 0, 30000, 0),
    edits: bytes = b"",
    tracks: int = 1,
) -> bytes:
    table = write_box(b"stbl", write_full_box(b"stsd", 0, 0, struct.pack(">I", 1), entries))
    media = write_box(b"mdia", timescale, write_box(b"minf", table))
    track = write_box(b"trak", edits, media)
    extends = write_box(b"mvex", full(b"trex", "5I", 1, 1, 1001, 4, 7))
    return write_box(b"ftyp", b"cmf2") + write_box(b"moov", track * tracks, extends)


def make_fragment(
    *,
    header: bytes = full(b"tfhd", "I", 1),
    runs: tuple[bytes, ...] = (full(b"trun", "I", 2),),
    more: bytes = b"",
    media: bytes = b"abcdefgh",
    decode_time: bytes = full(b"tfdt", "I", 77),
) -> bytes:
    track = write_box(b"traf", header, decode_time, *runs, more)
    return write_box(b"moof", full(b"mfhd", "I", 5), track) + write_box(b"mdat", media)


def cut(stream: bytes) -> Fragment:
    parts = FragmentReader().feed(make_init() + stream)
    assert len(parts) == 2
    fragment = parts[1]
    assert isinstance(fragment, Fragment)
    return fragment


def test_samples_take_the_defaults_of_the_track():
    assert cut(make_fragment()) == Fragment(1, 5, 77, (Sample(1001, 4, 7),) * 2, b"abcdefgh")


def test_defaults_of_a_fragment_come_before_those_of_the_track():
    header = full(b"tfhd", "IQIIII", 1, 0, 1, 500, 2, 9, flags=0x3B)
    fragment = cut(make_fragment(header=header, runs=(full(b"trun", "I", 4),)))
    assert fragment.samples == (Sample(500, 2, 9),) * 4


def test_runs_follow_one_another():
    runs = (
        full(b"trun", "III", 1, 0x10000, 3, flags=0x204),
        full(b"trun", "IIi", 1, 5, -2, version=1, flags=0xA00),
    )
    assert cut(make_fragment(runs=runs)).samples == (
        Sample(1001, 3, 0x10000),
        Sample(1001, 5, 7, -2),
    )


def test_composition_offsets_of_version_0_are_not_negative():
    run = full(b"trun", "IIII", 1, 8, 0, 0xFFFFFFFF, flags=0xE00)
    assert cut(make_fragment(runs=(run,))).samples == (Sample(1001, 8, 0, 0xFFFFFFFF),)


def test_other_boxes_between_fragments_are_dropped():
    noise = b"".join(write_box(kind, b"....") for kind in (b"styp", b"sidx", b"prft", b"free"))
    parts = FragmentReader().feed(
        make_init() + noise + make_fragment() + noise + make_fragment(more=write_box(b"free"))
    )
    assert [type(part) for part in parts] == [InitSegment, Fragment, Fragment]


def test_media_may_have_a_long_header():
    stream = make_fragment()
    media = stream.index(b"mdat") - 4
    long_header = struct.pack(">I4sQ", 1, b"mdat", 24) + stream[media + 8 :]
    reader = FragmentReader()
    reader.feed(make_init() + stream[:media] + long_header[:12])
    assert reader.feed(long_header[12:]) == [cut(stream)]


def test_times_of_version_1():
    entries = full(b"elst", "IQqI", 1, 0, 512, 0x10000, version=1)
    init = InitSegment.parse(
        make_init(
            timescale=full(b"mdhd", "QQIQ", 0, 0, 44100, 0, version=1),
            edits=write_box(b"edts", entries),
        )
    )
    assert (init.timescale, init.edit_start_ticks) == (44100, 512)
    decode_time = full(b"tfdt", "Q", 2**40, version=1)
    assert cut(make_fragment(decode_time=decode_time)).decode_time_ticks == 2**40


@pytest.mark.parametrize(
    ("entry", "codec"),
    [
        (AVC1, "avc1.64001f"),
        (AVC1.replace(b"avc1", b"avc3"), "avc3.64001f"),
        (make_mp4a(), "mp4a.40.2"),
        (make_mp4a(long_lengths=True), "mp4a.40.2"),
        (make_mp4a(b"\x2b\x92\x08\x00"), "mp4a.40.5"),
        (make_mp4a(b"\xf9\x40\x00"), "mp4a.40.42"),
    ],
)
def test_codecs(entry: bytes, codec: str):
    assert InitSegment.parse(make_init(entries=entry)).codec == codec


@pytest.mark.parametrize(
    ("stream", "message"),
    [
        (make_init(entries=write_box(b"vp09", bytes(80))), r"this one holds 'vp09'\."),
        (make_init(entries=AVC1 * 2), r"this one holds 'avc1', 'avc1'\."),
        (make_init(entries=b""), r"this one holds nothing\."),
        (make_init(entries=AVC1.replace(b"avcC", b"free")), "'avc1' lacks the box 'avcC'"),
        (make_init(entries=write_box(b"avc1", bytes(8))), "'avc1' is too short"),
        (make_init(entries=make_mp4a(object_type=0x6B)), "is not AAC"),
        (make_init(entries=make_mp4a(b"\x11")), "is not AAC"),
        (make_init(entries=make_mp4a(b"")), "does not describe a decoder"),
        (
            make_init(entries=write_box(b"mp4a", bytes(28), full(b"esds", "I", 1))),
            "does not describe a decoder",
        ),
        (
            make_init(entries=write_box(b"mp4a", bytes(28), write_full_box(b"esds", 0, 0))),
            "does not describe a decoder",
        ),
        (make_init(timescale=full(b"mdhd", "IIII", 0, 0, 0, 0)), "counts no ticks"),
        (make_init(timescale=b""), "'mdia' lacks the box 'mdhd'"),
        (make_init(tracks=2), "'moov' holds 2 boxes 'trak', not one"),
        (make_init(tracks=0), "'moov' lacks the box 'trak'"),
        (
            make_init(edits=write_box(b"edts", full(b"elst", "IIiI", 1, 0, -1, 0))),
            "edit list of the track does more",
        ),
        (
            make_init(edits=write_box(b"edts", full(b"elst", "IIiI", 2, 0, 5, 0))),
            "edit list of the track does more",
        ),
        (make_init()[12:], "one box 'moov', after 'ftyp'"),
        (make_init() * 2, "one box 'moov', after 'ftyp'"),
        (make_fragment(), "Media comes before"),
        (make_init() + write_box(b"mdat", b"x"), "Media comes before"),
        (make_init() + make_fragment()[:-16] * 2, "followed by another instead of its media"),
        (
            make_init() + make_fragment(more=write_box(b"senc") + write_box(b"saiz")),
            "boxes that would be lost: 'saiz', 'senc'",
        ),
        (make_init() + make_fragment(header=full(b"tfhd", "I", 2)), "belongs to track 2, not 1"),
        (make_init() + make_fragment(media=b"abc"), "Samples of 8 bytes do not fill 3 of media"),
        (make_init() + make_fragment(runs=()), "at least one sample"),
        (
            make_init() + make_fragment(runs=(full(b"trun", "I", 0xFFFFFFFF),)),
            "A fragment of 4294967295 samples is over the limit of 65536",
        ),
        (
            make_init() + make_fragment(runs=(full(b"trun", "III", 9, 1, 1, flags=0x200),)),
            "'trun' is too short",
        ),
        (
            make_init() + make_fragment(runs=(full(b"trun", "Ii", 2, 9, flags=1),)),
            "do not follow one another",
        ),
        (struct.pack(">I4s", 7, b"ftyp"), "A box cannot be 7 bytes long"),
        (struct.pack(">I4s", 0, b"mdat"), "A box cannot be 0 bytes long"),
        (struct.pack(">I4sQ", 1, b"mdat", 15), "A box cannot be 15 bytes long"),
        (b"Hello, this is not a film.", "A box 'o, t' of 1214606444 bytes is over the limit"),
        (
            struct.pack(">I4sQ", 1, b"mdat", 1 << 60),
            rf"A box 'mdat' of {1 << 60} bytes is over the limit of {MAX_MEDIA_BYTES}",
        ),
        (
            struct.pack(">I4s", 1 << 24, b"moov"),
            "A box 'moov' of 16777216 bytes is over the limit of 1048576",
        ),
        (
            write_box(b"ftyp") + write_box(b"moov", struct.pack(">I4s", 100, b"trak")),
            "is cut off, or larger than the one around it",
        ),
        (write_box(b"ftyp") + write_box(b"moov", b"1234"), "is cut off"),
    ],
)
def test_hostile_streams_are_refused(stream: bytes, message: str):
    with pytest.raises(StreamMalformed, match=message):
        FragmentReader().feed(stream)


def test_limits_can_be_lowered():
    reader = FragmentReader(max_media_bytes=10)
    with pytest.raises(StreamMalformed, match="A box 'mdat' of 16 bytes is over the limit of 10"):
        reader.feed(make_init() + make_fragment())


def test_a_head_of_other_boxes_is_refused():
    with pytest.raises(StreamMalformed, match="begins with the boxes 'ftyp' and 'moov'"):
        InitSegment.parse(write_box(b"ftyp"))


@pytest.mark.parametrize(
    "stream",
    [
        b"",
        make_init()[:-1],
        make_init() + make_fragment()[:-1],
        make_init() + make_fragment()[:-16],
    ],
)
def test_a_stream_that_breaks_off_is_noticed(stream: bytes):
    reader = FragmentReader()
    reader.feed(stream)
    with pytest.raises(StreamMalformed, match="breaks off before its end"):
        reader.finish()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(st.data())
def test_damage_is_refused_or_read_but_never_worse(video: bytes, audio: bytes, data: st.DataObject):
    stream = bytearray(data.draw(st.sampled_from([video, audio])))
    for _ in range(data.draw(st.integers(1, 4))):
        stream[data.draw(st.integers(0, 2500))] = data.draw(st.integers(0, 255))
    with suppress(StreamMalformed):
        read(bytes(stream))


def test_names_of_boxes():
    (box,) = boxes_in(memoryview(write_box(b"ab\xe9\x00")))
    assert box.name == "ab\xe9\x00"
