"""What the objects of an asset are kept for, told by their names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from streamverse.mediakit.timeline import TrackKind

_PICTURES = (".webp", ".avif", ".jpg", ".jpeg", ".png", ".gif")
_CODECS = {
    "avc1": "h264",
    "avc3": "h264",
    "hvc1": "hevc",
    "hev1": "hevc",
    "dvh1": "hevc",
    "av01": "av1",
}


@dataclass(slots=True)
class Weights:
    """The bytes of an asset, by what they are kept for."""

    source_bytes: int = 0
    h264_bytes: int = 0
    hevc_bytes: int = 0
    av1_bytes: int = 0
    sound_bytes: int = 0
    pictures_bytes: int = 0
    other_bytes: int = 0

    @property
    def total_bytes(self) -> int:
        """All of it."""
        return sum(getattr(self, name) for name in self.__slots__)

    def add(self, purpose: str, size_bytes: int) -> None:
        """Count an object in."""
        name = f"{purpose}_bytes"
        setattr(self, name, getattr(self, name) + size_bytes)


def purpose_of(key: str, tracks: Mapping[str, str]) -> str:
    """Tell what an object is kept for; ``tracks`` says what each track of the package is for.

    >>> purpose_of("packages/0/v1080/7.m4s", {"v1080": "h264"})
    'h264'
    """
    kind, _, rest = key.partition("/")
    inside = rest.partition("/")[2]
    if kind == "assets" and inside == "source":
        return "source"
    track = inside.partition("/")[0]
    if kind == "packages" and track in tracks:
        return tracks[track]
    is_picture = track == "pictures" or key.endswith(_PICTURES)
    return "pictures" if is_picture else "other"


def purposes(tracks: Iterable[tuple[str, str, str]]) -> dict[str, str]:
    """Tell what tracks are for, given their names, kinds and codecs."""
    return {name: _purpose_of_track(kind, codec) for name, kind, codec in tracks}


def _purpose_of_track(kind: str, codec: str) -> str:
    if kind == TrackKind.AUDIO:
        return "sound"
    return _CODECS.get(codec.partition(".")[0], "other")
