"""Secrets at rest: one master secret, keys derived from it for each purpose, and sealed bytes."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from streamverse.kit.errors import Unavailable

KEY_BYTES = 32

_FORMAT = b"\x01"
_KEY_ID_BYTES = 4
_NONCE_BYTES = 12
_TAG_BYTES = 16
_HEADER_BYTES = len(_FORMAT) + _KEY_ID_BYTES


class Undecryptable(Unavailable):
    """Sealed bytes cannot be opened."""

    code = "kit.undecryptable"


class MasterSecretUnsafe(Unavailable):
    """The file of the master secret is not fit to be trusted."""

    code = "kit.master_secret_unsafe"


def new_key(size_bytes: int = KEY_BYTES) -> bytes:
    """Make a random key."""
    return os.urandom(size_bytes)


def derive_key(master: bytes, purpose: str, size_bytes: int = KEY_BYTES) -> bytes:
    """Derive the key of one purpose (HKDF-SHA256); it tells nothing about the others."""
    return HKDF(SHA256(), size_bytes, salt=None, info=b"streamverse " + purpose.encode()).derive(
        master
    )


class Vault:
    """Seals bytes with AES-256-GCM: unreadable, and any change is noticed.

    Several keys make rotation possible: the first encrypts, all of them decrypt. A sealed value is
    ``format (1) | key id (4) | nonce (12) | ciphertext | tag (16)``. Nonces are random, so that one
    key may seal some four thousand million values (NIST SP 800-38D §8.3).
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys or any(len(key) != KEY_BYTES for key in keys):
            raise ValueError(f"A vault needs at least one key, each of {KEY_BYTES} bytes")
        self._ciphers = {_key_id(key): AESGCM(key) for key in reversed(keys)}
        self._encrypting_id = _key_id(keys[0])

    def encrypt(self, plain: bytes, associated: bytes) -> bytes:
        """Seal bytes; ``associated`` says what they belong to and must be the same to open them."""
        header = _FORMAT + self._encrypting_id
        nonce = os.urandom(_NONCE_BYTES)
        cipher = self._ciphers[self._encrypting_id]
        return header + nonce + cipher.encrypt(nonce, plain, header + associated)

    def decrypt(self, sealed: bytes, associated: bytes) -> bytes:
        """Open sealed bytes, or raise Undecryptable."""
        header, rest = sealed[:_HEADER_BYTES], sealed[_HEADER_BYTES:]
        if len(rest) < _NONCE_BYTES + _TAG_BYTES or header[:1] != _FORMAT:
            raise Undecryptable(
                "A stored secret is damaged: restore it from a backup or set it anew."
            )
        cipher = self._ciphers.get(header[1:])
        if cipher is None:
            raise Undecryptable(
                "A stored secret was sealed with a key that is not configured: "
                "add the old secret key behind the new one, separated by a comma."
            )
        try:
            return cipher.decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], header + associated)
        except InvalidTag as error:
            raise Undecryptable(
                "A stored secret was changed or belongs to something else: "
                "restore it from a backup or set it anew."
            ) from error

    def is_current(self, sealed: bytes) -> bool:
        """Tell whether the value is sealed with the key that encrypts now; if not, seal it anew."""
        return sealed[:_HEADER_BYTES] == _FORMAT + self._encrypting_id


def load_or_create_master_secret(path: Path) -> bytes:
    """Read the master secret, or make one for the first process that asks.

    Processes may race: one of them makes the file, all of them get the same secret.
    """
    with suppress(FileNotFoundError):
        return _read_master_secret(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        _write_durably(draft, secrets.token_hex(KEY_BYTES).encode() + b"\n")
        # A link, not a rename: it fails when another process was first.
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    _sync_folder(path.parent)
    return _read_master_secret(path)


def _read_master_secret(path: Path) -> bytes:
    with path.open("rb") as file:
        mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise MasterSecretUnsafe(
                f"Other users of this machine can read the secret in {path} (mode {mode:04o}): "
                f"run `chmod 600 {path}`, and delete the file instead if someone may have read it."
            )
        text = file.read(4 * KEY_BYTES)
    try:
        secret = bytes.fromhex(text.decode())
    except ValueError:
        secret = b""
    if len(secret) != KEY_BYTES:
        raise MasterSecretUnsafe(
            f"The file {path} does not hold a secret of {2 * KEY_BYTES} hex digits: restore it "
            "from a backup, or delete it to have a new one made, which logs everyone out."
        )
    return secret


def _write_durably(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _key_id(key: bytes) -> bytes:
    return derive_key(key, "key id", _KEY_ID_BYTES)
