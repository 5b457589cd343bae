"""Where the coded pictures of HEVC begin, behind their slice headers (ITU-T H.265, 7.3)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from streamverse.mediakit.bits import BitReader, NalReader, parameter_set
from streamverse.mediakit.boxes import Box, StreamMalformed

HIGHEST_SLICE: Final = 31
IRAP: Final = range(16, 24)
IDR: Final = frozenset({19, 20})
SEQUENCE_SET, PICTURE_SET = 33, 34
UNSPECIFIED, OTHER_SHAPE = 2, 255
B, P, I = range(3)  # noqa: E741 - the specification's own names
CHROMA_444: Final = 3
FIXED_BYTES: Final = 23
PROFILE_BYTES: Final = 12
HEADER_BITS: Final = 16
LONGEST_HEADER_BYTES: Final = 4096

# The distances of the pictures that a picture may refer to, and whether it does so itself.
_Neighbours = tuple[tuple[int, bool], ...]


@dataclass(frozen=True, slots=True)
class HevcSequence:
    """What a sequence parameter set says of the pictures, and of the headers of their slices."""

    # The twelve bytes of profile, tier and level, as a configuration repeats them.
    profile: bytes
    sublayers: int
    has_nested_sublayers: bool
    chroma_format: int
    luma_bits: int
    chroma_bits: int
    width: int
    height: int
    has_separate_planes: bool
    address_bits: int
    order_bits: int
    has_sample_offsets: bool
    neighbours: Sequence[_Neighbours]
    has_long_term: bool
    long_term_used: tuple[bool, ...]
    has_temporal_vectors: bool
    # How brightness is coded, by its number in ITU-T H.273.
    transfer: int

    @property
    def has_chroma(self) -> bool:
        """Whether colours are coded with the brightness."""
        return self.chroma_format != 0 and not self.has_separate_planes


@dataclass(frozen=True, slots=True)
class _Picture:
    sequence_id: int
    has_dependent_slices: bool
    has_output_flag: bool
    extra_bits: int
    has_cabac_choice: bool
    reference_counts: tuple[int, int]
    has_chroma_offsets: bool
    is_weighted: bool
    is_bi_weighted: bool
    has_entry_points: bool
    filters_across_slices: bool
    has_deblocking_override: bool
    is_deblocking_off: bool
    has_list_changes: bool
    has_extension: bool
    has_chroma_offset_list: bool


class HevcHeaders:
    """Knows the parameter sets of a track, and so how long the header of a slice is."""

    def __init__(self, configuration: Box) -> None:
        content = bytes(configuration.content)
        sets = list(parameter_sets(content))
        self.length_bytes = (content[21] & 3) + 1
        self._sequences = dict(read_sequence(nal) for nal in sets if _kind(nal) == SEQUENCE_SET)
        self._pictures = dict(_read_picture(nal) for nal in sets if _kind(nal) == PICTURE_SET)

    def clear_bytes(self, nal: memoryview) -> int | None:
        """Count the bytes before the coded picture; None if the unit holds none."""
        kind = _kind(nal)
        if kind > HIGHEST_SLICE:
            return None
        reader = NalReader(bytes(nal[:LONGEST_HEADER_BYTES]))
        reader.skip(HEADER_BITS)
        self._read_segment(reader, kind)
        # A bit of one and bits of zero fill the last byte.
        reader.skip(1)
        return reader.nal_bytes_read

    def _read_segment(self, reader: BitReader, kind: int) -> None:
        is_first = reader.flag()
        reader.skip(1 if kind in IRAP else 0)
        picture = parameter_set(self._pictures, reader.ue())
        sequence = parameter_set(self._sequences, picture.sequence_id)
        is_dependent = False
        if not is_first:
            is_dependent = picture.has_dependent_slices and reader.flag()
            reader.skip(sequence.address_bits)
        if not is_dependent:
            _read_slice(reader, sequence, picture, kind)
        if picture.has_entry_points:
            _skip_entry_points(reader)
        if picture.has_extension:
            reader.skip(reader.ue() * 8)


def _kind(nal: bytes | memoryview) -> int:
    return nal[0] >> 1 & 0x3F


def _bits_for(count: int) -> int:
    """Tell how many bits it takes to name one of so many: Ceil(Log2(count))."""
    return (count - 1).bit_length()


# --- parameter sets -------------------------------------------------------------------------------


def parameter_sets(content: bytes) -> Iterator[bytes]:
    """Go through the sets of an HEVCDecoderConfigurationRecord (ISO/IEC 14496-15, 8.3.3)."""
    position = FIXED_BYTES
    if len(content) < position:
        raise StreamMalformed("The box 'hvcC' is too short for what it should hold.")
    for _ in range(content[FIXED_BYTES - 1]):
        count, position = int.from_bytes(content[position + 1 : position + 3]), position + 3
        for _ in range(count):
            start = position + 2
            position = start + int.from_bytes(content[position:start])
            if start >= position or position > len(content):
                raise StreamMalformed("The box 'hvcC' is too short for what it should hold.")
            yield content[start:position]


def read_sequence(nal: bytes) -> tuple[int, HevcSequence]:
    """Read a sequence parameter set and its number (7.3.2.2.1)."""
    reader = NalReader(nal)
    reader.skip(HEADER_BITS + 4)
    layers, has_nested_layers = reader.u(3), reader.flag()
    profile = _read_profile(reader, layers)
    number, chroma_format = reader.ue(), reader.ue()
    has_separate_planes = chroma_format == CHROMA_444 and reader.flag()
    width, height = reader.ue(), reader.ue()
    crop_x, crop_y = _read_crop(reader, chroma_format)
    luma_bits, chroma_bits = reader.ue() + 8, reader.ue() + 8
    order_bits = reader.ue() + 4
    _skip_numbers(reader, 3 * (layers + 1 if reader.flag() else 1))
    block_bits = reader.ue() + 3 + reader.ue()
    _skip_numbers(reader, 4)
    if reader.flag() and reader.flag():
        _skip_scaling(reader)
    reader.skip(1)
    has_sample_offsets = reader.flag()
    if reader.flag():
        reader.skip(8)
        _skip_numbers(reader, 2)
        reader.skip(1)
    neighbours = _read_neighbour_sets(reader)
    has_long_term = reader.flag()
    long_term_used: list[bool] = []
    for _ in range(reader.ue() if has_long_term else 0):
        reader.skip(order_bits)
        long_term_used.append(reader.flag())
    columns, rows = -(-width >> block_bits), -(-height >> block_bits)
    return number, HevcSequence(
        profile=profile,
        sublayers=layers + 1,
        has_nested_sublayers=has_nested_layers,
        chroma_format=chroma_format,
        luma_bits=luma_bits,
        chroma_bits=chroma_bits,
        width=width - crop_x,
        height=height - crop_y,
        has_separate_planes=has_separate_planes,
        address_bits=_bits_for(columns * rows),
        order_bits=order_bits,
        has_sample_offsets=has_sample_offsets,
        neighbours=neighbours,
        has_long_term=has_long_term,
        long_term_used=tuple(long_term_used),
        has_temporal_vectors=reader.flag(),
        transfer=_read_transfer(reader),
    )


def _read_transfer(reader: BitReader) -> int:
    """Read how brightness is coded from what is said of the pictures' use (E.2.1)."""
    reader.skip(1)
    if not reader.flag():
        return UNSPECIFIED
    if reader.flag() and reader.u(8) == OTHER_SHAPE:
        reader.skip(32)
    reader.skip(1 if reader.flag() else 0)
    if not reader.flag():
        return UNSPECIFIED
    reader.skip(4)
    if not reader.flag():
        return UNSPECIFIED
    reader.skip(8)
    return reader.u(8)


def _skip_numbers(reader: BitReader, count: int) -> None:
    for _ in range(count):
        reader.ue()


def _read_profile(reader: BitReader, layers: int) -> bytes:
    profile = reader.u(PROFILE_BYTES * 8).to_bytes(PROFILE_BYTES)
    present = [(reader.flag(), reader.flag()) for _ in range(layers)]
    if layers:
        reader.skip(2 * (8 - layers))
    for has_profile, has_level in present:
        reader.skip(88 * has_profile + 8 * has_level)
    return profile


def _read_crop(reader: BitReader, chroma_format: int) -> tuple[int, int]:
    """Tell how much of the coded width and height is not shown (7.4.3.2.1)."""
    if not reader.flag():
        return 0, 0
    left, right, top, bottom = (reader.ue() for _ in range(4))
    unit_x, unit_y = 2 if chroma_format in {1, 2} else 1, 2 if chroma_format == 1 else 1
    return (left + right) * unit_x, (top + bottom) * unit_y


def _skip_scaling(reader: BitReader) -> None:
    for size in range(4):
        for _ in range(2 if size == 3 else 6):  # noqa: PLR2004 - the largest blocks
            if not reader.flag():
                reader.ue()
                continue
            numbers = min(64, 1 << (4 + 2 * size)) + (size > 1)
            for _ in range(numbers):
                reader.se()


def _read_neighbour_sets(reader: BitReader) -> list[_Neighbours]:
    count = reader.ue()
    sets: list[_Neighbours] = []
    for _ in range(count):
        sets.append(_read_neighbours(reader, sets, is_in_slice=False))
    return sets


def _read_neighbours(
    reader: BitReader, earlier: Sequence[_Neighbours], *, is_in_slice: bool
) -> _Neighbours:
    """Read `st_ref_pic_set`, where the last of the earlier sets may serve as a pattern."""
    if earlier and reader.flag():
        back = reader.ue() + 1 if is_in_slice else 1
        if back > len(earlier):
            raise StreamMalformed("A set of reference pictures refers to one that is not there.")
        return _derive_neighbours(reader, earlier[-back])
    before, after = reader.ue(), reader.ue()
    found: list[tuple[int, bool]] = []
    for count, sign in ((before, -1), (after, 1)):
        distance = 0
        for _ in range(count):
            distance += sign * (reader.ue() + 1)
            found.append((distance, reader.flag()))
    return tuple(found)


def _derive_neighbours(reader: BitReader, pattern: _Neighbours) -> _Neighbours:
    is_negative = reader.flag()
    shift = reader.ue() + 1
    shift = -shift if is_negative else shift
    found: list[tuple[int, bool]] = []
    for distance in (*(distance + shift for distance, _ in pattern), shift):
        is_used = reader.flag()
        is_kept = is_used or reader.flag()
        if is_kept and distance:
            found.append((distance, is_used))
    # The nearest first: those before, then those after.
    return tuple(sorted(found, key=lambda entry: (entry[0] > 0, abs(entry[0]))))


def _read_picture(nal: bytes) -> tuple[int, _Picture]:
    reader = NalReader(nal)
    reader.skip(HEADER_BITS)
    number, sequence_id = reader.ue(), reader.ue()
    has_dependent_slices, has_output_flag = reader.flag(), reader.flag()
    extra_bits = reader.u(3)
    reader.skip(1)
    has_cabac_choice = reader.flag()
    counts = (reader.ue() + 1, reader.ue() + 1)
    reader.se()
    reader.skip(1)
    may_skip_transform = reader.flag()
    _skip_numbers(reader, 1 if reader.flag() else 0)
    _skip_numbers(reader, 2)
    has_chroma_offsets, is_weighted, is_bi_weighted = reader.flag(), reader.flag(), reader.flag()
    reader.skip(1)
    has_tiles, is_in_rows = reader.flag(), reader.flag()
    if has_tiles:
        _skip_tiles(reader)
    filters_across_slices = reader.flag()
    has_override, is_off = _read_deblocking(reader)
    if reader.flag():
        _skip_scaling(reader)
    has_list_changes = reader.flag()
    reader.ue()
    has_extension = reader.flag()
    return number, _Picture(
        sequence_id=sequence_id,
        has_dependent_slices=has_dependent_slices,
        has_output_flag=has_output_flag,
        extra_bits=extra_bits,
        has_cabac_choice=has_cabac_choice,
        reference_counts=counts,
        has_chroma_offsets=has_chroma_offsets,
        is_weighted=is_weighted,
        is_bi_weighted=is_bi_weighted,
        has_entry_points=has_tiles or is_in_rows,
        filters_across_slices=filters_across_slices,
        has_deblocking_override=has_override,
        is_deblocking_off=is_off,
        has_list_changes=has_list_changes,
        has_extension=has_extension,
        has_chroma_offset_list=_read_extensions(reader, may_skip_transform=may_skip_transform),
    )


def _skip_tiles(reader: BitReader) -> None:
    columns, rows = reader.ue(), reader.ue()
    if not reader.flag():
        _skip_numbers(reader, columns + rows)
    reader.skip(1)


def _read_deblocking(reader: BitReader) -> tuple[bool, bool]:
    if not reader.flag():
        return False, False
    has_override, is_off = reader.flag(), reader.flag()
    _skip_numbers(reader, 0 if is_off else 2)
    return has_override, is_off


def _read_extensions(reader: BitReader, *, may_skip_transform: bool) -> bool:
    """Tell whether the extension for range says that slices choose offsets of chroma."""
    if not reader.flag():
        return False
    has_range, others = reader.flag(), reader.u(7)
    if others:
        raise StreamMalformed("Pictures of HEVC in layers or of screens cannot be encrypted.")
    if not has_range:
        return False
    _skip_numbers(reader, 1 if may_skip_transform else 0)
    reader.skip(1)
    return reader.flag()


# --- slices ---------------------------------------------------------------------------------------


def _read_slice(reader: BitReader, sequence: HevcSequence, picture: _Picture, kind: int) -> None:
    reader.skip(picture.extra_bits)
    slice_kind = reader.ue()
    reader.skip(1 if picture.has_output_flag else 0)
    reader.skip(2 if sequence.has_separate_planes else 0)
    reference_count, has_vectors = 0, False
    if kind not in IDR:
        reference_count = _read_reference_set(reader, sequence)
        has_vectors = sequence.has_temporal_vectors and reader.flag()
    offsets = 0
    if sequence.has_sample_offsets:
        offsets = reader.u(2 if sequence.has_chroma else 1)
    if slice_kind != I:
        _read_references(reader, sequence, picture, slice_kind, (reference_count, has_vectors))
    reader.se()
    _skip_numbers(reader, 2 if picture.has_chroma_offsets else 0)
    reader.skip(1 if picture.has_chroma_offset_list else 0)
    is_off = picture.is_deblocking_off
    if picture.has_deblocking_override and reader.flag():
        is_off = reader.flag()
        _skip_numbers(reader, 0 if is_off else 2)
    if picture.filters_across_slices and (offsets or not is_off):
        reader.skip(1)


def _read_reference_set(reader: BitReader, sequence: HevcSequence) -> int:
    """Count the pictures that this one refers to (NumPicTotalCurr)."""
    reader.skip(sequence.order_bits)
    if not reader.flag():
        chosen = _read_neighbours(reader, sequence.neighbours, is_in_slice=True)
    else:
        chosen = sequence.neighbours[reader.u(_bits_for(len(sequence.neighbours)))]
    count = sum(is_used for _, is_used in chosen)
    return count + (_read_long_term(reader, sequence) if sequence.has_long_term else 0)


def _read_long_term(reader: BitReader, sequence: HevcSequence) -> int:
    known = sequence.long_term_used
    from_sequence = reader.ue() if known else 0
    used = 0
    for index in range(from_sequence + reader.ue()):
        if index < from_sequence:
            used += known[reader.u(_bits_for(len(known)))]
        else:
            reader.skip(sequence.order_bits)
            used += reader.flag()
        _skip_numbers(reader, 1 if reader.flag() else 0)
    return used


def _read_references(
    reader: BitReader,
    sequence: HevcSequence,
    picture: _Picture,
    slice_kind: int,
    given: tuple[int, bool],
) -> None:
    reference_count, has_vectors = given
    lists = 2 if slice_kind == B else 1
    counts = picture.reference_counts[:lists]
    if reader.flag():
        counts = tuple(reader.ue() + 1 for _ in range(lists))
    if picture.has_list_changes and reference_count > 1:
        for count in counts:
            if reader.flag():
                reader.skip(count * _bits_for(reference_count))
    reader.skip((slice_kind == B) + picture.has_cabac_choice)
    if has_vectors:
        of_first = slice_kind != B or reader.flag()
        _skip_numbers(reader, 1 if counts[0 if of_first else 1] > 1 else 0)
    if picture.is_bi_weighted if slice_kind == B else picture.is_weighted:
        _skip_weights(reader, counts, has_chroma=sequence.has_chroma)
    reader.ue()


def _skip_weights(reader: BitReader, counts: Sequence[int], *, has_chroma: bool) -> None:
    _skip_numbers(reader, 2 if has_chroma else 1)
    for count in counts:
        luma = [reader.flag() for _ in range(count)]
        chroma = [has_chroma and reader.flag() for _ in range(count)]
        for has_luma_weight, has_chroma_weight in zip(luma, chroma, strict=True):
            _skip_numbers(reader, 2 * has_luma_weight + 4 * has_chroma_weight)


def _skip_entry_points(reader: BitReader) -> None:
    count = reader.ue()
    if count:
        bits = reader.ue() + 1
        reader.skip(count * bits)
