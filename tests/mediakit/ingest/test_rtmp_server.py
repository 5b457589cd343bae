"""RTMP over real sockets: ffmpeg and GStreamer publish, and strangers get nowhere."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Self

import pytest
import uvloop
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from streamverse.mediakit.ffmpeg import Tools
from streamverse.mediakit.ingest.rtmp import CHANCE_BYTES
from streamverse.mediakit.ingest.rtmp_client import (
    PublishStarted,
    RtmpClientSession,
    RtmpTarget,
)
from streamverse.mediakit.ingest.rtmp_server import RtmpLimits, RtmpServer
from streamverse.mediakit.ingest.samples import (
    Admit,
    AudioFormat,
    PublishRefused,
    PublishRequest,
    Sample,
    VideoFormat,
)
from tests.factories.ingest import (
    AAC,
    GSTREAMER,
    H264,
    KEY,
    Recorder,
    Studio,
    run,
    run_ffmpeg,
    sources,
    until,
)

HEVC = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error")
AV1 = ("-c:v", "libsvtav1", "-preset", "12", "-svtav1-params", "lookahead=0")
OPUS = ("-c:a", "libopus")
AVCC = bytes.fromhex("0142c00dffe100176742c00dda05067e7c0440000003004000000f03c50aa801000468ce0fc8")
VIDEO_FORMAT = VideoFormat("h264", AVCC, 320, 180)
IDR = b"\0\0\0\3\x65\x88\x84"


@asynccontextmanager
async def serving(
    admit: Admit, limits: RtmpLimits | None = None, tls: ssl.SSLContext | None = None
) -> AsyncIterator[tuple[RtmpServer, int]]:
    """Serve, and leave nothing behind."""
    before = asyncio.all_tasks()
    server = RtmpServer(admit, limits)
    port = await server.listen("127.0.0.1", 0, tls)
    try:
        yield server, port
    finally:
        await server.close()
    assert (len(server.waiting), server.connections, server.tasks) == (0, set(), set())
    assert asyncio.all_tasks() == before


# --- publishers of other makers -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "video", "audio", "audio_frames"),
    [
        ((*H264, *AAC), "h264", "aac", 95),
        (("-c:v", "libx264", "-preset", "medium", "-g", "30", *AAC), "h264", "aac", 95),
        ((*HEVC, *AAC), "hevc", "aac", 95),
        ((*AV1, *OPUS), "av1", "opus", 101),
    ],
)
async def test_ffmpeg_publishes(
    tools: Tools, options: tuple[str, ...], video: str, audio: str, audio_frames: int
):
    studio = Studio()
    async with serving(studio.admit) as (_, port):
        url = f"rtmp://127.0.0.1:{port}/live/{KEY}?token=1"
        code, printed = await run_ffmpeg(tools, *sources(), *options, "-f", "flv", url)
        assert code == 0, printed
        recorder = studio.recorder
        await until(lambda: bool(recorder.reasons))
    assert recorder.reasons == ["The publisher ended the stream."]
    (pictures,) = (media for media in recorder.formats if isinstance(media, VideoFormat))
    (sound,) = (media for media in recorder.formats if isinstance(media, AudioFormat))
    assert (pictures.codec, pictures.width, pictures.height) == (video, 320, 180)
    assert (sound.codec, sound.sample_rate_hz, sound.channels) == (audio, 48_000, 2)
    assert len(recorder.of("video")) == 60
    assert len(recorder.of("audio")) == audio_frames
    shown = sorted(sample.present_ticks for sample in recorder.of("video"))
    # A frame takes 33 or 34 ms in FLV.
    assert {later - earlier for earlier, later in pairwise(shown)} == {2970, 3060}
    assert recorder.of("video")[0].is_keyframe
    assert recorder.request is not None
    assert recorder.request.encoder is not None
    assert recorder.request.encoder.startswith("FMLE/3.0 (compatible; Lavf")
    assert (recorder.request.protocol, recorder.request.remote_address) == ("rtmp", "127.0.0.1")
    connection = recorder.request.connection
    assert connection.samples_received == len(recorder.samples)
    assert connection.bytes_received > sum(len(sample.payload) for sample in recorder.samples)


async def test_ffmpeg_is_told_that_its_key_is_wrong(tools: Tools):
    studio = Studio()
    async with serving(studio.admit) as (_, port):
        url = f"rtmp://127.0.0.1:{port}/live/guess"
        code, printed = await run_ffmpeg(tools, *sources(), *H264, *AAC, "-f", "flv", url)
    assert code != 0
    assert "Server error: There is no stream with this key." in printed
    assert [request.key for request in studio.asked] == ["guess"]
    assert studio.recorder == Recorder(is_willing=studio.recorder.is_willing)


@pytest.mark.parametrize("sink", ["rtmp2sink", "rtmpsink"])
async def test_gstreamer_publishes(tools: Tools, tmp_path: Path, sink: str):
    film = tmp_path / "film.mp4"
    await run_ffmpeg(tools, *sources(), *H264, *AAC, str(film))
    studio = Studio()
    async with serving(studio.admit) as (_, port):
        pipeline = (
            f"filesrc location={film} ! qtdemux name=film flvmux name=mux streamable=true ! "
            f"{sink} location=rtmp://127.0.0.1:{port}/live/{KEY} "
            "film.video_0 ! queue ! h264parse ! mux. film.audio_0 ! queue ! aacparse ! mux."
        )
        code, printed = await run(GSTREAMER, "-q", *pipeline.split())
        assert code == 0, printed
        recorder = studio.recorder
        await until(lambda: bool(recorder.reasons))
    assert sorted(media.codec for media in recorder.formats) == ["aac", "h264"]
    # GStreamer leaves out the frame of sound that only warms the decoder up.
    assert (len(recorder.of("video")), len(recorder.of("audio"))) == (60, 94)
    assert [sample.is_keyframe for sample in recorder.of("video")].count(True) == 2


def certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """Make a certificate of our own for this machine."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context, path


async def test_ffmpeg_publishes_by_rtmps(tools: Tools, tmp_path: Path):
    studio = Studio()
    context, _ = certificate(tmp_path)
    async with serving(studio.admit, tls=context) as (_, port):
        url = f"rtmps://127.0.0.1:{port}/live/{KEY}"
        options = (*H264, *AAC, "-f", "flv", "-tls_verify", "0")
        code, printed = await run_ffmpeg(tools, *sources(), *options, url)
        assert code == 0, printed
        await until(lambda: bool(studio.recorder.reasons))
    assert len(studio.recorder.samples) == 155


async def test_garbage_instead_of_tls(tmp_path: Path):
    context, _ = certificate(tmp_path)
    async with serving(Studio().admit, tls=context) as (server, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"\3" + bytes(1536))
        # An alert of TLS, and the end.
        assert (await reader.read())[:1] in {b"", b"\x15"}
        writer.close()
        await until(lambda: len(server.waiting) == 0)
        # Somebody who says nothing at all.
        _, silent = await asyncio.open_connection("127.0.0.1", port)
        await until(lambda: len(server.waiting) == 1)
        silent.close()
        await until(lambda: len(server.waiting) == 0)


# --- a publisher of ours --------------------------------------------------------------------------


class Publisher:
    """Drives the client's side over a real socket."""

    def __init__(self, port: int, key: str = KEY) -> None:
        target = RtmpTarget(f"rtmp://127.0.0.1:{port}/live", "live", key)
        self.session = RtmpClientSession(target, os.urandom(CHANCE_BYTES))
        self._port = port

    async def __aenter__(self) -> Self:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.writer.close()

    async def start(self) -> None:
        """Get as far as the server lets us."""
        self.flush()
        while data := await self.reader.read(1 << 16):
            started = list(self.session.receive(data))
            self.flush()
            if started == [PublishStarted()]:
                return
        raise ConnectionResetError

    def flush(self) -> None:
        self.writer.write(self.session.take_output())

    def send(self, *media: VideoFormat | Sample) -> None:
        for each in media:
            if isinstance(each, Sample):
                self.session.send_sample(each)
            else:
                self.session.send_format(each)
        self.flush()

    async def is_hung_up_on(self) -> bool:
        """Read to the end that the server makes."""
        try:
            async with asyncio.timeout(60):
                while await self.reader.read(1 << 16):
                    pass
        except ConnectionResetError:
            pass
        return True


def frame(number: int, payload: bytes = IDR) -> Sample:
    ticks = number * 900
    return Sample("video", ticks, ticks, is_keyframe=True, payload=payload)


async def test_a_publisher_who_hangs_up():
    studio = Studio()
    async with serving(studio.admit) as (_, port):
        async with Publisher(port) as publisher:
            await publisher.start()
            publisher.send(VIDEO_FORMAT, frame(0), frame(1))
            await until(lambda: len(studio.recorder.samples) == 2)
        await until(lambda: bool(studio.recorder.reasons))
    assert studio.recorder.reasons == ["The publisher hung up."]
    assert studio.recorder.formats == [VIDEO_FORMAT]
    assert studio.recorder.samples == [frame(0), frame(1)]


async def test_a_line_that_breaks():
    studio = Studio()
    async with serving(studio.admit) as (_, port), Publisher(port) as publisher:
        await publisher.start()
        line = publisher.writer.transport.get_extra_info("socket")
        # The line is cut and not closed.
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        publisher.writer.transport.abort()
        await until(lambda: bool(studio.recorder.reasons))
        assert studio.recorder.reasons == ["The connection to the publisher was lost."]


async def test_the_receiver_ends_a_publisher():
    studio = Studio()
    async with serving(studio.admit) as (_, port), Publisher(port) as publisher:
        await publisher.start()
        assert studio.recorder.request is not None
        studio.recorder.request.connection.close("Somebody took over.")
        # A second reason changes nothing.
        studio.recorder.request.connection.close("Too late.")
        publisher.send(VIDEO_FORMAT)
        assert await publisher.is_hung_up_on()
    assert studio.recorder.reasons == ["Somebody took over."]
    assert studio.recorder.formats == []


async def test_the_server_shuts_down():
    studio = Studio()
    async with AsyncExitStack() as lines:
        async with serving(studio.admit) as (_, port):
            publisher = await lines.enter_async_context(Publisher(port))
            await publisher.start()
        assert studio.recorder.reasons == ["The server is shutting down."]
        assert await publisher.is_hung_up_on()


async def test_media_that_is_broken():
    studio = Studio()
    async with serving(studio.admit) as (_, port), Publisher(port) as publisher:
        await publisher.start()
        publisher.send(VIDEO_FORMAT, frame(0), frame(1, b"\0\0\0\x09\x65"), frame(2))
        assert await publisher.is_hung_up_on()
        await until(lambda: bool(studio.recorder.reasons))
    sentence = "The encoder sends a picture whose parts do not fit into it."
    assert studio.recorder.reasons == [sentence]
    assert studio.recorder.samples == [frame(0)]


async def test_a_wrong_key():
    studio = Studio()
    async with serving(studio.admit) as (server, port), Publisher(port, "guess") as publisher:
        with pytest.raises(PublishRefused, match="There is no stream with this key"):
            await publisher.start()
        publisher.send(VIDEO_FORMAT, frame(0))
        assert await publisher.is_hung_up_on()
        await until(lambda: not server.connections)
    assert (studio.recorder.formats, studio.recorder.reasons) == ([], [])


async def test_a_receiver_that_falls_behind():
    studio = Studio()
    studio.recorder.is_willing.clear()
    async with serving(studio.admit) as (_, port), Publisher(port) as publisher:
        await publisher.start()
        picture = (100_000).to_bytes(4) + b"\x65" * 100_000
        publisher.send(VIDEO_FORMAT, *(frame(number, picture) for number in range(300)))
        await until(lambda: studio.recorder.times_asked == 1)
        await until(lambda: publisher.writer.transport.get_write_buffer_size() > 0)
        kept = len(studio.recorder.samples)
        # What the system holds for the socket is all that may still come.
        assert kept < 10
        studio.recorder.is_willing.set()
        await until(lambda: len(studio.recorder.samples) == 300)


# --- those who come to no good --------------------------------------------------------------------


async def held(_request: PublishRequest) -> Recorder:
    await asyncio.Event().wait()
    raise AssertionError


async def fails(_request: PublishRequest) -> Recorder:
    raise RuntimeError("The database is gone.")


async def silent(_publisher: Publisher) -> None:
    pass


async def half_a_hello(publisher: Publisher) -> None:
    publisher.writer.write(b"\3half")


async def a_hello(publisher: Publisher) -> None:
    publisher.writer.write(b"\3" + bytes(1536 * 2))


async def a_key(publisher: Publisher) -> None:
    with pytest.raises(PublishRefused, match="too busy to let you in"):
        await publisher.start()


@pytest.mark.parametrize(
    ("goes_so_far", "limits"),
    [
        (silent, RtmpLimits(handshake_s=0.2)),
        (half_a_hello, RtmpLimits(handshake_s=0.2)),
        (a_hello, RtmpLimits(publish_s=0.2)),
        (a_key, RtmpLimits(publish_s=0.2)),
    ],
)
async def test_those_who_take_their_time(
    goes_so_far: Callable[[Publisher], Awaitable[None]], limits: RtmpLimits
):
    async with serving(held, limits) as (server, port), Publisher(port) as publisher:
        await goes_so_far(publisher)
        assert await publisher.is_hung_up_on()
        await until(lambda: not server.connections)


async def test_a_publisher_who_only_drips():
    studio = Studio()
    limits = RtmpLimits(silence_s=0.3)
    async with serving(studio.admit, limits) as (_, port), Publisher(port) as publisher:
        await publisher.start()
        publisher.send(VIDEO_FORMAT, frame(0))
        publisher.writer.write(b"\4\0\0\0\1\0\0\x09\1\0\0\0")
        with pytest.raises(ConnectionError):
            while True:
                # The parts of a message that never ends.
                publisher.writer.write(b"\0")
                await publisher.writer.drain()
                await asyncio.sleep(0.05)
                if publisher.reader.at_eof():
                    raise ConnectionResetError
        await until(lambda: bool(studio.recorder.reasons))
    assert studio.recorder.reasons == ["The publisher sent nothing for 0.3 seconds."]


async def test_a_receiver_that_holds_a_publisher_up_is_no_silence():
    studio = Studio()
    studio.recorder.is_willing.clear()
    limits = RtmpLimits(silence_s=0.1)
    async with serving(studio.admit, limits) as (_, port), Publisher(port) as publisher:
        await publisher.start()
        picture = (300_000).to_bytes(4) + b"\x65" * 300_000
        publisher.send(VIDEO_FORMAT, frame(0, picture))
        await until(lambda: studio.recorder.times_asked == 1)
        await asyncio.sleep(0.3)
        assert studio.recorder.reasons == []
        studio.recorder.is_willing.set()
        await until(lambda: bool(studio.recorder.reasons))
    assert studio.recorder.reasons == ["The publisher sent nothing for 0.1 seconds."]


async def test_whoever_leaves_while_being_admitted():
    recorder = Recorder()
    is_asked, may_go_on = asyncio.Event(), asyncio.Event()

    async def admit(request: PublishRequest) -> Recorder:
        recorder.request = request
        is_asked.set()
        await may_go_on.wait()
        request.connection.close("Changed our mind.")
        return recorder

    async with serving(admit) as (_, port), Publisher(port) as publisher:
        with pytest.raises(ConnectionResetError):
            starting = asyncio.create_task(publisher.start())
            await is_asked.wait()
            may_go_on.set()
            await starting
        await until(lambda: bool(recorder.reasons))
    assert recorder.reasons == ["Changed our mind."]


async def test_a_server_that_fails():
    loop = asyncio.get_running_loop()
    failures: list[dict[str, object]] = []
    loop.set_exception_handler(lambda _, context: failures.append(context))
    async with serving(fails) as (server, port), Publisher(port) as publisher:
        with pytest.raises(ConnectionResetError):
            await publisher.start()
        await until(lambda: not server.connections)
    assert [str(failure["exception"]) for failure in failures] == ["The database is gone."]


async def test_garbage_after_the_handshake():
    async with serving(Studio().admit) as (server, port), Publisher(port) as publisher:
        publisher.writer.write(b"\3" + bytes(1536 * 2) + b"\xff" * 100)
        assert await publisher.is_hung_up_on()
        await until(lambda: not server.connections)


async def test_somebody_who_does_not_read_what_they_are_told():
    async with serving(Studio().admit) as (server, port), Publisher(port) as publisher:
        line = publisher.writer.transport.get_extra_info("socket")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        publisher.writer.write(b"\3" + bytes(1536 * 2))
        ping = b"\2\0\0\0\0\0\6\4\0\0\0\0" + b"\0\6time"
        publisher.reader._transport.pause_reading()  # noqa: SLF001 - what a mean peer does
        with pytest.raises(ConnectionError):
            while True:
                publisher.writer.write(ping * 10_000)
                await publisher.writer.drain()
        await until(lambda: not server.connections)


async def test_a_thousand_connections_without_a_key():
    limits = RtmpLimits(unadmitted=40, unadmitted_per_network=40)
    studio = Studio()
    async with serving(studio.admit, limits) as (server, port):
        lines = [await asyncio.open_connection("127.0.0.1", port) for _ in range(1000)]
        refused = [reader.read() for reader, _ in lines[40:]]
        async with asyncio.timeout(60):
            answers = await asyncio.gather(*refused, return_exceptions=True)
        assert {answer if isinstance(answer, bytes) else type(answer) for answer in answers} <= {
            *(b"", ConnectionResetError),
        }
        assert (len(server.connections), len(server.waiting)) == (40, 40)
        for _, writer in lines:
            writer.close()
        await until(lambda: not server.connections)
        # There is room again for those with a key.
        async with Publisher(port) as publisher:
            await publisher.start()
    assert len(studio.recorder.reasons) == 1


async def test_publishers_do_not_wait_with_those_without_a_key():
    limits = RtmpLimits(unadmitted=1)
    studio = Studio()
    async with AsyncExitStack() as lines, serving(studio.admit, limits) as (server, port):
        for _ in range(3):
            publisher = await lines.enter_async_context(Publisher(port))
            await publisher.start()
            assert len(server.waiting) == 0
    assert len(studio.recorder.reasons) == 3


@pytest.mark.parametrize(
    "test",
    [
        test_a_publisher_who_hangs_up,
        test_the_receiver_ends_a_publisher,
        test_a_receiver_that_falls_behind,
        test_a_publisher_who_only_drips,
        test_a_thousand_connections_without_a_key,
    ],
)
def test_on_the_event_loop_that_the_program_runs_on(
    test: Callable[[], Coroutine[None, None, None]],
):
    uvloop.run(test())
