"""What subtitles are called, what may be said of them, and the tracks they become."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from streamverse.domains.media.rules.names import clean_words
from streamverse.kit.errors import FieldProblem, Invalid
from streamverse.mediakit.renditions import LANGUAGE_TAG
from streamverse.mediakit.subtitles import Notice
from streamverse.mediakit.timeline import Segment, Track, TrackKind

if TYPE_CHECKING:
    from streamverse.domains.media.models import SubtitleRow
    from streamverse.mediakit.frames import SegmentPlan
    from streamverse.mediakit.probe import SubtitleFacts

LABEL_LIMIT = 100
LANGUAGE_LIMIT = 35
MOST_SUBTITLES = 64
SUBTITLE_CODEC = "wvtt"
ALL_SUBTITLES = "all.vtt"

_FOR_THE_DEAF = re.compile(r"\b(sdh|cc|hoh|hearing.impaired)\b", re.IGNORECASE)
_PICTURES = {
    "hdmv_pgs_subtitle": "PGS",
    "dvd_subtitle": "VobSub",
    "dvb_subtitle": "DVB",
    "xsub": "XSUB",
}


@dataclass(frozen=True, slots=True)
class SubtitleWords:
    """What is said of subtitles: language, name, and whom they are for."""

    language: str | None
    label: str | None
    is_forced: bool
    is_sdh: bool


def tidy_words(words: SubtitleWords) -> SubtitleWords:
    """Clean what somebody says of subtitles, or raise Invalid with everything that is wrong."""
    language = (words.language or "").strip() or None
    label = clean_words(" ".join((words.label or "").split()), LABEL_LIMIT + 1)
    problems: list[FieldProblem] = []
    if language and (len(language) > LANGUAGE_LIMIT or not LANGUAGE_TAG.fullmatch(language)):
        problems.append(
            FieldProblem("language", "Choose a language, or write its tag, like en or pt-BR.")
        )
    if label and len(label) > LABEL_LIMIT:
        problems.append(FieldProblem("label", f"A name may have {LABEL_LIMIT} characters at most."))
    if problems:
        raise Invalid(" ".join(found.problem for found in problems), fields=tuple(problems))
    return SubtitleWords(language, label, words.is_forced, words.is_sdh)


def words_of_track(track: SubtitleFacts) -> SubtitleWords:
    """Read what a file says of the subtitles in it; its words are a stranger's."""
    language = track.language if LANGUAGE_TAG.fullmatch(track.language or "") else None
    label = clean_words(" ".join((track.title or "").split()), LABEL_LIMIT)
    is_sdh = bool(_FOR_THE_DEAF.search(label or ""))
    return SubtitleWords(language, label, track.is_forced, is_sdh)


def set_aside_notice(track: SubtitleFacts) -> Notice:
    """Say why subtitles of a file are not shown."""
    name = _PICTURES.get(track.codec)
    if name is None:
        return Notice(
            "not_readable",
            f"These subtitles are coded as {track.codec}, which is not read: "
            "add them as an SRT or WebVTT file.",
        )
    return Notice(
        "pictures",
        f"These subtitles are pictures of words ({name}), which cannot become text: "
        "add them as an SRT or WebVTT file.",
    )


def text_tracks(plan: SegmentPlan, rows: Iterable[SubtitleRow]) -> Iterator[Track]:
    """Make the tracks of subtitles, on the same segments as pictures and sound."""
    durations = [len(frames) * plan.frame_rate.ticks_per_frame for frames in plan.segments()]
    for row in rows:
        size_bytes = -(-row.size_bytes // len(durations))
        yield Track(
            name=row.track_name or "",
            kind=TrackKind.TEXT,
            codec=SUBTITLE_CODEC,
            timescale=plan.frame_rate.timescale,
            language=row.language,
            label=row.label,
            target_bitrate_bps=1000,
            segments=_segments(durations, size_bytes),
            is_complete=True,
            is_forced=row.is_forced,
            is_sdh=row.is_sdh,
        )


def _segments(durations: Sequence[int], size_bytes: int) -> tuple[Segment, ...]:
    return tuple(Segment(number, ticks, size_bytes) for number, ticks in enumerate(durations))


def subtitles_prefix(package_id: UUID | str, track: str) -> str:
    """Name the folder of a track of subtitles."""
    return f"packages/{package_id}/{track}"


def subtitles_key(package_id: UUID | str, track: str, name: str) -> str:
    """Name the object of a file of subtitles."""
    return f"{subtitles_prefix(package_id, track)}/{name}"
