"""The keys of encrypted SRT: how a passphrase guards them, and what they open (section 6)."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import partial
from hashlib import pbkdf2_hmac
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from streamverse.mediakit.ingest.srt_packets import PacketBroken

EVEN, ODD, BOTH = 1, 2, 3
ITERATIONS: Final = 2048
SALT_BYTES: Final = 16
FIXED_BYTES: Final = 16
WRAP_BYTES: Final = 8
KEY_BYTES: Final = frozenset({16, 24, 32})
# Version 1, key material, the mark of its maker; AES-CTR over MPEG-TS/SRT (3.2.2).
HEAD: Final = b"\x12\x20\x29"
AES_CTR, OVER_SRT = 2, 2


class PassphraseWrong(Exception):
    """The passphrase does not open the key."""


@dataclass(frozen=True, slots=True)
class KeyMaterial:
    """A message that brings one or two keys, wrapped: `which` is EVEN, ODD or BOTH."""

    which: int
    salt: bytes
    key_bytes: int
    wrapped: bytes

    @classmethod
    def parse(cls, content: bytes) -> KeyMaterial:
        """Read the content of KMREQ."""
        if len(content) < FIXED_BYTES + SALT_BYTES or content[:3] != HEAD:
            raise PacketBroken("SRT's key material is none that we know.")
        which, cipher, key_bytes = content[3] & 3, content[8], content[15] * 4
        salt, wrapped = content[FIXED_BYTES : FIXED_BYTES + SALT_BYTES], content[32:]
        expected = WRAP_BYTES + key_bytes * (2 if which == BOTH else 1)
        is_known = cipher == AES_CTR and content[14] * 4 == SALT_BYTES and key_bytes in KEY_BYTES
        if not is_known or not which or len(wrapped) != expected:
            raise PacketBroken("SRT's key material is of a kind that is not taken; set AES-CTR.")
        return cls(which, salt, key_bytes, wrapped)

    def __bytes__(self) -> bytes:
        lengths = (SALT_BYTES // 4, self.key_bytes // 4)
        fixed = struct.pack(">3sBIBBBxHBB", HEAD, self.which, 0, AES_CTR, 0, OVER_SRT, 0, *lengths)
        return fixed + self.salt + self.wrapped

    @classmethod
    def wrap(cls, passphrase: str, salt: bytes, keys: dict[int, bytes]) -> KeyMaterial:
        """Wrap keys for whoever knows the passphrase."""
        key_bytes = len(next(iter(keys.values())))
        guard = _guard(passphrase, salt, key_bytes)
        wrapped = aes_key_wrap(guard, b"".join(keys[which] for which in sorted(keys)))
        return cls(sum(keys), salt, key_bytes, wrapped)

    def unwrap(self, passphrase: str) -> dict[int, bytes]:
        """Give the keys; raises `PassphraseWrong`."""
        guard = _guard(passphrase, self.salt, self.key_bytes)
        try:
            keys = aes_key_unwrap(guard, self.wrapped)
        except InvalidUnwrap:
            raise PassphraseWrong from None
        if self.which != BOTH:
            return {self.which: keys}
        return {EVEN: keys[: self.key_bytes], ODD: keys[self.key_bytes :]}


def _guard(passphrase: str, salt: bytes, key_bytes: int) -> bytes:
    """Derive the key that wraps keys, from the last half of the salt (6.1.4)."""
    derive = partial(pbkdf2_hmac, "sha1", passphrase.encode(), salt[8:], ITERATIONS)
    return derive(key_bytes)


def apply_key(key: bytes, salt: bytes, sequence: int, payload: bytes) -> bytes:
    """Encrypt or decrypt the payload of a packet (6.2.2, 6.3.2)."""
    counter = int.from_bytes(salt[:14] + b"\0\0") ^ sequence << 16
    return Cipher(AES(key), CTR(counter.to_bytes(16))).encryptor().update(payload)
