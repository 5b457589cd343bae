"""RTSP without I/O, against what cameras say; and a camera that GStreamer plays."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Sequence
from contextlib import aclosing
from hashlib import md5, sha256
from itertools import pairwise
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamverse.mediakit.ingest.elementary import Heard
from streamverse.mediakit.ingest.samples import (
    CLOCK_HZ,
    AudioFormat,
    MediaRefused,
    Sample,
    VideoFormat,
)
from streamverse.mediakit.pull.rtsp import RtspSession
from streamverse.mediakit.pull.rtsp_client import hear_rtsp
from streamverse.mediakit.pull.rtsp_messages import (
    Answer,
    Challenge,
    Interleaved,
    Request,
    Splitter,
)
from streamverse.mediakit.pull.sources import Credentials, PullFailed
from streamverse.mediakit.webrtc.rtcp import Bye, SenderReport
from streamverse.mediakit.webrtc.rtp import RtpPacket
from tests.factories.sources import camera

PLACE = "rtsp://192.0.2.7/stream1"
OWNER = Credentials("owner", "pass:word")
# What a camera said of itself, with nothing left out but its name.
SDP = """v=0
o=- 1001 1 IN IP4 192.0.2.7
s=Media Presentation
t=0 0
a=control:*
m=video 0 RTP/AVP 96
a=rtpmap:96 H264/90000
a=fmtp:96 profile-level-id=42C00D; packetization-mode=1; sprop-parameter-sets=Z0LADdoFBn58BEAAAAMAQAAADwPFCqg=,aM4PyA==
a=control:trackID=1
m=audio 0 RTP/AVP 97
a=rtpmap:97 mpeg4-generic/48000/2
a=fmtp:97 streamtype=5; profile-level-id=15; mode=AAC-hbr; config=1190; SizeLength=13; IndexLength=3; IndexDeltaLength=3
a=control:trackID=2
m=application 0 RTP/AVP 107
a=rtpmap:107 vnd.onvif.metadata/90000
a=control:trackID=3
"""  # noqa: E501 - as it was sent
IDR, SLICE = b"\x65\x88\x84", b"\x41\x9a\x24"
Said = Answer | Request | Interleaved


def said_by(session: RtspSession) -> list[list[str]]:
    """Give the requests that a session has to send, line by line."""
    text = session.take_outgoing().decode()
    return [one.split("\r\n") for one in text.split("\r\n\r\n") if one]


def reply(number: int, *headers: str, body: str = "", status: str = "200 OK") -> bytes:
    lines = [f"RTSP/1.0 {status}", f"CSeq: {number}", *headers, f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body.encode()


def feed(session: RtspSession, data: bytes, now_s: float = 0) -> list[Heard]:
    return list(session.feed(data, now_s))


def playing(sdp: str = SDP) -> RtspSession:
    """Bring a session to where it plays."""
    session = RtspSession(PLACE, None)
    feed(session, reply(1, "Public: OPTIONS, DESCRIBE, GET_PARAMETER"))
    feed(session, reply(2, "Content-Base: " + PLACE + "/", body=sdp))
    media = sdp.count("m=video") + sdp.count("m=audio")
    for number in range(media):
        feed(session, reply(3 + number, "Session: 77;timeout=10"))
    feed(session, reply(3 + media, "Session: 77"))
    assert session.is_playing
    return session


def packet(number: int, timestamp: int, payload: bytes, *, kind: int = 96, mark: bool = True):
    sent = RtpPacket(kind, number, timestamp, kind, payload, is_marked=mark)
    return bytes(Interleaved(0 if kind == 96 else 2, bytes(sent)))


def aac(*frames: bytes) -> bytes:
    headers = b"".join((len(frame) << 3).to_bytes(2) for frame in frames)
    return (8 * len(headers)).to_bytes(2) + headers + b"".join(frames)


# --- messages -------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 400), max_size=12))
def test_wherever_it_is_cut(places: list[int]):
    request = Request("GET_PARAMETER", PLACE, {"cseq": "4", "session": "77"})
    sent = [Interleaved(3, b"abc"), request, Interleaved(0, b""), request]
    data = b"".join(map(bytes, sent)) + reply(9, "Session: 77", body="v=0\r\n")
    stops = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    splitter = Splitter()
    found: list[Said] = []
    for start, stop in pairwise(stops):
        found += splitter.feed(data[start:stop])
    assert found[:4] == sent
    (last,) = found[4:]
    assert isinstance(last, Answer)
    assert (last.status, last.sequence, last.body) == (200, 9, b"v=0\r\n")


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
        b"x" * 40_000,
        b"RTSP/1.0 200 OK\r\nContent-Length: 99999999\r\n\r\n",
    ],
)
def test_what_does_not_speak_rtsp_is_refused(data: bytes):
    with pytest.raises(PullFailed, match="does not speak RTSP"):
        list(Splitter().feed(data))


def test_digests_are_those_of_the_specification():
    """RFC 2069's way, which most cameras have, and that of RFC 7616 with counted uses."""

    def proof(challenge: str, method: str = "DESCRIBE") -> dict[str, str]:
        answer = Answer(401, "", {"www-authenticate": (challenge, 'Basic realm="cam"')})
        found = Challenge.of(answer)
        assert found is not None
        header = found.answer(OWNER, method, PLACE)
        assert header.startswith("Digest ")
        pairs = (pair.partition("=") for pair in header[7:].split(", "))
        return {name: value.strip('"') for name, _, value in pairs}

    def hexed(text: str) -> str:
        return md5(text.encode(), usedforsecurity=False).hexdigest()

    secret, asked = hexed("owner:cam:pass:word"), hexed(f"DESCRIBE:{PLACE}")
    old = proof('Digest realm="cam", nonce="n1"')
    assert old["response"] == hexed(f"{secret}:n1:{asked}")
    new = proof('Digest realm="cam", qop="auth,auth-int", nonce="n2", algorithm=SHA-256')
    secret = sha256(b"owner:cam:pass:word").hexdigest()
    asked = sha256(f"DESCRIBE:{PLACE}".encode()).hexdigest()
    text = f"{secret}:n2:00000001:{new['cnonce']}:auth:{asked}"
    assert (new["nc"], new["qop"]) == ("00000001", "auth")
    assert new["response"] == sha256(text.encode()).hexdigest()


# --- a session ------------------------------------------------------------------------------------


def test_from_the_first_request_to_the_farewell():
    session = RtspSession(PLACE, None)
    assert said_by(session) == [
        [f"OPTIONS {PLACE} RTSP/1.0", "CSeq: 1", "User-Agent: StreamVerse"],
    ]
    feed(session, reply(1, "Public: OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER"))
    assert said_by(session)[0][0] == f"DESCRIBE {PLACE} RTSP/1.0"
    feed(session, reply(2, "Content-Type: application/sdp", body=SDP))
    first = said_by(session)[0]
    assert first[0] == f"SETUP {PLACE}/trackID=1 RTSP/1.0"
    assert first[-1] == "Transport: RTP/AVP/TCP;unicast;interleaved=0-1"
    feed(session, reply(3, "Session: 77;timeout=10", "Transport: RTP/AVP/TCP;interleaved=0-1"))
    second = said_by(session)[0]
    assert second[0] == f"SETUP {PLACE}/trackID=2 RTSP/1.0"
    assert second[3:] == ["Session: 77", "Transport: RTP/AVP/TCP;unicast;interleaved=2-3"]
    feed(session, reply(4, "Session: 77"))
    assert said_by(session)[0][0] == f"PLAY {PLACE} RTSP/1.0"
    feed(session, reply(5, "Session: 77"))
    assert session.is_playing
    session.tick(0)
    session.take_outgoing()
    session.tick(5)
    kept = session.take_outgoing()
    assert kept.startswith(f"GET_PARAMETER {PLACE} RTSP/1.0\r\nCSeq: 6\r\n".encode())
    assert session.end().startswith(b"TEARDOWN ")


def test_a_wrong_password_is_said_once_it_was_tried():
    session = RtspSession(PLACE, OWNER)
    said_by(session)
    challenge = 'WWW-Authenticate: Digest realm="cam", nonce="n"'
    feed(session, reply(1, challenge, status="401 Unauthorized"))
    assert any(line.startswith("Authorization: Digest ") for line in said_by(session)[0])
    with pytest.raises(PullFailed, match="refuses the user and the password"):
        feed(session, reply(2, challenge, status="401 Unauthorized"))


def test_a_number_that_is_too_old_is_no_wrong_password():
    session = RtspSession(PLACE, OWNER)
    stale = 'WWW-Authenticate: Digest realm="cam", nonce="{}", stale=true'
    feed(session, reply(1, stale.format("a"), status="401 Unauthorized"))
    feed(session, reply(2, stale.format("b"), status="401 Unauthorized"))
    feed(session, reply(3, "Public: DESCRIBE"))
    assert said_by(session)[-1][0].startswith("DESCRIBE")


@pytest.mark.parametrize(
    ("status", "headers", "sentence"),
    [
        ("401 Unauthorized", ('WWW-Authenticate: Basic realm="c"',), "asks who fetches"),
        ("403 Forbidden", (), "forbids this user"),
        ("404 Not Found", (), "no stream at this path"),
        ("301 Moved", ("Location: rtsp://10.0.0.1/x",), "use the address rtsp://10.0.0.1/x itself"),
        ("500 Oops\x07", (), r"refuses to go on \(DESCRIBE: 500 Oops\)"),
    ],
)
def test_refusals_say_how_to_mend_them(status: str, headers: Sequence[str], sentence: str):
    session = RtspSession(PLACE, None)
    feed(session, reply(1))
    with pytest.raises(PullFailed, match=sentence):
        feed(session, reply(2, *headers, status=status))


def test_cameras_without_anything_that_is_taken_are_named():
    session = RtspSession(PLACE, None)
    feed(session, reply(1))
    sdp = "v=0\nm=video 0 RTP/AVP 26\nm=audio 0 RTP/AVP 98\na=rtpmap:98 PCMA/8000\n"
    with pytest.raises(PullFailed, match="sends video in type 26, audio in PCMA, of which nothing"):
        feed(session, reply(2, body=sdp))


def test_udp_alone_is_refused():
    session = RtspSession(PLACE, None)
    feed(session, reply(1))
    feed(session, reply(2, body=SDP))
    with pytest.raises(PullFailed, match="by UDP alone"):
        feed(session, reply(3, "Session: 7", "Transport: RTP/AVP;unicast;client_port=1-2"))


# --- media ----------------------------------------------------------------------------------------


def test_pictures_and_sound_with_what_the_description_says():
    """Parameter sets are named beside the stream alone; two frames of sound share a packet."""
    session = playing()
    heard = feed(session, packet(1, 9000, IDR), 10)
    heard += feed(session, packet(1, 48_000, aac(b"one", b"four"), kind=97), 10)
    heard += feed(session, packet(2, 12_000, SLICE), 10.03)
    pictures = [one for one in heard if isinstance(one, VideoFormat)]
    sounds = [one for one in heard if isinstance(one, AudioFormat)]
    assert [(one.codec, one.width, one.height) for one in pictures] == [("h264", 320, 180)]
    assert [(one.codec, one.sample_rate_hz, one.channels) for one in sounds] == [("aac", 48_000, 2)]
    at = 10 * CLOCK_HZ
    assert [one for one in heard if isinstance(one, Sample)] == [
        Sample("video", at, at, is_keyframe=True, payload=len(IDR).to_bytes(4) + IDR),
        Sample("audio", at, at, is_keyframe=True, payload=b"one"),
        Sample("audio", at + 1920, at + 1920, is_keyframe=True, payload=b"four"),
        Sample(
            *("video", at + 3000, at + 3000),
            is_keyframe=False,
            payload=len(SLICE).to_bytes(4) + SLICE,
        ),
    ]


def test_after_a_loss_pictures_wait_for_one_that_stands_alone():
    session = playing()
    heard = feed(session, packet(65_535, 9000, IDR) + packet(0, 12_000, SLICE))
    heard += feed(session, packet(3, 15_000, SLICE) + packet(4, 18_000, IDR))
    found = [one.is_keyframe for one in heard if isinstance(one, Sample)]
    assert found == [True, False, True]


def test_pictures_out_of_order_are_refused_with_the_cure():
    session = playing()
    feed(session, packet(1, 9000, IDR) + packet(2, 18_000, SLICE))
    with pytest.raises(MediaRefused, match="switch B-frames off"):
        feed(session, packet(3, 12_000, SLICE))


def test_reports_bring_sound_to_the_pictures():
    """The sound's first packet came half a second late."""
    session = playing()
    feed(session, packet(1, 90_000, IDR), 10)
    feed(session, packet(1, 48_000, aac(b"one"), kind=97), 10.5)
    second = 1 << 32
    feed(session, bytes(Interleaved(1, bytes(SenderReport(96, 100 * second, 90_000)))))
    feed(session, bytes(Interleaved(3, bytes(SenderReport(97, 100 * second, 48_000)))))
    heard = feed(session, packet(2, 96_000, aac(b"two"), kind=97), 11.5)
    assert [one.decode_ticks for one in heard if isinstance(one, Sample)] == [11 * CLOCK_HZ]


def test_a_farewell_and_garbage_end_it():
    with pytest.raises(PullFailed, match="has ended its stream"):
        feed(playing(), bytes(Interleaved(1, bytes(Bye(96)))))
    session = playing()
    with pytest.raises(PullFailed, match="packets that are none of RTP"):
        feed(session, bytes(Interleaved(0, b"garbage of a camera")) * 51)


def test_sound_in_latm():
    sdp = SDP.replace("mpeg4-generic", "MP4A-LATM").replace(
        "config=1190; SizeLength", "cpresent=0; config=400024203fc0; SizeLength"
    )
    heard = feed(playing(sdp), packet(1, 48_000, b"\x03one", kind=97), 1)
    assert [type(one).__name__ for one in heard] == ["AudioFormat", "Sample"]
    assert isinstance(heard[1], Sample)
    assert heard[1].payload == b"one"


@given(st.binary(max_size=60), st.integers(0, 3))
def test_nothing_else_happens(payload: bytes, channel: int):
    session = playing()
    head = struct.pack(">BBHII", 0x80, 96 if channel < 2 else 97, 1, 9000, 5)
    try:
        feed(session, bytes(Interleaved(channel, head + payload)))
    except (PullFailed, MediaRefused):
        return


# --- a camera of GStreamer ------------------------------------------------------------------------

PICTURES = "videotestsrc is-live=true ! video/x-raw,width=320,height=180,framerate=30/1"
SOUND = "audiotestsrc is-live=true ! audio/x-raw,rate=48000,channels=2 ! audioconvert"
H264 = f"( {PICTURES} ! x264enc tune=zerolatency key-int-max=30 ! rtph264pay name=pay0 pt=96"
H265 = f"( {PICTURES} ! x265enc tune=zerolatency key-int-max=30 ! rtph265pay name=pay0 pt=96"
AAC_SOUND = f"{SOUND} ! avenc_aac ! rtpmp4gpay name=pay1 pt=97 )"


async def connect(address: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    parts = urlsplit(address)
    return await asyncio.open_connection(parts.hostname, parts.port)


async def watch(address: str, who: Credentials | None = None) -> list[Heard]:
    """Hear two seconds of a camera."""
    heard: list[Heard] = []
    async with asyncio.timeout(120), aclosing(hear_rtsp(address, connect, who)) as source:
        async for one in source:
            heard.append(one)
            if sum(1 for each in heard if isinstance(each, Sample)) >= 150:
                break
    return heard


@pytest.mark.parametrize(
    ("pipeline", "video", "audio"),
    [
        (f"{H264} {AAC_SOUND}", "h264", "aac"),
        (f"{H264} {SOUND} ! avenc_aac ! rtpmp4apay name=pay1 pt=97 )", "h264", "aac"),
        (
            f"{H265} {SOUND} ! opusenc ! rtpopuspay name=pay1 pt=97 )",
            *("hevc", "opus"),
        ),
    ],
)
async def test_what_gstreamer_plays(pipeline: str, video: str, audio: str):
    async with camera(pipeline) as played:
        heard = await watch(played.address)
    formats = {one.codec: one for one in heard if not isinstance(one, Sample)}
    assert set(formats) == {video, audio}
    pictures = [one for one in heard if isinstance(one, Sample) and one.kind == "video"]
    sounds = [one for one in heard if isinstance(one, Sample) and one.kind == "audio"]
    assert pictures[0].is_keyframe
    assert {b.decode_ticks - a.decode_ticks for a, b in pairwise(pictures)} == {3000}
    step = 1800 if audio == "opus" else 1920
    assert {b.decode_ticks - a.decode_ticks for a, b in pairwise(sounds)} == {step}


@pytest.mark.parametrize("scheme", ["basic", "digest"])
async def test_who_asks_is_proven(scheme: str):
    async with camera(f"{H264} {AAC_SOUND}", scheme=scheme) as played:
        assert len(await watch(played.address, OWNER)) > 150
        with pytest.raises(PullFailed, match="asks who fetches"):
            await watch(played.address)
        with pytest.raises(PullFailed, match="refuses the user and the password"):
            await watch(played.address, Credentials("owner", "password"))
        with pytest.raises(PullFailed, match=r"no stream at this path|forbids"):
            await watch(played.address.replace("/live", "/other"), OWNER)
