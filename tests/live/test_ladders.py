"""Smaller renditions beside what is sent: real pictures, encoded by the real ffmpeg."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import m3u8
import pytest

from streamverse.domains.live.contracts import StreamId
from streamverse.domains.live.service.broadcasts import Broadcast
from streamverse.domains.live.service.edge import LiveSegment, LiveTrack
from streamverse.domains.live.service.ladders import LadderDesk
from streamverse.mediakit.ffmpeg import Tools
from streamverse.mediakit.ingest.samples import CLOCK_HZ, Sample
from tests.conftest import Clients
from tests.factories.media import frame_numbers
from tests.factories.pipeline import eventually
from tests.factories.samples import Filmed, film
from tests.live.conftest import Channel, Publisher, make_stream
from tests.live.test_edge import Player, watch

if TYPE_CHECKING:
    from streamverse.app.resources import Resources

HEVC = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none")


@dataclass
class Show:
    """A publisher of real pictures, who waits for the rungs as life would."""

    channel: Channel
    publisher: Publisher
    sent: int = 0

    @property
    def broadcast(self) -> Broadcast:
        """What goes out."""
        (broadcast,) = self.channel.desk.broadcasts
        return broadcast

    def track(self, name: str) -> LiveTrack:
        """Give a rendition."""
        return self.broadcast.edge.tracks[name]

    async def send(self, samples: Sequence[Sample], rungs: Sequence[str]) -> None:
        """Send pictures, a second at a time, when the rungs have got as far as that."""
        for first in range(0, len(samples), 30):
            for sample in samples[first : first + 30]:
                self.publisher.receiver.on_sample(sample)
                self.sent = sample.decode_ticks
            for name in rungs:
                await eventually(lambda name=name: self._is_near(name))

    async def _is_near(self, name: str) -> bool:
        track = self.broadcast.edge.tracks.get(name)
        if track is None or not track.segments:
            return self.sent < CLOCK_HZ
        last, sent = track.segments[-1], self.track("v").segments[-1]
        return _ends(last) >= _ends(sent)


def _ends(segment: LiveSegment) -> int:
    return segment.start_ticks + segment.duration_ticks


@pytest.fixture
async def tools(resources: Resources) -> Tools:
    """Give the programs."""
    return resources.tools


@pytest.fixture
async def channel(clients: Clients, resources: Resources) -> AsyncGenerator[Channel]:
    """Let there be a stream with smaller renditions, on a machine that has room for them."""
    stream = await make_stream(clients, ladder="smaller")
    key = (await clients.owner.get(f"/live/streams/{stream['id']}/key")).json()["key"]
    desk = resources.live_desk
    desk.ladders = LadderDesk(resources.tools.ffmpeg, 100)
    yield Channel(desk, StreamId(UUID(stream["id"])), key)
    await desk.end_all()


async def begin(channel: Channel, filmed: Filmed) -> Show:
    """Let somebody begin to send."""
    publisher = await channel.connect()
    publisher.receiver.on_format(filmed.media)
    return Show(channel, publisher)


async def numbers_shown(player: Player, name: str, tools: Tools, folder: Path) -> list[int]:
    """Read the numbers that all pictures of a rendition carry."""
    playlist = await player.playlist(name)
    uris = [f"{name}/init-0.mp4", *(str(one.uri) for one in playlist.segments if one.uri)]
    path = folder / f"{name}.mp4"
    path.write_bytes(b"".join([(await player.get(uri)).content for uri in uris]))
    return frame_numbers(path, tools)


async def test_rungs_show_the_same_pictures_in_segments_of_the_same_numbers(
    clients: Clients, channel: Channel, tools: Tools, tmp_path: Path
):
    filmed = await film(tools, tmp_path, seconds=7)
    show = await begin(channel, filmed)
    await show.send(filmed.samples, ["v480", "v360"])
    player = await watch(clients, channel)
    shown = {name: await numbers_shown(player, name, tools, tmp_path) for name in ("v", "v480")}
    assert shown == {"v": list(range(180)), "v480": list(range(180))}
    for name in ("v480", "v360"):
        segments = zip(show.track("v").segments[:3], show.track(name).segments[:3], strict=True)
        for sent, made in segments:
            assert made.number == sent.number
            assert (made.start_ticks, made.duration_ticks) == (
                sent.start_ticks,
                sent.duration_ticks,
            )
            assert made.starts_at == sent.starts_at
            assert (made.is_independent, made.is_whole) == (True, True)
            assert [line.duration_s for line in made.lines] == [
                line.duration_s for line in sent.lines
            ]
    master = m3u8.loads((await player.get("master.m3u8")).text)
    assert [(one.uri, one.stream_info.resolution) for one in master.playlists] == [
        ("v.m3u8", (1280, 720)),
        ("v480.m3u8", (854, 480)),
        ("v360.m3u8", (640, 360)),
    ]
    reports = (await player.playlist("v360")).rendition_reports
    assert [(report.uri, report.last_msn) for report in reports] == [
        ("v.m3u8", 3),
        ("v480.m3u8", 3),
    ]
