"""Identity's mails: their words in every language, and the language that somebody gets."""

from __future__ import annotations

import re

from streamverse.domains.identity.rules.mails import arabic, english, german
from streamverse.domains.identity.rules.mails.words import Words

__all__ = ["LANGUAGES", "Words", "best_language", "words_in"]

LANGUAGES = {found.language.code: found for found in (english.WORDS, german.WORDS, arabic.WORDS)}
_FALLBACK = english.WORDS
_ACCEPTED_LIMIT = 1000
_RANGE = re.compile(r"([A-Za-z-]{1,35})\s*(?:;\s*q=([01](?:\.[0-9]{0,3})?))?", re.ASCII)


def words_in(locale: str) -> Words:
    """Find the words for a locale such as ``de-AT``; in English where we have none."""
    return LANGUAGES.get(_language_of(locale), _FALLBACK)


def best_language(accepted: str) -> str:
    """Choose among our languages for a browser, by what it accepts (RFC 9110 §12.5.4).

    >>> best_language("fr, de-AT;q=0.8, en;q=0.5")
    'de'
    """
    wanted = [_read_range(part) for part in accepted[:_ACCEPTED_LIMIT].split(",")]
    ours = [(weight, code) for weight, code in wanted if code in LANGUAGES and weight > 0]
    # Of two that are wanted as much, the first is meant.
    return max(ours, key=lambda each: each[0])[1] if ours else _FALLBACK.language.code


def _read_range(text: str) -> tuple[float, str]:
    found = _RANGE.fullmatch(text.strip())
    return (float(found[2] or 1), _language_of(found[1])) if found else (0, "")


def _language_of(locale: str) -> str:
    return locale.replace("_", "-").partition("-")[0].lower()
