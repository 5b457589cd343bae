"""The JSON of live, in and out."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import msgspec

from streamverse.domains.live.contracts import StreamState
from streamverse.domains.live.service.streams import REWIND_MINUTES, NewStream

if TYPE_CHECKING:
    from streamverse.domains.live.service.streams import StreamView

_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"\S")]
_Description = Annotated[str, msgspec.Meta(max_length=5000)]
_RewindMinutes = Annotated[int, msgspec.Meta(ge=1, le=24 * 60)]


class LiveStreamIn(msgspec.Struct, forbid_unknown_fields=True):
    """A stream to make; viewers may rewind so many minutes."""

    name: _Name
    description: _Description = ""
    rewind_minutes: _RewindMinutes = REWIND_MINUTES

    def to_stream(self) -> NewStream:
        """Give what is asked for."""
        return NewStream(self.name, self.description, self.rewind_minutes)


class LiveStreamOut(msgspec.Struct):
    """A stream; ``live_since`` is set while it is live."""

    id: UUID
    name: str
    description: str
    rewind_minutes: int
    state: StreamState
    live_since: datetime | None
    created_at: datetime

    @classmethod
    def of(cls, view: StreamView) -> LiveStreamOut:
        """Show a stream."""
        row = view.row
        return cls(
            id=row.id,
            name=row.name,
            description=row.description,
            rewind_minutes=row.rewind_minutes,
            state=StreamState.IDLE if view.live_since is None else StreamState.LIVE,
            live_since=view.live_since,
            created_at=row.created_at,
        )


class LiveKeyOut(msgspec.Struct):
    """Where an encoder sends to, as far as publishers are taken here, and its key."""

    rtmp_url: str | None
    srt_url: str | None
    key: str


class LivePlaybackOut(msgspec.Struct):
    """Where a player follows a stream."""

    hls_url: str
    expires_at: datetime
