"""Figures: how they are judged, shown and kept."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchmarks.figures import Figure, Result, keep, ratios_first, read, show

MEASURED_AT = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)


def result(*figures: Figure, missing: tuple[str, ...] = ()) -> Result:
    return Result(
        measured_at=MEASURED_AT,
        machine={"processor": "Fast, 2 cores"},
        peers={"nginx": "1.22.1"},
        figures=figures,
        missing=missing,
    )


@pytest.mark.parametrize(
    ("figure", "is_met", "shown"),
    [
        (Figure(name="encode", value=1.10, at_most=1.10), True, "≤ 1.1 met"),
        (Figure(name="encode", value=1.11, at_most=1.10), False, "≤ 1.1 MISSED"),
        (Figure(name="segments", value=0.5, at_least=0.5), True, "≥ 0.5 met"),
        (Figure(name="segments", value=0.49, at_least=0.5), False, "≥ 0.5 MISSED"),
        (Figure(name="jobs", value=9, unit="/s"), None, ""),
    ],
)
def test_a_figure_is_judged_by_its_limit(figure: Figure, is_met: bool | None, shown: str) -> None:
    assert figure.is_met is is_met
    assert figure.shown_target == shown


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (0.1234, "ratio", "0.12"),
        (1.5, "s", "1.50 s"),
        (12.34, "ms", "12.3 ms"),
        (1234.5, "/s", "1,234 /s"),
    ],
)
def test_a_value_is_shown_in_three_digits(value: float, unit: str, shown: str) -> None:
    assert Figure(name="it", value=value, unit=unit).shown_value == shown


def test_ratios_come_first_and_all_else_keeps_its_order() -> None:
    slow, ratio, fast = (
        Figure(name="slow", value=2, unit="s"),
        Figure(name="slow / fast", value=2),
        Figure(name="fast", value=1, unit="s"),
    )

    assert ratios_first([slow, ratio, fast]) == (ratio, slow, fast)


def test_the_table_has_limits_beside_ratios_and_says_what_was_left_out() -> None:
    ratio = Figure(name="ours / theirs", value=1.2, at_most=1.1)

    shown = show({"encode": result(ratio), "segments": result(missing=("Install nginx.",))})

    assert shown.splitlines() == [
        "encode",
        f"  {'ours / theirs':<58}{'1.20':>14}  ≤ 1.1 MISSED",
        "",
        "segments",
        "  left out: Install nginx.",
    ]


def test_results_are_kept_for_people_and_for_programs(tmp_path: Path) -> None:
    kept = result(Figure(name="ours / theirs", value=0.9, at_least=0.5), missing=("No wrk.",))

    keep(tmp_path, {"segments": kept}, ["segments"])

    assert read(tmp_path) == {"segments": kept}
    [entry] = json.loads((tmp_path / "figures.json").read_text()).values()
    assert entry["measured_at"] == "2026-01-02T03:04:00Z"
    assert entry["peers"] == {"nginx": "1.22.1"}
    assert (tmp_path / "figures.md").read_text().splitlines()[3:] == [
        "",
        "## segments",
        "",
        "Measured 2026-01-02 03:04 UTC. processor Fast, 2 cores; nginx 1.22.1.",
        "",
        "Left out: No wrk.",
        "",
        "| Figure | Value | Limit |",
        "|---|---:|---|",
        "| ours / theirs | 0.90 | ≥ 0.5 met |",
    ]


def test_what_was_not_run_or_found_nothing_keeps_its_last_figures(tmp_path: Path) -> None:
    first, second = (result(Figure(name="it", value=value)) for value in (1, 2))
    order = ["encode", "segments", "jobs"]
    keep(tmp_path, {"segments": first, "encode": first}, order)

    keep(tmp_path, {"jobs": second, "encode": second, "segments": result()}, order)

    assert read(tmp_path) == {"encode": second, "segments": first, "jobs": second}
    assert list(read(tmp_path)) == order


def test_what_never_found_anything_says_why(tmp_path: Path) -> None:
    keep(tmp_path, {"segments": result(missing=("No nginx.",))}, ["segments"])

    assert "Left out: No nginx.\n" in (tmp_path / "figures.md").read_text()
