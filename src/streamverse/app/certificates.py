"""What we show to those who come by TLS: a certificate from files, or one of our own for trials."""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from streamverse.kit.clock import SystemClock
from streamverse.kit.settings import SettingsInvalid

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from streamverse.app.settings import Settings

SELF_SIGNED: Final = "self-signed"
# Browsers trust none for longer.
LASTS: Final = timedelta(days=397)
RENEWED_BEFORE: Final = timedelta(days=30)
ALWAYS_NAMED: Final = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Certificate:
    """A chain of certificates, and the key of the first, each in a file (PEM)."""

    chain: Path
    key: Path


def open_certificate(settings: Settings) -> Certificate | None:
    """Give what the operator wants shown, or fail with ``SettingsInvalid``; None is no TLS."""
    if not settings.tls_certificate:
        return None
    if settings.tls_certificate == SELF_SIGNED:
        return _own_certificate(settings, SystemClock().now())
    given = Certificate(
        settings.data_dir / settings.tls_certificate, settings.data_dir / settings.tls_key
    )
    for name, file in (("tls_certificate", given.chain), ("tls_key", given.key)):
        if not file.is_file():
            sentence = f"STREAMVERSE_{name.upper()} names {file}, but there is no such file."
            raise SettingsInvalid({name: sentence})
    return given


def _own_certificate(settings: Settings, now: datetime) -> Certificate:
    """Keep one certificate for as long as it lasts: who has accepted it need not do so again."""
    folder = settings.data_dir / "tls"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    own = Certificate(folder / "certificate.pem", folder / "key.pem")
    names = _names_of(settings)
    if not _is_good(own, names, now):
        chain, key = sign_certificate(names, now)
        for file, content in ((own.key, key), (own.chain, chain)):
            fresh = file.with_suffix(".new")
            with os.fdopen(os.open(fresh, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as f:
                f.write(content)
            fresh.replace(file)
    return own


def _names_of(settings: Settings) -> tuple[str, ...]:
    public = urlsplit(settings.public_url).hostname
    return tuple(dict.fromkeys(filter(None, (public, *ALWAYS_NAMED))))


def _is_good(own: Certificate, names: tuple[str, ...], now: datetime) -> bool:
    """Tell whether a certificate is there, lasts for a while, and names what is asked for."""
    if not (own.chain.is_file() and own.key.is_file()):
        return False
    made = x509.load_pem_x509_certificate(own.chain.read_bytes())
    named = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return made.not_valid_after_utc - RENEWED_BEFORE > now and set(named) == set(map(_name, names))


def sign_certificate(names: tuple[str, ...], now: datetime) -> tuple[bytes, bytes]:
    """Sign a certificate for some names with a key of its own; give both as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "StreamVerse, for trials")])
    signed = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + LASTS)
        .add_extension(x509.SubjectAlternativeName(list(map(_name, names))), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return signed.public_bytes(serialization.Encoding.PEM), private


def _name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
