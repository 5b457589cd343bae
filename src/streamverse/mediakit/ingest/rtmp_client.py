"""The publisher's side of RTMP without I/O, by which streams are passed on to other services."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from streamverse.mediakit.ingest.amf0 import Amf0
from streamverse.mediakit.ingest.flv import TICKS_PER_MS, write_format, write_sample
from streamverse.mediakit.ingest.rtmp_chunks import (
    AUDIO,
    COMMAND,
    HELLO_BYTES,
    VERSION,
    VIDEO,
    Command,
    Hello,
    Message,
    ProtocolBroken,
    RtmpLink,
)
from streamverse.mediakit.ingest.samples import AudioFormat, PublishRefused, Sample, VideoFormat

LONGEST_ANSWER: Final = 1 << 16
CHUNK_BYTES: Final = 1 << 16
CONNECT, RELEASE, FC_PUBLISH, CREATE, PUBLISH = 1.0, 2.0, 3.0, 4.0, 5.0
FOURCCS: Final[list[Amf0]] = ["avc1", "hvc1", "av01", "mp4a", "Opus"]


@dataclass(frozen=True, slots=True)
class PublishStarted:
    """The server takes formats and samples from now on."""


@dataclass(frozen=True, slots=True)
class RtmpTarget:
    """Where to publish: `url` up to the application, the application, and the key behind it."""

    url: str
    app: str
    key: str


class RtmpClientSession:
    """One connection to a server, from the handshake to the end of the stream."""

    def __init__(self, target: RtmpTarget, chance: bytes) -> None:
        """Begin; `chance` is `rtmp.CHANCE_BYTES` random bytes."""
        self._target = target
        self._link = RtmpLink(LONGEST_ANSWER)
        self._hello: bytes | None = b""
        self._stream_id = 0
        self._video: VideoFormat | None = None
        self._audio: AudioFormat | None = None
        self._link.write(bytes([VERSION]) + bytes(Hello(0, 0, chance)))

    def take_output(self) -> bytes:
        """Give what is to be sent, once."""
        return self._link.take_output()

    def receive(self, data: bytes) -> Iterator[PublishStarted]:
        """Take bytes, cut anywhere; raises `PublishRefused` with the server's own words."""
        if self._hello is not None:
            data = self._shake_hands(self._hello + data)
        if data:
            self._link.feed(data)
        while (message := self._link.next_message()) is not None:
            if message.kind == COMMAND and self._handle(Command.parse(message.payload)):
                yield PublishStarted()

    def send_format(self, media: VideoFormat | AudioFormat) -> None:
        """Announce how the samples to come are coded."""
        if isinstance(media, VideoFormat):
            self._video = media
        else:
            self._audio = media
        self._send_media(media, write_format(media), 0)

    def send_sample(self, sample: Sample) -> None:
        """Send a sample of a format that was announced; other samples are left out."""
        media = self._video if sample.kind == "video" else self._audio
        if media is not None:
            time_ms = sample.decode_ticks // TICKS_PER_MS
            self._send_media(media, write_sample(media, sample), time_ms)

    def stop(self) -> None:
        """Say that the stream is over."""
        self._link.call(Command("FCUnpublish", 0, (None, self._target.key)))
        self._link.call(Command("deleteStream", 0, (None, self._stream_id)))

    def _send_media(self, media: VideoFormat | AudioFormat, payload: bytes, time_ms: int) -> None:
        kind = VIDEO if isinstance(media, VideoFormat) else AUDIO
        self._link.send(Message(kind, payload, time_ms, self._stream_id))

    def _shake_hands(self, hello: bytes) -> bytes:
        if hello and hello[0] != VERSION:
            raise ProtocolBroken("The server does not speak RTMP.")
        stop = 1 + 2 * HELLO_BYTES
        if len(hello) < stop:
            self._hello = hello
            return b""
        self._hello = None
        self._link.write(hello[1 : HELLO_BYTES + 1])
        self._link.enlarge_chunks(CHUNK_BYTES)
        about: Amf0 = {
            "app": self._target.app,
            "type": "nonprivate",
            "flashVer": "FMLE/3.0 (compatible; StreamVerse)",
            "tcUrl": self._target.url,
            "fourCcList": FOURCCS,
        }
        self._link.call(Command("connect", CONNECT, (about,)))
        return hello[stop:]

    def _handle(self, command: Command) -> bool:
        """Take the next step; tell whether it was the last one."""
        status = command.arguments[-1] if command.arguments else None
        told = status if isinstance(status, dict) else {}
        is_error = command.name == "_error" or told.get("level") == "error"
        # Many servers know nothing of releaseStream and FCPublish.
        if is_error and command.transaction not in {RELEASE, FC_PUBLISH}:
            raise PublishRefused(str(told.get("description") or told.get("code") or "Refused."))
        if command.name == "_result" and command.transaction == CONNECT:
            key = self._target.key
            self._link.call(Command("releaseStream", RELEASE, (None, key)))
            self._link.call(Command("FCPublish", FC_PUBLISH, (None, key)))
            self._link.call(Command("createStream", CREATE))
        if command.name == "_result" and command.transaction == CREATE:
            if not isinstance(status, float):
                raise ProtocolBroken("The server opens a stream without a number.")
            self._stream_id = int(status)
            publish = Command("publish", PUBLISH, (None, self._target.key, "live"))
            self._link.call(publish, self._stream_id)
        return command.name == "onStatus" and told.get("code") == "NetStream.Publish.Start"
