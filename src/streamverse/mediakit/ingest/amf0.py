"""Action Message Format 0, in which RTMP says everything that is not media (Adobe, 2007)."""

from __future__ import annotations

import struct
from typing import Final, TypeAlias

from streamverse.mediakit.ingest.samples import MediaRefused

NUMBER, BOOLEAN, STRING, OBJECT, NULL, UNDEFINED = 0, 1, 2, 3, 5, 6
ECMA_ARRAY, OBJECT_END, STRICT_ARRAY, DATE, LONG_STRING = 8, 9, 10, 11, 12
DEEPEST: Final = 8
MOST_VALUES: Final = 1000
LONGEST_SHORT: Final = 0xFFFF

Amf0: TypeAlias = "float | bool | str | dict[str, Amf0] | list[Amf0] | None"


class Amf0Malformed(MediaRefused):
    """The bytes are not AMF0, or more of it than anybody needs."""


def parse_amf0(data: bytes) -> list[Amf0]:
    """Read values until the bytes end."""
    return _Reader(data).read_all()


def write_amf0(*values: Amf0) -> bytes:
    """Write values one after the other."""
    return b"".join(map(_write, values))


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._position = 0
        self._values = 0

    def read_all(self) -> list[Amf0]:
        found: list[Amf0] = []
        while self._position < len(self._data):
            found.append(self._read(0))
        return found

    def _read(self, depth: int) -> Amf0:
        self._values += 1
        if depth > DEEPEST or self._values > MOST_VALUES:
            raise Amf0Malformed("A message holds more values, or deeper, than any encoder sends.")
        (kind,) = self._take(1)
        if kind in {OBJECT, ECMA_ARRAY}:
            # The count of an array is a hint: its members end as those of an object do (2.10).
            self._take(4 if kind == ECMA_ARRAY else 0)
            return self._members(depth)
        if kind == STRICT_ARRAY:
            return self._items(depth)
        return self._scalar(kind)

    def _scalar(self, kind: int) -> float | bool | str | None:
        if kind in {NUMBER, DATE}:
            (number,) = struct.unpack(">d", self._take(8))
            # A date ends with a time zone that means nothing (2.13).
            self._take(2 if kind == DATE else 0)
            return float(number)
        if kind == BOOLEAN:
            return self._take(1) != b"\0"
        if kind in {STRING, LONG_STRING}:
            return self._text(2 if kind == STRING else 4)
        if kind in {NULL, UNDEFINED}:
            return None
        raise Amf0Malformed(f"A message holds a value of the kind {kind}, which is not read.")

    def _members(self, depth: int) -> dict[str, Amf0]:
        members: dict[str, Amf0] = {}
        while True:
            name = self._text(2)
            if not name and self._data[self._position : self._position + 1] == b"\x09":
                self._position += 1
                return members
            members[name] = self._read(depth + 1)

    def _items(self, depth: int) -> list[Amf0]:
        count = int.from_bytes(self._take(4))
        return [self._read(depth + 1) for _ in range(count)]

    def _text(self, length_bytes: int) -> str:
        length = int.from_bytes(self._take(length_bytes))
        return self._take(length).decode("utf-8", "replace")

    def _take(self, count: int) -> bytes:
        taken = self._data[self._position : self._position + count]
        if len(taken) < count:
            raise Amf0Malformed("A message breaks off within a value.")
        self._position += count
        return taken


def _write(value: Amf0) -> bytes:
    match value:
        case None:
            written = bytes([NULL])
        case bool():
            written = bytes([BOOLEAN, value])
        case int() | float():
            written = struct.pack(">Bd", NUMBER, value)
        case str():
            text = value.encode()
            is_long = len(text) > LONGEST_SHORT
            head = (">BI", LONG_STRING) if is_long else (">BH", STRING)
            written = struct.pack(*head, len(text)) + text
        case list():
            items = b"".join(map(_write, value))
            written = struct.pack(">BI", STRICT_ARRAY, len(value)) + items
        case dict():
            members = (_write(name)[1:] + _write(member) for name, member in value.items())
            written = bytes([OBJECT]) + b"".join(members) + bytes([0, 0, OBJECT_END])
    return written
