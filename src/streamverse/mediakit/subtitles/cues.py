"""The clean form of subtitles: cues whose text is safe markup, and what was mended in them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

TAGS: Final = frozenset({"b", "i", "u"})
MOST_CUES: Final = 30_000
LONGEST_TEXT: Final = 2000
# Markup may be longer than what it marks, but nothing is read without end.
LONGEST_SOURCE: Final = 4 * LONGEST_TEXT
_LATEST_MS: Final = 100 * 3600 * 1000
# So far neighbours overlap by sloppy timing; further, two people speak at once.
_SLOPPY_OVERLAP_MS: Final = 200
_ESCAPES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


class SubtitlesRefused(Exception):
    """A file that holds no subtitles we read: a code, and a sentence for its owner."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


class Place(StrEnum):
    """Where on the picture a cue stands."""

    BOTTOM = "bottom"
    MIDDLE = "middle"
    TOP = "top"


@dataclass(frozen=True, slots=True)
class Cue:
    """Words that are shown for a while; the text is escaped, with tags of `TAGS` alone."""

    start_ms: int
    end_ms: int
    text: str
    place: Place = Place.BOTTOM


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that was changed or guessed on reading: a code, and a sentence for people."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Subtitles:
    """Cues in the order of their beginnings, and what is to be said about them."""

    form: str
    cues: tuple[Cue, ...]
    notices: tuple[Notice, ...] = ()

    def within(self, duration_ms: int) -> Subtitles:
        """Cut them at the end of the film."""
        kept = [
            replace(cue, end_ms=min(cue.end_ms, duration_ms))
            for cue in self.cues
            if cue.start_ms < duration_ms
        ]
        late = len(self.cues) - len(kept)
        notices = self.notices
        if late:
            notices += (
                Notice(
                    "after_the_end",
                    f"Left out for beginning after the end of the film: {count_cues(late)}. "
                    "Check that they belong to this version of it.",
                ),
            )
        return Subtitles(self.form, tuple(kept), notices)


@dataclass(slots=True)
class Markup:
    """Builds the text of a cue: words are escaped, tags are closed in the order they need."""

    _parts: list[str] = field(default_factory=list[str])
    _open: list[str] = field(default_factory=list[str])

    def say(self, words: str) -> None:
        """Add words."""
        self._parts.append(_shown(words).translate(_ESCAPES))

    def set(self, tag: str, *, is_on: bool) -> None:
        """Begin or end a style; what is none of ours is passed over."""
        if tag not in TAGS or is_on == (tag in self._open):
            return
        if is_on:
            self._open.append(tag)
            self._parts.append(f"<{tag}>")
            return
        inner = self._open[self._open.index(tag) + 1 :]
        self._parts += [f"</{name}>" for name in (*reversed(inner), tag)]
        self._parts += [f"<{name}>" for name in inner]
        self._open.remove(tag)

    def finish(self) -> str:
        """Give the text without empty lines, which would end the cue."""
        text = "".join((*self._parts, *(f"</{name}>" for name in reversed(self._open))))
        return "\n".join(line.strip() for line in text.split("\n") if line.strip())


def tidy(form: str, cues: Iterable[Cue], notices: list[Notice]) -> Subtitles:
    """Put cues in order, mend or drop those that cannot be, and say so.

    Reading the cues may add to the notices, so these are looked at last.
    """
    kept: list[Cue] = []
    impossible = too_long = 0
    for number, cue in enumerate(cues, start=1):
        if number > MOST_CUES:
            raise SubtitlesRefused(
                "too_many_cues",
                f"The file has more than {MOST_CUES:,} subtitles: split it or remove effects.",
            )
        start_ms = max(0, cue.start_ms)
        if not start_ms < cue.end_ms <= _LATEST_MS:
            impossible += 1
        elif len(cue.text) > LONGEST_TEXT:
            too_long += 1
        elif cue.text:
            kept.append(replace(cue, start_ms=start_ms))
    if not kept:
        raise SubtitlesRefused("no_cues", "There is not one subtitle with a time in this file.")
    kept.sort(key=lambda cue: (cue.start_ms, cue.end_ms))
    mended = [*map(_without_sloppy_overlap, kept, [*kept[1:], None])]
    overlaps = sum(one != other for one, other in zip(kept, mended, strict=True))
    notices += [
        Notice(code, f"{sentence}: {count_cues(count)}.")
        for code, sentence, count in (
            ("times_wrong", "Left out for impossible times", impossible),
            ("too_long", "Left out for being too long to read", too_long),
            ("overlaps_mended", "Ended a little earlier to make room for the next", overlaps),
        )
        if count
    ]
    return Subtitles(form, tuple(mended), tuple(notices))


def _without_sloppy_overlap(cue: Cue, following: Cue | None) -> Cue:
    if following is None or following.start_ms == cue.start_ms:
        return cue
    if 0 < cue.end_ms - following.start_ms <= _SLOPPY_OVERLAP_MS:
        return replace(cue, end_ms=following.start_ms)
    return cue


def count_cues(number: int) -> str:
    """Say how many."""
    return "1 subtitle" if number == 1 else f"{number:,} subtitles"


def _shown(words: str) -> str:
    """Keep what is to be read; format characters stay, as many scripts need them."""
    return "".join(c for c in words if c == "\n" or unicodedata.category(c) not in _UNSEEN)


_UNSEEN: Final = frozenset({"Cc", "Cs", "Co", "Cn"})
