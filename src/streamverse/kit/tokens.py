"""Tokens: signed, expiring grants for addresses, and random secrets kept only as a hash."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from streamverse.kit.errors import Forbidden

_EXPIRY_BYTES = 5
_KEY_ID_BYTES = 3
_MAC_BYTES = 16
_HEADER_BYTES = _EXPIRY_BYTES + _KEY_ID_BYTES
# 24 bytes are 32 letters of base64 with no spare bits: each grant can be written in one way only.
_GRANT = re.compile(r"[A-Za-z0-9_-]{32}", re.ASCII)
_MIN_KEY_BYTES = 16
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class GrantInvalid(Forbidden):
    """The address was not signed by us, or for something else."""

    code = "kit.grant_invalid"

    def __init__(self) -> None:
        super().__init__("This address is not valid: open the page again to get a new one.")


class GrantExpired(Forbidden):
    """The address was valid once."""

    code = "kit.grant_expired"

    def __init__(self) -> None:
        super().__init__("This address has expired: open the page again to get a new one.")


class Signer:
    """Signs grants: proof, in 32 letters of an address, that a scope may be read until a moment.

    Several keys make rotation possible: the first signs, all of them verify.
    """

    def __init__(self, keys: Sequence[bytes], *, cache_size: int = 10_000) -> None:
        if not keys or any(len(key) < _MIN_KEY_BYTES for key in keys):
            raise ValueError(f"A signer needs at least one key of at least {_MIN_KEY_BYTES} bytes")
        self._keys = {_key_id(key): key for key in reversed(keys)}
        self._signing_id = _key_id(keys[0])
        self._cache_size = cache_size
        self._expiry_by_verified: dict[tuple[str, str], int] = {}

    def grant(self, scope: str, expires_at: datetime) -> str:
        """Sign that the scope may be read until then; parts of a second are dropped."""
        header = _seconds(expires_at).to_bytes(_EXPIRY_BYTES) + self._signing_id
        mac = _mac(self._keys[self._signing_id], header, scope)
        return base64.urlsafe_b64encode(header + mac).decode()

    def verify(self, grant: str, scope: str, now: datetime) -> None:
        """Check a grant in about a microsecond once it has been seen, else in about ten."""
        expiry_s = self._expiry_by_verified.get((grant, scope))
        if expiry_s is None:
            expiry_s = self._check_mac(grant, scope)
            self._remember(grant, scope, expiry_s)
        if now.timestamp() >= expiry_s:
            self._expiry_by_verified.pop((grant, scope), None)
            raise GrantExpired

    def _check_mac(self, grant: str, scope: str) -> int:
        if _GRANT.fullmatch(grant) is None:
            raise GrantInvalid
        raw = base64.urlsafe_b64decode(grant)
        header, mac = raw[:_HEADER_BYTES], raw[_HEADER_BYTES:]
        key = self._keys.get(header[_EXPIRY_BYTES:])
        if key is None or not hmac.compare_digest(mac, _mac(key, header, scope)):
            raise GrantInvalid
        return int.from_bytes(header[:_EXPIRY_BYTES])

    def _remember(self, grant: str, scope: str, expiry_s: int) -> None:
        if len(self._expiry_by_verified) >= self._cache_size:
            # Threads may race here; the one that comes late finds the entry gone.
            self._expiry_by_verified.pop(next(iter(self._expiry_by_verified)), None)
        self._expiry_by_verified[grant, scope] = expiry_s


def steady_expiry(now: datetime, lifetime: timedelta, window: timedelta) -> datetime:
    """Give an expiry at least a lifetime away that stays the same for a window of time.

    A viewer who comes back within the window so gets the same address, which caches then know.
    """
    windows = -((_EPOCH - now - lifetime) // window)
    return _EPOCH + windows * window


def new_secret() -> str:
    """Make a random secret of 256 bits in 43 URL-safe letters, for a session or a link."""
    return secrets.token_urlsafe(32)


def hash_secret(secret: str) -> str:
    """Hash a secret for keeping, as 64 hex digits.

    Only for secrets from ``new_secret``: they are too long to guess, so that a fast hash is enough.
    """
    return hashlib.sha256(secret.encode()).hexdigest()


def is_same_secret(left: str, right: str) -> bool:
    """Compare two secrets in a time that does not tell how much of them is equal."""
    return hmac.compare_digest(left.encode(), right.encode())


def setup_token(key: bytes) -> str:
    """Make the token of the link that sets up an installation, the same for each of its processes.

    It is derived, not stored: whoever accepts it must also check that nothing has been set up yet.
    """
    mac = hmac.digest(key, b"setup token", "sha256")
    return base64.urlsafe_b64encode(mac[:24]).decode()


def _mac(key: bytes, header: bytes, scope: str) -> bytes:
    return hmac.digest(key, b"grant\0" + header + scope.encode(), "sha256")[:_MAC_BYTES]


def _key_id(key: bytes) -> bytes:
    return hmac.digest(key, b"key id", "sha256")[:_KEY_ID_BYTES]


def _seconds(at: datetime) -> int:
    return int(at.timestamp())
