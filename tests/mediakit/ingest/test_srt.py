"""SRT without I/O: packets, keys, callers at the door, and streams put in order."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamverse.mediakit.ingest.srt import (
    BAD_MODE,
    BAD_SECRET,
    MESSAGE_MODE,
    OLD_VERSION,
    UNSECURE,
    WINDOW,
    Call,
    CallRefused,
    Doorkeeper,
    KeyRing,
    SrtStream,
    open_keys,
    refusal_of,
)
from streamverse.mediakit.ingest.srt_keys import (
    BOTH,
    EVEN,
    ODD,
    KeyMaterial,
    PassphraseWrong,
    apply_key,
)
from streamverse.mediakit.ingest.srt_packets import (
    ACK,
    ACKACK,
    CONCLUSION,
    DROP_REQUEST,
    HANDSHAKE,
    HS_REQUEST,
    HS_RESPONSE,
    INDUCTION,
    KEEPALIVE,
    KM_REQUEST,
    KM_RESPONSE,
    MAGIC,
    NAK,
    SEQUENCES,
    SHUTDOWN,
    STREAM_ID,
    USER_DEFINED,
    ControlPacket,
    DataPacket,
    Handshake,
    PacketBroken,
    Terms,
    parse_losses,
    parse_packet,
    parse_stream_id,
    sequence_after,
    sequence_distance,
    write_losses,
    write_stream_id,
)

u16, u31, u32 = (st.integers(0, (1 << bits) - 1) for bits in (16, 31, 32))
words = st.binary(max_size=40).map(lambda data: data[: len(data) // 4 * 4])
PASSPHRASE = "a long passphrase"
SALT = bytes(range(16))
ADDRESS = ("192.0.2.7", 40_000)

# --- packets --------------------------------------------------------------------------------------


@given(
    st.builds(
        DataPacket,
        u31,
        st.binary(),
        u32,
        u32,
        st.sampled_from([0, 1, 2]),
        st.booleans(),
        st.integers(0, (1 << 26) - 1),
    )
)
def test_data_reads_back(packet: DataPacket):
    assert parse_packet(bytes(packet)) == packet


@given(st.builds(ControlPacket, st.integers(0, 0x7FFF), words, u16, u32, u32, u32))
def test_control_reads_back(packet: ControlPacket):
    assert parse_packet(bytes(packet)) == packet


@given(
    st.builds(
        Handshake,
        st.just(CONCLUSION),
        u31,
        u32,
        u32,
        u32,
        u16,
        u16,
        u32,
        u32,
        st.binary(min_size=16, max_size=16),
        st.lists(st.tuples(u16, words), max_size=4).map(tuple),
    )
)
def test_handshakes_read_back(hello: Handshake):
    assert Handshake.parse(bytes(hello)) == hello


@given(st.builds(Terms, u32, u32, u16, u16))
def test_terms_read_back(terms: Terms):
    assert Terms.parse(bytes(terms)) == terms


@given(st.text(st.characters(min_codepoint=1, exclude_categories=["Cs"]), max_size=60))
def test_stream_ids_read_back(text: str):
    assert parse_stream_id(write_stream_id(text)) == text


def test_a_stream_id_stands_backwards():
    # As libsrt sends "abcdef".
    assert write_stream_id("abcdef") == b"dcba\0\0fe"
    with pytest.raises(PacketBroken, match="too long"):
        parse_stream_id(bytes(516))


@given(st.lists(st.tuples(u31, u31), max_size=20))
def test_losses_read_back(runs: list[tuple[int, int]]):
    assert parse_losses(write_losses(runs)) == runs


def test_losses_of_the_specification():
    assert write_losses([(3, 3), (5, 9)]) == b"\0\0\0\3\x80\0\0\5\0\0\0\x09"
    assert parse_losses(b"\x80\0\0\5") == [(5, 5)]


@given(u31, st.integers(0, SEQUENCES // 2 - 1))
def test_sequences_wrap(sequence: int, count: int):
    later = sequence_after(sequence, count)
    assert sequence_distance(later, sequence) == count
    assert sequence_distance(sequence, later) == -count


@pytest.mark.parametrize(
    ("read", "data"),
    [
        (parse_packet, bytes(15)),
        (Handshake.parse, bytes(47)),
        (Terms.parse, bytes(11)),
        (Handshake.parse, bytes(Handshake(CONCLUSION)) + b"\0\1"),
        (Handshake.parse, bytes(Handshake(CONCLUSION)) + b"\0\1\0\2only"),
    ],
)
def test_what_breaks_off(read: object, data: bytes):
    with pytest.raises(PacketBroken, match="breaks off"):
        read(data)


@given(st.binary(max_size=120))
def test_any_bytes_are_read_or_refused(data: bytes):
    for read in (parse_packet, Handshake.parse, Terms.parse, KeyMaterial.parse, parse_losses):
        with suppress(PacketBroken):
            read(data)


# --- keys -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("key_bytes", [16, 24, 32])
@pytest.mark.parametrize("which", [{EVEN}, {ODD}, {EVEN, ODD}])
def test_keys_are_wrapped_and_unwrapped(key_bytes: int, which: set[int]):
    keys = {each: bytes([each]) * key_bytes for each in which}
    material = KeyMaterial.wrap(PASSPHRASE, SALT, keys)
    assert material.which == sum(which)
    assert KeyMaterial.parse(bytes(material)) == material
    assert material.unwrap(PASSPHRASE) == keys
    with pytest.raises(PassphraseWrong):
        material.unwrap("another passphrase")


@given(u31, st.binary(max_size=100))
def test_a_payload_is_decrypted_as_it_was_encrypted(sequence: int, payload: bytes):
    sealed = apply_key(b"k" * 16, SALT, sequence, payload)
    assert apply_key(b"k" * 16, SALT, sequence, sealed) == payload


@pytest.mark.parametrize(
    ("place", "value", "sentence"),
    [
        (0, 0x22, "none that we know"),
        (3, 0, "set AES-CTR"),
        (8, 4, "set AES-CTR"),
        (14, 3, "set AES-CTR"),
        (15, 5, "set AES-CTR"),
        (3, BOTH, "set AES-CTR"),
    ],
)
def test_key_material_that_is_refused(place: int, value: int, sentence: str):
    content = bytearray(bytes(KeyMaterial.wrap(PASSPHRASE, SALT, {EVEN: b"k" * 16})))
    content[place] = value
    with pytest.raises(PacketBroken, match=sentence):
        KeyMaterial.parse(bytes(content))
    with pytest.raises(PacketBroken, match="none that we know"):
        KeyMaterial.parse(bytes(content[:31]))


# --- the door -------------------------------------------------------------------------------------


def conclusion(
    key: str = "live_6f2b",
    cookie: int = 0,
    sequence: int = 1000,
    material: KeyMaterial | None = None,
    flags: int = 0xBF,
) -> Handshake:
    extensions = [(HS_REQUEST, bytes(Terms(0x010507, flags, 120, 0)))]
    if material is not None:
        extensions.append((KM_REQUEST, bytes(material)))
    extensions.append((STREAM_ID, write_stream_id(key)))
    return Handshake(CONCLUSION, sequence, 77, cookie, extensions=tuple(extensions))


def call(hello: Handshake) -> Call:
    door = Doorkeeper(b"secret")
    cookie = door.invite(Handshake(INDUCTION), ADDRESS, 1000).cookie
    heard = door.hear(replace(hello, cookie=cookie), ADDRESS, 1000)
    assert heard is not None
    return heard


def test_an_induction_is_answered_with_a_cookie():
    hello = Handshake(INDUCTION, 1000, 77, version=4, flags=2)
    answer = Doorkeeper(b"secret").invite(hello, ADDRESS, 0)
    assert (answer.kind, answer.version, answer.flags, answer.socket_id) == (
        *(INDUCTION, 5, MAGIC, 77),
    )
    assert answer.cookie not in {0, Doorkeeper(b"other").invite(hello, ADDRESS, 0).cookie}


def test_a_cookie_serves_its_address_and_its_time():
    door = Doorkeeper(b"secret")
    cookie = door.invite(Handshake(INDUCTION), ADDRESS, 119).cookie
    hello = conclusion(cookie=cookie)
    assert door.hear(hello, ADDRESS, 119) is not None
    assert door.hear(hello, ADDRESS, 179) is not None
    assert door.hear(hello, ADDRESS, 180) is None
    assert door.hear(hello, ("192.0.2.8", 40_000), 119) is None
    assert door.hear(hello, ("192.0.2.7", 40_001), 119) is None
    assert door.hear(conclusion(cookie=cookie ^ 1), ADDRESS, 119) is None


@pytest.mark.parametrize(
    ("stream_id", "key"),
    [
        ("live_6f2b", "live_6f2b"),
        ("#!::r=live_6f2b,m=publish", "live_6f2b"),
        ("#!::u=admin,r=live_6f2b", "live_6f2b"),
        ("#!::m=publish", ""),
        ("", ""),
    ],
)
def test_the_key_in_the_stream_id(stream_id: str, key: str):
    heard = call(conclusion(stream_id))
    assert (heard.key, heard.encoder, heard.material) == (key, "SRT 1.5.7", None)


def test_a_caller_without_a_stream_id():
    hello = conclusion()
    assert call(replace(hello, extensions=hello.extensions[:1])).key == ""


@pytest.mark.parametrize(
    ("hello", "reason"),
    [
        (replace(conclusion(), version=4), OLD_VERSION),
        (replace(conclusion(), extensions=()), OLD_VERSION),
        (conclusion(flags=0xFF), MESSAGE_MODE),
        (conclusion("#!::r=live_6f2b,m=request"), BAD_MODE),
    ],
)
def test_callers_who_are_turned_away(hello: Handshake, reason: int):
    with pytest.raises(CallRefused) as refusal:
        call(hello)
    assert refusal.value.reason == reason
    answer = refusal_of(hello, reason)
    assert (answer.kind, answer.extensions) == (1000 + reason, ())


MATERIAL = KeyMaterial.wrap(PASSPHRASE, SALT, {EVEN: b"k" * 16})


@pytest.mark.parametrize(
    ("material", "passphrase", "reason"),
    [
        (MATERIAL, None, UNSECURE),
        (None, PASSPHRASE, UNSECURE),
        (MATERIAL, "another passphrase", BAD_SECRET),
    ],
)
def test_passphrases_that_do_not_fit(
    material: KeyMaterial | None, passphrase: str | None, reason: int
):
    with pytest.raises(CallRefused) as refusal:
        open_keys(call(conclusion(material=material)), passphrase)
    assert refusal.value.reason == reason


def test_passphrases_that_fit():
    assert open_keys(call(conclusion()), None) is None
    ring = open_keys(call(conclusion(material=MATERIAL)), PASSPHRASE)
    assert ring == KeyRing(PASSPHRASE, SALT, {EVEN: b"k" * 16})


# --- streams --------------------------------------------------------------------------------------


class Line:
    """A stream, and what it says."""

    def __init__(self, sequence: int = 1000, ring: KeyRing | None = None) -> None:
        material = None if ring is None else MATERIAL
        heard = call(conclusion(sequence=sequence, material=material))
        self.stream = SrtStream(heard, 99, ring, 0.12, 0.0)
        self.first = sequence

    def send(self, *numbers: int, at_s: float = 0.0) -> list[bytes]:
        return [
            payload
            for number in numbers
            for payload in self.stream.receive(self.packet(number), at_s)
        ]

    def packet(self, number: int) -> DataPacket:
        return DataPacket(sequence_after(self.first, number), str(number).encode())

    def control(self, kind: int, *, at_s: float = 0.0, **fields: object) -> list[bytes]:
        return list(self.stream.receive(ControlPacket(kind, **fields), at_s))

    def tick(self, at_s: float) -> list[bytes]:
        return list(self.stream.tick(at_s))

    def said(self) -> list[ControlPacket]:
        packets = [parse_packet(data) for data in self.stream.take_output()]
        assert all(packet.socket_id == 77 for packet in packets)
        return packets

    def asked(self) -> list[tuple[int, int]]:
        """List the runs that are asked for again, counted from the first packet."""
        return [
            (sequence_distance(first, self.first), sequence_distance(last, self.first))
            for packet in self.said()
            if packet.kind == NAK
            for first, last in parse_losses(packet.content)
        ]


def named(*numbers: int) -> list[bytes]:
    return [str(number).encode() for number in numbers]


def test_the_answer_to_a_conclusion():
    line = Line()
    line.stream.greet(0.0)
    (packet,) = line.said()
    answer = Handshake.parse(packet.content)
    assert (packet.kind, answer.kind, answer.socket_id) == (HANDSHAKE, CONCLUSION, 99)
    assert (answer.initial_sequence, answer.flags) == (1000, 1)
    assert Terms.parse(answer.extension(HS_RESPONSE)) == Terms(0x010503, 0x3F, 120, 120)
    assert answer.extension(KM_RESPONSE) is None
    line = Line(ring=KeyRing(PASSPHRASE, SALT, {}))
    line.stream.greet(0.0)
    answer = Handshake.parse(line.said()[0].content)
    assert (answer.extension(KM_RESPONSE), answer.flags) == (bytes(MATERIAL), 3)


def test_the_caller_may_ask_for_a_longer_latency():
    hello = conclusion()
    longer = (HS_REQUEST, bytes(Terms(0x010507, 0xBF, 0, 800)))
    heard = call(replace(hello, extensions=(longer, *hello.extensions[1:])))
    assert SrtStream(heard, 99, None, 0.12, 0).latency_s == 0.8


@pytest.mark.parametrize("first", [1000, SEQUENCES - 3])
def test_packets_in_order_are_handed_on_at_once(first: int):
    line = Line(first)
    assert line.send(0, 1, 2, 3, 4, 5) == named(0, 1, 2, 3, 4, 5)
    assert line.said() == []
    # Again, and from before the beginning.
    assert line.send(5, 0, -1) == []
    assert not line.stream.is_ended


@pytest.mark.parametrize("first", [1000, SEQUENCES - 4])
def test_what_is_lost_is_asked_for_again(first: int):
    line = Line(first)
    assert line.send(0, 1, 3, 7) == named(0, 1)
    assert line.asked() == [(2, 2), (4, 6)]
    # A second copy asks for nothing.
    assert line.send(7) == []
    assert line.asked() == []
    assert line.send(2) == named(2, 3)
    # Nobody answered for a while: round trip and deviation count as 100 and 50 ms.
    line.tick(0.1499)
    assert line.asked() == []


def test_it_is_asked_again_and_again():
    line = Line()
    line.stream.latency_s = 10
    line.send(0, 2)
    assert line.asked() == [(1, 1)]
    assert line.tick(0.149) == []
    assert line.asked() == []
    assert line.tick(0.151) == []
    assert line.asked() == [(1, 1)]
    assert line.tick(0.31) == []
    assert line.asked() == [(1, 1)]
    assert line.send(1) == named(1, 2)
    line.tick(1)
    assert line.asked() == []


def test_new_losses_do_not_put_off_the_old_ones():
    line = Line()
    line.stream.latency_s = 10
    line.send(0, 2)
    assert line.asked() == [(1, 1)]
    line.send(4, at_s=0.14)
    assert line.asked() == [(3, 3)]
    line.tick(0.151)
    assert line.asked() == [(1, 1), (3, 3)]


@given(st.randoms(use_true_random=False), st.integers(0, SEQUENCES - 1))
def test_whatever_the_order_all_arrives(chance: Random, first: int):
    numbers = list(range(60))
    chance.shuffle(numbers)
    line = Line(first)
    assert line.send(*numbers, *numbers) == named(*range(60))
    assert line.stream.lost_packets == 0
    assert line.tick(0.05) == []
    assert not line.stream.is_waiting


def test_what_comes_too_late_is_dropped():
    line = Line()
    assert line.send(0, 2, at_s=1.0) == named(0)
    assert line.send(3, 5, at_s=1.05) == []
    assert line.tick(1.11) == []
    assert line.tick(1.121) == named(2, 3)
    assert line.stream.lost_packets == 1
    assert line.send(1, at_s=1.13) == []
    assert line.tick(1.18) == named(5)
    assert line.stream.lost_packets == 2
    assert line.send(6, at_s=1.19) == named(6)


def test_what_the_caller_gave_up_is_not_waited_for():
    line = Line()
    assert line.send(0, 3) == named(0)
    assert line.asked() == [(1, 2)]
    given_up = (1001).to_bytes(4) + (1002).to_bytes(4)
    assert line.control(DROP_REQUEST, content=given_up) == named(3)
    assert line.stream.lost_packets == 2
    # What is long gone, what is far away, and what breaks off change nothing.
    for content in (given_up, (90_000).to_bytes(4) * 2, b"\0\0\0\1"):
        assert line.control(DROP_REQUEST, content=content) == []
    assert line.send(4) == named(4)
    # What never came at all.
    assert line.control(DROP_REQUEST, content=(1005).to_bytes(4) + (1006).to_bytes(4)) == []
    assert line.send(7) == named(7)
    assert line.asked() == []


def test_a_caller_who_gave_up_everything_on_its_way():
    line = Line()
    assert line.send(0, 2) == named(0)
    assert line.send(WINDOW + 10) == named(WINDOW + 10)
    assert line.stream.lost_packets == WINDOW + 8
    assert line.send(WINDOW + 11) == named(WINDOW + 11)


def test_acknowledgements():
    line = Line()
    line.send(0, 1)
    assert line.stream.is_waiting
    line.tick(0.009)
    assert line.said() == []
    line.tick(0.01)
    (ack,) = line.said()
    assert (ack.kind, ack.detail, len(ack.content)) == (ACK, 1, 28)
    numbers = [int.from_bytes(ack.content[at : at + 4]) for at in range(0, 28, 4)]
    assert numbers == [1002, 100_000, 50_000, WINDOW, 0, 0, 0]
    assert not line.stream.is_waiting
    # Nothing new is acknowledged once only.
    line.tick(0.5)
    assert line.said() == []
    # The round trip is learnt from the answer, and unknown answers teach nothing.
    line.control(ACKACK, detail=1, at_s=0.03)
    line.control(ACKACK, detail=1, at_s=0.9)
    line.send(2, at_s=0.6)
    line.tick(0.6)
    (ack,) = line.said()
    assert int.from_bytes(ack.content[4:8]) == 90_000
    assert int.from_bytes(ack.content[8:12]) == 57_500


def test_many_packets_at_once_are_acknowledged_in_short():
    line = Line()
    line.send(*range(64))
    assert line.said() == []
    line.send(64)
    (ack,) = line.said()
    assert (ack.kind, ack.detail, ack.content) == (ACK, 0, (1064).to_bytes(4))


def test_acknowledgements_that_nobody_answers_are_forgotten():
    line = Line()
    for number in range(100):
        line.send(number, at_s=number)
        line.tick(number + 0.02)
    assert len(line.said()) == 100
    line.control(ACKACK, detail=1, at_s=100)
    line.send(100, at_s=101)
    line.tick(101.02)
    assert int.from_bytes(line.said()[-1].content[4:8]) == 100_000


def test_silence_is_bridged_and_the_end_is_told():
    line = Line()
    line.tick(0.9)
    assert line.said() == []
    line.tick(1.0)
    line.tick(1.5)
    assert [packet.kind for packet in line.said()] == [KEEPALIVE]
    line.control(KEEPALIVE, at_s=2.0)
    assert line.stream.heard_at_s == 2.0
    line.stream.end(2.0)
    (packet,) = line.said()
    assert (packet.kind, packet.timestamp_us) == (SHUTDOWN, 2_000_000)
    line.control(SHUTDOWN)
    assert line.stream.is_ended


# --- encryption -----------------------------------------------------------------------------------


def sealed(line: Line, number: int, which: int, key: bytes, salt: bytes = SALT) -> DataPacket:
    packet = line.packet(number)
    payload = apply_key(key, salt, packet.sequence, packet.payload)
    return replace(packet, payload=payload, key=which)


def test_encrypted_packets_and_the_next_key():
    line = Line(ring=KeyRing(PASSPHRASE, SALT, {EVEN: b"k" * 16}))
    assert list(line.stream.receive(sealed(line, 0, EVEN, b"k" * 16), 0)) == named(0)
    # Not encrypted, and by a key that is not here yet.
    assert line.send(1) == []
    next_one = sealed(line, 1, ODD, b"o" * 16)
    assert list(line.stream.receive(next_one, 0)) == []
    both = bytes(KeyMaterial.wrap(PASSPHRASE, SALT, {EVEN: b"k" * 16, ODD: b"o" * 16}))
    assert line.control(USER_DEFINED, subtype=KM_REQUEST, content=both) == []
    (answer,) = line.said()
    assert (answer.kind, answer.subtype, answer.content) == (USER_DEFINED, KM_RESPONSE, both)
    assert list(line.stream.receive(next_one, 0)) == named(1)
    assert list(line.stream.receive(sealed(line, 2, EVEN, b"k" * 16), 0)) == named(2)


def test_keys_that_cannot_be_opened_change_nothing():
    line = Line(ring=KeyRing(PASSPHRASE, SALT, {EVEN: b"k" * 16}))
    wrong = bytes(KeyMaterial.wrap("another passphrase", SALT, {ODD: b"o" * 16}))
    for content in (wrong, b"", wrong[:40]):
        line.control(USER_DEFINED, subtype=KM_REQUEST, content=content)
    line.control(USER_DEFINED, subtype=KM_RESPONSE, content=wrong)
    assert line.said() == []
    assert list(line.stream.receive(sealed(line, 0, EVEN, b"k" * 16), 0)) == named(0)


def test_an_open_stream_takes_nothing_encrypted():
    line = Line()
    assert list(line.stream.receive(replace(line.packet(0), key=EVEN), 0)) == []
    line.control(USER_DEFINED, subtype=KM_REQUEST, content=bytes(MATERIAL))
    assert line.said() == []
    assert line.send(0) == named(0)
