"""A security key in software: it makes passkeys and signs with them, as browsers hand it over."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

ORIGIN = "https://video.example.org"
FOREIGN_ORIGINS = (
    "https://video.example.org.evil.example",
    "https://video.example.org:8443",
    "http://video.example.org",
)
USER_PRESENT, USER_VERIFIED, BACKUP_ELIGIBLE, BACKED_UP, ATTESTED = 1, 4, 8, 16, 64
AAGUID = bytes(range(16))
CURVE_BYTES = 32


@dataclass(slots=True)
class HeldKey:
    """A passkey as the device keeps it."""

    private: ec.EllipticCurvePrivateKey
    user_handle: bytes
    sign_count: int = 0


@dataclass(slots=True)
class Authenticator:
    """A device, in a browser that is at an origin; a test may let either of them lie."""

    origin: str = ORIGIN
    is_user_verified: bool = True
    is_synced: bool = False
    is_counting: bool = True
    keys: dict[bytes, HeldKey] = field(default_factory=dict[bytes, HeldKey])

    def create(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Make a passkey (WebAuthn §7.1), attested by nobody."""
        excluded = {from_base64url(each["id"]) for each in options["excludeCredentials"]}
        assert excluded.isdisjoint(self.keys), "the browser has one already"
        private, credential_id = ec.generate_private_key(ec.SECP256R1()), secrets.token_bytes(32)
        held = HeldKey(private, from_base64url(options["user"]["id"]))
        self.keys[credential_id] = held
        attested = (
            AAGUID
            + len(credential_id).to_bytes(2)
            + credential_id
            + cbor2.dumps(cose_key(private.public_key()))
        )
        data = self._authenticator_data(options["rp"]["id"], held, ATTESTED) + attested
        return self._credential(
            credential_id,
            clientDataJSON=self._client_data("webauthn.create", options["challenge"]),
            attestationObject=cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data}),
            transports=["internal", "hybrid", "from the future"],
        )

    def get(self, options: Mapping[str, Any], *, with_id: bytes | None = None) -> dict[str, Any]:
        """Sign with a passkey that is asked for (WebAuthn §7.2), or with the only one."""
        allowed = {from_base64url(each["id"]) for each in options["allowCredentials"]}
        credential_id = with_id or next(iter(allowed & self.keys.keys() or self.keys))
        held = self.keys[credential_id]
        held.sign_count += self.is_counting
        client_data = self._client_data("webauthn.get", options["challenge"])
        data = self._authenticator_data(options["rpId"], held)
        signed = data + hashlib.sha256(client_data).digest()
        return self._credential(
            credential_id,
            clientDataJSON=client_data,
            authenticatorData=data,
            signature=held.private.sign(signed, ec.ECDSA(SHA256())),
            userHandle=held.user_handle,
        )

    def _authenticator_data(self, rp_id: str, held: HeldKey, flags: int = 0) -> bytes:
        flags |= USER_PRESENT
        flags |= USER_VERIFIED if self.is_user_verified else 0
        flags |= BACKUP_ELIGIBLE | BACKED_UP if self.is_synced else 0
        head = hashlib.sha256(rp_id.encode()).digest()
        return head + bytes([flags]) + held.sign_count.to_bytes(4)

    def _client_data(self, kind: str, challenge: str) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _credential(self, credential_id: bytes, **response: object) -> dict[str, Any]:
        written = to_base64url(credential_id)
        return {
            "id": written,
            "rawId": written,
            "type": "public-key",
            "response": {
                name: to_base64url(value) if isinstance(value, bytes) else value
                for name, value in response.items()
            },
            "clientExtensionResults": {},
        }


def cose_key(public: ec.EllipticCurvePublicKey) -> dict[int, int | bytes]:
    """Write a key as COSE has it (RFC 9053 §7.1.1): EC2, ES256, P-256, x, y."""
    numbers = public.public_numbers()
    x, y = (number.to_bytes(CURVE_BYTES) for number in (numbers.x, numbers.y))
    return {1: 2, 3: -7, -1: 1, -2: x, -3: y}


def to_base64url(raw: bytes) -> str:
    """Write bytes as browsers do."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    """Read bytes as browsers write them."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
