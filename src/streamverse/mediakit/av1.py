"""Where the tiles of AV1 pictures lie in a sample (AV1 Bitstream & Decoding Process, section 5).

The headers of AV1 depend on the pictures before them, so that a reader sees the samples of a
segment in order. A segment begins with a key frame, which forgets what was before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from streamverse.mediakit.av1_sequence import Av1Sequence, read_sequence
from streamverse.mediakit.bits import BitReader
from streamverse.mediakit.boxes import Box, StreamMalformed

SEQUENCE_HEADER, FRAME_HEADER, TILE_GROUP, FRAME, REDUNDANT_HEADER = 1, 3, 4, 6, 7
KEY, INTER, INTRA_ONLY, SWITCH = range(4)
LONGEST_LEB128: Final = 8
NO_PRIMARY: Final = 7
REFERENCES: Final = 7
SLOTS: Final = 8
ALL_SLOTS: Final = 0xFF
SEGMENTS: Final = 8
FEATURE_BITS: Final = (9, 7, 7, 7, 7, 3, 0, 0)
SIGNED_FEATURES: Final = 5
IDENTITY, TRANSLATION, ROTATION_ZOOM, AFFINE = range(4)
UNMOVED: Final = (0, 0, 1 << 16, 0, 0, 1 << 16)
WIDEST_TILE: Final = 4096
LARGEST_TILE: Final = 4096 * 2304
MOST_TILE_COLUMNS: Final = 64

_Motion = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Size:
    """`upscaled` is the width that is shown, `width` the one that is coded."""

    upscaled: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class _Slot:
    """What is kept of a picture for those that refer to it."""

    kind: int
    order: int
    size: _Size
    motions: tuple[_Motion, ...]
    segment_quantizers: tuple[int | None, ...]


@dataclass(slots=True)
class _Frame:
    """The fields of a frame header that later fields, tiles or pictures depend on."""

    kind: int
    is_shown: bool = True
    is_showable: bool = False
    is_resilient: bool = True
    allows_screen_tools: bool = False
    has_whole_vectors: bool = False
    has_fine_vectors: bool = False
    has_size_override: bool = False
    copies_within: bool = False
    order: int = 0
    primary: int = NO_PRIMARY
    refreshed: int = ALL_SLOTS
    references: tuple[int, ...] = ()
    size: _Size = _Size(0, 0, 0)
    tile_columns: int = 1
    tile_rows: int = 1
    tile_bits: int = 0
    tile_size_bytes: int = 1
    base_quantizer: int = 0
    has_quantizer_deltas: bool = False
    segment_quantizers: tuple[int | None, ...] = (None,) * SEGMENTS
    is_lossless: bool = False
    selects_references: bool = False
    motions: tuple[_Motion, ...] = (UNMOVED,) * REFERENCES

    @property
    def is_intra(self) -> bool:
        return self.kind in {KEY, INTRA_ONLY}


class Av1Headers:
    """Follows the headers of a track from its first sample, or from a key frame on."""

    def __init__(self, configuration: Box) -> None:
        self._sequence: Av1Sequence | None = None
        self._slots: list[_Slot | None] = [None] * SLOTS
        self._frame: _Frame | None = None
        for _ in self.coded_ranges(memoryview(configuration.content)[4:]):
            raise StreamMalformed("The box 'av1C' holds pictures.")

    def coded_ranges(self, sample: memoryview) -> Iterator[range]:
        """Go through the places of the tiles in a sample."""
        for kind, extension, start, stop in units_in(sample):
            payload = sample[start:stop]
            if kind == SEQUENCE_HEADER:
                self._sequence = read_sequence(BitReader(bytes(payload)))
            elif kind in {FRAME_HEADER, REDUNDANT_HEADER}:
                if self._frame is None:
                    self._read_frame(BitReader(bytes(payload)), extension)
            elif kind == FRAME:
                reader = BitReader(bytes(payload))
                self._read_frame(reader, extension)
                reader.align()
                yield from self._read_tiles(reader, start, stop)
            elif kind == TILE_GROUP:
                yield from self._read_tiles(BitReader(bytes(payload)), start, stop)

    def _read_tiles(self, reader: BitReader, start: int, stop: int) -> Iterator[range]:
        frame = self._frame
        if frame is None:
            raise StreamMalformed("Tiles come before the header of their picture.")
        last = count = frame.tile_columns * frame.tile_rows - 1
        first = 0
        if count and reader.flag():
            first, last = reader.u(frame.tile_bits), reader.u(frame.tile_bits)
        reader.align()
        position = start + reader.bytes_read
        for _ in range(first, last):
            size_bytes = frame.tile_size_bytes
            size = sum(reader.u(8) << (8 * place) for place in range(size_bytes)) + 1
            position += size_bytes
            yield range(position, min(position + size, stop))
            position += size
            reader.skip(8 * size)
        yield range(position, stop)
        if last == count:
            self._frame = None

    def _read_frame(self, reader: BitReader, extension: int) -> None:
        if self._sequence is None:
            raise StreamMalformed("A picture comes before the header of its sequence.")
        header = _HeaderReader(reader, self._sequence, self._slots, extension)
        self._frame = frame = header.read()
        if frame is None:
            return
        kept = _Slot(frame.kind, frame.order, frame.size, frame.motions, frame.segment_quantizers)
        for index in range(SLOTS):
            if frame.refreshed >> index & 1:
                self._slots[index] = kept


def units_in(sample: memoryview) -> Iterator[tuple[int, int, int, int]]:
    """Go through the open bitstream units: kind, extension, and where the content lies."""
    position = 0
    while position < len(sample):
        head, position = sample[position], position + 1
        extension = 0
        if head & 0x04 and position < len(sample):
            extension, position = sample[position], position + 1
        stop = len(sample)
        if head & 0x02:
            size, position = _read_leb128(sample, position)
            stop = position + size
        if stop > len(sample):
            raise StreamMalformed("A unit of AV1 is larger than the sample around it.")
        yield head >> 3 & 0x0F, extension, position, stop
        position = stop


def _read_leb128(sample: memoryview, position: int) -> tuple[int, int]:
    """Read a number in groups of seven bits, the lowest first, and give the place behind it."""
    number = 0
    for index, byte in enumerate(sample[position : position + LONGEST_LEB128]):
        number |= (byte & 0x7F) << 7 * index
        if byte < 0x80:  # noqa: PLR2004 - the last byte
            return number, position + index + 1
    raise StreamMalformed("A unit of AV1 holds a length without an end.")


@dataclass(slots=True)
class _HeaderReader:
    """Reads one `uncompressed_header`, method by method in the order of section 5.9."""

    bits: BitReader
    sequence: Av1Sequence
    slots: list[_Slot | None]
    extension: int
    _frame: _Frame = field(default_factory=lambda: _Frame(KEY))

    def read(self) -> _Frame | None:
        """Read the header; None if it only shows an earlier picture."""
        if not self._read_kind():
            return None
        bits, sequence, frame = self.bits, self.sequence, self._frame
        if frame.kind == KEY and frame.is_shown:
            self.slots[:] = [None] * SLOTS
        does_not_learn = bits.flag()
        self._read_tools()
        self._read_order()
        self._read_sizes_and_references()
        if not (sequence.is_reduced or does_not_learn):
            bits.skip(1)
        self._start_motions()
        self._read_tile_layout()
        self._read_quantizers()
        self._read_filters()
        self._read_modes()
        self._read_motions()
        self._read_grain()
        return frame

    def _read_kind(self) -> bool:
        bits, sequence, frame = self.bits, self.sequence, self._frame
        if sequence.is_reduced:
            return True
        if bits.flag():
            self._show_again(bits.u(3))
            return False
        frame.kind, frame.is_shown = bits.u(2), bits.flag()
        if frame.is_shown:
            bits.skip(sequence.presentation_time_bits)
        frame.is_showable = frame.kind != KEY if frame.is_shown else bits.flag()
        must_resist = frame.kind == SWITCH or (frame.kind == KEY and frame.is_shown)
        frame.is_resilient = must_resist or bits.flag()
        return True

    def _show_again(self, index: int) -> None:
        slot = self.slots[index]
        if slot is not None and slot.kind == KEY:
            self.slots[:] = [slot] * SLOTS

    def _read_tools(self) -> None:
        bits, sequence, frame = self.bits, self.sequence, self._frame
        tools = sequence.screen_tools
        frame.allows_screen_tools = bits.flag() if tools is None else tools
        if frame.allows_screen_tools:
            whole = sequence.whole_vectors
            frame.has_whole_vectors = bits.flag() if whole is None else whole
        bits.skip(sequence.frame_id_bits)

    def _read_order(self) -> None:
        bits, sequence, frame = self.bits, self.sequence, self._frame
        frame.has_size_override = frame.kind == SWITCH or (not sequence.is_reduced and bits.flag())
        frame.order = bits.u(sequence.order_bits)
        if not (frame.is_intra or frame.is_resilient):
            frame.primary = bits.u(3)
        if sequence.has_decoder_model and bits.flag():
            for point in sequence.operating_points:
                if point.is_in(self.extension):
                    bits.skip(point.removal_time_bits)
        if not (frame.kind == SWITCH or (frame.kind == KEY and frame.is_shown)):
            frame.refreshed = bits.u(8)
        tells_orders = not frame.is_intra or frame.refreshed != ALL_SLOTS
        if tells_orders and frame.is_resilient and sequence.order_bits:
            self._check_orders()

    def _check_orders(self) -> None:
        for index in range(SLOTS):
            order = self.bits.u(self.sequence.order_bits)
            slot = self.slots[index]
            if slot is None or slot.order != order:
                self.slots[index] = _Slot(
                    INTER, order, _Size(0, 0, 0), (UNMOVED,) * REFERENCES, (None,) * SEGMENTS
                )

    def _read_sizes_and_references(self) -> None:
        bits, sequence, frame = self.bits, self.sequence, self._frame
        if frame.is_intra:
            self._read_size()
            if frame.allows_screen_tools and frame.size.upscaled == frame.size.width:
                frame.copies_within = bits.flag()
            return
        if sequence.order_bits and bits.flag():
            raise StreamMalformed(
                "Pictures of AV1 that only hint at their references are not ours."
            )
        references: list[int] = []
        for _ in range(REFERENCES):
            references.append(bits.u(3))
            bits.skip(sequence.frame_id_delta_bits)
        frame.references = tuple(references)
        if not (frame.has_size_override and not frame.is_resilient and self._copy_size()):
            self._read_size()
        frame.has_fine_vectors = not frame.has_whole_vectors and bits.flag()
        bits.skip(0 if bits.flag() else 2)
        bits.skip(1)
        if sequence.has_reference_vectors and not frame.is_resilient:
            bits.skip(1)

    def _slot(self, reference: int) -> _Slot:
        slot = self.slots[self._frame.references[reference]]
        if slot is None:
            raise StreamMalformed("A picture of AV1 refers to one that is not there.")
        return slot

    def _copy_size(self) -> bool:
        for reference in range(REFERENCES):
            if self.bits.flag():
                size = self._slot(reference).size
                self._frame.size = self._scaled(size.upscaled, size.height)
                return True
        return False

    def _read_size(self) -> None:
        bits, sequence = self.bits, self.sequence
        width, height = sequence.width, sequence.height
        if self._frame.has_size_override:
            width, height = bits.u(sequence.width_bits) + 1, bits.u(sequence.height_bits) + 1
        self._frame.size = self._scaled(width, height)
        bits.skip(32 if bits.flag() else 0)

    def _scaled(self, width: int, height: int) -> _Size:
        coded = width
        if self.sequence.has_superres and self.bits.flag():
            denominator = self.bits.u(3) + 9
            coded = (width * 8 + denominator // 2) // denominator
        return _Size(width, coded, height)

    # --- tiles and quantizers ---------------------------------------------------------------------

    def _read_tile_layout(self) -> None:
        bits, frame = self.bits, self._frame
        block_bits = 7 if self.sequence.has_large_blocks else 6
        columns = _blocks(frame.size.width, block_bits)
        rows = _blocks(frame.size.height, block_bits)
        widest = WIDEST_TILE >> block_bits
        least_bits = max(
            _log2(widest, columns), _log2(LARGEST_TILE >> (2 * block_bits), rows * columns)
        )
        if bits.flag():
            column_bits = self._count_up(
                _log2(widest, columns), _log2(1, min(columns, MOST_TILE_COLUMNS))
            )
            row_bits = self._count_up(
                max(least_bits - column_bits, 0), _log2(1, min(rows, MOST_TILE_COLUMNS))
            )
            frame.tile_columns = _split(columns, column_bits)
            frame.tile_rows = _split(rows, row_bits)
        else:
            widths = self._read_lengths(columns, widest)
            area = rows * columns >> (least_bits + 1) if least_bits else rows * columns
            heights = self._read_lengths(rows, max(area // max(widths), 1))
            frame.tile_columns, frame.tile_rows = len(widths), len(heights)
            column_bits, row_bits = _log2(1, len(widths)), _log2(1, len(heights))
        frame.tile_bits = column_bits + row_bits
        if frame.tile_bits:
            bits.skip(frame.tile_bits)
            frame.tile_size_bytes = bits.u(2) + 1

    def _count_up(self, least: int, most: int) -> int:
        while least < most and self.bits.flag():
            least += 1
        return least

    def _read_lengths(self, blocks: int, longest: int) -> list[int]:
        lengths: list[int] = []
        while (left := blocks - sum(lengths)) > 0:
            lengths.append(self.bits.ns(min(left, longest)) + 1)
        return lengths

    def _read_quantizers(self) -> None:
        bits, sequence, frame = self.bits, self.sequence, self._frame
        frame.base_quantizer = bits.u(8)
        deltas = [self._read_delta()]
        if not sequence.is_monochrome:
            planes = 2 if sequence.has_separate_chroma and bits.flag() else 1
            deltas += [self._read_delta() for _ in range(2 * planes)]
        if bits.flag():
            bits.skip(12 if sequence.has_separate_chroma else 8)
        self._read_segments()
        self._read_quantizer_steps()
        quantizers = (
            frame.base_quantizer if change is None else frame.base_quantizer + change
            for change in frame.segment_quantizers
        )
        frame.is_lossless = not any(deltas) and all(quantizer <= 0 for quantizer in quantizers)

    def _read_delta(self) -> int:
        return self.bits.su(7) if self.bits.flag() else 0

    def _read_segments(self) -> None:
        bits, frame = self.bits, self._frame
        if not bits.flag():
            return
        has_new = True
        if frame.primary != NO_PRIMARY:
            bits.skip(1 if bits.flag() else 0)
            has_new = bits.flag()
        if has_new:
            frame.segment_quantizers = tuple(self._read_features() for _ in range(SEGMENTS))
        else:
            frame.segment_quantizers = self._slot(frame.primary).segment_quantizers

    def _read_features(self) -> int | None:
        """Read what is special in a segment, and give the change of its quantizer."""
        quantizer: int | None = None
        for feature, width in enumerate(FEATURE_BITS):
            if self.bits.flag():
                read = self.bits.su if feature < SIGNED_FEATURES else self.bits.u
                value = read(width)
                quantizer = value if feature == 0 else quantizer
        return quantizer

    def _read_quantizer_steps(self) -> None:
        bits, frame = self.bits, self._frame
        if frame.base_quantizer and bits.flag():
            bits.skip(2)
            if not frame.copies_within and bits.flag():
                bits.skip(3)

    # --- filters and modes ------------------------------------------------------------------------

    def _read_filters(self) -> None:
        frame = self._frame
        if not (frame.is_lossless or frame.copies_within):
            self._read_loop_filter()
            if self.sequence.has_direction_filter:
                self._read_direction_filter()
        is_whole_lossless = frame.is_lossless and frame.size.width == frame.size.upscaled
        if self.sequence.has_restoration and not (is_whole_lossless or frame.copies_within):
            self._read_restoration()

    def _read_loop_filter(self) -> None:
        bits = self.bits
        levels = bits.u(6), bits.u(6)
        if not self.sequence.is_monochrome and any(levels):
            bits.skip(12)
        bits.skip(3)
        if bits.flag() and bits.flag():
            for _ in range(SLOTS + 2):
                bits.skip(7 if bits.flag() else 0)

    def _read_direction_filter(self) -> None:
        bits = self.bits
        bits.skip(2)
        strengths = 1 << bits.u(2)
        bits.skip(strengths * (6 if self.sequence.is_monochrome else 12))

    def _read_restoration(self) -> None:
        bits, sequence = self.bits, self.sequence
        kinds = [bits.u(2) for _ in range(1 if sequence.is_monochrome else 3)]
        if not any(kinds):
            return
        if sequence.has_large_blocks or bits.flag():
            bits.skip(1)
        if sequence.is_420 and any(kinds[1:]):
            bits.skip(1)

    def _read_modes(self) -> None:
        bits, frame = self.bits, self._frame
        bits.skip(0 if frame.is_lossless else 1)
        frame.selects_references = not frame.is_intra and bits.flag()
        bits.skip(1 if self._may_skip() else 0)
        if not (frame.is_intra or frame.is_resilient) and self.sequence.has_warped_motion:
            bits.skip(1)
        bits.skip(1)

    def _may_skip(self) -> bool:
        """Tell whether there are two references to skip by: the nearest before and after."""
        frame = self._frame
        if frame.is_intra or not frame.selects_references or not self.sequence.order_bits:
            return False
        distances = [
            self.sequence.distance(self._slot(index).order, frame.order)
            for index in range(REFERENCES)
        ]
        before = [distance for distance in distances if distance < 0]
        after = any(distance > 0 for distance in distances)
        # Without one after, the two nearest before will do.
        return bool(before) and (after or len(set(before)) > 1)

    # --- global motion and grain ------------------------------------------------------------------

    def _start_motions(self) -> None:
        if self._frame.primary != NO_PRIMARY:
            self._frame.motions = self._slot(self._frame.primary).motions

    def _read_motions(self) -> None:
        frame = self._frame
        if frame.is_intra:
            frame.motions = (UNMOVED,) * REFERENCES
            return
        frame.motions = tuple(self._read_motion(before) for before in frame.motions)

    def _read_motion(self, before: _Motion) -> _Motion:
        bits = self.bits
        if not bits.flag():
            return UNMOVED
        is_turn = bits.flag()
        kind = ROTATION_ZOOM if is_turn else TRANSLATION if bits.flag() else AFFINE
        motion: list[int] = list(UNMOVED)
        if kind >= ROTATION_ZOOM:
            motion[2], motion[3] = (self._read_turn(before, place) for place in (2, 3))
            motion[4], motion[5] = -motion[3], motion[2]
            if kind == AFFINE:
                motion[4], motion[5] = (self._read_turn(before, place) for place in (4, 5))
        for place in (0, 1):
            motion[place] = self._read_shift(before[place], kind)
        return tuple(motion)

    def _read_turn(self, before: _Motion, place: int) -> int:
        is_scale = place in {2, 5}
        around = (before[place] >> 1) - ((1 << 15) if is_scale else 0)
        read = self._read_near(-(1 << 12), (1 << 12) + 1, around)
        return (read << 1) + ((1 << 16) if is_scale else 0)

    def _read_shift(self, before: int, kind: int) -> int:
        width, precision = 12, 6
        if kind == TRANSLATION:
            coarse = 0 if self._frame.has_fine_vectors else 1
            width, precision = 9 - coarse, 3 - coarse
        lost = 16 - precision
        return self._read_near(-(1 << width), (1 << width) + 1, before >> lost) << lost

    def _read_near(self, low: int, high: int, around: int) -> int:
        """Read a number whose code is the shorter the nearer it is to another (5.9.26)."""
        count, centre = high - low, around - low
        value = self._read_small(count)
        if centre << 1 <= count:
            return _recentred(centre, value) + low
        return count - 1 - _recentred(count - 1 - centre, value) + low

    def _read_small(self, count: int) -> int:
        passed, step = 0, 0
        while True:
            width = 3 + step - 1 if step else 3
            if count <= passed + 3 * (1 << width):
                return self.bits.ns(count - passed) + passed
            if not self.bits.flag():
                return self.bits.u(width) + passed
            step += 1
            passed += 1 << width

    def _read_grain(self) -> None:
        bits, sequence, frame = self.bits, self.sequence, self._frame
        if not sequence.has_grain or not (frame.is_shown or frame.is_showable):
            return
        if not bits.flag():
            return
        bits.skip(16)
        if frame.kind == INTER and not bits.flag():
            bits.skip(3)
            return
        luma = bits.u(4)
        bits.skip(16 * luma)
        follows_luma = not sequence.is_monochrome and bits.flag()
        chroma = [0, 0]
        if not (sequence.is_monochrome or follows_luma or (sequence.is_420 and not luma)):
            for plane in range(2):
                chroma[plane] = bits.u(4)
                bits.skip(16 * chroma[plane])
        bits.skip(2)
        lag = bits.u(2)
        positions = 2 * lag * (lag + 1)
        bits.skip(8 * positions if luma else 0)
        for points in chroma:
            if points or follows_luma:
                bits.skip(8 * (positions + (1 if luma else 0)))
        bits.skip(4)
        bits.skip(sum(25 for points in chroma if points))
        bits.skip(2)


def _log2(size: int, target: int) -> int:
    bits = 0
    while size << bits < target:
        bits += 1
    return bits


def _blocks(length: int, block_bits: int) -> int:
    # The picture is first filled up to whole units of eight.
    return -(-(-(-length // 8) * 8) // (1 << block_bits))


def _split(blocks: int, bits: int) -> int:
    length = (blocks + (1 << bits) - 1) >> bits
    return -(-blocks // length)


def _recentred(centre: int, value: int) -> int:
    if value > 2 * centre:
        return value
    return centre - ((value + 1) >> 1) if value & 1 else centre + (value >> 1)
