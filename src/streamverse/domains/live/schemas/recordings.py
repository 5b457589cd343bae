"""Clips, in JSON."""

from __future__ import annotations

from uuid import UUID

import msgspec

from streamverse.domains.live.service.recordings import Clip


class ClipOut(msgspec.Struct):
    """A clip; its title is there in a moment, for everybody if it is public."""

    title_id: UUID
    name: str
    is_public: bool

    @classmethod
    def of(cls, clip: Clip) -> ClipOut:
        """Show a clip."""
        return cls(clip.title_id, clip.name, clip.is_public)
