"""SRT without I/O: the listener's handshake, and a stream put in order."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from streamverse.mediakit.ingest.srt_keys import KeyMaterial, PassphraseWrong, apply_key
from streamverse.mediakit.ingest.srt_packets import (
    ACK,
    ACKACK,
    DROP_REQUEST,
    EMPTY,
    HANDSHAKE,
    HAS_HS,
    HAS_KM,
    HS_REQUEST,
    HS_RESPONSE,
    KEEPALIVE,
    KM_REQUEST,
    KM_RESPONSE,
    MAGIC,
    MOST_LOSSES,
    NAK,
    REFUSED,
    SEQUENCES,
    SHUTDOWN,
    STREAM_ID,
    USER_DEFINED,
    VERSION,
    ControlPacket,
    DataPacket,
    Handshake,
    PacketBroken,
    Terms,
    parse_stream_id,
    sequence_after,
    sequence_distance,
    write_losses,
)

# Reasons for a refusal, as libsrt numbers them; 1000 and more are ours (access control).
ROGUE, BACKLOG, OLD_VERSION, BAD_SECRET, UNSECURE, MESSAGE_MODE = 4, 5, 8, 10, 11, 12
FORBIDDEN, NOT_FOUND, BAD_MODE, OVERLOADED = 1403, 1404, 1405, 1402
OUR_VERSION: Final = 0x010503
# Both directions timed, encryption, too-late drop, periodic NAK and the mark of what is sent again.
OUR_FLAGS: Final = 0x3F
STREAM_MODE: Final = 0x40
COOKIE_S: Final = 60
WINDOW: Final = 8192
ACK_S: Final = 0.01
LIGHT_ACK_PACKETS: Final = 64
SHORTEST_NAK_S: Final = 0.02
FIRST_RTT_S: Final = 0.1
KEEPALIVE_S: Final = 1.0
REMEMBERED_ACKS: Final = 64
WRAP_US: Final = 1 << 32


class CallRefused(Exception):
    """A caller who is turned away, with libsrt's number for the reason."""

    def __init__(self, reason: int, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Call:
    """What a caller wants, once it has shown that its address is its own."""

    handshake: Handshake
    terms: Terms
    key: str
    material: KeyMaterial | None

    @property
    def encoder(self) -> str:
        """The version of SRT that the caller says it has."""
        version = self.terms.version
        return f"SRT {version >> 16 & 0xFF}.{version >> 8 & 0xFF}.{version & 0xFF}"


class Doorkeeper:
    """Answers handshakes and keeps nothing of them: what must be known again is in a cookie."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def invite(self, hello: Handshake, address: tuple[str, int], now_s: float) -> Handshake:
        """Answer an induction (4.3.1.1)."""
        cookie = self._bake(address, int(now_s // COOKIE_S))
        return replace(hello, version=VERSION, flags=MAGIC, encryption=0, cookie=cookie)

    def hear(self, hello: Handshake, address: tuple[str, int], now_s: float) -> Call | None:
        """Read a conclusion; None for one whose cookie is not ours, which deserves no answer."""
        moment = int(now_s // COOKIE_S)
        if hello.cookie not in {self._bake(address, moment), self._bake(address, moment - 1)}:
            return None
        asked = hello.extension(HS_REQUEST)
        if hello.version != VERSION or asked is None:
            raise CallRefused(OLD_VERSION, "The caller's SRT is too old; take 1.3 or later.")
        terms = Terms.parse(asked)
        if terms.flags & STREAM_MODE:
            raise CallRefused(MESSAGE_MODE, "The caller is set to files; set it to live.")
        material = hello.extension(KM_REQUEST)
        key = _read_key(parse_stream_id(hello.extension(STREAM_ID) or b""))
        return Call(hello, terms, key, None if material is None else KeyMaterial.parse(material))

    def _bake(self, address: tuple[str, int], moment: int) -> int:
        told = f"{address[0]}|{address[1]}|{moment}".encode()
        return int.from_bytes(hmac.digest(self._secret, told, "sha256")[:4])


def _read_key(stream_id: str) -> str:
    """Find the key: the stream id itself, or the resource of SRT's access control."""
    if not stream_id.startswith("#!::"):
        return stream_id
    pairs = (pair.partition("=") for pair in stream_id[4:].split(","))
    told = {name: value for name, _, value in pairs}
    if told.get("m", "publish") != "publish":
        raise CallRefused(BAD_MODE, "Streams are only taken here, not given; set m=publish.")
    return told.get("r", "")


@dataclass(slots=True)
class KeyRing:
    """The keys of a stream, and what it takes to open those that follow."""

    passphrase: str
    salt: bytes
    keys: dict[int, bytes]

    def renew(self, content: bytes) -> bool:
        """Take the key that comes after the one in use (6.1.6)."""
        try:
            material = KeyMaterial.parse(content)
            self.keys |= material.unwrap(self.passphrase)
        except (PacketBroken, PassphraseWrong):
            return False
        self.salt = material.salt
        return True

    def open(self, packet: DataPacket) -> bytes | None:
        """Decrypt a packet; None if it is not encrypted, or by a key that is not here."""
        key = self.keys.get(packet.key)
        if key is None:
            return None
        return apply_key(key, self.salt, packet.sequence, packet.payload)


def open_keys(call: Call, passphrase: str | None) -> KeyRing | None:
    """Give the keys of a caller who has to know the passphrase, if there is one."""
    if (call.material is None) != (passphrase is None):
        told = "needs a passphrase" if call.material is None else "takes no passphrase"
        raise CallRefused(UNSECURE, f"The stream {told}.")
    if call.material is None or passphrase is None:
        return None
    try:
        return KeyRing(passphrase, call.material.salt, call.material.unwrap(passphrase))
    except PassphraseWrong:
        raise CallRefused(BAD_SECRET, "The passphrase is wrong.") from None


def refusal_of(hello: Handshake, reason: int) -> Handshake:
    """Write the answer that turns a caller away."""
    return replace(hello, version=VERSION, kind=REFUSED + reason, extensions=(), flags=0)


class SrtStream:
    """What an admitted caller sends, put in order; what is lost is asked for again.

    Packets are handed on as soon as they are in order, because media has its own times: the
    latency of SRT only bounds how long the ones behind a gap wait (4.5, 4.6).
    """

    def __init__(
        self, call: Call, socket_id: int, keys: KeyRing | None, latency_s: float, now_s: float
    ) -> None:
        self.latency_s = max(latency_s, call.terms.send_ms / 1000)
        self.lost_packets = 0
        self.is_ended = False
        self.heard_at_s = now_s
        self._call = call
        self._socket_id = socket_id
        self._keys = keys
        self._born_s = now_s
        self._output: list[bytes] = []
        self._next = call.handshake.initial_sequence
        self._highest = sequence_after(self._next, -1)
        self._held: dict[int, tuple[float, bytes]] = {}
        self._missing: dict[int, None] = {}
        self._rtt_s, self._rtt_deviation_s = FIRST_RTT_S, FIRST_RTT_S / 2
        self._acks: dict[int, float] = {}
        self._ack_number = 0
        self._acknowledged = self._next
        self._acked_at_s = self._asked_at_s = self._said_at_s = now_s

    @property
    def is_waiting(self) -> bool:
        """Whether something is to be done soon even if nothing comes."""
        return bool(self._held) or self._acknowledged != self._next

    def take_output(self) -> list[bytes]:
        """Give the datagrams that are to be sent, once."""
        output, self._output = self._output, []
        return output

    def greet(self, now_s: float) -> None:
        """Answer the conclusion, as often as the caller repeats it."""
        hello, latency_ms = self._call.handshake, round(self.latency_s * 1000)
        terms = Terms(OUR_VERSION, OUR_FLAGS, latency_ms, latency_ms)
        extensions = [(HS_RESPONSE, bytes(terms))]
        if self._call.material is not None:
            extensions.append((KM_RESPONSE, bytes(self._call.material)))
        answer = replace(
            hello,
            socket_id=self._socket_id,
            flags=HAS_HS | (HAS_KM if self._keys else 0),
            window=WINDOW,
            extensions=tuple(extensions),
        )
        self._say(HANDSHAKE, now_s, bytes(answer))

    def receive(self, packet: DataPacket | ControlPacket, now_s: float) -> Iterator[bytes]:
        """Take a packet, and go through the payloads that are in order now."""
        self.heard_at_s = now_s
        if isinstance(packet, ControlPacket):
            self._obey(packet, now_s)
        else:
            self._take(packet, now_s)
        yield from self._release()

    def tick(self, now_s: float) -> Iterator[bytes]:
        """Do what is due; go through the payloads behind a gap that took too long to fill."""
        while self._held:
            first = min(self._held, key=lambda sequence: sequence_distance(sequence, self._next))
            if now_s - self._held[first][0] < self.latency_s:
                break
            self._skip_to(first)
            yield from self._release()
        if now_s - self._acked_at_s >= ACK_S and self._acknowledged != self._next:
            self._acknowledge(now_s)
        nak_s = max((self._rtt_s + 4 * self._rtt_deviation_s) / 2, SHORTEST_NAK_S)
        if self._missing and now_s - self._asked_at_s >= nak_s:
            self._asked_at_s = now_s
            self._ask_for(list(self._missing), now_s)
        if now_s - self._said_at_s >= KEEPALIVE_S:
            self._say(KEEPALIVE, now_s)

    def end(self, now_s: float) -> None:
        """Tell the caller that it is over."""
        self._say(SHUTDOWN, now_s)

    # --- data -------------------------------------------------------------------------------------

    def _take(self, packet: DataPacket, now_s: float) -> None:
        distance = sequence_distance(packet.sequence, self._next)
        if distance < 0 or packet.sequence in self._held:
            return
        payload = self._open(packet)
        if payload is None:
            return
        if distance >= WINDOW:
            # The caller gave up what was on its way, and goes on from here.
            self._start_over(packet.sequence, distance)
        self._missing.pop(packet.sequence, None)
        self._held[packet.sequence] = (now_s, payload)
        beyond = sequence_distance(packet.sequence, self._highest)
        if beyond > 1:
            gap = [sequence_after(self._highest, count) for count in range(1, beyond)]
            if not self._missing:
                self._asked_at_s = now_s
            self._missing.update(dict.fromkeys(gap))
            self._ask_for(gap, now_s)
        if beyond > 0:
            self._highest = packet.sequence
        if sequence_distance(self._next, self._acknowledged) >= LIGHT_ACK_PACKETS:
            self._acknowledged = self._next
            self._say(ACK, now_s, self._next.to_bytes(4))

    def _release(self) -> Iterator[bytes]:
        while (held := self._held.pop(self._next, None)) is not None:
            self._next = sequence_after(self._next)
            if held[1]:
                yield held[1]

    def _open(self, packet: DataPacket) -> bytes | None:
        """Give what a packet holds, unless it is encrypted and should not be, or the other way."""
        if self._keys is not None:
            return self._keys.open(packet)
        return None if packet.key else packet.payload

    def _start_over(self, sequence: int, distance: int) -> None:
        self.lost_packets += distance - len(self._held)
        self._held.clear()
        self._missing.clear()
        self._next, self._highest = sequence, sequence_after(sequence, -1)

    def _skip_to(self, sequence: int) -> None:
        """Give up what is missing before a packet."""
        while self._next != sequence:
            self._missing.pop(self._next, None)
            self.lost_packets += 1
            self._next = sequence_after(self._next)

    # --- control ----------------------------------------------------------------------------------

    def _obey(self, packet: ControlPacket, now_s: float) -> None:
        if packet.kind == SHUTDOWN:
            self.is_ended = True
        elif packet.kind == ACKACK:
            self._measure(packet.detail, now_s)
        elif packet.kind == DROP_REQUEST and len(packet.content) >= 8:  # noqa: PLR2004 - a range
            self._drop(packet.content, now_s)
        elif packet.kind == USER_DEFINED and packet.subtype == KM_REQUEST:
            self._renew_keys(packet.content, now_s)

    def _drop(self, content: bytes, now_s: float) -> None:
        """Wait no longer for what the caller no longer has (3.2.9)."""
        first, last = (int.from_bytes(content[at : at + 4]) % SEQUENCES for at in (0, 4))
        start = max(sequence_distance(first, self._next), 0)
        stop = sequence_distance(last, self._next) + 1
        for distance in range(start, min(stop, WINDOW)):
            sequence = sequence_after(self._next, distance)
            if sequence not in self._held:
                self._missing.pop(sequence, None)
                self._held[sequence] = (now_s, b"")
                self.lost_packets += 1
            if sequence_distance(sequence, self._highest) > 0:
                self._highest = sequence

    def _renew_keys(self, content: bytes, now_s: float) -> None:
        if self._keys is not None and self._keys.renew(content):
            self._say(USER_DEFINED, now_s, content, subtype=KM_RESPONSE)

    def _measure(self, number: int, now_s: float) -> None:
        """Learn the round trip from the answer to an acknowledgement (4.10)."""
        sent_at_s = self._acks.pop(number, None)
        if sent_at_s is None:
            return
        rtt_s = now_s - sent_at_s
        self._rtt_deviation_s += (abs(rtt_s - self._rtt_s) - self._rtt_deviation_s) / 4
        self._rtt_s += (rtt_s - self._rtt_s) / 8

    def _acknowledge(self, now_s: float) -> None:
        self._ack_number += 1
        self._acks[self._ack_number] = now_s
        if len(self._acks) > REMEMBERED_ACKS:
            del self._acks[next(iter(self._acks))]
        self._acknowledged, self._acked_at_s = self._next, now_s
        numbers = (self._next, self._rtt_s * 1e6, self._rtt_deviation_s * 1e6)
        room = WINDOW - len(self._held)
        content = b"".join(int(number).to_bytes(4) for number in (*numbers, room, 0, 0, 0))
        self._say(ACK, now_s, content, detail=self._ack_number)

    def _ask_for(self, missing: list[int], now_s: float) -> None:
        runs: list[tuple[int, int]] = []
        for sequence in missing:
            if runs and sequence == sequence_after(runs[-1][1]):
                runs[-1] = (runs[-1][0], sequence)
            else:
                runs.append((sequence, sequence))
        self._say(NAK, now_s, write_losses(runs[: MOST_LOSSES // 2]))

    def _say(
        self, kind: int, now_s: float, content: bytes = EMPTY, *, subtype: int = 0, detail: int = 0
    ) -> None:
        self._said_at_s = now_s
        age_us = int((now_s - self._born_s) * 1e6) % WRAP_US
        peer = self._call.handshake.socket_id
        packet = ControlPacket(kind, content, subtype, detail, age_us, peer)
        self._output.append(bytes(packet))
