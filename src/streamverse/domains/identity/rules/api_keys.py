"""What a key of the API looks like, and which ones may be made."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from streamverse.domains.identity.contracts import ApiKeyId
from streamverse.kit.errors import FieldProblem, Invalid

PREFIX = "sv_key_"
LONGEST_LIFE = timedelta(days=366)
SEEN_EVERY = timedelta(hours=1)
NAME_LIMIT = 100
PER_MINUTE_LIMIT = 10_000
PER_DAY_LIMIT = 10_000_000

_KEY = re.compile(rf"{PREFIX}([0-9a-f]{{32}})_([A-Za-z0-9_-]{{43}})", re.ASCII)


@dataclass(frozen=True, slots=True)
class NewKey:
    """The key that somebody wants, and how much it may be used."""

    name: str
    scopes: frozenset[str]
    expires_at: datetime
    requests_per_minute: int
    requests_per_day: int


@dataclass(frozen=True, slots=True)
class ShownKey:
    """The two parts of a key that a program shows."""

    id: ApiKeyId
    secret: str = field(repr=False)


def write_key(key_id: ApiKeyId, secret: str) -> str:
    """Write a key as it is given to a program; whoever searches leaks finds it by its beginning."""
    return f"{PREFIX}{key_id.hex}_{secret}"


def read_key(text: str) -> ShownKey | None:
    """Read a key, or give None if it cannot be one.

    >>> read_key("sv_key_nonsense") is None
    True
    """
    found = _KEY.fullmatch(text)
    return ShownKey(ApiKeyId(UUID(found[1])), found[2]) if found else None


def looks_like_key(bearer: str) -> bool:
    """Tell a key of the API from every other bearer token."""
    return bearer.startswith(PREFIX)


def is_due_to_be_seen(last_used_at: datetime | None, now: datetime) -> bool:
    """Tell whether it is time to write down that a key is in use."""
    return last_used_at is None or now - last_used_at >= SEEN_EVERY


def check_new_key(key: NewKey, now: datetime) -> None:
    """Check a key that somebody wants, or raise Invalid with everything that is wrong with it."""
    problems = tuple(_problems(key, now))
    if problems:
        raise Invalid(" ".join(found.problem for found in problems), fields=problems)


def _problems(key: NewKey, now: datetime) -> Iterator[FieldProblem]:
    if not 0 < len(key.name) <= NAME_LIMIT or not key.name.isprintable():
        yield FieldProblem("name", f"Enter a name of at most {NAME_LIMIT} characters.")
    if not key.scopes:
        yield FieldProblem("scopes", "Choose at least one permission for the key.")
    if key.expires_at <= now:
        yield FieldProblem("expires_at", "Choose a time in the future for the key to expire.")
    elif key.expires_at - now > LONGEST_LIFE:
        yield FieldProblem("expires_at", "Let the key expire within a year; make a new one then.")
    for name, limit in (
        ("requests_per_minute", PER_MINUTE_LIMIT),
        ("requests_per_day", PER_DAY_LIMIT),
    ):
        if not 1 <= getattr(key, name) <= limit:
            yield FieldProblem(name, f"Allow from 1 to {limit} {name.replace('_', ' ')}.")
