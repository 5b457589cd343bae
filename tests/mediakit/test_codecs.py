"""Codecs are named as RFC 6381 and the bindings of HEVC and AV1 say, whoever wrote the entry."""

import struct

import pytest

from streamverse.mediakit.boxes import Box, StreamMalformed, write_box
from streamverse.mediakit.codecs import name_codec


def entry(kind: bytes, *boxes: bytes, head_bytes: int = 78) -> Box:
    return Box(kind, memoryview(bytes(head_bytes) + b"".join(boxes)))


def hvcc(general: int, compatibility: int, constraints: str, level: int) -> bytes:
    content = struct.pack(">BBI", 1, general, compatibility) + bytes.fromhex(constraints)
    return write_box(b"hvcC", content + bytes([level]))


def av1c(profile_level: int, flags: int) -> bytes:
    return write_box(b"av1C", bytes([0x81, profile_level, flags, 0]))


def colr(primaries: int, transfer: int, matrix: int, is_full: int = 0) -> bytes:
    return write_box(
        b"colr", b"nclx" + struct.pack(">HHHB", primaries, transfer, matrix, is_full << 7)
    )


@pytest.mark.parametrize(
    ("found", "name"),
    [
        (entry(b"avc1", write_box(b"avcC", b"\x01\x64\x00\x1f")), "avc1.64001f"),
        (entry(b"hvc1", hvcc(0x01, 0x6000_0000, "900000000000", 93)), "hvc1.1.6.L93.90"),
        (entry(b"hvc1", hvcc(0x02, 0x2000_0000, "b00000000000", 150)), "hvc1.2.4.L150.b0"),
        # A space of profiles, the high tier, and constraints to the last byte.
        (
            entry(b"hev1", hvcc(0x61, 0x4000_0000, "b00000000001", 120)),
            "hev1.A1.2.H120.b0.0.0.0.0.1",
        ),
        (entry(b"hvc1", hvcc(0x01, 0x6000_0000, "000000000000", 93)), "hvc1.1.6.L93"),
        (entry(b"av01", av1c(0x08, 0x0C)), "av01.0.08M.08"),
        (entry(b"av01", av1c(0x2D, 0xCC)), "av01.1.13H.10"),
        (entry(b"av01", av1c(0x45, 0x60)), "av01.2.05M.12"),
        # Colours are named where they are not the usual ones.
        (entry(b"av01", av1c(0x04, 0x4D), colr(1, 1, 1)), "av01.0.04M.10"),
        (entry(b"av01", av1c(0x04, 0x4D), colr(9, 16, 9)), "av01.0.04M.10.0.111.09.16.09.0"),
        (entry(b"av01", av1c(0x04, 0x5C), colr(9, 18, 9, 1)), "av01.0.04M.10.1.110.09.18.09.1"),
        (entry(b"av01", av1c(0x04, 0x4D), write_box(b"colr", b"prof")), "av01.0.04M.10"),
        (entry(b"ec-3", head_bytes=28), "ec-3"),
        (entry(b"ac-3", head_bytes=28), "ac-3"),
        (entry(b"Opus", head_bytes=28), "Opus"),
    ],
)
def test_names(found: Box, name: str):
    assert name_codec(found) == name


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (entry(b"hvc1"), "The sample entry 'hvc1' lacks the box 'hvcC'."),
        (entry(b"av01"), "The sample entry 'av01' lacks the box 'av1C'."),
        (entry(b"hvc1", write_box(b"hvcC", b"\x01")), "The box 'hvcC' is too short"),
        (entry(b"av01", write_box(b"av1C", b"\x81")), "The box 'av1C' is too short"),
        (
            entry(b"av01", av1c(0, 0), write_box(b"colr", b"nclx")),
            "The box 'colr' is too short",
        ),
    ],
)
def test_entries_that_lack_what_names_them(found: Box, sentence: str):
    with pytest.raises(StreamMalformed, match=sentence):
        name_codec(found)
