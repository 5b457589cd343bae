"""E-mail addresses: one form for all spellings, and no letters that pass for others."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

import idna

from streamverse.kit.errors import FieldProblem

EMAIL_LIMIT = 254

# The dot-atom of RFC 5321 §4.1.2, in the letters of RFC 6531: nothing that needs quotes.
_ATOM = r"[^\s.@\"(),:;<>\[\\\]]+"
_LOCAL = re.compile(rf"(?=.{{1,64}}$){_ATOM}(\.{_ATOM})*")
_ASCII_DOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
# The scripts that one word may mix (UTS 39 §5.2, "highly restrictive").
_MIXES = (
    frozenset({"LATIN", "CJK", "HIRAGANA", "KATAKANA"}),
    frozenset({"LATIN", "CJK", "BOPOMOFO"}),
    frozenset({"LATIN", "CJK", "HANGUL"}),
)
# The letters of other scripts that look like Latin ones: Cyrillic, then Greek, then Armenian.
_LATIN_LOOKALIKES = frozenset(
    "\u0430\u0432\u0435\u043a\u043c\u043d\u043e\u0440\u0441\u0442\u0443\u0445\u0455\u0456\u0458"
    "\u0501\u051b\u051d\u04bb\u0261\u04cf\u0491\u0475"
    "\u03b1\u03b3\u03b5\u03b9\u03ba\u03bd\u03bf\u03c1\u03c4\u03c5\u03c7\u03c9\u03f2"
    "\u0561\u0570\u0578\u057d\u0585\u0566"
)


def normalise_email(email: str) -> str:
    """Give the form in which two spellings of one address are equal."""
    folded = unicodedata.normalize("NFKC", email).casefold()
    # Folding may leave letters decomposed that were one before.
    local, at, domain = unicodedata.normalize("NFKC", folded).strip().rpartition("@")
    return f"{local}{at}{_ascii_domain(domain) or domain}"


def clean_email(email: str) -> str:
    """Give an address as it is kept and shown: as it was typed, in ordinary letters."""
    return unicodedata.normalize("NFKC", email).strip()


def problems_of_email(email: str) -> Iterator[FieldProblem]:
    """Find what is wrong with an address that somebody wants to use."""
    local, _, domain = email.rpartition("@")
    if len(email) > EMAIL_LIMIT:
        yield FieldProblem("email", f"An e-mail address has at most {EMAIL_LIMIT} characters.")
    elif not _LOCAL.fullmatch(local) or not local.isprintable() or _ascii_domain(domain) is None:
        yield FieldProblem("email", "Enter an e-mail address such as name@example.org.")
    elif is_lookalike(email):
        yield FieldProblem(
            "email",
            "This e-mail address mixes letters of different alphabets that look alike: "
            "type it in one alphabet.",
        )


def is_lookalike(email: str) -> bool:
    """Tell whether some word of an address passes for one in other letters."""
    local, _, domain = email.rpartition("@")
    return any(_is_deceptive(word) for word in (local, *_shown_words(domain)))


def _ascii_domain(domain: str) -> str | None:
    """Give the domain as mail servers write it, or None where there can be no such one."""
    if not domain.isascii():
        try:
            domain = idna.encode(domain, uts46=True).decode()
        except (idna.IDNAError, UnicodeError):
            return None
    domain = domain.lower()
    return domain if _ASCII_DOMAIN.fullmatch(domain) else None


def _shown_words(domain: str) -> list[str]:
    """Give the words of a domain as a mail program shows them."""
    try:
        return idna.decode(domain, uts46=True).split(".")
    except (idna.IDNAError, UnicodeError):
        return domain.split(".")


def _is_deceptive(word: str) -> bool:
    letters = [letter for letter in word.casefold() if letter.isalpha()]
    scripts = frozenset(_script(letter) for letter in letters)
    if len(scripts) > 1:
        return not any(scripts <= mix for mix in _MIXES)
    return bool(letters) and all(letter in _LATIN_LOOKALIKES for letter in letters)


def _script(letter: str) -> str:
    # Python knows no scripts, but the name of every letter begins with its own.
    word = re.split("[ -]", unicodedata.name(letter, "UNKNOWN"), maxsplit=1)[0]
    return "CJK" if word == "IDEOGRAPHIC" else word
