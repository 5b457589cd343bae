"""Logging in with another service: which ones there are, and what may be believed of them."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast
from urllib.parse import urlsplit

import msgspec

from streamverse.kit.fetching import is_fit_address

# Signatures that anybody can check and only the provider make: no secret is shared, none is left
# out (RFC 8725 §3.1).
ALGORITHMS = ("RS256", "PS256", "ES256", "ES384", "ES512")
SKEW = timedelta(minutes=1)
OLDEST_TOKEN = timedelta(minutes=10)
SUBJECT_LIMIT = 255
NEXT_LIMIT = 512

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,31}", re.ASCII)


# --- the providers of the settings ----------------------------------------------------------------


class AppleKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The key that Apple wants each request to be signed with, instead of a secret."""

    team_id: str
    key_id: str
    private_key: str

    def __repr__(self) -> str:
        return f"AppleKey({self.key_id})"


class ProviderEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A provider as the settings name it."""

    id: str
    client_id: str
    client_secret: str = ""
    apple: AppleKey | None = None
    name: str = ""
    issuer: str = ""
    scopes: list[str] | None = None
    is_local_allowed: bool = False


@dataclass(frozen=True, slots=True)
class Provider:
    """Another service that people may log in with.

    ``given`` stands for what its discovery document lacks; ``is_local_allowed`` lets it be a
    program on this machine that speaks http, for tests.
    """

    id: str
    name: str
    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    apple: AppleKey | None = None
    scopes: tuple[str, ...] = ("openid", "email", "profile")
    given: Mapping[str, Any] = field(default_factory=dict[str, Any])
    more: Mapping[str, str] = field(default_factory=dict[str, str])
    is_local_allowed: bool = False


@dataclass(frozen=True, slots=True)
class _Preset:
    name: str
    issuer: str
    scopes: tuple[str, ...] = ("openid", "email", "profile")
    given: Mapping[str, Any] = field(default_factory=dict[str, Any])
    more: Mapping[str, str] = field(default_factory=dict[str, str])


_PRESETS: Mapping[str, _Preset] = {
    "google": _Preset("Google", "https://accounts.google.com"),
    "facebook": _Preset(
        "Facebook",
        "https://www.facebook.com",
        ("openid", "email", "public_profile"),
        # Its discovery document does not say where tokens are.
        {
            "token_endpoint": "https://graph.facebook.com/v23.0/oauth/access_token",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        },
    ),
    # Apple tells the address only to a form.
    "apple": _Preset(
        "Apple",
        "https://appleid.apple.com",
        ("openid", "email", "name"),
        more={"response_mode": "form_post"},
    ),
}


def parse_providers(text: str) -> tuple[Provider, ...]:
    """Read the providers from the JSON of the settings, or raise ValueError with what is wrong."""
    if not text:
        return ()
    try:
        entries = msgspec.json.decode(text, type=list[ProviderEntry])
    except msgspec.DecodeError as failure:
        raise ValueError(f"This is no list of providers: {failure}.") from failure
    providers = tuple(map(_provider_of, entries))
    if len({provider.id for provider in providers}) < len(providers):
        raise ValueError("Two providers have the same id.")
    return providers


def _provider_of(entry: ProviderEntry) -> Provider:
    preset = _PRESETS.get(entry.id, _Preset(entry.id.title(), entry.issuer))
    issuer = entry.issuer or preset.issuer
    _check(entry, issuer)
    return Provider(
        id=entry.id,
        name=entry.name or preset.name,
        issuer=issuer,
        client_id=entry.client_id,
        client_secret=entry.client_secret,
        apple=entry.apple,
        scopes=tuple(entry.scopes) if entry.scopes else preset.scopes,
        given=preset.given,
        more=preset.more,
        is_local_allowed=entry.is_local_allowed,
    )


def _check(entry: ProviderEntry, issuer: str) -> None:
    if not _ID.fullmatch(entry.id):
        raise ValueError("The id of a provider has up to 32 small letters, digits and hyphens.")
    if not is_fit_address(issuer, is_local_allowed=entry.is_local_allowed):
        raise ValueError(f"The provider {entry.id} needs an issuer that begins with https://.")
    if not entry.client_id or bool(entry.client_secret) == bool(entry.apple):
        raise ValueError(
            f"The provider {entry.id} needs a client_id, and either a client_secret or apple."
        )
    if entry.scopes and "openid" not in entry.scopes:
        raise ValueError(f"The scopes of the provider {entry.id} must include openid.")


# --- the way there and back -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Flow:
    """What one trip to a provider is secured by, all of it derived from the browser's secret.

    So the records hold nothing that would help whoever reads them.
    """

    nonce: str
    verifier: str

    @classmethod
    def of(cls, secret: str) -> Flow:
        """Derive a flow from the secret in the browser's cookie."""
        return cls(nonce=_derive("nonce", secret), verifier=_derive("verifier", secret))

    @property
    def challenge(self) -> str:
        """Give what shows later that the verifier was known from the start (RFC 7636 §4.2)."""
        return _base64url(hashlib.sha256(self.verifier.encode()).digest())


def _derive(purpose: str, secret: str) -> str:
    return _base64url(hashlib.sha256(f"oidc {purpose} {secret}".encode()).digest())


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def safe_next(page: str | None) -> str:
    """Give the page of ours to go to afterwards; anything else becomes the first page."""
    if not page or len(page) > NEXT_LIMIT or not page.isascii() or not page.isprintable():
        return "/"
    parts = urlsplit(page)
    is_ours = page.startswith("/") and not page.startswith("//") and "\\" not in page
    return page if is_ours and not parts.scheme and not parts.netloc else "/"


# --- what a provider says of somebody -------------------------------------------------------------


class ClaimsRefused(Exception):
    """An ID token says something that it must not, or leaves out what it must say."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who somebody is at a provider: the issuer and the subject, and nothing else, are the key."""

    issuer: str
    subject: str
    email: str | None
    is_email_verified: bool
    name: str | None


def check_claims(
    claims: Mapping[str, Any], provider: Provider, nonce: str, now: datetime
) -> Person:
    """Check an ID token whose signature is right (OpenID Connect Core §3.1.3.7)."""
    _require(claims.get("iss") == provider.issuer, "iss is another issuer")
    _check_audience(claims, provider.client_id)
    _check_times(claims, now)
    _require(claims.get("nonce") == nonce, "nonce is that of another log-in")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= SUBJECT_LIMIT:
        raise ClaimsRefused("sub is missing")
    email, name = claims.get("email"), claims.get("name")
    return Person(
        issuer=provider.issuer,
        subject=subject,
        email=email if isinstance(email, str) else None,
        # Apple writes it as text.
        is_email_verified=claims.get("email_verified") in (True, "true"),
        name=name if isinstance(name, str) else None,
    )


def _check_audience(claims: Mapping[str, Any], client_id: str) -> None:
    said = claims.get("aud")
    audience = cast("list[object]", said) if isinstance(said, list) else [said]
    _require(client_id in audience, "aud is somebody else")
    if len(audience) > 1 or "azp" in claims:
        _require(claims.get("azp") == client_id, "azp is somebody else")


def _check_times(claims: Mapping[str, Any], now: datetime) -> None:
    issued_at, ends_at = _moment(claims, "iat"), _moment(claims, "exp")
    skew_s = SKEW.total_seconds()
    _require(now.timestamp() < ends_at + skew_s, "exp is over")
    _require(issued_at <= now.timestamp() + skew_s, "iat is yet to come")
    oldest = (now - OLDEST_TOKEN).timestamp()
    _require(issued_at >= oldest - skew_s, "iat is too long ago")
    if "nbf" in claims:
        _require(_moment(claims, "nbf") <= now.timestamp() + skew_s, "nbf is yet to come")


def _moment(claims: Mapping[str, Any], name: str) -> float:
    said = claims.get(name)
    if not isinstance(said, int | float) or isinstance(said, bool):
        raise ClaimsRefused(f"{name} is missing")
    return said


def check_access_token(claims: Mapping[str, Any], access_token: object, algorithm: str) -> None:
    """Check that an access token came with this ID token, if that says so (§3.1.3.8)."""
    if "at_hash" not in claims:
        return
    _require(isinstance(access_token, str), "at_hash stands for no token")
    digest = hashlib.new(f"sha{algorithm[-3:]}", str(access_token).encode()).digest()
    _require(claims["at_hash"] == _base64url(digest[: len(digest) // 2]), "at_hash does not fit")


def _require(is_right: bool, reason: str) -> None:  # noqa: FBT001 - reads as a sentence
    if not is_right:
        raise ClaimsRefused(reason)


def shown_name(person: Person) -> str:
    """Give a name for the account of somebody: theirs, or what stands before the @."""
    name = person.name or (person.email or "").partition("@")[0]
    return "".join(letter for letter in name if letter.isprintable()).strip()[:80] or "—"
