"""From bytes to cues: which encoding and which format somebody's file has."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from streamverse.mediakit.subtitles import ass, srt, webvtt
from streamverse.mediakit.subtitles.cues import Cue, Notice, Subtitles, SubtitlesRefused, tidy

MOST_BYTES: Final = 10 << 20
_MARKS: Final = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_SNIFFED_BYTES: Final = 1 << 16
_MOSTLY, _OFTEN, _RARELY = 0.5, 0.2, 0.05
_SECTION = re.compile(r"^\[(Script Info|V4\+? Styles|Events)\]", re.IGNORECASE | re.MULTILINE)

Reader = Callable[[str, list[Notice]], Iterator[Cue]]


def read_subtitles(content: bytes) -> Subtitles:
    """Read SubRip, WebVTT, ASS or SSA into clean cues, or raise SubtitlesRefused."""
    if len(content) > MOST_BYTES:
        raise SubtitlesRefused(
            "too_large", f"Subtitles may have {MOST_BYTES >> 20} MB: this file has more."
        )
    text, notices = _decode(content)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    form, read = _reader_of(text)
    return tidy(form, read(text, notices), notices)


def _reader_of(text: str) -> tuple[str, Reader]:
    head = text[:_SNIFFED_BYTES]
    if head.lstrip().startswith("WEBVTT"):
        return "webvtt", webvtt.read
    if _SECTION.search(head):
        return "ass", ass.read
    if srt.TIMES.search(head):
        return "srt", srt.read
    raise SubtitlesRefused(
        "not_subtitles",
        "This file holds no subtitles that we read: choose an SRT, WebVTT, ASS or SSA file.",
    )


def _decode(content: bytes) -> tuple[str, list[Notice]]:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content[len(mark) :].decode(encoding, errors="replace"), []
    if (wide := _wide_encoding(content)) is not None:
        return content.decode(wide, errors="replace"), []
    if b"\0" in content:
        raise SubtitlesRefused(
            "not_text",
            "This file is not a text: choose an SRT, WebVTT, ASS or SSA file, not an archive.",
        )
    try:
        return content.decode("utf-8"), []
    except UnicodeDecodeError:
        encoding, name = _narrow_encoding(content)
    notice = Notice(
        "encoding_guessed",
        f"The file is not in UTF-8; it was read as {name}. If letters look wrong, "
        "save it in UTF-8 and upload it again.",
    )
    return content.decode(encoding, errors="replace"), [notice]


def _wide_encoding(content: bytes) -> str | None:
    """Recognise UTF-16 without a mark: every other byte of Latin letters and digits is zero."""
    head = content[:_SNIFFED_BYTES]
    zeros = [head[first::2].count(0) / max(1, len(head) // 2) for first in (0, 1)]
    if zeros[1] > _OFTEN and zeros[0] < _RARELY:
        return "utf-16-le"
    return "utf-16-be" if zeros[0] > _OFTEN and zeros[1] < _RARELY else None


def _narrow_encoding(content: bytes) -> tuple[str, str]:
    """Tell Cyrillic from Western text: there most letters are beyond ASCII, here few are."""
    high = sum(byte >= 0xC0 for byte in content)  # noqa: PLR2004
    latin = sum(65 <= byte <= 90 or 97 <= byte <= 122 for byte in content)  # noqa: PLR2004
    if high <= latin * _MOSTLY:
        return "cp1252", "Windows-1252 (Western European)"
    # Small letters are the most; KOI8-R has them where Windows has the capitals.
    small_in_koi8 = sum(0xC0 <= byte < 0xE0 for byte in content)  # noqa: PLR2004
    if small_in_koi8 > high * _MOSTLY:
        return "koi8-r", "KOI8-R (Cyrillic)"
    return "cp1251", "Windows-1251 (Cyrillic)"
