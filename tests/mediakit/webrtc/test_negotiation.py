"""Offers of Chromium and of ffmpeg, as they came, and what is answered."""

from __future__ import annotations

from dataclasses import replace

import pytest

from streamverse.mediakit.webrtc.negotiation import (
    Credentials,
    Sources,
    answer_publisher,
    answer_viewer,
    read_restart,
    write_fragment,
)
from streamverse.mediakit.webrtc.sdp import SdpRefused, SessionDescription
from tests.mediakit.webrtc.conftest import OURS


def test_a_camera_of_chromium_is_taken_in_h264(chromium_camera: SessionDescription):
    agreement = answer_publisher(chromium_camera, OURS)
    video, audio = agreement.track("video"), agreement.track("audio")
    assert video is not None
    assert audio is not None
    assert (video.coding.name, video.coding.parameter("packetization-mode")) == ("H264", "1")
    assert video.coding.feedback == ("nack", "nack pli", "ccm fir", "transport-cc")
    assert video.arrivals_extension == audio.arrivals_extension == 3
    assert (audio.coding.name, audio.coding.channels) == ("opus", 2)
    assert agreement.peer.our_role == "server"
    assert len(agreement.peer.fingerprint) == 32 * 3 - 1


def test_an_answer_is_a_description_again(chromium_camera: SessionDescription):
    answer = SessionDescription.parse(str(answer_publisher(chromium_camera, OURS).answer).encode())
    assert [media.direction for media in answer.media] == ["recvonly", "recvonly"]
    for media in answer.media:
        assert media.find("setup") == "passive"
        assert media.find("ice-ufrag") == "ours"
        assert media.find("candidate") == "1 1 udp 2130706431 192.0.2.1 8189 typ host"
    assert ("ice-lite", "") in answer.attributes


def test_ffmpeg_waits_to_be_called(ffmpeg_encoder: SessionDescription):
    agreement = answer_publisher(ffmpeg_encoder, OURS)
    assert agreement.peer.our_role == "client"
    assert {media.find("setup") for media in agreement.answer.media} == {"active"}
    assert {track.coding.name for track in agreement.tracks} == {"H264", "opus"}


@pytest.mark.parametrize(
    ("profile", "expected"), [(0x42, "42"), (0x4D, "4d"), (0x64, "64"), (0x58, "42")]
)
def test_a_viewer_is_sent_the_profile_that_the_stream_has(
    chromium_viewer: SessionDescription, profile: int, expected: str
):
    offered = {
        (coding.parameter("profile-level-id") or "")[:2]
        for coding in chromium_viewer.media[0].codings()
        if coding.name == "H264"
    }
    agreement = answer_viewer(chromium_viewer, OURS, Sources(11, 12, profile))
    video = agreement.track("video")
    assert video is not None
    found = (video.coding.parameter("profile-level-id") or "")[:2]
    assert found == (expected if expected in offered else "42")
    assert "a=ssrc:11 cname:streamverse" in str(agreement.answer)
    assert [media.direction for media in agreement.answer.media] == ["sendonly", "sendonly"]


def test_what_the_stream_has_not_is_refused_in_its_place(chromium_viewer: SessionDescription):
    agreement = answer_viewer(chromium_viewer, OURS, Sources(11, None, 0x42))
    assert [media.port for media in agreement.answer.media] == [9, 0]
    assert ("group", "BUNDLE 0") in agreement.answer.attributes


def test_without_h264_there_is_no_way(
    chromium_camera: SessionDescription, chromium_viewer: SessionDescription
):
    def lacking(offer: SessionDescription) -> SessionDescription:
        return SessionDescription.parse(str(offer).replace("H264/90000", "VP8/90000").encode())

    with pytest.raises(SdpRefused, match=r"choose H\.264 in the encoder"):
        answer_publisher(lacking(chromium_camera), OURS)
    with pytest.raises(SdpRefused, match="watch by HLS instead"):
        answer_viewer(lacking(chromium_viewer), OURS, Sources(11, 12, 0x42))


@pytest.mark.parametrize(
    ("gone", "sentence"),
    [
        ("a=group:BUNDLE", "over one way"),
        ("a=ice-ufrag", "lacks ice-ufrag"),
        ("a=fingerprint:sha-256", "lacks ice-ufrag"),
        ("v=0", "no session description"),
        ("m=video", "sends no pictures"),
    ],
)
def test_what_an_offer_lacks_is_said(chromium_camera: SessionDescription, gone: str, sentence: str):
    broken = str(chromium_camera).replace(gone, "x=")
    with pytest.raises(SdpRefused, match=sentence):
        answer_publisher(SessionDescription.parse(broken.encode()), OURS)


def test_descriptions_have_an_end():
    with pytest.raises(SdpRefused, match="too long"):
        SessionDescription.parse(b"v=0\n" + b"a=x\n" * 20_000)
    with pytest.raises(SdpRefused, match="too many media"):
        SessionDescription.parse(b"v=0\n" + b"m=video 9 UDP/TLS/RTP/SAVPF 96\n" * 20)


def test_a_fragment_that_names_others_is_a_restart():
    trickled = b"a=ice-ufrag:abcd\r\na=ice-pwd:efgh\r\nm=audio 9 RTP/AVP 0\r\na=mid:0\r\n"
    assert read_restart(trickled) == Credentials("abcd", "efgh")
    assert read_restart(b"a=candidate:1 1 udp 1 192.0.2.9 9 typ host") is None
    text = write_fragment(replace(OURS), "0")
    assert read_restart(text.encode()) == OURS.credentials
    assert "a=candidate:1 1 udp 2130706431 192.0.2.1 8189 typ host" in text
