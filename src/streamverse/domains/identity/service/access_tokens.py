"""Access tokens: signed, ten minutes long, and still checked against the session's row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from streamverse.domains.identity.contracts import IdentitySettings, SessionId
from streamverse.domains.identity.models import AccountRow, SessionRow
from streamverse.domains.identity.repository import SigningKeys
from streamverse.domains.identity.service.signing_keys import (
    ACCESS_LIFETIME,
    ALGORITHM,
    signing_key,
)
from streamverse.kit.clock import new_id
from streamverse.kit.memory import ShortMemory
from streamverse.kit.tokens import hash_secret
from streamverse.kit.work import Work

TYPE = "at+jwt"
LENGTH_LIMIT = 4096
PARTS = 3
# So far the clock of the server that issued a token may be before that of the one that reads it.
CLOCKS_APART_S = 10


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A token and when it ends."""

    text: str
    expires_at: datetime


async def issue_access_token(
    work: Work, settings: IdentitySettings, account: AccountRow, session: SessionRow
) -> AccessToken:
    """Sign that a program acts in a session, in the words of RFC 9068."""
    key_id, key = await signing_key(work, settings.vault)
    expires_at = min(work.now + ACCESS_LIFETIME, session.expires_at)
    claims: dict[str, Any] = {
        "iss": settings.issuer,
        "aud": settings.issuer,
        "sub": str(account.id),
        "sid": str(session.id),
        "tid": str(account.tenant_id),
        "client_id": "streamverse",
        "roles": [account.role],
        "amr": session.amr.split(),
        "auth_time": int(session.authenticated_at.timestamp()),
        "iat": int(work.now.timestamp()),
        "exp": int(expires_at.timestamp()),
        "jti": str(new_id()),
    }
    header = {"alg": ALGORITHM, "typ": TYPE, "kid": key_id}
    return AccessToken(jwt.encode(header, claims, key, algorithms=[ALGORITHM]), expires_at)


def looks_like_access_token(bearer: str) -> bool:
    """Tell a signed token from an opaque secret."""
    return bearer.count(".") == PARTS - 1


@dataclass(frozen=True, slots=True)
class SignedToken:
    """What a token says, which one of our keys has signed."""

    session_id: SessionId
    key_id: UUID
    issued_at_s: int
    expires_at_s: int


# That a signature is right stays true; everything else about a token is looked at each time.
_signed = ShortMemory[tuple[str, str], SignedToken](limit=10_000, seconds=600)


async def verify_access_token(
    work: Work, settings: IdentitySettings, token: str
) -> SignedToken | None:
    """Find what a token says, or None if any part of it is not right.

    Whether its key still verifies and its session still lasts is left to whoever asks for them.
    """
    if len(token) > LENGTH_LIMIT:
        return None
    remembered = settings.issuer, hash_secret(token)
    signed = _signed.find(remembered)
    if signed is None:
        try:
            signed = await _check_signature(work, settings, token)
        except (JoseError, ValueError, KeyError, TypeError):
            return None
        if signed is None:
            return None
        _signed.keep(remembered, signed)
    now_s = work.now.timestamp()
    is_good = signed.issued_at_s - CLOCKS_APART_S <= now_s < signed.expires_at_s
    return signed if is_good else None


async def _check_signature(
    work: Work, settings: IdentitySettings, token: str
) -> SignedToken | None:
    key_id = UUID(_unverified_key_id(token))
    row = await SigningKeys(work).find(key_id)
    if row is None:
        return None
    signed = jwt.decode(token, ECKey.import_key(row.public_jwk), algorithms=[ALGORITHM])
    claims = signed.claims
    is_ours = claims["iss"] == settings.issuer and claims["aud"] == settings.issuer
    if signed.header.get("typ") != TYPE or not is_ours:
        return None
    return SignedToken(
        SessionId(UUID(claims["sid"])), key_id, int(claims["iat"]), int(claims["exp"])
    )


def _unverified_key_id(token: str) -> str:
    """Read which key a token names; that it is ours is what finding the key and checking show."""
    header = jws.extract_compact(token.encode()).headers()
    return str(header["kid"])
