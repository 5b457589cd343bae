"""RTMP without I/O: chunks, the server's side against the client's, and peers that misbehave."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamverse.mediakit.ingest.rtmp import (
    CHANCE_BYTES,
    LONGEST_BEFORE,
    LONGEST_MESSAGE,
    MOST_STREAMS,
    PublishAsked,
    PublishEnded,
    RtmpServerSession,
)
from streamverse.mediakit.ingest.rtmp_chunks import (
    ABORT,
    ACKNOWLEDGEMENT,
    AGGREGATE,
    AUDIO,
    COMMAND,
    COMMAND_AMF3,
    EXTENDED,
    FIRST_CHUNK_BYTES,
    MOST_CHUNK_STREAMS,
    PING_REQUEST,
    SET_CHUNK_SIZE,
    USER_CONTROL,
    VIDEO,
    WINDOW,
    ChunkHeader,
    ChunkReader,
    Command,
    Hello,
    Message,
    ProtocolBroken,
    RtmpLink,
    write_chunks,
)
from streamverse.mediakit.ingest.rtmp_client import (
    PublishStarted,
    RtmpClientSession,
    RtmpTarget,
)
from streamverse.mediakit.ingest.samples import (
    AudioFormat,
    MediaRefused,
    PublishRefused,
    Sample,
    VideoFormat,
)

AVCC = bytes.fromhex("0142c00dffe100176742c00dda05067e7c0440000003004000000f03c50aa801000468ce0fc8")
VIDEO_FORMAT = VideoFormat("h264", AVCC, 320, 180)
AUDIO_FORMAT = AudioFormat("aac", b"\x11\x90", 48_000, 2)
IDR = b"\0\0\0\3\x65\x88\x84"
CHANCE = bytes(range(256)) * 6
CHANCE = CHANCE[:CHANCE_BYTES]
TARGET = RtmpTarget("rtmp://video.example.org/live", "live", "live_6f2b")


def read_all(reader: ChunkReader, data: bytes) -> list[Message]:
    reader.feed(data)
    return list(iter(reader.next_message, None))


def cut(data: bytes, places: Iterable[int]) -> list[bytes]:
    stops = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[start:stop] for start, stop in pairwise(stops)]


# --- chunks ---------------------------------------------------------------------------------------

bytes3 = st.integers(0, EXTENDED)
headers = st.builds(
    ChunkHeader,
    st.just(0),
    st.integers(2, 65_599),
    st.integers(0, (1 << 32) - 1),
    bytes3,
    st.integers(0, 255),
    st.integers(0, (1 << 32) - 1),
)


@given(headers, st.sampled_from([0, 1, 2, 3]))
def test_headers_read_back(full: ChunkHeader, kind: int):
    values = (full.time, full.length, full.message_kind, full.stream_id)
    kept = values[: (4, 3, 1, 0)[kind]]
    header = ChunkHeader(kind, full.chunk_stream, *kept)
    written = bytes(header)
    assert ChunkHeader.parse(b"before" + written, 6) == (header, 6 + len(written))
    assert all(ChunkHeader.parse(written[:size]) is None for size in range(len(written)))


messages = st.builds(
    Message,
    st.sampled_from([AUDIO, VIDEO, COMMAND]),
    st.binary(max_size=500),
    st.integers(0, (1 << 32) - 1),
    st.integers(0, 7),
)


@given(
    st.lists(messages, max_size=5),
    st.sampled_from([1, 2, 128, 4096]),
    st.lists(st.integers(0, 10_000), max_size=8),
)
def test_chunks_read_back_however_they_are_cut(
    sent: list[Message], chunk_bytes: int, places: list[int]
):
    reader = ChunkReader(LONGEST_MESSAGE)
    reader.chunk_bytes = chunk_bytes
    data = b"".join(write_chunks(message, 4, chunk_bytes) for message in sent)
    found = [message for piece in cut(data, places) for message in read_all(reader, piece)]
    assert found == sent


def chunk(kind: int, stream: int, payload: bytes, *fields: int) -> bytes:
    return bytes(ChunkHeader(kind, stream, *fields)) + payload


def test_headers_that_leave_out_what_is_known():
    reader = ChunkReader(LONGEST_MESSAGE)
    data = (
        chunk(0, 4, b"ab", 23, 2, AUDIO, 1)
        # The same again, and as much later as the first was late: ffmpeg counts on it (5.3.1.2.4).
        + chunk(3, 4, b"cd")
        + chunk(2, 4, b"ef", 10)
        + chunk(3, 4, b"gh")
        + chunk(1, 4, b"ijk", 5, 3, VIDEO)
        + chunk(0, 4, b"", 7, 0, VIDEO, 2)
    )
    assert read_all(reader, data) == [
        Message(AUDIO, b"ab", 23, 1),
        Message(AUDIO, b"cd", 46, 1),
        Message(AUDIO, b"ef", 56, 1),
        Message(AUDIO, b"gh", 66, 1),
        Message(VIDEO, b"ijk", 71, 1),
        Message(VIDEO, b"", 7, 2),
    ]


def test_messages_that_overlap():
    reader = ChunkReader(LONGEST_MESSAGE)
    first, second = b"v" * 200, b"a" * 150
    data = (
        chunk(0, 4, first[:128], 0, 200, VIDEO, 1)
        + chunk(0, 5, second[:128], 1, 150, AUDIO, 1)
        + chunk(3, 4, first[128:])
        + chunk(3, 5, second[128:])
    )
    assert read_all(reader, data) == [Message(VIDEO, first, 0, 1), Message(AUDIO, second, 1, 1)]


def test_an_extended_time_may_be_left_out_where_it_repeats():
    time = EXTENDED + 5
    for repeated in (time.to_bytes(4), b""):
        reader = ChunkReader(LONGEST_MESSAGE)
        payload = bytes(range(1, 201))
        data = chunk(0, 4, payload[:128], time, 200, VIDEO, 1) + b"\xc4" + repeated + payload[128:]
        found = [message for byte in data for message in read_all(reader, bytes([byte]))]
        assert found == [Message(VIDEO, payload, time, 1)]


def test_times_wrap_around():
    reader = ChunkReader(LONGEST_MESSAGE)
    data = chunk(0, 4, b"a", (1 << 32) - 10, 1, AUDIO, 1) + chunk(2, 4, b"b", 25)
    assert [message.timestamp_ms for message in read_all(reader, data)] == [(1 << 32) - 10, 15]


def test_a_chunk_stream_that_librtmp_begins_short():
    reader = ChunkReader(LONGEST_MESSAGE)
    assert read_all(reader, chunk(1, 2, b"pong", 5, 4, AUDIO)) == [Message(AUDIO, b"pong", 5, 0)]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (chunk(3, 4, b""), "continues nothing"),
        (chunk(2, 4, b"", 1), "continues nothing"),
        (chunk(0, 4, b"", 0, LONGEST_BEFORE + 1, VIDEO, 1), "message of 65537 bytes, where 65536"),
        (chunk(0, 4, bytes(128), 0, 200, VIDEO, 1) * 2, "a message within another"),
        (
            b"".join(chunk(0, 2 + number, b"", 0, 0, 0, 0) for number in range(65)),
            "continues nothing",
        ),
    ],
)
def test_chunks_that_are_refused(data: bytes, sentence: str):
    with pytest.raises(ProtocolBroken, match=sentence):
        read_all(ChunkReader(LONGEST_BEFORE), data)


def test_so_many_chunk_streams_are_taken():
    data = b"".join(chunk(0, 2 + number, b"", 0, 0, 0, 0) for number in range(MOST_CHUNK_STREAMS))
    assert len(read_all(ChunkReader(LONGEST_BEFORE), data)) == MOST_CHUNK_STREAMS


def test_what_is_unfinished_is_bounded_in_all():
    reader = ChunkReader(1000)
    reader.chunk_bytes = 400
    with pytest.raises(ProtocolBroken, match="too many messages unfinished"):
        for stream in range(2, 5):
            read_all(reader, chunk(0, stream, bytes(400), 0, 900, VIDEO, 1))
    # What is finished or given up counts no more.
    reader = ChunkReader(1000)
    reader.chunk_bytes = 400
    for _ in range(5):
        data = chunk(0, 4, bytes(400), 0, 700, VIDEO, 1) + chunk(3, 4, bytes(300))
        assert len(read_all(reader, data)) == 1
        assert read_all(reader, chunk(0, 5, bytes(400), 0, 900, VIDEO, 1)) == []
        reader.abort(5)
    reader.abort(63)


# --- the link -------------------------------------------------------------------------------------


def sent_by(link: RtmpLink) -> list[Message]:
    reader = ChunkReader(LONGEST_MESSAGE)
    return read_all(reader, link.take_output())


def control(kind: int, payload: bytes) -> bytes:
    return write_chunks(Message(kind, payload), 2, FIRST_CHUNK_BYTES)


def test_control_is_answered():
    link = RtmpLink(LONGEST_MESSAGE)
    link.feed(control(USER_CONTROL, PING_REQUEST.to_bytes(2) + b"time"))
    link.feed(control(USER_CONTROL, b"\0\0\0\0\0\1"))
    link.feed(control(SET_CHUNK_SIZE, (300).to_bytes(4)))
    link.feed(control(ACKNOWLEDGEMENT, bytes(4)))
    assert link.next_message() is None
    assert sent_by(link) == [Message(USER_CONTROL, b"\0\7time")]
    link.feed(write_chunks(Message(AUDIO, bytes(300)), 4, 300))
    assert link.next_message() == Message(AUDIO, bytes(300))
    assert link.take_output() == b""


def test_bytes_are_acknowledged_within_the_window():
    link = RtmpLink(LONGEST_MESSAGE)
    # A window that would have us answer every byte counts as 64 KB.
    link.feed(control(WINDOW, (1).to_bytes(4)))
    assert link.next_message() is None
    received = 16
    while not (answers := sent_by(link)):
        data = write_chunks(Message(AUDIO, bytes(100)), 4, FIRST_CHUNK_BYTES)
        link.feed(data)
        received += len(data)
        assert link.next_message() is not None
    assert answers == [Message(ACKNOWLEDGEMENT, received.to_bytes(4))]
    assert 1 << 15 <= received < (1 << 15) + 112


def test_a_message_is_given_up():
    link = RtmpLink(LONGEST_MESSAGE)
    link.feed(chunk(0, 6, bytes(128), 0, 200, VIDEO, 1))
    link.feed(control(ABORT, (6).to_bytes(4)))
    link.feed(chunk(0, 6, b"new", 0, 3, VIDEO, 1))
    assert link.next_message() == Message(VIDEO, b"new", 0, 1)


@pytest.mark.parametrize(
    ("kind", "payload", "sentence"),
    [
        (SET_CHUNK_SIZE, bytes(4), "chunks of 0 bytes"),
        (SET_CHUNK_SIZE, ((1 << 20) + 1).to_bytes(4), "chunks of 1048577 bytes"),
        (SET_CHUNK_SIZE, b"\x80\0\0\1", "chunks of 2147483649 bytes"),
        (WINDOW, b"\0", "breaks off"),
        (USER_CONTROL, b"\0", "breaks off"),
    ],
)
def test_control_that_is_refused(kind: int, payload: bytes, sentence: str):
    link = RtmpLink(LONGEST_MESSAGE)
    link.feed(control(kind, payload))
    with pytest.raises(ProtocolBroken, match=sentence):
        link.next_message()


def test_the_largest_chunks_are_taken():
    link = RtmpLink(LONGEST_MESSAGE)
    link.feed(control(SET_CHUNK_SIZE, (1 << 20).to_bytes(4)))
    assert link.next_message() is None


@given(st.integers(0, (1 << 32) - 1), st.integers(0, (1 << 32) - 1), st.binary(min_size=1528))
def test_the_handshake_reads_back(time_ms: int, other_time_ms: int, chance: bytes):
    hello = Hello(time_ms, other_time_ms, chance[:CHANCE_BYTES])
    assert Hello.parse(bytes(hello)) == hello
    assert len(bytes(hello)) == 1536


def test_commands_read_back():
    command = Command("publish", 5, (None, "key", "live"))
    assert Command.parse(bytes(command)) == command
    for broken in (b"", b"\5", b"\2\0\1a\5"):
        with pytest.raises(ProtocolBroken, match="command without a name"):
            Command.parse(broken)


# --- a publisher and the server -------------------------------------------------------------------


class Conversation:
    """Both sides, whose bytes arrive in pieces that `split` makes of them."""

    def __init__(self, split: Callable[[bytes], list[bytes]] = lambda data: [data]) -> None:
        self.client = RtmpClientSession(TARGET, CHANCE)
        self.server = RtmpServerSession(CHANCE)
        self.heard: list[object] = []
        self.told: list[PublishStarted] = []
        self._split = split

    def exchange(self) -> None:
        """Carry bytes to and fro until nobody has anything to say."""
        is_done = False
        while not is_done:
            to_server, to_client = self.client.take_output(), self.server.take_output()
            for piece in self._split(to_server):
                self.heard += self.server.receive(piece)
            for piece in self._split(to_client):
                self.told += self.client.receive(piece)
            is_done = not to_server and not to_client

    def publish(self) -> None:
        self.exchange()
        self.heard += self.server.accept()
        self.exchange()
        for media in (VIDEO_FORMAT, AUDIO_FORMAT):
            self.client.send_format(media)
        for sample in SAMPLES:
            self.client.send_sample(sample)
        self.client.stop()
        self.exchange()


SAMPLES = [
    Sample("video", 0, 3600, is_keyframe=True, payload=IDR),
    Sample("audio", 900, 900, is_keyframe=True, payload=bytes(range(256)) * 300),
    Sample("video", 3600, 3600, is_keyframe=False, payload=b"\0\0\0\2\x41\x9a"),
    Sample("audio", 90 * EXTENDED, 90 * EXTENDED, is_keyframe=True, payload=b"late"),
]
ASKED = PublishAsked("live_6f2b", "FMLE/3.0 (compatible; StreamVerse)")


def test_a_publication():
    conversation = Conversation()
    conversation.publish()
    assert conversation.told == [PublishStarted()]
    assert conversation.heard == [ASKED, VIDEO_FORMAT, AUDIO_FORMAT, *SAMPLES, PublishEnded()]


@given(st.randoms(use_true_random=False))
def test_a_publication_in_whatever_pieces(chance: Random):
    def split(data: bytes) -> list[bytes]:
        return cut(data, [chance.randrange(1 << 20) for _ in range(chance.randrange(12))])

    conversation = Conversation(split)
    conversation.publish()
    assert conversation.heard == [ASKED, VIDEO_FORMAT, AUDIO_FORMAT, *SAMPLES, PublishEnded()]


def test_a_publication_byte_by_byte():
    conversation = Conversation(lambda data: [data[at : at + 1] for at in range(len(data))])
    conversation.publish()
    assert conversation.heard == [ASKED, VIDEO_FORMAT, AUDIO_FORMAT, *SAMPLES, PublishEnded()]


def test_nothing_is_read_before_the_answer():
    conversation = Conversation()
    conversation.exchange()
    assert conversation.server.has_shaken_hands
    for media in (VIDEO_FORMAT, AUDIO_FORMAT):
        conversation.client.send_format(media)
    conversation.exchange()
    assert conversation.heard == [ASKED]
    # Once admitted, what came meanwhile is read.
    assert list(conversation.server.accept()) == [VIDEO_FORMAT, AUDIO_FORMAT]


def test_a_wrong_key_gets_not_a_byte_further():
    conversation = Conversation()
    conversation.exchange()
    conversation.server.refuse("There is no stream with this key.")
    with pytest.raises(PublishRefused, match="There is no stream with this key"):
        conversation.exchange()
    conversation.client.send_format(VIDEO_FORMAT)
    assert list(conversation.server.receive(conversation.client.take_output())) == []
    assert conversation.server.take_output() == b""


def test_whoever_opened_no_stream_is_told_nothing():
    server = RtmpServerSession(CHANCE)
    server.refuse("Too late.")
    assert server.take_output() == b""


# --- the server alone -----------------------------------------------------------------------------

HELLO = b"\3" + bytes(1536) + bytes(1536)


def ready(*commands: Command) -> RtmpServerSession:
    server = RtmpServerSession(CHANCE)
    assert list(server.receive(HELLO)) == []
    assert len(server.take_output()) == 3073
    for command in commands:
        assert list(server.receive(said(command))) == []
    return server


def said(command: Command, stream_id: int = 0, kind: int = COMMAND) -> bytes:
    start = b"\0" if kind == COMMAND_AMF3 else b""
    message = Message(kind, start + bytes(command), 0, stream_id)
    return write_chunks(message, 3, FIRST_CHUNK_BYTES)


def answers_of(server: RtmpServerSession) -> list[Command]:
    reader = ChunkReader(LONGEST_MESSAGE)
    found: list[Command] = []
    reader.feed(server.take_output())
    while (message := reader.next_message()) is not None:
        if message.kind == SET_CHUNK_SIZE:
            reader.chunk_bytes = int.from_bytes(message.payload)
        if message.kind == COMMAND:
            found.append(Command.parse(message.payload))
    return found


CONNECT = Command("connect", 1, ({"app": "live", "flashVer": " OBS\n31 "},))
CREATE = Command("createStream", 2)
PUBLISH = Command("publish", 0, (None, "key?token=1", "live"))


def test_the_handshake_repeats_what_was_said():
    server = RtmpServerSession(CHANCE)
    hello = bytes(Hello(7, 0, CHANCE[::-1]))
    assert list(server.receive(b"\3")) == []
    assert server.take_output() == b""
    assert list(server.receive(hello)) == []
    assert server.take_output() == b"\3" + bytes(Hello(0, 0, CHANCE)) + hello
    assert not server.has_shaken_hands
    assert list(server.receive(bytes(1536) + said(CONNECT))) == []
    assert server.has_shaken_hands
    (answer,) = answers_of_connect(server)
    assert answer["code"] == "NetConnection.Connect.Success"
    assert answer["videoFourCcInfoMap"] == {"avc1": 4.0, "hvc1": 4.0, "av01": 4.0}
    assert answer["audioFourCcInfoMap"] == {"mp4a": 4.0, "Opus": 4.0}


def answers_of_connect(server: RtmpServerSession) -> list[dict[str, object]]:
    return [command.arguments[1] for command in answers_of(server)]


@pytest.mark.parametrize("garbage", [b"\x06", b"GET / HTTP/1.1\r\n", b"\x16\x03\x01"])
def test_what_is_not_rtmp_is_refused_at_its_first_byte(garbage: bytes):
    with pytest.raises(ProtocolBroken, match="This is not RTMP"):
        list(RtmpServerSession(CHANCE).receive(garbage))


def test_the_key_and_the_encoder():
    server = ready(CONNECT, Command("releaseStream", 2), Command("FCPublish", 3), CREATE)
    assert [answer.name for answer in answers_of(server)] == ["_result"] * 4
    assert list(server.receive(said(PUBLISH, 1))) == [PublishAsked("key", "OBS31")]


def test_commands_of_amf3_and_those_that_nobody_knows():
    server = ready(Command("_checkbw", 9), Command("connect", 1, ()), Command("deleteStream", 5))
    for command in (CREATE, Command("FCUnpublish", 6)):
        assert list(server.receive(said(command, kind=COMMAND_AMF3))) == []
    # Metadata, and media before anybody may send it.
    for kind in (18, VIDEO, AUDIO):
        stray = write_chunks(Message(kind, b"\x17\0junk"), 5, FIRST_CHUNK_BYTES)
        assert list(server.receive(stray)) == []
    assert list(server.receive(said(PUBLISH, 1))) == [PublishAsked("key", None)]


@pytest.mark.parametrize(
    ("before", "command", "sentence"),
    [
        ([], CREATE, "streams before it connects"),
        ([CONNECT, *[CREATE] * MOST_STREAMS], CREATE, "or too many"),
        ([], PUBLISH, "publishes out of turn"),
        ([CONNECT, CREATE], Command("publish", 0, (None,)), "without a name"),
        ([CONNECT, CREATE], Command("publish", 0, (None, 7.0)), "without a name"),
        ([CONNECT, CREATE], Command("publish", 0, (None, "k" * 513)), "key that is too long"),
        ([CONNECT, CREATE], Command("play", 0, (None, "key")), "Nothing is played here by RTMP"),
    ],
)
def test_commands_out_of_turn(before: list[Command], command: Command, sentence: str):
    server = ready(*before)
    with pytest.raises(ProtocolBroken, match=sentence):
        list(server.receive(said(command)))


def test_a_second_publication_on_the_same_line():
    server = ready(CONNECT, CREATE)
    assert list(server.receive(said(PUBLISH, 1))) == [PublishAsked("key", "OBS31")]
    assert list(server.accept()) == []
    with pytest.raises(ProtocolBroken, match="out of turn"):
        list(server.receive(said(PUBLISH, 1)))


def test_aggregates_are_refused():
    with pytest.raises(ProtocolBroken, match="switch them off"):
        list(ready().receive(write_chunks(Message(AGGREGATE, b""), 4, FIRST_CHUNK_BYTES)))


def test_messages_are_short_until_somebody_may_publish():
    absurd = chunk(0, 4, b"", 0, LONGEST_BEFORE + 1, VIDEO, 1)
    with pytest.raises(ProtocolBroken, match="message of 65537 bytes"):
        list(ready(CONNECT, CREATE).receive(absurd))
    server = ready(CONNECT, CREATE)
    assert len(list(server.receive(said(PUBLISH, 1)))) == 1
    assert list(server.accept()) == []
    assert list(server.receive(chunk(0, 4, b"", 0, LONGEST_BEFORE + 1, VIDEO, 1))) == []
    with pytest.raises(ProtocolBroken, match="message of 16777215 bytes"):
        server = ready()
        list(server.receive(chunk(0, 4, b"", 0, EXTENDED, VIDEO, 1)))


@given(st.binary(max_size=300))
def test_garbage_after_the_handshake(data: bytes):
    server = ready(CONNECT, CREATE)
    with suppress(MediaRefused):
        assert [event for event in server.receive(data) if isinstance(event, Sample)] == []


# --- the client alone -----------------------------------------------------------------------------


def connected(*commands: Command) -> tuple[RtmpClientSession, list[PublishStarted]]:
    client = RtmpClientSession(TARGET, CHANCE)
    told = list(client.receive(HELLO))
    for command in commands:
        told += client.receive(said(command))
    return client, told


def test_a_server_that_is_none():
    with pytest.raises(ProtocolBroken, match="does not speak RTMP"):
        list(RtmpClientSession(TARGET, CHANCE).receive(b"HTTP/1.1 400"))


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (Command("_error", 1, (None, {"description": "No such app."})), "No such app"),
        (Command("_error", 4, (None, {"code": "NetStream.Failed"})), "NetStream.Failed"),
        (Command("onStatus", 0, (None, {"level": "error"})), "Refused"),
        (Command("_error", 1, ()), "Refused"),
    ],
)
def test_a_server_that_refuses(command: Command, sentence: str):
    with pytest.raises(PublishRefused, match=sentence):
        connected(command)


def test_a_server_that_opens_no_stream():
    with pytest.raises(ProtocolBroken, match="without a number"):
        connected(Command("_result", 4, (None, "one")))


def test_a_server_that_knows_fewer_commands():
    refusal = (None, {"level": "error"})
    _, told = connected(Command("_error", 2, refusal), Command("_error", 3, refusal))
    assert told == []
    start = (None, {"level": "status", "code": "NetStream.Publish.Start"})
    client, told = connected(Command("onBWDone", 0, ()), Command("onStatus", 0, start))
    assert told == [PublishStarted()]
    client.take_output()
    # Samples of what was never announced stay here.
    client.send_sample(SAMPLES[0])
    assert client.take_output() == b""
