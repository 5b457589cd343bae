"""Streams: made, shown with their key, given another key, removed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from streamverse.domains.live.contracts import StreamId
from streamverse.domains.live.errors import StreamIsLive
from streamverse.domains.live.models import StreamRow
from streamverse.domains.live.repository import Broadcasts, Streams
from streamverse.kit.clock import new_id
from streamverse.kit.tokens import hash_secret, new_secret

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from streamverse.kit.crypto import Vault
    from streamverse.kit.work import Work

REWIND_MINUTES = 120


@dataclass(frozen=True, slots=True)
class NewStream:
    """What staff says of a stream."""

    name: str
    description: str = ""
    rewind_minutes: int = REWIND_MINUTES


@dataclass(frozen=True, slots=True)
class StreamView:
    """A stream, and since when it has been live, if it is."""

    row: StreamRow
    live_since: datetime | None


async def list_streams(work: Work) -> Sequence[StreamView]:
    """List the streams, oldest first."""
    running = await Broadcasts(work).running()
    since = {stream_id: broadcast.started_at for stream_id, broadcast in running.items()}
    return [StreamView(row, since.get(row.id)) for row in await Streams(work).all()]


async def get_stream(work: Work, stream_id: StreamId) -> StreamView:
    """Get a stream, or fail with ``StreamNotFound``."""
    row = await Streams(work).get(stream_id)
    broadcast = await Broadcasts(work).find_running(stream_id)
    return StreamView(row, broadcast.started_at if broadcast is not None else None)


async def add_stream(work: Work, vault: Vault, new: NewStream) -> StreamView:
    """Make a stream with a key of its own."""
    stream_id = new_id()
    key = new_secret()
    row = StreamRow(
        id=stream_id,
        name=new.name.strip(),
        description=new.description.strip(),
        key_hash=hash_secret(key),
        sealed_key=vault.encrypt(key.encode(), stream_id.bytes),
        rewind_minutes=new.rewind_minutes,
        created_at=work.now,
    )
    Streams(work).add(row)
    return StreamView(row, None)


async def show_key(work: Work, vault: Vault, stream_id: StreamId) -> str:
    """Give the key that a stream is published under."""
    row = await Streams(work).get(stream_id)
    return vault.decrypt(row.sealed_key, row.id.bytes).decode()


async def change_key(work: Work, vault: Vault, stream_id: StreamId) -> str:
    """Give a stream another key; whoever publishes with the old one goes on until they end."""
    row = await Streams(work).get(stream_id)
    key = new_secret()
    row.key_hash = hash_secret(key)
    row.sealed_key = vault.encrypt(key.encode(), row.id.bytes)
    return key


async def remove_stream(work: Work, stream_id: StreamId) -> None:
    """Remove a stream that is not live, with what went out on it."""
    row = await Streams(work).get(stream_id)
    if await Broadcasts(work).find_running(stream_id) is not None:
        raise StreamIsLive(stream_id)
    await Streams(work).remove(row)
