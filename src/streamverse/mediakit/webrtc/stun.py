"""STUN messages of ICE (RFC 8489, RFC 8445), written and read."""

from __future__ import annotations

import hmac
import struct
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Final
from zlib import crc32

HEADER_BYTES: Final = 20
MAGIC: Final = 0x2112A442
REQUEST, SUCCESS, FAILURE = 0x0001, 0x0101, 0x0111
USERNAME, INTEGRITY, ERROR_CODE, XOR_ADDRESS = 0x0006, 0x0008, 0x0009, 0x0020
PRIORITY, USE_CANDIDATE, FINGERPRINT = 0x0024, 0x0025, 0x8028
CONTROLLED, CONTROLLING = 0x8029, 0x802A
FINGERPRINT_MASK: Final = 0x5354554E
FINGERPRINT_BYTES, INTEGRITY_BYTES, FRAME_BYTES = 8, 24, 4
LONGEST_BYTES: Final = 1500
IPV4, IPV6 = 1, 2


class StunBroken(ValueError):
    """Bytes that are no STUN message, or one that was changed on its way."""


@dataclass(frozen=True, slots=True)
class StunMessage:
    """A message: what it is, which exchange it belongs to, and what it says."""

    kind: int
    transaction: bytes
    attributes: tuple[tuple[int, bytes], ...] = ()
    # What was signed, and the signature; only of messages that were read.
    signed: bytes = field(default=b"", compare=False, repr=False)
    signature: bytes = field(default=b"", compare=False, repr=False)

    @classmethod
    def parse(cls, data: bytes) -> StunMessage:
        """Read a message; nothing behind its signature counts but the fingerprint."""
        if not HEADER_BYTES <= len(data) <= LONGEST_BYTES:
            raise StunBroken("A message of STUN has another length.")
        kind, length, magic = struct.unpack_from(">HHI", data)
        if kind >> 14 or magic != MAGIC or length != len(data) - HEADER_BYTES or length & 3:
            raise StunBroken("The header is not one of STUN.")
        attributes: list[tuple[int, bytes]] = []
        signed, signature = b"", b""
        position = HEADER_BYTES
        while position < len(data):
            name, size = struct.unpack_from(">HH", data, position)
            start = position + FRAME_BYTES
            value = data[start : start + size]
            if len(value) < size:
                raise StunBroken("An attribute is longer than the message.")
            if name == INTEGRITY and not signature:
                signed = _sized(data[:position], INTEGRITY_BYTES)
                signature = value
            elif name == FINGERPRINT:
                if value != _fingerprint(_sized(data[:position], FINGERPRINT_BYTES)):
                    raise StunBroken("The fingerprint does not fit the message.")
            elif not signature:
                attributes.append((name, value))
            position = start + size + -size % 4
        return cls(kind, data[8:HEADER_BYTES], tuple(attributes), signed, signature)

    def __bytes__(self) -> bytes:
        """Write the message without a signature."""
        parts = [
            struct.pack(">HH", name, len(value)) + value + bytes(-len(value) % 4)
            for name, value in self.attributes
        ]
        content = b"".join(parts)
        head = struct.pack(">HHI", self.kind, len(content), MAGIC)
        return head + self.transaction + content

    def sign(self, password: str) -> bytes:
        """Write the message with its signature and its fingerprint."""
        plain = _sized(bytes(self), INTEGRITY_BYTES)
        signature = hmac.digest(password.encode(), plain, "sha1")
        whole = plain + struct.pack(">HH", INTEGRITY, len(signature)) + signature
        whole = _sized(whole, FINGERPRINT_BYTES)
        return whole + struct.pack(">HH", FINGERPRINT, 4) + _fingerprint(whole)

    def is_signed_with(self, password: str) -> bool:
        """Tell whether whoever wrote it knows a password."""
        expected = hmac.digest(password.encode(), self.signed, "sha1")
        return bool(self.signature) and hmac.compare_digest(expected, self.signature)

    def find(self, name: int) -> bytes | None:
        """Give what an attribute says, if it is there."""
        return next((value for key, value in self.attributes if key == name), None)


def answer_check(request: StunMessage, address: tuple[str, int], password: str) -> bytes:
    """Tell whoever checks the way to us where their message came from."""
    said = ((XOR_ADDRESS, xor_address(address, request.transaction)),)
    return StunMessage(SUCCESS, request.transaction, said).sign(password)


def xor_address(address: tuple[str, int], transaction: bytes) -> bytes:
    """Write an address such that no box on the way changes it (RFC 8489, 14.2)."""
    plain = ip_address(address[0].partition("%")[0])
    mask = struct.pack(">I", MAGIC) + transaction
    masked = bytes(a ^ b for a, b in zip(plain.packed, mask, strict=False))
    family = IPV4 if plain.version == 4 else IPV6  # noqa: PLR2004
    return struct.pack(">xBH", family, address[1] ^ MAGIC >> 16) + masked


def is_stun(data: bytes) -> bool:
    """Tell STUN from what else comes to the same port (RFC 7983)."""
    return len(data) >= HEADER_BYTES and data[0] < 4  # noqa: PLR2004


def _sized(data: bytes, more: int) -> bytes:
    """Say in the header that so much more comes."""
    length = len(data) - HEADER_BYTES + more
    return data[:2] + length.to_bytes(2) + data[4:]


def _fingerprint(data: bytes) -> bytes:
    return (crc32(data) ^ FINGERPRINT_MASK).to_bytes(4)
