"""Who holds a stream: leases, what fences them, and a broadcast that goes on at another node."""

from __future__ import annotations

import asyncio
import itertools
import re
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import m3u8
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from streamverse.domains.live.contracts import Newcomer, StreamId
from streamverse.domains.live.errors import LeaseLost
from streamverse.domains.live.models import BroadcastRow, LeaseRow, LiveSegmentRow
from streamverse.domains.live.public import LiveDesk
from streamverse.domains.live.rules.leases import Place, head_of_gap, place_after
from streamverse.domains.live.service.leases import (
    LEASE,
    Hold,
    end_forgotten,
    give_away,
    take_stream,
)
from streamverse.kit.clock import FixedClock, new_id
from streamverse.kit.work import Actor, Workshop
from streamverse.mediakit.ingest.samples import PublishRefused
from tests.conftest import Clients
from tests.factories.pipeline import fetch
from tests.live.conftest import Channel

if TYPE_CHECKING:
    from uuid import UUID

    from streamverse.app.resources import Resources
    from tests.factories.accounts import People

RETURN = timedelta(seconds=30)
LAPSED = LEASE + timedelta(seconds=1)
numbers = st.integers(0, 1000)
places = st.builds(Place, numbers, numbers)


# --- rules ----------------------------------------------------------------------------------------


@given(st.none() | places, places, st.booleans())
def test_whoever_goes_on_begins_behind_all_that_could_be_announced(
    stored: Place | None, begun: Place, is_clean: bool
):
    begins = place_after(stored, begun, is_clean=is_clean)
    assert begins.segment > begun.segment
    assert begins.head > begun.head
    if stored is not None:
        unknown = 0 if is_clean else 1
        assert begins.segment > stored.segment + unknown
        assert begins.head > stored.head + unknown


@given(numbers, numbers, st.integers(1, 3), st.integers(0, 2))
def test_no_head_is_left_out_between_segments(segment: int, head: int, missing: int, more: int):
    after = Place(segment + missing + 1, head + min(more, missing) + 1)
    between = [head_of_gap(segment + 1 + n, head, after) for n in range(missing)]
    heads = [head, *between, after.head]
    assert all(later - earlier in {0, 1} for earlier, later in itertools.pairwise(heads))


# --- leases ---------------------------------------------------------------------------------------


@dataclass
class Contest:
    """A stream that several nodes want."""

    workshop: Workshop
    clock: FixedClock
    tenant_id: UUID
    stream_id: StreamId

    async def take(self, node_id: UUID) -> Hold | LeaseRow:
        async with self.workshop.work(Actor.system(self.tenant_id)) as work:
            return await take_stream(work, self.stream_id, node_id, RETURN)

    async def hold(self, node_id: UUID) -> Hold:
        found = await self.take(node_id)
        assert isinstance(found, Hold)
        return found

    async def store(self, hold: Hold, *segments: int, head: int = 0) -> None:
        """Let a node store segments, as broadcasts do."""
        async with self.workshop.work(Actor.system(self.tenant_id)) as work:
            await hold.confirm(work)
            if await work.session.get(BroadcastRow, hold.broadcast_id) is None:
                work.session.add(
                    BroadcastRow(
                        id=hold.broadcast_id, stream_id=self.stream_id, started_at=work.now
                    )
                )
                await work.session.flush()
            work.session.add_all(
                LiveSegmentRow(
                    broadcast_id=hold.broadcast_id,
                    track="v",
                    number=number,
                    head=head,
                    duration_us=2_000_000,
                    size_bytes=1,
                    starts_at=work.now,
                    start_ticks=number,
                    duration_ticks=1,
                    stretch=0,
                    is_independent=True,
                )
                for number in segments
            )


@pytest.fixture
async def contest(
    channel: Channel, workshop: Workshop, clock: FixedClock, people: People
) -> Contest:
    return Contest(workshop, clock, people.owner.tenant_id, channel.id)


async def test_a_stream_has_one_holder(contest: Contest):
    one, other = new_id(), new_id()
    hold = await contest.hold(one)
    assert (hold.begins, hold.is_continued) == (Place(0, 0), False)
    lease = await contest.take(other)
    assert isinstance(lease, LeaseRow)
    assert (lease.node_id, lease.fence) == (one, hold.fence)


async def test_a_lease_that_lapsed_goes_on_elsewhere_behind_a_gap(contest: Contest):
    hold = await contest.hold(new_id())
    await contest.store(hold, 0, 1, 2)
    contest.clock.advance(LAPSED)
    successor = await contest.hold(new_id())
    assert successor.broadcast_id == hold.broadcast_id
    assert (successor.begins, successor.is_continued) == (Place(4, 2), True)
    # It dies, too, before anything of it is stored.
    contest.clock.advance(LAPSED)
    assert (await contest.hold(new_id())).begins == Place(5, 3)


async def test_whoever_lost_its_lease_stores_nothing(contest: Contest):
    hold = await contest.hold(new_id())
    await contest.store(hold, 0)
    contest.clock.advance(LAPSED)
    successor = await contest.hold(new_id())
    with pytest.raises(LeaseLost):
        await contest.store(hold, 1)
    await contest.store(successor, successor.begins.segment, head=successor.begins.head)
    async with contest.workshop.reading(Actor.system()) as work:
        found = await work.session.scalars(select(LiveSegmentRow.number))
        assert sorted(found) == [0, 2]


async def test_what_is_given_away_goes_on_without_a_gap(contest: Contest):
    hold = await contest.hold(new_id())
    await contest.store(hold, 0, 1, 2)
    async with contest.workshop.work(Actor.system(contest.tenant_id)) as work:
        await give_away(work, hold)
    assert (await contest.hold(new_id())).begins == Place(3, 1)


async def test_what_waited_for_too_long_is_over(contest: Contest):
    hold = await contest.hold(new_id())
    await contest.store(hold, 0)
    contest.clock.advance(LAPSED)
    await end_forgotten(contest.workshop, RETURN)
    assert await ended(contest) == [False]
    contest.clock.advance(RETURN)
    await end_forgotten(contest.workshop, RETURN)
    assert await ended(contest) == [True]
    successor = await contest.hold(new_id())
    assert successor.broadcast_id != hold.broadcast_id
    assert (successor.begins, successor.is_continued) == (Place(0, 0), False)
    with pytest.raises(LeaseLost):
        await contest.store(hold, 1)


async def test_whoever_comes_too_late_begins_anew(contest: Contest):
    hold = await contest.hold(new_id())
    await contest.store(hold, 0)
    contest.clock.advance(LAPSED + RETURN)
    assert (await contest.hold(new_id())).broadcast_id != hold.broadcast_id
    assert await ended(contest) == [True]


async def ended(contest: Contest) -> list[bool]:
    async with contest.workshop.reading(Actor.system()) as work:
        return [
            row.ended_at is not None for row in await work.session.scalars(select(BroadcastRow))
        ]


# --- nodes ----------------------------------------------------------------------------------------


@pytest.fixture
async def other(channel: Channel, resources: Resources) -> AsyncGenerator[Channel]:
    """Let there be another node that takes the same stream."""
    desk = LiveDesk(resources.workshop, resources.store, resources.live_desk.settings)
    yield Channel(desk, channel.id, channel.key)
    await desk.end_all()


async def die(channel: Channel) -> None:
    """Let a node vanish with all that it has in memory."""
    for broadcast in channel.desk.broadcasts:
        channel.desk.lose(broadcast)
    await asyncio.sleep(0)


async def address_of(clients: Clients, channel: Channel) -> str:
    answer = await clients.viewer.post(f"/live/streams/{channel.id}/playback")
    assert answer.status_code == 201, answer.text
    return str(answer.json()["hls_url"]).removesuffix("master.m3u8")


async def test_a_broadcast_goes_on_at_another_node(
    channel: Channel, other: Channel, clients: Clients, clock: FixedClock
):
    first = await other.connect()
    first.begin()
    first.send(5)
    await other.settle()
    await die(other)
    clock.advance(LAPSED)
    second = await channel.connect()
    base = await address_of(clients, channel)
    # What is there can be fetched before anything new comes.
    before = (await fetch(clients.nobody, f"{base}v.m3u8")).text
    assert re.findall(r"^v/\d+\.m4s", before, re.MULTILINE) == [f"v/{n}.m4s" for n in range(3)]
    second.begin()
    second.send(5)
    await channel.settle()
    for name in ("v", "a"):
        text = (await fetch(clients.nobody, f"{base}{name}.m3u8")).text
        playlist = m3u8.loads(text)
        uris = [one.uri for one in playlist.segments if one.uri]
        assert uris == [f"{name}/{number}.m4s" for number in range(5)]
        assert re.findall(r"#EXT-X-GAP\n#EXTINF:[\d.]+,\n(\S+)", text) == [f"{name}/2.m4s"]
        heads = re.findall(r'EXT-X-MAP:URI="\S+init-(\d+)\.mp4', text)
        assert heads == ["0", "2"]
        answers = [(await fetch(clients.nobody, base + str(uri))).status_code for uri in uris]
        assert answers == [200, 200, 404, 200, 200]
        for head in heads:
            found = await fetch(clients.nobody, f"{base}{name}/init-{head}.mp4")
            assert found.status_code == 200
    mpd = (await fetch(clients.nobody, f"{base}manifest.mpd")).text
    assert re.findall(r'<Period id="(\w+)"', mpd) == ["p0", "p3"]


async def test_a_newcomer_elsewhere_takes_over_and_nothing_is_lost(
    channel: Channel, other: Channel, clients: Clients
):
    first = await other.connect()
    first.begin()
    first.send(5)
    await other.settle()
    coming = asyncio.create_task(channel.connect())
    while not coming.done():
        await other.desk.node.renew(other.desk)
        await asyncio.sleep(0.05)
    second = await coming
    assert first.line.closed == ["Another encoder publishes with the same key now."]
    second.begin()
    second.send(5)
    await channel.settle()
    base = await address_of(clients, channel)
    text = (await fetch(clients.nobody, f"{base}v.m3u8")).text
    assert "#EXT-X-GAP" not in text
    uris = [one.uri for one in m3u8.loads(text).segments if one.uri]
    assert uris == [f"v/{number}.m4s" for number in range(5)]


async def test_a_newcomer_elsewhere_is_refused_where_streams_say_so(
    channel: Channel, other: Channel, clients: Clients, clock: FixedClock
):
    change = {"newcomer": Newcomer.REFUSE}
    path = f"/live/streams/{channel.id}"
    assert (await clients.owner.patch(path, json=change)).status_code == 200
    first = await other.connect()
    first.begin()
    first.send(1)
    coming = asyncio.create_task(channel.connect())
    await asyncio.sleep(0.5)
    assert not coming.done()
    clock.advance(timedelta(seconds=1))
    await other.desk.node.renew(other.desk)
    with pytest.raises(PublishRefused) as refused:
        await coming
    assert refused.value.sentence.startswith("Another encoder publishes with this key already")
    assert first.line.closed == []


async def test_a_node_that_lost_its_lease_ends_its_publisher(
    channel: Channel, other: Channel, clock: FixedClock
):
    first = await other.connect()
    first.begin()
    first.send(3)
    await other.settle()
    clock.advance(LAPSED)
    await channel.connect()
    await other.desk.node.renew(other.desk)
    assert first.line.closed == ["Another server has taken this stream."]
    assert other.desk.broadcasts == ()
    assert other.desk.find(channel.id) is None


async def test_staff_stops_what_comes_in_elsewhere(
    channel: Channel, other: Channel, clients: Clients
):
    first = await other.connect()
    first.begin()
    first.send(3)
    await other.settle()
    stopped = await clients.owner.post("/live/streams/stop", json={"ids": [str(channel.id)]})
    assert stopped.status_code == 204
    await other.desk.node.renew(other.desk)
    assert first.line.closed == ["This stream was stopped: start it again on its page."]
    assert other.desk.broadcasts == ()


async def test_what_a_store_does_not_have_yet_is_not_named(
    channel: Channel, clients: Clients, resources: Resources, monkeypatch: pytest.MonkeyPatch
):
    may_store = asyncio.Event()
    put = resources.store.put

    async def put_later(key: str, content: bytes) -> object:
        await may_store.wait()
        return await put(key, content)

    monkeypatch.setattr(resources.store, "put", put_later)
    publisher = await channel.connect()
    publisher.begin()
    publisher.send(7)
    base = await address_of(clients, channel)
    text = (await fetch(clients.nobody, f"{base}v.m3u8")).text
    assert "#EXTINF" not in text
    assert set(re.findall(r'URI="v/(\d+)\.\d+\.m4s"', text)) == {"0"}
    assert "PRELOAD-HINT" not in text
    asking = asyncio.create_task(fetch(clients.nobody, f"{base}v.m3u8?_HLS_msn=0"))
    done, _ = await asyncio.wait([asking], timeout=0.2)
    assert not done
    may_store.set()
    assert "v/0.m4s\n" in (await asking).text
    await channel.settle()
    text = (await fetch(clients.nobody, f"{base}v.m3u8")).text
    assert re.findall(r"^v/\d+\.m4s", text, re.MULTILINE) == [f"v/{n}.m4s" for n in range(3)]
