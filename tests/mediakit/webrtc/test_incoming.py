"""What Chromium and ffmpeg sent, as it was captured, and what the line may do to it."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator

import pytest

from streamverse.mediakit.ingest.samples import AudioFormat, Sample, VideoFormat
from streamverse.mediakit.webrtc.incoming import Heard, Incoming
from streamverse.mediakit.webrtc.negotiation import answer_publisher
from streamverse.mediakit.webrtc.rtcp import (
    KeyframeRequest,
    Nack,
    ReceiverReport,
    SenderReport,
    ntp_of,
    parse_compound,
)
from streamverse.mediakit.webrtc.rtp import RtpBroken, RtpPacket
from streamverse.mediakit.webrtc.sdp import SessionDescription
from tests.mediakit.webrtc.conftest import CAPTURED, OURS

OUR_SSRC = 99
WHO = ("chromium-camera", "ffmpeg")


def captured(name: str) -> Iterator[tuple[bool, bytes]]:
    """Give what was captured: whether it is a report, and its bytes."""
    data = (CAPTURED / f"{name}.packets").read_bytes()
    position = 0
    while position < len(data):
        size = int.from_bytes(data[position + 1 : position + 3])
        yield bool(data[position]), data[position + 3 : position + 3 + size]
        position += 3 + size


def incoming(name: str) -> Incoming:
    """Agree with whoever was captured."""
    offer = SessionDescription.parse((CAPTURED / f"{name}.sdp").read_bytes())
    return Incoming(answer_publisher(offer, OURS), OUR_SSRC)


def play(name: str, packets: list[tuple[bool, bytes]]) -> tuple[Incoming, list[Heard]]:
    """Let packets come every ten milliseconds."""
    reader, heard = incoming(name), list[Heard]()
    for number, (is_report, data) in enumerate(packets):
        if is_report:
            reader.receive_reports(data, number / 100)
        else:
            heard += reader.receive(data, number / 100)
    return reader, heard


def of(kind: str, heard: list[Heard]) -> list[Sample]:
    """Give the samples of a kind."""
    return [one for one in heard if isinstance(one, Sample) and one.kind == kind]


@pytest.mark.parametrize("name", WHO)
def test_what_was_captured_is_a_stream(name: str):
    _, heard = play(name, list(captured(name)))
    video, audio = [one for one in heard if not isinstance(one, Sample)]
    assert isinstance(video, VideoFormat)
    assert isinstance(audio, AudioFormat)
    assert (video.codec, audio.codec, audio.sample_rate_hz) == ("h264", "opus", 48_000)
    pictures, sound = of("video", heard), of("audio", heard)
    assert pictures[0].is_keyframe
    assert {picture.payload[4] & 0x1F for picture in pictures} <= {1, 5, 6}
    for samples in (pictures, sound):
        times = [sample.decode_ticks for sample in samples]
        assert times == sorted(set(times))
    steps = {b.decode_ticks - a.decode_ticks for a, b in itertools.pairwise(sound)}
    assert steps == {1800}


def test_the_order_of_arrival_changes_nothing():
    packets = [one for one in captured("ffmpeg") if not one[0]]
    _, expected = play("ffmpeg", packets)
    chance = random.Random(7)
    order = sorted(range(1, len(packets)), key=lambda n: n + chance.random() * 4)
    _, heard = play("ffmpeg", [packets[0], *(packets[n] for n in order)])
    payloads = [one.payload for one in of("video", expected)]
    assert [one.payload for one in of("video", heard)] == payloads


def test_a_lost_packet_is_asked_for_then_a_keyframe_is():
    packets = [data for is_report, data in captured("ffmpeg") if not is_report]
    video = [data for data in packets if RtpPacket.parse(data).payload_type == 106]
    numbers = [RtpPacket.parse(data).sequence for data in video]
    reader = incoming("ffmpeg")
    heard = [one for data in video[:10] for one in reader.receive(data, 1)]
    shown = len(of("video", heard))
    heard += [one for data in video[11:20] for one in reader.receive(data, 1.1)]
    assert len(of("video", heard)) == shown
    asked = [said for report in reader.take_reports(1.11) for said in parse_compound(report)]
    assert Nack(OUR_SSRC, RtpPacket.parse(video[0]).source, (numbers[10],)) in asked
    assert not any(isinstance(said, KeyframeRequest) for said in asked)
    # It never comes: what follows shows nothing before the next keyframe.
    heard += reader.tick(1.6)
    asked = [said for report in reader.take_reports(1.61) for said in parse_compound(report)]
    assert KeyframeRequest(OUR_SSRC, RtpPacket.parse(video[0]).source) in asked
    later = [one for data in video[20:] for one in reader.receive(data, 2)]
    assert all(one.is_keyframe for one in of("video", later)[:1])


def test_a_keyframe_is_asked_for_every_two_seconds_and_arrivals_are_told():
    packets = list(captured("chromium-camera"))
    reader, _ = play("chromium-camera", packets)
    now_s = len(packets) / 100
    said = [one for report in reader.take_reports(now_s) for one in parse_compound(report)]
    (report,) = [one for one in said if isinstance(one, ReceiverReport)]
    assert [one.lost for one in report.receptions] == [0, 0]
    told = list(reader.take_reports(now_s + 5))
    assert any(isinstance(one, KeyframeRequest) for one in parse_compound(b"".join(told)))
    kinds = {data[1] for data in (*told, *incoming("chromium-camera").take_reports(0))}
    assert kinds <= {201, 205, 206}


def test_sound_is_brought_to_where_pictures_are():
    reader, heard = play("ffmpeg", [one for one in captured("ffmpeg") if not one[0]])
    packets = [RtpPacket.parse(data) for is_report, data in captured("ffmpeg") if not is_report]
    video = next(one for one in packets if one.payload_type == 106)
    audio = next(one for one in packets if one.payload_type == 111)
    before = of("audio", heard)[-1]
    # By the wall, the sound of the first packet was made half a second after the first picture.
    for packet, wall in ((video, 1_000.0), (audio, 1_000.5)):
        reader.receive_reports(
            bytes(SenderReport(packet.source, ntp_of(wall), packet.timestamp)), 2
        )
    last = [one for one in packets if one.payload_type == 111][-1]
    sequence, timestamp = last.sequence + 1 & 0xFFFF, last.timestamp + 960
    following = RtpPacket(111, sequence, timestamp, last.source, b"\xfc\xff\xfe")
    (sound,) = of("audio", list(reader.receive(bytes(following), 2)))
    first = of("video", heard)[0].decode_ticks
    expected = first + 45_000 + (timestamp - audio.timestamp) * 15 // 8
    assert abs(sound.decode_ticks - expected) <= 2
    assert sound.decode_ticks != before.decode_ticks + 1800


def test_sound_waits_for_the_first_picture_but_not_for_ever():
    sound = [
        data
        for is_report, data in captured("ffmpeg")
        if not is_report and RtpPacket.parse(data).payload_type == 111
    ]
    reader = incoming("ffmpeg")
    assert list(reader.receive(sound[0], 0)) == []
    assert list(reader.receive(sound[1], 4.9)) == []
    media, sample = reader.receive(sound[2], 5.1)
    assert isinstance(media, AudioFormat)
    assert isinstance(sample, Sample)


def test_garbage_is_refused_and_strangers_are_passed_over():
    reader = incoming("ffmpeg")
    for data in (b"", b"\x80", bytes(40), b"\xff" * 40):
        with pytest.raises(RtpBroken):
            list(reader.receive(data, 0))
    assert list(reader.receive(bytes(RtpPacket(35, 1, 1, 1, b"x")), 0)) == []
    assert list(reader.take_reports(0)) == []
