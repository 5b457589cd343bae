"""HLS playlists as they are found (RFC 8216), read with distrust."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urljoin

from streamverse.mediakit.pull.sources import PullFailed

LONGEST_BYTES: Final = 2 << 20
LONGEST_TARGET_S: Final = 60.0
IV_BYTES: Final = 16
# What few viewers could follow is not fetched while there is less.
MOST_BPS: Final = 20_000_000
TAKEN: Final = ("avc1", "avc3", "hvc1", "hev1", "av01", "mp4a.40", "opus")

_ATTRIBUTE = re.compile(r'([A-Z0-9-]+)=("[^"]*"|[^,]*)')


@dataclass(frozen=True, slots=True)
class Variant:
    """One quality of a master playlist; ``audio`` names the group that its sound is in."""

    address: str
    bandwidth_bps: int = 0
    height: int | None = None
    codecs: tuple[str, ...] = ()
    audio: str | None = None


@dataclass(frozen=True, slots=True)
class Rendition:
    """Sound of a group; without an address it lies in the variant."""

    group: str
    address: str | None
    is_default: bool


@dataclass(frozen=True, slots=True)
class Master:
    """What there is to choose from."""

    variants: Sequence[Variant]
    renditions: Sequence[Rendition]


@dataclass(frozen=True, slots=True)
class Piece:
    """A resource or some of its bytes, by the first and their count."""

    address: str
    span: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Key:
    """What opens segments that are encrypted whole; without an IV it is their number."""

    address: str
    iv: bytes | None


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment; those of another ``era`` have times of their own."""

    number: int
    piece: Piece
    duration_s: float
    era: int = 0
    head: Piece | None = None
    key: Key | None = None
    is_gap: bool = False


@dataclass(frozen=True, slots=True)
class MediaPlaylist:
    """The segments of one rendition."""

    target_s: float
    segments: Sequence[Segment]
    is_ended: bool


def parse_playlist(text: str, address: str) -> Master | MediaPlaylist:
    """Read what an address gave."""
    lines = [line.strip() for line in text.removeprefix("\ufeff").splitlines()]
    if not lines or not lines[0].startswith("#EXTM3U"):
        raise PullFailed(
            "What this address gives is no HLS playlist: use the address that ends with .m3u8."
        )
    if any(line.startswith("#EXT-X-STREAM-INF:") for line in lines):
        return _parse_master(lines, address)
    return _Reader(address).read(lines)


def choose_variant(master: Master, highest: int | None) -> Variant:
    """Choose the best that is not higher than wanted, of what can be passed on."""
    fit = [one for one in master.variants if all(_is_taken(codec) for codec in one.codecs)]
    if not fit:
        raise PullFailed(
            "The playlist has no quality in H.264, HEVC or AV1 with AAC or Opus: "
            "have its maker add one."
        )
    low = [one for one in fit if highest is None or one.height is None or one.height <= highest]
    frugal = [one for one in low if one.bandwidth_bps <= MOST_BPS]
    if frugal:
        return max(frugal, key=lambda one: (one.height or 0, one.bandwidth_bps))
    return min(low or fit, key=lambda one: (one.height or 0, one.bandwidth_bps))


def choose_sound(master: Master, variant: Variant) -> str | None:
    """Give the address of the sound that belongs to a variant, unless it lies in it."""
    group = [one for one in master.renditions if one.group == variant.audio]
    if variant.audio is None or not group:
        return None
    return next((one for one in group if one.is_default), group[0]).address


def _is_taken(codec: str) -> bool:
    return codec.lower().startswith(TAKEN)


def _attributes(text: str) -> dict[str, str]:
    return {name: value.strip('"') for name, value in _ATTRIBUTE.findall(text)}


def _parse_master(lines: Sequence[str], address: str) -> Master:
    variants: list[Variant] = []
    renditions: list[Rendition] = []
    said: dict[str, str] | None = None
    for line in lines:
        tag, _, value = line.partition(":")
        if tag == "#EXT-X-STREAM-INF":
            said = _attributes(value)
        elif tag == "#EXT-X-MEDIA":
            found = _attributes(value)
            if found.get("TYPE") == "AUDIO":
                place = urljoin(address, found["URI"]) if found.get("URI") else None
                is_default = found.get("DEFAULT") == "YES"
                renditions.append(Rendition(found.get("GROUP-ID", ""), place, is_default))
        elif line and not line.startswith("#") and said is not None:
            variants.append(_variant(said, urljoin(address, line)))
            said = None
    return Master(variants, renditions)


def _variant(said: dict[str, str], address: str) -> Variant:
    height = said.get("RESOLUTION", "").lower().partition("x")[2]
    return Variant(
        address,
        int(_number(said.get("BANDWIDTH", "0"))),
        int(height) if height.isdecimal() else None,
        tuple(codec.strip() for codec in said.get("CODECS", "").split(",") if codec.strip()),
        said.get("AUDIO"),
    )


@dataclass(slots=True)
class _Reader:
    """Reads a media playlist line by line; what stands before a segment is kept for it."""

    address: str
    target_s: float = 0.0
    number: int = 0
    era: int = 0
    duration_s: float | None = None
    span: tuple[int | None, int] | None = None
    last: Piece | None = None
    head: Piece | None = None
    key: Key | None = None
    is_gap: bool = False
    is_ended: bool = False
    segments: list[Segment] = field(default_factory=list[Segment])

    def read(self, lines: Sequence[str]) -> MediaPlaylist:
        for line in lines:
            if line.startswith("#EXT"):
                self._take_tag(*line.partition(":")[::2])
            elif line and not line.startswith("#"):
                self._take_segment(urljoin(self.address, line))
        if not 0 < self.target_s <= LONGEST_TARGET_S:
            raise PullFailed(
                "The playlist says of no length that a segment has (EXT-X-TARGETDURATION): "
                "have its maker mend it."
            )
        return MediaPlaylist(self.target_s, self.segments, self.is_ended)

    def _take_tag(self, tag: str, value: str) -> None:
        match tag:
            case "#EXT-X-TARGETDURATION":
                self.target_s = _number(value)
            case "#EXT-X-MEDIA-SEQUENCE":
                self.number = int(_number(value))
            case "#EXT-X-DISCONTINUITY-SEQUENCE":
                self.era = int(_number(value))
            case "#EXT-X-ENDLIST":
                self.is_ended = True
            case _:
                self._take_property(tag, value)

    def _take_property(self, tag: str, value: str) -> None:
        """Take what holds for the next segment, or for all from there on."""
        match tag:
            case "#EXTINF":
                self.duration_s = _number(value.partition(",")[0])
            case "#EXT-X-DISCONTINUITY":
                self.era += 1
            case "#EXT-X-BYTERANGE":
                self.span = _span(value)
            case "#EXT-X-MAP":
                self._take_head(_attributes(value))
            case "#EXT-X-KEY":
                self._take_key(_attributes(value))
            case "#EXT-X-GAP":
                self.is_gap = True
            case _:
                pass

    def _take_head(self, said: dict[str, str]) -> None:
        start, count = _span(said["BYTERANGE"]) if "BYTERANGE" in said else (None, 0)
        span = (start or 0, count) if count else None
        self.head = Piece(urljoin(self.address, said.get("URI", "")), span)

    def _take_key(self, said: dict[str, str]) -> None:
        method = said.get("METHOD", "NONE")
        if method == "NONE":
            self.key = None
            return
        if method != "AES-128" or said.get("KEYFORMAT", "identity") != "identity":
            raise PullFailed(
                f"The segments are encrypted by {method}, which is not taken: have their maker "
                "send them in the clear or by AES-128."
            )
        iv = said.get("IV", "")
        try:
            vector = bytes.fromhex(iv[2:].zfill(2 * IV_BYTES)) if iv else None
        except ValueError as malformed:
            raise PullFailed("The key of the playlist has a broken IV.") from malformed
        if vector is not None and len(vector) != IV_BYTES:
            raise PullFailed("The key of the playlist has a broken IV.")
        self.key = Key(urljoin(self.address, said.get("URI", "")), vector)

    def _take_segment(self, address: str) -> None:
        piece = Piece(address, self._place(address))
        if self.duration_s is not None:
            self.segments.append(
                Segment(
                    *(self.number, piece, self.duration_s, self.era),
                    head=self.head,
                    key=self.key,
                    is_gap=self.is_gap,
                )
            )
            self.number += 1
        self.duration_s, self.span, self.is_gap, self.last = None, None, False, piece

    def _place(self, address: str) -> tuple[int, int] | None:
        """Find its bytes, which follow those of the segment before if nothing else is said."""
        if self.span is None:
            return None
        start, count = self.span
        if start is None:
            before = self.last
            is_same = before is not None and before.address == address and before.span is not None
            start = sum(before.span) if is_same and before and before.span else 0
        return start, count


def _span(value: str) -> tuple[int | None, int]:
    count, _, start = value.partition("@")
    return (int(_number(start)) if start else None), int(_number(count))


def _number(text: str) -> float:
    try:
        found = float(text.strip())
    except ValueError:
        found = -1.0
    if not 0 <= found < 1 << 53:
        raise PullFailed("The playlist has a number that is none: have its maker mend it.")
    return found
