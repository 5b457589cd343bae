"""The subtitles of a film in JSON."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from streamverse.domains.media.rules.states import SubtitleState
from streamverse.domains.media.rules.subtitles import SubtitleWords
from streamverse.domains.media.schemas.problems import ProblemBrief

if TYPE_CHECKING:
    from streamverse.domains.media.models import (
        SubtitleRow,
    )


class SubtitleOut(msgspec.Struct):
    """Subtitles of a film; those without an address cannot be shown, and the notices say why."""

    id: UUID
    origin: str
    format: str
    language: str | None
    label: str | None
    is_forced: bool
    is_sdh: bool
    state: SubtitleState
    cue_count: int
    notices: list[ProblemBrief]
    url: str | None
    created_at: datetime

    @classmethod
    def of(cls, row: SubtitleRow, url: str | None) -> SubtitleOut:
        """Show a row."""
        return cls(
            id=row.id,
            origin=row.origin,
            format=row.format,
            language=row.language,
            label=row.label,
            is_forced=row.is_forced,
            is_sdh=row.is_sdh,
            state=SubtitleState(row.state),
            cue_count=row.cue_count,
            notices=[ProblemBrief(n["code"], n["detail"]) for n in row.notices["notices"]],
            url=url,
            created_at=row.created_at,
        )


class SubtitlesOut(msgspec.Struct):
    """The subtitles of a film, in the order they came."""

    items: list[SubtitleOut]


class SubtitleWordsIn(msgspec.Struct):
    """What is said of subtitles: all of it, as a form has it."""

    language: str | None
    label: str | None
    is_forced: bool
    is_sdh: bool

    def to_words(self) -> SubtitleWords:
        """Give what is said."""
        return SubtitleWords(self.language, self.label, self.is_forced, self.is_sdh)
