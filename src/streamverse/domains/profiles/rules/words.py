"""What may be said about a profile: its name, avatar, limit and language."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, get_args

import msgspec
from msgspec import UNSET

from streamverse.domains.profiles.contracts import (
    GatedAge,
    Language,
    MaturityLimit,
    ProfileChange,
    ProfileDraft,
)
from streamverse.domains.profiles.rules.access import ADULT_AGE
from streamverse.domains.profiles.rules.presets import PRESETS
from streamverse.kit.errors import FieldProblem, Invalid

PROFILES_LIMIT = 8
NAME_LIMIT = 40
KIDS_LIMIT = 12
LIMITS: tuple[int, ...] = get_args(MaturityLimit)
GATED_AGES: tuple[int, ...] = get_args(GatedAge)
DEFAULT_LANGUAGE = "en"

_PRESET = re.compile(r"preset:([1-9]\d?)", re.ASCII)
_SCRIPT_LETTERS, _REGION_LETTERS = 4, 2


def tidy_draft(draft: ProfileDraft) -> ProfileDraft:
    """Clean a draft and fill its gaps, or raise Invalid with everything that is wrong with it."""
    limit = draft.maturity_limit
    if limit is None:
        limit = KIDS_LIMIT if draft.is_kids else ADULT_AGE
    change = ProfileChange(
        draft.name, draft.is_kids, limit, draft.language, pin_above_age=draft.pin_above_age
    )
    if draft.avatar is not None:
        change = replace(change, avatar=draft.avatar)
    tidied = tidy_change(change, is_kids=draft.is_kids, maturity_limit=limit)
    return ProfileDraft(
        name=_set(tidied.name),
        is_kids=draft.is_kids,
        maturity_limit=limit,
        language=_set(tidied.language),
        avatar=draft.avatar,
        pin_above_age=draft.pin_above_age,
    )


def tidy_change(change: ProfileChange, *, is_kids: bool, maturity_limit: int) -> ProfileChange:
    """Clean a change of a profile that is so now, or raise Invalid with all that is wrong with it.

    Whoever becomes a child gets a child's limit, unless another one is asked for.
    """
    becomes_kids = change.is_kids is True and not is_kids
    if becomes_kids and change.maturity_limit is UNSET and maturity_limit > KIDS_LIMIT:
        change = replace(change, maturity_limit=KIDS_LIMIT)
    if change.name is not UNSET:
        change = replace(change, name=tidy_name(change.name))
    stays_kids = is_kids if change.is_kids is UNSET else change.is_kids
    problems = tuple(_problems(change, is_kids=stays_kids))
    if problems:
        raise Invalid(" ".join(found.problem for found in problems), fields=problems)
    if change.language is not UNSET:
        change = replace(change, language=canonical_language(change.language))
    return change


def tidy_name(name: str) -> str:
    """Clean a name: one line, no letters that are not shown or turn what stands around them."""
    letters = unicodedata.normalize("NFC", name)
    shown = "".join(
        c for c in letters if c.isspace() or not unicodedata.category(c).startswith("C")
    )
    return " ".join(shown.split())


def preset_number(avatar: str) -> int | None:
    """Read the number of ``preset:<n>``; None if there is no such preset.

    >>> preset_number("preset:3")
    3
    """
    found = _PRESET.fullmatch(avatar)
    number = int(found[1]) if found else 0
    return number if 1 <= number <= PRESETS else None


def is_language(tag: str) -> bool:
    """Tell whether something is a language tag of BCP 47."""
    try:
        msgspec.convert(tag, Language)
    except msgspec.ValidationError:
        return False
    return True


def canonical_language(tag: str) -> str:
    """Write a language tag as RFC 5646 §2.1.1 wants it.

    >>> canonical_language("ZH-hant-tw")
    'zh-Hant-TW'
    """
    first, *rest = tag.split("-")
    return "-".join([first.lower(), *map(_canonical_part, rest)])


def _canonical_part(part: str) -> str:
    if len(part) == _SCRIPT_LETTERS and part.isalpha():
        return part.title()
    return part.upper() if len(part) == _REGION_LETTERS else part.lower()


def _problems(change: ProfileChange, *, is_kids: bool) -> Iterator[FieldProblem]:
    if change.name == "":
        yield FieldProblem("name", "Enter a name.")
    elif change.name is not UNSET and len(change.name) > NAME_LIMIT:
        yield FieldProblem("name", f"A name has at most {NAME_LIMIT} characters.")
    limit = change.maturity_limit
    if limit is not UNSET and limit not in LIMITS:
        ages = ", ".join(map(str, LIMITS))
        yield FieldProblem("maturity_limit", f"Choose one of the ages {ages}.")
    elif limit is not UNSET and is_kids and limit > KIDS_LIMIT:
        yield FieldProblem(
            "maturity_limit", f"A kids profile goes up to {KIDS_LIMIT}: turn kids mode off first."
        )
    if change.pin_above_age not in (UNSET, None, *GATED_AGES):
        ages = ", ".join(map(str, GATED_AGES))
        yield FieldProblem("pin_above_age", f"Choose one of the ages {ages}, or null for none.")
    if change.language is not UNSET and not is_language(change.language):
        yield FieldProblem("language", "Enter a language tag such as de or pt-BR.")
    if change.avatar is not UNSET and preset_number(change.avatar) is None:
        yield FieldProblem("avatar", f"Choose an avatar from preset:1 to preset:{PRESETS}.")


def _set(value: Any) -> str:  # noqa: ANN401 - tidying never unsets what was set
    return value
