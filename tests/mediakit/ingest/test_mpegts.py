"""Transport streams of real multiplexers, cut anywhere, damaged and wrapped around."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterable
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamverse.mediakit.ffmpeg import Tools
from streamverse.mediakit.ingest.elementary import Adts, AnnexB, OpusUnits
from streamverse.mediakit.ingest.mpegts import PACKET_BYTES, TsDemuxer, checksum
from streamverse.mediakit.ingest.samples import AudioFormat, MediaRefused, Sample, VideoFormat
from tests.factories.ingest import AAC, H264, sources

Heard = VideoFormat | AudioFormat | Sample
HEVC = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error")
OPUS = ("-c:a", "libopus")
Make = Callable[..., bytes]


@pytest.fixture(scope="session")
def make(tools: Tools, tmp_path_factory: pytest.TempPathFactory) -> Make:
    """Have ffmpeg write transport streams, each kind once."""
    folder = tmp_path_factory.mktemp("mpegts")
    made: dict[tuple[str, ...], bytes] = {}

    def make(*options: str, inputs: tuple[str, ...] = sources()) -> bytes:
        if options not in made:
            path: Path = folder / f"{len(made)}.ts"
            command = [str(tools.ffmpeg), "-v", "error", "-nostdin", *inputs, *options]
            subprocess.run([*command, "-f", "mpegts", str(path)], check=True, timeout=120)
            made[options] = path.read_bytes()
        return made[options]

    return make


def read(data: bytes, places: Iterable[int] = (), damaged: int = 0) -> list[Heard]:
    demuxer = TsDemuxer()
    stops = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    heard = [each for start, stop in pairwise(stops) for each in demuxer.feed(data[start:stop])]
    heard += demuxer.finish()
    assert (demuxer.continuity_errors, demuxer.damaged_packets) == (0, damaged)
    return heard


def samples_of(heard: list[Heard], kind: str) -> list[Sample]:
    return [each for each in heard if isinstance(each, Sample) and each.kind == kind]


def formats_of(heard: list[Heard]) -> list[VideoFormat | AudioFormat]:
    return [each for each in heard if not isinstance(each, Sample)]


@pytest.mark.parametrize(
    ("options", "video", "audio", "frames", "ticks"),
    [
        ((*H264, *AAC), "h264", "aac", 95, 1920),
        (("-c:v", "libx264", "-g", "30", *AAC), "h264", "aac", 95, 1920),
        ((*HEVC, *AAC), "hevc", "aac", 95, 1920),
        ((*H264, *OPUS), "h264", "opus", 101, 1800),
    ],
)
def test_what_ffmpeg_writes(
    make: Make, options: tuple[str, ...], video: str, audio: str, frames: int, ticks: int
):
    heard = read(make(*options))
    pictures, sound = sorted(formats_of(heard), key=lambda media: isinstance(media, AudioFormat))
    assert (pictures.codec, pictures.width, pictures.height) == (video, 320, 180)
    assert (sound.codec, sound.sample_rate_hz, sound.channels) == (audio, 48_000, 2)
    shown = samples_of(heard, "video")
    assert len(shown) == 60
    assert [later - earlier for earlier, later in pairwise(s.decode_ticks for s in shown)] == (
        [3000] * 59
    )
    assert sorted(sample.present_ticks for sample in shown) == [
        shown[0].present_ticks + 3000 * number for number in range(60)
    ]
    assert shown[0].is_keyframe
    sounds = samples_of(heard, "audio")
    assert len(sounds) == frames
    assert {later - earlier for earlier, later in pairwise(s.decode_ticks for s in sounds)} <= {
        *(ticks, ticks - 1, ticks + 1),
    }


def test_key_frames_and_lengths(make: Make):
    shown = samples_of(read(make(*H264, *AAC)), "video")
    assert [number for number, sample in enumerate(shown) if sample.is_keyframe] == [0, 30]
    for sample in shown:
        position, kinds = 0, []
        while position < len(sample.payload):
            start = position + 4
            position = start + int.from_bytes(sample.payload[position:start])
            kinds.append(sample.payload[start] & 0x1F)
        assert position == len(sample.payload)
        # No delimiters and no parameter sets: those are in the format.
        assert set(kinds) <= {1, 5, 6}


@given(st.lists(st.integers(0, 1 << 20), max_size=20))
def test_wherever_it_is_cut(make: Make, places: list[int]):
    # The last packet of sound is cut off.
    data = make(*H264, *AAC)[: 188 * 80]
    assert read(data, places, damaged=1) == read(data, damaged=1)


def test_byte_by_byte(make: Make):
    data = make(*H264, *AAC)[: 188 * 40]
    assert read(data, range(len(data))) == read(data)


def test_the_clock_of_33_bits_goes_on(make: Make):
    before = make(*H264, *AAC)
    # One second before the clock begins again; ffmpeg itself begins 1.4 s late.
    offset = ("-output_ts_offset", str((1 << 33) / 90_000 - 2.4))
    heard, expected = read(make(*H264, *AAC, *offset)), read(before)
    for kind in ("video", "audio"):
        found = [sample.decode_ticks for sample in samples_of(heard, kind)]
        plain = [sample.decode_ticks for sample in samples_of(expected, kind)]
        assert found[-1] > 1 << 33 > found[0]
        assert [tick - found[0] for tick in found] == [tick - plain[0] for tick in plain]


def test_a_size_that_changes_gives_a_new_format(make: Make):
    small = make(*H264, "-an")
    large = make(*H264, "-an", "-s", "640x360")
    demuxer = TsDemuxer()
    heard = [*demuxer.feed(small), *demuxer.feed(large), *demuxer.finish()]
    assert [(media.width, media.height) for media in formats_of(heard)] == [(320, 180), (640, 360)]
    assert len(samples_of(heard, "video")) in {119, 120}


def test_what_is_said_again_is_said_once(make: Make):
    # Parameter sets stand before each key frame, and the tables ten times a second.
    assert len(formats_of(read(make(*H264, *AAC)))) == 2


# --- damage ---------------------------------------------------------------------------------------


def packets_of(data: bytes) -> list[bytes]:
    return [data[at : at + PACKET_BYTES] for at in range(0, len(data), PACKET_BYTES)]


def pid_of(packet: bytes) -> int:
    return int.from_bytes(packet[1:3]) & 0x1FFF


def run(packets: Iterable[bytes]) -> tuple[TsDemuxer, list[Heard]]:
    demuxer = TsDemuxer()
    heard = [*demuxer.feed(b"".join(packets)), *demuxer.finish()]
    return demuxer, heard


def test_a_packet_that_is_missing_costs_its_picture(make: Make):
    packets = packets_of(make(*H264, *AAC))
    whole = read(b"".join(packets))
    # A packet in the middle of a picture of several.
    at = next(
        number
        for number in range(60, len(packets) - 1)
        if pid_of(packets[number]) == pid_of(packets[number + 1]) == 0x100
        and not packets[number][1] & 0x40
        and not packets[number + 1][1] & 0x40
    )
    demuxer, heard = run(packets[:at] + packets[at + 1 :])
    assert demuxer.continuity_errors == 1
    assert demuxer.damaged_packets == 1
    assert len(samples_of(heard, "video")) == len(samples_of(whole, "video")) - 1
    assert samples_of(heard, "audio") == samples_of(whole, "audio")


def test_a_packet_that_is_sent_twice_counts_once(make: Make):
    packets = packets_of(make(*H264, *AAC))
    demuxer, heard = run([each for packet in packets for each in (packet, packet)])
    assert demuxer.continuity_errors == 0
    assert heard == read(b"".join(packets))


def test_a_packet_marked_as_broken(make: Make):
    packets = packets_of(make(*H264, *AAC))
    at = next(number for number in range(60, len(packets)) if pid_of(packets[number]) == 0x100)
    broken = packets[at][:1] + bytes([packets[at][1] | 0x80]) + packets[at][2:]
    _, heard = run([*packets[:at], broken, *packets[at + 1 :]])
    assert len(samples_of(heard, "video")) in {58, 59}


def test_an_announced_jump_is_no_error(make: Make):
    packets = packets_of(make(*H264, *AAC))
    video = [number for number, packet in enumerate(packets) if pid_of(packet) == 0x100]
    at = next(
        number for number in video[5:] if packets[number][3] & 0x20 and packets[number][1] & 0x40
    )
    marked = bytearray(packets[at])
    marked[5] |= 0x80
    for number in video:
        if number >= at:
            packet = marked if number == at else bytearray(packets[number])
            packet[3] = packet[3] & 0xF0 | (packet[3] + 5) & 0x0F
            packets[number] = bytes(packet)
    demuxer, heard = run(packets)
    assert demuxer.continuity_errors == 0
    assert len(samples_of(heard, "video")) == 60


def test_garbage_between_packets_is_gone_past(make: Make):
    packets = packets_of(make(*H264, *AAC))
    demuxer, heard = run([*packets[:100], b"\0" * 50, *packets[100:]])
    assert demuxer.damaged_packets == 1
    assert len(samples_of(heard, "video")) == 60
    assert list(TsDemuxer().feed(bytes(1000))) == []


def test_a_table_with_a_wrong_checksum_is_left_out(make: Make):
    packets = packets_of(make(*H264, *AAC))
    tables = [number for number, packet in enumerate(packets) if pid_of(packet) == 0x1000]
    broken = bytearray(packets[tables[0]])
    broken[20] ^= 1
    packets[tables[0]] = bytes(broken)
    demuxer, heard = run(packets)
    assert demuxer.damaged_packets == 1
    # The next table serves as well.
    assert len(formats_of(heard)) == 2


@given(st.randoms(use_true_random=False))
def test_any_damage_is_survived(make: Make, chance: Random):
    data = bytearray(make(*H264, *AAC)[: 188 * 60])
    for _ in range(chance.randrange(20)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    demuxer = TsDemuxer()
    with suppress(MediaRefused):
        heard = [*demuxer.feed(bytes(data)), *demuxer.finish()]
        assert len(heard) < 200


# --- what nobody sends, or should -----------------------------------------------------------------


def section(table: int, content: bytes) -> bytes:
    length = len(content) + 4
    head = bytes([table, 0xB0 | length >> 8, length & 0xFF]) + content
    return head + checksum(head).to_bytes(4)


def packet(pid: int, payload: bytes, counter: int = 0, *, begins: bool = True) -> bytes:
    stuffing = 184 - len(payload)
    field = b""
    if stuffing:
        field = bytes([stuffing - 1]) + (b"\0" + b"\xff" * (stuffing - 2) if stuffing > 1 else b"")
    head = (0x4000 if begins else 0) | pid
    flags = 0x10 | (0x20 if stuffing else 0) | counter
    return b"\x47" + head.to_bytes(2) + bytes([flags]) + field + payload


PAT = packet(0, b"\0" + section(0, b"\0\1\xc1\0\0" + b"\0\0\xe0\x10" + b"\0\1\xf0\0"))


def programme(*streams: bytes) -> bytes:
    content = b"\0\1\xc1\0\0" + b"\xe1\0\xf0\0" + b"".join(streams)
    return PAT + packet(0x1000, b"\0" + section(2, content))


def listed(kind: int, pid: int, descriptors: bytes = b"") -> bytes:
    head = bytes([kind]) + (0xE000 | pid).to_bytes(2) + (0xF000 | len(descriptors)).to_bytes(2)
    return head + descriptors


AUDIO = listed(0x0F, 0x101)
VIDEO = listed(0x1B, 0x100)
ADTS_FRAME = bytes.fromhex("fff14c8001bffc") + b"frame!"


def pes(payload: bytes, present: int, decode: int | None = None, *, is_long: bool = False) -> bytes:
    def time(prefix: int, ticks: int) -> bytes:
        return bytes(
            [
                prefix << 4 | ticks >> 29 & 0x0E | 1,
                ticks >> 22 & 0xFF,
                ticks >> 14 & 0xFE | 1,
                ticks >> 7 & 0xFF,
                ticks << 1 & 0xFE | 1,
            ]
        )

    times = time(2, present) if decode is None else time(3, present) + time(1, decode)
    flags = 0x80 if decode is None else 0xC0
    body = bytes([0x80, flags, len(times)]) + times + payload
    return b"\0\0\1\xc0" + (0 if is_long else len(body)).to_bytes(2) + body


def adts(content: bytes) -> bytes:
    length = 7 + len(content)
    return (
        bytes(
            [
                0xFF,
                0xF1,
                0x4C,
                0x80 | length >> 11,
                length >> 3 & 0xFF,
                length << 5 & 0xE0 | 0x1F,
                0xFC,
            ]
        )
        + content
    )


def test_sound_comes_out_without_waiting_for_the_next():
    demuxer = TsDemuxer()
    data = programme(VIDEO, AUDIO) + packet(0x101, pes(adts(b"one") + adts(b"two"), 90_000))
    assert list(demuxer.feed(data)) == [
        AudioFormat("aac", b"\x11\x90", 48_000, 2),
        Sample("audio", 90_000, 90_000, is_keyframe=True, payload=b"one"),
        Sample("audio", 91_920, 91_920, is_keyframe=True, payload=b"two"),
    ]


def test_a_packet_shorter_than_it_should_be_is_damaged():
    demuxer = TsDemuxer()
    whole = pes(adts(b"one"), 90_000)
    cut = packet(0x101, whole[:-2])
    data = programme(AUDIO) + cut + packet(0x101, pes(adts(b"two"), 91_920), 1)
    assert [each.payload for each in samples_of(list(demuxer.feed(data)), "audio")] == [b"two"]
    assert demuxer.damaged_packets == 1


@pytest.mark.parametrize(
    "broken",
    [
        pes(adts(b"x"), 0)[:8],
        b"\0\0\2" + pes(adts(b"x"), 0)[3:],
        # No time at all, and a header longer than the packet.
        b"\0\0\1\xc0\0\x0f\x80\0\0" + adts(b"hello"),
        b"\0\0\1\xc0\0\x06\x80\x80\xff\0\0\0",
    ],
)
def test_a_packet_without_a_time_is_damaged(broken: bytes):
    demuxer = TsDemuxer()
    heard = list(demuxer.feed(programme(AUDIO) + packet(0x101, broken)))
    heard += demuxer.finish()
    assert (heard, demuxer.damaged_packets) == ([], 1)


@pytest.mark.parametrize(
    ("streams", "sentence"),
    [
        ([listed(0x02, 0x100)], "stream of video in MPEG-2 is not taken; set H.264 or HEVC"),
        ([VIDEO, listed(0x81, 0x101)], "stream of audio in AC-3 is not taken; set AAC or Opus"),
        ([listed(0x11, 0x101)], "AAC with LATM"),
        ([listed(0x06, 0x101)], "neither pictures nor sound"),
        ([listed(0x06, 0x101, b"\x05\4Opus\x7f\2\x80\x0c")], "channels that cannot be"),
    ],
)
def test_streams_that_are_refused(streams: list[bytes], sentence: str):
    with pytest.raises(MediaRefused, match=sentence):
        list(TsDemuxer().feed(programme(*streams)))


def test_a_second_stream_and_one_of_a_codec_we_do_not_take_are_left_out():
    data = programme(listed(0x81, 0x102), AUDIO, listed(0x0F, 0x103))
    data += packet(0x102, pes(b"ac-3", 0)) + packet(0x103, pes(adts(b"no"), 0))
    data += packet(0x101, pes(adts(b"yes"), 0))
    assert [each.payload for each in samples_of(read(data), "audio")] == [b"yes"]


def test_a_scrambled_stream_is_refused():
    sound = bytearray(packet(0x101, pes(adts(b"x"), 0)))
    sound[3] |= 0x80
    with pytest.raises(MediaRefused, match="scrambled"):
        list(TsDemuxer().feed(programme(AUDIO) + bytes(sound)))


def test_a_picture_without_an_end_is_refused():
    demuxer = TsDemuxer()
    list(demuxer.feed(programme(VIDEO) + packet(0x100, pes(bytes(100), 0, is_long=True))))
    with pytest.raises(MediaRefused, match="picture without an end"):
        for number in range(1, 100_000):
            more = packet(0x100, bytes(184), number & 0x0F, begins=False)
            list(demuxer.feed(more))


def test_tables_in_pieces_and_tables_of_nothing():
    content = b"\0\1\xc1\0\0" + b"\xe1\0\xf0\0" + AUDIO + listed(0x1F, 0x1F0, b"\xaa" * 200)
    table = b"\0" + section(2, content)
    data = PAT + packet(0x1000, table[:184]) + packet(0x1000, table[184:], 1, begins=False)
    data += packet(0x101, pes(adts(b"yes"), 0))
    assert len(read(data)) == 2
    # Too long, of another kind, not in force yet, without programmes, and a piece of none.
    odd = [
        packet(0, b"\0\0\xbf\xff" + bytes(20)),
        packet(0, b"\0" + section(3, b"\0\1\xc1\0\0\0\1\xf0\0"), 1),
        packet(0, b"\0" + section(0, b"\0\1\xc0\0\0\0\1\xf0\0"), 2),
        packet(0, b"\0" + section(0, b"\0\1\xc1\0\0\0\0\xf0\0"), 3),
        packet(0, b"\0" + section(0, b"\0\1\xc1\0\0\0\1\xff\xff"), 4),
        packet(0, b"\0\0", 5),
        packet(0, b"more", 6, begins=False),
        b"\x47\0\0\x20\xb7" + bytes(183),
    ]
    assert read(b"".join(odd) + programme(AUDIO).replace(PAT, PAT[:3] + b"\x37" + PAT[4:])) == []


# --- elementary streams ---------------------------------------------------------------------------


def test_frames_of_aac_that_go_on_in_the_next_packet():
    reader, frames = Adts(), adts(b"first") + adts(b"second") + adts(b"third")
    heard = [*reader.read(frames[:15], 0, 9000), *reader.read(frames[15:], 0, 99_000)]
    # The second began in the first packet; only the third takes the time of the second one.
    assert [(each.payload, each.decode_ticks) for each in samples_of(heard, "audio")] == [
        *((b"first", 9000), (b"second", 10_920), (b"third", 99_000)),
    ]
    reader = Adts()
    assert list(reader.read(frames[:5], 0, 9000)) == []
    heard = list(reader.read(frames[5:], 0, 99_000))
    assert [each.decode_ticks for each in samples_of(heard, "audio")] == [9000, 99_000, 100_920]
    # What is lost in between ends the frame.
    reader = Adts()
    assert list(reader.read(frames[:5], 0, 9000)) == []
    reader.lose()
    heard = samples_of(list(reader.read(frames, 0, 18_000)), "audio")
    assert [each.decode_ticks for each in heard] == [18_000, 19_920, 21_840]


def test_aac_among_garbage():
    guarded = adts(b"..guarded")
    guarded = guarded[:1] + b"\xf0" + guarded[2:]
    data = b"\xff\xff\0\0\0\0\0\0" + b"junk" + guarded
    heard = list(Adts().read(data, 0, 0))
    # Two bytes of checksum stand behind the header that says so.
    assert [each.payload for each in samples_of(heard, "audio")] == [b"guarded"]
    assert list(Adts().read(adts(b"first")[:3], 0, 0)) == []
    assert list(Adts().read(adts(b"one") + b"no frame", 0, 0)) == []


def test_opus_units():
    packets = b"\x7f\xe0\x03\xfcab" + b"\x7f\xf0\x02\x00\x10\xf8c"
    reader = OpusUnits(2)
    heard = list(reader.read(packets, 0, 9000))
    assert heard[0] == AudioFormat("opus", b"\0\2\0\0\0\0\xbb\x80\0\0\0", 48_000, 2)
    assert [(each.payload, each.decode_ticks) for each in samples_of(heard, "audio")] == [
        *((b"\xfcab", 9000), (b"\xf8c", 10_800)),
    ]
    long = b"\x7f\xe4\xff\x02\x03any" + b"\xff\x03" + bytes(255)
    assert [len(each.payload) for each in reader.read(long, 0, 0)] == [257]
    for broken in (
        b"",
        b"\x7f",
        b"junk",
        b"\x7f\xe0\0",
        b"\x7f\xe0\5ab",
        b"\x7f\xe4",
        b"\x7f\xe0\xff",
    ):
        assert list(reader.read(broken, 0, 0)) == []


def test_opus_of_many_channels():
    (media, *_) = OpusUnits(6).read(b"", 0, 0)
    assert media.configuration == b"\0\6\0\0\0\0\xbb\x80\0\0\1\4\2\0\4\1\2\3\5"
    two = listed(0x06, 0x101, b"\x05\4Opus\x7f\2\x80\0")
    data = programme(two) + packet(0x101, pes(b"\x7f\xe0\1\xfc", 0))
    assert formats_of(read(data))[0].channels == 2


def test_pictures_before_any_parameter_sets_are_left_out():
    reader = AnnexB("h264")
    assert list(reader.read(b"\0\0\0\1\x65pic", 0, 0)) == []
    assert list(reader.read(b"\0\0\1\x68pps", 0, 0)) == []
    assert list(reader.read(b"\0\0\1\0\0\1", 0, 0)) == []
    with pytest.raises(MediaRefused, match="more parameter sets than fit"):
        list(reader.read(b"\0\0\1\x67\x42\0\x0d\xda\x05\x06\x7e\x7c" + b"\0\0\1\x68pps" * 40, 0, 0))
