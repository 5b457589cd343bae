"""Laws of the audit log's chain: whatever is done to it behind the program's back shows."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamverse.domains.identity.rules.audit import (
    BEGINNING,
    AuditEntry,
    Break,
    ChainedEntry,
    ChainHead,
    Damage,
    chain,
    check_facts,
    head_after,
    verify,
)

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
FACTS = st.dictionaries(WORDS, WORDS | st.integers() | st.booleans() | st.none() | st.lists(WORDS))
IDS = st.none() | st.uuids()
ENTRIES = st.builds(
    AuditEntry,
    tenant_id=st.just(UUID(int=1)),
    seq=st.just(0),
    at=st.datetimes(timezones=st.just(UTC)),
    actor_id=IDS,
    api_key_id=IDS,
    place=WORDS,
    action=WORDS,
    subject=WORDS,
    facts=FACTS,
)


def chained(entries: list[AuditEntry]) -> tuple[list[ChainedEntry], ChainHead]:
    """Chain entries in their order."""
    log: list[ChainedEntry] = []
    head = BEGINNING
    for entry in entries:
        log.append(chain(dataclasses.replace(entry, seq=head.count + 1), head.hash))
        head = head_after(log[-1])
    return log, head


LOGS = st.lists(ENTRIES, min_size=2, max_size=8).map(chained)


def plain(count: int) -> tuple[list[ChainedEntry], ChainHead]:
    entry = AuditEntry(UUID(int=1), 0, NOON, None, None, "", "house.swept", "house:1", {})
    return chained([entry] * count)


@given(st.lists(ENTRIES, max_size=8).map(chained))
def test_a_log_that_nobody_touched_is_whole(log: tuple[list[ChainedEntry], ChainHead]) -> None:
    assert verify(*log) is None


@given(LOGS, st.data())
def test_a_removed_entry_shows(log: tuple[list[ChainedEntry], ChainHead], data: Any) -> None:
    entries, head = log
    gone = data.draw(st.integers(0, len(entries) - 1))
    expected = Damage.CUT_OFF if gone == len(entries) - 1 else Damage.REMOVED
    del entries[gone]
    assert verify(entries, head) == Break(expected, gone + 1)


@given(LOGS, st.data())
def test_a_log_that_was_cut_off_shows(log: tuple[list[ChainedEntry], ChainHead], data: Any) -> None:
    entries, head = log
    kept = data.draw(st.integers(0, len(entries) - 1))
    assert verify(entries[:kept], head) == Break(Damage.CUT_OFF, kept + 1)


@given(LOGS, st.data())
def test_a_changed_entry_shows(log: tuple[list[ChainedEntry], ChainHead], data: Any) -> None:
    entries, head = log
    at = data.draw(st.integers(0, len(entries) - 1))
    changes: dict[str, Any] = {
        "tenant_id": st.uuids(),
        "at": st.datetimes(timezones=st.just(UTC)),
        "actor_id": IDS,
        "api_key_id": IDS,
        "place": WORDS,
        "action": WORDS,
        "subject": WORDS,
        "facts": FACTS,
    }
    field = data.draw(st.sampled_from(sorted(changes)))
    value = data.draw(changes[field])
    old = entries[at].entry
    changed = dataclasses.replace(old, **{field: value})
    entries[at] = dataclasses.replace(entries[at], entry=changed)
    # 1 and True are equal to Python, but not the same on paper.
    is_same = changed == old and repr(changed) == repr(old)
    if not is_same and not (field == "facts" and changed.facts == old.facts):
        assert verify(entries, head) == Break(Damage.CHANGED, at + 1)


@given(LOGS, st.data())
def test_entries_that_changed_places_show(
    log: tuple[list[ChainedEntry], ChainHead], data: Any
) -> None:
    entries, head = log
    first = data.draw(st.integers(0, len(entries) - 2))
    second = data.draw(st.integers(first + 1, len(entries) - 1))
    one, other = entries[first], entries[second]
    # As somebody would who can write numbers into the table.
    entries[first] = dataclasses.replace(
        other, entry=dataclasses.replace(other.entry, seq=first + 1)
    )
    entries[second] = dataclasses.replace(one, entry=dataclasses.replace(one.entry, seq=second + 1))
    assert verify(entries, head) == Break(Damage.CHANGED, first + 1)


def test_an_entry_that_was_rehashed_alone_no_longer_fits_the_next() -> None:
    entries, head = plain(3)
    forged = dataclasses.replace(entries[1].entry, action="house.sold")
    entries[1] = chain(forged, entries[0].hash)
    assert verify(entries, head) == Break(Damage.UNCHAINED, 3)


def test_a_whole_log_that_was_written_anew_does_not_fit_its_end() -> None:
    _, head = plain(3)
    entry = AuditEntry(UUID(int=1), 0, NOON, None, None, "", "house.sold", "house:1", {})
    forged, _ = chained([entry] * 3)
    assert verify(forged, head) == Break(Damage.REWRITTEN, 3)


def test_an_entry_behind_the_end_or_before_the_beginning_was_added() -> None:
    entries, _ = plain(3)
    assert verify(entries, head_after(entries[1])) == Break(Damage.ADDED, 3)
    early = dataclasses.replace(entries[0].entry, seq=0)
    assert verify([chain(early, BEGINNING.hash), *entries], head_after(entries[2])) == Break(
        Damage.ADDED, 0
    )
    assert verify([], BEGINNING) is None


def test_an_entry_reads_the_same_in_every_time_zone() -> None:
    from datetime import timezone  # noqa: PLC0415

    entries, head = plain(1)
    elsewhere = entries[0].entry.at.astimezone(timezone(timedelta(hours=9)))
    moved = dataclasses.replace(entries[0].entry, at=elsewhere)
    assert verify([dataclasses.replace(entries[0], entry=moved)], head) is None


def test_a_break_is_said_in_a_sentence() -> None:
    assert str(Break(Damage.REMOVED, 5)) == "entry 5 is missing"


@pytest.mark.parametrize(
    "facts",
    [
        {"password": "x"},
        {"new_password": "x"},
        {"secret_hash": "x"},
        {"email": "ada@example.org"},
        {"codes": ["1"]},
        {"share": 0.5},
        {"names": ["a\0b"]},
        {"numbers": [1]},
        {"nested": {"a": "b"}},
    ],
)
def test_what_must_not_be_kept_forever_is_refused(facts: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(facts))):
        check_facts(facts)


def test_plain_facts_are_kept() -> None:
    check_facts({"role": "editor", "count": 2, "is_new": True, "scopes": ["a"], "spinning": None})
