"""What is expected of a line, by how it was."""

from __future__ import annotations

import pytest

from streamverse.domains.playback.rules.lines import (
    POOR_LINE,
    STEADY_LINE,
    UNEVEN_LINE,
    Buffering,
    Watched,
    judge_line,
)


def watched(
    stalled_ms: int = 0,
    *,
    throughput_bps: int | None = None,
    is_here: bool = True,
    total_ms: int = 100_000,
) -> Watched:
    return Watched(is_here, throughput_bps, total_ms - stalled_ms, stalled_ms)


@pytest.mark.parametrize(
    ("sessions", "throughput_bps"),
    [
        ([], None),
        ([watched()], None),
        ([watched(), watched(throughput_bps=2)], 2),
        ([watched(throughput_bps=3), watched(throughput_bps=2)], 3),
        ([watched(throughput_bps=3, is_here=False), watched(throughput_bps=2)], 2),
        ([watched(throughput_bps=3, is_here=False), watched()], 3),
    ],
)
def test_a_line_is_as_fast_as_it_was_last_and_rather_here(
    sessions: list[Watched], throughput_bps: int | None
):
    assert judge_line(sessions).throughput_bps == throughput_bps


@pytest.mark.parametrize(
    ("sessions", "buffering"),
    [
        ([], STEADY_LINE),
        ([watched(499)], STEADY_LINE),
        ([watched(500)], UNEVEN_LINE),
        ([watched(2_999)], UNEVEN_LINE),
        ([watched(3_000)], POOR_LINE),
        ([watched(1_000), watched(0)], UNEVEN_LINE),
        ([watched(900), watched(0)], STEADY_LINE),
        # Too short a look, and another network.
        ([watched(30_000, total_ms=59_999)], STEADY_LINE),
        ([watched(30_000, is_here=False)], STEADY_LINE),
    ],
)
def test_who_had_to_wait_gets_more_in_hand(sessions: list[Watched], buffering: Buffering):
    assert judge_line(sessions).buffering == buffering
