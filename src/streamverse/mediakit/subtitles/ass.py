"""Advanced SubStation Alpha and its elder SSA: their words and stress, not their typesetting."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from streamverse.mediakit.subtitles.cues import LONGEST_SOURCE, Cue, Markup, Notice, Place
from streamverse.mediakit.subtitles.srt import clock_ms, place_of

_CLOCK: Final = re.compile(r"\s*(-?)(\d{1,9}):(\d{1,2}):(\d{1,2})[.:](\d{1,9})\s*")
_BLOCK: Final = re.compile(r"\{([^{}]{0,2000})\}|\\([Nnh])")
_OVERRIDE: Final = re.compile(r"\\([1-4]?[A-Za-z]+)\(?([^\\()]*)")
_EVENT_FIELDS: Final = "layer,start,end,style,name,marginl,marginr,marginv,effect,text"
_OLD_PLACES: Final = {
    **dict.fromkeys(range(4, 8), Place.TOP),
    **dict.fromkeys(range(8, 12), Place.MIDDLE),
}
_FLAGS: Final = frozenset({"b", "i", "u"})
_PLAIN: Final = _FLAGS | {"an", "a", "p", "r"}
_DROPPED: Final = Notice(
    "styles_dropped",
    "Colours, fonts, positions and effects were not kept: viewers choose how subtitles look.",
)


@dataclass(frozen=True, slots=True)
class _Style:
    """What of a style sheet's entry counts here."""

    place: Place = Place.BOTTOM
    is_italic: bool = False


@dataclass(slots=True)
class _Script:
    """What the sections have said so far."""

    is_old: bool = False
    has_effects: bool = False


def read(text: str, notices: list[Notice]) -> Iterator[Cue]:
    """Read every line of dialogue; comments and drawings are left out."""
    section, fields = "", _EVENT_FIELDS.split(",")
    style_fields: list[str] = []
    script, styles = _Script(), dict[str, _Style]()
    for line in text.split("\n"):
        key, _, value = line.partition(":")
        key = key.strip().lower()
        if line.startswith("["):
            section = line.strip().strip("[]").lower()
            script.is_old = script.is_old or section == "v4 styles"
        elif section.endswith("styles") and key == "format":
            style_fields = _names(value)
        elif section.endswith("styles") and key == "style":
            entry = dict(zip(style_fields, value.split(","), strict=False))
            styles[entry.get("name", "").strip().lstrip("*")] = _style(entry, script)
        elif section == "events" and key == "format":
            fields = _names(value)
        elif section == "events" and key == "dialogue":
            entry = dict(zip(fields, value.split(",", len(fields) - 1), strict=False))
            if (cue := _cue(entry, styles, script)) is not None:
                yield cue
    if script.has_effects:
        notices.append(_DROPPED)


def _names(value: str) -> list[str]:
    return [name.strip().lower() for name in value.split(",")]


def _style(entry: Mapping[str, str], script: _Script) -> _Style:
    place = _place(entry.get("alignment", ""), is_old=script.is_old)
    return _Style(place, entry.get("italic", "0").strip() in {"1", "-1"})


def _place(number: str, *, is_old: bool) -> Place:
    anchor = int(number) if number.strip().isdecimal() and len(number) < 4 else 2  # noqa: PLR2004
    return _OLD_PLACES.get(anchor, Place.BOTTOM) if is_old else place_of(anchor)


def _cue(entry: Mapping[str, str], styles: Mapping[str, _Style], script: _Script) -> Cue | None:
    start, end = (_CLOCK.fullmatch(entry.get(name, "")) for name in ("start", "end"))
    if start is None or end is None:
        return None
    style = styles.get(entry.get("style", "").strip().lstrip("*"), _Style())
    text, place = _read_markup(entry.get("text", "")[:LONGEST_SOURCE], style, script)
    return Cue(clock_ms(start.groups()), clock_ms(end.groups()), text, place)


def _read_markup(words: str, style: _Style, script: _Script) -> tuple[str, Place]:
    markup, place, end, is_drawing = Markup(), style.place, 0, False
    markup.set("i", is_on=style.is_italic)
    for block in _BLOCK.finditer(words):
        if not is_drawing:
            markup.say(words[end : block.start()])
        end = block.end()
        if block[2] is not None:
            markup.say(" " if block[2] == "h" else "\n")
            continue
        for name, value in _OVERRIDE.findall(block[1]):
            is_drawing = _drawing(name, value) if name == "p" else is_drawing
            place = _override(markup, name, value, style) or place
            script.has_effects = script.has_effects or name not in _PLAIN or is_drawing
    if not is_drawing:
        markup.say(words[end:])
    return markup.finish(), place


def _drawing(_name: str, value: str) -> bool:
    return value.strip() not in {"", "0"}


def _override(markup: Markup, name: str, value: str, style: _Style) -> Place | None:
    """Follow one order of a line; the place if it is about that."""
    if name in _FLAGS:
        markup.set(name, is_on=value.strip() not in {"", "0"})
    elif name == "r":
        for flag in sorted(_FLAGS):
            markup.set(flag, is_on=flag == "i" and style.is_italic)
    elif name in {"an", "a"}:
        return _place(value, is_old=name == "a")
    return None
