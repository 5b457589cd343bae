"""RTSP 1.0 on the wire (RFC 2326): requests, answers, interleaved packets, authentication."""

from __future__ import annotations

import re
import secrets
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import md5, sha256
from typing import Final

from streamverse.mediakit.pull.sources import Credentials, PullFailed

VERSION: Final = "RTSP/1.0"
AGENT: Final = "StreamVerse"
INTERLEAVED: Final = b"$"
INTERLEAVED_BYTES: Final = 4
LONGEST_HEAD: Final = 32 << 10
LONGEST_BODY: Final = 256 << 10
END: Final = b"\r\n\r\n"

_PARAMETER = re.compile(r'(\w+)\s*=\s*(?:"([^"]*)"|([^\s,]+))')


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asks, or a server of its client."""

    method: str
    address: str
    headers: Mapping[str, str] = field(default_factory=dict[str, str])

    def __bytes__(self) -> bytes:
        """Write the request."""
        lines = [f"{self.method} {self.address} {VERSION}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        return "\r\n".join((*lines, "", "")).encode()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server says; headers are named in lower case, each with all its values."""

    status: int
    reason: str
    headers: Mapping[str, tuple[str, ...]]
    body: bytes = b""

    def find(self, name: str) -> str | None:
        """Give the first value of a header."""
        return next(iter(self.headers.get(name, ())), None)

    @property
    def sequence(self) -> int | None:
        """Tell which request it answers."""
        number = self.find("cseq") or ""
        return int(number) if number.isdecimal() and len(number) < 10 else None  # noqa: PLR2004


@dataclass(frozen=True, slots=True)
class Interleaved:
    """A packet between the messages."""

    channel: int
    payload: bytes

    def __bytes__(self) -> bytes:
        """Write the packet."""
        head = INTERLEAVED + bytes([self.channel]) + len(self.payload).to_bytes(2)
        return head + self.payload


class Splitter:
    """Cuts what comes over the connection into answers, requests and packets."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, data: bytes) -> Iterator[Answer | Request | Interleaved]:
        """Take bytes, cut anywhere, and go through what they complete."""
        self._rest += data
        while self._rest:
            found = self._packet() if self._rest.startswith(INTERLEAVED) else self._message()
            if found is None:
                return
            yield found

    def _packet(self) -> Interleaved | None:
        rest = self._rest
        if len(rest) < INTERLEAVED_BYTES:
            return None
        stop = INTERLEAVED_BYTES + int.from_bytes(rest[2:INTERLEAVED_BYTES])
        if len(rest) < stop:
            return None
        packet = Interleaved(rest[1], bytes(rest[INTERLEAVED_BYTES:stop]))
        del rest[:stop]
        return packet

    def _message(self) -> Answer | Request | None:
        while self._rest.startswith(b"\r\n"):
            del self._rest[:2]
        at = self._rest.find(END)
        if at < 0:
            if len(self._rest) > LONGEST_HEAD:
                raise PullFailed(NO_RTSP)
            return None
        first, *lines = bytes(self._rest[:at]).decode("utf-8", "replace").split("\r\n")
        headers = _headers(lines)
        said = next(iter(headers.get("content-length", ())), "0")
        size = int(said) if said.isdecimal() and len(said) < 10 else LONGEST_BODY + 1  # noqa: PLR2004
        if size > LONGEST_BODY:
            raise PullFailed(NO_RTSP)
        start = at + len(END)
        if len(self._rest) < start + size:
            return None
        body = bytes(self._rest[start : start + size])
        del self._rest[: start + size]
        return _parse(first, headers, body)


NO_RTSP: Final = (
    "What answers at this address does not speak RTSP: check the host, the port and the path in "
    "the camera's manual."
)


def _parse(first: str, headers: Mapping[str, tuple[str, ...]], body: bytes) -> Answer | Request:
    words = first.split(" ", 2)
    if words[0].startswith("RTSP/") and len(words) > 1 and words[1].isdecimal():
        return Answer(int(words[1][:3]), words[2] if len(words) > 2 else "", headers, body)  # noqa: PLR2004
    if len(words) == 3 and words[2].startswith("RTSP/"):  # noqa: PLR2004
        return Request(words[0], words[1], {name: one[0] for name, one in headers.items()})
    raise PullFailed(NO_RTSP)


def _headers(lines: list[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if colon:
            key = name.strip().lower()
            found[key] = (*found.get(key, ()), value.strip())
    return found


@dataclass(slots=True)
class Challenge:
    """How a server wants to know who asks (RFC 7616, RFC 7617)."""

    scheme: str
    parameters: Mapping[str, str]
    uses: int = 0

    @classmethod
    def of(cls, answer: Answer) -> Challenge | None:
        """Choose what says least of the password, of what is offered."""
        offered: dict[str, Challenge] = {}
        for value in answer.headers.get("www-authenticate", ()):
            scheme, _, rest = value.partition(" ")
            found = {name: quoted or bare for name, quoted, bare in _PARAMETER.findall(rest)}
            name = scheme.lower()
            if name == "digest" and found.get("algorithm", "MD5").upper() not in _HASHES:
                continue
            offered.setdefault(name, cls(name, found))
        return offered.get("digest") or offered.get("basic")

    @property
    def is_stale(self) -> bool:
        """Tell whether only the number of before was too old."""
        return self.parameters.get("stale", "").lower() == "true"

    def answer(self, who: Credentials, method: str, address: str) -> str:
        """Write the header that proves who asks for something."""
        if self.scheme == "basic":
            return "Basic " + b64encode(f"{who.user}:{who.password}".encode()).decode()
        said = self.parameters
        digest = _HASHES[said.get("algorithm", "MD5").upper()]
        realm, nonce = said.get("realm", ""), said.get("nonce", "")
        secret = digest(f"{who.user}:{realm}:{who.password}")
        asked = digest(f"{method}:{address}")
        fields = {"username": who.user, "realm": realm, "nonce": nonce, "uri": address}
        plain: dict[str, str] = {}
        if "auth" in [one.strip() for one in said.get("qop", "").split(",")]:
            self.uses += 1
            count, ours = f"{self.uses:08x}", secrets.token_hex(8)
            fields["cnonce"] = ours
            plain = {"qop": "auth", "nc": count}
            response = digest(f"{secret}:{nonce}:{count}:{ours}:auth:{asked}")
        else:
            response = digest(f"{secret}:{nonce}:{asked}")
        fields["response"] = response
        fields |= {name: said[name] for name in ("opaque",) if name in said}
        plain |= {name: said[name] for name in ("algorithm",) if name in said}
        written = [f'{name}="{value}"' for name, value in fields.items()]
        return "Digest " + ", ".join((*written, *(f"{name}={plain[name]}" for name in plain)))


def _md5(text: str) -> str:
    # What cameras ask for; nothing here depends on it being strong.
    return md5(text.encode(), usedforsecurity=False).hexdigest()


def _sha256(text: str) -> str:
    return sha256(text.encode()).hexdigest()


_HASHES: Final = {"MD5": _md5, "SHA-256": _sha256}
