"""The chain of the audit log: each entry's hash covers what it says and the hash before it."""

from __future__ import annotations

import enum
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, cast
from uuid import UUID

# An entry outlasts whom it is about, so that it names people by their ids alone.
KEPT_OUT = frozenset({"password", "secret", "token", "hash", "pin", "code", "codes", "email"})


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what to what, when and from where. ``seq`` counts from one within a tenant."""

    tenant_id: UUID
    seq: int
    at: datetime
    actor_id: UUID | None
    api_key_id: UUID | None
    place: str
    action: str
    subject: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ChainedEntry:
    """An entry with its place in the chain, as it was found."""

    entry: AuditEntry
    previous_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class ChainHead:
    """The end of a chain: how many entries it has, and the hash of the last one."""

    count: int
    hash: str


BEGINNING = ChainHead(0, "0" * 64)


class Damage(enum.Enum):
    """What can have been done to a log behind the program's back."""

    REMOVED = "{seq} is missing"
    CHANGED = "{seq} does not say what was written"
    UNCHAINED = "{seq} does not follow from the one before"
    CUT_OFF = "{seq} and whatever followed are missing"
    ADDED = "{seq} was not added by this program"
    REWRITTEN = "{seq} is not the one that was written last"


@dataclass(frozen=True, slots=True)
class Break:
    """The first place where a chain does not hold."""

    damage: Damage
    seq: int

    def __str__(self) -> str:
        return f"entry {self.damage.value.format(seq=self.seq)}"


def chain(entry: AuditEntry, previous_hash: str) -> ChainedEntry:
    """Put an entry behind the one with a given hash."""
    return ChainedEntry(entry, previous_hash, _hash(entry, previous_hash))


def head_after(chained: ChainedEntry) -> ChainHead:
    """Give the end of a chain whose last entry this is."""
    return ChainHead(chained.entry.seq, chained.hash)


def find_break(before: ChainHead, chained: ChainedEntry) -> Break | None:
    """Tell what is wrong with an entry that should be the next after a sound part of the chain."""
    expected = before.count + 1
    if chained.entry.seq < expected:
        return Break(Damage.ADDED, chained.entry.seq)
    if chained.entry.seq > expected:
        return Break(Damage.REMOVED, expected)
    if chained.hash != _hash(chained.entry, chained.previous_hash):
        return Break(Damage.CHANGED, expected)
    if chained.previous_hash != before.hash:
        return Break(Damage.UNCHAINED, expected)
    return None


def find_break_at_end(last: ChainHead, head: ChainHead) -> Break | None:
    """Tell whether a sound chain ends elsewhere than the log's own count says."""
    if last.count < head.count:
        return Break(Damage.CUT_OFF, last.count + 1)
    if last.count > head.count:
        return Break(Damage.ADDED, head.count + 1)
    return Break(Damage.REWRITTEN, last.count) if last.hash != head.hash else None


def verify(entries: Iterable[ChainedEntry], head: ChainHead) -> Break | None:
    """Find the first place where a whole chain does not hold."""
    last = BEGINNING
    for chained in entries:
        broken = find_break(last, chained)
        if broken is not None:
            return broken
        last = head_after(chained)
    return find_break_at_end(last, head)


def check_facts(facts: Mapping[str, Any]) -> None:
    """Refuse facts that must never be in a log that nobody can erase, as an error of ours."""
    for name, value in facts.items():
        if not KEPT_OUT.isdisjoint(name.split("_")):
            raise ValueError(f"The audit log keeps no {name}")
        if not _is_plain(value):
            raise ValueError(f"The audit log cannot keep {name} exactly: {value!r}")


def _is_plain(value: object) -> bool:
    """Tell whether both databases give a value back as it was; fractions they may round."""
    if isinstance(value, list):
        items = cast("list[object]", value)
        return all(isinstance(item, str) and _is_plain(item) for item in items)
    if isinstance(value, str):
        return "\0" not in value
    return value is None or isinstance(value, bool | int)


def _hash(entry: AuditEntry, previous_hash: str) -> str:
    written = {
        "tenant_id": str(entry.tenant_id),
        "seq": entry.seq,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor_id": str(entry.actor_id) if entry.actor_id else None,
        "api_key_id": str(entry.api_key_id) if entry.api_key_id else None,
        "place": entry.place,
        "action": entry.action,
        "subject": entry.subject,
        "facts": entry.facts,
        "previous_hash": previous_hash,
    }
    # One way to write it: names in order, no spaces, everything beyond ASCII escaped.
    canonical = json.dumps(written, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return sha256(canonical.encode()).hexdigest()
