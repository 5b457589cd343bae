"""What players say with each request for media (CTA-5004), in headers or in the query."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote

# A key, alone for true, or with a number, a token, or a string in quotation marks.
_PAIR: Final = re.compile(r'\s*([A-Za-z0-9.-]{1,32})(?:=("(?:[^"\\]|\\.)*"|[^,"]*))?\s*(?:,|$)')
_QUERY: Final = re.compile(r"(?:^|&)CMCD=([^&]*)")
HEADERS: Final = frozenset({b"cmcd-request", b"cmcd-object", b"cmcd-status", b"cmcd-session"})
LONGEST: Final = 2000

CmcdValue = str | int | bool


def parse_cmcd(text: str) -> Mapping[str, CmcdValue]:
    """Read key and value pairs; what is malformed is left out."""
    found: dict[str, CmcdValue] = {}
    for match in _PAIR.finditer(text[:LONGEST]):
        key, value = match[1], match[2]
        if value is None:
            found[key] = True
        elif value.startswith('"'):
            found[key] = re.sub(r"\\(.)", r"\1", value[1:-1])
        elif value.isascii() and value.isdigit():
            found[key] = int(value[:15])
        elif value:
            found[key] = value
    return found


def find_cmcd(headers: list[tuple[bytes, bytes]], query: bytes) -> str:
    """Find what a request says, in whichever of the two ways; nothing where it says nothing."""
    said = [value for name, value in headers if name in HEADERS]
    if said:
        return b",".join(said).decode("latin-1")
    if b"CMCD=" not in query:
        return ""
    match = _QUERY.search(query.decode("latin-1"))
    return unquote(match[1]) if match else ""
