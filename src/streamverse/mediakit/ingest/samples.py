"""What every way of coming in turns a stream into: formats, samples, and who takes them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Literal, Protocol

CLOCK_HZ: Final = 90_000

VideoCodec = Literal["h264", "hevc", "av1"]
AudioCodec = Literal["aac", "opus"]
Kind = Literal["video", "audio"]
Transport = Literal["rtmp", "srt", "whip", "hls", "rtsp"]


@dataclass(frozen=True, slots=True)
class VideoFormat:
    """How the pictures are coded; `configuration` is the content of avcC, hvcC or av1C."""

    codec: VideoCodec
    configuration: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class AudioFormat:
    """How the sound is coded; `configuration` is an AudioSpecificConfig or the content of dOps."""

    codec: AudioCodec
    configuration: bytes
    sample_rate_hz: int
    channels: int


@dataclass(frozen=True, slots=True)
class Sample:
    """A picture or a frame of sound, at times in ticks of `CLOCK_HZ` as its publisher says them.

    The times do not wrap, but they may jump. Video is NAL units behind lengths of four bytes
    (H.264, HEVC) or a temporal unit without its delimiter (AV1); audio is one raw frame.
    """

    kind: Kind
    decode_ticks: int
    present_ticks: int
    is_keyframe: bool
    payload: bytes


class PublishRefused(Exception):
    """A publisher who may not publish: a sentence for whoever set up the encoder."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class MediaRefused(ValueError):
    """What a publisher sends is not what we take, or is not media at all."""


class Publication(Protocol):
    """Who publishes: under which key, by what, from where and with which encoder."""

    @property
    def key(self) -> str:
        """Tell the secret name that the stream is published under."""
        ...

    @property
    def protocol(self) -> Transport:
        """Tell how the stream comes in."""
        ...

    @property
    def remote_address(self) -> str:
        """Tell the network address of the publisher."""
        ...

    @property
    def encoder(self) -> str | None:
        """Tell what the publisher says that it runs."""
        ...


class Connection(Protocol):
    """The line to a publisher, counted and to be cut."""

    @property
    def bytes_received(self) -> int:
        """Count what came over the line."""
        ...

    @property
    def samples_received(self) -> int:
        """Count the samples that were handed on."""
        ...

    def close(self, reason: str) -> None:
        """End the publisher; the receiver hears the reason in `on_end`."""
        ...


@dataclass(frozen=True, slots=True)
class PublishRequest:
    """A publication that asks to begin, over a connection that may be ended at any time.

    What is fetched, and sent by nobody, gives way to whoever sends.
    """

    key: str
    protocol: Transport
    remote_address: str
    encoder: str | None
    connection: Connection
    is_fetched: bool = False


class Receiver(Protocol):
    """Takes what an admitted publisher sends; a format comes before the samples that need it."""

    def on_format(self, media: VideoFormat | AudioFormat, /) -> None:
        """Take how what follows is coded; said again only when it changes."""
        ...

    def on_sample(self, sample: Sample, /) -> None:
        """Take the next picture or frame of sound, in the order of decoding."""
        ...

    def on_end(self, reason: str, /) -> None:
        """Hear that nothing more comes, once, and why in a sentence."""
        ...

    async def writable(self) -> None:
        """Wait until more is welcome; the publisher is not read from meanwhile."""
        ...


# Raises `PublishRefused`; no byte of media is read before it has answered.
Admit = Callable[[PublishRequest], Awaitable[Receiver]]
