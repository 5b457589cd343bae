"""A stream passed on to viewers by RTP: cut into packets once, encrypted for each of them.

All viewers get packets of the same numbers, so that a packet which one of them lost is found by its
number alone. Whoever comes gets the pictures since the last keyframe at once, so close together in
time that they are not watched, but only decoded.
"""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from streamverse.mediakit import avc
from streamverse.mediakit.ingest.samples import CLOCK_HZ, AudioFormat, Sample, VideoFormat
from streamverse.mediakit.webrtc.h264 import KIND, split_nals, write_payloads
from streamverse.mediakit.webrtc.negotiation import Kind, Sources
from streamverse.mediakit.webrtc.rtcp import Bye, Description, SenderReport, ntp_of
from streamverse.mediakit.webrtc.rtp import RtpPacket
from streamverse.mediakit.webrtc.srtp import SrtpLine

OPUS_RATE_HZ: Final = 48_000
# What was sent may be asked for again: of each kind so many packets.
KEPT_PACKETS: Final = 4096
# Whoever comes in the middle of more than this waits for the next keyframe.
LARGEST_GROUP_BYTES: Final = 6 << 20
# Pictures that are only there to be decoded are so far apart.
SQUEEZED_TICKS: Final = CLOCK_HZ // 1000
# So many packets are sent at once of what was before a viewer came: lines have small buffers.
BURST_PACKETS: Final = 24
NAME: Final = "streamverse"
REORDERED: Final = (
    "The encoder sends B-frames, which browsers cannot show by WebRTC: switch them off in the "
    "encoder, or watch with low latency."
)
NOT_H264: Final = "Only H.264 is shown by WebRTC: watch with low latency."


@dataclass(slots=True)
class Tally:
    """What a viewer was sent of one source."""

    packets: int = 0
    size_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Outlet:
    """A source of a viewer: its number, and the number of its coding in their offer."""

    source: int
    payload_type: int
    tally: Tally = field(default_factory=Tally)


class Audience(Protocol):
    """Takes what is passed on."""

    outlets: dict[Kind, Outlet]

    def take(self, kind: Kind, packets: Sequence[bytes]) -> None:
        """Take packets that are written for its numbers."""
        ...

    def report(self) -> None:
        """Say which instant of pictures and of sound is now."""
        ...

    def end(self) -> None:
        """Hear that nothing more comes."""
        ...


class _Source:
    """The packets of one kind, numbered on and on."""

    def __init__(self, rate_hz: int) -> None:
        self.ssrc = secrets.randbits(31) | 1
        self.rate_hz = rate_hz
        self.kept: dict[int, RtpPacket] = {}
        self._sequence = secrets.randbits(15)
        self._offset = secrets.randbits(31)
        self._order = deque[int]()

    def timestamp_of(self, ticks: int) -> int:
        """Give a time of the stream on the source's own clock."""
        return ticks * self.rate_hz // CLOCK_HZ + self._offset & 0xFFFF_FFFF

    def write(self, payloads: Sequence[bytes], ticks: int, *, ends: bool) -> list[RtpPacket]:
        """Put payloads of one instant into packets; the last is marked where it ends a picture."""
        timestamp, last = self.timestamp_of(ticks), len(payloads) - 1
        packets: list[RtpPacket] = []
        for place, payload in enumerate(payloads):
            is_marked = ends and place == last
            packet = RtpPacket(0, self._sequence, timestamp, self.ssrc, payload, is_marked)
            packets.append(packet)
            self.kept[self._sequence] = packet
            self._order.append(self._sequence)
            self._sequence = self._sequence + 1 & 0xFFFF
        while len(self._order) > KEPT_PACKETS:
            self.kept.pop(self._order.popleft(), None)
        return packets


class Relay:
    """Passes one stream on; `wake` is told when the first viewer comes and the last one goes."""

    def __init__(self, now: Callable[[], float], wake: Callable[[bool], None]) -> None:
        self.video: VideoFormat | None = None
        self.audio: AudioFormat | None = None
        self.is_ended = False
        self._now = now
        self._wake = wake
        self._audience: set[Audience] = set()
        self._sources: dict[Kind, _Source] = {
            "video": _Source(CLOCK_HZ),
            "audio": _Source(OPUS_RATE_HZ),
        }
        self._group: list[Sample] = []
        self._group_bytes = 0
        self._group_packets: list[list[RtpPacket]] = []
        self._shown_until: int | None = None
        self._is_reordered = False
        self._anchor: tuple[float, int] | None = None
        self._sets: tuple[bytes, ...] = ()

    def __len__(self) -> int:
        return len(self._audience)

    @property
    def refusal(self) -> str | None:
        """Say why nobody can watch it by WebRTC, if so."""
        if self.video is not None and self.video.codec != "h264":
            return NOT_H264
        return REORDERED if self._is_reordered else None

    @property
    def sources(self) -> Sources:
        """Give what viewers are sent."""
        video, audio = self._sources["video"], self._sources["audio"]
        return Sources(
            video.ssrc if self.video is not None else None,
            audio.ssrc if self.audio is not None else None,
            self.video.configuration[1] if self.video is not None else 0,
            NAME,
        )

    # --- what comes in ----------------------------------------------------------------------------

    def take_format(self, media: VideoFormat | AudioFormat) -> None:
        """Take how what follows is coded."""
        if isinstance(media, AudioFormat):
            self.audio = media
            return
        self.video = media
        self._is_reordered, self._shown_until = False, None
        self._forget_group()
        if media.codec == "h264":
            self._sets = tuple(avc.parameter_sets(media.configuration))

    def take_picture(self, sample: Sample) -> None:
        """Take the next picture."""
        self._watch_order(sample)
        if self.refusal is not None:
            self._forget_group()
            return
        if sample.is_keyframe:
            self._forget_group()
        elif not self._group:
            return
        self._anchor_at(sample)
        self._group.append(sample)
        self._group_bytes += len(sample.payload)
        if self._audience:
            packets = self._write(sample)
            self._group_packets.append(packets)
            self._send("video", packets)
        if self._group_bytes > LARGEST_GROUP_BYTES:
            self._forget_group_beginning()

    def take_sound(self, sample: Sample) -> None:
        """Take the next frame of sound, in Opus."""
        self._anchor_at(sample)
        if self._audience and sample.payload:
            source = self._sources["audio"]
            self._send("audio", source.write([sample.payload], sample.present_ticks, ends=False))

    def end(self) -> None:
        """Tell everybody that it is over."""
        self.is_ended = True
        for viewer in list(self._audience):
            viewer.end()

    def _watch_order(self, sample: Sample) -> None:
        if self._shown_until is not None and sample.present_ticks <= self._shown_until:
            self._is_reordered = True
        self._shown_until = sample.present_ticks

    def _anchor_at(self, sample: Sample) -> None:
        """Tie the stream's time to the wall's, once for pictures and sound alike."""
        if self._anchor is None:
            self._anchor = (self._now(), sample.present_ticks)

    def _forget_group(self) -> None:
        self._group, self._group_packets, self._group_bytes = [], [], 0

    def _forget_group_beginning(self) -> None:
        # What is left of it shows nothing, but it says that there was a keyframe.
        self._group, self._group_packets = self._group[-1:], []

    @property
    def _is_group_whole(self) -> bool:
        return bool(self._group) and self._group[0].is_keyframe

    def _write(self, sample: Sample) -> list[RtpPacket]:
        nals = list(split_nals(sample.payload))
        if sample.is_keyframe and not any(nal[0] & KIND == avc.SEQUENCE_SET for nal in nals):
            nals = [*self._sets, *nals]
        payloads = list(write_payloads(nals))
        return self._sources["video"].write(payloads, sample.present_ticks, ends=True)

    def _send(self, kind: Kind, packets: Sequence[RtpPacket]) -> None:
        """Write packets once for each number that they go under."""
        written: dict[int, list[bytes]] = {}
        for viewer in list(self._audience):
            outlet = viewer.outlets.get(kind)
            if outlet is None:
                continue
            number = outlet.payload_type
            if number not in written:
                written[number] = [write_for(outlet, packet) for packet in packets]
            viewer.take(kind, written[number])

    # --- who watches ------------------------------------------------------------------------------

    def join(self, viewer: Audience) -> list[list[bytes]]:
        """Let somebody watch; give the pictures since the last keyframe, in packets for them."""
        if not self._audience:
            self._group_packets = (
                [self._write(one) for one in self._group] if self._is_group_whole else []
            )
            self._wake(True)  # noqa: FBT003 - somebody watches
        self._audience.add(viewer)
        outlet = viewer.outlets.get("video")
        if outlet is None or not self._group_packets or not self._is_group_whole:
            return []
        return [[write_for(outlet, one) for one in packets] for packets in self._squeezed()]

    def leave(self, viewer: Audience) -> None:
        """Let somebody go."""
        if viewer in self._audience:
            self._audience.discard(viewer)
            if not self._audience:
                self._group_packets = []
                self._wake(False)  # noqa: FBT003 - nobody watches

    def find(self, source: int, sequence: int) -> RtpPacket | None:
        """Find a packet that was sent not long ago."""
        for one in self._sources.values():
            if one.ssrc == source:
                return one.kept.get(sequence)
        return None

    def report_of(self, kind: Kind, tally: Tally) -> bytes | None:
        """Say which instant of a source is now, for somebody who was sent so much of it."""
        if self._anchor is None:
            return None
        source, (began_at, ticks) = self._sources[kind], self._anchor
        now = self._now()
        timestamp = source.timestamp_of(ticks + int((now - began_at) * CLOCK_HZ))
        report = SenderReport(source.ssrc, ntp_of(now), timestamp, tally.packets, tally.size_bytes)
        return bytes(report) + bytes(Description(source.ssrc, NAME))

    def farewell_of(self, kind: Kind) -> bytes:
        """Say that a source has ended."""
        source = self._sources[kind].ssrc
        return bytes(Description(source, NAME)) + bytes(Bye(source))

    def _squeezed(self) -> Iterator[list[RtpPacket]]:
        """Give the pictures so far, as close together as times can be."""
        pictures = [packets for packets in self._group_packets if packets]
        last = pictures[-1][0].timestamp
        for place, packets in enumerate(pictures):
            before = (len(pictures) - 1 - place) * SQUEEZED_TICKS
            yield [replace(one, timestamp=last - before & 0xFFFF_FFFF) for one in packets]


def write_for(outlet: Outlet, packet: RtpPacket) -> bytes:
    """Write a packet under the number that a viewer knows its coding by."""
    head = replace(packet, payload_type=outlet.payload_type, source=outlet.source).head()
    return head + packet.payload


class Encryptor:
    """Encrypts for one viewer; what was before they came goes out little by little, first."""

    def __init__(self, line: SrtpLine, relay: Relay, outlets: dict[Kind, Outlet]) -> None:
        self._line = line
        self._relay = relay
        self._outlets = outlets
        self._waiting = deque[bytes]()
        # Of what was rewritten for them, as it was sent.
        self._own: dict[int, bytes] = {}

    @property
    def is_catching_up(self) -> bool:
        """Tell whether something waits to be sent."""
        return bool(self._waiting)

    def begin(self, pictures: Sequence[Sequence[bytes]]) -> None:
        """Put what was before in front."""
        for packets in pictures:
            self._waiting.extend(packets)
        self._own = {int.from_bytes(packet[2:4]): packet for packet in self._waiting}

    def write(self, kind: Kind, packets: Sequence[bytes]) -> list[bytes]:
        """Encrypt packets, unless they have to wait for those before them."""
        if self._waiting and kind == "video":
            self._waiting.extend(packets)
            return []
        return self._protect(kind, packets)

    def go_on(self) -> list[bytes]:
        """Encrypt some of what waits."""
        many = min(BURST_PACKETS, len(self._waiting))
        return self._protect("video", [self._waiting.popleft() for _ in range(many)])

    def repeat(self, source: int, lost: Sequence[int]) -> list[bytes]:
        """Encrypt again what a viewer lost."""
        found: list[bytes] = []
        outlet = next((one for one in self._outlets.values() if one.source == source), None)
        for sequence in lost if outlet is not None else ():
            own = self._own.get(sequence) if outlet is self._outlets.get("video") else None
            packet = self._relay.find(source, sequence)
            if own is not None:
                found.append(self._line.protect(own))
            elif packet is not None and outlet is not None:
                found.append(self._line.protect(write_for(outlet, packet)))
        return found

    def _protect(self, kind: Kind, packets: Sequence[bytes]) -> list[bytes]:
        tally = self._outlets[kind].tally
        tally.packets += len(packets)
        tally.size_bytes += sum(map(len, packets))
        protect = self._line.protect
        return [protect(packet) for packet in packets]
