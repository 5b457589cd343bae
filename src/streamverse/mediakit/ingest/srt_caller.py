"""SRT without I/O: the caller's handshake, and a stream sent on to whoever has answered.

Who wants to receive instead makes an `SrtStream` of the same agreement.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from typing import Final

from streamverse.mediakit.ingest.srt import (
    BAD_MODE,
    BAD_SECRET,
    FIRST_RTT_S,
    FORBIDDEN,
    KEEPALIVE_S,
    NOT_FOUND,
    OLD_VERSION,
    OUR_FLAGS,
    OUR_VERSION,
    OVERLOADED,
    UNSECURE,
    WINDOW,
    WRAP_US,
    Call,
    CallRefused,
    KeyRing,
)
from streamverse.mediakit.ingest.srt_keys import EVEN, SALT_BYTES, KeyMaterial, apply_key
from streamverse.mediakit.ingest.srt_packets import (
    ACK,
    ACKACK,
    CONCLUSION,
    DROP_REQUEST,
    EMPTY,
    HANDSHAKE,
    HAS_CONFIG,
    HAS_HS,
    HAS_KM,
    HS_REQUEST,
    HS_RESPONSE,
    INDUCTION,
    KEEPALIVE,
    KM_REQUEST,
    KM_RESPONSE,
    MAGIC,
    NAK,
    REFUSED,
    SEQUENCES,
    SHUTDOWN,
    STREAM_ID,
    VERSION,
    ControlPacket,
    DataPacket,
    Handshake,
    Terms,
    parse_losses,
    sequence_after,
    sequence_distance,
    write_stream_id,
)

# Seven packets of a transport stream.
PAYLOAD_BYTES: Final = 1316
KEY_BYTES: Final = 16
AES_128: Final = 2
# A socket id, the first sequence number, the salt and the key.
CHANCE_BYTES: Final = 4 + 4 + SALT_BYTES + KEY_BYTES
REPEAT_S: Final = 0.25
FIRST_VERSION, DATAGRAMS = 4, 2
MESSAGES: Final = 1 << 26
# What is older is not sent again; the peer has given it up as well (4.6).
SHORTEST_KEPT_S: Final = 1.0
KEPT_BEYOND_S: Final = 0.5
# A last packet that nobody acknowledges is sent again after this time.
PROBE_S: Final = 0.3
REASONS: Final = {
    OLD_VERSION: "its SRT is too old; it needs 1.3 or later",
    BAD_SECRET: "the passphrase is wrong",
    UNSECURE: "it wants a passphrase and got none, or the other way",
    FORBIDDEN: "it does not take this stream id",
    NOT_FOUND: "it has nothing under this stream id",
    BAD_MODE: "it takes no callers of this kind; look at m= in the stream id",
    OVERLOADED: "it is too busy",
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What a caller wants of a listener."""

    stream_id: str = ""
    passphrase: str | None = None
    latency_s: float = 1.0


@dataclass(frozen=True, slots=True)
class Agreement:
    """What caller and listener have agreed on; `call` is the listener's side of it."""

    call: Call
    socket_id: int
    keys: KeyRing | None
    latency_s: float
    began_at_s: float


class SrtCaller:
    """Calls a listener, and says again what is not answered."""

    def __init__(self, wish: Wish, chance: bytes, now_s: float) -> None:
        """Begin; `chance` is `CHANCE_BYTES` random bytes."""
        self.socket_id = int.from_bytes(chance[:4]) % (SEQUENCES - 1) + 1
        self._wish = wish
        self._sequence = int.from_bytes(chance[4:8]) % SEQUENCES
        salt, key = chance[8 : 8 + SALT_BYTES], chance[8 + SALT_BYTES :]
        self._keys = self._material = None
        if wish.passphrase is not None:
            self._keys = KeyRing(wish.passphrase, salt, {EVEN: key})
            self._material = KeyMaterial.wrap(wish.passphrase, salt, {EVEN: key})
        self._began_at_s = now_s
        self._output: list[bytes] = []
        self._said: Handshake | None = None
        self._say(
            Handshake(
                INDUCTION, self._sequence, self.socket_id, version=FIRST_VERSION, flags=DATAGRAMS
            ),
            now_s,
        )

    def take_output(self) -> list[bytes]:
        """Give the datagrams that are to be sent, once."""
        output, self._output = self._output, []
        return output

    def tick(self, now_s: float) -> None:
        """Say again what was not answered."""
        if self._said is not None and now_s - self._said_at_s >= REPEAT_S:
            self._say(self._said, now_s)

    def receive(self, packet: ControlPacket, now_s: float) -> Agreement | None:
        """Take an answer; raises `CallRefused`."""
        if packet.kind != HANDSHAKE or self._said is None:
            return None
        answer = Handshake.parse(packet.content)
        if REFUSED <= answer.kind < CONCLUSION:
            reason = answer.kind - REFUSED
            told = REASONS.get(reason, f"it gives the reason {reason}")
            raise CallRefused(reason, f"The listener refuses: {told}.")
        if answer.kind == INDUCTION and self._said.kind == INDUCTION:
            self._conclude(answer, now_s)
        elif answer.kind == CONCLUSION and self._said.kind == CONCLUSION:
            return self._agree(answer)
        return None

    def _conclude(self, answer: Handshake, now_s: float) -> None:
        """Show the cookie, and say what is wanted (4.3.1.2)."""
        if answer.version != VERSION or answer.flags != MAGIC:
            raise CallRefused(OLD_VERSION, f"The listener refuses: {REASONS[OLD_VERSION]}.")
        latency_ms = round(self._wish.latency_s * 1000)
        terms = Terms(OUR_VERSION, OUR_FLAGS, latency_ms, latency_ms)
        extensions, flags = [(HS_REQUEST, bytes(terms))], HAS_HS
        if self._material is not None:
            extensions.append((KM_REQUEST, bytes(self._material)))
            flags |= HAS_KM
        if self._wish.stream_id:
            extensions.append((STREAM_ID, write_stream_id(self._wish.stream_id)))
            flags |= HAS_CONFIG
        conclusion = Handshake(
            CONCLUSION,
            self._sequence,
            self.socket_id,
            answer.cookie,
            encryption=AES_128 if self._material is not None else 0,
            flags=flags,
            extensions=tuple(extensions),
        )
        self._say(conclusion, now_s)

    def _agree(self, answer: Handshake) -> Agreement:
        told = answer.extension(HS_RESPONSE)
        if told is None:
            raise CallRefused(OLD_VERSION, f"The listener refuses: {REASONS[OLD_VERSION]}.")
        if self._material is not None:
            self._check_keys(answer.extension(KM_RESPONSE) or b"")
        self._said = None
        terms = Terms.parse(told)
        latency_s = max(self._wish.latency_s, terms.receive_ms / 1000)
        call = Call(answer, terms, self._wish.stream_id, self._material)
        return Agreement(call, self.socket_id, self._keys, latency_s, self._began_at_s)

    def _check_keys(self, response: bytes) -> None:
        """Refuse a listener that could not read the keys: it answers with a word, not with them."""
        if response != bytes(self._material or b""):
            reason = BAD_SECRET if response else UNSECURE
            raise CallRefused(reason, f"The listener refuses: {REASONS[reason]}.")

    def _say(self, hello: Handshake, now_s: float) -> None:
        self._said, self._said_at_s = hello, now_s
        age_us = int((now_s - self._began_at_s) * 1e6) % WRAP_US
        self._output.append(bytes(ControlPacket(HANDSHAKE, bytes(hello), timestamp_us=age_us)))


@dataclass(slots=True)
class _Kept:
    """A packet that may have to be sent again, and when it was sent first."""

    packet: DataPacket
    sent_at_s: float


class SrtSender:
    """What goes out to a listener: kept until it is acknowledged or too late, and sent again."""

    def __init__(self, agreement: Agreement, now_s: float) -> None:
        answer = agreement.call.handshake
        self.lost_packets = 0
        self.is_ended = False
        self.heard_at_s = now_s
        self._peer = answer.socket_id
        self._keys = agreement.keys
        self._began_at_s = agreement.began_at_s
        self._kept_s = max(agreement.latency_s, SHORTEST_KEPT_S) + KEPT_BEYOND_S
        self._window = min(answer.window or WINDOW, WINDOW)
        self._next = answer.initial_sequence
        self._message = 0
        self._kept: dict[int, _Kept] = {}
        self._output: list[bytes] = []
        self._rtt_s = FIRST_RTT_S
        self._said_at_s = self._sent_at_s = now_s

    @property
    def has_room(self) -> bool:
        """Whether the peer keeps up well enough for more."""
        return len(self._kept) < self._window // 2

    @property
    def is_waiting(self) -> bool:
        """Whether something is to be done soon even if nothing comes."""
        return bool(self._kept)

    def take_output(self) -> list[bytes]:
        """Give the datagrams that are to be sent, once."""
        output, self._output = self._output, []
        return output

    def send(self, data: bytes, now_s: float) -> None:
        """Send bytes, cut into packets."""
        for at in range(0, len(data), PAYLOAD_BYTES):
            self._send(data[at : at + PAYLOAD_BYTES], now_s)

    def receive(self, packet: DataPacket | ControlPacket, now_s: float) -> None:
        """Take what the listener says."""
        self.heard_at_s = now_s
        if not isinstance(packet, ControlPacket):
            return
        if packet.kind == ACK and len(packet.content) >= 4:  # noqa: PLR2004 - a number
            self._settle(packet, now_s)
        elif packet.kind == NAK:
            left = WINDOW
            for first, last in parse_losses(packet.content):
                left -= self._repeat(first, last, now_s, at_most=left)
        elif packet.kind == SHUTDOWN:
            self.is_ended = True

    def tick(self, now_s: float) -> None:
        """Do what is due: forget what is too late, ask after what is not acknowledged."""
        while self._kept:
            oldest = next(iter(self._kept))
            if now_s - self._kept[oldest].sent_at_s < self._kept_s:
                break
            del self._kept[oldest]
            self.lost_packets += 1
        if self._kept and now_s - self._sent_at_s >= max(PROBE_S, 2 * self._rtt_s):
            newest = next(reversed(self._kept))
            self._repeat(newest, newest, now_s, at_most=1)
        if now_s - self._said_at_s >= KEEPALIVE_S:
            self._say(KEEPALIVE, now_s)

    def end(self, now_s: float) -> None:
        """Tell the listener that it is over."""
        self._say(SHUTDOWN, now_s)

    # --- data -------------------------------------------------------------------------------------

    def _send(self, payload: bytes, now_s: float) -> None:
        which = 0
        if self._keys is not None:
            which = EVEN
            payload = apply_key(self._keys.keys[EVEN], self._keys.salt, self._next, payload)
        self._message = self._message % (MESSAGES - 1) + 1
        age_us = self._age_us(now_s)
        packet = DataPacket(self._next, payload, age_us, self._peer, which, message=self._message)
        self._kept[self._next] = _Kept(packet, now_s)
        self._next = sequence_after(self._next)
        self._sent_at_s = self._said_at_s = now_s
        self._output.append(bytes(packet))

    def _settle(self, packet: ControlPacket, now_s: float) -> None:
        """Let go of what has arrived; a full acknowledgement is acknowledged (4.10)."""
        acknowledged = int.from_bytes(packet.content[:4]) % SEQUENCES
        while self._kept:
            oldest = next(iter(self._kept))
            if sequence_distance(acknowledged, oldest) <= 0:
                break
            del self._kept[oldest]
        if packet.detail:
            self._say(ACKACK, now_s, detail=packet.detail)
        if len(packet.content) >= 8:  # noqa: PLR2004 - the round trip as well
            self._rtt_s = int.from_bytes(packet.content[4:8]) / 1e6

    def _repeat(self, first: int, last: int, now_s: float, *, at_most: int) -> int:
        """Send a run of packets again; what is no longer here is given up (3.2.9). Count them."""
        count = max(min(sequence_distance(last, first) + 1, at_most), 0)
        gone: list[int] = []
        for distance in range(count):
            sequence = sequence_after(first, distance)
            kept = self._kept.get(sequence)
            if kept is not None:
                self._output.append(bytes(replace(kept.packet, is_again=True)))
                self._sent_at_s = self._said_at_s = now_s
            elif sequence_distance(sequence, self._next) < 0:
                gone.append(sequence)
        if gone:
            self._say(DROP_REQUEST, now_s, struct.pack(">II", gone[0], gone[-1]))
        return count

    # --- control ----------------------------------------------------------------------------------

    def _say(self, kind: int, now_s: float, content: bytes = EMPTY, *, detail: int = 0) -> None:
        self._said_at_s = now_s
        packet = ControlPacket(
            kind, content, detail=detail, timestamp_us=self._age_us(now_s), socket_id=self._peer
        )
        self._output.append(bytes(packet))

    def _age_us(self, now_s: float) -> int:
        return int((now_s - self._began_at_s) * 1e6) % WRAP_US
