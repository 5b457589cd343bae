"""Whether a file's segments are encrypted, decided without I/O."""

from __future__ import annotations

from streamverse.domains.media.contracts import Protection
from streamverse.domains.media.errors import ProtectionNotYours, ProtectionUnknown


def read_choice(text: str | None, *, may_choose: bool) -> Protection | None:
    """Read what an uploader wishes; None leaves it to the operator's settings."""
    if not text:
        return None
    if text not in set(Protection):
        raise ProtectionUnknown(text)
    if not may_choose:
        raise ProtectionNotYours
    return Protection(text)
