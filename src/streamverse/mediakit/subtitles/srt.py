"""SubRip: numbered cues, with a few tags that nobody ever specified."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from streamverse.mediakit.subtitles.cues import LONGEST_SOURCE, Cue, Markup, Notice, Place

_CLOCK = r"(-?)(\d{1,9}):(\d{1,2}):(\d{1,2})(?:[,.](\d{1,9}))?"
TIMES: Final = re.compile(rf"^[ \t]*{_CLOCK}[ \t]*-->[ \t]*{_CLOCK}[^\n]*$", re.MULTILINE)
_TAG: Final = re.compile(
    r"<(/?)([A-Za-z]{1,10})(?:[ .:=][^<>\n]{0,200})?>"
    r"|\{\\an?(\d{1,2})[^{}\n]{0,200}\}|\{\\[^{}\n]{0,200}\}"
)
_NUMBER_LINE: Final = re.compile(r"\n[ \t]*\d{1,9}[ \t]*\n?\Z")
_TOP, _MIDDLE = range(7, 10), range(4, 7)


def read(text: str, _notices: list[Notice]) -> Iterator[Cue]:
    """Read every cue that has a line of times."""
    times = TIMES.search(text)
    while times is not None:
        following = TIMES.search(text, times.end())
        words = text[times.end() : following.start() if following is not None else len(text)]
        if following is not None:
            words = _NUMBER_LINE.sub("", words)
        body, place = _read_markup(words.strip()[:LONGEST_SOURCE])
        clock = times.groups()
        yield Cue(clock_ms(clock[:5]), clock_ms(clock[5:]), body, place)
        times = following


def _read_markup(words: str) -> tuple[str, Place]:
    """Turn tags into ours; those that we do not keep go, and what they enclose stays."""
    markup, place, end = Markup(), Place.BOTTOM, 0
    for tag in _TAG.finditer(words):
        markup.say(words[end : tag.start()])
        end = tag.end()
        if tag[2]:
            markup.set(tag[2].lower(), is_on=not tag[1])
        elif tag[3]:
            place = place_of(int(tag[3]))
    markup.say(words[end:])
    return markup.finish(), place


def place_of(anchor: int) -> Place:
    """Read a place as the keys of a number pad lie."""
    if anchor in _TOP:
        return Place.TOP
    return Place.MIDDLE if anchor in _MIDDLE else Place.BOTTOM


def clock_ms(groups: tuple[str | None, ...]) -> int:
    """Read sign, hours, minutes, seconds and the digits of a fraction."""
    sign, hours, minutes, seconds, fraction = (group or "" for group in groups)
    whole = (int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)
    total_ms = whole * 1000 + int(fraction[:3].ljust(3, "0") or 0)
    return -total_ms if sign else total_ms
