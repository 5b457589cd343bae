"""Following the media playlist of one rendition, and reading its segments; without I/O."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from streamverse.mediakit.ingest.elementary import Adts, Heard
from streamverse.mediakit.ingest.mpegts import SYNC, TsDemuxer
from streamverse.mediakit.ingest.samples import CLOCK_HZ, AudioFormat, Kind, MediaRefused, Sample
from streamverse.mediakit.pull.fragments import FragmentDemuxer
from streamverse.mediakit.pull.playlists import IV_BYTES, MediaPlaylist, Segment
from streamverse.mediakit.pull.sources import PullFailed

# RFC 8216, 6.3.3: nearer to the end, what comes next may not be there in time.
TARGETS_BEHIND: Final = 3
STALE_TARGETS: Final = 5
STALE_S: Final = 15.0
ID3, ADTS_SYNC = b"ID3", 0xFF
ID3_HEAD_BYTES: Final = 10
# Where packed sound says at which time it begins (RFC 8216, 3.4).
TIMESTAMP: Final = b"com.apple.streaming.transportStreamTimestamp\0"
# A longer step between segments is a jump that nobody announced.
LONGEST_STEP_TICKS: Final = 10 * CLOCK_HZ
USUAL_STEP_TICKS: Final = CLOCK_HZ // 30


# How often its maker has begun anew, and the number of the discontinuity.
Era = tuple[int, int]


class Following:
    """Which segments come next, and when to look again."""

    def __init__(self, now_s: float) -> None:
        # Each with the stretch whose times belong together.
        self.waiting = deque[tuple[Era, Segment]]()
        self.due_s = now_s
        self.target_s = 1.0
        self.missed = 0
        self.is_ended = False
        self._next: int | None = None
        self._restarts = 0
        self._changed_s = now_s

    def take(self, playlist: MediaPlaylist, now_s: float) -> None:
        """Take the playlist as it is now."""
        self.target_s = playlist.target_s
        if self._next is None:
            self._begin(playlist)
        fresh = self._fresh(playlist)
        self.waiting.extend(((self._restarts, one.era), one) for one in fresh)
        self.is_ended = playlist.is_ended
        if fresh:
            self._next = fresh[-1].number + 1
            self._changed_s = now_s
        elif not self.is_ended:
            self._require_change(now_s)
        # 6.3.4: after a change a whole target, else half of one.
        self.due_s = now_s + self.target_s / (1 if fresh else 2)

    def _begin(self, playlist: MediaPlaylist) -> None:
        if playlist.is_ended:
            raise PullFailed(
                "This address holds a film or a stream that is over, not one that goes on: "
                "upload it as a title, or name the address of a live stream."
            )
        self._next = _start_of(playlist.segments, TARGETS_BEHIND * playlist.target_s)

    def _fresh(self, playlist: MediaPlaylist) -> list[Segment]:
        segments, following = playlist.segments, self._next
        if not segments or following is None:
            return []
        if segments[-1].number + 1 < following:
            # Whoever makes it has begun anew.
            self._restarts += 1
            following = _start_of(segments, TARGETS_BEHIND * playlist.target_s)
        self.missed += max(0, segments[0].number - following)
        return [one for one in segments if one.number >= following]

    def _require_change(self, now_s: float) -> None:
        still_s = now_s - self._changed_s
        if still_s > max(STALE_S, STALE_TARGETS * self.target_s):
            raise PullFailed(
                f"The playlist has had nothing new for {still_s:.0f} s: "
                "look at what makes the stream."
            )


def _start_of(segments: Sequence[Segment], behind_s: float) -> int:
    """Find the last segment from which so much is left."""
    left_s = 0.0
    for segment in reversed(segments):
        left_s += segment.duration_s
        if left_s >= behind_s:
            return segment.number
    return segments[0].number if segments else 0


class SegmentReader:
    """Reads the segments of one rendition, whichever form they have."""

    def __init__(self, kinds: frozenset[Kind]) -> None:
        self._kinds = kinds
        self._era: Era | None = None
        self._transport = TsDemuxer()
        self._fragments = FragmentDemuxer()
        self._sound = Adts()
        self._head: bytes | None = None

    def read(self, era: Era, data: bytes, head: bytes | None) -> Iterator[Heard]:
        """Go through what a segment holds of the kinds that are wanted."""
        if era != self._era:
            self._era, self._transport, self._sound = era, TsDemuxer(), Adts()
            self._head = None
        for heard in self._read(data, head):
            kind: Kind
            if isinstance(heard, Sample):
                kind = heard.kind
            else:
                kind = "audio" if isinstance(heard, AudioFormat) else "video"
            if kind in self._kinds:
                yield heard

    def _read(self, data: bytes, head: bytes | None) -> Iterator[Heard]:
        if head is not None:
            if head != self._head:
                self._head = head
                yield from self._fragments.begin(head)
            yield from self._fragments.read(data)
        elif data[:1] == bytes([SYNC]):
            self._transport.begin_anew()
            yield from self._transport.feed(data)
            yield from self._transport.finish()
        elif data[:3] == ID3 or data[:1] == bytes([ADTS_SYNC]):
            yield from _read_packed(self._sound, data)
        else:
            raise MediaRefused(
                "The segments are neither MPEG-TS nor fragmented MP4: have their maker send either."
            )


def _read_packed(sound: Adts, data: bytes) -> Iterator[Heard]:
    """Read AAC behind a tag that says when it begins."""
    ticks = 0
    if data[:3] == ID3 and len(data) > ID3_HEAD_BYTES:
        size = sum(byte << shift for byte, shift in zip(data[6:10], (21, 14, 7, 0), strict=True))
        tag, data = data[: ID3_HEAD_BYTES + size], data[ID3_HEAD_BYTES + size :]
        at = tag.find(TIMESTAMP)
        if at >= 0:
            at += len(TIMESTAMP)
            ticks = int.from_bytes(tag[at : at + 8]) & (1 << 33) - 1
    yield from sound.read(data, ticks, ticks)


def open_segment(data: bytes, key: bytes, iv: bytes | None, number: int) -> bytes:
    """Open a segment that is encrypted whole (RFC 8216, 4.3.2.4)."""
    if len(key) != IV_BYTES or not data or len(data) % IV_BYTES:
        raise MediaRefused("A segment is encrypted in a way that it does not say.")
    vector = number.to_bytes(IV_BYTES) if iv is None else iv
    decryptor = Cipher(AES(key), CBC(vector)).decryptor()
    plain = decryptor.update(data) + decryptor.finalize()
    padding = plain[-1]
    if not 0 < padding <= IV_BYTES:
        raise MediaRefused("A segment is opened by another key than the playlist names.")
    return plain[:-padding]


@dataclass(frozen=True, slots=True)
class Placed:
    """What was heard, and when on the clock of all renditions it is decoded."""

    ticks: int
    heard: Heard


class Eras:
    """Puts what discontinuities have torn apart on one clock, which all renditions share."""

    def __init__(self) -> None:
        self._shifts: dict[Era, int] = {}
        self._last: dict[Kind, int] = {}
        self._end = 0

    def place(self, era: Era, heard: Sequence[Heard]) -> Iterator[Placed]:
        """Give what a segment holds its time; a format has that of what follows it."""
        waiting: list[Heard] = []
        seen: set[Kind] = set()
        for one in heard:
            if not isinstance(one, Sample):
                waiting.append(one)
                continue
            shift = self._shift(era, one, is_first=one.kind not in seen)
            seen.add(one.kind)
            decode = one.decode_ticks + shift
            moved = Sample(
                one.kind, decode, one.present_ticks + shift, one.is_keyframe, one.payload
            )
            yield from (Placed(decode, each) for each in waiting)
            waiting = []
            yield Placed(decode, moved)
            self._last[one.kind] = decode
            self._end = max(self._end, decode + USUAL_STEP_TICKS)

    def _shift(self, era: Era, sample: Sample, *, is_first: bool) -> int:
        shift = self._shifts.get(era)
        if shift is None:
            shift = self._shifts[era] = self._end - sample.decode_ticks
            self._shifts = dict(list(self._shifts.items())[-8:])
        last = self._last.get(sample.kind)
        if is_first and last is not None:
            step = sample.decode_ticks + shift - last
            if not -LONGEST_STEP_TICKS <= step <= LONGEST_STEP_TICKS:
                shift = self._shifts[era] = self._end - sample.decode_ticks
        return shift
