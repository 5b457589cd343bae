"""The codes that televisions show, and the pace at which they ask."""

from __future__ import annotations

from datetime import datetime, timedelta

# Letters that cannot be taken for others or for digits, and that make no words (RFC 8628 §6.1).
LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
LENGTH = 8
LIFETIME = timedelta(minutes=10)
INTERVAL_S, SLOWER_BY_S = 5, 5


def spell_user_code(number: int) -> str:
    """Spell a random number of at least 64 bits as a code."""
    letters: list[str] = []
    for _ in range(LENGTH):
        number, digit = divmod(number, len(LETTERS))
        letters.append(LETTERS[digit])
    return "".join(letters)


def show_user_code(code: str) -> str:
    """Show a code in two halves, as it is read aloud."""
    return f"{code[: LENGTH // 2]}-{code[LENGTH // 2 :]}"


def read_user_code(typed: str) -> str:
    """Read a code however it was typed: small letters, hyphens, spaces."""
    return "".join(letter for letter in typed.upper() if letter in LETTERS)


def is_too_fast(asked_at: datetime | None, now: datetime, interval_s: int) -> bool:
    """Tell whether a television asks again before its pause is over."""
    return asked_at is not None and now - asked_at < timedelta(seconds=interval_s)
