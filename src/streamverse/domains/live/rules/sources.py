"""Addresses that streams are fetched from, and when they are fetched."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import SplitResult, parse_qs, unquote, urlencode, urlsplit

from streamverse.domains.live.contracts import SourceTimes
from streamverse.domains.live.errors import SourceInvalid
from streamverse.domains.live.rules.schedules import Showing

WEB: Final = frozenset({"http", "https"})
CAMERAS: Final = frozenset({"rtsp", "rtsps"})
SRT: Final = "srt"
PASSPHRASE_LENGTHS: Final = range(10, 80)
NO_LISTENER: Final = (
    "The source has to listen and we call: name it as srt://host:9000, without mode=listener."
)
SAY_AGAIN: Final = (
    "Give the password again: the one that is kept was given for another host or user."
)
UNKNOWN_ADDRESS: Final = (
    "An address begins with https:// (HLS, ends with .m3u8), rtsp:// (a camera) or srt:// (with a "
    "port), and names a host."
)
FIRST_PAUSE: Final = timedelta(seconds=1)
LONGEST_PAUSE: Final = timedelta(minutes=1)
LONGEST_DOUBLING: Final = 10


@dataclass(frozen=True, slots=True)
class Source:
    """Where a stream is fetched from; the address has neither user nor password in it."""

    address: str
    user: str = ""
    password: str = field(default="", repr=False)
    is_on: bool = True
    times: SourceTimes = SourceTimes.ALWAYS

    @property
    def is_camera(self) -> bool:
        """Tell whether it is played by RTSP."""
        return urlsplit(self.address).scheme in CAMERAS

    @property
    def is_srt(self) -> bool:
        """Tell whether it is called by SRT."""
        return urlsplit(self.address).scheme == SRT

    @property
    def stream_id(self) -> str:
        """Give what a listener of SRT is told that is wanted."""
        return parse_qs(urlsplit(self.address).query).get("streamid", [""])[0]

    @property
    def port(self) -> int:
        """Give the port that is called by SRT."""
        return urlsplit(self.address).port or 0

    @property
    def host(self) -> str:
        """Give the host that is asked."""
        return urlsplit(self.address).hostname or ""


def read_address(text: str, user: str, password: str | None) -> tuple[str, str, str | None]:
    """Take user and password out of an address, as cameras print them in it."""
    parts = _split(text.strip())
    if parts.scheme not in {*WEB, *CAMERAS, SRT} or not parts.hostname:
        raise SourceInvalid("address", UNKNOWN_ADDRESS)
    if parts.scheme == SRT:
        return _read_srt(parts, password)
    inside, at, place = parts.netloc.rpartition("@")
    if at:
        name, colon, secret = inside.partition(":")
        user = user or unquote(name)
        password = unquote(secret) if colon and password is None else password
    return parts._replace(netloc=place, fragment="").geturl(), user, password


def _read_srt(parts: SplitResult, password: str | None) -> tuple[str, str, str | None]:
    """Take the passphrase out of an address; whoever it names listens, and we call."""
    said = parse_qs(parts.query)
    if parts.port is None or said.get("mode", ["caller"]) != ["caller"]:
        raise SourceInvalid("address", NO_LISTENER)
    passphrase = password or said.get("passphrase", [password])[0]
    if passphrase and len(passphrase.encode()) not in PASSPHRASE_LENGTHS:
        raise SourceInvalid("password", "A passphrase of SRT has 10 to 79 characters.")
    kept = urlencode({"streamid": said["streamid"][0]}) if "streamid" in said else ""
    return parts._replace(query=kept, fragment="").geturl(), "", passphrase


def keep_password(address: str, user: str, before: Source | None) -> str:
    """Give the password that is kept, to the host and the user that it was given for."""
    is_srt = _split(address).scheme == SRT
    if not (user or is_srt) or before is None:
        return ""
    if is_srt and not before.password:
        return ""
    if before.user != user or not is_same_origin(address, before.address):
        raise SourceInvalid("password", SAY_AGAIN)
    return before.password


def is_same_origin(one: str, other: str) -> bool:
    """Tell whether two addresses are of the same server."""
    return _origin(one) == _origin(other)


def is_time(times: SourceTimes, showing: Showing | None, now: datetime) -> bool:
    """Tell whether a source is to be fetched now."""
    if times is SourceTimes.ALWAYS:
        return True
    return showing is not None and showing.starts_at <= now < showing.ends_at


def pause_after(failures: int) -> timedelta:
    """Tell how long to wait before the next attempt."""
    return min(FIRST_PAUSE * 2 ** min(failures - 1, LONGEST_DOUBLING), LONGEST_PAUSE)


def _origin(address: str) -> tuple[str, str | None, int | None]:
    parts = _split(address)
    return parts.scheme, parts.hostname, parts.port


def _split(text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        # It is read only when somebody asks for it.
        _ = parts.port
    except ValueError as malformed:
        raise SourceInvalid("address", UNKNOWN_ADDRESS) from malformed
    return parts
