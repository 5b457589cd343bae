"""Codes and what they are made of, how wrong ones are slowed down, and where passkeys are good."""

from __future__ import annotations

import base64
import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from ipaddress import ip_address
from urllib.parse import urlsplit

import segno
from pyotp.totp import TOTP

from streamverse.kit.tokens import is_same_secret

# RFC 4226 §4 recommends as many bits as the hash has.
TOTP_SECRET_BYTES = 20
STEPS_APART = (0, -1, 1)
FREE_FAILURES = 5
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)

BACKUP_CODE_COUNT = 10
BACKUP_CODE_BYTES = 5
# Crockford's base32: without the letters that are taken for others.
_WRITTEN, _BASE32 = "0123456789abcdefghjkmnpqrstvwxyz", "abcdefghijklmnopqrstuvwxyz234567"
_TO_WRITTEN = str.maketrans(_BASE32, _WRITTEN)
_LOOK_ALIKES = str.maketrans("oil", "011")
_TOTP_CODE = re.compile(r"[0-9]{6}", re.ASCII)
_NO_LETTER = re.compile(r"[^0-9a-z]", re.ASCII)
_DEFAULT_PORTS = {"http": 80, "https": 443}


# --- authenticator apps ---------------------------------------------------------------------------


def matching_step(secret: bytes, code: str, now: datetime) -> int | None:
    """Find the time step whose code this is: the present one, or one beside it (RFC 6238 §5.2)."""
    code = "".join(code.split())
    if _TOTP_CODE.fullmatch(code) is None:
        return None
    totp = TOTP(written_secret(secret))
    present = totp.timecode(now)
    for apart in STEPS_APART:
        if is_same_secret(totp.generate_otp(present + apart), code):
            return present + apart
    return None


def written_secret(secret: bytes) -> str:
    """Write the secret of an authenticator app as people type it."""
    return base64.b32encode(secret).decode()


def provisioning_uri(secret: bytes, email: str, service: str) -> str:
    """Write what an authenticator app reads from a QR code."""
    return TOTP(written_secret(secret)).provisioning_uri(name=email, issuer_name=service)


def draw_qr_code(text: str) -> str:
    """Draw a QR code as SVG that fills its place, black on white in dark surroundings too."""
    picture = BytesIO()
    segno.make_qr(text, error="m").save(
        picture, kind="svg", xmldecl=False, nl=False, omitsize=True, dark="#000", light="#fff"
    )
    return picture.getvalue().decode()


# --- backup codes ---------------------------------------------------------------------------------


def write_backup_code(random: bytes) -> str:
    """Write 40 random bits as ``xxxx-xxxx``."""
    code = base64.b32encode(random).decode().lower().translate(_TO_WRITTEN)
    return f"{code[:4]}-{code[4:]}"


def hash_backup_code(key: bytes, code: str) -> str:
    """Hash a code however it was typed; without the key, forty bits would soon be tried out."""
    plain = _NO_LETTER.sub("", code.lower()).translate(_LOOK_ALIKES)
    return hmac.digest(key, plain.encode(), "sha256").hex()


# --- wrong codes ----------------------------------------------------------------------------------


def pause_after(failures: int) -> timedelta:
    """Give how long nobody may try after so many wrong codes: longer each time."""
    if failures < FREE_FAILURES:
        return timedelta()
    # The exponent is bounded because no timedelta is long enough for a stubborn guesser's.
    return min(FIRST_PAUSE * 2 ** min(failures - FREE_FAILURES, 20), LONGEST_PAUSE)


# --- passkeys -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """The service as passkeys know it: its host, and the one origin that they sign for."""

    id: str
    origin: str


def relying_party(public_url: str) -> RelyingParty | None:
    """Read the service's address; passkeys know hosts by name only, so a number gives None."""
    address = urlsplit(public_url)
    host = address.hostname or ""
    if not host or _is_number(host):
        return None
    is_default = address.port in (None, _DEFAULT_PORTS.get(address.scheme))
    port = "" if is_default else f":{address.port}"
    return RelyingParty(host, f"{address.scheme}://{host}{port}")


def service_name(public_url: str) -> str:
    """Name the service in lists of several: by its host."""
    return urlsplit(public_url).hostname or "StreamVerse"


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
