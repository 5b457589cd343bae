"""How reviews are cleaned, how helpful they count as, and how ratings add up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamverse.domains.social.rules import Summary, helpfulness_ppm, tidy_text
from streamverse.kit.errors import Invalid

COUNTS = st.integers(0, 5_000)


@pytest.mark.parametrize(
    ("helpful", "unhelpful", "expected_ppm"),
    # The bound as the literature gives it for 95 %.
    [(0, 0, 0), (1, 0, 206_549), (0, 1, 0), (90, 10, 825_634), (10, 0, 722_467), (5, 5, 236_593)],
)
def test_helpfulness_is_the_lower_bound_of_wilson(
    helpful: int, unhelpful: int, expected_ppm: int
) -> None:
    assert helpfulness_ppm(helpful, unhelpful) == pytest.approx(expected_ppm, abs=2)


@given(COUNTS, COUNTS)
def test_a_vote_never_counts_the_wrong_way(helpful: int, unhelpful: int) -> None:
    now = helpfulness_ppm(helpful, unhelpful)
    assert 0 <= now <= 1_000_000
    assert helpfulness_ppm(helpful + 1, unhelpful) >= now
    assert helpfulness_ppm(helpful, unhelpful + 1) <= now


def test_many_good_votes_come_before_a_single_one() -> None:
    assert helpfulness_ppm(90, 10) > helpfulness_ppm(1, 0)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({}, ((0, 0, 0, 0, 0), 0, None)),
        ({5: 1}, ((0, 0, 0, 0, 1), 1, 5.0)),
        ({1: 1, 4: 2, 5: 3}, ((1, 0, 0, 2, 3), 6, 4.0)),
        ({1: 1, 2: 2}, ((1, 2, 0, 0, 0), 3, 1.7)),
    ],
)
def test_ratings_are_summed_up(counts: dict[int, int], expected: tuple[object, ...]) -> None:
    summary = Summary.of(counts)
    assert (summary.counts, summary.count, summary.average) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("  Good.  ", "Good."),
        ("One\r\n\r\n\r\n \n\nTwo\rThree", "One\n\nTwo\nThree"),
        ("turned\u202e round\u0000", "turned round"),
        ("e\u0301", "é"),
        ("क्\u200dष 👩\u200d👧", "क्\u200dष 👩\u200d👧"),
    ],
)
def test_what_is_not_shown_is_not_kept(written: str, expected: str) -> None:
    assert tidy_text(written, 100, "text") == expected


def test_what_is_too_long_is_refused_and_says_how_long_it_is() -> None:
    with pytest.raises(Invalid, match="at most 5 characters; this has 6") as refused:
        tidy_text("abcdef", 5, "text")
    assert [field.field for field in refused.value.fields] == ["text"]
