"""How a stream comes in, and who watches it: looked at, shown, told, summed over servers."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from streamverse.domains.live.models import AudienceRow, BroadcastRow
from streamverse.domains.live.rules.audiences import THERE_FOR_S
from streamverse.domains.live.service.audiences import AudienceDesk
from streamverse.kit.events import EventRow
from streamverse.kit.work import Actor, Workshop
from streamverse.mediakit.ingest.samples import CLOCK_HZ, Sample
from tests.conftest import Clients
from tests.factories.mails import read_mails
from tests.factories.pipeline import WorkOff, fetch
from tests.live.conftest import FRAME, Channel, Publisher

if TYPE_CHECKING:
    from streamverse.domains.identity.public import Correspondence
    from streamverse.kit.clock import FixedClock

LOOK = timedelta(seconds=2)


class Studio:
    """A stream whose clocks the test moves."""

    def __init__(self, channel: Channel, clock: FixedClock, clients: Clients) -> None:
        self.channel, self.clock, self.clients = channel, clock, clients
        self.now_s = 0.0
        channel.desk.health.clock = lambda: self.now_s
        channel.desk.audiences.clock = lambda: self.now_s

    async def pass_time(self, looks: int, publisher: Publisher | None = None, **how: Any) -> None:
        """Let time pass from look to look, and the publisher send."""
        for _ in range(looks):
            if publisher is not None:
                send(publisher, self, **how)
            self.now_s += LOOK.total_seconds()
            self.clock.advance(LOOK)
            await self.channel.desk.health.look(self.channel.desk.broadcasts)

    async def health(self, query: str = "") -> dict[str, Any]:
        """Ask for the health of the stream."""
        address = f"/live/streams/{self.channel.id}/health{query}"
        answer = await self.clients.owner.get(address)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def play(self) -> None:
        """Let the viewer's player ask for a playlist."""
        answer = await self.clients.viewer.post(f"/live/streams/{self.channel.id}/playback")
        url: str = answer.json()["hls_url"]
        assert (await fetch(self.clients.nobody, url)).status_code == 200

    async def viewers(self) -> int:
        """Ask how many watch."""
        shown = await self.clients.viewer.get(f"/live/streams/{self.channel.id}")
        count: int = shown.json()["viewers"]
        return count


def send(publisher: Publisher, studio: Studio, *, gop: int = 60, has_audio: bool = True) -> None:
    """Send two seconds at the speed of life, with keyframes so far apart."""
    if has_audio:
        publisher.send(2.0, has_video=False)
    else:
        publisher.at += 2 * CLOCK_HZ
    began_s = studio.now_s
    for number in range((publisher.at - 2 * CLOCK_HZ) // FRAME, publisher.at // FRAME):
        studio.now_s = number * FRAME / CLOCK_HZ
        at = number * FRAME
        publisher.receiver.on_sample(Sample("video", at, at, number % gop == 0, b"picture"))
    studio.now_s = began_s


@pytest.fixture
def studio(channel: Channel, clock: FixedClock, clients: Clients) -> Studio:
    """Let the test move the clocks."""
    return Studio(channel, clock, clients)


@pytest.fixture
async def publisher(channel: Channel, studio: Studio) -> Publisher:
    """Let an encoder begin."""
    del studio
    publisher = await channel.connect()
    publisher.begin()
    return publisher


async def told(workshop: Workshop) -> list[tuple[str, Any]]:
    """Give what was told of the health of streams."""
    async with workshop.reading(Actor.system()) as work:
        query = select(EventRow).where(EventRow.name.startswith("live.stream_"))
        rows = (await work.session.scalars(query.order_by(EventRow.id))).all()
    return [(row.name, row.payload.get("sentences")) for row in rows]


async def test_a_stream_that_comes_in_well_is_shown_without_warnings(
    studio: Studio, publisher: Publisher, workshop: Workshop
):
    await studio.pass_time(5, publisher)
    shown = await studio.health()
    assert shown["warnings"] == []
    assert len(shown["moments"]) == 5
    newest = shown["moments"][-1]
    assert (newest["frame_rate"], newest["keyframe_s"], newest["dropped"]) == (30.0, 2.0, 0)
    assert newest["video_bps"] == 30 * 8 * len(b"picture")
    since = shown["moments"][2]["at"].replace("+", "%2B")
    assert (await studio.health(f"?since={since}"))["moments"] == shown["moments"][3:]
    assert await told(workshop) == []


async def test_rare_keyframes_are_warned_of_and_told_once(
    studio: Studio, publisher: Publisher, workshop: Workshop
):
    await studio.pass_time(15, publisher, gop=300)
    shown = await studio.health()
    sentence = "Your encoder sends a key frame every 10 s; set it to 2."
    assert shown["warnings"] == [{"code": "keyframes_rare", "sentence": sentence, "is_grave": True}]
    ((name, sentences),) = await told(workshop)
    assert name == "live.stream_unwell"
    assert len(sentences) == 1
    await studio.pass_time(45, publisher)
    assert (await studio.health())["warnings"] == []
    assert [name for name, _ in await told(workshop)] == ["live.stream_unwell", "live.stream_well"]


async def test_those_who_run_the_streams_are_written_to_once_an_hour(
    studio: Studio,
    publisher: Publisher,
    workshop: Workshop,
    correspondence: Correspondence,
    work_off: WorkOff,
):
    await studio.pass_time(15, publisher, gop=300)
    await work_off()
    (mail,) = await read_mails(workshop, correspondence)
    assert (mail.to, mail.subject) == ("owner@example.org", "Viewers suffer: Sunday service")
    assert "Your encoder sends a key frame every 10 s; set it to 2." in mail.text
    # It gets well, is unwell again within the hour, and other programs alone are told.
    await studio.pass_time(45, publisher)
    await studio.pass_time(150, publisher, gop=300)
    names = [name for name, _ in await told(workshop)]
    assert names == ["live.stream_unwell", "live.stream_well", "live.stream_unwell"]
    await work_off()
    assert await read_mails(workshop, correspondence) == [mail]


async def test_a_publisher_who_is_gone_is_warned_of(studio: Studio, publisher: Publisher):
    await studio.pass_time(3, publisher)
    publisher.receiver.on_end("The publisher hung up.")
    await studio.pass_time(5)
    shown = await studio.health()
    assert [one["code"] for one in shown["warnings"]] == ["gone"]
    assert len(shown["moments"]) == 3


async def test_what_is_older_than_half_an_hour_is_forgotten(
    studio: Studio, publisher: Publisher, channel: Channel
):
    await studio.pass_time(3, publisher)
    studio.clock.advance(timedelta(minutes=29))
    await studio.pass_time(1)
    assert len((await studio.health())["moments"]) == 4
    studio.clock.advance(timedelta(minutes=2))
    await studio.pass_time(1)
    assert len((await studio.health())["moments"]) == 2
    await channel.desk.end_all()
    channel.desk.health.pause(channel.id)
    studio.clock.advance(timedelta(minutes=31))
    await studio.pass_time(1)
    assert (await studio.health())["moments"] == []


async def test_devices_are_counted_while_they_watch(studio: Studio, publisher: Publisher):
    await studio.pass_time(2, publisher)
    assert await studio.viewers() == 0
    await studio.play()
    await studio.play()
    assert await studio.viewers() == 1
    studio.now_s += THERE_FOR_S
    assert await studio.viewers() == 0


async def test_viewers_are_summed_over_servers_and_kept_for_the_broadcast(
    studio: Studio, publisher: Publisher, channel: Channel, workshop: Workshop, clock: FixedClock
):
    await studio.pass_time(2, publisher)
    await channel.settle()
    broadcast = channel.desk.find(channel.id)
    assert broadcast is not None
    other = AudienceDesk(workshop, lambda: studio.now_s)
    for device in ("one", "two"):
        with other.attending(broadcast.id, device):
            pass
    await studio.play()
    for desk in (other, channel.desk.audiences):
        await desk.write([broadcast])
    assert await studio.viewers() == 3
    studio.now_s += 3.0
    clock.advance(timedelta(seconds=3))
    for desk in (other, channel.desk.audiences):
        await desk.write([broadcast])
    async with workshop.reading(Actor.system()) as work:
        counts = sorted(await work.session.scalars(select(AudienceRow.viewers)))
        (row,) = await work.session.scalars(select(BroadcastRow))
    assert counts == [1, 2]
    assert (row.peak_viewers, row.watched_s) == (3, 3 + 6)
    (shown,) = (await studio.health())["broadcasts"]
    assert (shown["peak_viewers"], shown["watched_minutes"]) == (3, 0)
    # What a server said too long ago is not believed any more.
    clock.advance(timedelta(seconds=11))
    assert await studio.viewers() == 1


async def test_nobody_is_written_down_where_nobody_watches(
    studio: Studio, publisher: Publisher, channel: Channel, workshop: Workshop
):
    await studio.pass_time(2, publisher)
    await channel.settle()
    await channel.desk.audiences.write(channel.desk.broadcasts)
    async with workshop.reading(Actor.system()) as work:
        assert (await work.session.scalars(select(AudienceRow))).all() == []
