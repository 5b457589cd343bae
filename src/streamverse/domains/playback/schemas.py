"""Playback's JSON."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec


class DrmOut(msgspec.Struct):
    """How the player of an encrypted title gets its keys; names of keys are in base64url."""

    key_system: str
    license_url: str
    key_ids: list[str]


class PlaybackOut(msgspec.Struct):
    """Where a player finds a title; addresses are signed and expire."""

    title_id: UUID
    name: str
    hls_url: str
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
