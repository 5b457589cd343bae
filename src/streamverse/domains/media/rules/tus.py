"""The words of the resumable upload protocol, tus 1.0.0, and its extensions."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from streamverse.domains.media.errors import (
    ChecksumUnsupported,
    TusRequestInvalid,
    TusVersionUnsupported,
)

VERSION = "1.0.0"
EXTENSIONS = (
    "creation",
    "creation-with-upload",
    "termination",
    "checksum",
    "expiration",
    "concatenation",
)
CHECKSUM_ALGORITHMS = ("sha1", "sha256", "md5")
CONTENT_TYPE = "application/offset+octet-stream"
METADATA_LIMIT = 8192
MAX_PARTS = 1000

_NUMBER = re.compile(r"[0-9]{1,18}")
_METADATA_KEY = re.compile(r"[\x21-\x2b\x2d-\x7e]{1,255}")
_UPLOAD_ADDRESS = re.compile(
    r"(?:https?://[^/\s]+)?/api/v1/uploads/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/?"
)


class Digest(Protocol):
    """What we use of a ``hashlib`` object."""

    def update(self, data: bytes, /) -> None:
        """Take in more bytes."""
        ...

    def digest(self) -> bytes:
        """Give the sum of all bytes so far."""
        ...


@dataclass(frozen=True, slots=True)
class Checksum:
    """The sum that a PATCH's body must have (checksum extension)."""

    algorithm: str
    expected: bytes

    def start(self) -> Digest:
        """Start summing."""
        return hashlib.new(self.algorithm, usedforsecurity=False)


@dataclass(frozen=True, slots=True)
class Partial:
    """The upload is a part of a later one (concatenation extension)."""


@dataclass(frozen=True, slots=True)
class Final:
    """The upload is made of earlier partial ones, in this order."""

    part_ids: tuple[UUID, ...]


def parse_number(header: str, value: str | None) -> int:
    """Parse a header that must be a whole number of bytes."""
    if value is None:
        raise TusRequestInvalid(f"The header {header} is missing: say a number of bytes.")
    if _NUMBER.fullmatch(value) is None:
        raise TusRequestInvalid(f"The header {header} must be a whole number of bytes.")
    return int(value)


def parse_metadata(header: str | None) -> dict[str, str]:
    """Parse ``Upload-Metadata``: ``key base64, key base64``; keys are unique, values UTF-8."""
    found: dict[str, str] = {}
    if header is None or not header.strip():
        return found
    if len(header) > METADATA_LIMIT:
        raise TusRequestInvalid(
            f"Upload-Metadata is longer than {METADATA_LIMIT} bytes: shorten it."
        )
    for pair in header.split(","):
        key, _, encoded = pair.strip().partition(" ")
        if _METADATA_KEY.fullmatch(key) is None or key in found:
            raise TusRequestInvalid("Upload-Metadata must list each key once, in ASCII.")
        try:
            found[key] = base64.b64decode(encoded.strip(), validate=True).decode()
        except ValueError as malformed:
            raise TusRequestInvalid(
                f"The value of {key} in Upload-Metadata must be Base64 of UTF-8 text."
            ) from malformed
    return found


def parse_checksum(header: str | None) -> Checksum | None:
    """Parse ``Upload-Checksum``: an algorithm of ours and the sum in Base64."""
    if header is None:
        return None
    algorithm, _, encoded = header.strip().partition(" ")
    if algorithm not in CHECKSUM_ALGORITHMS:
        raise ChecksumUnsupported(algorithm)
    try:
        return Checksum(algorithm, base64.b64decode(encoded.strip(), validate=True))
    except ValueError as malformed:
        raise TusRequestInvalid("Upload-Checksum must give the sum in Base64.") from malformed


def parse_concat(header: str | None) -> Partial | Final | None:
    """Parse ``Upload-Concat``: ``partial``, or ``final;`` and the addresses of the parts."""
    if header is None:
        return None
    if header == "partial":
        return Partial()
    kind, _, addresses = header.partition(";")
    if kind != "final" or not addresses.strip():
        raise TusRequestInvalid(
            "Upload-Concat must be 'partial', or 'final;' and upload addresses."
        )
    found: list[UUID] = []
    for address in addresses.split():
        match = _UPLOAD_ADDRESS.fullmatch(address)
        if match is None:
            raise TusRequestInvalid(
                "Upload-Concat names something that is not an upload's address."
            )
        found.append(UUID(match[1]))
    if len(found) > MAX_PARTS or len(set(found)) != len(found):
        raise TusRequestInvalid(f"Upload-Concat must name each part once, {MAX_PARTS} at the most.")
    return Final(tuple(found))


def check_version(headers: Mapping[str, str]) -> None:
    """Refuse a client that speaks another version of the protocol."""
    if headers.get("tus-resumable") != VERSION:
        raise TusVersionUnsupported(VERSION)
