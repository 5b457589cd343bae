"""Streams, their times and how they do, in JSON."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from streamverse.domains.live.contracts import (
    Encoder,
    Keep,
    Ladder,
    Latency,
    Newcomer,
    StreamId,
    StreamState,
)
from streamverse.domains.live.errors import StreamInvalid
from streamverse.domains.live.rules.access import Access
from streamverse.domains.live.rules.health import Ailment
from streamverse.domains.live.rules.schedules import Slot
from streamverse.domains.live.service.streams import (
    KEY_LASTS_S,
    REWIND_MINUTES,
    NewStream,
    StreamChange,
    StreamSettings,
)
from streamverse.domains.media.contracts import Protection

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streamverse.domains.live.models import BroadcastRow
    from streamverse.domains.live.service.backups import Encoders
    from streamverse.domains.live.service.health import Moment, StreamHealth
    from streamverse.domains.live.service.streams import StreamView
    from streamverse.domains.live.service.templates import Template
    from streamverse.domains.media.public import PictureAddress

_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"\S")]
_Description = Annotated[str, msgspec.Meta(max_length=5000)]
_RewindMinutes = Annotated[int, msgspec.Meta(ge=1, le=24 * 60)]
_Height = Annotated[int, msgspec.Meta(ge=144, le=4320)]
_KeyLasts = Annotated[int, msgspec.Meta(ge=5, le=24 * 60 * 60)]
_PlanIds = Annotated[list[UUID], msgspec.Meta(max_length=100)]
_StreamIds = Annotated[list[UUID], msgspec.Meta(min_length=1, max_length=500)]
_LocalTime = Annotated[str, msgspec.Meta(pattern=r"^\d{4}-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d$")]
_Zone = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
_SlotMinutes = Annotated[int, msgspec.Meta(ge=1, le=24 * 60)]


class LiveStreamSettings(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What staff decides about a stream, and a template holds.

    ``height`` is what encoders are meant to send, null for anything; ``plan_ids`` are the plans
    that it is for where ``access`` is for plans. Who sends by SRT has to encrypt where there is a
    passphrase. What goes out on a protected stream is encrypted, with a new key whenever
    ``key_lasts_s`` are over. ``recordings`` and ``clips`` say what becomes of what went out, and of
    what viewers clip from it: nothing, a draft for staff, or a title for everybody.
    """

    rewind_minutes: _RewindMinutes = REWIND_MINUTES
    height: _Height | None = None
    latency: Latency = Latency.LOW
    access: Access = Access.EVERYBODY
    plan_ids: _PlanIds = []
    newcomer: Newcomer = Newcomer.TAKE_OVER
    ladder: Ladder = Ladder.AS_SENT
    has_passphrase: bool = False
    protection: Protection = Protection.NONE
    key_lasts_s: _KeyLasts = KEY_LASTS_S
    recordings: Keep = Keep.PRIVATE
    clips: Keep = Keep.OFF

    def to_settings(self) -> StreamSettings:
        """Give what is asked for."""
        return StreamSettings(
            rewind_minutes=self.rewind_minutes,
            height=self.height,
            latency=self.latency,
            access=self.access,
            plan_ids=self.plan_ids if self.access is Access.PLANS else (),
            newcomer=self.newcomer,
            ladder=self.ladder,
            has_passphrase=self.has_passphrase,
            protection=self.protection,
            key_lasts_s=self.key_lasts_s,
            recordings=self.recordings,
            clips=self.clips,
        )


class LiveSettingsOut(msgspec.Struct, kw_only=True):
    """What staff has decided about a stream, or keeps in a template."""

    rewind_minutes: int
    height: int | None
    latency: Latency
    access: Access
    plan_ids: list[UUID]
    newcomer: Newcomer
    ladder: Ladder
    has_passphrase: bool
    protection: Protection
    key_lasts_s: int
    recordings: Keep
    clips: Keep

    @classmethod
    def of_settings(cls, settings: StreamSettings) -> LiveSettingsOut:
        """Show settings."""
        return LiveSettingsOut(
            rewind_minutes=settings.rewind_minutes,
            height=settings.height,
            latency=settings.latency,
            access=settings.access,
            plan_ids=list(settings.plan_ids),
            newcomer=settings.newcomer,
            ladder=settings.ladder,
            has_passphrase=settings.has_passphrase,
            protection=settings.protection,
            key_lasts_s=settings.key_lasts_s,
            recordings=settings.recordings,
            clips=settings.clips,
        )


class LiveStreamIn(LiveStreamSettings, kw_only=True):
    """A stream to make."""

    name: _Name
    description: _Description = ""

    def to_stream(self) -> NewStream:
        """Give what is asked for."""
        return NewStream(self.name, self.description, self.to_settings())


class LiveStreamChangeIn(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What shall be otherwise; what is left out stays."""

    name: _Name | UnsetType = UNSET
    description: _Description | UnsetType = UNSET
    rewind_minutes: _RewindMinutes | UnsetType = UNSET
    height: _Height | UnsetType | None = UNSET
    latency: Latency | UnsetType = UNSET
    access: Access | UnsetType = UNSET
    plan_ids: _PlanIds | UnsetType = UNSET
    newcomer: Newcomer | UnsetType = UNSET
    ladder: Ladder | UnsetType = UNSET
    has_passphrase: bool | UnsetType = UNSET
    protection: Protection | UnsetType = UNSET
    key_lasts_s: _KeyLasts | UnsetType = UNSET
    recordings: Keep | UnsetType = UNSET
    clips: Keep | UnsetType = UNSET

    def to_change(self) -> StreamChange:
        """Give what is asked for."""
        said = {name: getattr(self, name) for name in self.__struct_fields__}
        return {name: value for name, value in said.items() if value is not UNSET}


class LiveSlateOut(msgspec.Struct):
    """Where the picture of a stream is: `{base_url}/{width}.avif`, `.webp` or `.jpg`."""

    base_url: str
    widths: list[int]

    @classmethod
    def of(cls, address: PictureAddress) -> LiveSlateOut:
        """Show where a picture is."""
        return cls(address.base_url, address.widths)


class LiveStreamOut(LiveSettingsOut, kw_only=True):
    """A stream; ``live_since`` is set while it is live, ``next_*`` where it has a time to come.

    ``slate`` is the picture that is shown while nothing comes in, if it has one of its own.
    """

    id: UUID
    name: str
    description: str
    state: StreamState
    is_stopped: bool
    live_since: datetime | None
    viewers: int
    next_starts_at: datetime | None
    next_ends_at: datetime | None
    slate: LiveSlateOut | None
    created_at: datetime

    @classmethod
    def of_view(cls, view: StreamView) -> LiveStreamOut:
        """Show a stream."""
        row, showing = view.row, view.showing
        decided = LiveSettingsOut.of_settings(view.settings)
        return cls(
            **msgspec.structs.asdict(decided),
            id=row.id,
            name=row.name,
            description=row.description,
            state=view.state,
            is_stopped=row.stopped_at is not None,
            live_since=view.live_since,
            viewers=view.viewers,
            next_starts_at=showing.starts_at if showing else None,
            next_ends_at=showing.ends_at if showing else None,
            slate=LiveSlateOut.of(view.slate) if view.slate else None,
            created_at=row.created_at,
        )


class LiveStreamsIn(msgspec.Struct, forbid_unknown_fields=True):
    """Streams to do something with, or in the order that they are to have."""

    ids: _StreamIds

    def to_ids(self) -> list[StreamId]:
        """Give what is asked for, each once."""
        return [StreamId(one) for one in dict.fromkeys(self.ids)]


class LiveTemplateIn(msgspec.Struct, forbid_unknown_fields=True):
    """Settings to keep under a name."""

    name: _Name
    settings: LiveStreamSettings


class LiveTemplateOut(msgspec.Struct):
    """Settings under a name; those that come with the program have no number."""

    id: UUID | None
    name: str
    settings: LiveSettingsOut

    @classmethod
    def of(cls, template: Template) -> LiveTemplateOut:
        """Show a template."""
        return cls(template.id, template.name, LiveSettingsOut.of_settings(template.settings))


class LiveSlot(msgspec.Struct, forbid_unknown_fields=True):
    """A time at which a stream is to go out.

    ``begins`` is what a clock in the IANA zone shows, without an offset (``2026-11-29T10:00``); a
    stream that repeats begins at this time of its weekday, whatever summer time does.
    """

    begins: _LocalTime
    zone: _Zone
    minutes: _SlotMinutes = 60
    is_weekly: bool = False

    def to_slot(self, place: int) -> Slot:
        """Give what is asked for, or say what is wrong with it at its place in a list."""
        try:
            begins = datetime.fromisoformat(self.begins)
        except ValueError as error:
            sentence = f"There is no such time: {self.begins}."
            raise StreamInvalid(f"slots[{place}].begins", sentence) from error
        return Slot(begins, self.zone, self.minutes, self.is_weekly)

    @classmethod
    def of(cls, slot: Slot) -> LiveSlot:
        """Show a time."""
        begins = slot.begins.isoformat(timespec="minutes")
        return cls(begins, slot.zone, slot.minutes, slot.is_weekly)


class LiveSchedule(msgspec.Struct, forbid_unknown_fields=True):
    """All times at which a stream is to go out."""

    slots: Annotated[list[LiveSlot], msgspec.Meta(max_length=50)]


class LiveReminderOut(msgspec.Struct):
    """Whether a profile gets a mail when a stream begins."""

    is_asked: bool


class LiveWarningOut(msgspec.Struct):
    """Something that is wrong with how a stream comes in, and how to mend it."""

    code: Ailment
    sentence: str
    is_grave: bool


class LiveMomentOut(msgspec.Struct):
    """How a stream came in at one look; null is what nobody could say.

    ``late_ms`` is how much later than the most punctual one a picture came, ``offset_ms`` how far
    sound is ahead of pictures.
    """

    at: datetime
    video_bps: int
    audio_bps: int
    frame_rate: float | None
    dropped: int
    keyframe_s: float | None
    late_ms: int | None
    offset_ms: int | None
    level_db: float | None
    viewers: int

    @classmethod
    def of(cls, moment: Moment) -> LiveMomentOut:
        """Show a moment."""
        reading = moment.reading
        return cls(
            at=moment.at,
            video_bps=reading.video_bps,
            audio_bps=reading.audio_bps,
            frame_rate=reading.frame_rate,
            dropped=reading.dropped,
            keyframe_s=reading.keyframe_s,
            late_ms=reading.late_ms,
            offset_ms=reading.offset_ms,
            level_db=moment.level_db,
            viewers=moment.viewers,
        )


class LiveBroadcastOut(msgspec.Struct):
    """What went out on a stream in one go, and how many watched."""

    id: UUID
    started_at: datetime
    ended_at: datetime | None
    peak_viewers: int
    watched_minutes: int

    @classmethod
    def of(cls, row: BroadcastRow) -> LiveBroadcastOut:
        """Show a broadcast."""
        watched = row.watched_s // 60
        return cls(row.id, row.started_at, row.ended_at, row.peak_viewers, watched)


class LiveIncidentOut(msgspec.Struct):
    """An encoder that was ended or went, or was not let in; the sentence says why."""

    at: datetime
    encoder: Encoder
    sentence: str
    is_refusal: bool


class LiveHealthOut(msgspec.Struct):
    """How a stream comes in: what is wrong now, and the looks since an instant, oldest first.

    ``connected`` are the encoders that send, of which one may be ``on_air``; ``incidents`` say why
    some send no more, the newest first.
    """

    warnings: list[LiveWarningOut]
    moments: list[LiveMomentOut]
    broadcasts: list[LiveBroadcastOut]
    on_air: Encoder | None
    connected: list[Encoder]
    incidents: list[LiveIncidentOut]

    @classmethod
    def of(
        cls,
        health: StreamHealth | None,
        since: datetime | None,
        rows: Sequence[BroadcastRow],
        encoders: Encoders | None,
    ) -> LiveHealthOut:
        """Show what is known of a stream."""
        seen = health.moments if health is not None else ()
        return cls(
            warnings=[
                LiveWarningOut(one.ailment, one.sentence, one.is_grave)
                for one in (health.complaints if health is not None else ())
            ],
            moments=[LiveMomentOut.of(one) for one in seen if since is None or one.at > since],
            broadcasts=[LiveBroadcastOut.of(row) for row in rows],
            on_air=encoders.on_air if encoders is not None else None,
            connected=encoders.connected if encoders is not None else [],
            incidents=[
                LiveIncidentOut(one.at, one.encoder, one.sentence, one.is_refusal)
                for one in reversed(health.incidents if health is not None else ())
            ],
        )


class LiveKeyOut(msgspec.Struct):
    """Where an encoder sends to, as far as publishers are taken here, and its key."""

    rtmp_url: str | None
    rtmps_url: str | None
    srt_url: str | None
    whip_url: str | None
    key: str
