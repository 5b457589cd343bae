"""Session descriptions (RFC 8866) as WebRTC uses them, read and written line by line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

LONGEST_BYTES: Final = 64 << 10
MOST_MEDIA: Final = 16
PROTOCOL: Final = "UDP/TLS/RTP/SAVPF"

Attribute = tuple[str, str]
Direction = Literal["sendonly", "recvonly", "sendrecv", "inactive"]


class SdpRefused(ValueError):
    """A description that cannot be used, and a sentence about why."""


def _find(attributes: tuple[Attribute, ...], name: str) -> str | None:
    return next((value for key, value in attributes if key == name), None)


def _all(attributes: tuple[Attribute, ...], name: str) -> Iterator[str]:
    return (value for key, value in attributes if key == name)


@dataclass(frozen=True, slots=True)
class Coding:
    """One way to code a medium, under the number that its packets carry."""

    payload_type: int
    name: str
    clock_hz: int
    channels: int = 1
    parameters: str = ""
    feedback: tuple[str, ...] = ()

    def parameter(self, name: str) -> str | None:
        """Give one of its parameters."""
        for pair in self.parameters.split(";"):
            key, _, value = pair.strip().partition("=")
            if key == name:
                return value
        return None

    def attributes(self) -> Iterator[Attribute]:
        """Write what describes it."""
        channels = f"/{self.channels}" if self.channels > 1 else ""
        yield "rtpmap", f"{self.payload_type} {self.name}/{self.clock_hz}{channels}"
        for kind in self.feedback:
            yield "rtcp-fb", f"{self.payload_type} {kind}"
        if self.parameters:
            yield "fmtp", f"{self.payload_type} {self.parameters}"


@dataclass(frozen=True, slots=True)
class MediaDescription:
    """A section for one medium."""

    kind: str
    port: int
    formats: tuple[str, ...]
    attributes: tuple[Attribute, ...] = ()
    protocol: str = PROTOCOL

    @property
    def name(self) -> str:
        """Give what other sections call it."""
        return self.find("mid") or ""

    @property
    def direction(self) -> Direction:
        """Tell which way the medium goes, as whoever wrote this sees it."""
        names: tuple[Direction, ...] = ("sendonly", "recvonly", "inactive")
        found: list[Direction] = [name for name in names if self.find(name) is not None]
        return found[0] if found else "sendrecv"

    def find(self, name: str) -> str | None:
        """Give the first attribute of a name; an empty text if it has no value."""
        return _find(self.attributes, name)

    def codings(self) -> Iterator[Coding]:
        """Read the codings that are offered, the dearest first."""
        maps = dict(_numbered(_all(self.attributes, "rtpmap")))
        parameters = dict(_numbered(_all(self.attributes, "fmtp")))
        feedback = list(_numbered(_all(self.attributes, "rtcp-fb")))
        for number in self.formats:
            parts = maps.get(number, "").split("/")
            if len(parts) < 2 or not number.isdecimal() or not parts[1].isdecimal():  # noqa: PLR2004
                continue
            channels = int(parts[2]) if len(parts) > 2 and parts[2].isdecimal() else 1  # noqa: PLR2004
            said = tuple(kind for key, kind in feedback if key in {number, "*"})
            given = parameters.get(number, "")
            yield Coding(int(number), parts[0], int(parts[1]), channels, given, said)

    def extension(self, uri: str) -> int | None:
        """Give the number of a header extension."""
        for value in _all(self.attributes, "extmap"):
            number, _, rest = value.partition(" ")
            plain = number.partition("/")[0]
            if rest.split(" ")[0] == uri and plain.isdecimal() and 0 < int(plain) < 15:  # noqa: PLR2004
                return int(plain)
        return None


@dataclass(frozen=True, slots=True)
class SessionDescription:
    """An offer or an answer."""

    media: tuple[MediaDescription, ...]
    attributes: tuple[Attribute, ...] = ()
    session_id: int = 0

    @classmethod
    def parse(cls, data: bytes) -> SessionDescription:
        """Read a description."""
        if len(data) > LONGEST_BYTES:
            raise SdpRefused("The session description is too long.")
        lines = data.decode("utf-8", "replace").splitlines()
        if not lines or lines[0] != "v=0":
            raise SdpRefused("This is no session description: send the offer of WebRTC as it is.")
        sections: list[list[str]] = [[]]
        for line in lines:
            if line.startswith("m="):
                sections.append([])
            sections[-1].append(line)
        if len(sections) > MOST_MEDIA + 1:
            raise SdpRefused("The session description has too many media.")
        media = tuple(_parse_media(section) for section in sections[1:])
        return cls(media, _attributes(sections[0]))

    def __str__(self) -> str:
        """Write the description."""
        head = ("v=0", f"o=- {self.session_id} 1 IN IP4 127.0.0.1", "s=-", "t=0 0")
        lines = [*head, *_lines(self.attributes)]
        for media in self.media:
            formats = " ".join(media.formats)
            lines += [f"m={media.kind} {media.port} {media.protocol} {formats}"]
            lines += ["c=IN IP4 0.0.0.0", *_lines(media.attributes)]
        return "\r\n".join((*lines, ""))

    def find(self, media: MediaDescription, name: str) -> str | None:
        """Give an attribute of a section, or of the whole where the section has none."""
        found = media.find(name)
        return _find(self.attributes, name) if found is None else found


def _parse_media(section: list[str]) -> MediaDescription:
    words = section[0].removeprefix("m=").split()
    if len(words) < 4 or not words[1].partition("/")[0].isdecimal():  # noqa: PLR2004
        raise SdpRefused("The session description has a broken line for a medium.")
    port = int(words[1].partition("/")[0])
    return MediaDescription(words[0], port, tuple(words[3:]), _attributes(section), words[2])


def _attributes(lines: list[str]) -> tuple[Attribute, ...]:
    parts = (line[2:].partition(":") for line in lines if line.startswith("a="))
    return tuple((name, value.strip()) for name, _, value in parts)


def _lines(attributes: tuple[Attribute, ...]) -> Iterator[str]:
    return (f"a={name}:{value}" if value else f"a={name}" for name, value in attributes)


def _numbered(values: Iterator[str]) -> Iterator[tuple[str, str]]:
    for value in values:
        number, _, rest = value.partition(" ")
        yield number, rest.strip()
