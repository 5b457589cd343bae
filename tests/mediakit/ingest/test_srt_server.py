"""SRT over real sockets: ffmpeg and GStreamer call, and strangers get nowhere."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path

import pytest
import uvloop

from streamverse.mediakit.ffmpeg import Tools
from streamverse.mediakit.ingest.mpegts import TsDemuxer
from streamverse.mediakit.ingest.samples import Admit, PublishRequest, Sample
from streamverse.mediakit.ingest.srt import BACKLOG, FORBIDDEN, OVERLOADED, ROGUE
from streamverse.mediakit.ingest.srt_packets import (
    CONCLUSION,
    HANDSHAKE,
    HS_REQUEST,
    INDUCTION,
    KEEPALIVE,
    KM_REQUEST,
    SHUTDOWN,
    STREAM_ID,
    ControlPacket,
    DataPacket,
    Handshake,
    Terms,
    parse_packet,
    write_stream_id,
)
from streamverse.mediakit.ingest.srt_server import SrtLimits, SrtServer
from tests.factories.ingest import (
    AAC,
    GSTREAMER,
    KEY,
    Recorder,
    Studio,
    run,
    run_ffmpeg,
    sources,
    until,
)

PASSPHRASE = "a long passphrase"
# Enough bytes that a stream is many packets: noise in every picture.
NOISY = ("-vf", "noise=alls=40:allf=t", "-c:v", "libx264", "-preset", "ultrafast", "-g", "30")


@pytest.fixture(scope="session")
def film(tools: Tools, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Have ffmpeg write two seconds as a transport stream."""
    path = tmp_path_factory.mktemp("srt") / "film.ts"
    command = [str(tools.ffmpeg), "-v", "error", "-nostdin", *sources(), *NOISY, *AAC]
    subprocess.run([*command, "-f", "mpegts", str(path)], check=True, timeout=120)
    return path


def payloads_of(film: Path, kind: str) -> list[bytes]:
    demuxer = TsDemuxer()
    heard = [*demuxer.feed(film.read_bytes()), *demuxer.finish()]
    return [each.payload for each in heard if isinstance(each, Sample) and each.kind == kind]


async def passphrase(_key: str) -> str | None:
    return PASSPHRASE


@asynccontextmanager
async def serving(
    admit: Admit, limits: SrtLimits | None = None, **options: object
) -> AsyncIterator[tuple[SrtServer, int]]:
    """Serve, and leave nothing behind."""
    before = asyncio.all_tasks()
    server = SrtServer(admit, limits, **options)
    port = await server.listen("127.0.0.1", 0)
    try:
        yield server, port
    finally:
        await server.close()
    assert (len(server.waiting), server.connections, server.tasks) == (0, {}, set())
    assert asyncio.all_tasks() == before


async def publish(tools: Tools, film: Path, port: int, query: str) -> tuple[int, str]:
    """Have ffmpeg call; a long latency makes up for machines that are busy."""
    url = f"srt://127.0.0.1:{port}?latency=5000000&{query}"
    source = ("-readrate", "2", "-readrate_initial_burst", "0", "-i", str(film), "-c", "copy")
    return await run_ffmpeg(tools, *source, "-f", "mpegts", url)


def assert_all_of(recorder: Recorder, film: Path) -> None:
    """Assert that nothing is missing; ffmpeg hangs up before its last packets are sent."""
    assert recorder.reasons == ["The publisher ended the stream."]
    for kind, least in (("video", 45), ("audio", 60)):
        found = [sample.payload for sample in recorder.of(kind)]
        assert found == payloads_of(film, kind)[: len(found)]
        assert len(found) >= least
    assert sorted(media.codec for media in recorder.formats) == ["aac", "h264"]


# --- callers of other makers ----------------------------------------------------------------------


@pytest.mark.parametrize("stream_id", [KEY, f"#!::r={KEY},m=publish"])
async def test_ffmpeg_publishes(tools: Tools, film: Path, stream_id: str):
    studio = Studio()
    async with serving(studio.admit) as (_, port):
        code, printed = await publish(tools, film, port, f"streamid={stream_id}")
        assert code == 0, printed
        await until(lambda: bool(studio.recorder.reasons))
    assert_all_of(studio.recorder, film)
    (request,) = studio.asked
    assert (request.key, request.protocol, request.remote_address) == (KEY, "srt", "127.0.0.1")
    assert request.encoder is not None
    assert request.encoder.startswith("SRT 1.5.")
    assert request.connection.samples_received == len(studio.recorder.samples)
    sizes = [len(sample.payload) for sample in studio.recorder.samples]
    assert request.connection.bytes_received > sum(sizes)


@pytest.mark.parametrize("key_bytes", [16, 24, 32])
async def test_ffmpeg_publishes_encrypted_and_changes_its_keys(
    tools: Tools, film: Path, key_bytes: int
):
    studio = Studio()
    async with serving(studio.admit, find_passphrase=passphrase) as (_, port):
        # A new key every hundred packets.
        keys = f"passphrase={PASSPHRASE}&pbkeylen={key_bytes}&kmrefreshrate=100&kmpreannounce=20"
        code, printed = await publish(tools, film, port, f"streamid={KEY}&{keys}")
        assert code == 0, printed
        await until(lambda: bool(studio.recorder.reasons))
    assert film.stat().st_size > 1316 * 300
    assert_all_of(studio.recorder, film)


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("streamid=guess", "ERROR:PREDEFINED:403"),
        (f"streamid={KEY}&passphrase={PASSPHRASE}", "ERROR:UNSECURE"),
        (f"streamid=#!::r={KEY},m=request", "ERROR:PREDEFINED:405"),
    ],
)
async def test_ffmpeg_is_turned_away(tools: Tools, film: Path, query: str, told: str):
    studio = Studio()
    async with serving(studio.admit) as (server, port):
        code, printed = await publish(tools, film, port, query)
        assert code != 0
        assert told in printed
        assert server.connections == {}
    assert (studio.recorder.formats, studio.recorder.reasons) == ([], [])


@pytest.mark.parametrize(
    ("query", "told"),
    [("&passphrase=a wrong passphrase", "ERROR:BADSECRET"), ("", "ERROR:UNSECURE")],
)
async def test_ffmpeg_needs_the_passphrase(tools: Tools, film: Path, query: str, told: str):
    studio = Studio()
    async with serving(studio.admit, find_passphrase=passphrase) as (_, port):
        code, printed = await publish(tools, film, port, f"streamid={KEY}{query}")
        assert code != 0
        assert told in printed
    assert studio.asked == []


async def test_gstreamer_publishes(film: Path):
    studio = Studio()
    async with serving(studio.admit) as (_, port):
        pipeline = f"filesrc location={film} blocksize=1316 ! srtsink"
        uri = f"uri=srt://127.0.0.1:{port}?mode=caller"
        code, printed = await run(GSTREAMER, "-q", *pipeline.split(), uri, f"streamid={KEY}")
        assert code == 0, printed
        await until(lambda: bool(studio.recorder.reasons))
    assert sorted(media.codec for media in studio.recorder.formats) == ["aac", "h264"]
    assert studio.recorder.of("video")[0].payload == payloads_of(film, "video")[0]


# --- a line that loses packets --------------------------------------------------------------------


class Relay(asyncio.DatagramProtocol):
    """Stands between a caller and the server, and loses what `loses` picks."""

    def __init__(self, port: int, loses: Callable[[int], bool]) -> None:
        self.lost = 0
        self._server = ("127.0.0.1", port)
        self._caller: tuple[str, int] | None = None
        self._loses = loses
        self._seen = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if addr == self._server:
            self.transport.sendto(data, self._caller)
            return
        self._caller = addr
        if isinstance(parse_packet(data), DataPacket):
            self._seen += 1
            if self._loses(self._seen):
                self.lost += 1
                return
        self.transport.sendto(data, self._server)


@asynccontextmanager
async def relaying(port: int, loses: Callable[[int], bool]) -> AsyncIterator[tuple[Relay, int]]:
    loop = asyncio.get_running_loop()
    transport, relay = await loop.create_datagram_endpoint(
        lambda: Relay(port, loses), local_addr=("127.0.0.1", 0)
    )
    yield relay, transport.get_extra_info("sockname")[1]
    transport.close()


@pytest.mark.parametrize(
    "loses",
    [lambda seen: seen % 20 == 7, lambda seen: seen % 100 in range(5)],
    ids=["every twentieth", "five in a row"],
)
async def test_all_arrives_where_one_of_twenty_packets_is_lost(
    tools: Tools, film: Path, loses: Callable[[int], bool]
):
    studio = Studio()
    limits = SrtLimits(latency_s=5)
    async with (
        serving(studio.admit, limits) as (_, port),
        relaying(port, loses) as (relay, relayed),
    ):
        code, printed = await publish(tools, film, relayed, f"streamid={KEY}")
        assert code == 0, printed
        await until(lambda: bool(studio.recorder.reasons))
    assert relay.lost >= 15
    assert_all_of(studio.recorder, film)


# --- a caller of ours -----------------------------------------------------------------------------


class Caller(asyncio.DatagramProtocol):
    """Calls by hand, step by step."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[ControlPacket] = asyncio.Queue()
        self.peer = 0
        self._sequence = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.heard.put_nowait(parse_packet(data))

    def error_received(self, exc: Exception) -> None:
        """Whatever the system says, the test goes on."""

    def say(self, kind: int, content: bytes = b"") -> None:
        self.transport.sendto(bytes(ControlPacket(kind, content, socket_id=self.peer)))

    def greet(self, hello: Handshake) -> None:
        self.transport.sendto(bytes(ControlPacket(HANDSHAKE, bytes(hello))))

    async def answer(self, kind: int = HANDSHAKE) -> ControlPacket:
        async with asyncio.timeout(60):
            while (packet := await self.heard.get()).kind != kind:
                pass
        return packet

    async def conclusion(self, key: str = KEY, *extensions: tuple[int, bytes]) -> Handshake:
        """Get a cookie, and make what may begin a stream."""
        self.greet(Handshake(INDUCTION, 0, 77, version=4, flags=2))
        cookie = Handshake.parse((await self.answer()).content).cookie
        terms = (HS_REQUEST, bytes(Terms(0x010500, 0xBF, 0, 0)))
        stream_id = (STREAM_ID, write_stream_id(key))
        return Handshake(CONCLUSION, 0, 77, cookie, extensions=(terms, stream_id, *extensions))

    async def call(self, key: str = KEY, *extensions: tuple[int, bytes]) -> Handshake:
        self.greet(await self.conclusion(key, *extensions))
        answer = Handshake.parse((await self.answer()).content)
        self.peer = answer.socket_id
        return answer

    def send(self, data: bytes) -> None:
        for at in range(0, len(data), 1316):
            packet = DataPacket(self._sequence, data[at : at + 1316], socket_id=self.peer)
            self.transport.sendto(bytes(packet))
            self._sequence += 1


@asynccontextmanager
async def calling(port: int) -> AsyncIterator[Caller]:
    loop = asyncio.get_running_loop()
    transport, caller = await loop.create_datagram_endpoint(Caller, remote_addr=("127.0.0.1", port))
    yield caller
    transport.close()


async def test_a_publisher_who_ends(film: Path):
    studio = Studio()
    async with serving(studio.admit) as (_, port), calling(port) as caller:
        hello = await caller.conclusion()
        caller.greet(hello)
        first = await caller.answer()
        # A conclusion that comes twice is answered twice, and asks nobody twice.
        caller.greet(hello)
        second = await caller.answer()
        assert first.content == second.content
        caller.peer = Handshake.parse(first.content).socket_id
        caller.send(film.read_bytes()[: 1316 * 100])
        await until(lambda: len(studio.recorder.samples) > 1)
        caller.say(SHUTDOWN)
        await until(lambda: bool(studio.recorder.reasons))
    assert studio.recorder.reasons == ["The publisher ended the stream."]
    assert len(studio.asked) == 1


async def test_the_receiver_ends_a_publisher(film: Path):
    studio = Studio()
    async with serving(studio.admit) as (server, port), calling(port) as caller:
        await caller.call()
        connection = studio.asked[0].connection
        connection.close("Somebody took over.")
        connection.close("Too late.")
        await caller.answer(SHUTDOWN)
        caller.send(film.read_bytes()[:13_160])
        assert server.connections == {}
        await until(lambda: bool(studio.recorder.reasons))
    assert studio.recorder.reasons == ["Somebody took over."]
    assert studio.recorder.formats == []


async def test_a_publisher_who_is_ended_by_its_own_picture(film: Path):
    studio = Studio()
    recorder = studio.recorder

    def end(sample: Sample) -> None:
        recorder.samples.append(sample)
        assert recorder.request is not None
        recorder.request.connection.close("Enough.")

    recorder.on_sample = end
    async with serving(studio.admit) as (_, port), calling(port) as caller:
        await caller.call()
        caller.send(film.read_bytes()[: 1316 * 50])
        await until(lambda: bool(recorder.reasons))
    assert (recorder.reasons, len(recorder.samples)) == (["Enough."], 1)


async def test_media_that_is_refused(film: Path):
    studio = Studio()
    scrambled = bytearray(film.read_bytes()[: 1316 * 10])
    for at in range(188 * 3, len(scrambled), 188):
        scrambled[at + 3] |= 0x80
    async with serving(studio.admit) as (_, port), calling(port) as caller:
        await caller.call()
        caller.send(bytes(scrambled))
        await caller.answer(SHUTDOWN)
        await until(lambda: bool(studio.recorder.reasons))
    assert studio.recorder.reasons == ["The transport stream is scrambled; switch that off."]


async def test_the_server_shuts_down():
    studio = Studio()
    async with serving(studio.admit) as (_, port), calling(port) as caller:
        await caller.call()
    await until(lambda: bool(studio.recorder.reasons))
    assert studio.recorder.reasons == ["The server is shutting down."]


async def test_a_publisher_who_is_gone():
    studio = Studio()
    limits = SrtLimits(lost_s=0.5)
    async with serving(studio.admit, limits) as (server, port), calling(port) as caller:
        await caller.call()
        await until(lambda: bool(studio.recorder.reasons))
        assert server.connections == {}
    assert studio.recorder.reasons == ["The connection to the publisher was lost."]


async def test_a_publisher_who_only_keeps_the_line():
    studio = Studio()
    limits = SrtLimits(silence_s=0.5)
    async with serving(studio.admit, limits) as (_, port), calling(port) as caller:
        await caller.call()
        while not studio.recorder.reasons:
            caller.say(KEEPALIVE)
            await asyncio.sleep(0.05)
    assert studio.recorder.reasons == ["The publisher sent nothing for 0.5 seconds."]


async def test_a_receiver_that_falls_behind(film: Path):
    studio = Studio()
    studio.recorder.is_willing.clear()
    data = film.read_bytes()
    async with serving(studio.admit) as (server, port), calling(port) as caller:
        await caller.call()
        (connection,) = server.connections.values()
        sent = 0
        for at in range(0, len(data), 13_160):
            piece = data[at : at + 13_160]
            caller.send(piece)
            sent += len(piece) + 16 * -(-len(piece) // 1316)
            await until(lambda expected=sent: connection.bytes_received == expected)
        assert studio.recorder.times_asked == 1
        kept = len(studio.recorder.samples)
        assert kept < len(payloads_of(film, "video"))
        studio.recorder.is_willing.set()
        await until(lambda: len(studio.recorder.samples) > kept)
        caller.say(SHUTDOWN)
        await until(lambda: bool(studio.recorder.reasons))
    assert_all_of(studio.recorder, film)


async def test_a_receiver_that_falls_too_far_behind(film: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("streamverse.mediakit.ingest.srt_server.MOST_KEPT_BYTES", 20_000)
    studio = Studio()
    studio.recorder.is_willing.clear()
    data = film.read_bytes()
    async with serving(studio.admit) as (_, port), calling(port) as caller:
        await caller.call()
        for at in range(0, len(data), 13_160):
            caller.send(data[at : at + 13_160])
            await asyncio.sleep(0.001)
        await until(lambda: bool(studio.recorder.reasons))
    assert studio.recorder.reasons == ["The server cannot keep up with the publisher."]


# --- those who come to no good --------------------------------------------------------------------


async def refusal(caller: Caller) -> int:
    return Handshake.parse((await caller.answer()).content).kind - 1000


async def test_a_wrong_key_gets_not_a_byte_further(film: Path):
    studio = Studio()
    async with serving(studio.admit) as (server, port), calling(port) as caller:
        answer = await caller.call("guess")
        assert answer.kind == 1000 + FORBIDDEN
        caller.peer = 99
        caller.send(film.read_bytes()[:13_160])
        await until(lambda: len(server.waiting) == 0)
    assert (studio.recorder.formats, studio.recorder.reasons) == ([], [])


async def test_a_server_that_is_too_busy():
    async def held(_request: PublishRequest) -> Recorder:
        await asyncio.Event().wait()
        raise AssertionError

    limits = SrtLimits(publish_s=0.2)
    async with serving(held, limits) as (_, port), calling(port) as caller:
        hello = await caller.conclusion()
        caller.greet(hello)
        # While we ask, the caller's impatience is not answered.
        caller.greet(hello)
        assert await refusal(caller) == OVERLOADED


async def test_a_server_that_fails():
    async def fails(_request: PublishRequest) -> Recorder:
        raise RuntimeError("The database is gone.")

    failures: list[dict[str, object]] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: failures.append(context))
    async with serving(fails) as (_, port), calling(port) as caller:
        caller.greet(await caller.conclusion())
        assert await refusal(caller) == OVERLOADED
        await until(lambda: bool(failures))
    assert [str(failure["exception"]) for failure in failures] == ["The database is gone."]


async def test_whoever_is_ended_while_being_admitted():
    recorder = Recorder()

    async def admit(request: PublishRequest) -> Recorder:
        request.connection.close("Changed our mind.")
        return recorder

    async with serving(admit) as (server, port), calling(port) as caller:
        caller.greet(await caller.conclusion())
        await until(lambda: bool(recorder.reasons))
        assert server.connections == {}
    assert recorder.reasons == ["Changed our mind."]


async def test_floods_without_a_cookie_leave_nothing_behind():
    studio = Studio()
    async with serving(studio.admit) as (server, port), calling(port) as caller:
        for number in range(1000):
            caller.greet(Handshake(INDUCTION, 0, number, version=4))
            caller.greet(Handshake(CONCLUSION, 0, number, cookie=number))
            caller.transport.sendto(b"\x80")
            caller.transport.sendto(bytes(ControlPacket(HANDSHAKE, b"short")))
            caller.transport.sendto(bytes(ControlPacket(KEEPALIVE)))
            caller.transport.sendto(bytes(ControlPacket(KEEPALIVE, socket_id=number + 1)))
            await caller.answer()
        await caller.call()
        assert len(server.connections) == 1
    assert len(studio.asked) == 1


async def test_so_many_wait_at_once():
    async def held(_request: PublishRequest) -> Recorder:
        await asyncio.Event().wait()
        raise AssertionError

    limits = SrtLimits(unadmitted_per_network=3)
    async with serving(held, limits) as (server, port):
        for _ in range(3):
            async with calling(port) as caller:
                caller.greet(await caller.conclusion())
                before = len(server.waiting)
                await until(lambda expected=before: len(server.waiting) >= max(expected, 1))
        await until(lambda: len(server.waiting) == 3)
        async with calling(port) as caller:
            caller.greet(await caller.conclusion())
            assert await refusal(caller) == BACKLOG


async def test_key_material_that_is_none():
    async with serving(Studio().admit) as (_, port), calling(port) as caller:
        caller.greet(await caller.conclusion(KEY, (KM_REQUEST, bytes(32))))
        assert await refusal(caller) == ROGUE


async def test_packets_from_another_address_are_left_out(film: Path):
    studio = Studio()
    async with (
        serving(studio.admit) as (_, port),
        calling(port) as caller,
        calling(port) as thief,
    ):
        await caller.call()
        thief.peer = caller.peer
        thief.say(SHUTDOWN)
        thief.send(film.read_bytes()[:13_160])
        caller.send(film.read_bytes())
        await until(lambda: len(studio.recorder.of("video")) >= 59)
        assert studio.recorder.reasons == []
        ticks = [sample.decode_ticks for sample in studio.recorder.of("video")]
        assert {later - earlier for earlier, later in pairwise(ticks)} == {3000}


@pytest.mark.parametrize("test", [test_a_publisher_who_ends, test_a_receiver_that_falls_behind])
def test_on_the_event_loop_that_the_program_runs_on(
    film: Path, test: Callable[[Path], Coroutine[None, None, None]]
):
    uvloop.run(test(film))
