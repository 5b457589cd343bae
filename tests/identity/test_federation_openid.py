"""What is believed of a provider: against a real one that can be told to lie."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from streamverse.domains.identity.errors.federation import (
    ProviderAnswerInvalid,
    ProviderUnavailable,
)
from streamverse.domains.identity.rules.federation import AppleKey, Flow, Provider, parse_providers
from streamverse.domains.identity.service.openid import Federation
from streamverse.kit.clock import FixedClock
from streamverse.kit.fetching import Fetcher
from tests.factories.oidc_server import (
    CLIENT_ID,
    CLIENT_SECRET,
    Lies,
    OidcServer,
    query_of,
    rsa_key,
    run_oidc_server,
    settings_for,
    unsigned_token,
)


@pytest.fixture
def server(clock: FixedClock) -> Iterator[OidcServer]:
    """Run a provider."""
    with run_oidc_server(int(clock.now().timestamp())) as running:
        yield running


HOUR = 3600
NOW = int(FixedClock().now().timestamp())


def lie(**claims: Any) -> Lies:
    return Lies(claims=claims)


LIES = {
    "another nonce": lie(nonce="another"),
    "no nonce": Lies(without=("nonce",)),
    "another audience": lie(aud="somebody-else"),
    "an audience within the name": lie(aud=f"{CLIENT_ID}2"),
    "more audiences and no azp": lie(aud=[CLIENT_ID, "somebody-else"]),
    "another azp": lie(azp="somebody-else"),
    "another issuer": lie(iss="https://accounts.example.com"),
    "expired": lie(exp=NOW - HOUR),
    "no exp": Lies(without=("exp",)),
    "an exp that is no number": lie(exp="tomorrow"),
    "issued in the future": lie(iat=NOW + HOUR, exp=NOW + 2 * HOUR),
    "issued long ago": lie(iat=NOW - HOUR),
    "not yet valid": lie(nbf=NOW + HOUR),
    "no subject": Lies(without=("sub",)),
    "an empty subject": lie(sub=""),
    "a subject that is a number": lie(sub=1),
    "an endless subject": lie(sub="s" * 256),
    "another access token": lie(at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
    "another key of the same name": Lies(key=rsa_key("first-but-forged"), header={"kid": "first"}),
    "an unknown key": Lies(key=rsa_key("second"), header={"kid": "second"}),
    "an algorithm that the provider does not have": Lies(
        key=ECKey.generate_key("P-256"), algorithm="ES256"
    ),
    "the public key as a shared secret": Lies(
        key=OctKey.import_key({"kty": "oct", "k": rsa_key("first").as_dict()["n"]}),
        algorithm="HS256",
    ),
    "no signature": Lies(id_token=unsigned_token({"iss": "x", "aud": CLIENT_ID, "sub": "s"})),
    "no token": Lies(id_token="nonsense"),
    "nothing": Lies(body=b"{}"),
    "a token that is a number": Lies(body=b'{"id_token": 1}'),
    "an endless token": Lies(id_token="a" * 20_000),
}
UNUSABLE = {
    "a page": Lies(body=b"<html>"),
    "a list": Lies(body=b"[]"),
    "too much": Lies(body=b'{"a": "' + b"a" * (1 << 18) + b'"}'),
    "an error": Lies(status=500),
    "a redirect": Lies(status=302, location="https://evil.example.com/"),
}


async def exchange(server: OidcServer, clock: FixedClock) -> Any:
    """Go to the provider and back without the application."""
    federation = Federation(parse_providers(settings_for(server)))
    provider, flow, back = federation.get("example"), Flow.of("secret"), "https://a.example/back"
    now = clock.now()
    address = await federation.authorization_address(provider, back, "state", flow, now)
    return await federation.exchange(provider, server.authorize(address)["code"], back, flow, now)


async def test_the_truth_is_believed(server: OidcServer, clock: FixedClock):
    person = await exchange(server, clock)
    assert (person.issuer, person.subject) == (server.issuer, "subject-1")
    assert (person.email, person.is_email_verified) == ("new@example.org", True)


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
@pytest.mark.parametrize("what", LIES)
async def test_a_lie_is_believed_by_nobody(server: OidcServer, clock: FixedClock, what: str):
    server.lies = LIES[what]
    with pytest.raises(ProviderAnswerInvalid):
        await exchange(server, clock)
    assert len(server.forms) == 1


@pytest.mark.parametrize("what", UNUSABLE)
async def test_an_answer_that_cannot_be_used(server: OidcServer, clock: FixedClock, what: str):
    federation = Federation(parse_providers(settings_for(server)))
    provider = federation.get("example")
    await federation.metadata(provider, clock.now())
    server.lies = UNUSABLE[what]
    with pytest.raises(ProviderUnavailable):
        await federation.exchange(
            provider, "code", "https://a.example/back", Flow.of("secret"), clock.now()
        )
    assert len(server.forms) == 1


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://accounts.example.com"},
        {"authorization_endpoint": "http://evil.example.com/authorize"},
        {"token_endpoint": "http://evil.example.com/token"},
        {"jwks_uri": None},
        {"jwks_uri": "file:///etc/passwd"},
    ],
)
async def test_a_discovery_document_that_leads_elsewhere_is_refused(
    server: OidcServer, clock: FixedClock, metadata: dict[str, Any]
):
    server.lies = Lies(metadata=metadata)
    with pytest.raises(ProviderUnavailable):
        await exchange(server, clock)


async def test_a_provider_that_hangs_is_not_waited_for(server: OidcServer, clock: FixedClock):
    server.lies.is_hanging = True
    federation = Federation(parse_providers(settings_for(server)), Fetcher(timeout_s=0.2))
    with pytest.raises(ProviderUnavailable):
        await federation.metadata(federation.get("example"), clock.now())
    assert federation.known == {}


async def test_apple_gets_a_signed_statement_for_a_secret(server: OidcServer, clock: FixedClock):
    key = ECKey.generate_key("P-256")
    provider = Provider(
        id="apple",
        name="Apple",
        issuer=server.issuer,
        client_id=CLIENT_ID,
        apple=AppleKey("TEAM", "KEY", key.as_pem(private=True).decode()),
        is_local_allowed=True,
        more={"response_mode": "form_post"},
    )
    server.lies.metadata = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    federation, flow = Federation((provider,)), Flow.of("secret")
    address = await federation.authorization_address(
        provider, "https://here.example.org/back", "state", flow, clock.now()
    )
    assert query_of(address)["response_mode"] == "form_post"
    returned = server.authorize(address)
    with pytest.raises(ProviderUnavailable):  # the test's provider wants its own secret
        await federation.exchange(
            provider, returned["code"], "https://here.example.org/back", flow, clock.now()
        )
    [form] = server.forms
    assert form["client_secret"] != CLIENT_SECRET
    statement = jwt.decode(form["client_secret"], key, algorithms=["ES256"])
    assert statement.header == {"alg": "ES256", "kid": "KEY"}
    assert statement.claims == {
        "iss": "TEAM",
        "iat": server.now_s,
        "exp": server.now_s + 300,
        "aud": server.issuer,
        "sub": CLIENT_ID,
    }
