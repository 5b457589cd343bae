"""Where the coded pictures of H.264 begin, behind their slice headers (ITU-T H.264, 7.3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from streamverse.mediakit.bits import BitReader, NalReader, parameter_set
from streamverse.mediakit.boxes import Box, StreamMalformed

SLICE, PARTITION_A, PARTITION_C, IDR_SLICE = 1, 2, 4, 5
SEQUENCE_SET, PICTURE_SET = 7, 8
P, B, I, SP, SI = range(5)  # noqa: E741 - the specification's own names
HIGH_PROFILES: Final = frozenset({44, 83, 86, 100, 110, 118, 122, 128, 134, 135, 138, 139, 244})
CHROMA_444: Final = 3
BLOCK: Final = 16
EXPLICIT: Final = 1
FIXED_BYTES: Final = 6
# Headers are far shorter: a whole slice need not be looked through to find the end of its own.
LONGEST_HEADER_BYTES: Final = 2048


@dataclass(frozen=True, slots=True)
class AvcSequence:
    """What a sequence parameter set says of the pictures, and of the headers of their slices."""

    chroma_format: int
    luma_bits: int
    chroma_bits: int
    has_separate_planes: bool
    frame_num_bits: int
    order_bits: int
    order_deltas: int
    is_progressive: bool
    width: int
    height: int

    @property
    def has_chroma(self) -> bool:
        """Whether colours are coded with the brightness."""
        return self.chroma_format != 0 and not self.has_separate_planes


@dataclass(frozen=True, slots=True)
class _Picture:
    sequence_id: int
    is_cabac: bool
    has_bottom_order: bool
    reference_counts: tuple[int, int]
    is_weighted: bool
    bi_weighting: int
    has_deblocking: bool
    has_redundancy: bool


class AvcHeaders:
    """Knows the parameter sets of a track, and so how long the header of a slice is."""

    def __init__(self, configuration: Box) -> None:
        content = bytes(configuration.content)
        sets = list(parameter_sets(content))
        self.length_bytes = (content[4] & 3) + 1
        self._sequences = dict(read_sequence(nal) for nal in sets if _kind(nal) == SEQUENCE_SET)
        self._pictures = dict(_read_picture(nal) for nal in sets if _kind(nal) == PICTURE_SET)

    def clear_bytes(self, nal: memoryview) -> int | None:
        """Count the bytes before the coded picture; None if the unit holds none."""
        kind = _kind(nal)
        if PARTITION_A <= kind <= PARTITION_C:
            raise StreamMalformed("Pictures of H.264 in data partitions cannot be encrypted.")
        if kind not in {SLICE, IDR_SLICE}:
            return None
        reader = NalReader(bytes(nal[:LONGEST_HEADER_BYTES]))
        reader.skip(8)
        self._read_slice(reader, is_idr=kind == IDR_SLICE, is_reference=bool(nal[0] & 0x60))
        return reader.nal_bytes_read

    def _read_slice(self, reader: BitReader, *, is_idr: bool, is_reference: bool) -> None:
        reader.ue()
        kind = reader.ue() % 5
        picture = parameter_set(self._pictures, reader.ue())
        sequence = parameter_set(self._sequences, picture.sequence_id)
        _read_order(reader, sequence, picture, is_idr=is_idr)
        if kind not in {I, SI}:
            _read_references(reader, sequence, picture, kind)
        if is_reference:
            _read_marking(reader, is_idr=is_idr)
        if picture.is_cabac and kind not in {I, SI}:
            reader.ue()
        reader.se()
        if kind in {SP, SI}:
            reader.skip(1 if kind == SP else 0)
            reader.se()
        if picture.has_deblocking and reader.ue() != 1:
            reader.se()
            reader.se()


def _kind(nal: bytes | memoryview) -> int:
    return nal[0] & 0x1F


def parameter_sets(content: bytes) -> Iterator[bytes]:
    """Go through the sets of an AVCDecoderConfigurationRecord (ISO/IEC 14496-15, 5.3.3)."""
    position = FIXED_BYTES - 1
    for mask in (0x1F, 0xFF):
        if len(content) <= position:
            raise StreamMalformed("The box 'avcC' is too short for what it should hold.")
        count, position = content[position] & mask, position + 1
        for _ in range(count):
            start = position + 2
            position = start + int.from_bytes(content[position:start])
            if start >= position or position > len(content):
                raise StreamMalformed("The box 'avcC' is too short for what it should hold.")
            yield content[start:position]


def read_sequence(nal: bytes) -> tuple[int, AvcSequence]:
    """Read a sequence parameter set and its number (7.3.2.1.1)."""
    reader = NalReader(nal)
    reader.skip(8)
    profile = reader.u(8)
    reader.skip(16)
    number = reader.ue()
    chroma_format, has_separate_planes, luma_bits, chroma_bits = 1, False, 8, 8
    if profile in HIGH_PROFILES:
        chroma_format = reader.ue()
        has_separate_planes = chroma_format == CHROMA_444 and reader.flag()
        luma_bits, chroma_bits = reader.ue() + 8, reader.ue() + 8
        reader.skip(1)
        if reader.flag():
            _skip_scaling(reader, 12 if chroma_format == CHROMA_444 else 8)
    frame_num_bits = reader.ue() + 4
    order_bits, order_deltas = _read_order_type(reader)
    reader.ue()
    reader.skip(1)
    columns, rows = reader.ue() + 1, reader.ue() + 1
    is_progressive = reader.flag()
    width, height = _read_crop(reader, chroma_format, is_progressive=is_progressive)
    return number, AvcSequence(
        chroma_format=chroma_format,
        luma_bits=luma_bits,
        chroma_bits=chroma_bits,
        has_separate_planes=has_separate_planes,
        frame_num_bits=frame_num_bits,
        order_bits=order_bits,
        order_deltas=order_deltas,
        is_progressive=is_progressive,
        width=columns * BLOCK - width,
        height=rows * BLOCK * (2 - is_progressive) - height,
    )


def _read_crop(reader: BitReader, chroma_format: int, *, is_progressive: bool) -> tuple[int, int]:
    """Tell by how much the picture is narrower and lower than its blocks (7.4.2.1.1)."""
    reader.skip(1 if is_progressive else 2)
    if not reader.flag():
        return 0, 0
    left, right, top, bottom = (reader.ue() for _ in range(4))
    unit_x = 2 if chroma_format in {1, 2} else 1
    unit_y = (2 if chroma_format == 1 else 1) * (2 - is_progressive)
    return (left + right) * unit_x, (top + bottom) * unit_y


def _read_order_type(reader: BitReader) -> tuple[int, int]:
    """Tell how many bits and how many differences a slice has for the order of its picture."""
    kind = reader.ue()
    if kind == 0:
        return reader.ue() + 4, 0
    if kind != 1:
        return 0, 0
    has_deltas = not reader.flag()
    reader.se()
    reader.se()
    for _ in range(reader.ue()):
        reader.se()
    return 0, int(has_deltas)


def _skip_scaling(reader: BitReader, count: int) -> None:
    for index in range(count):
        if not reader.flag():
            continue
        last = following = 8
        for _ in range(16 if index < 6 else 64):  # noqa: PLR2004 - the sides of blocks, squared
            if following:
                following = (last + reader.se()) % 256
            last = following or last


def _read_picture(nal: bytes) -> tuple[int, _Picture]:
    reader = NalReader(nal)
    reader.skip(8)
    number, sequence_id = reader.ue(), reader.ue()
    is_cabac, has_bottom_order = reader.flag(), reader.flag()
    if reader.ue() != 0:
        raise StreamMalformed("Pictures of H.264 in groups of slices cannot be encrypted.")
    counts = (reader.ue() + 1, reader.ue() + 1)
    is_weighted, bi_weighting = reader.flag(), reader.u(2)
    for _ in range(3):
        reader.se()
    has_deblocking = reader.flag()
    reader.skip(1)
    return number, _Picture(
        sequence_id=sequence_id,
        is_cabac=is_cabac,
        has_bottom_order=has_bottom_order,
        reference_counts=counts,
        is_weighted=is_weighted,
        bi_weighting=bi_weighting,
        has_deblocking=has_deblocking,
        has_redundancy=reader.flag(),
    )


def _read_order(
    reader: BitReader, sequence: AvcSequence, picture: _Picture, *, is_idr: bool
) -> None:
    reader.skip(2 if sequence.has_separate_planes else 0)
    reader.skip(sequence.frame_num_bits)
    is_field = not sequence.is_progressive and reader.flag()
    reader.skip(1 if is_field else 0)
    if is_idr:
        reader.ue()
    reader.skip(sequence.order_bits)
    has_bottom = picture.has_bottom_order and not is_field
    bottom_deltas = int(has_bottom and (sequence.order_bits > 0 or sequence.order_deltas > 0))
    for _ in range(sequence.order_deltas + bottom_deltas):
        reader.se()
    if picture.has_redundancy:
        reader.ue()


def _read_references(
    reader: BitReader, sequence: AvcSequence, picture: _Picture, kind: int
) -> None:
    lists = 2 if kind == B else 1
    reader.skip(1 if kind == B else 0)
    counts = picture.reference_counts[:lists]
    if reader.flag():
        counts = tuple(reader.ue() + 1 for _ in range(lists))
    for _ in range(lists):
        if reader.flag():
            while reader.ue() != 3:  # noqa: PLR2004 - the end of the list
                reader.ue()
    if picture.bi_weighting == EXPLICIT if kind == B else picture.is_weighted:
        _read_weights(reader, sum(counts), has_chroma=sequence.has_chroma)


def _read_weights(reader: BitReader, count: int, *, has_chroma: bool) -> None:
    reader.ue()
    if has_chroma:
        reader.ue()
    for _ in range(count):
        for numbers in (2, 4) if has_chroma else (2,):
            if reader.flag():
                for _ in range(numbers):
                    reader.se()


def _read_marking(reader: BitReader, *, is_idr: bool) -> None:
    if is_idr:
        reader.skip(2)
        return
    if not reader.flag():
        return
    numbers = {0: 0, 1: 1, 2: 1, 3: 2, 4: 1, 5: 0, 6: 1}
    while operation := reader.ue():
        for _ in range(numbers.get(operation, 0)):
            reader.ue()
