"""Common encryption of CMAF tracks with the scheme `cbcs` (ISO/IEC 23001-7).

Sound is encrypted whole, block by block. Of pictures one block in ten is encrypted, and what a
player must read before it decodes, headers and parameter sets, stays in the clear. Every run of
encrypted bytes starts anew from one constant IV, so that nothing needs to be stored with a sample
but where these runs are. The same key makes the same bytes of the same segment each time.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol
from uuid import UUID

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from streamverse.mediakit.av1 import Av1Headers
from streamverse.mediakit.avc import AvcHeaders
from streamverse.mediakit.boxes import Box, StreamMalformed, boxes_in, write_box, write_full_box
from streamverse.mediakit.hevc import HevcHeaders
from streamverse.mediakit.timeline import TrackKind

SCHEME: Final = "cbcs"
COMMON_SYSTEM: Final = UUID("1077efec-c0b2-4d02-ace3-3c1e52e2fb4b")

BLOCK_BYTES: Final = 16
PATTERN_BLOCKS: Final = 10
VIDEO_PATTERN: Final = 0x19  # one block encrypted, nine in the clear
WHOLE: Final = 0x00
SCHEME_VERSION: Final = 0x1_0000
USES_SUBSAMPLES: Final = 0x02
MOST_CLEAR_BYTES: Final = 0xFFFF
MOST_SAMPLE_BYTES: Final = 0xFF
SUBSAMPLE: Final = struct.Struct(">HI")

TRUN_DATA_OFFSET: Final = 0x01
TRUN_FIRST_FLAGS: Final = 0x04
TRUN_DURATION: Final = 0x100
TRUN_SIZE: Final = 0x200
TRUN_COLUMNS: Final = 0xF00

_AUXILIARY: Final = frozenset({b"saiz", b"saio", b"senc"})
_CONTAINERS: Final = frozenset({b"moov", b"trak", b"mdia", b"minf", b"stbl"})
_ENTRY_HEAD_BYTES: Final = {TrackKind.VIDEO: 78, TrackKind.AUDIO: 28}
_HANDLERS: Final = {b"vide": TrackKind.VIDEO, b"soun": TrackKind.AUDIO}
_ENCRYPTED_ENTRY: Final = {TrackKind.VIDEO: b"encv", TrackKind.AUDIO: b"enca"}

# So many bytes in the clear, then so many of which the pattern encrypts some.
Subsample = tuple[int, int]


@dataclass(frozen=True, slots=True)
class ContentKey:
    """What encrypts tracks of one kind: the name is public, the IV is told in the init segment."""

    id: UUID
    secret: bytes = field(repr=False)
    constant_iv: bytes


class _Pictures(Protocol):
    """Finds what may be encrypted in the samples of a segment, which it sees in order."""

    def coded_ranges(self, sample: memoryview) -> Iterator[range]: ...


@dataclass(slots=True)
class Protector:
    """Encrypts the tracks of one package, each with the key of its kind.

    It must see the init segment of a track before the first segment. Keys that are `announced` are
    named beside its own, so that players have them before they need them.
    """

    keys: Mapping[TrackKind, ContentKey]
    announced: Collection[UUID] = ()
    _tracks: dict[str, _TrackCipher] = field(default_factory=dict[str, "_TrackCipher"])

    def init(self, track: str, payload: bytes) -> bytes:
        """Encrypt nothing yet, but say in the init segment how the track is encrypted."""
        kind, entry = _sample_entry(payload)
        key = self.keys[kind]
        self._tracks[track] = _TrackCipher(key, kind, entry)
        ids = sorted({*(key.id for key in self.keys.values()), *self.announced})
        return _announce_encryption(payload, key, kind, ids)

    def segment(self, track: str, payload: bytes) -> bytes:
        """Encrypt a media segment."""
        return self.part(track, payload, begins_segment=True)

    def part(self, track: str, payload: bytes, *, begins_segment: bool) -> bytes:
        """Encrypt fragments with which a media segment begins or goes on."""
        return self._tracks[track].encrypt(payload, begins_segment=begins_segment)


class _TrackCipher:
    """Encrypts the segments of one track."""

    def __init__(self, key: ContentKey, kind: TrackKind, entry: Box) -> None:
        self._cipher = _Cipher(key, kind)
        self._entry = entry if kind is TrackKind.VIDEO else None
        self._pictures: _Pictures | None = None

    def encrypt(self, fragments: bytes, *, begins_segment: bool) -> bytes:
        """Encrypt every fragment of a segment, or of a part of one."""
        if begins_segment:
            self._pictures = _pictures_of(self._entry) if self._entry else None
        return b"".join(
            self._encrypt_fragment(head, bytearray(media.content), self._pictures)
            for head, media in _fragments(fragments)
        )

    def _encrypt_fragment(self, head: Box, media: bytearray, pictures: _Pictures | None) -> bytes:
        maps: list[list[Subsample]] = []
        runs: list[range] = []
        for sample in _samples(head, len(media)):
            if pictures is None:
                runs.append(sample)
                continue
            coded = list(pictures.coded_ranges(memoryview(media)[sample.start : sample.stop]))
            runs += [range(sample.start + run.start, sample.start + run.stop) for run in coded]
            maps.append(map_sample(coded, len(sample)))
        self._cipher.encrypt(media, runs)
        return _write_head(head, maps) + write_box(b"mdat", bytes(media))


class _Cipher:
    """Turns runs of bytes in place into encrypted ones, or back."""

    def __init__(self, key: ContentKey, kind: TrackKind) -> None:
        self._cipher = Cipher(AES(key.secret), CBC(key.constant_iv))
        self._is_patterned = kind is TrackKind.VIDEO

    def encrypt(self, media: bytearray, runs: Sequence[range]) -> None:
        """Encrypt each run from the constant IV on."""
        for blocks in self._blocks(media, runs):
            blocks[:] = self._cipher.encryptor().update(blocks)

    def decrypt(self, media: bytearray, runs: Sequence[range]) -> None:
        """Decrypt what `encrypt` made."""
        for blocks in self._blocks(media, runs):
            blocks[:] = self._cipher.decryptor().update(blocks)

    def _blocks(self, media: bytearray, runs: Sequence[range]) -> Iterator[bytearray]:
        """Take the blocks of each run that are encrypted out, and put back what became of them."""
        view = memoryview(media)
        for run in runs:
            # Two numbers of eight bytes are one block; a part of one at the end stays clear.
            halves = view[run.start : run.stop - len(run) % BLOCK_BYTES].cast("Q")
            step = 2 * PATTERN_BLOCKS if self._is_patterned else 2
            first, second = halves[0::step], halves[1::step]
            blocks = bytearray(BLOCK_BYTES * len(first))
            taken = memoryview(blocks).cast("Q")
            taken[0::2], taken[1::2] = first, second
            yield blocks
            first[:], second[:] = taken[0::2], taken[1::2]


def name_keys(init: bytes) -> tuple[UUID, ...]:
    """Name the keys of a track's init segment: its own, then those that it announces; or none."""
    kind, entry = _sample_entry(init)
    if entry.kind != _ENCRYPTED_ENTRY[kind]:
        return ()
    inside = {child.kind: child for child in entry.children(_ENTRY_HEAD_BYTES[kind])}
    encryption = inside[b"sinf"].only(b"schi").only(b"tenc")
    own = UUID(bytes=bytes(encryption.content[8:24]))
    top = {box.kind: box for box in boxes_in(memoryview(init))}
    names = bytes(top[b"moov"].only(b"pssh").content[24:-4])
    ids = [UUID(bytes=names[at : at + 16]) for at in range(0, len(names), 16)]
    return own, *(each for each in ids if each != own)


def decrypt_init(payload: bytes) -> bytes:
    """Give the init segment as it was before it said how its track is encrypted."""
    return b"".join(
        _without_encryption(box) for box in boxes_in(memoryview(payload)) if box.kind != b"pssh"
    )


def decrypt_segment(init: bytes, payload: bytes, key: ContentKey) -> bytes:
    """Give a media segment as it was before it was encrypted; `init` is the encrypted one."""
    kind, _ = _sample_entry(init)
    cipher = _Cipher(key, kind)
    written: list[bytes] = []
    for head, content in _fragments(payload):
        media = bytearray(content.content)
        maps = _read_maps(head)
        samples = _samples(head, len(media))
        runs = [
            run
            for index, sample in enumerate(samples)
            for run in (_mapped_runs(sample, maps[index]) if maps else (sample,))
        ]
        cipher.decrypt(media, runs)
        written += (_write_head(head, []), write_box(b"mdat", bytes(media)))
    return b"".join(written)


def write_pssh(ids: Sequence[UUID]) -> bytes:
    """Write the box that names keys in the form of W3C's common system, which any player reads."""
    count = struct.pack(">I", len(ids))
    names = b"".join(key_id.bytes for key_id in ids)
    return write_full_box(b"pssh", 1, 0, COMMON_SYSTEM.bytes, count, names, bytes(4))


# --- the init segment -----------------------------------------------------------------------------


def _sample_entry(payload: bytes) -> tuple[TrackKind, Box]:
    top = {box.kind: box for box in boxes_in(memoryview(payload))}
    media = top[b"moov"].only(b"trak").only(b"mdia") if b"moov" in top else None
    if media is None:
        raise StreamMalformed("An init segment holds the box 'moov'.")
    handler = bytes(media.only(b"hdlr").content[8:12])
    if handler not in _HANDLERS:
        raise StreamMalformed(f"Tracks of the kind {handler!r} are not encrypted.")
    entries = list(media.only(b"minf").only(b"stbl").only(b"stsd").children(8))
    if len(entries) != 1:
        raise StreamMalformed(f"A track has one sample entry, not {len(entries)}.")
    return _HANDLERS[handler], entries[0]


def _announce_encryption(
    payload: bytes, key: ContentKey, kind: TrackKind, ids: Sequence[UUID]
) -> bytes:
    def rewrite(box: Box) -> bytes:
        if box.kind == b"stsd":
            (entry,) = box.children(8)
            return write_box(b"stsd", bytes(box.content[:8]), _encrypted_entry(entry, key, kind))
        if box.kind not in _CONTAINERS:
            return _bytes(box)
        names = write_pssh(ids) if box.kind == b"moov" else b""
        return write_box(box.kind, *map(rewrite, box.children()), names)

    return b"".join(map(rewrite, boxes_in(memoryview(payload))))


def _encrypted_entry(entry: Box, key: ContentKey, kind: TrackKind) -> bytes:
    pattern = VIDEO_PATTERN if kind is TrackKind.VIDEO else WHOLE
    defaults = struct.pack(">BBBB", 0, pattern, 1, 0) + key.id.bytes
    encryption = write_full_box(
        b"tenc", 1, 0, defaults, bytes([len(key.constant_iv)]), key.constant_iv
    )
    scheme = write_full_box(b"schm", 0, 0, SCHEME.encode(), struct.pack(">I", SCHEME_VERSION))
    return write_box(
        _ENCRYPTED_ENTRY[kind],
        bytes(entry.content),
        write_box(b"sinf", write_box(b"frma", entry.kind), scheme, write_box(b"schi", encryption)),
    )


def _without_encryption(box: Box) -> bytes:
    if box.kind == b"stsd":
        (entry,) = box.children(8)
        return write_box(b"stsd", bytes(box.content[:8]), _clear_entry(entry))
    if box.kind not in _CONTAINERS:
        return _bytes(box)
    children = (child for child in box.children() if child.kind != b"pssh")
    return write_box(box.kind, *map(_without_encryption, children))


def _clear_entry(entry: Box) -> bytes:
    kind = next(kind for kind, name in _ENCRYPTED_ENTRY.items() if name == entry.kind)
    head_bytes = _ENTRY_HEAD_BYTES[kind]
    inside = {child.kind: child for child in entry.children(head_bytes)}
    original = bytes(inside.pop(b"sinf").only(b"frma").content)
    return write_box(original, bytes(entry.content[:head_bytes]), *map(_bytes, inside.values()))


def _bytes(box: Box) -> bytes:
    return write_box(box.kind, bytes(box.content))


# --- what may be encrypted of pictures ------------------------------------------------------------


def _pictures_of(entry: Box) -> _Pictures:
    """Make what finds coded pictures; each segment begins with one that needs no other."""
    boxes = {box.kind: box for box in entry.children(_ENTRY_HEAD_BYTES[TrackKind.VIDEO])}
    if b"avcC" in boxes:
        return _NalPictures(AvcHeaders(boxes[b"avcC"]))
    if b"hvcC" in boxes:
        return _NalPictures(HevcHeaders(boxes[b"hvcC"]))
    if b"av1C" in boxes:
        return Av1Headers(boxes[b"av1C"])
    raise StreamMalformed(f"Pictures of the codec {entry.name!a} are not encrypted.")


@dataclass(frozen=True, slots=True)
class _NalPictures:
    """Finds the coded pictures in NAL units, each behind its length."""

    headers: AvcHeaders | HevcHeaders

    def coded_ranges(self, sample: memoryview) -> Iterator[range]:
        """Go through the places of coded pictures in a sample."""
        position, length_bytes = 0, self.headers.length_bytes
        while position < len(sample):
            start = position + length_bytes
            position = start + int.from_bytes(sample[position:start])
            if not start < position <= len(sample):
                raise StreamMalformed("A unit of the picture is larger than the sample around it.")
            clear_bytes = self.headers.clear_bytes(sample[start:position])
            if clear_bytes is not None:
                yield range(start + clear_bytes, position)


def map_sample(coded: Sequence[range], size_bytes: int) -> list[Subsample]:
    """Tell of a sample how many bytes lie in the clear and how many are encrypted, by turns."""
    mapped: list[Subsample] = []
    position = 0
    for run in coded:
        mapped += _map_run(run.start - position, len(run))
        position = run.stop
    if position < size_bytes:
        mapped += _map_run(size_bytes - position, 0)
    return mapped


def _map_run(clear_bytes: int, encrypted_bytes: int) -> Iterator[Subsample]:
    while clear_bytes > MOST_CLEAR_BYTES:
        yield MOST_CLEAR_BYTES, 0
        clear_bytes -= MOST_CLEAR_BYTES
    yield clear_bytes, encrypted_bytes


def _mapped_runs(sample: range, mapped: Sequence[Subsample]) -> Iterator[range]:
    position = sample.start
    for clear_bytes, encrypted_bytes in mapped:
        start = position + clear_bytes
        position = start + encrypted_bytes
        yield range(start, position)


# --- fragments ------------------------------------------------------------------------------------


def _fragments(segment: bytes) -> Iterator[tuple[Box, Box]]:
    boxes = list(boxes_in(memoryview(segment)))
    heads, media = boxes[::2], boxes[1::2]
    kinds = {box.kind for box in heads}, {box.kind for box in media}
    if kinds != ({b"moof"}, {b"mdat"}) or len(heads) != len(media):
        raise StreamMalformed("A segment is made of the boxes 'moof' and 'mdat' in turn.")
    return zip(heads, media, strict=True)


def _samples(head: Box, media_bytes: int) -> list[range]:
    """Give the places of the samples in the media of a fragment."""
    run = head.only(b"traf").only(b"trun")
    flags, count = run.unpack("II")
    if not flags & TRUN_SIZE:
        raise StreamMalformed("A fragment tells the size of each of its samples.")
    first = 8 + 4 * (flags & (TRUN_DATA_OFFSET | TRUN_FIRST_FLAGS)).bit_count()
    first += 4 if flags & TRUN_DURATION else 0
    row_bytes = 4 * (flags & TRUN_COLUMNS).bit_count()
    samples: list[range] = []
    position = 0
    for index in range(count):
        (size_bytes,) = run.unpack("I", first + index * row_bytes)
        samples.append(range(position, position + size_bytes))
        position += size_bytes
    if position != media_bytes:
        raise StreamMalformed(f"Samples of {position} bytes do not fill {media_bytes} of media.")
    return samples


def _write_head(head: Box, maps: Sequence[Sequence[Subsample]]) -> bytes:
    """Write the head of a fragment with what its samples need to be decrypted, or without."""
    kept = [box for box in head.only(b"traf").children() if box.kind not in _AUXILIARY]
    before = write_box(b"moof", _bytes(head.only(b"mfhd")), write_box(b"traf", *map(_bytes, kept)))
    places = _write_maps(maps, len(before)) if maps else b""
    # Boxes are written without spaces: what one grows by, the media behind it is moved by.
    moof_bytes = len(before) + len(places)
    boxes = (_moved(box, moof_bytes + 8) if box.kind == b"trun" else _bytes(box) for box in kept)
    return write_box(b"moof", _bytes(head.only(b"mfhd")), write_box(b"traf", *boxes, places))


def _moved(run: Box, data_offset: int) -> bytes:
    flags, count = run.unpack("II")
    if not flags & TRUN_DATA_OFFSET:
        raise StreamMalformed("A fragment tells where the first of its samples is.")
    rows = bytes(run.content[12:])
    return write_box(b"trun", struct.pack(">IIi", flags, count, data_offset), rows)


def _write_maps(maps: Sequence[Sequence[Subsample]], offset: int) -> bytes:
    """Write `saiz`, `saio` and `senc`, which begin at an offset of the fragment."""
    entries = [
        struct.pack(">H", len(mapped)) + b"".join(SUBSAMPLE.pack(*pair) for pair in mapped)
        for mapped in maps
    ]
    sizes = [len(entry) for entry in entries]
    if max(sizes) > MOST_SAMPLE_BYTES:
        raise StreamMalformed("A picture is in too many pieces to say which are encrypted.")
    count = struct.pack(">I", len(sizes))
    same = sizes[0] if len(set(sizes)) == 1 else 0
    saiz = write_full_box(b"saiz", 0, 0, bytes([same]), count, b"" if same else bytes(sizes))
    saio_bytes = 20
    first = offset + len(saiz) + saio_bytes + 16
    saio = write_full_box(b"saio", 0, 0, struct.pack(">II", 1, first))
    return saiz + saio + write_full_box(b"senc", 0, USES_SUBSAMPLES, count, *entries)


def _read_maps(head: Box) -> list[list[Subsample]]:
    box = head.only(b"traf").find(b"senc")
    if box is None or not box.unpack("I")[0] & USES_SUBSAMPLES:
        return []
    maps: list[list[Subsample]] = []
    position = 8
    for _ in range(box.unpack("II")[1]):
        (count,) = box.unpack("H", position)
        position += 2
        stop = position + count * SUBSAMPLE.size
        maps.append(list(SUBSAMPLE.iter_unpack(box.content[position:stop])))
        position = stop
    return maps
