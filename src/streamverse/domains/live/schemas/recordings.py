"""Recordings and clips, in JSON."""

from __future__ import annotations

from uuid import UUID

import msgspec

from streamverse.domains.live.contracts import (
    Keep,
)
from streamverse.domains.live.service.recordings import Clip, Keeping


class KeepingOut(msgspec.Struct):
    """What becomes of what goes out on a stream, and of what viewers clip from it."""

    recordings: Keep
    clips: Keep

    @classmethod
    def of(cls, keeping: Keeping) -> KeepingOut:
        """Show what was chosen."""
        return cls(keeping.recordings, keeping.clips)


class KeepingIn(msgspec.Struct, forbid_unknown_fields=True):
    """What shall become of it: nothing, a draft for staff, or a title for everybody."""

    recordings: Keep
    clips: Keep

    def to_keeping(self) -> Keeping:
        """Give what is chosen."""
        return Keeping(self.recordings, self.clips)


class ClipOut(msgspec.Struct):
    """A clip; its title is there in a moment, for everybody if it is public."""

    title_id: UUID
    name: str
    is_public: bool

    @classmethod
    def of(cls, clip: Clip) -> ClipOut:
        """Show a clip."""
        return cls(clip.title_id, clip.name, clip.is_public)
