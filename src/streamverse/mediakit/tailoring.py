"""What a master lists for one viewer: what their device decodes, their languages first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from streamverse.mediakit.ladder import CodecFamily
from streamverse.mediakit.timeline import Package, Timeline, Track, TrackKind

SAMPLE_ENTRIES: Final = {
    CodecFamily.H264: "avc1",
    CodecFamily.HEVC: "hvc1",
    CodecFamily.AV1: "av01",
}

_LINES = re.compile(r"v([0-9]{1,5})(?:-|$)")


@dataclass(frozen=True, slots=True)
class Tailoring:
    """What one viewer's device can do, what they like, and what they may.

    ``codecs`` are the sample entries that it decodes (``av01``); where it names none, it decodes
    everything. ``max_height`` caps the shorter side of pictures as a wish, ``allowed_height`` the
    lines that renditions are named after as a right. Languages come in the order in which they are
    wanted.
    """

    codecs: tuple[str, ...] = ()
    max_height: int | None = None
    audio_languages: tuple[str, ...] = ()
    text_languages: tuple[str, ...] = ()
    allowed_height: int | None = None

    def stored(self) -> dict[str, object]:
        """Give all of it by name, as ``Tailoring(**stored)`` takes it."""
        return {name: getattr(self, name) for name in self.__slots__}

    def decodes(self, codec: str) -> bool:
        """Tell whether the device plays a codec, given as in manifests."""
        return not self.codecs or codec.partition(".")[0] in self.codecs

    def allows(self, track_name: str) -> bool:
        """Tell whether a track may be fetched, by its name alone: `v1080`, `v720-2-hevc`."""
        found = _LINES.match(track_name)
        return self.allowed_height is None or not found or int(found[1]) <= self.allowed_height


EVERYTHING: Final = Tailoring()


def tailor(timeline: Timeline, tailoring: Tailoring) -> Timeline:
    """Leave out what the device cannot play or shall not, and put wanted languages first.

    Pictures and sound never vanish altogether: where nothing fits, the nearest stays. Only what is
    not allowed is never there; whoever allows leaves something to watch.
    """
    if tailoring == EVERYTHING:
        return timeline
    spans = tuple(
        replace(span, package=_tailor_package(span.package, tailoring)) for span in timeline.spans
    )
    return replace(timeline, spans=spans)


def _tailor_package(package: Package, tailoring: Tailoring) -> Package:
    video = _playable(package.tracks_of(TrackKind.VIDEO), tailoring)
    video = [track for track in video if tailoring.allows(track.name)]
    sound = _playable(package.tracks_of(TrackKind.AUDIO), tailoring)
    sound = _preferred(sound, tailoring.audio_languages)
    text = _preferred(package.tracks_of(TrackKind.TEXT), tailoring.text_languages)
    return replace(package, tracks=(*_capped(video, tailoring.max_height), *sound, *text))


def _playable(tracks: Sequence[Track], tailoring: Tailoring) -> Sequence[Track]:
    return [track for track in tracks if tailoring.decodes(track.codec)] or tracks


def _capped(tracks: Sequence[Track], max_height: int | None) -> Sequence[Track]:
    if max_height is None or not tracks:
        return tracks
    within = [track for track in tracks if short_side(track) <= max_height]
    return within or [min(tracks, key=short_side)]


def short_side(track: Track) -> int:
    """Give the height by which a picture is known, also of an upright one."""
    return min(track.width or 0, track.height or 0)


def _preferred(tracks: Sequence[Track], languages: Sequence[str]) -> Sequence[Track]:
    """Sort by wanted languages; the default becomes the first track in one of them."""

    def rank(track: Track) -> int:
        spoken = (track.language or "").partition("-")[0]
        wanted = (at for at, one in enumerate(languages) if one.partition("-")[0] == spoken)
        return next(wanted, len(languages))

    ordered = sorted(tracks, key=rank)
    if not ordered or rank(ordered[0]) == len(languages):
        return tracks
    return [replace(track, is_default=at == 0) for at, track in enumerate(ordered)]
