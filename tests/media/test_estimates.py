"""Estimates of the time left, held against what then really happened: on a simulated clock."""

from __future__ import annotations

import heapq
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pytest

from streamverse.domains.media.rules.estimates import (
    CHECKS_SHARE,
    PartWork,
    time_left_s,
)

# In the usual proportion; what they really cost on a machine may differ.
EFFORT = {"audio": 1.0, "preview": 12.0, "h264": 60.0, "hevc": 140.0, "av1": 100.0}


def work(kind: str, length_s: float, **done: float) -> PartWork:
    lane = "sound" if kind == "audio" else "encode"
    return PartWork(lane=lane, kind=kind, effort=EFFORT[kind], length_s=length_s, **done)


@dataclass(frozen=True)
class Workload:
    """Parts of a film, what a second of each kind costs here, and who works."""

    parts: tuple[PartWork, ...]
    costs: dict[str, float]
    workers: int
    unevenness: float = 0.0


def film(minutes: float, *kinds: str, chunk_s: float = 120) -> tuple[PartWork, ...]:
    length_s = minutes * 60
    parts = [work("audio", length_s)]
    for kind in kinds:
        parts.extend(
            work(kind, min(chunk_s, length_s - start))
            for start in range(0, int(length_s), int(chunk_s))
        )
    return tuple(parts)


def simulate(load: Workload, seed: int = 1) -> tuple[list[tuple[float, float]], float]:
    """Let workers take the parts in order; give when each began and ended, and the whole."""
    dice = random.Random(seed)
    free = {"sound": [0.0] * load.workers, "encode": [0.0] * load.workers}
    spans: list[tuple[float, float]] = []
    for part in load.parts:
        start = heapq.heappop(free[part.lane])
        swing = 1 + dice.uniform(-load.unevenness, load.unevenness)
        end = start + part.length_s * load.costs[part.kind] * swing
        heapq.heappush(free[part.lane], end)
        spans.append((start, end))
    encoded_s = max(end for _, end in spans)
    work_s = sum(end - start for start, end in spans)
    return spans, encoded_s + work_s * CHECKS_SHARE


def seen_at(
    load: Workload, spans: Sequence[tuple[float, float]], now_s: float
) -> Iterator[PartWork]:
    for part, (start, end) in zip(load.parts, spans, strict=True):
        if now_s <= start:
            yield part
        else:
            share = min(1.0, (now_s - start) / (end - start))
            yield replace(
                part,
                done_s=part.length_s * share,
                started_s=start + 1000,
                stopped_s=min(end, now_s) + 1000,
            )


H264 = {"audio": 0.02, "h264": 0.8}
ALL = {kind: effort / 100 for kind, effort in EFFORT.items()}


@pytest.mark.parametrize("share", [0.1, 0.2, 0.4, 0.6, 0.8, 0.9])
@pytest.mark.parametrize(
    "load",
    [
        Workload(film(10, "h264"), H264, 1),
        Workload(film(90, "h264"), H264, 1),
        Workload(film(90, "h264"), H264, 4),
        Workload(film(120, "h264"), H264, 2, unevenness=0.3),
        Workload(film(0.5, "h264"), H264, 2),
        Workload(film(60, "preview", "h264", "hevc", "av1"), ALL, 1),
        Workload(film(60, "preview", "h264", "hevc", "av1"), ALL, 3),
        # HEVC costs a fifth more here than it usually does.
        Workload(film(60, "h264", "hevc"), {**ALL, "hevc": ALL["hevc"] * 1.2}, 2),
        Workload(film(60), H264, 1),
    ],
    ids=lambda load: f"{len(load.parts)} parts, {load.workers} workers",
)
def test_an_estimate_is_right_within_a_fifth_after_the_first_tenth(
    load: Workload, share: float
) -> None:
    spans, whole_s = simulate(load)
    encoded_s = max(end for _, end in spans)
    now_s = encoded_s * share
    estimate_s = time_left_s(list(seen_at(load, spans, now_s)))

    assert estimate_s is not None
    # By the clock, against the time that the whole takes: at the end little is left to be wrong by.
    assert abs(now_s + estimate_s - whole_s) <= 0.2 * whole_s
    assert estimate_s == pytest.approx(whole_s - now_s, rel=0.2, abs=0.03 * whole_s)


@pytest.mark.parametrize("now_s", [7.5, 15, 24, 40, 60])
def test_sound_beside_pictures_on_one_processor_is_no_lasting_burden(now_s: float) -> None:
    """Each has half the processor until the sound is whole; then all of it is for pictures."""
    pictures_s, sound_s = 48.0, 12.0
    both_s = min(now_s, 2 * sound_s)
    sound_done = both_s / 2 / sound_s
    pictures_done = (now_s - both_s / 2) / pictures_s
    parts = [
        PartWork(
            lane=lane,
            kind=lane,
            effort=cost_s * 1000,
            length_s=480,
            done_s=480 * share,
            started_s=100,
            stopped_s=100 + stopped_s,
        )
        for lane, cost_s, share, stopped_s in (
            ("sound", sound_s, sound_done, both_s),
            ("encode", pictures_s, pictures_done, now_s),
        )
    ]

    estimate_s = time_left_s(parts)

    assert estimate_s is not None
    whole_s = pictures_s + sound_s
    assert abs(now_s + estimate_s - whole_s) <= 0.2 * whole_s


def test_a_busy_worker_is_noticed() -> None:
    """Where others' work is between, half as fast is twice as long."""
    parts = [
        work("h264", 100, done_s=100, started_s=0, stopped_s=50),
        work("h264", 100, done_s=100, started_s=100, stopped_s=150),
        work("h264", 100),
        work("h264", 100),
    ]
    assert time_left_s(parts) == pytest.approx(100 / (100 / 150) + 200 * CHECKS_SHARE)


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [work("h264", 100)],
        [work("h264", 100, started_s=5, stopped_s=9)],
        [work("h264", 900, done_s=9, started_s=5, stopped_s=9)],
        [work("h264", 10, done_s=9, started_s=5, stopped_s=5)],
    ],
)
def test_nothing_is_promised_without_a_basis(parts: list[PartWork]) -> None:
    assert time_left_s(parts) is None


def test_only_the_checks_are_left_at_the_end() -> None:
    whole = work("h264", 9, done_s=9, started_s=1, stopped_s=101)
    assert time_left_s([whole]) == pytest.approx(100 * CHECKS_SHARE)


def test_a_kind_that_nobody_has_tried_costs_what_it_usually_does() -> None:
    done = work("h264", 10, done_s=10, started_s=0, stopped_s=20)
    untried = work("av1", 10)
    cost = 2 * EFFORT["av1"] / EFFORT["h264"]
    expected_s = 10 * cost + (20 + 10 * cost) * CHECKS_SHARE
    assert time_left_s([done, untried]) == pytest.approx(expected_s)
