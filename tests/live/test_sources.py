"""Streams that are fetched: named and tried by staff, gone and back, kept to what is allowed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from streamverse.domains.live.contracts import SourceTimes
from streamverse.domains.live.rules.sources import Source, is_time, pause_after, read_address
from streamverse.domains.live.service.pulls import TAKEN
from streamverse.domains.live.service.sources import NOT_YET, STOPPED
from streamverse.kit.clock import FixedClock
from streamverse.kit.fetching import GuardedFetcher
from streamverse.kit.reach import Reach
from streamverse.kit.work import Actor, Workshop
from streamverse.mediakit.ffmpeg import Tools, find_tools
from streamverse.mediakit.ingest.mpegts import TsDemuxer
from streamverse.mediakit.ingest.samples import Sample
from streamverse.mediakit.pull.hls_client import hear_hls
from streamverse.mediakit.pull.sources import Fetched
from tests.conftest import ORIGIN, Clients
from tests.factories.ingest import AAC, H264, sources
from tests.factories.pipeline import eventually
from tests.factories.sources import camera, going_out, make_hls, paced
from tests.factories.web_servers import WebServer, answer, web_server
from tests.live.conftest import Channel

CAMERA = (
    "( videotestsrc is-live=true ! video/x-raw,width=320,height=180,framerate=30/1 "
    "! x264enc tune=zerolatency key-int-max=30 ! rtph264pay name=pay0 pt=96 "
    "audiotestsrc is-live=true ! audio/x-raw,rate=48000,channels=2 ! audioconvert ! avenc_aac "
    "! rtpmp4gpay name=pay1 pt=97 )"
)
# Nobody listens there.
NOWHERE = "rtsp://127.0.0.1:1/live"
Given = dict[str, Any]


@pytest.fixture
def tools() -> Tools:
    """Find ffmpeg."""
    return find_tools()


@pytest.fixture
async def served() -> AsyncGenerator[WebServer]:
    """Let something answer on this machine."""
    async with web_server() as server:
        yield server


@pytest.fixture
async def pulling(channel: Channel) -> AsyncGenerator[None]:
    """Fetch what is to be fetched."""
    running = asyncio.create_task(channel.desk.pulls.run())
    yield
    running.cancel()
    await asyncio.wait([running])


def allow(channel: Channel, *hosts: str) -> None:
    """Let the operator allow hosts of private networks."""
    channel.desk.pulls.fetcher = GuardedFetcher(Reach.of(hosts))


async def put(clients: Clients, channel: Channel, address: str, **more: Any) -> httpx.Response:
    said = {"address": address, **more}
    return await clients.owner.put(f"/live/streams/{channel.id}/source", json=said)


async def show(clients: Clients, channel: Channel) -> Given:
    found: Given = (await clients.owner.get(f"/live/streams/{channel.id}/source")).json()
    return found["source"]


async def wait_for(clients: Clients, channel: Channel, state: str, problem: str = "") -> Given:
    """Wait until a source is in a state, perhaps for a reason."""

    async def is_there() -> Given | None:
        found = await show(clients, channel)
        is_so = found["state"] == state and problem in (found["problem"] or "")
        return found if is_so else None

    found = await eventually(is_there)
    assert found is not None
    return found


async def stream_state(clients: Clients, channel: Channel, state: str) -> None:
    async def is_so() -> bool:
        found = await clients.viewer.get(f"/live/streams/{channel.id}")
        return found.json()["state"] == state

    await eventually(is_so)


# --- what is kept and shown -----------------------------------------------------------------------


async def test_a_password_is_sealed_and_never_shown(
    clients: Clients, channel: Channel, workshop: Workshop, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    assert (await clients.owner.get(f"/live/streams/{channel.id}/source")).json() == {
        "source": None
    }
    allow(channel, "127.0.0.1:1")
    kept = await put(clients, channel, "rtsp://owner:s3cret%40@127.0.0.1:1/live")
    assert kept.status_code == 200, kept.text
    assert kept.json() == await show(clients, channel)
    assert kept.json() == {
        "address": NOWHERE,
        "user": "owner",
        "has_password": True,
        "is_on": True,
        "times": "always",
        "state": "waiting",
        "since": None,
        "retry_at": None,
        "problem": "The source is about to be fetched.",
        "bitrate_bps": None,
    }
    async with workshop.reading(Actor.system()) as work:
        (row,) = (await work.session.execute(text("SELECT sealed FROM live_source"))).all()
    assert b"s3cret" not in row[0]
    assert b"127.0.0.1" not in row[0]
    assert "s3cret" not in caplog.text


async def test_a_password_stays_with_the_host_that_it_was_given_for(
    clients: Clients, channel: Channel
):
    allow(channel, "127.0.0.1:1", "127.0.0.1:2")
    await put(clients, channel, NOWHERE, user="owner", password="s3cret")
    again = await put(clients, channel, NOWHERE + "/2", user="owner", times="scheduled")
    assert (again.status_code, again.json()["has_password"]) == (200, True)
    before = await show(clients, channel)
    for address, user in (("rtsp://127.0.0.1:2/live", "owner"), (NOWHERE, "other")):
        refused = await put(clients, channel, address, user=user)
        assert (refused.status_code, refused.json()["code"]) == (422, "live.source_invalid")
        assert [one["field"] for one in refused.json()["fields"]] == ["password"]
    assert await show(clients, channel) == before
    open_to_all = await put(clients, channel, NOWHERE)
    assert open_to_all.json()["has_password"] is False


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("file:///etc/passwd", "begins with https:// .HLS"),
        ("srt://192.0.2.7:9000?mode=listener", "The source has to listen and we call"),
        ("srt://127.0.0.1:9000", "lies in a private network"),
        ("rtsp://", "begins with https:// .HLS"),
        ("https://[half/", "begins with https:// .HLS"),
        ("rtsp://127.0.0.1/live", "lies in a private network"),
        ("http://169.254.169.254/latest/meta-data", "lies in a private network"),
        ("rtsp://192.168.1.20:22/live", "Port 22 is not used by cameras"),
        ("http://192.168.1.20:6379/a.m3u8", "Port 6379 is not used for the web"),
    ],
)
async def test_addresses_that_may_not_be_asked(
    clients: Clients, channel: Channel, address: str, sentence: str
):
    for path in ("", "/try"):
        refused = await clients.owner.request(
            "POST" if path else "PUT",
            f"/live/streams/{channel.id}/source{path}",
            json={"address": address},
        )
        assert (refused.status_code, refused.json()["code"]) == (422, "live.source_invalid")
        (problem,) = refused.json()["fields"]
        assert problem["field"] == "address"
        assert sentence.replace(".HLS", "(HLS") in problem["problem"]
    assert await show(clients, channel) is None


async def test_a_source_is_forgotten(clients: Clients, channel: Channel):
    address = f"/live/streams/{channel.id}/source"
    missing = await clients.owner.delete(address)
    assert (missing.status_code, missing.json()["code"]) == (404, "live.source_not_found")
    allow(channel, "127.0.0.1:1")
    await put(clients, channel, NOWHERE, is_on=False)
    assert (await show(clients, channel))["state"] == "off"
    assert (await clients.stranger.get(address)).json()["code"] == "live.stream_not_found"
    assert (await clients.owner.delete(address)).status_code == 204
    assert await show(clients, channel) is None


# --- what an address holds ------------------------------------------------------------------------


async def try_out(clients: Clients, channel: Channel, address: str, **more: Any) -> httpx.Response:
    said = {"address": address, **more}
    return await clients.owner.post(f"/live/streams/{channel.id}/source/try", json=said)


async def test_an_address_is_tried(
    clients: Clients, channel: Channel, served: WebServer, tools: Tools, tmp_path: Path
):
    allow(channel, served.host)
    async with going_out(tools, tmp_path, served) as address:

        async def is_there() -> bool:
            return (tmp_path / "index.m3u8").is_file()

        await eventually(is_there)
        tried = await try_out(clients, channel, address)
    assert tried.status_code == 200, tried.text
    found = tried.json()
    assert found.pop("bitrate_bps") > 10_000
    assert found == {
        "video_codec": "h264",
        "width": 320,
        "height": 180,
        "frame_rate": 30.0,
        "audio_codec": "aac",
        "sample_rate_hz": 48_000,
        "channels": 2,
    }
    assert await show(clients, channel) is None


async def test_a_camera_is_tried(clients: Clients, channel: Channel):
    async with camera(CAMERA, scheme="digest") as played:
        allow(channel, played.host)
        for more, sentence in (
            ({}, "asks who fetches"),
            ({"user": "owner", "password": "wrong"}, "refuses the user and the password"),
        ):
            refused = await try_out(clients, channel, played.address, **more)
            assert refused.status_code == 422
            assert sentence in refused.json()["fields"][0]["problem"]
        tried = await try_out(clients, channel, played.address, user="owner", password="pass:word")
    assert tried.status_code == 200, tried.text
    assert (tried.json()["height"], tried.json()["audio_codec"]) == (180, "aac")


@pytest.mark.parametrize(
    ("reply", "sentence"),
    [
        (answer(b"<html>"), "is no HLS playlist"),
        (answer(b"", "404 Not Found"), "has nothing at this address (status 404)"),
        (answer(b"", "401 Unauthorized"), "asks for a user and a password"),
        (answer(b"", "403 Forbidden"), "forbids it"),
        (answer(b"", "302 Found", "Location: http://10.0.0.1/a"), "lies in a private network"),
        (answer(b"#EXTM3U\n" + b"#" * (3 << 20)), "has more than 2097152 B"),
        (
            answer(b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://10.0.0.1/a.ts\n"),
            "lies in a private network",
        ),
    ],
)
async def test_what_holds_no_stream_says_why(
    clients: Clients, channel: Channel, served: WebServer, reply: bytes, sentence: str
):
    allow(channel, served.host)
    served.replies["/live.m3u8"] = reply
    refused = await try_out(clients, channel, served.url("/live.m3u8"))
    assert (refused.status_code, refused.json()["code"]) == (422, "live.source_invalid")
    assert sentence in refused.json()["fields"][0]["problem"]


async def test_a_password_is_told_to_no_other_host(
    clients: Clients, channel: Channel, served: WebServer
):
    async with web_server() as other:
        allow(channel, served.host, other.host)
        served.replies["/live.m3u8"] = answer(
            b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n" + other.url("/a.ts").encode()
        )
        other.replies["/a.ts"] = answer(b"garbage")
        await try_out(clients, channel, served.url("/live.m3u8"), user="u", password="p")
        assert b"Authorization: Basic dTpw" in served.asked[0]
        assert b"authorization" not in other.asked[0].lower()


# --- what is fetched ------------------------------------------------------------------------------


@pytest.mark.usefixtures("pulling")
async def test_hls_goes_out_vanishes_and_returns(
    clients: Clients, channel: Channel, served: WebServer, tools: Tools, tmp_path: Path
):
    allow(channel, served.host)
    async with going_out(tools, tmp_path, served) as address:
        await put(clients, channel, address)
        received = await wait_for(clients, channel, "receiving")
        assert (received["problem"], received["since"] is not None) == (None, True)
        await stream_state(clients, channel, "live")
        broadcast = channel.desk.find(channel.id)
        assert broadcast is not None
        assert set(broadcast.edge.tracks) == {"v", "a"}
        playback = await clients.viewer.post(f"/live/streams/{channel.id}/playback")
        assert playback.status_code == 201, playback.text
        # The whole folder is away for a while.
        gone, served.fallback = served.fallback, answer(b"", "503 Service Unavailable")
        await wait_for(clients, channel, "waiting", "status 503")
        await stream_state(clients, channel, "away")
        served.fallback = gone
        await wait_for(clients, channel, "receiving")
        await stream_state(clients, channel, "live")
        assert channel.desk.find(channel.id) is broadcast


@pytest.mark.usefixtures("pulling")
async def test_a_camera_goes_out_until_it_is_switched_off(clients: Clients, channel: Channel):
    async with camera(CAMERA) as played:
        allow(channel, played.host)
        await put(clients, channel, played.address)
        await wait_for(clients, channel, "receiving")
        await stream_state(clients, channel, "live")
        await put(clients, channel, played.address, is_on=False)
        await stream_state(clients, channel, "away")
        await put(clients, channel, played.address)
        await wait_for(clients, channel, "receiving")
        await clients.owner.post("/live/streams/stop", json={"ids": [str(channel.id)]})
        await stream_state(clients, channel, "idle")
        assert (await show(clients, channel))["problem"] == STOPPED
        played.process.kill()
        await clients.owner.post("/live/streams/start", json={"ids": [str(channel.id)]})
        found = await wait_for(clients, channel, "waiting", "refuses the connection")
        assert found["retry_at"] is not None


@pytest.mark.usefixtures("pulling")
async def test_an_encoder_that_listens_is_called(
    clients: Clients, channel: Channel, tools: Tools, free_udp_port: int
):
    here = f"127.0.0.1:{free_udp_port}"
    allow(channel, here)
    listener = f"srt://{here}?mode=listener&passphrase=long+enough&pbkeylen=16"
    command = (*(str(tools.ffmpeg), "-v", "error", "-nostdin"), *paced(sources(600)))
    coding = (*H264, *AAC, "-f", "mpegts", listener.replace("+", " "))
    process = await asyncio.create_subprocess_exec(*command, *coding)
    try:
        kept = await put(clients, channel, f"srt://{here}?streamid=a&passphrase=long+enough")
        assert kept.json()["address"] == f"srt://{here}?streamid=a"
        assert kept.json()["has_password"] is True
        await wait_for(clients, channel, "receiving")
        await stream_state(clients, channel, "live")
    finally:
        process.kill()
        await process.wait()


@pytest.mark.usefixtures("pulling")
async def test_nobody_is_pushed_out_by_a_source(clients: Clients, channel: Channel):
    publisher = await channel.connect()
    async with camera(CAMERA) as played:
        allow(channel, played.host)
        await put(clients, channel, played.address)
        await wait_for(clients, channel, "waiting", TAKEN)
        assert publisher.line.closed == []
        publisher.receiver.on_end("The encoder has ended.")
        await wait_for(clients, channel, "receiving")
        # An encoder takes over, as the stream says, and goes on.
        second = await channel.connect()
        await wait_for(clients, channel, "waiting", TAKEN)
        assert second.line.closed == []


@pytest.mark.usefixtures("pulling")
async def test_a_source_waits_for_the_times_of_its_stream(
    clients: Clients, channel: Channel, clock: FixedClock
):
    allow(channel, "127.0.0.1:1")
    await put(clients, channel, NOWHERE, times="scheduled")
    assert (await wait_for(clients, channel, "waiting"))["problem"] == NOT_YET
    begins = clock.now().replace(tzinfo=None, second=0, microsecond=0)
    slot = {"begins": begins.isoformat(timespec="minutes"), "zone": "UTC", "minutes": 60}
    schedule = f"/live/streams/{channel.id}/schedule"
    assert (await clients.owner.put(schedule, json={"slots": [slot]})).status_code == 200
    await wait_for(clients, channel, "waiting", "refuses the connection")


async def test_what_we_send_can_be_fetched(
    clients: Clients, channel: Channel, tools: Tools, tmp_path: Path
):
    """The source is a stream of this program: LL-HLS with sound of its own playlist."""
    make_hls(tools, tmp_path, "-hls_flags", "single_file", seconds=12)
    publisher = await channel.connect()
    demuxer = TsDemuxer()
    for heard in [*demuxer.feed((tmp_path / "index.ts").read_bytes()), *demuxer.finish()]:
        if isinstance(heard, Sample):
            publisher.receiver.on_sample(heard)
        else:
            publisher.receiver.on_format(heard)
    publisher.receiver.on_end("The encoder has ended.")
    await channel.settle()
    playback = await clients.viewer.post(f"/live/streams/{channel.id}/playback")
    place = ORIGIN + playback.json()["hls_url"]

    async def fetch(address: str, span: tuple[int, int] | None, limit_bytes: int) -> Fetched:
        del span, limit_bytes
        got = await clients.nobody.get(address)
        assert got.status_code == 200, got.text
        return Fetched(address, got.content)

    found: list[Sample] = []
    async with asyncio.timeout(60), aclosing(hear_hls(place, fetch, is_paced=False)) as source:
        async for one in source:
            found += [one] if isinstance(one, Sample) else []
            if len(found) > 150:
                break
    assert {one.kind for one in found} == {"video", "audio"}
    assert found[0].is_keyframe


# --- rules ----------------------------------------------------------------------------------------


def test_pauses_grow_to_a_minute():
    assert [pause_after(failures).seconds for failures in (1, 2, 3, 4, 5, 6, 7, 8, 99)] == [
        *(1, 2, 4, 8, 16, 32, 60, 60, 60),
    ]


def test_user_and_password_are_taken_out_of_an_address():
    read = read_address(" rtsp://own%65r:p%3Aw@cam.example:554/a?b=c#d ", "", None)
    assert read == ("rtsp://cam.example:554/a?b=c", "owner", "p:w")
    assert read_address("rtsp://a:b@cam.example/", "c", "d") == ("rtsp://cam.example/", "c", "d")
    assert "s3cret" not in repr(Source("rtsp://cam.example/", "a", "s3cret"))


def test_without_a_time_nothing_is_scheduled(clock: FixedClock):
    assert is_time(SourceTimes.ALWAYS, None, clock.now())
    assert not is_time(SourceTimes.SCHEDULED, None, clock.now())
