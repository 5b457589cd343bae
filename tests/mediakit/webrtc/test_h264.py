"""H.264 cut into packets and put together again, whatever becomes of them on the way."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from streamverse.mediakit.webrtc.h264 import MOST_BYTES, PictureReader, write_payloads
from streamverse.mediakit.webrtc.rtp import RtpPacket
from tests.mediakit.webrtc.conftest import PICTURE_SET, SEQUENCE_SET


def packets_of(nals: list[bytes], timestamp: int = 3000) -> list[RtpPacket]:
    """Cut a picture into packets."""
    payloads = list(write_payloads(nals))
    last = len(payloads) - 1
    return [
        RtpPacket(96, n, timestamp, 1, payload, is_marked=n == last)
        for n, payload in enumerate(payloads)
    ]


def read_all(packets: list[RtpPacket]) -> list[tuple[int, list[bytes]]]:
    """Put packets together."""
    reader = PictureReader()
    return [found for packet in packets for found in reader.read(packet)]


_NALS = st.lists(
    st.builds(
        lambda kind, size: bytes([0x60 | kind]) + bytes(i & 0xFF for i in range(size)),
        st.sampled_from((1, 5, 6, 7, 8)),
        st.integers(1, 4000),
    ),
    min_size=1,
    max_size=6,
)


@given(_NALS)
def test_what_is_cut_is_put_together_again(nals: list[bytes]):
    packets = packets_of(nals)
    assert max(len(packet.payload) for packet in packets) <= MOST_BYTES
    assert read_all(packets) == [(3000, nals)]


def test_a_keyframe_begins_with_its_parameter_sets_in_one_packet():
    packets = packets_of([b"\x09\xf0", SEQUENCE_SET, PICTURE_SET, b"\x65" + bytes(2000)])
    assert packets[0].payload[0] == 0x78
    assert [packet.payload[0] & 0x1F for packet in packets] == [24, 28, 28]
    ((_, nals),) = read_all(packets)
    assert nals[:2] == [SEQUENCE_SET, PICTURE_SET]


def test_a_picture_that_lost_a_packet_is_none_and_the_next_one_is():
    packets = packets_of([b"\x65" + bytes(5000)])
    reader = PictureReader()
    for packet in packets[:2]:
        assert list(reader.read(packet)) == []
    reader.lose()
    for packet in packets[3:]:
        assert list(reader.read(packet)) == []
    whole = [b"\x41" + bytes(10)]
    assert list(reader.read(packets_of(whole, 6000)[0])) == [(6000, whole)]


def test_a_picture_without_a_mark_ends_where_the_next_begins():
    first = RtpPacket(96, 0, 3000, 1, b"\x41\x01")
    second = RtpPacket(96, 1, 6000, 1, b"\x41\x02", is_marked=True)
    assert read_all([first, second]) == [(3000, [b"\x41\x01"]), (6000, [b"\x41\x02"])]


@given(st.lists(st.binary(max_size=40), max_size=8))
def test_garbage_makes_no_harm(payloads: list[bytes]):
    read_all([RtpPacket(96, n, n // 2, 1, one) for n, one in enumerate(payloads)])
