"""What streams are fetched from, in JSON."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import msgspec

from streamverse.domains.live.contracts import (
    PullState,
    SourceTimes,
)
from streamverse.domains.live.service.sources import NewSource

if TYPE_CHECKING:
    from streamverse.domains.live.service.sources import SourceView
    from streamverse.mediakit.pull.trial import Holding

_Address = Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
_SourceUser = Annotated[str, msgspec.Meta(max_length=200)]
_SourcePassword = Annotated[str, msgspec.Meta(max_length=500)]


class LiveSourceIn(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Where a stream is fetched from: an HLS playlist, or a camera by RTSP.

    User and password may stand in the address as well. A password that is left out stays as it is,
    for the host and the user that it was given for.
    """

    address: _Address
    user: _SourceUser = ""
    password: _SourcePassword | None = None
    is_on: bool = True
    times: SourceTimes = SourceTimes.ALWAYS

    def to_source(self) -> NewSource:
        """Give what is asked for."""
        return NewSource(
            address=self.address,
            user=self.user,
            password=self.password,
            is_on=self.is_on,
            times=self.times,
        )


class LiveSourceOut(msgspec.Struct, kw_only=True):
    """Where a stream is fetched from, without the password, and how that goes.

    ``problem`` is what went wrong last, or what is waited for; ``retry_at`` when it is tried again.
    """

    address: str
    user: str
    has_password: bool
    is_on: bool
    times: SourceTimes
    state: PullState
    since: datetime | None
    problem: str | None
    retry_at: datetime | None
    bitrate_bps: int | None

    @classmethod
    def of(cls, view: SourceView) -> LiveSourceOut:
        """Show a source."""
        source = view.source
        return cls(
            address=source.address,
            user=source.user,
            has_password=source.password != "",
            is_on=source.is_on,
            times=source.times,
            state=view.state,
            since=view.since,
            problem=view.problem,
            retry_at=view.retry_at,
            bitrate_bps=view.bitrate_bps,
        )


class LiveIntakeOut(msgspec.Struct):
    """Where a stream is fetched from; null where an encoder sends it."""

    source: LiveSourceOut | None

    @classmethod
    def of(cls, view: SourceView | None) -> LiveIntakeOut:
        """Show it."""
        return cls(None if view is None else LiveSourceOut.of(view))


class LiveHoldingOut(msgspec.Struct, kw_only=True):
    """What an address holds; null is what is not there."""

    video_codec: str | None
    width: int | None
    height: int | None
    frame_rate: float | None
    audio_codec: str | None
    sample_rate_hz: int | None
    channels: int | None
    bitrate_bps: int | None

    @classmethod
    def of(cls, holding: Holding) -> LiveHoldingOut:
        """Show it."""
        video, audio = holding.video, holding.audio
        return cls(
            video_codec=video.codec if video else None,
            width=video.width if video else None,
            height=video.height if video else None,
            frame_rate=holding.frame_rate,
            audio_codec=audio.codec if audio else None,
            sample_rate_hz=audio.sample_rate_hz if audio else None,
            channels=audio.channels if audio else None,
            bitrate_bps=holding.bitrate_bps,
        )
