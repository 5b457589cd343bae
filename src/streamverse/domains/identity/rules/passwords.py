"""Passwords that are too easy: short ones, common ones, patterns and one's own name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import Any

from streamverse.kit.errors import FieldProblem

PASSWORD_MINIMUM, PASSWORD_LIMIT = 8, 256
FEWEST_DIFFERENT = 4
SHORTEST_NAME = 4

_WORDS = frozenset(
    """
    password passwort passord wachtwoord contrasena motdepasse senha parola haslo salasana
    qwerty qwertz azerty asdfgh zxcvbn qazwsx letmein welcome willkommen bienvenue bienvenido
    admin administrator root login master secret changeme default guest test testing temp
    iloveyou ichliebedich teamo jetaime princess sunshine monkey dragon football baseball
    basketball hockey soccer fussball superman batman spiderman pokemon starwars minecraft
    michael jordan michelle jennifer jessica daniel thomas charlie andrew matthew joshua ashley
    nicole hannah amanda shadow freedom whatever trustno computer internet samsung google
    facebook youtube netflix apple android windows microsoft liverpool arsenal chelsea barcelona
    realmadrid mustang ferrari porsche mercedes yamaha harley chocolate cookie banana orange
    purple flower summer winter spring autumn sommer hello hallo goodbye killer hunter ranger
    buster tigger ginger pepper maggie bailey streamverse
    """.split()  # noqa: SIM905 - a hundred quoted words are harder to read
)
_RUNS = ("abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiopasdfghjklzxcvbnm", "qwertzuiop")
_DISGUISES = str.maketrans("013457@$!|", "oieastasil")
_AROUND = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_REPEATED = re.compile(r"(.{1,4}?)\1+.?")


def problems_of_password(password: str, email: str, display_name: str) -> Iterator[FieldProblem]:
    """Find what is wrong with a password that somebody wants to use."""
    folded = unicodedata.normalize("NFKC", password).casefold()
    own_words = {_letters_of(word) for word in _own_words(email, display_name)}
    if len(password) < PASSWORD_MINIMUM:
        yield _refuse(f"Choose a password of at least {PASSWORD_MINIMUM} characters.")
    elif len(password) > PASSWORD_LIMIT:
        yield _refuse(f"A password has at most {PASSWORD_LIMIT} characters.")
    elif folded.strip() == unicodedata.normalize("NFKC", email).casefold().strip():
        yield _refuse("Choose a password other than your e-mail address.")
    elif _letters_of(_core(folded)) in own_words:
        yield _refuse("Choose a password that is not just your own name or address.")
    elif _is_guessed_first(folded):
        yield _refuse(
            "This password is among the first that anybody would try: choose a longer or "
            "less common one, such as a few words that do not belong together."
        )


def _refuse(sentence: str) -> FieldProblem:
    return FieldProblem("password", sentence)


def _own_words(email: str, display_name: str) -> Iterator[str]:
    local, _, domain = email.strip().rpartition("@")
    for word in (local, domain, domain.partition(".")[0], display_name):
        if len(word) >= SHORTEST_NAME:
            yield word


def _letters_of(word: str) -> str:
    folded = unicodedata.normalize("NFKC", word).casefold()
    return "".join(letter for letter in folded if letter.isalpha())


def _core(folded: str) -> str:
    """Give a password without the digits and signs that people put around a word."""
    return _AROUND.sub("", folded) or folded


def _is_guessed_first(folded: str) -> bool:
    plain = _core(folded)
    return (
        len(set(folded)) < FEWEST_DIFFERENT
        or not leaked_most_often().isdisjoint((folded, plain))
        or _REPEATED.fullmatch(folded) is not None
        or plain in _WORDS
        or _core(folded.translate(_DISGUISES)) in _WORDS
        or plain.translate(_DISGUISES) in _WORDS
        or _is_run(folded)
    )


@cache
def leaked_most_often() -> frozenset[str]:
    """Give some eleven thousand passwords, loaded when somebody first chooses one."""
    # It has no types.
    lists: Any = import_module("zxcvbn.frequency_lists")
    return frozenset(
        word for word in lists.FREQUENCY_LISTS["passwords"] if len(word) >= PASSWORD_MINIMUM
    )


def _is_run(folded: str) -> bool:
    """Tell whether the keys lie in a row, forwards or backwards, perhaps in two rows."""
    half = len(folded) // 2
    return all(
        any(part in run or part[::-1] in run for run in _RUNS)
        for part in (
            [folded] if len(folded) <= PASSWORD_MINIMUM else [folded[:half], folded[half:]]
        )
    )
