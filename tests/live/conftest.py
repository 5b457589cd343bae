"""What the tests of live take place in: a stream, and publishers who send it pictures and sound."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from streamverse.domains.live.contracts import StreamId
from streamverse.domains.live.public import LiveDesk
from streamverse.mediakit.ingest.samples import (
    CLOCK_HZ,
    AudioFormat,
    PublishRequest,
    Receiver,
    Sample,
    VideoFormat,
)
from tests.conftest import Clients
from tests.factories.pipeline import eventually, work_off

__all__ = ["work_off"]

if TYPE_CHECKING:
    from streamverse.app.resources import Resources

AVCC = bytes.fromhex("0142c00dffe100176742c00dda05067e7c0440000003004000000f03c50aa801000468ce0fc8")
VIDEO = VideoFormat("h264", AVCC, 320, 180)
AUDIO = AudioFormat("aac", bytes.fromhex("1190"), 48_000, 2)
FRAME, SOUND = CLOCK_HZ // 30, CLOCK_HZ * 1024 // 48_000


@dataclass
class Line:
    """The connection to a publisher."""

    bytes_received: int = 0
    samples_received: int = 0
    closed: list[str] = field(default_factory=list[str])

    def close(self, reason: str) -> None:
        """Note why it was ended."""
        self.closed.append(reason)


@dataclass
class Publisher:
    """Sends pictures at 30 a second, a keyframe every two, and sound beside them."""

    receiver: Receiver
    line: Line
    at: int = 0

    def begin(self, video: VideoFormat | None = VIDEO, audio: AudioFormat | None = AUDIO) -> None:
        """Say how it is coded."""
        for media in (video, audio):
            if media is not None:
                self.receiver.on_format(media)

    def send(self, seconds: float, *, has_video: bool = True, has_audio: bool = True) -> None:
        """Send some seconds of it."""
        until = self.at + round(seconds * CLOCK_HZ)
        samples: list[Sample] = []
        if has_video:
            first = -(-self.at // FRAME)
            samples += [
                Sample("video", n * FRAME, n * FRAME, n % 60 == 0, b"picture %d" % n)
                for n in range(first, -(-until // FRAME))
            ]
        if has_audio:
            first = -(-self.at // SOUND)
            samples += [
                Sample("audio", n * SOUND, n * SOUND, is_keyframe=True, payload=b"sound %d" % n)
                for n in range(first, -(-until // SOUND))
            ]
        for sample in sorted(samples, key=lambda one: one.decode_ticks):
            self.receiver.on_sample(sample)
        self.at = until


@dataclass
class Channel:
    """A stream with its desk."""

    desk: LiveDesk
    id: StreamId
    key: str

    async def connect(self, *, is_fetched: bool = False) -> Publisher:
        """Let an encoder connect with the key."""
        line = Line()
        encoder = (self.key, "rtmp", "192.0.2.7", "Encoder/1.0", line)
        request = PublishRequest(*encoder, is_fetched=is_fetched)
        return Publisher(await self.desk.admit(request), line)

    async def settle(self) -> None:
        """Wait until all that is whole is stored."""
        broadcast = self.desk.find(self.id)
        assert broadcast is not None

        async def is_stored() -> bool:
            segments = [one for track in broadcast.edge.tracks.values() for one in track.segments]
            return all(one.is_stored for one in segments if one.is_whole)

        await eventually(is_stored)


async def make_stream(clients: Clients, **more: Any) -> dict[str, Any]:
    """Make a stream."""
    made = await clients.owner.post("/live/streams", json={"name": "Sunday service", **more})
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


@pytest.fixture
async def channel(clients: Clients, resources: Resources) -> AsyncGenerator[Channel]:
    """Let there be a stream, and end in the end what goes out on it."""
    stream = await make_stream(clients)
    key = (await clients.owner.get(f"/live/streams/{stream['id']}/key")).json()["key"]
    yield Channel(resources.live_desk, StreamId(UUID(stream["id"])), key)
    await resources.live_desk.end_all()


class Clock:
    """The time that encoders are judged by."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def pace(channel: Channel) -> Clock:
    """Hold the time."""
    clock = Clock()
    channel.desk.health.clock = clock
    return clock


def go_on(pace: Clock, seconds: float, *publishers: Publisher) -> None:
    """Let time pass, in which these encoders send."""
    for _ in range(round(seconds * 10)):
        pace.now_s += 0.1
        for publisher in publishers:
            publisher.send(0.1)
