"""DTLS as WebRTC uses it (RFC 5764): a handshake over datagrams that ends in the keys of SRTP."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from OpenSSL import SSL

PROFILES: Final = {b"SRTP_AEAD_AES_128_GCM": (16, 12), b"SRTP_AES128_CM_SHA1_80": (16, 14)}
LABEL: Final = b"EXTRACTOR-dtls_srtp"
MTU: Final = 1200
RECORD_HEADER_BYTES: Final = 13
READ_BYTES: Final = 1 << 16
VALID_FOR: Final = timedelta(days=365)

Role = Literal["client", "server"]


class DtlsFailed(Exception):
    """A handshake that came to nothing, and why."""


@dataclass(frozen=True, slots=True)
class SrtpKeys:
    """What both directions are encrypted with: key and salt in one."""

    profile: bytes
    ours: bytes
    theirs: bytes


class Identity:
    """A key and a certificate that nobody has signed: the peer knows it by its fingerprint."""

    def __init__(self, now: datetime | None = None) -> None:
        now = now or datetime.now(UTC)
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "StreamVerse")])
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + VALID_FOR)
            .sign(key, hashes.SHA256())
        )
        self.fingerprint = fingerprint_of(certificate)
        self.context = _context()
        self.context.use_certificate(certificate)
        self.context.use_privatekey(key)


def _context() -> SSL.Context:
    context = SSL.Context(SSL.DTLS_METHOD)
    context.set_options(SSL.OP_NO_QUERY_MTU | SSL.OP_NO_RENEGOTIATION)
    context.set_tlsext_use_srtp(b":".join(PROFILES))
    # Nobody has signed the peer's certificate either; its fingerprint is compared later.
    asked = SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT
    context.set_verify(asked, _take_any)
    return context


def _take_any(*_: object) -> bool:
    return True


def fingerprint_of(certificate: x509.Certificate) -> str:
    """Give the fingerprint as session descriptions have it."""
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


class DtlsEndpoint:
    """One end of a handshake; `keys` are there when it is over."""

    def __init__(self, identity: Identity, role: Role, fingerprint: str) -> None:
        self.keys: SrtpKeys | None = None
        self.is_closed = False
        self._role = role
        self._fingerprint = fingerprint
        self._line = SSL.Connection(identity.context, None)
        self._line.set_ciphertext_mtu(MTU)
        if role == "client":
            self._line.set_connect_state()
        else:
            self._line.set_accept_state()

    def start(self) -> None:
        """Begin, if it is us who begin."""
        self._go_on()

    def receive(self, datagram: bytes) -> None:
        """Take a datagram of the peer."""
        self._line.bio_write(datagram)
        if self.keys is None:
            self._go_on()
            return
        try:
            # Nothing is sent over DTLS itself but that it ends.
            self._line.recv(READ_BYTES)
        except SSL.WantReadError:
            return
        except SSL.Error:
            self.is_closed = True

    def tick(self) -> None:
        """Send again what was lost, if it is time."""
        if self.keys is None:
            self._line.DTLSv1_handle_timeout()

    def take_output(self) -> Iterator[bytes]:
        """Give the datagrams to send, none longer than the way takes."""
        waiting = b""
        for record in self._records():
            if waiting and len(waiting) + len(record) > MTU:
                yield waiting
                waiting = b""
            waiting += record
        if waiting:
            yield waiting

    def close(self) -> None:
        """Say that it ends."""
        if self.keys is not None and not self.is_closed:
            self.is_closed = True
            self._line.shutdown()

    def _records(self) -> Iterator[bytes]:
        try:
            written = self._line.bio_read(READ_BYTES)
        except SSL.WantReadError:
            return
        position = 0
        while position + RECORD_HEADER_BYTES <= len(written):
            (size,) = struct.unpack_from(">H", written, position + 11)
            stop = position + RECORD_HEADER_BYTES + size
            yield written[position:stop]
            position = stop

    def _go_on(self) -> None:
        try:
            self._line.do_handshake()
        except SSL.WantReadError:
            return
        except SSL.Error as error:
            raise DtlsFailed(f"The handshake of DTLS failed: {error}") from error
        certificate = self._line.get_peer_certificate(as_cryptography=True)
        if certificate is None or fingerprint_of(certificate) != self._fingerprint:
            raise DtlsFailed("The certificate is not the one that the description names.")
        self.keys = self._export()

    def _export(self) -> SrtpKeys:
        profile = self._line.get_selected_srtp_profile()
        if profile not in PROFILES:
            raise DtlsFailed("There is no protection of media that both sides know.")
        key, salt = PROFILES[profile]
        material = self._line.export_keying_material(LABEL, 2 * (key + salt))
        client = material[:key] + material[2 * key : 2 * key + salt]
        server = material[key : 2 * key] + material[2 * key + salt :]
        ours, theirs = (client, server) if self._role == "client" else (server, client)
        return SrtpKeys(profile, ours, theirs)


def is_dtls(data: bytes) -> bool:
    """Tell DTLS from what else comes to the same port (RFC 7983)."""
    return len(data) >= RECORD_HEADER_BYTES and 20 <= data[0] <= 63  # noqa: PLR2004
