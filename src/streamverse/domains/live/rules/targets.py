"""Where streams are sent on to: addresses read and shown, and what is told of how it goes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import SplitResult, parse_qs, urlsplit

from streamverse.domains.live.errors import TargetInvalid
from streamverse.domains.live.rules.health import News

# SRT has no port that everybody takes.
PORTS: Final[dict[str, int | None]] = {"rtmp": 1935, "rtmps": 443, "srt": None}
PASSPHRASE_LENGTHS: Final = range(10, 80)
LONGEST_STREAM_ID: Final = 512
SHOWN_OF_KEY: Final = 4
# Of a key shorter than this nothing is shown.
SHORTEST_SHOWN_KEY: Final = 12
FAILED_AFTER: Final = timedelta(seconds=15)
RECOVERED_AFTER: Final = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class Destination:
    """A service that takes streams; ``path`` is the application of RTMP."""

    scheme: str
    host: str
    port: int
    path: str = field(default="", repr=False)
    key: str = field(default="", repr=False)
    passphrase: str | None = field(default=None, repr=False)

    @property
    def server(self) -> str:
        """The part of the address that is no secret."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}"

    @property
    def key_end(self) -> str | None:
        """The last characters of a key, by which its owner knows it again."""
        return self.key[-SHOWN_OF_KEY:] if len(self.key) >= SHORTEST_SHOWN_KEY else None


def read_destination(address: str, key: str, passphrase: str | None) -> Destination:
    """Read an address with what stands beside it, or raise ``TargetInvalid``."""
    try:
        parts = urlsplit(address.strip())
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError as malformed:
        raise _bad("This is not an address: check what you typed.") from malformed
    if parts.scheme not in PORTS:
        raise _bad("An address begins with rtmp://, rtmps:// or srt://.")
    if not host or parts.username is not None or parts.fragment or not host.isascii():
        raise _bad("An address names a host, and neither user nor password.")
    port = port or PORTS[parts.scheme]
    if port is None:
        raise _bad("An address of SRT ends with a port, as srt://host:9000 does.")
    where = Destination(parts.scheme, host, port)
    if parts.scheme == "srt":
        return _read_srt(where, parts, key.strip(), passphrase)
    return _read_rtmp(where, parts, key.strip(), passphrase)


def _read_rtmp(
    where: Destination, parts: SplitResult, key: str, passphrase: str | None
) -> Destination:
    path = parts.path.strip("/")
    if passphrase is not None:
        raise TargetInvalid("passphrase", "Only SRT has a passphrase: leave it out.")
    if not key:
        # Some services give one address with the key at its end.
        path, _, key = path.rpartition("/")
        key += f"?{parts.query}" if parts.query else ""
    elif parts.query:
        path += f"?{parts.query}"
    if not path:
        raise _bad("An address of RTMP names an application, as rtmp://host/live does.")
    if not key:
        raise TargetInvalid("key", "Enter the stream key that the service has given you.")
    return replace(where, path=path, key=key)


def _read_srt(
    where: Destination, parts: SplitResult, key: str, passphrase: str | None
) -> Destination:
    said = parse_qs(parts.query)
    if said.get("mode", ["caller"]) != ["caller"]:
        raise _bad("The service has to listen and we call: leave mode= out of the address.")
    passphrase = passphrase or said.get("passphrase", [None])[0]
    key = key or said.get("streamid", [""])[0]
    if passphrase is not None and len(passphrase.encode()) not in PASSPHRASE_LENGTHS:
        raise TargetInvalid("passphrase", "A passphrase of SRT has 10 to 79 characters.")
    if len(key.encode()) > LONGEST_STREAM_ID:
        raise TargetInvalid("key", "A stream id of SRT has 512 characters at most.")
    return replace(where, key=key, passphrase=passphrase)


def _bad(sentence: str) -> TargetInvalid:
    return TargetInvalid("address", sentence)


@dataclass(slots=True)
class TargetWatch:
    """Follows one target: that it fails is told once, and once that it is well again."""

    _failing_since: datetime | None = None
    _sending_since: datetime | None = None
    _is_told: bool = False

    def see(self, now: datetime, *, is_failing: bool, is_sending: bool) -> News | None:
        """Take how it goes, and say whether somebody has to be told."""
        self._failing_since = (self._failing_since or now) if is_failing else None
        self._sending_since = (self._sending_since or now) if is_sending else None
        if not self._is_told and _lasts(self._failing_since, now, FAILED_AFTER):
            self._is_told = True
            return News.UNWELL
        if self._is_told and _lasts(self._sending_since, now, RECOVERED_AFTER):
            self._is_told = False
            return News.WELL
        return None


def _lasts(since: datetime | None, now: datetime, so_long: timedelta) -> bool:
    return since is not None and now - since >= so_long
