"""The server's side of RTMP without I/O: bytes in; bytes, formats and samples out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

from streamverse.mediakit.ingest.amf0 import Amf0
from streamverse.mediakit.ingest.flv import AUDIO_CODECS, VIDEO_CODECS, FlvTracks, Heard
from streamverse.mediakit.ingest.rtmp_chunks import (
    AGGREGATE,
    AUDIO,
    COMMAND,
    COMMAND_AMF3,
    DYNAMIC,
    HELLO_BYTES,
    PEER_BANDWIDTH,
    STREAM_BEGIN,
    USER_CONTROL,
    VERSION,
    VIDEO,
    WINDOW,
    Command,
    Hello,
    Message,
    ProtocolBroken,
    RtmpLink,
)

# Until somebody may publish, nothing is said that takes longer.
LONGEST_BEFORE: Final = 1 << 16
LONGEST_MESSAGE: Final = 1 << 24
CHUNK_BYTES: Final = 4096
WINDOW_BYTES: Final = 2_500_000
MOST_STREAMS: Final = 8
LONGEST_KEY: Final = 512
LONGEST_ENCODER: Final = 200
# Enhanced RTMP v2, "Enhancing NetConnection connect Command": we pass these codecs on.
CAN_FORWARD: Final = 4
CHANCE_BYTES: Final = HELLO_BYTES - 8
BAD_NAME, REJECTED = "NetStream.Publish.BadName", "NetStream.Publish.Rejected"


@dataclass(frozen=True, slots=True)
class PublishAsked:
    """Somebody wants to publish; nothing more is read until `accept` or `refuse`."""

    key: str
    encoder: str | None


@dataclass(frozen=True, slots=True)
class PublishEnded:
    """The publisher said that it is done."""


class _State(Enum):
    HANDSHAKE = "handshake"
    COMMANDS = "commands"
    ASKED = "asked"
    PUBLISHING = "publishing"
    ENDED = "ended"


class RtmpServerSession:
    """One publisher's connection, from the handshake to its end."""

    def __init__(self, chance: bytes) -> None:
        """Begin; `chance` is `CHANCE_BYTES` random bytes."""
        self._chance = chance
        self._state = _State.HANDSHAKE
        self._hello = b""
        self._has_answered = False
        self._link = RtmpLink(LONGEST_BEFORE)
        self._encoder: str | None = None
        self._is_connected = False
        self._streams = 0
        self._stream_id = 0
        self._tracks = FlvTracks()

    @property
    def has_shaken_hands(self) -> bool:
        """Whether the handshake is over."""
        return self._state is not _State.HANDSHAKE

    def take_output(self) -> bytes:
        """Give what is to be sent, once."""
        return self._link.take_output()

    def receive(self, data: bytes) -> Iterator[PublishAsked | PublishEnded | Heard]:
        """Take bytes, cut anywhere, and go through what they say."""
        if self._state is _State.HANDSHAKE:
            data = self._shake_hands(data)
        if data:
            self._link.feed(data)
        yield from self._read_messages()

    def accept(self) -> Iterator[PublishAsked | PublishEnded | Heard]:
        """Let the publisher begin, and go through what it has said since it asked."""
        self._link.control(USER_CONTROL, STREAM_BEGIN.to_bytes(2) + self._stream_id.to_bytes(4))
        self._say_status("status", "NetStream.Publish.Start", "You are live.")
        self._link.reader.longest_bytes = LONGEST_MESSAGE
        self._state = _State.PUBLISHING
        yield from self._read_messages()

    def refuse(self, sentence: str, code: str = BAD_NAME) -> None:
        """Tell the publisher why it may not, or no longer; nothing more is read."""
        if self._streams:
            self._say_status("error", code, sentence)
        self._state = _State.ENDED

    # --- handshake --------------------------------------------------------------------------------

    def _shake_hands(self, data: bytes) -> bytes:
        """Answer C0 and C1, go past C2, and give what lies behind them."""
        self._hello += data
        if self._hello[:1] not in {b"", bytes([VERSION])}:
            raise ProtocolBroken("This is not RTMP, or RTMP of a kind that is not spoken here.")
        if not self._has_answered and len(self._hello) > HELLO_BYTES:
            # S0, S1 and S2, which repeats C1; nobody needs the digests that Flash once wanted.
            own = bytes([VERSION]) + bytes(Hello(0, 0, self._chance))
            self._link.write(own + self._hello[1 : HELLO_BYTES + 1])
            self._has_answered = True
        stop = 1 + 2 * HELLO_BYTES
        if len(self._hello) < stop:
            return b""
        rest, self._hello = self._hello[stop:], b""
        self._state = _State.COMMANDS
        return rest

    # --- messages ---------------------------------------------------------------------------------

    def _read_messages(self) -> Iterator[PublishAsked | PublishEnded | Heard]:
        while self._state in {_State.COMMANDS, _State.PUBLISHING}:
            message = self._link.next_message()
            if message is None:
                return
            if message.kind == VIDEO and self._is_publishing:
                renewed = self._tracks.renew(message.payload)
                if renewed is not None:
                    yield renewed
            event = self._handle(message)
            if event is not None:
                yield event

    def _handle(self, message: Message) -> PublishAsked | PublishEnded | Heard | None:
        if message.kind in {COMMAND, COMMAND_AMF3}:
            return self._handle_command(message)
        if message.kind == AGGREGATE:
            raise ProtocolBroken("Aggregates of messages are not taken; switch them off.")
        if message.kind == VIDEO and self._is_publishing:
            return self._tracks.read_video(message.payload, message.timestamp_ms)
        if message.kind == AUDIO and self._is_publishing:
            return self._tracks.read_audio(message.payload, message.timestamp_ms)
        return None

    def _handle_command(self, message: Message) -> PublishAsked | PublishEnded | None:
        # A command of AMF3 begins with a byte and goes on in AMF0 all the same.
        start = 1 if message.kind == COMMAND_AMF3 else 0
        command = Command.parse(message.payload[start:])
        match command.name:
            case "connect":
                self._connect(command)
            case "createStream":
                self._create_stream(command)
            case "releaseStream" | "FCPublish":
                self._link.call(Command("_result", command.transaction, (None, None)))
            case "publish":
                return self._publish(command, message.stream_id)
            case "play" | "play2":
                raise ProtocolBroken("Nothing is played here by RTMP; use the address of the page.")
            case "FCUnpublish" | "deleteStream" | "closeStream" if self._is_publishing:
                self._state = _State.ENDED
                return PublishEnded()
            case _:
                pass
        return None

    @property
    def _is_publishing(self) -> bool:
        return self._state is _State.PUBLISHING

    def _connect(self, command: Command) -> None:
        asked = command.arguments[0] if command.arguments else None
        told = asked.get("flashVer") if isinstance(asked, dict) else None
        if isinstance(told, str):
            self._encoder = _clean(told)[:LONGEST_ENCODER] or None
        self._is_connected = True
        self._link.control(WINDOW, WINDOW_BYTES.to_bytes(4))
        self._link.control(PEER_BANDWIDTH, WINDOW_BYTES.to_bytes(4) + bytes([DYNAMIC]))
        self._link.enlarge_chunks(CHUNK_BYTES)
        server: Amf0 = {"fmsVer": "FMS/3,0,1,123", "capabilities": 31}
        answer: Amf0 = {
            "level": "status",
            "code": "NetConnection.Connect.Success",
            "description": "Connection succeeded.",
            "objectEncoding": 0,
            "capsEx": 0,
            "videoFourCcInfoMap": _codecs(VIDEO_CODECS),
            "audioFourCcInfoMap": _codecs(AUDIO_CODECS),
        }
        self._link.call(Command("_result", command.transaction, (server, answer)))

    def _create_stream(self, command: Command) -> None:
        if not self._is_connected or self._streams >= MOST_STREAMS:
            raise ProtocolBroken("The encoder opens streams before it connects, or too many.")
        self._streams += 1
        self._link.call(Command("_result", command.transaction, (None, self._streams)))

    def _publish(self, command: Command, stream_id: int) -> PublishAsked:
        name = command.arguments[1] if len(command.arguments) > 1 else None
        if not self._streams or self._is_publishing or not isinstance(name, str):
            raise ProtocolBroken("The encoder publishes out of turn, or without a name.")
        key = _clean(name.partition("?")[0])
        if len(key) > LONGEST_KEY:
            raise ProtocolBroken("The encoder publishes under a key that is too long.")
        self._stream_id = stream_id
        self._state = _State.ASKED
        return PublishAsked(key, self._encoder)

    def _say_status(self, level: str, code: str, description: str) -> None:
        status: Amf0 = {"level": level, "code": code, "description": description}
        self._link.call(Command("onStatus", 0, (None, status)), self._stream_id)


def _codecs(fourccs: Iterable[bytes]) -> dict[str, Amf0]:
    return {fourcc.decode(): CAN_FORWARD for fourcc in fourccs}


def _clean(text: str) -> str:
    return "".join(character for character in text if character.isprintable()).strip()
