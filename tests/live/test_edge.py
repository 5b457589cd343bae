"""The edge of a broadcast over HTTP: what players ask for, and what waits for them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import m3u8
import pytest
from sqlalchemy import select

from streamverse.domains.live.models import BroadcastRow, LiveSegmentRow
from streamverse.kit.work import Actor, Workshop
from streamverse.mediakit.cmaf import Fragment, FragmentReader
from tests.conftest import Clients
from tests.factories.pipeline import fetch
from tests.live.conftest import AUDIO, VIDEO, Channel, Publisher

if TYPE_CHECKING:
    from streamverse.app.resources import Resources


class Player:
    """Follows a stream as a viewer."""

    def __init__(self, clients: Clients, master: str) -> None:
        self.clients = clients
        self.base = master.removesuffix("master.m3u8")

    async def get(self, name: str) -> httpx.Response:
        """Fetch something below the address of the stream."""
        return await fetch(self.clients.nobody, self.base + name)

    async def playlist(self, name: str = "v", query: str = "") -> m3u8.M3U8:
        """Fetch a playlist."""
        answer = await self.get(f"{name}.m3u8{query}")
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/vnd.apple.mpegurl"
        return m3u8.loads(answer.text)


async def watch(clients: Clients, channel: Channel) -> Player:
    """Open a stream as a viewer."""
    answer = await clients.viewer.post(f"/live/streams/{channel.id}/playback")
    assert answer.status_code == 201, answer.text
    return Player(clients, answer.json()["hls_url"])


@pytest.fixture
async def publisher(channel: Channel) -> Publisher:
    """Let five seconds go out."""
    publisher = await channel.connect()
    publisher.begin()
    publisher.send(5)
    await channel.settle()
    return publisher


@pytest.fixture
async def player(clients: Clients, channel: Channel, publisher: Publisher) -> Player:
    """Let somebody watch it."""
    del publisher
    return await watch(clients, channel)


def payloads(stream: bytes) -> list[bytes]:
    """Give the samples of a track."""
    fragments = [one for one in FragmentReader().feed(stream) if isinstance(one, Fragment)]
    return [payload for fragment in fragments for _, payload in fragment.pieces()]


async def test_all_that_was_sent_is_there_once(player: Player):
    for name in ("v", "a"):
        playlist = await player.playlist(name)
        assert [one.uri for one in playlist.segments if one.uri] == [
            f"{name}/0.m4s",
            f"{name}/1.m4s",
        ]
        head = (await player.get(f"{name}/init-0.mp4")).content
        last = [str(part.uri) for part in playlist.segments[-1].parts]
        whole = [(await player.get(f"{name}/{number}.m4s")).content for number in (0, 1)]
        parts = [(await player.get(uri)).content for uri in last]
        word = b"picture" if name == "v" else b"sound"
        seen = payloads(head + b"".join(whole + parts))
        assert seen == [word + b" %d" % number for number in range(len(seen))]
    master = m3u8.loads((await player.get("master.m3u8")).text)
    assert master.playlists[0].stream_info.codecs == "avc1.42c00d,mp4a.40.2"
    assert master.playlists[0].stream_info.resolution == (320, 180)


async def test_a_playlist_waits_for_the_part_that_is_asked_for(
    player: Player, publisher: Publisher
):
    hint = str((await player.playlist()).preload_hint.uri)
    found = re.fullmatch(r"v/(\d+)\.(\d+)\.m4s", hint)
    assert found is not None
    query = f"?_HLS_msn={found[1]}&_HLS_part={found[2]}"
    asking = asyncio.create_task(player.playlist("v", query))
    fetching = asyncio.create_task(player.get(hint))
    done, _ = await asyncio.wait([asking, fetching], timeout=0.2)
    assert not done
    publisher.send(0.2)
    playlist, part = await asking, await fetching
    assert playlist.segments[-1].parts[-1].uri == hint
    assert payloads((await player.get("v/init-0.mp4")).content + part.content)[0] == b"picture 140"


async def test_a_playlist_waits_for_a_whole_segment(player: Player, publisher: Publisher):
    asking = asyncio.create_task(player.playlist("v", "?_HLS_msn=2"))
    await asyncio.sleep(0)
    publisher.send(2)
    uris = [one.uri for one in (await asking).segments if one.uri]
    assert uris == ["v/0.m4s", "v/1.m4s", "v/2.m4s"]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("?_HLS_msn=99", "This segment is too far ahead of the stream."),
        ("?_HLS_part=1", "A part is asked for together with its segment, _HLS_msn."),
        ("?_HLS_msn=x", "_HLS_msn is a number, not 'x'."),
    ],
)
async def test_what_makes_no_sense_is_refused(player: Player, query: str, sentence: str):
    answer = await player.get(f"v.m3u8{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "live.playlist_unlikely")
    assert answer.json()["detail"] == sentence


@pytest.mark.parametrize(
    "name", ["v/99.m4s", "v/1.99.m4s", "v/3.m4s", "v/init-7.mp4", "x.m3u8", "v/0.ts", "../0"]
)
async def test_what_is_not_there_is_not_found(player: Player, name: str):
    assert (await player.get(name)).status_code == 404


async def test_a_stream_opens_nothing_but_itself(clients: Clients, player: Player):
    _, _, grant, stream_id, _ = player.base.split("/")
    forged = grant[:-1] + ("0" if grant[-1] != "0" else "1")
    answer = await fetch(clients.nobody, f"/broadcasts/{forged}/{stream_id}/v.m3u8")
    assert (answer.status_code, answer.json()["code"]) == (403, "kit.grant_invalid")
    other = stream_id.replace(stream_id[0], "1" if stream_id[0] == "0" else "0", 1)
    assert (await fetch(clients.nobody, f"/broadcasts/{grant}/{other}/v.m3u8")).status_code == 403


async def test_every_segment_is_stored_and_noted(
    player: Player, publisher: Publisher, channel: Channel, workshop: Workshop, resources: Resources
):
    publisher.send(3)
    await channel.settle()
    async with workshop.reading(Actor.system()) as work:
        (broadcast,) = await work.session.scalars(select(BroadcastRow))
        query = select(LiveSegmentRow).order_by(LiveSegmentRow.track, LiveSegmentRow.number)
        rows: Sequence[LiveSegmentRow] = (await work.session.scalars(query)).all()
    assert [(row.track, row.number) for row in rows] == [
        (track, number) for track in ("a", "v") for number in range(3)
    ]
    assert [row.duration_us for row in rows if row.track == "v"] == [2_000_000] * 3
    folder = resources.store.local_path(f"live/{broadcast.id}/v/0.m4s")
    assert isinstance(folder, Path)
    for row in rows:
        path = folder.parent.parent / row.track / f"{row.number}.m4s"
        assert path.stat().st_size == row.size_bytes
        served = (await player.get(f"{row.track}/{row.number}.m4s")).content
        assert served == path.read_bytes()


async def test_whoever_comes_back_goes_on_where_they_were(
    player: Player, publisher: Publisher, channel: Channel
):
    publisher.receiver.on_end("The publisher hung up.")
    back = await channel.connect()
    back.begin()
    back.send(2.5)
    await channel.settle()
    text = (await player.get("v.m3u8")).text
    assert "DISCONTINUITY" not in text
    assert "#EXT-X-ENDLIST" not in text
    playlist = m3u8.loads(text)
    assert [one.uri for one in playlist.segments if one.uri] == [
        f"v/{number}.m4s" for number in range(4)
    ]
    times = await fragments_of(player, playlist)
    assert times == sorted(times)


async def fragments_of(player: Player, playlist: m3u8.M3U8) -> list[int]:
    """Give when each fragment of a playlist's segments is decoded."""
    stream = (await player.get("v/init-0.mp4")).content
    for segment in playlist.segments:
        if segment.uri:
            stream += (await player.get(segment.uri)).content
    fragments = [one for one in FragmentReader().feed(stream) if isinstance(one, Fragment)]
    return [fragment.decode_time_ticks for fragment in fragments]


async def test_another_size_of_pictures_is_another_head(
    player: Player, publisher: Publisher, channel: Channel
):
    publisher.receiver.on_format(replace(VIDEO, width=640, height=360))
    publisher.send(3)
    await channel.settle()
    for name in ("v", "a"):
        text = (await player.get(f"{name}.m3u8")).text
        assert text.count("#EXT-X-DISCONTINUITY\n") == 1
        assert f'#EXT-X-MAP:URI="{name}/init-1.mp4"' in text
        assert (await player.get(f"{name}/init-1.mp4")).status_code == 200
    master = m3u8.loads((await player.get("master.m3u8")).text)
    assert master.playlists[0].stream_info.resolution == (640, 360)


async def test_somebody_else_with_the_key_takes_over(publisher: Publisher, channel: Channel):
    other = await channel.connect()
    assert publisher.line.closed == ["Another encoder publishes with the same key now."]
    publisher.send(1)
    publisher.receiver.on_end("The publisher hung up.")
    other.begin()
    other.send(3)
    broadcast = channel.desk.find(channel.id)
    assert broadcast is not None
    assert [one.number for one in broadcast.edge.tracks["v"].segments] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("kind", ["video", "audio"])
async def test_pictures_or_sound_alone_are_a_stream(kind: str, clients: Clients, channel: Channel):
    publisher = await channel.connect()
    publisher.begin(*((VIDEO, None) if kind == "video" else (None, AUDIO)))
    publisher.send(5, has_video=kind == "video", has_audio=kind == "audio")
    await channel.settle()
    player = await watch(clients, channel)
    playlist = await player.playlist(kind[0])
    assert len([one for one in playlist.segments if one.uri]) == 2
    assert (await player.get("a.m3u8" if kind == "video" else "v.m3u8")).status_code == 404


async def test_pictures_that_come_before_their_sound_is_known_are_kept(
    clients: Clients, channel: Channel
):
    publisher = await channel.connect()
    publisher.begin(VIDEO, None)
    publisher.send(0.5, has_audio=False)
    publisher.begin(None, AUDIO)
    publisher.send(4)
    player = await watch(clients, channel)
    head = (await player.get("v/init-0.mp4")).content
    first = payloads(head + (await player.get("v/0.m4s")).content)
    assert first == [b"picture %d" % number for number in range(60)]


async def test_what_is_over_says_so_to_those_who_follow(
    clients: Clients, player: Player, channel: Channel, workshop: Workshop
):
    await channel.desk.end_all()
    playlist = await player.playlist("v", "?_HLS_msn=3")
    assert playlist.is_endlist
    refused = await clients.viewer.post(f"/live/streams/{channel.id}/playback")
    assert refused.json()["code"] == "live.stream_not_live"
    async with workshop.reading(Actor.system()) as work:
        (broadcast,) = await work.session.scalars(select(BroadcastRow))
    assert broadcast.ended_at is not None


async def test_a_segment_that_grows_is_sent_as_it_comes(player: Player, publisher: Publisher):
    mpd = (await player.get("manifest.mpd")).text
    assert 'availabilityTimeOffset="1.650" availabilityTimeComplete="false"' in mpd
    assert '<S t="0" d="180000" r="2" />' in mpd
    # The third segment is half there; whoever asks for it gets all of it.
    asking = asyncio.create_task(player.get("v/2.m4s"))
    done, _ = await asyncio.wait([asking], timeout=0.2)
    assert not done
    publisher.send(2)
    answer = await asking
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    head = (await player.get("v/init-0.mp4")).content
    assert payloads(head + answer.content) == [b"picture %d" % number for number in range(120, 180)]
    whole = await player.get("v/2.m4s")
    assert whole.content == answer.content
    assert "immutable" in whole.headers["cache-control"]


async def test_what_grows_ends_with_its_publisher(
    player: Player, publisher: Publisher, channel: Channel
):
    asking = asyncio.create_task(player.get("v/2.m4s"))
    done, _ = await asyncio.wait([asking], timeout=0.2)
    assert not done
    publisher.receiver.on_end("The publisher hung up.")
    head = (await player.get("v/init-0.mp4")).content
    assert payloads(head + (await asking).content)[-1] == b"picture 149"


async def test_whoever_comes_back_begins_another_period(
    player: Player, publisher: Publisher, channel: Channel
):
    publisher.receiver.on_end("The publisher hung up.")
    back = await channel.connect()
    back.begin()
    back.send(2.5)
    await channel.settle()
    assert (await player.get("manifest.mpd")).text.count("<Period ") == 2
    await channel.desk.end_all()
    ended = (await player.get("manifest.mpd")).text
    assert 'type="static"' in ended
    assert "availabilityTime" not in ended


async def test_older_players_get_whole_segments_alone(player: Player):
    master = m3u8.loads((await player.get("plain.m3u8")).text)
    assert master.playlists[0].uri == "plain-v.m3u8"
    for name in ("plain-v", "plain-a"):
        playlist = await player.playlist(name)
        track = name[-1]
        assert [one.uri for one in playlist.segments] == [f"{track}/0.m4s", f"{track}/1.m4s"]
        assert [one.parts for one in playlist.segments] == [[], []]
        assert playlist.server_control is None


async def test_nothing_is_hinted_at_before_its_head_is_known(
    player: Player, publisher: Publisher, channel: Channel
):
    await channel.settle()
    assert "#EXT-X-PRELOAD-HINT" in (await player.get("v.m3u8")).text
    publisher.receiver.on_end("The publisher hung up.")
    assert "#EXT-X-PRELOAD-HINT" not in (await player.get("v.m3u8")).text
    back = await channel.connect()
    back.begin(replace(VIDEO, width=640, height=360))
    assert "#EXT-X-PRELOAD-HINT" not in (await player.get("v.m3u8")).text
    back.send(0.5)
    await channel.settle()
    assert "#EXT-X-PRELOAD-HINT" in (await player.get("v.m3u8")).text


async def test_pictures_that_are_missing_for_a_while_leave_a_gap_and_nothing_too_long(
    channel: Channel, player: Player, publisher: Publisher
):
    publisher.send(20, has_video=False)
    publisher.send(7)
    await channel.settle()
    broadcast = channel.desk.find(channel.id)
    assert broadcast is not None
    assert len(broadcast.edge.stretches) == 2
    for name in ("v", "a"):
        playlist = await player.playlist(name)
        named = [one for one in playlist.segments if one.uri]
        assert all(round(one.duration) <= playlist.target_duration for one in named)
        assert all(part.duration <= 0.36 for one in playlist.segments for part in one.parts)
        # Whoever watches goes on where it goes on: the times are those of the clock.
        first, last = named[0].program_date_time, named[-1].program_date_time
        assert 28 < (last - first).total_seconds() + named[-1].duration < 32.1
    heard = payloads((await player.get("a/init-0.mp4")).content + await all_of(player, "a"))
    # The sound of the while is not given out, but for what nobody knew to be without pictures.
    assert 12 < len(heard) * 1024 / 48_000 < 17


async def test_sound_that_is_missing_is_silence(
    channel: Channel, player: Player, publisher: Publisher
):
    publisher.send(9, has_audio=False)
    await channel.settle()
    broadcast = channel.desk.find(channel.id)
    assert broadcast is not None
    assert len(broadcast.edge.stretches) == 1
    assert await numbers(player, "a") == await numbers(player, "v")
    assert len(await numbers(player, "a")) == 6


async def numbers(player: Player, name: str) -> list[str]:
    """Name the whole segments of a track."""
    playlist = await player.playlist(name)
    return [one.uri.rpartition("/")[2] for one in playlist.segments if one.uri]


async def all_of(player: Player, name: str) -> bytes:
    """Fetch all whole segments of a track."""
    return b"".join(
        [(await player.get(f"{name}/{one}")).content for one in await numbers(player, name)]
    )
