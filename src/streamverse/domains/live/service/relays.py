"""A broadcast passed on to viewers by WebRTC: its pictures as they are, its sound in Opus."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from streamverse.mediakit.ingest.samples import AudioFormat, Sample, VideoFormat
from streamverse.mediakit.live.sound_encoder import SoundEncoder
from streamverse.mediakit.webrtc.relay import Relay


class LiveRelay:
    """Feeds a relay; sound in AAC is encoded anew while somebody watches."""

    def __init__(self, now: Callable[[], float], ffmpeg: Path | None) -> None:
        self.relay = Relay(now, self._wake)
        self._encoder = None if ffmpeg is None else SoundEncoder(ffmpeg, "opus", self._hear)
        self._sound: AudioFormat | None = None

    def take_format(self, media: VideoFormat | AudioFormat) -> None:
        """Take how what follows is coded."""
        if isinstance(media, VideoFormat):
            self.relay.take_format(media)
            return
        self._sound = media
        if media.codec == "opus" or self._encoder is not None:
            self.relay.take_format(media)
        self._wake(is_watched=len(self.relay) > 0)

    def take_sample(self, sample: Sample) -> None:
        """Take a picture or a frame of sound, at its place on the broadcast's clock."""
        if sample.kind == "video":
            self.relay.take_picture(sample)
        elif self._sound is not None and self._sound.codec == "opus":
            self.relay.take_sound(sample)
        elif self._encoder is not None:
            self._encoder.take(sample)

    def _hear(self, heard: AudioFormat | Sample) -> None:
        if isinstance(heard, Sample):
            self.relay.take_sound(heard)

    def end(self) -> None:
        """Tell everybody that it is over."""
        self.relay.end()
        self._wake(is_watched=False)

    async def ended(self) -> None:
        """Wait until nothing of it runs any more."""
        if self._encoder is not None:
            await self._encoder.ended()

    def _wake(self, is_watched: bool) -> None:  # noqa: FBT001 - a relay says no more
        if self._encoder is None:
            return
        if is_watched and self._sound is not None and self._sound.codec == "aac":
            self._encoder.start(self._sound)
        else:
            self._encoder.stop()
