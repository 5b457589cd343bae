"""Speaks OpenID Connect with the providers: where they are, their keys, and whom they send."""

from __future__ import annotations

import base64
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from streamverse.domains.identity.errors.federation import (
    ProviderAnswerInvalid,
    ProviderNotFound,
    ProviderUnavailable,
)
from streamverse.domains.identity.rules.federation import (
    ALGORITHMS,
    AppleKey,
    ClaimsRefused,
    Flow,
    Person,
    Provider,
    check_access_token,
    check_claims,
)
from streamverse.kit.fetching import Fetcher, FetchFailed, is_fit_address

log = logging.getLogger(__name__)

KNOWN_FOR = timedelta(hours=1)
KEYS_ASKED_EVERY = timedelta(minutes=1)
CLIENT_SECRET_LIFETIME = timedelta(minutes=5)
TOKEN_LIMIT = 16_384


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a provider's discovery document says."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    algorithms: tuple[str, ...]
    is_secret_in_form: bool
    is_issuer_named: bool

    @classmethod
    def read(cls, provider: Provider, found: Mapping[str, Any]) -> Metadata:
        """Read a document; raise ValueError where it cannot be used."""
        if found.get("issuer") != provider.issuer:
            raise ValueError("its discovery document names another issuer")
        offered = found.get("id_token_signing_alg_values_supported") or ["RS256"]
        # The default is that of OpenID Connect Discovery §3.
        methods = found.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        return cls(
            authorization_endpoint=_address(provider, found, "authorization_endpoint"),
            token_endpoint=_address(provider, found, "token_endpoint"),
            jwks_uri=_address(provider, found, "jwks_uri"),
            algorithms=tuple(name for name in ALGORITHMS if name in offered),
            is_secret_in_form="client_secret_post" in methods,
            is_issuer_named=found.get("authorization_response_iss_parameter_supported") is True,
        )


def _address(provider: Provider, found: Mapping[str, Any], name: str) -> str:
    address = found.get(name)
    is_text = isinstance(address, str)
    if not is_text or not is_fit_address(address, is_local_allowed=provider.is_local_allowed):
        raise ValueError(f"its {name} is no address with https")
    return address


@dataclass(slots=True)
class _Known:
    """What was learned of a provider, and when."""

    metadata: Metadata
    at: datetime
    keys: KeySet | None = None
    keys_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Federation:
    """The providers that people may log in with, and what this process has learned of them."""

    providers: tuple[Provider, ...] = ()
    fetcher: Fetcher = field(default_factory=Fetcher)
    known: dict[str, _Known] = field(default_factory=dict[str, _Known], repr=False)

    def get(self, provider_id: str) -> Provider:
        """Get a provider, or raise ProviderNotFound."""
        for provider in self.providers:
            if provider.id == provider_id:
                return provider
        raise ProviderNotFound(provider_id)

    async def metadata(self, provider: Provider, now: datetime) -> Metadata:
        """Learn where a provider's doors are; asks it once an hour."""
        return (await self._learn(provider, now)).metadata

    async def authorization_address(
        self, provider: Provider, redirect_uri: str, state: str, flow: Flow, now: datetime
    ) -> str:
        """Give the address at which somebody logs in there."""
        metadata = await self.metadata(provider, now)
        query = {
            "response_type": "code",
            "client_id": provider.client_id,
            "redirect_uri": redirect_uri,
            "scope": " ".join(provider.scopes),
            "state": state,
            "nonce": flow.nonce,
            "code_challenge": flow.challenge,
            "code_challenge_method": "S256",
            **provider.more,
        }
        separator = "&" if "?" in metadata.authorization_endpoint else "?"
        return f"{metadata.authorization_endpoint}{separator}{urlencode(query)}"

    async def exchange(
        self, provider: Provider, code: str, redirect_uri: str, flow: Flow, now: datetime
    ) -> Person:
        """Find out whom a provider has sent back with a code."""
        metadata = await self.metadata(provider, now)
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": flow.verifier,
        }
        authorization = _show_secret(provider, metadata, form, now)
        try:
            answer = await self.fetcher.post_form(
                metadata.token_endpoint,
                form,
                authorization=authorization,
                is_local_allowed=provider.is_local_allowed,
            )
        except FetchFailed as failure:
            raise _unavailable(provider, failure) from failure
        try:
            return await self._read_answer(provider, metadata, answer, flow, now)
        except (ClaimsRefused, JoseError, ValueError, KeyError, TypeError) as refusal:
            reason = str(refusal) or type(refusal).__name__
            log.warning("%s: an answer was refused: %s", provider.id, reason)
            raise ProviderAnswerInvalid(reason) from refusal

    async def _read_answer(
        self,
        provider: Provider,
        metadata: Metadata,
        answer: Mapping[str, Any],
        flow: Flow,
        now: datetime,
    ) -> Person:
        token = answer.get("id_token")
        if not isinstance(token, str) or len(token) > TOKEN_LIMIT:
            raise ClaimsRefused("there is no id_token")
        key_id = jws.extract_compact(token.encode()).headers().get("kid")
        keys = await self._keys_with(provider, key_id, now)
        # Which algorithms are good is the provider's published word, never the token's.
        signed = jwt.decode(token, keys, algorithms=metadata.algorithms)
        check_access_token(signed.claims, answer.get("access_token"), signed.header["alg"])
        return check_claims(signed.claims, provider, flow.nonce, now)

    async def _learn(self, provider: Provider, now: datetime) -> _Known:
        known = self.known.get(provider.id)
        if known is not None and now - known.at < KNOWN_FOR:
            return known
        document = f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration"
        found = await self._ask(provider, document)
        try:
            metadata = Metadata.read(provider, {**found, **provider.given})
        except ValueError as failure:
            raise _unavailable(provider, failure) from failure
        self.known[provider.id] = known = _Known(metadata, now)
        return known

    async def _keys_with(self, provider: Provider, key_id: object, now: datetime) -> KeySet:
        """Give the provider's keys; asks for them anew if they are old or lack the one named."""
        known = await self._learn(provider, now)
        age = now - known.keys_at if known.keys_at else KNOWN_FOR
        has_key = known.keys is not None and any(key.kid == key_id for key in known.keys)
        if age >= KNOWN_FOR or (not has_key and age >= KEYS_ASKED_EVERY):
            found = await self._ask(provider, known.metadata.jwks_uri)
            known.keys, known.keys_at = _signing_keys(found), now
        if known.keys is None:
            raise ClaimsRefused("the provider publishes no keys")
        return known.keys

    async def _ask(self, provider: Provider, address: str) -> dict[str, Any]:
        try:
            return await self.fetcher.get_json(address, is_local_allowed=provider.is_local_allowed)
        except FetchFailed as failure:
            raise _unavailable(provider, failure) from failure


def _unavailable(provider: Provider, failure: Exception) -> ProviderUnavailable:
    log.warning("%s cannot be used: %s", provider.id, failure)
    return ProviderUnavailable(provider.name, str(failure))


def _signing_keys(found: Mapping[str, Any]) -> KeySet:
    """Read the public keys that sign; a shared secret among them would let anybody sign."""
    published: list[Any] = [
        key
        for key in found["keys"]
        if key.get("kty") in ("RSA", "EC") and key.get("use", "sig") == "sig"
    ]
    return KeySet.import_key_set({"keys": published})


# --- showing who we are ---------------------------------------------------------------------------


def _show_secret(
    provider: Provider, metadata: Metadata, form: dict[str, str], now: datetime
) -> str | None:
    """Put our secret where the provider wants it: into the form, or into the header we return."""
    secret = provider.client_secret
    if provider.apple is not None:
        secret = _sign_secret(provider, provider.apple, now)
    if metadata.is_secret_in_form:
        form.update(client_id=provider.client_id, client_secret=secret)
        return None
    # RFC 6749 §2.3.1 has both parts encoded as in a form before they are joined.
    pair = f"{quote(provider.client_id, safe='')}:{quote(secret, safe='')}"
    return f"Basic {base64.b64encode(pair.encode()).decode()}"


def _sign_secret(provider: Provider, apple: AppleKey, now: datetime) -> str:
    """Make the secret that Apple wants: a statement about ourselves, signed by our key."""
    header = {"alg": "ES256", "kid": apple.key_id}
    claims = {
        "iss": apple.team_id,
        "iat": int(now.timestamp()),
        "exp": int((now + CLIENT_SECRET_LIFETIME).timestamp()),
        "aud": provider.issuer,
        "sub": provider.client_id,
    }
    key = ECKey.import_key(apple.private_key)
    return jwt.encode(header, claims, key, algorithms=["ES256"], default_type=None)
