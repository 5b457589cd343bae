"""Fragmented MP4 of any tracks (ISO/IEC 14496-12), read into formats and samples."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from streamverse.mediakit.boxes import Box, StreamMalformed, boxes_in, read_header
from streamverse.mediakit.cmaf import NON_SYNC_SAMPLE, SampleDefaults
from streamverse.mediakit.ingest.formats import (
    OPUS_RATE_HZ,
    aac_format,
    av1_format,
    avc_format,
    hevc_format,
    read_nals,
)
from streamverse.mediakit.ingest.samples import (
    CLOCK_HZ,
    AudioFormat,
    MediaRefused,
    Sample,
    VideoFormat,
)

VIDEO_ENTRIES: Final = {b"avc1", b"avc3", b"hvc1", b"hev1", b"av01"}
VIDEO_HEAD_BYTES, AUDIO_HEAD_BYTES = 78, 28
MOST_SAMPLES: Final = 1 << 16
ES, DECODER, SPECIFIC = 3, 4, 5
ES_BYTES, DECODER_BYTES = 3, 13
# Which optional fields stand in tfhd, by their flags, in their order.
HEADER_FIELDS: Final = ((0x01, "Q"), (0x02, "I"), (0x08, "I"), (0x10, "I"), (0x20, "I"))
HAS_OFFSET, HAS_FIRST_FLAGS = 0x01, 0x04
HAS_DURATION, HAS_SIZE, HAS_FLAGS, HAS_COMPOSITION = 0x100, 0x200, 0x400, 0x800
BASE_OFFSET: Final = 0x01

Heard = VideoFormat | AudioFormat | Sample


@dataclass(slots=True)
class _Track:
    media: VideoFormat | AudioFormat
    timescale: int
    edit_start: int
    length_bytes: int
    defaults: SampleDefaults

    def ticks(self, place: int) -> int:
        return (place - self.edit_start) * CLOCK_HZ // self.timescale

    def sample(self, decode: int, shown: int, flags: int, payload: bytes) -> Sample:
        media, at = self.media, (self.ticks(decode), self.ticks(shown))
        if isinstance(media, AudioFormat):
            return Sample("audio", *at, is_keyframe=True, payload=payload)
        is_alone = not flags & NON_SYNC_SAMPLE
        if media.codec != "av1":
            payload, is_alone = read_nals(media.codec, payload, self.length_bytes)
        return Sample("video", *at, is_keyframe=is_alone, payload=payload)


@dataclass(frozen=True, slots=True)
class _Row:
    duration: int
    size: int
    flags: int
    composition: int


class FragmentDemuxer:
    """Reads the head once, then segment after segment; the first picture and sound of it."""

    def __init__(self) -> None:
        self._tracks: dict[int, _Track] = {}
        self._next: dict[int, int] = {}

    def begin(self, head: bytes) -> Iterator[Heard]:
        """Take a head, and give how what follows is coded."""
        try:
            self._tracks = dict(_tracks_of(memoryview(head)))
        except (StreamMalformed, struct.error, IndexError) as broken:
            raise MediaRefused(f"The head of the segments is broken: {broken}") from broken
        for track in self._tracks.values():
            yield track.media

    def read(self, segment: bytes) -> Iterator[Heard]:
        """Go through the samples of a whole segment, track by track."""
        data, position = memoryview(segment), 0
        try:
            while (header := read_header(data, position)) is not None:
                start, position = position, position + header.size_bytes
                if header.kind == b"moof":
                    (movie,) = boxes_in(data[start:position])
                    for track in (one for one in movie.children() if one.kind == b"traf"):
                        yield from self._read_track(track, data, start)
        except (StreamMalformed, struct.error, IndexError) as broken:
            raise MediaRefused(f"A segment is broken: {broken}") from broken

    def _read_track(self, fragment: Box, data: memoryview, start: int) -> Iterator[Sample]:
        track_id, base, defaults = self._header(fragment.only(b"tfhd"), start)
        track = self._tracks.get(track_id)
        if track is None:
            return
        if fragment.find(b"senc") is not None:
            raise MediaRefused("The segments are encrypted: have their maker send them plain.")
        time_box = fragment.find(b"tfdt")
        decode = self._next.get(track_id, 0) if time_box is None else _decode_time(time_box)
        place = base
        for run in (one for one in fragment.children() if one.kind == b"trun"):
            offset, rows = _rows(run, defaults)
            place = place if offset is None else base + offset
            for row in rows:
                if place + row.size > len(data):
                    raise StreamMalformed("Its samples lie outside of it.")
                payload = bytes(data[place : place + row.size])
                place += row.size
                yield track.sample(decode, decode + row.composition, row.flags, payload)
                decode += row.duration
        self._next[track_id] = decode

    def _header(self, box: Box, start: int) -> tuple[int, int, SampleDefaults]:
        flags, track_id = box.unpack("II")
        position, found = 8, dict[int, int]()
        for flag, layout in HEADER_FIELDS:
            if flags & flag:
                (found[flag],) = box.unpack(layout, position)
                position += struct.calcsize(f">{layout}")
        track = self._tracks.get(track_id)
        usual = track.defaults if track is not None else SampleDefaults()
        defaults = SampleDefaults(
            found.get(0x08, usual.duration_ticks),
            found.get(0x10, usual.size_bytes),
            found.get(0x20, usual.flags),
        )
        return track_id, found.get(BASE_OFFSET, start), defaults


def _rows(run: Box, defaults: SampleDefaults) -> tuple[int | None, list[_Row]]:
    flags, count = run.unpack("II")
    position, offset, first = 8, None, None
    if count > MOST_SAMPLES:
        raise StreamMalformed(f"It says that it has {count} samples.")
    if flags & HAS_OFFSET:
        (offset,) = run.unpack("i", position)
        position += 4
    if flags & HAS_FIRST_FLAGS:
        (first,) = run.unpack("I", position)
        position += 4
    fields = (HAS_DURATION, HAS_SIZE, HAS_FLAGS, HAS_COMPOSITION)
    there = [one for one in fields if flags & one]
    layout = struct.Struct(">" + "".join("i" if one == HAS_COMPOSITION else "I" for one in there))
    stop = position + layout.size * count
    if stop > len(run.content):
        raise StreamMalformed("It says that it has more samples than it has.")
    rows: list[_Row] = []
    for number in range(count):
        said = dict(zip(there, layout.unpack_from(run.content, position), strict=True))
        position += layout.size
        usual = first if number == 0 and first is not None else defaults.flags
        rows.append(
            _Row(
                said.get(HAS_DURATION, defaults.duration_ticks),
                said.get(HAS_SIZE, defaults.size_bytes),
                said.get(HAS_FLAGS, usual),
                said.get(HAS_COMPOSITION, 0),
            )
        )
    return offset, rows


def _decode_time(box: Box) -> int:
    (version,) = box.unpack("B")
    (ticks,) = box.unpack("Q" if version == 1 else "I", 4)
    return ticks


# --- heads ----------------------------------------------------------------------------------------


def _tracks_of(head: memoryview) -> Iterator[tuple[int, _Track]]:
    """Go through the first picture and the first sound of a head that we take."""
    movie = next((box for box in boxes_in(head) if box.kind == b"moov"), None)
    if movie is None:
        raise StreamMalformed("It has no box 'moov'.")
    extends = {
        one.unpack("I", 4)[0]: one for one in movie.only(b"mvex").children() if _is_trex(one)
    }
    seen: set[type] = set()
    for box in (one for one in movie.children() if one.kind == b"trak"):
        track_id = _track_id(box)
        found = _media_of(box.only(b"mdia"))
        if found is None or type(found[0]) in seen:
            continue
        seen.add(type(found[0]))
        defaults = SampleDefaults()
        if track_id in extends:
            defaults = SampleDefaults(*extends[track_id].unpack("3I", 12))
        timescale = _timescale(box.only(b"mdia").only(b"mdhd"))
        yield track_id, _Track(found[0], timescale, _edit_start(box), found[1], defaults)
    if not seen:
        raise MediaRefused("The segments have neither pictures nor sound that we take.")


def _is_trex(box: Box) -> bool:
    return box.kind == b"trex"


def _track_id(track: Box) -> int:
    header = track.only(b"tkhd")
    (version,) = header.unpack("B")
    return header.unpack("I", 20 if version == 1 else 12)[0]


def _timescale(header: Box) -> int:
    (version,) = header.unpack("B")
    (timescale,) = header.unpack("I", 20 if version == 1 else 12)
    if timescale == 0:
        raise StreamMalformed("A track counts no ticks in a second.")
    return timescale


def _edit_start(track: Box) -> int:
    """Give the instant that is shown first, for edits that do no more than skip."""
    edits = track.find(b"edts")
    entries = edits.find(b"elst") if edits is not None else None
    if entries is None:
        return 0
    version, count = entries.unpack("B3xI")
    if count != 1:
        return 0
    (start,) = entries.unpack("q", 16) if version == 1 else entries.unpack("i", 12)
    return max(0, start)


def _media_of(media: Box) -> tuple[VideoFormat | AudioFormat, int] | None:
    """Read how a track is coded, and how long its lengths are; None for neither of both kinds."""
    (kind,) = media.only(b"hdlr").unpack("I", 8)
    if kind not in {int.from_bytes(b"vide"), int.from_bytes(b"soun")}:
        return None
    table = media.only(b"minf").only(b"stbl").only(b"stsd")
    entry = next(table.children(8))
    if entry.kind in {b"encv", b"enca"}:
        raise MediaRefused("The segments are encrypted: have their maker send them plain.")
    if entry.kind in VIDEO_ENTRIES:
        return _video(entry)
    inside = {box.kind: box for box in entry.children(AUDIO_HEAD_BYTES)}
    if entry.kind == b"mp4a" and b"esds" in inside:
        return aac_format(_specific(bytes(inside[b"esds"].content[4:]))), 0
    if entry.kind == b"Opus" and b"dOps" in inside:
        content = bytes(inside[b"dOps"].content)
        return AudioFormat("opus", content, OPUS_RATE_HZ, content[1]), 0
    raise MediaRefused(f"Segments in {entry.name!a} are not taken: have H.264 and AAC sent.")


def _video(entry: Box) -> tuple[VideoFormat, int]:
    inside = {box.kind: bytes(box.content) for box in entry.children(VIDEO_HEAD_BYTES)}
    if b"avcC" in inside:
        return avc_format(inside[b"avcC"]), (inside[b"avcC"][4] & 3) + 1
    if b"hvcC" in inside:
        return hevc_format(inside[b"hvcC"]), (inside[b"hvcC"][21] & 3) + 1
    if b"av1C" in inside:
        return av1_format(inside[b"av1C"]), 0
    raise StreamMalformed(f"The entry {entry.name!a} does not say how pictures are coded.")


def _specific(data: bytes) -> bytes:
    """Find the AudioSpecificConfig within descriptors (ISO/IEC 14496-1, 7.2.6)."""
    position = 0
    while position < len(data):
        tag, position = data[position], position + 1
        size = 0
        while True:
            byte, position = data[position], position + 1
            size = size << 7 | byte & 0x7F
            if not byte & 0x80:
                break
        if tag == SPECIFIC:
            return data[position : position + size]
        # The others are gone into, except for what no sound here has.
        position += {ES: ES_BYTES, DECODER: DECODER_BYTES}.get(tag, size)
    raise StreamMalformed("The sound does not say how it is coded.")
