"""What a publisher sends by RTP, read into formats and samples, and what it is told in return."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from streamverse.mediakit import avc
from streamverse.mediakit.ingest.formats import avc_format_of, join_nals
from streamverse.mediakit.ingest.samples import CLOCK_HZ, AudioFormat, Sample, VideoFormat
from streamverse.mediakit.webrtc.arrivals import Arrivals
from streamverse.mediakit.webrtc.clocks import SourceClock
from streamverse.mediakit.webrtc.h264 import DELIMITER, FILLER, KIND, PictureReader
from streamverse.mediakit.webrtc.reordering import Reordering
from streamverse.mediakit.webrtc.rtcp import (
    Bye,
    KeyframeRequest,
    Nack,
    ReceiverReport,
    Reception,
    SenderReport,
    parse_compound,
)
from streamverse.mediakit.webrtc.rtp import RtpPacket

if TYPE_CHECKING:
    from streamverse.mediakit.webrtc.negotiation import Agreement, Kind, Track

Heard = VideoFormat | AudioFormat | Sample

OPUS_RATE_HZ: Final = 48_000
OPUS_SKIP: Final = 312
OPUS: Final = AudioFormat("opus", struct.pack(">BBHIhB", 0, 2, OPUS_SKIP, 48_000, 0, 0), 48_000, 2)
# Pictures wait longer for what was lost than sound, which is not asked for again.
PATIENCE_S: Final[dict[Kind, float]] = {"video": 0.3, "audio": 0.1}
KEYFRAME_EVERY_S: Final = 2.0
# Sound that comes before the first picture is not wanted, unless there will be none.
LONGEST_ALONE_S: Final = 5.0
ASK_AGAIN_S: Final = 0.5
REPORT_EVERY_S: Final = 1.0


class _Source:
    """One medium of the publisher: its packets in order, and its clock."""

    def __init__(self, track: Track) -> None:
        self.track = track
        self.ssrc: int | None = None
        self.order = Reordering(PATIENCE_S[track.kind])
        self.clock = SourceClock(CLOCK_HZ if track.kind == "video" else OPUS_RATE_HZ)
        self.report: tuple[int, float] | None = None


class Incoming:
    """The media of one publisher."""

    def __init__(self, agreement: Agreement, our_ssrc: int) -> None:
        self._ours = our_ssrc
        self._sources = {track.coding.payload_type: _Source(track) for track in agreement.tracks}
        self._by_ssrc: dict[int, _Source] = {}
        self._arrivals = Arrivals()
        self._counts_arrivals = any(
            "transport-cc" in track.coding.feedback for track in agreement.tracks
        )
        self._pictures = PictureReader()
        self._format: VideoFormat | None = None
        self._sets: tuple[bytes, bytes] | None = None
        self._has_sound_format = False
        self._alone_since_s: float | None = None
        self._needs_keyframe = True
        self._keyframe_s = self._asked_s = self._reported_s = float("-inf")

    # --- media ------------------------------------------------------------------------------------

    def receive(self, data: bytes, now_s: float) -> Iterator[Heard]:
        """Take a packet, and give what is whole with it."""
        packet = RtpPacket.parse(data)
        source = self._sources.get(packet.payload_type)
        if source is None:
            return
        if source.ssrc != packet.source:
            source.ssrc = packet.source
            self._by_ssrc[packet.source] = source
        said = packet.find(source.track.arrivals_extension)
        if said is not None and len(said) == 2:  # noqa: PLR2004
            self._arrivals.note(int.from_bytes(said), now_s)
        yield from self._read(source, source.order.receive(packet, now_s), now_s)

    def _read(
        self, source: _Source, packets: Iterator[RtpPacket | None], now_s: float
    ) -> Iterator[Heard]:
        for packet in packets:
            if source.track.kind == "audio":
                if packet is not None and packet.payload:
                    yield from self._read_sound(source, packet, now_s)
            elif packet is None:
                self._pictures.lose()
                self._needs_keyframe = True
            else:
                for timestamp, nals in self._pictures.read(packet):
                    yield from self._read_picture(source, timestamp, nals, now_s)

    def _read_sound(self, source: _Source, packet: RtpPacket, now_s: float) -> Iterator[Heard]:
        if not self._has_sound_format:
            if self._alone_since_s is None:
                self._alone_since_s = now_s
            if self._format is None and now_s - self._alone_since_s < LONGEST_ALONE_S:
                return
            self._has_sound_format = True
            yield OPUS
        ticks = source.clock.place(packet.timestamp, now_s)
        yield Sample("audio", ticks, ticks, is_keyframe=True, payload=packet.payload)

    def _read_picture(
        self, source: _Source, timestamp: int, nals: list[bytes], now_s: float
    ) -> Iterator[Heard]:
        ticks = source.clock.place(timestamp, now_s)
        is_keyframe = any(nal[0] & KIND == avc.IDR_SLICE for nal in nals)
        if is_keyframe:
            yield from self._renew(nals)
            self._needs_keyframe = self._format is None
            self._keyframe_s = now_s
        if self._needs_keyframe:
            return
        beside = {avc.SEQUENCE_SET, avc.PICTURE_SET, DELIMITER, FILLER}
        payload = join_nals(nal for nal in nals if nal[0] & KIND not in beside)
        if payload:
            yield Sample("video", ticks, ticks, is_keyframe=is_keyframe, payload=payload)

    def _renew(self, nals: list[bytes]) -> Iterator[VideoFormat | AudioFormat]:
        """Give how pictures are coded, if it is another way than before."""
        sequence = next((nal for nal in nals if nal[0] & KIND == avc.SEQUENCE_SET), None)
        picture = next((nal for nal in nals if nal[0] & KIND == avc.PICTURE_SET), None)
        if sequence is None or picture is None or self._sets == (sequence, picture):
            return
        self._sets = (sequence, picture)
        is_first = self._format is None
        self._format = avc_format_of([sequence], [picture])
        yield self._format
        if is_first and self._alone_since_s is not None and not self._has_sound_format:
            # Both are known at once, so that both are there from the beginning.
            self._has_sound_format = True
            yield OPUS

    # --- reports ----------------------------------------------------------------------------------

    def receive_reports(self, data: bytes, now_s: float) -> bool:
        """Take what the publisher reports, and tell whether it says farewell."""
        is_over = False
        for said in parse_compound(data):
            if isinstance(said, Bye):
                is_over = is_over or said.source in self._by_ssrc
            elif isinstance(said, SenderReport) and said.source in self._by_ssrc:
                self._align(self._by_ssrc[said.source], said, now_s)
        return is_over

    def _align(self, source: _Source, said: SenderReport, now_s: float) -> None:
        source.report = (said.ntp >> 16 & 0xFFFF_FFFF, now_s)
        clocks: dict[str, SourceClock] = {
            one.track.kind: one.clock for one in self._sources.values()
        }
        source.clock.take_report(said, clocks)

    def tick(self, now_s: float) -> Iterator[Heard]:
        """Give what has waited long enough."""
        for source in self._sources.values():
            yield from self._read(source, source.order.release(now_s), now_s)

    def take_reports(self, now_s: float) -> Iterator[bytes]:
        """Give what the publisher should know now."""
        known = [source for source in self._sources.values() if source.ssrc is not None]
        if not known:
            return
        if now_s - self._reported_s >= REPORT_EVERY_S:
            self._reported_s = now_s
            yield bytes(ReceiverReport(self._ours, tuple(_describe(one, now_s) for one in known)))
        for source in known:
            if source.ssrc is not None and source.track.kind == "video":
                yield from self._ask(source, source.ssrc, now_s)
        if self._counts_arrivals:
            told = self._arrivals.report(self._ours, known[0].ssrc or 0)
            if told is not None:
                yield told

    def _ask(self, source: _Source, ssrc: int, now_s: float) -> Iterator[bytes]:
        """Ask for what is missing, and for a keyframe when it is time for one."""
        lost = source.order.take_missing(now_s)
        if lost and "nack" in source.track.coding.feedback:
            yield bytes(Nack(self._ours, ssrc, lost))
        is_time = self._needs_keyframe or now_s - self._keyframe_s >= KEYFRAME_EVERY_S
        if is_time and now_s - self._asked_s >= ASK_AGAIN_S:
            self._asked_s = now_s
            yield bytes(KeyframeRequest(self._ours, ssrc))


def _describe(source: _Source, now_s: float) -> Reception:
    found = source.order.describe(source.ssrc or 0)
    if source.report is None:
        return found
    ntp, at_s = source.report
    return replace(found, last_report=ntp, delay=int((now_s - at_s) * 65536))
