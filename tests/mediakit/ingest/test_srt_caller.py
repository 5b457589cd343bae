"""The caller of SRT: its handshake, what it keeps and sends again, and real listeners."""

from __future__ import annotations

import asyncio
import socket
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from streamverse.mediakit.ffmpeg import Tools
from streamverse.mediakit.ingest.mpegts import PACKET_BYTES, TsDemuxer
from streamverse.mediakit.ingest.samples import Sample
from streamverse.mediakit.ingest.srt import (
    BAD_SECRET,
    FORBIDDEN,
    OLD_VERSION,
    UNSECURE,
    WINDOW,
    CallRefused,
    Doorkeeper,
    SrtStream,
    open_keys,
    refusal_of,
)
from streamverse.mediakit.ingest.srt_caller import (
    CHANCE_BYTES,
    PAYLOAD_BYTES,
    Agreement,
    SrtCaller,
    SrtSender,
    Wish,
)
from streamverse.mediakit.ingest.srt_line import NOBODY, SrtLine, call
from streamverse.mediakit.ingest.srt_packets import (
    ACK,
    ACKACK,
    CONCLUSION,
    DROP_REQUEST,
    HANDSHAKE,
    INDUCTION,
    KEEPALIVE,
    NAK,
    SHUTDOWN,
    ControlPacket,
    DataPacket,
    Handshake,
    parse_losses,
    parse_packet,
    sequence_after,
    write_losses,
)
from streamverse.mediakit.ingest.srt_server import SrtServer
from tests.factories.ingest import AAC, H264, KEY, Studio, free_port, run_ffmpeg, sources, until

PASSPHRASE = "a long passphrase"
ADDRESS = ("192.0.2.7", 40_000)
# The highest sequence numbers, so that they wrap.
CHANCE = b"\0\0\0\6\x7f\xff\xff\xfe" + bytes(range(CHANCE_BYTES - 8))
FIRST = (1 << 31) - 2


@pytest.fixture(scope="session")
def film(tools: Tools, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Have ffmpeg write two seconds as a transport stream."""
    path = tmp_path_factory.mktemp("caller") / "film.ts"
    command = [str(tools.ffmpeg), "-v", "error", "-nostdin", *sources(), *H264, *AAC]
    subprocess.run([*command, "-f", "mpegts", str(path)], check=True, timeout=120)
    return path


def payloads_of(data: bytes) -> list[bytes]:
    demuxer = TsDemuxer()
    heard = [*demuxer.feed(data), *demuxer.finish()]
    return [each.payload for each in heard if isinstance(each, Sample)]


# --- the handshake --------------------------------------------------------------------------------


class Talk:
    """A caller of ours and the listener's side, whose packets nobody loses."""

    def __init__(self, wish: Wish, passphrase: str | None = None) -> None:
        self.caller = SrtCaller(wish, CHANCE, 100.0)
        self.doorkeeper = Doorkeeper(b"secret")
        self.passphrase = passphrase
        self.stream: SrtStream | None = None

    def said(self) -> list[ControlPacket]:
        packets = [parse_packet(each) for each in self.caller.take_output()]
        assert all(isinstance(each, ControlPacket) for each in packets)
        return [each for each in packets if isinstance(each, ControlPacket)]

    def answer(self, answer: Handshake) -> Agreement | None:
        packet = ControlPacket(HANDSHAKE, bytes(answer), socket_id=self.caller.socket_id)
        return self.caller.receive(packet, 100.1)

    def invite(self) -> Handshake:
        (said,) = self.said()
        assert (
            self.answer(self.doorkeeper.invite(Handshake.parse(said.content), ADDRESS, 0)) is None
        )
        (said,) = self.said()
        return Handshake.parse(said.content)

    def agree(self) -> Agreement:
        heard = self.doorkeeper.hear(self.invite(), ADDRESS, 0)
        assert heard is not None
        self.stream = SrtStream(heard, 99, open_keys(heard, self.passphrase), 0.12, 0)
        self.stream.greet(0)
        (greeting,) = self.stream.take_output()
        packet = parse_packet(greeting)
        assert isinstance(packet, ControlPacket)
        agreement = self.caller.receive(packet, 100.2)
        assert agreement is not None
        return agreement


def test_a_call_is_an_induction_and_a_conclusion():
    talk = Talk(Wish("#!::r=key,m=publish", latency_s=0.5))
    (said,) = talk.said()
    hello = Handshake.parse(said.content)
    assert (hello.kind, hello.version, hello.flags) == (INDUCTION, 4, 2)
    assert (hello.socket_id, hello.initial_sequence) == (7, FIRST)
    talk = Talk(Wish("#!::r=key,m=publish", latency_s=0.5))
    agreement = talk.agree()
    assert (agreement.call.handshake.socket_id, agreement.socket_id) == (99, 7)
    assert (agreement.latency_s, agreement.keys, agreement.began_at_s) == (0.5, None, 100.0)


def test_what_nobody_answers_is_said_again():
    talk = Talk(Wish())
    (first,) = talk.said()
    talk.caller.tick(100.2)
    assert talk.said() == []
    talk.caller.tick(100.25)
    (again,) = talk.said()
    assert again.content == first.content
    assert again.timestamp_us == 250_000


def test_nothing_is_said_again_once_it_is_agreed():
    talk = Talk(Wish())
    talk.agree()
    talk.caller.tick(200)
    assert talk.said() == []
    assert talk.answer(Handshake(CONCLUSION)) is None


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Handshake(INDUCTION, version=4, flags=0x4A17), OLD_VERSION),
        (Handshake(INDUCTION, flags=0), OLD_VERSION),
        (refusal_of(Handshake(CONCLUSION), FORBIDDEN), FORBIDDEN),
    ],
)
def test_a_listener_who_refuses(answer: Handshake, reason: int):
    talk = Talk(Wish())
    with pytest.raises(CallRefused, match=r"^The listener refuses: ") as caught:
        talk.answer(answer)
    assert caught.value.reason == reason


def test_a_reason_that_nobody_knows_is_told_by_its_number():
    with pytest.raises(CallRefused, match=r"gives the reason 1999\.$"):
        Talk(Wish()).answer(refusal_of(Handshake(CONCLUSION), 1999))


@pytest.mark.parametrize(
    ("extensions", "reason"),
    [(((2, bytes(12)),), UNSECURE), (((2, bytes(12)), (4, bytes(4))), BAD_SECRET)],
)
def test_a_listener_who_cannot_read_the_keys(
    extensions: tuple[tuple[int, bytes], ...], reason: int
):
    talk = Talk(Wish(passphrase=PASSPHRASE))
    talk.invite()
    with pytest.raises(CallRefused) as caught:
        talk.answer(Handshake(CONCLUSION, extensions=extensions))
    assert caught.value.reason == reason


def test_a_listener_without_terms_is_too_old():
    talk = Talk(Wish())
    talk.invite()
    with pytest.raises(CallRefused, match="too old"):
        talk.answer(Handshake(CONCLUSION))


# --- what is sent ---------------------------------------------------------------------------------


def sending(passphrase: str | None = None) -> tuple[SrtSender, SrtStream]:
    talk = Talk(Wish(passphrase=passphrase), passphrase)
    agreement = talk.agree()
    assert talk.stream is not None
    return SrtSender(agreement, 100.2), talk.stream


def carry(sender: SrtSender, stream: SrtStream, loses: Callable[[int], bool]) -> Iterator[bytes]:
    """Take what was sent to the listener, and what it says back, but for what is lost."""
    for number, datagram in enumerate(sender.take_output()):
        if not loses(number):
            yield from stream.receive(parse_packet(datagram), 0)
    for datagram in stream.take_output():
        sender.receive(parse_packet(datagram), 100.3)


@pytest.mark.parametrize("passphrase", [None, PASSPHRASE])
def test_all_arrives_in_packets_of_seven(passphrase: str | None):
    sender, stream = sending(passphrase)
    data = bytes(range(256)) * 40
    sender.send(data, 100.3)
    pieces = list(carry(sender, stream, lambda _: False))
    assert b"".join(pieces) == data
    assert [len(piece) for piece in pieces] == [PAYLOAD_BYTES] * 7 + [len(data) % PAYLOAD_BYTES]


@pytest.mark.parametrize("passphrase", [None, PASSPHRASE])
def test_what_is_lost_is_sent_again(passphrase: str | None):
    sender, stream = sending(passphrase)
    sender.send(b"a" * PAYLOAD_BYTES * 6, 100.3)
    assert len(list(carry(sender, stream, lambda number: number in {1, 2, 4}))) == 1
    assert len(list(carry(sender, stream, lambda _: False))) == 5
    assert stream.lost_packets == 0


def test_the_last_packet_is_sent_again_if_nobody_answers():
    sender, stream = sending()
    sender.send(b"last", 100.3)
    assert list(carry(sender, stream, lambda _: True)) == []
    sender.tick(100.5)
    assert sender.take_output() == []
    sender.tick(100.7)
    assert list(carry(sender, stream, lambda _: False)) == [b"last"]


def test_acknowledged_packets_are_let_go():
    sender, _ = sending()
    sender.send(b"a" * PAYLOAD_BYTES * 4, 100.3)
    sender.take_output()
    assert sender.is_waiting
    # A short one settles, and asks for no answer.
    sender.receive(ControlPacket(ACK, sequence_after(FIRST, 2).to_bytes(4)), 100.4)
    assert sender.take_output() == []
    content = sequence_after(FIRST, 4).to_bytes(4) + (50_000).to_bytes(4) + bytes(8)
    sender.receive(ControlPacket(ACK, content, detail=5), 100.5)
    assert not sender.is_waiting
    (answer,) = map(parse_packet, sender.take_output())
    assert isinstance(answer, ControlPacket)
    assert (answer.kind, answer.detail, answer.socket_id) == (ACKACK, 5, 99)


def test_what_is_too_old_is_given_up_and_the_listener_told():
    sender, _ = sending()
    sender.send(b"a" * PAYLOAD_BYTES * 3, 100.3)
    sender.take_output()
    sender.tick(101.7)
    assert sender.lost_packets == 0
    sender.take_output()
    sender.tick(101.8)
    assert sender.lost_packets == 3
    sender.take_output()
    asked = write_losses([(FIRST, sequence_after(FIRST, 9))])
    sender.receive(ControlPacket(NAK, asked), 101.9)
    (answer,) = map(parse_packet, sender.take_output())
    assert isinstance(answer, ControlPacket)
    # What was never sent is not given up.
    assert answer.kind == DROP_REQUEST
    assert parse_losses(answer.content) == [(FIRST, FIRST), (0, 0)]


def test_a_listener_who_asks_for_everything_is_sent_so_much_at_most():
    sender, _ = sending()
    sender.send(b"a" * PAYLOAD_BYTES * 10, 100.3)
    sender.take_output()
    asked = write_losses([(FIRST, sequence_after(FIRST, WINDOW - 1))] * 50)
    sender.receive(ControlPacket(NAK, asked), 100.4)
    packets = [parse_packet(each) for each in sender.take_output()]
    again = [each for each in packets if isinstance(each, DataPacket)]
    assert [each.sequence for each in again] == [sequence_after(FIRST, n) for n in range(10)]
    assert all(each.is_again for each in again)


def test_silence_is_bridged_and_the_end_is_told():
    sender, stream = sending()
    sender.tick(101.1)
    assert sender.take_output() == []
    sender.tick(101.2)
    sender.end(101.3)
    said = [parse_packet(each) for each in sender.take_output()]
    assert [each.kind for each in said if isinstance(each, ControlPacket)] == [KEEPALIVE, SHUTDOWN]
    for packet in said:
        assert list(stream.receive(packet, 0)) == []
    assert stream.is_ended
    stream.end(0)
    for datagram in stream.take_output():
        sender.receive(parse_packet(datagram), 101.4)
    assert sender.is_ended


def test_there_is_no_room_while_half_a_window_is_on_its_way():
    sender, _ = sending()
    sender.send(b"a" * PAYLOAD_BYTES * (WINDOW // 2 - 1), 100.3)
    assert sender.has_room
    sender.send(b"a", 100.3)
    assert not sender.has_room


# --- real listeners -------------------------------------------------------------------------------


class Sending:
    """Feeds a line in the pace of a test, and keeps its times."""

    def __init__(self, line: SrtLine, agreement: Agreement) -> None:
        self._loop = asyncio.get_running_loop()
        self._line = line
        self.sender = SrtSender(agreement, self._loop.time())
        line.listen(lambda packet, _: self._hear(packet))

    def _hear(self, packet: ControlPacket | DataPacket) -> None:
        self.sender.receive(packet, self._loop.time())
        self._line.send(self.sender.take_output())

    async def send(self, data: bytes) -> None:
        for at in range(0, len(data), 7 * PACKET_BYTES):
            self.sender.send(data[at : at + 7 * PACKET_BYTES], self._loop.time())
            self._line.send(self.sender.take_output())
            await asyncio.sleep(0.002)

    async def settle(self) -> None:
        """Wait until all is acknowledged."""
        async with asyncio.timeout(60):
            while self.sender.is_waiting:
                self.sender.tick(self._loop.time())
                self._line.send(self.sender.take_output())
                await asyncio.sleep(0.01)

    def end(self) -> None:
        self.sender.end(self._loop.time())
        self._line.send(self.sender.take_output())
        self._line.close()


@asynccontextmanager
async def serving(studio: Studio, passphrase: str | None = None) -> AsyncIterator[int]:
    async def find(_key: str) -> str | None:
        return passphrase

    server = SrtServer(studio.admit, find_passphrase=find)
    try:
        yield await server.listen("127.0.0.1", 0)
    finally:
        await server.close()


@pytest.mark.parametrize("passphrase", [None, PASSPHRASE])
async def test_our_own_listener_gets_all(film: Path, passphrase: str | None):
    studio = Studio()
    async with serving(studio, passphrase) as port:
        sending = Sending(*await call("127.0.0.1", port, Wish(KEY, passphrase)))
        await sending.send(film.read_bytes())
        await sending.settle()
        sending.end()
        await until(lambda: bool(studio.recorder.reasons))
    assert studio.recorder.reasons == ["The publisher ended the stream."]
    found = [one.payload for one in studio.recorder.samples]
    # The last packet of each kind has no end that tells that it is whole.
    assert set(found) <= set(payloads_of(film.read_bytes()))
    assert len(found) >= len(payloads_of(film.read_bytes())) - 2


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        (Wish("guess"), "it does not take this stream id"),
        (Wish(KEY, PASSPHRASE), "it wants a passphrase and got none, or the other way"),
    ],
)
async def test_our_own_listener_refuses(wish: Wish, sentence: str):
    async with serving(Studio()) as port:
        with pytest.raises(CallRefused, match=sentence):
            await call("127.0.0.1", port, wish)


async def test_a_wrong_passphrase():
    async with serving(Studio(), PASSPHRASE) as port:
        with pytest.raises(CallRefused, match="the passphrase is wrong"):
            await call("127.0.0.1", port, Wish(KEY, "another passphrase"))


async def test_where_nobody_listens():
    with pytest.raises(ConnectionError, match=NOBODY):
        await call("127.0.0.1", free_port(socket.SOCK_DGRAM), Wish(KEY))


async def test_somebody_who_says_nothing():
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(
        asyncio.DatagramProtocol, local_addr=("127.0.0.1", 0)
    )
    port = transport.get_extra_info("sockname")[1]
    with pytest.raises(ConnectionError, match=NOBODY):
        await call("127.0.0.1", port, Wish(KEY), within_s=0.3)
    transport.close()


@pytest.mark.parametrize("passphrase", [None, PASSPHRASE])
async def test_ffmpeg_listens(tools: Tools, film: Path, tmp_path: Path, passphrase: str | None):
    path, port = tmp_path / "heard.ts", free_port(socket.SOCK_DGRAM)
    query = "" if passphrase is None else f"&passphrase={passphrase}&pbkeylen=16"
    url = f"srt://127.0.0.1:{port}?mode=listener{query}"
    listener = asyncio.create_task(
        run_ffmpeg(tools, "-i", url, "-c", "copy", "-f", "mpegts", str(path))
    )
    sending = await patiently(port, Wish("any", passphrase, 0.2))
    await sending.send(film.read_bytes())
    await sending.settle()
    # A listener holds back for its latency what it has, and drops that when it is over.
    await asyncio.sleep(2)
    sending.end()
    code, printed = await listener
    assert code == 0, printed
    sent, heard = payloads_of(film.read_bytes()), payloads_of(path.read_bytes())
    assert len(heard) >= len(sent) - 3
    assert set(heard) <= set(sent)


async def patiently(port: int, wish: Wish) -> Sending:
    """Call until a program has begun to listen."""
    async with asyncio.timeout(60):
        while True:
            try:
                return Sending(*await call("127.0.0.1", port, wish, within_s=1))
            except OSError:
                await asyncio.sleep(0.1)


async def test_our_caller_receives_from_ffmpeg(tools: Tools, film: Path):
    """A listener that sends is called in the same way, and put in order by the same stream."""
    port = free_port(socket.SOCK_DGRAM)
    url = f"srt://127.0.0.1:{port}?mode=listener"
    source = ("-readrate", "1", "-i", str(film), "-c", "copy", "-f", "mpegts", url)
    program = asyncio.create_task(run_ffmpeg(tools, *source))
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(60):
        while True:
            try:
                line, agreement = await call("127.0.0.1", port, Wish("any", None, 0.2), 1)
                break
            except OSError:
                await asyncio.sleep(0.1)
    stream = SrtStream(agreement.call, agreement.socket_id, agreement.keys, 0.2, loop.time())
    heard: list[bytes] = []

    def hear(packet: ControlPacket | DataPacket, _size_bytes: int) -> None:
        heard.extend(stream.receive(packet, loop.time()))
        line.send(stream.take_output())

    line.listen(hear)
    async with asyncio.timeout(60):
        while not stream.is_ended:
            heard.extend(stream.tick(loop.time()))
            line.send(stream.take_output())
            await asyncio.sleep(0.01)
    line.close()
    assert (await program)[0] == 0
    found = payloads_of(b"".join(heard))
    assert len(found) > 100
    assert set(found) <= set(payloads_of(film.read_bytes()))
