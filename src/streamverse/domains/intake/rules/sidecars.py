"""Files that lie beside a film and belong to it: subtitles, posters, NFO."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

SUBTITLES = frozenset({".srt", ".vtt", ".ass", ".ssa"})
PICTURES = frozenset({".jpg", ".jpeg", ".png", ".webp"})
_POSTERS = ("poster", "folder", "cover", "movie")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*", re.IGNORECASE)
_FORCED, _SDH = frozenset({"forced"}), frozenset({"sdh", "cc", "hi"})


@dataclass(frozen=True, slots=True)
class SubtitleFile:
    """Subtitles beside a film, and what their name says of them."""

    name: str
    language: str | None
    is_forced: bool = False
    is_sdh: bool = False


def subtitles_beside(video: str, names: Iterable[str]) -> Sequence[SubtitleFile]:
    """Find the subtitles of a film among the names of its folder.

    >>> subtitles_beside("Film.mkv", ["Film.de.forced.srt", "Other.en.srt"])
    [SubtitleFile(name='Film.de.forced.srt', language='de', is_forced=True, is_sdh=False)]
    """
    stem = PurePosixPath(video).stem
    found: list[SubtitleFile] = []
    for name in sorted(names):
        path = PurePosixPath(name)
        said = path.stem.removeprefix(stem)
        if path.suffix.lower() not in SUBTITLES or not path.stem.startswith(stem):
            continue
        if said and not said.startswith((".", "_", " ", "-")):
            continue
        found.append(_read_subtitle(name, [part for part in re.split(r"[._ ]+", said) if part]))
    return found


def _read_subtitle(name: str, words: Sequence[str]) -> SubtitleFile:
    marks = {word.casefold() for word in words} & (_FORCED | _SDH)
    # "hi" is Hindi where no other word could be the language.
    rest = [word for word in words if word.casefold() not in _FORCED | _SDH]
    languages = [word for word in rest if _LANGUAGE.fullmatch(word)]
    if not languages and marks == {"hi"}:
        return SubtitleFile(name, "hi")
    language = languages[0] if languages else None
    return SubtitleFile(
        name,
        _cased(language) if language else None,
        is_forced=bool(marks & _FORCED),
        is_sdh=bool(marks & _SDH),
    )


def _cased(tag: str) -> str:
    first, *rest = tag.split("-")
    return "-".join((first.lower(), *rest))


def poster_beside(video: str, names: Iterable[str], *, is_alone: bool) -> str | None:
    """Find the poster of a film among the names of its folder.

    One that is named after the film counts always; ``folder.jpg`` and its like only where the
    folder is the film's own.
    """
    stem = PurePosixPath(video).stem.casefold()
    own = (f"{stem}-poster", stem, *(_POSTERS if is_alone else ()))
    pictures = {
        PurePosixPath(name).stem.casefold(): name
        for name in sorted(names, reverse=True)
        if PurePosixPath(name).suffix.lower() in PICTURES
    }
    return next((pictures[each] for each in own if each in pictures), None)
