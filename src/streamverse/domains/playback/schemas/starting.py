"""What players begin with, and where media are handed out, in JSON."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Self
from uuid import UUID

import msgspec

from streamverse.domains.catalog.contracts import MarkerLine, TitleId
from streamverse.domains.live.contracts import StreamId
from streamverse.domains.playback.contracts import (
    HEARTBEAT_EVERY,
    LEASE,
    LiveWish,
    PlaybackSessionId,
    TitleWish,
)
from streamverse.domains.profiles.public import ProofIn
from streamverse.kit.clock import milliseconds

if TYPE_CHECKING:
    from streamverse.domains.live.public import LiveAddress
    from streamverse.domains.playback.service.opening import Opened
    from streamverse.domains.playback.service.opening_live import OpenedLive

SampleEntry = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9-]{4,8}$(?!\n)")]


class DrmOut(msgspec.Struct):
    """How the player of an encrypted title gets its keys; names of keys are in base64url."""

    key_system: str
    license_url: str
    key_ids: list[str]


class PlaybackOut(msgspec.Struct):
    """Where a player finds a title; addresses are signed and expire.

    `hls_master` is what `hls_url` leads to, so that a player need not ask for it first; null while
    the title still grows.
    """

    title_id: UUID
    name: str
    hls_url: str
    hls_master: str | None
    dash_url: str
    poster_url: str | None
    thumbnails_url: str | None
    drm: DrmOut | None
    expires_at: datetime
    is_growing: bool
    playable_ms: int
    duration_ms: int
    credit: str | None


class LicenseIn(msgspec.Struct):
    """A licence request of W3C's Clear Key: the names of keys, in base64url."""

    kids: list[str]
    type: str = "temporary"


class KeyOut(msgspec.Struct):
    """A key as JSON web keys are written."""

    kty: str
    kid: str
    k: str


class LicenseOut(msgspec.Struct):
    """A licence of W3C's Clear Key."""

    keys: list[KeyOut]
    type: str


class ThumbnailSpriteOut(msgspec.Struct):
    """The small pictures of a title on sheets: which is shown when is in the index (WebVTT)."""

    index_url: str
    sheet_urls: list[str]
    tile_width: int
    tile_height: int
    columns: int
    rows: int
    tile_count: int
    expires_at: datetime


# --- sessions -------------------------------------------------------------------------------------


class DeviceIn(msgspec.Struct):
    """What a device can do: the sample entries that it decodes (`avc1`), and its screen's height.

    Without codecs it is taken to play everything.
    """

    codecs: Annotated[list[SampleEntry], msgspec.Meta(max_length=32)] = []
    max_height: Annotated[int, msgspec.Meta(ge=1, le=16384)] | None = None


class PlaybackIn(msgspec.Struct):
    """The PIN of an adult profile, where a title asks for one."""

    proof: ProofIn | None = None


class SessionIn(msgspec.Struct):
    """A wish to watch. `resumes` names the player's own session, which then goes on.

    `proof` is the PIN of an adult profile, where a title asks for one.
    """

    title_id: UUID
    device: DeviceIn = msgspec.field(default_factory=DeviceIn)
    resumes: UUID | None = None
    proof: ProofIn | None = None

    def wish(self) -> TitleWish:
        """Give the wish without its form."""
        return TitleWish(
            title_id=TitleId(self.title_id),
            codecs=tuple(dict.fromkeys(self.device.codecs)),
            max_height=self.device.max_height,
            resumes=PlaybackSessionId(self.resumes) if self.resumes else None,
        )


class LiveSessionIn(msgspec.Struct):
    """A wish to watch what goes out on a stream. `resumes` names the player's own session."""

    stream_id: UUID
    device: DeviceIn = msgspec.field(default_factory=DeviceIn)
    resumes: UUID | None = None

    def wish(self) -> LiveWish:
        """Give the wish without its form."""
        return LiveWish(
            stream_id=StreamId(self.stream_id),
            codecs=tuple(dict.fromkeys(self.device.codecs)),
            max_height=self.device.max_height,
            resumes=PlaybackSessionId(self.resumes) if self.resumes else None,
        )


class StreamOut(msgspec.Struct):
    """A session that runs, to choose the one to end; what may not be known of has no title."""

    id: UUID
    device: str
    title: str | None
    since: datetime


class UsedDeviceOut(msgspec.Struct):
    """A device that the account has watched on of late, and that so counts."""

    id: UUID
    name: str
    is_current: bool


class OwnPlanOut(msgspec.Struct, kw_only=True):
    """The plan of an account, what it allows, and what of it is in use.

    A limit of 0 is none, no region is everywhere; without a plan the limits are the service's own.
    A plan that was given until some moment has an end.
    """

    name: str | None
    ends_at: datetime | None
    streams_at_once: int
    devices_at_most: int
    max_height: int | None
    regions: list[str]
    streams: list[StreamOut]
    devices: list[UsedDeviceOut]


class NextTitleOut(msgspec.Struct):
    """What comes after a title."""

    title_id: UUID
    name: str


class BufferingOut(msgspec.Struct):
    """How much a player should hold in hand, and how much of it await after it has run dry."""

    ahead_ms: int
    resume_after_ms: int


class SessionOut(msgspec.Struct):
    """A session that is open, and all that its player begins with.

    Each heartbeat lets it last `lease_ms` longer; `throughput_bps` is how fast the line of this
    device was when it was last measured, and `buffering` what to do on it by how often it has made
    people wait.
    """

    session_id: UUID
    playback: PlaybackOut
    events_token: str
    heartbeat_ms: int
    lease_ms: int
    resume_at_ms: int | None
    markers: list[MarkerLine]
    next_title: NextTitleOut | None
    throughput_bps: int | None
    buffering: BufferingOut

    @classmethod
    def of(cls, opened: Opened) -> Self:
        """Show an open session."""
        following, buffering = opened.next_title, opened.line.buffering
        return cls(
            session_id=opened.session_id,
            playback=opened.playback,
            events_token=opened.events_token,
            heartbeat_ms=milliseconds(HEARTBEAT_EVERY),
            lease_ms=milliseconds(LEASE),
            resume_at_ms=opened.resume_at_ms,
            markers=list(opened.markers),
            next_title=NextTitleOut(*following) if following else None,
            throughput_bps=opened.line.throughput_bps,
            buffering=BufferingOut(buffering.ahead_ms, buffering.resume_after_ms),
        )


class LivePlaybackOut(msgspec.Struct):
    """Where a player follows a stream; ``whep_refusal`` says why it cannot be by WebRTC.

    Where the stream is protected, players ask for its keys at ``license_url``.
    """

    hls_url: str
    whep_url: str | None
    whep_refusal: str | None
    license_url: str | None
    expires_at: datetime

    @classmethod
    def of(cls, address: LiveAddress) -> Self:
        """Show where a stream is."""
        return cls(
            hls_url=address.hls_url,
            whep_url=address.whep_url,
            whep_refusal=address.whep_refusal,
            license_url=address.license_url,
            expires_at=address.expires_at,
        )


class LiveSessionOut(msgspec.Struct):
    """A session of a stream that is open, and all that its player begins with.

    ``server_time`` is what players tell by how far behind they are. The rest is as in sessions of
    titles.
    """

    session_id: UUID
    server_time: datetime
    playback: LivePlaybackOut
    events_token: str
    heartbeat_ms: int
    lease_ms: int
    throughput_bps: int | None

    @classmethod
    def of(cls, opened: OpenedLive, now: datetime) -> Self:
        """Show an open session."""
        return cls(
            session_id=opened.session_id,
            server_time=now,
            playback=LivePlaybackOut.of(opened.address),
            events_token=opened.events_token,
            heartbeat_ms=milliseconds(HEARTBEAT_EVERY),
            lease_ms=milliseconds(LEASE),
            throughput_bps=opened.line.throughput_bps,
        )


# --- delivery -------------------------------------------------------------------------------------


class SignedAddressOut(msgspec.Struct):
    """An address that is fetched without a log-in, until it expires or its session ends."""

    url: str
    expires_at: datetime


class CookieAddressOut(msgspec.Struct):
    """The path below which a cookie opens the media of a session, which goes along with this."""

    path: str
    expires_at: datetime


class MediaCookieOut(msgspec.Struct, kw_only=True):
    """The cookie itself, for trying out what shall check it; without a domain it is this host's."""

    name: str
    value: str
    path: str
    domain: str | None
    expires_at: datetime


class DeliveryTokenOut(msgspec.Struct):
    """What opens the media of a session, below a path that it is part of."""

    token: str
    path: str
    expires_at: datetime
