"""A real OpenID provider in miniature, which can be told to lie."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

CLIENT_ID = "streamverse"
CLIENT_SECRET = "a secret: with + and /"


@cache
def rsa_key(key_id: str) -> RSAKey:
    """Make a key once for each run of the tests."""
    return RSAKey.generate_key(2048, {"kid": key_id, "use": "sig"})


@dataclass
class Lies:
    """What the provider says instead of the truth."""

    claims: dict[str, Any] = field(default_factory=dict[str, Any])
    without: tuple[str, ...] = ()
    metadata: dict[str, Any] = field(default_factory=dict[str, Any])
    key: RSAKey | ECKey | OctKey | None = None
    header: dict[str, Any] = field(default_factory=dict[str, Any])
    algorithm: str = "RS256"
    id_token: str | None = None
    status: int = 200
    body: bytes | None = None
    location: str | None = None
    returned: dict[str, str | None] = field(default_factory=dict[str, "str | None"])
    is_hanging: bool = False


@dataclass
class OidcServer:
    """The provider: who is logged in there, what it has been asked, and how it lies."""

    issuer: str
    now_s: int
    person: dict[str, Any] = field(
        default_factory=lambda: {
            "sub": "subject-1",
            "email": "new@example.org",
            "email_verified": True,
            "name": "Somebody New",
        }
    )
    lies: Lies = field(default_factory=Lies)
    keys: list[RSAKey] = field(default_factory=lambda: [rsa_key("first")])
    asked: list[str] = field(default_factory=list[str])
    forms: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    released: Event = field(default_factory=Event)
    _codes: dict[str, dict[str, str]] = field(default_factory=dict[str, "dict[str, str]"])

    # --- what the browser does there

    def authorize(self, address: str) -> dict[str, str]:
        """Log the browser in and give what it returns with."""
        parts = urlsplit(address)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{self.issuer}/authorize"
        assert query["response_type"] == "code"
        assert query["client_id"] == CLIENT_ID
        assert query["code_challenge_method"] == "S256"
        assert "openid" in query["scope"].split()
        code = f"code-{len(self._codes)}"
        self._codes[code] = query
        returned = {"code": code, "state": query["state"], "iss": self.issuer}
        lies = self.lies.returned
        return {name: text for name, text in {**returned, **lies}.items() if text is not None}

    def page(self, address: str) -> str:
        """Draw the page on which a person decides whether to log in there."""
        query = query_of(address)
        agreed = urlencode(self.authorize(f"{self.issuer}{address}"))
        refused = urlencode({"error": "access_denied", "state": query["state"], "iss": self.issuer})
        back, name = escape(query["redirect_uri"]), escape(self.person["name"])
        return (
            '<!doctype html><html lang="en"><title>Example</title><h1>Example</h1>'
            f'<p><a href="{back}?{escape(agreed)}">Go on as {name}</a>'
            f'<p><a href="{back}?{escape(refused)}">Do not log in</a>'
        )

    # --- what it answers

    def discovery(self) -> dict[str, Any]:
        """Give the discovery document."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "id_token_signing_alg_values_supported": ["RS256"],
            "authorization_response_iss_parameter_supported": True,
            **self.lies.metadata,
        }

    def jwks(self) -> dict[str, Any]:
        """Give the public keys."""
        return {"keys": [key.as_dict(private=False) for key in self.keys]}

    def token(self, form: dict[str, str], authorization: str) -> dict[str, Any]:
        """Exchange a code, once, for whoever knows the secret and the verifier."""
        self.forms.append(form)
        query = self._codes.pop(form["code"])
        assert form["grant_type"] == "authorization_code"
        assert form["redirect_uri"] == query["redirect_uri"]
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        assert _base64url(digest) == query["code_challenge"]
        if "client_secret" in form:
            shown = (form["client_id"], form["client_secret"])
        else:
            pair = base64.b64decode(authorization.removeprefix("Basic ")).decode().split(":")
            shown = (unquote(pair[0]), unquote(pair[1]))
        assert shown == (CLIENT_ID, CLIENT_SECRET)
        return {"access_token": "access", "token_type": "Bearer", "id_token": self._id_token(query)}

    def _id_token(self, query: dict[str, str]) -> str:
        if self.lies.id_token is not None:
            return self.lies.id_token
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "iat": self.now_s,
            "exp": self.now_s + 300,
            "nonce": query["nonce"],
            "at_hash": _base64url(hashlib.sha256(b"access").digest()[:16]),
            **self.person,
            **self.lies.claims,
        }
        said = {name: claim for name, claim in claims.items() if name not in self.lies.without}
        key = self.lies.key or self.keys[0]
        algorithm = self.lies.algorithm
        header = {"alg": algorithm, "kid": self.keys[0].kid, **self.lies.header}
        return jwt.encode(header, said, key, algorithms=[algorithm])


def unsigned_token(claims: dict[str, Any]) -> str:
    """Write a token of the algorithm "none"."""
    parts = ({"alg": "none", "typ": "JWT"}, claims)
    return ".".join(_base64url(json.dumps(part).encode()) for part in parts) + "."


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@contextmanager
def run_oidc_server(now_s: int) -> Iterator[OidcServer]:
    """Run a provider on a port of its own."""
    http = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    http.daemon_threads = True
    oidc = OidcServer(f"http://127.0.0.1:{http.server_port}", now_s)
    http.oidc = oidc  # type: ignore[attr-defined]
    thread = Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield oidc
    finally:
        oidc.released.set()
        http.shutdown()
        http.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    """Answers for the provider."""

    @property
    def _oidc(self) -> OidcServer:
        return self.server.oidc  # type: ignore[attr-defined]

    def do_GET(self) -> None:
        if self.path.startswith("/authorize?"):
            self._send(200, "text/html", self._oidc.page(self.path).encode())
            return
        documents = {
            "/.well-known/openid-configuration": self._oidc.discovery,
            "/jwks": self._oidc.jwks,
        }
        self._answer(documents[self.path])

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        authorization = self.headers.get("Authorization", "")
        self._answer(lambda: self._oidc.token(form, authorization))

    def _answer(self, make: Any) -> None:
        self._oidc.asked.append(self.path)
        lies = self._oidc.lies
        if lies.is_hanging:
            self._oidc.released.wait(10)
        try:
            status, content = lies.status, json.dumps(make()).encode()
        except (AssertionError, KeyError) as refused:
            status, content = 400, json.dumps({"error": f"invalid_grant: {refused}"}).encode()
        if self.path == "/token":
            content = lies.body or content
        self._send(status, "application/json", content, lies.location)

    def _send(
        self, status: int, media_type: str, content: bytes, location: str | None = None
    ) -> None:
        self.send_response(status)
        if location is not None:
            self.send_header("Location", location)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_arguments: Any) -> None:
        """Say nothing."""


def settings_for(server: OidcServer, **more: Any) -> str:
    """Write the setting that names the provider."""
    entry = {
        "id": "example",
        "name": "Example",
        "issuer": server.issuer,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "is_local_allowed": True,
    }
    return json.dumps([{**entry, **more}])


def query_of(address: str) -> dict[str, str]:
    """Read the query of an address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
