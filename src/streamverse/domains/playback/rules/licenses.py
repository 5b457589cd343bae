"""What a licence request asks for, and how keys are written."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from uuid import UUID

from streamverse.domains.playback.errors import LicenseRequestInvalid

TEMPORARY = "temporary"
# A recording of some hours has that many, each of which lasted for minutes.
MAX_KEYS = 100


def read_key_ids(kids: Sequence[str], kind: str) -> list[UUID]:
    """Read the names of the keys that a licence request asks for (EME, 9.1.3)."""
    if kind != TEMPORARY:
        raise LicenseRequestInvalid(f"Only licences of the type {TEMPORARY} are given.")
    if not 0 < len(kids) <= MAX_KEYS:
        raise LicenseRequestInvalid(f"A licence request names from 1 to {MAX_KEYS} keys.")
    return [_read_key_id(kid) for kid in kids]


def _read_key_id(kid: str) -> UUID:
    try:
        # Sixteen bytes in base64 without padding, which the decoder wants to see.
        return UUID(bytes=base64.b64decode(f"{kid}==", altchars=b"-_", validate=True))
    except (ValueError, binascii.Error) as malformed:
        raise LicenseRequestInvalid(
            "A key is named by the base64url form of sixteen bytes."
        ) from malformed


def write_base64url(content: bytes) -> str:
    """Write bytes as JSON web keys do: base64url without padding."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
