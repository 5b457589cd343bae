"""Fragmented MP4 of one track (CMAF): cut from a stream as it arrives, re-timed, written.

A stream is `ftyp moov (moof mdat)*`. `FragmentReader` turns it into one `InitSegment` and
`Fragment`s; `bytes()` of either writes it back. A fragment is moved in time with
`dataclasses.replace`, and cut anew by making another one of its samples.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from streamverse.mediakit.boxes import (
    Box,
    BoxHeader,
    StreamMalformed,
    boxes_in,
    read_header,
    write_box,
    write_full_box,
)
from streamverse.mediakit.codecs import AUDIO_ENTRIES, VIDEO_ENTRIES, name_codec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MAX_HEADER_BYTES: Final = 1 << 20
MAX_MEDIA_BYTES: Final = 64 << 20
MAX_SAMPLES: Final = 1 << 16
NON_SYNC_SAMPLE: Final = 0x1_0000

TFHD_SKIPPED: Final = ((0x01, 8), (0x02, 4))  # base-data-offset, sample-description-index
TFHD_DURATION: Final = 0x08
TFHD_SIZE: Final = 0x10
TFHD_FLAGS: Final = 0x20
TFHD_BASE_IS_MOOF: Final = 0x02_0000
TRUN_DATA_OFFSET: Final = 0x01
TRUN_FIRST_FLAGS: Final = 0x04
TRUN_DURATION: Final = 0x100
TRUN_SIZE: Final = 0x200
TRUN_FLAGS: Final = 0x400
TRUN_COMPOSITION: Final = 0x800


@dataclass(frozen=True, slots=True)
class Sample:
    """One coded picture or audio frame of a fragment."""

    duration_ticks: int
    size_bytes: int
    flags: int = 0
    composition_ticks: int = 0

    @property
    def is_keyframe(self) -> bool:
        """Whether decoding may begin here."""
        return not self.flags & NON_SYNC_SAMPLE


@dataclass(frozen=True, slots=True)
class SampleDefaults:
    """What holds for samples that do not say otherwise."""

    duration_ticks: int = 0
    size_bytes: int = 0
    flags: int = 0


@dataclass(frozen=True, slots=True)
class InitSegment:
    """The head of a track, which a player reads before any fragment.

    `edit_start_ticks` is the instant of the media that an edit list shows first: encoder
    priming, or the reordering of pictures.
    """

    payload: bytes = field(repr=False)
    track_id: int
    timescale: int
    codec: str
    width: int | None
    height: int | None
    channels: int | None
    sample_rate_hz: int | None
    edit_start_ticks: int
    defaults: SampleDefaults

    def __bytes__(self) -> bytes:
        return self.payload

    @classmethod
    def parse(cls, payload: bytes) -> InitSegment:
        """Read `ftyp` and `moov`."""
        kinds = {box.kind: box for box in boxes_in(memoryview(payload))}
        if set(kinds) != {b"ftyp", b"moov"}:
            raise StreamMalformed(
                "A track begins with the boxes 'ftyp' and 'moov' and nothing else."
            )
        moov = kinds[b"moov"]
        track, media = moov.only(b"trak"), moov.only(b"trak").only(b"mdia")
        entry = _sample_entry(media)
        is_video = entry.kind in VIDEO_ENTRIES
        width, height = entry.unpack("HH", 24) if is_video else (None, None)
        channels, rate = (None, None) if is_video else entry.unpack("H6xH", 16)
        track_id, defaults = _track_extends(moov.only(b"mvex").only(b"trex"))
        return cls(
            payload=payload,
            track_id=track_id,
            timescale=_timescale(media.only(b"mdhd")),
            codec=name_codec(entry),
            width=width,
            height=height,
            channels=channels,
            sample_rate_hz=rate,
            edit_start_ticks=_edit_start(track),
            defaults=defaults,
        )

    def with_edit_start(self, ticks: int) -> InitSegment:
        """Replace its edit list by one that begins at an instant of the media, none at 0.

        Pictures that were reordered need one: their first is decoded before it is shown.
        """
        edits = _write_edits(ticks)
        boxes = boxes_in(memoryview(self.payload))
        payload = b"".join(_write_with_edits(box, edits) for box in boxes)
        return replace(self, payload=payload, edit_start_ticks=ticks)

    def without_priming(self) -> InitSegment:
        """Drop its edit list and Opus's pre-skip, as fits sound that plays from its first frame."""
        bare = self.with_edit_start(0)
        if self.codec != "Opus":
            return bare
        payload = bytearray(bare.payload)
        moov = next(box for box in boxes_in(memoryview(payload)) if box.kind == b"moov")
        entry = _sample_entry(moov.only(b"trak").only(b"mdia"))
        (specific,) = (box for box in entry.children(28) if box.kind == b"dOps")
        specific.content[2:4] = bytes(2)
        return replace(bare, payload=bytes(payload))


@dataclass(frozen=True, slots=True)
class Fragment:
    """Samples of a track that follow one another, and when the first is decoded."""

    track_id: int
    sequence_number: int
    decode_time_ticks: int
    samples: tuple[Sample, ...]
    payload: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not self.samples:
            raise StreamMalformed("A fragment holds at least one sample.")
        size_bytes = sum(sample.size_bytes for sample in self.samples)
        if size_bytes != len(self.payload):
            raise StreamMalformed(
                f"Samples of {size_bytes} bytes do not fill {len(self.payload)} of media."
            )

    @property
    def duration_ticks(self) -> int:
        """How long the samples last together."""
        return sum(sample.duration_ticks for sample in self.samples)

    @property
    def is_keyframe(self) -> bool:
        """Whether decoding may begin with this fragment."""
        return self.samples[0].is_keyframe

    def __bytes__(self) -> bytes:
        head = write_full_box(b"mfhd", 0, 0, struct.pack(">I", self.sequence_number))
        # The data offset counts from the start of moof, whose length does not depend on it.
        moof_bytes = len(write_box(b"moof", head, self._track_fragment(0)))
        moof = write_box(b"moof", head, self._track_fragment(moof_bytes + 8))
        return moof + write_box(b"mdat", self.payload)

    def delayed(self, ticks: int) -> Fragment:
        """Show every sample later after it is decoded, which `with_edit_start` makes up for.

        x264 reorders pictures by two frames, but not in a run of one or two: this brings the
        fragments of such a run under the init segment of the others.
        """
        samples = tuple(
            replace(sample, composition_ticks=sample.composition_ticks + ticks)
            for sample in self.samples
        )
        return replace(self, samples=samples)

    def pieces(self) -> Iterator[tuple[Sample, bytes]]:
        """Go through the samples with their bytes."""
        offset = 0
        for sample in self.samples:
            yield sample, self.payload[offset : offset + sample.size_bytes]
            offset += sample.size_bytes

    def _track_fragment(self, data_offset: int) -> bytes:
        run = _write_run(self.samples, data_offset)
        return write_box(
            b"traf",
            _write_track_header(self.track_id, self.samples),
            write_full_box(b"tfdt", 1, 0, struct.pack(">Q", self.decode_time_ticks)),
            run,
        )


class FragmentReader:
    """Cuts the stream of one track into its init segment and fragments as bytes arrive.

    Boxes that carry nothing we keep (`styp`, `sidx`, `prft`, `free`) are dropped. No more than
    one fragment is held; a box that says it is larger than the limits is refused at once.
    """

    def __init__(
        self, *, max_header_bytes: int = MAX_HEADER_BYTES, max_media_bytes: int = MAX_MEDIA_BYTES
    ) -> None:
        self.init: InitSegment | None = None
        self._limits = {b"mdat": max_media_bytes}
        self._max_header_bytes = max_header_bytes
        self._buffer = bytearray()
        self._file_type: bytes | None = None
        self._fragment_head: bytes | None = None

    def feed(self, data: bytes) -> list[InitSegment | Fragment]:
        """Take the next bytes and give what they complete."""
        self._buffer += data
        cut: list[InitSegment | Fragment] = []
        while (header := self._whole_box()) is not None:
            whole = bytes(memoryview(self._buffer)[: header.size_bytes])
            del self._buffer[: header.size_bytes]
            part = self._take(header, whole)
            if part is not None:
                cut.append(part)
        return cut

    def finish(self) -> None:
        """Say that no more bytes come: a stream that breaks off within a box is an error."""
        if self._buffer or self._fragment_head is not None or self.init is None:
            raise StreamMalformed("The stream breaks off before its end.")

    def _whole_box(self) -> BoxHeader | None:
        header = read_header(self._buffer)
        if header is None:
            return None
        limit = self._limits.get(header.kind, self._max_header_bytes)
        if header.size_bytes > limit:
            name = ascii(header.kind.decode("latin-1"))
            raise StreamMalformed(
                f"A box {name} of {header.size_bytes} bytes is over the limit of {limit}."
            )
        return header if len(self._buffer) >= header.size_bytes else None

    def _take(self, header: BoxHeader, whole: bytes) -> InitSegment | Fragment | None:
        match header.kind:
            case b"ftyp":
                self._file_type = whole
            case b"moov":
                return self._take_track(whole)
            case b"moof":
                self._take_head(whole)
            case b"mdat":
                return self._take_media(header, whole)
            case _:
                pass
        return None

    def _take_track(self, whole: bytes) -> InitSegment:
        if self._file_type is None or self.init is not None:
            raise StreamMalformed("A stream holds one box 'moov', after 'ftyp'.")
        self.init = InitSegment.parse(self._file_type + whole)
        return self.init

    def _take_head(self, whole: bytes) -> None:
        if self._fragment_head is not None:
            raise StreamMalformed("A box 'moof' is followed by another instead of its media.")
        self._fragment_head = whole

    def _take_media(self, header: BoxHeader, whole: bytes) -> Fragment:
        if self.init is None or self._fragment_head is None:
            raise StreamMalformed("Media comes before the boxes that describe it.")
        head, self._fragment_head = self._fragment_head, None
        return _parse_fragment(self.init, head, header.header_bytes, whole[header.header_bytes :])


def join_fragments(fragments: Iterable[Fragment]) -> bytes:
    """Write fragments one after another: the bytes of a segment."""
    return b"".join(map(bytes, fragments))


def cut_samples(
    track_id: int, pieces: Sequence[tuple[Sample, bytes]], *, decode_time_ticks: int, number: int
) -> Fragment:
    """Make one fragment of samples taken from others, such as the audio of a segment."""
    return Fragment(
        track_id=track_id,
        sequence_number=number,
        decode_time_ticks=decode_time_ticks,
        samples=tuple(sample for sample, _ in pieces),
        payload=b"".join(payload for _, payload in pieces),
    )


def _sample_entry(media: Box) -> Box:
    table = media.only(b"minf").only(b"stbl")
    entries = list(table.only(b"stsd").children(8))
    if len(entries) != 1 or entries[0].kind not in VIDEO_ENTRIES | AUDIO_ENTRIES:
        names = ", ".join(ascii(entry.name) for entry in entries) or "nothing"
        raise StreamMalformed(
            f"A track holds one coding throughout that we know; this one holds {names}."
        )
    return entries[0]


def _timescale(header: Box) -> int:
    (version,) = header.unpack("B")
    (timescale,) = header.unpack("I", 20 if version == 1 else 12)
    if timescale == 0:
        raise StreamMalformed("The track counts no ticks in a second.")
    return timescale


def _edit_start(track: Box) -> int:
    edits = track.find(b"edts")
    if edits is None:
        return 0
    entries = edits.only(b"elst")
    version, count = entries.unpack("B3xI")
    (start,) = entries.unpack("q", 16) if version == 1 else entries.unpack("i", 12)
    if count != 1 or start < 0:
        raise StreamMalformed("The edit list of the track does more than to skip its beginning.")
    return start


def _write_edits(start_ticks: int) -> bytes:
    if start_ticks == 0:
        return b""
    # One entry, which lasts to the end, at normal speed.
    entry = struct.pack(">IIiI", 1, 0, start_ticks, 0x1_0000)
    return write_box(b"edts", write_full_box(b"elst", 0, 0, entry))


def _write_with_edits(box: Box, edits: bytes) -> bytes:
    if box.kind == b"edts":
        return b""
    if box.kind in {b"moov", b"trak"}:
        inside = (_write_with_edits(child, edits) for child in box.children())
        return write_box(box.kind, *inside)
    written = write_box(box.kind, bytes(box.content))
    return edits + written if box.kind == b"mdia" else written


def _track_extends(extends: Box) -> tuple[int, SampleDefaults]:
    track_id, _, duration, size, flags = extends.unpack("5I", 4)
    return track_id, SampleDefaults(duration, size, flags)


def _parse_fragment(
    init: InitSegment, head: bytes, media_header_bytes: int, payload: bytes
) -> Fragment:
    (moof,) = boxes_in(memoryview(head))
    (sequence_number,) = moof.only(b"mfhd").unpack("I", 4)
    track = moof.only(b"traf")
    unknown = {box.kind for box in track.children()} - {b"tfhd", b"tfdt", b"trun", b"free"}
    if unknown:
        # To write the fragment again would lose them, and some (`senc`) are needed to play it.
        names = ", ".join(sorted(ascii(kind.decode("latin-1")) for kind in unknown))
        raise StreamMalformed(f"The fragment holds boxes that would be lost: {names}.")
    track_id, defaults = _parse_track_header(track.only(b"tfhd"), init.defaults)
    if track_id != init.track_id:
        raise StreamMalformed(f"A fragment belongs to track {track_id}, not {init.track_id}.")
    samples: list[Sample] = []
    offset = len(head) + media_header_bytes
    for run in (box for box in track.children() if box.kind == b"trun"):
        added = _parse_run(run, defaults, offset)
        samples += added
        offset += sum(sample.size_bytes for sample in added)
    return Fragment(
        track_id=track_id,
        sequence_number=sequence_number,
        decode_time_ticks=_decode_time(track.only(b"tfdt")),
        samples=tuple(samples),
        payload=payload,
    )


def _decode_time(box: Box) -> int:
    (version,) = box.unpack("B")
    (ticks,) = box.unpack("Q" if version == 1 else "I", 4)
    return ticks


def _parse_track_header(box: Box, defaults: SampleDefaults) -> tuple[int, SampleDefaults]:
    flags, track_id = box.unpack("II")
    offset = 8 + sum(size for flag, size in TFHD_SKIPPED if flags & flag)
    found: list[int] = []
    for flag, default in (
        (TFHD_DURATION, defaults.duration_ticks),
        (TFHD_SIZE, defaults.size_bytes),
        (TFHD_FLAGS, defaults.flags),
    ):
        if flags & flag:
            (value,) = box.unpack("I", offset)
            offset += 4
        else:
            value = default
        found.append(value)
    return track_id, SampleDefaults(*found)


def _parse_run(box: Box, defaults: SampleDefaults, data_offset: int) -> list[Sample]:
    flags, count = box.unpack("II")
    position = 8
    if count > MAX_SAMPLES:
        raise StreamMalformed(f"A fragment of {count} samples is over the limit of {MAX_SAMPLES}.")
    if flags & TRUN_DATA_OFFSET:
        (stated,) = box.unpack("i", position)
        position += 4
        if stated != data_offset:
            raise StreamMalformed(
                "The samples of a fragment do not follow one another in its media."
            )
    first_flags = None
    if flags & TRUN_FIRST_FLAGS:
        (first_flags,) = box.unpack("I", position)
        position += 4
    row = _row_layout(flags, version=flags >> 24)
    row_bytes = struct.calcsize(f">{row}")
    samples = [
        _parse_sample(flags, box.unpack(row, position + index * row_bytes), defaults)
        for index in range(count)
    ]
    if samples and first_flags is not None:
        samples[0] = replace(samples[0], flags=first_flags)
    return samples


def _row_layout(flags: int, version: int) -> str:
    layout = "I" * (flags & (TRUN_DURATION | TRUN_SIZE | TRUN_FLAGS)).bit_count()
    if flags & TRUN_COMPOSITION:
        layout += "I" if version == 0 else "i"
    return layout


def _parse_sample(flags: int, row: tuple[int, ...], defaults: SampleDefaults) -> Sample:
    columns = iter(row)
    return Sample(
        next(columns) if flags & TRUN_DURATION else defaults.duration_ticks,
        next(columns) if flags & TRUN_SIZE else defaults.size_bytes,
        next(columns) if flags & TRUN_FLAGS else defaults.flags,
        next(columns) if flags & TRUN_COMPOSITION else 0,
    )


def _write_track_header(track_id: int, samples: Sequence[Sample]) -> bytes:
    """Write what most samples share; `_write_run` writes the rest."""
    flags, values = TFHD_BASE_IS_MOOF, [track_id]
    if _varying(samples) & TRUN_DURATION == 0:
        flags |= TFHD_DURATION
        values.append(samples[0].duration_ticks)
    if _varying(samples) & TRUN_FLAGS == 0:
        flags |= TFHD_FLAGS
        values.append(samples[-1].flags)
    return write_full_box(b"tfhd", 0, flags, struct.pack(f">{len(values)}I", *values))


def _write_run(samples: Sequence[Sample], data_offset: int) -> bytes:
    columns = _varying(samples)
    flags = TRUN_DATA_OFFSET | columns
    head = struct.pack(">Ii", len(samples), data_offset)
    if not columns & TRUN_FLAGS and samples[0].flags != samples[-1].flags:
        flags |= TRUN_FIRST_FLAGS
        head += struct.pack(">I", samples[0].flags)
    layout = struct.Struct(f">{_row_layout(columns, version=1)}")
    rows = (layout.pack(*_row(sample, columns)) for sample in samples)
    return write_full_box(b"trun", 1, flags, head, *rows)


def _varying(samples: Sequence[Sample]) -> int:
    """Say as `trun` flags which columns need a value for every sample."""
    columns = TRUN_SIZE
    if len({sample.duration_ticks for sample in samples}) > 1:
        columns |= TRUN_DURATION
    if len({sample.flags for sample in samples[1:]}) > 1:
        columns |= TRUN_FLAGS
    if any(sample.composition_ticks for sample in samples):
        columns |= TRUN_COMPOSITION
    return columns


def _row(sample: Sample, columns: int) -> Iterator[int]:
    if columns & TRUN_DURATION:
        yield sample.duration_ticks
    yield sample.size_bytes
    if columns & TRUN_FLAGS:
        yield sample.flags
    if columns & TRUN_COMPOSITION:
        yield sample.composition_ticks
