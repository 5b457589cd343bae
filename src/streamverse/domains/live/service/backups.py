"""The encoders of a stream, main and backup, of whom one is on air."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from streamverse.domains.live.contracts import Comeback, Encoder, EncoderChanged, StreamId
from streamverse.domains.live.errors import BackupNotFound
from streamverse.domains.live.models import BackupRow
from streamverse.domains.live.repository import Backups, Streams
from streamverse.domains.live.rules.backups import Pace, is_stalled, may_go_on_air
from streamverse.domains.live.service.streams import open_passphrase
from streamverse.kit.tokens import hash_secret, new_secret
from streamverse.kit.work import Actor
from streamverse.mediakit.ingest.samples import AudioFormat, Kind, Sample, VideoFormat

if TYPE_CHECKING:
    from streamverse.domains.live.models import StreamRow
    from streamverse.domains.live.service.broadcasts import Broadcast
    from streamverse.domains.live.service.desk import LiveDesk
    from streamverse.kit.work import Work, Workshop


@dataclass(slots=True)
class _Seat:
    """An encoder that publishes, and how it codes."""

    pace: Pace
    formats: dict[Kind, VideoFormat | AudioFormat] = field(
        default_factory=dict["Kind", VideoFormat | AudioFormat]
    )

    def may_begin(self, sample: Sample) -> bool:
        """Tell whether what follows can be shown without what came before."""
        return sample.is_keyframe and (sample.kind == "video" or "video" not in self.formats)


class Encoders:
    """Hands on to the broadcast what the encoder on air sends, and changes between the two."""

    def __init__(
        self, broadcast: Broadcast, clock: Callable[[], float], changed: Callable[[Encoder], None]
    ) -> None:
        self.on_air: Encoder | None = None
        self.comeback = Comeback.TAKE_BACK
        self._broadcast = broadcast
        self._clock = clock
        self._changed = changed
        self._seats: dict[Encoder, _Seat] = {}

    @property
    def connected(self) -> list[Encoder]:
        """Which encoders publish, on air or not."""
        return [encoder for encoder in Encoder if encoder in self._seats]

    @property
    def are_silent(self) -> bool:
        """Whether the encoder on air is connected, but sends nothing to be shown."""
        return self.on_air is not None and self.is_silent(self.on_air)

    def is_silent(self, encoder: Encoder) -> bool:
        """Tell whether an encoder that is connected has sent nothing to be shown for a while."""
        seat = self._seats.get(encoder)
        return seat is not None and is_stalled(seat.pace, self._clock())

    def enter(self, encoder: Encoder) -> None:
        """Take an encoder; it is on air at once if nobody else is there."""
        now_s = self._clock()
        self._seats[encoder] = _Seat(Pace(now_s, now_s))
        if self.on_air is None or self.on_air is encoder:
            self._put_on_air(encoder)

    def leave(self, encoder: Encoder) -> bool:
        """Let an encoder go that is gone, and tell whether another one is left."""
        self._seats.pop(encoder, None)
        if self.on_air is encoder:
            self.on_air = None
            self._broadcast.pause()
        return bool(self._seats)

    def take_format(self, encoder: Encoder, media: VideoFormat | AudioFormat) -> None:
        """Take how what follows of an encoder is coded."""
        seat = self._seats.get(encoder)
        if seat is not None:
            seat.formats["video" if isinstance(media, VideoFormat) else "audio"] = media
            if self.on_air is encoder:
                self._broadcast.take_format(media)

    def take_sample(self, encoder: Encoder, sample: Sample) -> None:
        """Take a picture or a frame of sound; a keyframe may put its encoder on air."""
        seat = self._seats.get(encoder)
        if seat is None:
            return
        now_s = self._clock()
        if sample.kind == "video" or "video" not in seat.formats:
            seat.pace.note(now_s)
        if self.on_air is not encoder and seat.may_begin(sample):
            other = self._seats.get(self.on_air) if self.on_air is not None else None
            pace = None if other is None else other.pace
            if may_go_on_air(encoder, seat.pace, pace, self.comeback, now_s):
                self._put_on_air(encoder)
        if self.on_air is encoder:
            self._broadcast.take_sample(sample)

    def _put_on_air(self, encoder: Encoder) -> None:
        if self.on_air is not None and self.on_air is not encoder:
            self._broadcast.pause()
        self.on_air = encoder
        for media in self._seats[encoder].formats.values():
            self._broadcast.take_format(media)
        self._changed(encoder)


async def tell_encoder(workshop: Workshop, broadcast: Broadcast, encoder: Encoder) -> None:
    """Tell that another encoder of a stream is on air."""
    stream = broadcast.stream
    async with workshop.work(Actor.system(stream.tenant_id)) as work:
        row = await Streams(work).find(stream.id)
        if row is not None:
            work.emit(EncoderChanged(stream.id, broadcast.id, row.name, encoder))


# --- the key of the backup ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BackupView:
    """The key of a backup encoder, and what becomes of it when the main one is back."""

    key: str
    passphrase: str | None
    comeback: Comeback


async def find_backup(work: Work, desk: LiveDesk, stream_id: StreamId) -> BackupView | None:
    """Give the key of a stream's backup encoder, if it may have one."""
    stream = await Streams(work).get(stream_id)
    row = await Backups(work).find(stream_id)
    return None if row is None else _view(desk, stream, row)


def _view(desk: LiveDesk, stream: StreamRow, row: BackupRow) -> BackupView:
    vault = desk.settings.vault
    key = vault.decrypt(row.sealed_key, stream.id.bytes).decode()
    return BackupView(key, open_passphrase(stream, vault), Comeback(row.comeback))


async def make_backup_key(work: Work, desk: LiveDesk, stream_id: StreamId) -> BackupView:
    """Let a stream have a backup encoder, under a key that is another one each time."""
    (stream,) = await Streams(work).lock([stream_id])
    key = new_secret()
    row = await Backups(work).find(stream_id)
    if row is None:
        row = BackupRow(stream_id=stream_id, comeback=Comeback.TAKE_BACK)
        Backups(work).add(row)
    row.key_hash = hash_secret(key)
    row.sealed_key = desk.settings.vault.encrypt(key.encode(), stream_id.bytes)
    await work.session.flush()
    return _view(desk, stream, row)


async def choose_comeback(
    work: Work, desk: LiveDesk, stream_id: StreamId, comeback: Comeback
) -> BackupView:
    """Say what becomes of the backup encoder when the main one is back; it holds at once."""
    stream = await Streams(work).get(stream_id)
    row = await Backups(work).find(stream_id)
    if row is None:
        raise BackupNotFound
    row.comeback = comeback

    async def follow() -> None:
        encoders = desk.encoders_of(stream_id)
        if encoders is not None:
            encoders.comeback = comeback

    work.after_commit(follow)
    return _view(desk, stream, row)


async def remove_backup(work: Work, stream_id: StreamId) -> None:
    """Let a stream have no backup encoder; one that publishes goes on until it ends."""
    await Streams(work).get(stream_id)
    row = await Backups(work).find(stream_id)
    if row is not None:
        await Backups(work).remove(row)
