"""Playback's JSON."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec


class PlaybackOut(msgspec.Struct):
    """Where a player finds a title; addresses are signed and expire."""

    title_id: UUID
    name: str
    hls_url: str
    dash_url: str
    poster_url: str | None
    expires_at: datetime
    is_growing: bool
    playable_ms: int
    duration_ms: int
    credit: str | None
