"""How sound is encoded: stereo for everybody, other forms for those who can use or need them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from streamverse.mediakit.frames import FrameRate

SAMPLE_RATE_HZ: Final = 48_000


class SoundKind(StrEnum):
    """In which form a track of sound is given."""

    STEREO = "stereo"
    SURROUND = "surround"
    OPUS = "opus"
    LEAN = "lean"  # stereo for slow lines


@dataclass(frozen=True, slots=True)
class SoundFormat:
    """One form of sound; an encoder's first `priming_samples` only prepare decoders."""

    codec: str
    encoder: str
    layout: str
    channels: int
    bitrate_bps: int
    frame_samples: int
    priming_samples: int

    @property
    def frame_rate(self) -> FrameRate:
        """How many frames of it there are in a second."""
        return FrameRate.of(SAMPLE_RATE_HZ, self.frame_samples)


SOUND_FORMATS: Final = {
    SoundKind.STEREO: SoundFormat("mp4a.40.2", "aac", "stereo", 2, 128_000, 1024, 1024),
    SoundKind.SURROUND: SoundFormat("ec-3", "eac3", "5.1", 6, 384_000, 1536, 256),
    SoundKind.OPUS: SoundFormat("Opus", "libopus", "stereo", 2, 96_000, 960, 312),
    SoundKind.LEAN: SoundFormat("mp4a.40.2", "aac", "stereo", 2, 64_000, 1024, 1024),
}
