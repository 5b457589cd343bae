"""Bits of a coded stream, read field by field in the words of the codecs' specifications."""

from __future__ import annotations

from typing import Final, TypeVar

from streamverse.mediakit.boxes import StreamMalformed

LONGEST_GOLOMB_BITS: Final = 32

T = TypeVar("T")


class BitReader:
    """Reads the fields of a header; `position` counts bits from its start."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.position = 0

    @property
    def bytes_read(self) -> int:
        """How many bytes hold what was read, the last one perhaps in part."""
        return (self.position + 7) // 8

    def u(self, bits: int) -> int:
        """Read an unsigned number of a fixed width."""
        start, stop = self.position, self.position + bits
        if stop > len(self._data) * 8:
            raise StreamMalformed("A header of the stream breaks off before its end.")
        self.position = stop
        covering = int.from_bytes(self._data[start // 8 : (stop + 7) // 8])
        return covering >> (-stop % 8) & ((1 << bits) - 1)

    def flag(self) -> bool:
        """Read one bit."""
        return self.u(1) == 1

    def skip(self, bits: int) -> None:
        """Go past fields that mean nothing here."""
        self.position += bits

    def ue(self) -> int:
        """Read an unsigned Exp-Golomb code (ITU-T H.264, 9.1)."""
        zeros = 0
        while not self.flag():
            zeros += 1
            if zeros > LONGEST_GOLOMB_BITS:
                raise StreamMalformed("A header of the stream holds a number without an end.")
        return (1 << zeros) - 1 + self.u(zeros)

    def se(self) -> int:
        """Read a signed Exp-Golomb code."""
        code = self.ue()
        return (code + 1) // 2 if code % 2 else -(code // 2)

    def su(self, bits: int) -> int:
        """Read a signed number of a fixed width (AV1, 4.10.6)."""
        value = self.u(bits)
        return value - (1 << bits) if value >> (bits - 1) else value

    def ns(self, count: int) -> int:
        """Read one of so many values, the first of which take a bit less (AV1, 4.10.7)."""
        width = count.bit_length()
        shorter = (1 << width) - count
        value = self.u(width - 1)
        return value if value < shorter else (value << 1) - shorter + self.u(1)

    def align(self) -> None:
        """Go to the next whole byte."""
        self.position = self.bytes_read * 8


class NalReader(BitReader):
    """Reads a NAL unit, from which the bytes that prevent false start codes are taken out."""

    def __init__(self, nal: bytes) -> None:
        self._removed: list[int] = []
        plain, start = bytearray(), 0
        while (at := nal.find(b"\0\0\3", start)) >= 0:
            plain += nal[start : at + 2]
            self._removed.append(len(plain))
            start = at + 3
        super().__init__(bytes(plain + nal[start:]))

    @property
    def nal_bytes_read(self) -> int:
        """How many bytes of the NAL unit, as it is stored, hold what was read."""
        return self.bytes_read + sum(place < self.bytes_read for place in self._removed)


def parameter_set(sets: dict[int, T], number: int) -> T:
    """Give the parameter set that a picture names."""
    if number not in sets:
        raise StreamMalformed(f"A picture names the parameter set {number}, which is not there.")
    return sets[number]
