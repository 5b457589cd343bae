"""Streams: made, changed, shown with their key, put in order, stopped, removed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from streamverse.domains.billing import public as billing
from streamverse.domains.live.contracts import (
    Keep,
    Ladder,
    Latency,
    Newcomer,
    StreamId,
    StreamState,
)
from streamverse.domains.live.errors import StreamInvalid, StreamIsLive
from streamverse.domains.live.models import StreamRow
from streamverse.domains.live.repository import Broadcasts, Slots, StreamPlans, Streams
from streamverse.domains.live.rules.access import Access
from streamverse.domains.live.rules.schedules import Showing, next_showing
from streamverse.domains.live.service.leases import find_away
from streamverse.domains.live.service.recordings import let_all_go
from streamverse.domains.live.service.schedules import slot_of
from streamverse.domains.live.service.watching import judge_stream
from streamverse.domains.media import public as media
from streamverse.domains.media.contracts import Protection
from streamverse.kit.clock import new_id
from streamverse.kit.tokens import hash_secret, new_secret

if TYPE_CHECKING:
    from streamverse.domains.live.service.desk import LiveDesk
    from streamverse.domains.media.public import MediaAddresses, PictureAddress
    from streamverse.kit.crypto import Vault
    from streamverse.kit.work import Work

REWIND_MINUTES = 120
KEY_LASTS_S = 600


@dataclass(frozen=True, slots=True)
class StreamSettings:
    """What staff decides about a stream, and a template holds; ``height`` None takes any."""

    rewind_minutes: int = REWIND_MINUTES
    height: int | None = None
    latency: Latency = Latency.LOW
    access: Access = Access.EVERYBODY
    plan_ids: Sequence[UUID] = ()
    newcomer: Newcomer = Newcomer.TAKE_OVER
    ladder: Ladder = Ladder.AS_SENT
    has_passphrase: bool = False
    protection: Protection = Protection.NONE
    key_lasts_s: int = KEY_LASTS_S
    recordings: Keep = Keep.PRIVATE
    clips: Keep = Keep.OFF


@dataclass(frozen=True, slots=True)
class NewStream:
    """What staff says of a stream."""

    name: str
    description: str = ""
    settings: StreamSettings = field(default_factory=StreamSettings)


# What shall be otherwise, by the names of the fields.
StreamChange = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamView:
    """A stream, what it does right now, and when it is to go out next."""

    row: StreamRow
    settings: StreamSettings
    state: StreamState = StreamState.IDLE
    live_since: datetime | None = None
    viewers: int = 0
    showing: Showing | None = None
    slate: PictureAddress | None = None


async def list_streams(
    work: Work, desk: LiveDesk, addresses: MediaAddresses
) -> Sequence[StreamView]:
    """List the streams that the actor may know of, in their order."""
    return await _view(work, desk, addresses, await Streams(work).all())


async def get_stream(
    work: Work, desk: LiveDesk, addresses: MediaAddresses, stream_id: StreamId
) -> StreamView:
    """Get a stream, or fail with ``StreamNotFound``."""
    row = await Streams(work).get(stream_id)
    await judge_stream(work, row)
    (view,) = await _view(work, desk, addresses, [row])
    return view


async def _view(
    work: Work, desk: LiveDesk, addresses: MediaAddresses, rows: Sequence[StreamRow]
) -> Sequence[StreamView]:
    seen = [row for row in rows if row.access != Access.STAFF or may_send(work)]
    ids = [row.id for row in seen]
    running = await Broadcasts(work).running()
    away = await find_away(work, [one for one in ids if one in running and not desk.sends(one)])
    counts = await desk.audiences.count(work, [running[one].id for one in ids if one in running])
    slots = await Slots(work).of(ids)
    limited = [row.id for row in seen if row.access == Access.PLANS]
    plans = await StreamPlans(work).of(limited)
    slates = await media.artworks(work, addresses, ids)
    views: list[StreamView] = []
    for row in seen:
        broadcast = running.get(row.id)
        state = StreamState.IDLE
        if broadcast is not None:
            is_away = desk.is_away(row.id) or row.id in away
            state = StreamState.AWAY if is_away else StreamState.LIVE
        views.append(
            StreamView(
                row=row,
                settings=_settings_of(row, plans.get(row.id, ())),
                state=state,
                live_since=broadcast.started_at if broadcast is not None else None,
                viewers=counts[broadcast.id] if broadcast is not None else 0,
                showing=next_showing(map(slot_of, slots.get(row.id, ())), work.now),
                slate=slates.get(row.id),
            )
        )
    return views


def may_send(work: Work) -> bool:
    """Tell whether the actor runs the streams."""
    return work.actor.may("live.manage")


async def add_stream(work: Work, desk: LiveDesk, new: NewStream) -> StreamView:
    """Make a stream with a key of its own, below all others."""
    stream_id = new_id()
    key = new_secret()
    row = StreamRow(
        id=stream_id,
        name=new.name.strip(),
        description=new.description.strip(),
        key_hash=hash_secret(key),
        sealed_key=desk.settings.vault.encrypt(key.encode(), stream_id.bytes),
        position=await Streams(work).next_position(),
        created_at=work.now,
    )
    await check_settings(work, new.settings)
    _decide(row, new.settings, desk.settings.vault)
    Streams(work).add(row)
    await work.session.flush()
    await StreamPlans(work).replace(stream_id, new.settings.plan_ids)
    return StreamView(row=row, settings=new.settings)


async def change_stream(
    work: Work,
    desk: LiveDesk,
    addresses: MediaAddresses,
    stream_id: StreamId,
    change: StreamChange,
) -> StreamView:
    """Change a stream; how far it can be rewound holds from its next broadcast on."""
    (row,) = await Streams(work).lock([stream_id])
    plan_ids = (await StreamPlans(work).of([stream_id])).get(stream_id, [])
    said = dict(change)
    for name in ("name", "description"):
        if name in said:
            setattr(row, name, said.pop(name).strip())
    settings = replace(_settings_of(row, plan_ids), **said)
    await check_settings(work, settings)
    _decide(row, settings, desk.settings.vault)
    await StreamPlans(work).replace(stream_id, settings.plan_ids)
    await work.session.flush()
    return await get_stream(work, desk, addresses, stream_id)


async def check_settings(work: Work, settings: StreamSettings) -> None:
    """Refuse plans that there are not, and none where some are needed."""
    if settings.access is Access.PLANS and not settings.plan_ids:
        raise StreamInvalid("plan_ids", "Choose the plans that this stream is for.")
    unknown = set(settings.plan_ids) - set(await billing.find_plan_names(work, settings.plan_ids))
    if unknown:
        raise StreamInvalid("plan_ids", f"There is no plan with the number {unknown.pop()}.")


def _settings_of(row: StreamRow, plan_ids: Sequence[UUID]) -> StreamSettings:
    return StreamSettings(
        rewind_minutes=row.rewind_minutes,
        height=row.height,
        latency=Latency(row.latency),
        access=Access(row.access),
        plan_ids=plan_ids,
        newcomer=Newcomer(row.newcomer),
        ladder=Ladder(row.ladder),
        has_passphrase=row.has_passphrase,
        protection=Protection(row.protection),
        key_lasts_s=row.key_lasts_s,
        recordings=Keep(row.recordings),
        clips=Keep(row.clips),
    )


def _decide(row: StreamRow, settings: StreamSettings, vault: Vault) -> None:
    row.rewind_minutes = settings.rewind_minutes
    row.height = settings.height
    row.latency = settings.latency
    row.access = settings.access
    row.newcomer = settings.newcomer
    row.ladder = settings.ladder
    row.protection = settings.protection
    row.key_lasts_s = settings.key_lasts_s
    row.recordings = settings.recordings
    row.clips = settings.clips
    row.has_passphrase = settings.has_passphrase
    if row.has_passphrase and row.sealed_passphrase is None:
        _seal_passphrase(row, vault)


def _seal_passphrase(row: StreamRow, vault: Vault) -> None:
    row.sealed_passphrase = vault.encrypt(new_secret().encode(), _passphrase_of(row))


def _passphrase_of(row: StreamRow) -> bytes:
    """Tell a passphrase from the key of the same stream."""
    return row.id.bytes + b"passphrase"


@dataclass(frozen=True, slots=True)
class StreamKey:
    """What a publisher shows; who sends by SRT encrypts with the passphrase, if there is one."""

    key: str
    passphrase: str | None


async def show_key(work: Work, vault: Vault, stream_id: StreamId) -> StreamKey:
    """Give the key that a stream is published under."""
    row = await Streams(work).get(stream_id)
    return StreamKey(
        vault.decrypt(row.sealed_key, row.id.bytes).decode(), open_passphrase(row, vault)
    )


async def change_key(work: Work, vault: Vault, stream_id: StreamId) -> StreamKey:
    """Give a stream another key; whoever publishes with the old one goes on until they end."""
    row = await Streams(work).get(stream_id)
    key = new_secret()
    row.key_hash = hash_secret(key)
    row.sealed_key = vault.encrypt(key.encode(), row.id.bytes)
    if row.sealed_passphrase is not None:
        _seal_passphrase(row, vault)
    return StreamKey(key, open_passphrase(row, vault))


def open_passphrase(row: StreamRow, vault: Vault) -> str | None:
    """Give what those who send by SRT have to encrypt with, if anything."""
    if not row.has_passphrase or row.sealed_passphrase is None:
        return None
    return vault.decrypt(row.sealed_passphrase, _passphrase_of(row)).decode()


async def stop_streams(work: Work, desk: LiveDesk, ids: Sequence[StreamId]) -> None:
    """End what goes out on streams at once, and take no publisher until they are started."""
    for row in await Streams(work).lock(ids):
        row.stopped_at = row.stopped_at or work.now

    async def stop() -> None:
        for stream_id in ids:
            await desk.stop(stream_id)

    work.after_commit(stop)


async def start_streams(work: Work, ids: Sequence[StreamId]) -> None:
    """Take publishers again on streams that were stopped."""
    for row in await Streams(work).lock(ids):
        row.stopped_at = None


async def order_streams(work: Work, ids: Sequence[StreamId]) -> None:
    """Put streams in an order; what is not named follows as it was."""
    await Streams(work).lock(ids)
    rows = await Streams(work).all()
    wanted = {stream_id: place for place, stream_id in enumerate(ids)}
    named = sorted(rows, key=lambda row: wanted.get(StreamId(row.id), len(wanted)))
    for place, row in enumerate(named):
        row.position = place


async def remove_streams(work: Work, ids: Sequence[StreamId]) -> None:
    """Remove streams of which none is live, with what went out on them."""
    rows = await Streams(work).lock(ids)
    running = await Broadcasts(work).running()
    for row in rows:
        if row.id in running:
            raise StreamIsLive(row.id)
        await let_all_go(work, StreamId(row.id))
        await media.drop_artwork(work, row.id)
        await Streams(work).remove(row)
