"""When a title counts as begun and as watched, and how lists are read."""

from __future__ import annotations

import pytest

from streamverse.domains.library.rules.lists import read_entries
from streamverse.domains.library.rules.watching import is_watched, resume_at_ms


@pytest.mark.parametrize(
    ("position_ms", "credits_start_ms", "expected"),
    [
        (94_999, None, False),
        (95_000, None, True),
        (89_999, 90_000, False),
        (90_000, 90_000, True),
        (95_000, 99_000, True),
        (50_000, 40_000, False),
    ],
)
def test_a_title_is_watched_at_its_credits_or_nearly_at_its_end(
    position_ms: int, credits_start_ms: int | None, *, expected: bool
) -> None:
    assert is_watched(position_ms, 100_000, credits_start_ms) is expected


def test_what_has_no_length_is_never_watched() -> None:
    assert is_watched(5_000, 0, None) is False


def test_it_goes_on_only_where_it_was_begun_and_not_watched() -> None:
    assert resume_at_ms(10_000, is_finished=False) == 10_000
    assert resume_at_ms(9_999, is_finished=False) is None
    assert resume_at_ms(99_000, is_finished=True) is None


def test_names_of_lists_are_read_as_they_were_written() -> None:
    entries = read_entries("title,tags\r\n'=1+1,'-a\r\n'Allo 'Allo!,\r\n", is_csv=True)
    assert [(entry.title, entry.tags) for entry in entries] == [
        ("=1+1", ("-a",)),
        ("'Allo 'Allo!", ()),
    ]
