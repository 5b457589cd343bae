"""RTMP below its commands: the handshake and the chunk stream (RTMP 1.0, sections 5.2 to 5.4)."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field, replace
from typing import Final

from streamverse.mediakit.ingest.amf0 import Amf0, parse_amf0, write_amf0
from streamverse.mediakit.ingest.samples import MediaRefused

VERSION: Final = 3
HELLO_BYTES: Final = 1536
FIRST_CHUNK_BYTES: Final = 128
LARGEST_CHUNK_BYTES: Final = 1 << 20
MOST_CHUNK_STREAMS: Final = 64
EXTENDED: Final = 0xFFFFFF
WRAP_MS: Final = 1 << 32
SHORTEST_WINDOW: Final = 1 << 16
# Chunk streams: 2 is for control (5.4); the others are ours to choose.
CONTROL_STREAM, COMMAND_STREAM, MEDIA_STREAM = 2, 3, 4

SET_CHUNK_SIZE, ABORT, ACKNOWLEDGEMENT, USER_CONTROL, WINDOW, PEER_BANDWIDTH = 1, 2, 3, 4, 5, 6
AUDIO, VIDEO, COMMAND_AMF3, METADATA, COMMAND, AGGREGATE = 8, 9, 17, 18, 20, 22
STREAM_BEGIN, PING_REQUEST, PING_RESPONSE = 0, 6, 7
DYNAMIC: Final = 2
FULL, SAME_STREAM, SAME_LENGTH, CONTINUED = range(4)
# Bytes of the message header behind the basic header, for each of the four kinds (5.3.1.2).
_HEADER_BYTES: Final = (11, 7, 3, 0)


class ProtocolBroken(MediaRefused):
    """A peer that does not speak the protocol, or says more than anybody needs to."""


@dataclass(frozen=True, slots=True)
class Hello:
    """C1, S1, C2 and S2: a time and chance bytes, which the peer repeats (5.2.3, 5.2.4)."""

    time_ms: int
    other_time_ms: int
    chance: bytes

    @classmethod
    def parse(cls, data: bytes) -> Hello:
        """Read one of the four."""
        return cls(*struct.unpack_from(">II", data), data[8:HELLO_BYTES])

    def __bytes__(self) -> bytes:
        return struct.pack(">II", self.time_ms, self.other_time_ms) + self.chance


@dataclass(frozen=True, slots=True)
class Message:
    """What chunks carry; the control messages have the stream 0."""

    kind: int
    payload: bytes
    timestamp_ms: int = 0
    stream_id: int = 0


@dataclass(frozen=True, slots=True)
class Command:
    """A call of the peer, or the answer to one; its first argument is often None (7.1.1)."""

    name: str
    transaction: float = 0
    arguments: tuple[Amf0, ...] = (None,)

    @classmethod
    def parse(cls, payload: bytes) -> Command:
        """Read the payload of a command message."""
        match parse_amf0(payload):
            case [str() as name, float() as transaction, *arguments]:
                return cls(name, transaction, tuple(arguments))
            case [str() as name]:
                # Servers such as FFmpeg's tell of onFCPublish in this way.
                return cls(name)
            case _:
                raise ProtocolBroken("The encoder sends a command without a name.")

    def __bytes__(self) -> bytes:
        return write_amf0(self.name, self.transaction, *self.arguments)


@dataclass(frozen=True, slots=True)
class ChunkHeader:
    """The start of a chunk; a kind other than FULL leaves fields to the chunk before (5.3.1)."""

    kind: int
    chunk_stream: int
    time: int = 0
    length: int = 0
    message_kind: int = 0
    stream_id: int = 0

    @classmethod
    def parse(cls, data: bytes, offset: int = 0) -> tuple[ChunkHeader, int] | None:
        """Read a header and tell where it ends; None where the bytes end within it."""
        if len(data) <= offset:
            return None
        kind, chunk_stream, position = data[offset] >> 6, data[offset] & 0x3F, offset + 1
        if chunk_stream < CONTROL_STREAM:
            count = chunk_stream + 1
            number, position = data[position : position + count], position + count
            chunk_stream = int.from_bytes(number, "little") + 64
        stop = position + _HEADER_BYTES[kind]
        if len(data) < stop:
            return None
        time = length = message_kind = stream_id = 0
        if kind != CONTINUED:
            time = int.from_bytes(data[position : position + 3])
        if kind <= SAME_STREAM:
            length, message_kind = int.from_bytes(data[position + 3 : position + 6]), data[stop - 1]
        if kind == FULL:
            message_kind = data[position + 6]
            stream_id = int.from_bytes(data[position + 7 : stop], "little")
        if time == EXTENDED:
            if len(data) < stop + 4:
                return None
            time, stop = int.from_bytes(data[stop : stop + 4]), stop + 4
            # The mark itself is a time that has to be said in the extended way too.
            time = max(time, EXTENDED)
        return cls(kind, chunk_stream, time, length, message_kind, stream_id), stop

    def __bytes__(self) -> bytes:
        written = _basic_header(self.kind, self.chunk_stream)
        time = min(self.time, EXTENDED).to_bytes(3)
        tail = self.length.to_bytes(3) + bytes([self.message_kind])
        full = time + tail + self.stream_id.to_bytes(4, "little")
        written += full[: _HEADER_BYTES[self.kind]]
        is_extended = self.kind != CONTINUED and self.time >= EXTENDED
        return written + (self.time.to_bytes(4) if is_extended else b"")


def _basic_header(kind: int, chunk_stream: int) -> bytes:
    if chunk_stream < 64:  # noqa: PLR2004 - what six bits hold
        return bytes([kind << 6 | chunk_stream])
    beyond = chunk_stream - 64
    count = 1 if beyond < 256 else 2  # noqa: PLR2004 - what a byte holds
    return bytes([kind << 6 | count - 1]) + beyond.to_bytes(count, "little")


@dataclass(slots=True)
class _ChunkStream:
    header: ChunkHeader
    timestamp_ms: int = 0
    delta_ms: int = 0
    payload: bytearray = field(default_factory=bytearray)


class ChunkReader:
    """Puts messages together; what is unfinished never exceeds `longest_bytes`."""

    def __init__(self, longest_bytes: int) -> None:
        self.chunk_bytes = FIRST_CHUNK_BYTES
        self.longest_bytes = longest_bytes
        self._streams: dict[int, _ChunkStream] = {}
        self._data = b""
        self._position = 0
        self._open: _ChunkStream | None = None
        self._left_bytes = 0
        self._pending_bytes = 0

    def feed(self, data: bytes) -> None:
        """Take bytes, cut anywhere."""
        self._data = self._data[self._position :] + data
        self._position = 0

    def next_message(self) -> Message | None:
        """Give the next whole message, if there is one."""
        while True:
            stream = self._open or self._go_on() or self._start_chunk()
            if stream is None:
                return None
            taken = self._data[self._position : self._position + self._left_bytes]
            self._position += len(taken)
            self._left_bytes -= len(taken)
            if self._left_bytes:
                self._keep(stream, taken)
                self._open = stream
                return None
            self._open = None
            if len(stream.payload) + len(taken) == stream.header.length:
                return self._finish(stream, taken)
            self._keep(stream, taken)

    def abort(self, chunk_stream: int) -> None:
        """Forget what is unfinished of a chunk stream (5.4.2)."""
        stream = self._streams.get(chunk_stream)
        if stream is not None:
            self._pending_bytes -= len(stream.payload)
            stream.payload.clear()

    def _keep(self, stream: _ChunkStream, taken: bytes) -> None:
        self._pending_bytes += len(taken)
        if self._pending_bytes > self.longest_bytes:
            raise ProtocolBroken("The encoder leaves too many messages unfinished.")
        stream.payload += taken

    def _finish(self, stream: _ChunkStream, taken: bytes) -> Message:
        payload = bytes(stream.payload + taken) if stream.payload else taken
        self._pending_bytes -= len(stream.payload)
        stream.payload.clear()
        header = stream.header
        return Message(header.message_kind, payload, stream.timestamp_ms, header.stream_id)

    def _go_on(self) -> _ChunkStream | None:
        """Begin a chunk of a message under way; most chunks are such, with a header of a byte."""
        head = self._data[self._position : self._position + 1]
        stream = self._streams.get(head[0] & 0x3F) if head >= b"\xc0" else None
        if stream is None or not stream.payload or stream.header.time >= EXTENDED:
            return None
        self._position += 1
        self._left_bytes = min(stream.header.length - len(stream.payload), self.chunk_bytes)
        return stream

    def _start_chunk(self) -> _ChunkStream | None:
        parsed = ChunkHeader.parse(self._data, self._position)
        if parsed is None:
            return None
        header, position = parsed
        stream = self._streams.get(header.chunk_stream)
        if header.kind == CONTINUED and stream is not None and stream.header.time >= EXTENDED:
            repeated = self._data[position : position + 4]
            if len(repeated) < 4:  # noqa: PLR2004
                return None
            # Some encoders do not repeat an extended time, although all should (5.3.1.3).
            position += 4 if int.from_bytes(repeated) == stream.header.time else 0
        stream = self._continue(stream, header)
        self._position = position
        missing = stream.header.length - len(stream.payload)
        self._left_bytes = min(missing, self.chunk_bytes)
        return stream

    def _continue(self, stream: _ChunkStream | None, header: ChunkHeader) -> _ChunkStream:
        if stream is None:
            # A new chunk stream begins with FULL; librtmp begins some with SAME_STREAM.
            if header.kind > SAME_STREAM or len(self._streams) >= MOST_CHUNK_STREAMS:
                raise ProtocolBroken("The encoder sends a chunk that continues nothing.")
            stream = self._streams[header.chunk_stream] = _ChunkStream(header)
        if stream.payload:
            if header.kind != CONTINUED:
                raise ProtocolBroken("The encoder begins a message within another.")
            return stream
        self._start_message(stream, header)
        if stream.header.length > self.longest_bytes:
            raise ProtocolBroken(
                f"The encoder sends a message of {stream.header.length} bytes, "
                f"where {self.longest_bytes} are taken."
            )
        return stream

    @staticmethod
    def _start_message(stream: _ChunkStream, header: ChunkHeader) -> None:
        before = stream.header
        if header.kind == FULL:
            # What follows with no time of its own repeats this one as a difference (5.3.1.2.4).
            stream.timestamp_ms = stream.delta_ms = header.time
            stream.header = header
            return
        if header.kind == SAME_STREAM:
            stream.header = replace(header, stream_id=before.stream_id)
        elif header.kind == SAME_LENGTH:
            stream.header = replace(before, time=header.time)
        if header.kind != CONTINUED:
            stream.delta_ms = header.time
        stream.timestamp_ms = (stream.timestamp_ms + stream.delta_ms) % WRAP_MS


def write_chunks(message: Message, chunk_stream: int, chunk_bytes: int) -> bytes:
    """Cut a message into chunks, of which the first says everything."""
    payload = message.payload
    time = message.timestamp_ms % WRAP_MS
    first = ChunkHeader(FULL, chunk_stream, time, len(payload), message.kind, message.stream_id)
    again = bytes(ChunkHeader(CONTINUED, chunk_stream))
    again += time.to_bytes(4) if time >= EXTENDED else b""
    parts = [bytes(first), payload[:chunk_bytes]]
    for start in range(chunk_bytes, len(payload), chunk_bytes):
        parts += [again, payload[start : start + chunk_bytes]]
    return b"".join(parts)


class RtmpLink:
    """One side of a connection behind the handshake: messages in and out, control answered."""

    def __init__(self, longest_bytes: int) -> None:
        self.reader = ChunkReader(longest_bytes)
        self._output: list[bytes] = []
        self._chunk_bytes = FIRST_CHUNK_BYTES
        self._window_bytes = 0
        self._received_bytes = 0
        self._acknowledged_bytes = 0

    def take_output(self) -> bytes:
        """Give what is to be sent, once."""
        output = b"".join(self._output)
        self._output.clear()
        return output

    def write(self, data: bytes) -> None:
        """Send bytes outside of chunks."""
        self._output.append(data)

    def feed(self, data: bytes) -> None:
        """Take bytes, cut anywhere, and acknowledge them as the peer wishes (5.4.3)."""
        self._received_bytes += len(data)
        self.reader.feed(data)
        unacknowledged = self._received_bytes - self._acknowledged_bytes
        if self._window_bytes and unacknowledged >= self._window_bytes // 2:
            self._acknowledged_bytes = self._received_bytes
            self.control(ACKNOWLEDGEMENT, (self._received_bytes % WRAP_MS).to_bytes(4))

    def next_message(self) -> Message | None:
        """Give the next whole message that is not about the link itself."""
        while (message := self.reader.next_message()) is not None:
            if message.kind > PEER_BANDWIDTH:
                return message
            self._handle(message.kind, message.payload)
        return None

    def send(self, message: Message, chunk_stream: int = MEDIA_STREAM) -> None:
        """Send a message."""
        self._output.append(write_chunks(message, chunk_stream, self._chunk_bytes))

    def call(self, command: Command, stream_id: int = 0) -> None:
        """Send a command."""
        self.send(Message(COMMAND, bytes(command), stream_id=stream_id), COMMAND_STREAM)

    def control(self, kind: int, payload: bytes) -> None:
        """Send a control message."""
        self.send(Message(kind, payload), CONTROL_STREAM)

    def enlarge_chunks(self, chunk_bytes: int) -> None:
        """Announce the size of the chunks to come (5.4.1)."""
        self.control(SET_CHUNK_SIZE, chunk_bytes.to_bytes(4))
        self._chunk_bytes = chunk_bytes

    def _handle(self, kind: int, payload: bytes) -> None:
        number = int.from_bytes(payload[:4])
        if len(payload) < (2 if kind == USER_CONTROL else 4):
            raise ProtocolBroken("The encoder sends a control message that breaks off.")
        if kind == SET_CHUNK_SIZE:
            if not 0 < number <= LARGEST_CHUNK_BYTES:
                raise ProtocolBroken(f"The encoder sets chunks of {number} bytes.")
            self.reader.chunk_bytes = number
        elif kind == ABORT:
            self.reader.abort(number)
        elif kind == WINDOW:
            self._window_bytes = max(number, SHORTEST_WINDOW)
        elif kind == USER_CONTROL and int.from_bytes(payload[:2]) == PING_REQUEST:
            self.control(USER_CONTROL, PING_RESPONSE.to_bytes(2) + payload[2:6])
