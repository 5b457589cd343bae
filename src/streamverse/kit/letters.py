"""Letters: the words of a mail in one language, set as HTML and as plain text.

Words come from us; facts may come from anybody. In HTML facts are escaped, and in both forms they
are isolated, so that neither markup nor the direction of their script reaches what is around them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import Literal

Facts = Mapping[str, str | datetime]

# Unicode TR9 §2.4.2: a stretch whose direction is its own business.
_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"


@dataclass(frozen=True, slots=True)
class Language:
    """What all letters of one language share."""

    code: str
    direction: Literal["ltr", "rtl"]
    months: tuple[str, ...]
    moment: str
    link_hint: str

    def say(self, at: datetime) -> str:
        """Write a moment out, in UTC."""
        at = at.astimezone(UTC)
        return self.moment.format(
            day=at.day, month=self.months[at.month - 1], year=at.year, time=f"{at:%H:%M}"
        )


@dataclass(frozen=True, slots=True)
class Letter:
    """The words of one mail; a fact goes where its name stands in braces."""

    subject: str
    paragraphs: tuple[str, ...]
    button: str = ""
    details: tuple[tuple[str, str], ...] = ()
    small_print: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SetLetter:
    """A letter as it is sent."""

    subject: str
    text: str
    html: str


def set_letter(
    letter: Letter, language: Language, *, brand: str, facts: Facts, link: str | None = None
) -> SetLetter:
    """Fill the facts in and set the letter in both forms; ``link`` is where its button leads.

    ``brand`` is who writes, and a fact as well.
    """
    if bool(letter.button) != bool(link):
        raise ValueError("A letter with a button needs a link, and only such a letter")
    said = {
        name: language.say(fact) if isinstance(fact, datetime) else _on_one_line(fact)
        for name, fact in {"brand": brand, **facts}.items()
    }
    isolate = _isolate if language.direction == "rtl" else str
    return SetLetter(
        subject=letter.subject.format_map(said),
        text=_as_text(letter, language, brand, link, _filler(said, isolate)),
        html=_as_html(letter, language, brand, link, said),
    )


Fill = Callable[[str], str]


def _filler(said: Mapping[str, str], mark: Callable[[str], str]) -> Fill:
    marked = {name: mark(fact) for name, fact in said.items()}

    def fill(words: str) -> str:
        return words.format_map(marked)

    return fill


def _on_one_line(fact: str) -> str:
    return "".join(letter for letter in " ".join(fact.split()) if letter.isprintable())


def _isolate(fact: str) -> str:
    return f"{_ISOLATE}{fact}{_END_ISOLATE}"


def _as_text(letter: Letter, language: Language, brand: str, link: str | None, fill: Fill) -> str:
    blocks = [fill(paragraph) for paragraph in letter.paragraphs]
    if letter.details:
        blocks.append("\n".join(f"{label}: {fill(fact)}" for label, fact in letter.details))
    if link:
        blocks.append(f"{letter.button}:\n{link}")
    blocks.extend(fill(words) for words in letter.small_print)
    blocks.append(f"— {_isolate(brand) if language.direction == 'rtl' else brand}")
    return "\n\n".join(blocks) + "\n"


def _as_html(
    letter: Letter, language: Language, brand: str, link: str | None, said: Mapping[str, str]
) -> str:
    fill = _filler(said, lambda fact: f"<bdi>{escape(fact)}</bdi>")

    def words(template: str) -> str:
        return fill(escape(template, quote=False))

    body = [_tag("p", words(paragraph), _PARAGRAPH) for paragraph in letter.paragraphs]
    body += [_detail(label, words(fact)) for label, fact in letter.details]
    if link:
        body.append(_button(letter.button, link))
    notes = [_tag("p", words(note), _NOTE, "note") for note in letter.small_print]
    if link:
        notes.insert(0, _spelled_out(link, language))
    return _PAGE.format(
        code=language.code,
        direction=language.direction,
        title=escape(letter.subject.format_map(said)),
        brand=escape(brand),
        heading=words(letter.subject),
        body="\n".join(body),
        notes="\n".join(notes),
    )


def _tag(name: str, content: str, style: str, kind: str = "words") -> str:
    return f'<{name} class="{kind}" style="{style}">{content}</{name}>'


def _detail(label: str, fact: str) -> str:
    return _tag("p", f"<strong>{escape(label)}</strong><br>{fact}", _PARAGRAPH)


def _button(label: str, link: str) -> str:
    anchor = f'<a class="button" href="{escape(link)}" style="{_BUTTON}">{escape(label)}</a>'
    return _tag("p", anchor, _PARAGRAPH)


def _spelled_out(link: str, language: Language) -> str:
    shown = f'<a class="note" dir="ltr" href="{escape(link)}" style="{_LINK}">{escape(link)}</a>'
    return _tag("p", f"{escape(language.link_hint)}<br>{shown}", _NOTE, "note")


# Mail programs drop style sheets more often than styles of a tag; the sheet only adds the dark.
_PARAGRAPH = "margin:0 0 16px"
_NOTE = "margin:0 0 12px;color:#5b6170;font-size:13px"
_LINK = "color:#5b6170;word-break:break-all"
_BUTTON = (
    "display:inline-block;padding:12px 22px;border-radius:8px;background:#4338ca;color:#ffffff;"
    "font-weight:600;text-decoration:none"
)
_PAGE = """\
<!doctype html>
<html lang="{code}" dir="{direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
@media (prefers-color-scheme: dark) {{
  .page {{ background: #0e0f13 !important; color: #eceef3 !important; }}
  .card {{ background: #191b22 !important; }}
  .note {{ color: #a3a9b8 !important; }}
  .button {{ background: #5450e6 !important; }}
}}
</style>
</head>
<body class="page" dir="{direction}" style="margin:0;padding:32px 16px;background:#f2f3f7;\
color:#15171c;font:16px/1.6 system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',sans-serif">
<main style="max-width:560px;margin:0 auto;text-align:start">
<p style="margin:0 8px 16px;font-weight:700;font-size:18px"><bdi>{brand}</bdi></p>
<div class="card" style="padding:28px 28px 12px;border-radius:14px;background:#ffffff">
<h1 style="margin:0 0 16px;font-size:22px;line-height:1.3">{heading}</h1>
{body}
</div>
<div style="padding:20px 8px 0">
{notes}
</div>
</main>
</body>
</html>
"""
