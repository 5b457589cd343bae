"""Identity's mails: their words in every language, and the language that somebody gets."""

from __future__ import annotations

from streamverse.domains.identity.rules.mails import arabic, english, german
from streamverse.domains.identity.rules.mails.words import Words

__all__ = ["LANGUAGES", "Words", "words_in"]

LANGUAGES = {found.language.code: found for found in (english.WORDS, german.WORDS, arabic.WORDS)}
_FALLBACK = english.WORDS


def words_in(locale: str) -> Words:
    """Find the words for a locale such as ``de-AT``; in English where we have none."""
    language = locale.replace("_", "-").partition("-")[0].lower()
    return LANGUAGES.get(language, _FALLBACK)
