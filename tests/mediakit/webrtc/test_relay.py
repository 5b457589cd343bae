"""A stream passed on: cut once, given to all, its beginning squeezed for whoever comes late."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

import pytest

from streamverse.mediakit.ingest.samples import Sample
from streamverse.mediakit.webrtc.dtls import SrtpKeys
from streamverse.mediakit.webrtc.h264 import PictureReader
from streamverse.mediakit.webrtc.incoming import OPUS
from streamverse.mediakit.webrtc.negotiation import Kind
from streamverse.mediakit.webrtc.relay import Encryptor, Outlet, Relay
from streamverse.mediakit.webrtc.rtcp import SenderReport, parse_compound
from streamverse.mediakit.webrtc.rtp import RtpPacket
from streamverse.mediakit.webrtc.srtp import SrtpLine, SrtpRefused
from tests.mediakit.webrtc.conftest import FRAME, PICTURE_SET, SEQUENCE_SET, VIDEO, picture

NOW_S = 1_700_000_000.0


class Viewer:
    """Keeps what it is given."""

    def __init__(self, relay: Relay, video_number: int = 102) -> None:
        sources = relay.sources
        self.outlets: dict[Kind, Outlet] = {
            "video": Outlet(sources.video or 0, video_number),
            "audio": Outlet(sources.audio or 0, 111),
        }
        self.packets: list[RtpPacket] = []
        self.has_ended = False

    def take(self, kind: Kind, packets: Sequence[bytes]) -> None:
        """Keep packets."""
        self.packets += map(RtpPacket.parse, packets)

    def report(self) -> None:
        """Need no reports."""

    def end(self) -> None:
        """Note the end."""
        self.has_ended = True

    def pictures(self) -> list[tuple[int, list[bytes]]]:
        """Put the pictures together again."""
        reader = PictureReader()
        video = [one for one in self.packets if one.payload_type != 111]
        return [found for packet in video for found in reader.read(packet)]


@pytest.fixture
def woken() -> list[bool]:
    """Keep when somebody watches."""
    return []


@pytest.fixture
def relay(woken: list[bool]) -> Relay:
    """Give a relay of pictures and sound."""
    relay = Relay(lambda: NOW_S, woken.append)
    relay.take_format(VIDEO)
    relay.take_format(OPUS)
    return relay


def test_pictures_go_to_all_under_the_numbers_of_each(relay: Relay):
    viewers = [Viewer(relay), Viewer(relay, 39)]
    for viewer in viewers:
        assert relay.join(viewer) == []
    for number in range(3):
        relay.take_picture(picture(number))
    relay.take_sound(Sample("audio", 0, 0, is_keyframe=True, payload=b"\xfcsound"))
    first, second = viewers
    assert [nals[-1][:1] for _, nals in first.pictures()] == [b"\x65", b"\x41", b"\x41"]
    assert first.pictures()[0][1][:2] == [SEQUENCE_SET, PICTURE_SET]
    assert first.packets[-1].payload == b"\xfcsound"
    assert {one.payload_type for one in second.packets} == {39, 111}
    assert [replace(one, payload_type=0) for one in second.packets] == [
        replace(one, payload_type=0) for one in first.packets
    ]
    sequences = [one.sequence for one in first.packets if one.payload_type == 102]
    assert sequences == [(sequences[0] + n) & 0xFFFF for n in range(len(sequences))]


def test_whoever_comes_late_gets_the_pictures_since_the_keyframe_squeezed(relay: Relay):
    for number in range(35):
        relay.take_picture(picture(number))
    viewer = Viewer(relay)
    before = [[RtpPacket.parse(one) for one in packets] for packets in relay.join(viewer)]
    assert len(before) == 5
    assert before[0][0].payload[0] & 0x1F == 24
    times = [packets[0].timestamp for packets in before]
    assert [(b - a) & 0xFFFF_FFFF for a, b in itertools.pairwise(times)] == [90] * 4
    relay.take_picture(picture(35))
    following = viewer.packets[0]
    assert following.timestamp - times[-1] & 0xFFFF_FFFF == FRAME
    assert following.sequence == before[-1][-1].sequence + 1 & 0xFFFF
    other = Viewer(relay)
    assert len(relay.join(other)) == 6


def test_somebody_watching_is_told_once(relay: Relay, woken: list[bool]):
    viewers = [Viewer(relay), Viewer(relay)]
    for viewer in viewers:
        relay.join(viewer)
    for viewer in (*viewers, viewers[0]):
        relay.leave(viewer)
    assert woken == [True, False]


def test_pictures_in_another_order_cannot_be_passed_on(relay: Relay):
    viewer = Viewer(relay)
    relay.join(viewer)
    for number, shown in enumerate((0, 3, 1, 2)):
        relay.take_picture(replace(picture(number), present_ticks=shown * FRAME))
    assert relay.refusal is not None
    assert "B-frames" in relay.refusal
    seen = len(viewer.packets)
    relay.take_picture(picture(30))
    assert len(viewer.packets) == seen
    # Another encoder may do without.
    relay.take_format(VIDEO)
    assert relay.refusal is None


def test_other_codecs_are_refused_in_words(relay: Relay):
    relay.take_format(replace(VIDEO, codec="hevc"))
    assert relay.refusal == "Only H.264 is shown by WebRTC: watch with low latency."


def test_reports_tie_pictures_and_sound_to_one_clock(relay: Relay):
    viewer = Viewer(relay)
    relay.join(viewer)
    assert relay.report_of("video", viewer.outlets["video"].tally) is None
    relay.take_picture(picture(0))
    relay.take_sound(Sample("audio", 0, 0, is_keyframe=True, payload=b"sound"))
    shown = {one.payload_type: one.timestamp for one in viewer.packets}
    for kind, number in (("video", 102), ("audio", 111)):
        report = relay.report_of(kind, viewer.outlets[kind].tally)
        assert report is not None
        (said,) = [one for one in parse_compound(report) if isinstance(one, SenderReport)]
        assert said.timestamp == shown[number]


def test_the_end_is_told(relay: Relay):
    viewer = Viewer(relay)
    relay.join(viewer)
    relay.end()
    assert viewer.has_ended


KEYS = SrtpKeys(b"SRTP_AEAD_AES_128_GCM", bytes(range(28)), bytes(range(28, 56)))
MIRRORED = SrtpKeys(KEYS.profile, KEYS.theirs, KEYS.ours)


def test_what_was_before_goes_first_and_what_was_lost_again(relay: Relay):
    for number in range(3):
        relay.take_picture(picture(number, size=30_000))
    viewer = Viewer(relay)
    encryptor = Encryptor(SrtpLine(KEYS), relay, viewer.outlets)
    encryptor.begin(relay.join(viewer))
    line = SrtpLine(MIRRORED)
    late = viewer.packets
    relay.take_picture(picture(3))
    assert encryptor.write("video", [bytes(one) for one in late]) == []
    sent: list[RtpPacket] = []
    while encryptor.is_catching_up:
        pieces = encryptor.go_on()
        assert len(pieces) <= 24
        sent += [RtpPacket.parse(line.open(one)) for one in pieces]
    assert sent[-1] == late[-1]
    video = viewer.outlets["video"]
    assert video.tally.packets == len(sent)
    lost = [sent[1].sequence, late[0].sequence]
    again = encryptor.repeat(video.source, lost)
    with pytest.raises(SrtpRefused):
        # It was not lost after all.
        line.open(again[0])
    fresh = SrtpLine(MIRRORED)
    assert [RtpPacket.parse(fresh.open(one)) for one in again] == [sent[1], late[0]]
    assert encryptor.repeat(12345, lost) == []
