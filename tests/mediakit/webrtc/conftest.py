"""What the tests of WebRTC are made of: offers as others write them, and pictures to send."""

from __future__ import annotations

from pathlib import Path

import pytest

from streamverse.mediakit.ingest.formats import join_nals
from streamverse.mediakit.ingest.samples import CLOCK_HZ, Sample, VideoFormat
from streamverse.mediakit.webrtc.negotiation import Credentials, OurSide
from streamverse.mediakit.webrtc.sdp import SessionDescription

CAPTURED = Path(__file__).parent / "captured"
OURS = OurSide(Credentials("ours", "our-password-our-password"), "AA:BB", [("192.0.2.1", 8189)], 42)
AVCC = bytes.fromhex("0142c00dffe100176742c00dda05067e7c0440000003004000000f03c50aa801000468ce0fc8")
VIDEO = VideoFormat("h264", AVCC, 320, 180)
SEQUENCE_SET = AVCC[8:31]
PICTURE_SET = AVCC[34:38]
FRAME = CLOCK_HZ // 30


def picture(number: int, *, every: int = 30, size: int = 3000) -> Sample:
    """Make a picture of a stream, a keyframe now and then."""
    is_keyframe = number % every == 0
    nal = bytes([0x65 if is_keyframe else 0x41]) + number.to_bytes(4) * (size // 4)
    at = number * FRAME
    return Sample("video", at, at, is_keyframe, join_nals([nal]))


@pytest.fixture
def chromium_camera() -> SessionDescription:
    """Give the offer of a Chromium that sends a camera and a microphone."""
    return SessionDescription.parse((CAPTURED / "chromium-camera.sdp").read_bytes())


@pytest.fixture
def chromium_viewer() -> SessionDescription:
    """Give the offer of a Chromium that wants to watch."""
    return SessionDescription.parse((CAPTURED / "chromium-viewer.sdp").read_bytes())


@pytest.fixture
def ffmpeg_encoder() -> SessionDescription:
    """Give the offer of ffmpeg's muxer."""
    return SessionDescription.parse((CAPTURED / "ffmpeg.sdp").read_bytes())
