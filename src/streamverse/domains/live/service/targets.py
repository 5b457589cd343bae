"""The services that a stream is sent on to: listed, added, changed, removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from streamverse.domains.live.contracts import StreamId, TargetId
from streamverse.domains.live.errors import TargetInvalid, TooManyTargets
from streamverse.domains.live.models import TargetRow
from streamverse.domains.live.repository import Streams, Targets
from streamverse.domains.live.rules.targets import Destination
from streamverse.kit.clock import new_id
from streamverse.kit.fetching import FetchFailed
from streamverse.kit.reach import AddressRefused

if TYPE_CHECKING:
    from streamverse.domains.live.contracts import LiveSettings
    from streamverse.domains.live.service.desk import LiveDesk
    from streamverse.domains.live.service.restreams import TargetReading
    from streamverse.kit.crypto import Vault
    from streamverse.kit.work import Work


@dataclass(frozen=True, slots=True)
class NewTarget:
    """What staff says of a target."""

    name: str
    destination: Destination
    is_on: bool = True


@dataclass(frozen=True, slots=True)
class TargetChange:
    """What shall be otherwise of a target; None stays as it is."""

    name: str | None = None
    destination: Destination | None = None
    is_on: bool | None = None


@dataclass(frozen=True, slots=True)
class TargetView:
    """A target, as it may be shown, and how sending to it goes."""

    row: TargetRow
    destination: Destination
    reading: TargetReading | None = None


async def list_targets(work: Work, desk: LiveDesk, stream_id: StreamId) -> Sequence[TargetView]:
    """List the targets of a stream, the oldest first."""
    await Streams(work).get(stream_id)
    rows = (await Targets(work).of([stream_id])).get(stream_id, [])
    return [_view(desk, row) for row in rows]


async def add_target(work: Work, desk: LiveDesk, stream_id: StreamId, new: NewTarget) -> TargetView:
    """Send a stream on to one more service; if it is live, from now on."""
    await Streams(work).lock([stream_id])
    count = len((await Targets(work).of([stream_id])).get(stream_id, ()))
    if count >= desk.settings.targets_at_most:
        raise TooManyTargets(desk.settings.targets_at_most)
    await _check(desk.settings, new.destination)
    row = TargetRow(
        id=new_id(),
        stream_id=stream_id,
        name=new.name.strip(),
        is_on=new.is_on,
        created_at=work.now,
    )
    row.sealed_address = _seal(desk.settings.vault, row, new.destination)
    Targets(work).add(row)
    await work.session.flush()
    _follow(work, desk)
    return _view(desk, row)


async def change_target(
    work: Work, desk: LiveDesk, stream_id: StreamId, target_id: TargetId, change: TargetChange
) -> TargetView:
    """Change a target; if the stream is live, that holds from now on."""
    row = await Targets(work).get(stream_id, target_id)
    if change.destination is not None:
        await _check(desk.settings, change.destination)
        row.sealed_address = _seal(desk.settings.vault, row, change.destination)
    if change.name is not None:
        row.name = change.name.strip()
    if change.is_on is not None:
        row.is_on = change.is_on
    _follow(work, desk)
    return _view(desk, row)


async def remove_target(
    work: Work, desk: LiveDesk, stream_id: StreamId, target_id: TargetId
) -> None:
    """Send a stream on to a service no longer."""
    await Targets(work).remove(await Targets(work).get(stream_id, target_id))
    _follow(work, desk)


async def _check(settings: LiveSettings, destination: Destination) -> None:
    """Refuse a host that may not be gone to; one that nobody can look up now may be there later."""
    try:
        await settings.fetcher.find_stream_host(destination.host, destination.port)
    except AddressRefused as refused:
        raise TargetInvalid("address", refused.detail) from refused
    except FetchFailed:
        return


def _follow(work: Work, desk: LiveDesk) -> None:
    work.after_commit(desk.restreams.look)


def _seal(vault: Vault, row: TargetRow, destination: Destination) -> bytes:
    return vault.encrypt(msgspec.json.encode(destination), row.id.bytes)


def open_destination(vault: Vault, row: TargetRow) -> Destination:
    """Read where a target is."""
    content = vault.decrypt(row.sealed_address, row.id.bytes)
    return msgspec.json.decode(content, type=Destination)


def _view(desk: LiveDesk, row: TargetRow) -> TargetView:
    destination = open_destination(desk.settings.vault, row)
    return TargetView(row, destination, desk.restreams.find(TargetId(row.id)))
