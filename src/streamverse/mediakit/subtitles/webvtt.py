"""WebVTT (W3C): read with distrust, and written whole or cut into the segments of HLS."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from streamverse.mediakit.sprites import timestamp
from streamverse.mediakit.subtitles.cues import LONGEST_SOURCE, Cue, Markup, Notice, Place
from streamverse.mediakit.subtitles.srt import clock_ms

if TYPE_CHECKING:
    from streamverse.mediakit.frames import SegmentPlan

# Cues count from the same zero as pictures and sound (RFC 8216, section 3.5).
TIMESTAMP_MAP: Final = "X-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000"
_CLOCK = r"(-?)(?:(\d{1,9}):)?(\d{1,2}):(\d{1,2})\.(\d{1,9})"
_TIMES: Final = re.compile(rf"[ \t]*{_CLOCK}[ \t]*-->[ \t]*{_CLOCK}([^\n]*)")
_TAG: Final = re.compile(r"<(/?)([A-Za-z]{1,10})?([^<>]{0,500})>")
_LINE: Final = re.compile(r"\bline:(-?\d{1,4})(?:\.\d{1,9})?(%?)")
_UPPER_THIRD, _LOWER_THIRD = 34, 66
_UPPER_LINES: Final = 5
_SETTINGS: Final = {Place.BOTTOM: "", Place.TOP: " line:0", Place.MIDDLE: " line:50%"}
_DROPPED: Final = Notice(
    "styles_dropped", "Style sheets and regions were not kept: viewers choose how subtitles look."
)


def read(text: str, notices: list[Notice]) -> Iterator[Cue]:
    """Read every block that has a line of times; all others are comments, styles or regions."""
    for block in re.split(r"\n(?:[ \t]*+\n)++", text):
        lines = block.strip("\n").split("\n")
        if lines[0].strip() in {"STYLE", "REGION"} and _DROPPED not in notices:
            notices.append(_DROPPED)
        # An optional name may stand before the times.
        for number, line in enumerate(lines[:2]):
            if times := _TIMES.fullmatch(line):
                clock = times.groups()
                text = _read_markup("\n".join(lines[number + 1 :])[:LONGEST_SOURCE])
                place = _read_place(clock[10] or "")
                yield Cue(clock_ms(clock[:5]), clock_ms(clock[5:10]), text, place)
                break


def write_webvtt(cues: Sequence[Cue]) -> str:
    """Write all cues as one file."""
    return "\n".join(("WEBVTT", "", *(line for cue in cues for line in _lines(cue))))


def cut_webvtt(cues: Sequence[Cue], plan: SegmentPlan) -> Iterator[str]:
    """Write a file for each segment of a plan, with every cue that shows during it."""
    head = ("WEBVTT", TIMESTAMP_MAP, "")
    rate, last = plan.frame_rate, plan.segment_count - 1
    coming, live = 0, list[Cue]()
    for number, frames in enumerate(plan.segments()):
        start_ms, stop_ms = (rate.seconds(frame) * 1000 for frame in (frames.start, frames.stop))
        # Sound may outlast the pictures, and words may outlast both.
        stop_ms = stop_ms if number < last else Fraction(1 << 62)
        while coming < len(cues) and cues[coming].start_ms < stop_ms:
            live.append(cues[coming])
            coming += 1
        live = [cue for cue in live if cue.end_ms > start_ms]
        yield "\n".join((*head, *(line for cue in live for line in _lines(cue))))


def _lines(cue: Cue) -> Iterator[str]:
    yield f"{timestamp(cue.start_ms)} --> {timestamp(cue.end_ms)}{_SETTINGS[cue.place]}"
    yield cue.text
    yield ""


def _read_markup(words: str) -> str:
    markup, end = Markup(), 0
    for tag in _TAG.finditer(words):
        markup.say(html.unescape(words[end : tag.start()]))
        end = tag.end()
        markup.set((tag[2] or "").lower(), is_on=not tag[1])
    markup.say(html.unescape(words[end:]))
    return markup.finish()


def _read_place(settings: str) -> Place:
    """Tell from the setting `line` whether a cue stands high: lines count from the top."""
    found = _LINE.search(settings)
    if found is None:
        return Place.BOTTOM
    line = int(found[1])
    if found[2]:
        return (
            Place.TOP
            if line < _UPPER_THIRD
            else Place.MIDDLE
            if line < _LOWER_THIRD
            else Place.BOTTOM
        )
    return Place.TOP if 0 <= line < _UPPER_LINES else Place.BOTTOM
