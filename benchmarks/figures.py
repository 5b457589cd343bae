"""Figures: what a benchmark found, what it should have found, and how both are shown and kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import msgspec

RATIO = "ratio"


class CannotMeasure(Exception):
    """Something that a benchmark needs is not on this machine; the message says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number with its unit and, where the issue names one, its target."""

    name: str
    value: float
    unit: str = RATIO
    at_most: float | None = None
    at_least: float | None = None

    @property
    def is_met(self) -> bool | None:
        """Tell whether the target is met; None where there is none."""
        if self.at_most is None and self.at_least is None:
            return None
        is_low_enough = self.at_most is None or self.value <= self.at_most
        return is_low_enough and (self.at_least is None or self.value >= self.at_least)

    @property
    def shown_value(self) -> str:
        """Give the value in three digits, with its unit."""
        unit = "" if self.unit == RATIO else f" {self.unit}"
        return f"{_three_digits(self.value)}{unit}"

    @property
    def shown_target(self) -> str:
        """Give the target and whether it is met."""
        if self.is_met is None:
            return ""
        word, limit = ("≤", self.at_most) if self.at_most is not None else ("≥", self.at_least)
        return f"{word} {limit:g} {'met' if self.is_met else 'MISSED'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What one run of one benchmark found, and what it had to leave out."""

    measured_at: datetime
    machine: Mapping[str, str]
    peers: Mapping[str, str] = field(default_factory=dict[str, str])
    figures: tuple[Figure, ...] = ()
    missing: tuple[str, ...] = ()


def _three_digits(value: float) -> str:
    if abs(value) >= 100:  # noqa: PLR2004 - three digits before the point
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"  # noqa: PLR2004 - the same


def ratios_first(figures: Iterable[Figure]) -> tuple[Figure, ...]:
    """Order figures: what can be compared between machines stands before what cannot."""
    return tuple(sorted(figures, key=lambda figure: figure.unit != RATIO))


def show(results: Mapping[str, Result]) -> str:
    """Render a table for the terminal."""
    lines: list[str] = []
    for name, result in results.items():
        lines += ["", name]
        lines += [f"  left out: {sentence}" for sentence in result.missing]
        lines += [
            f"  {figure.name:<58}{figure.shown_value:>14}  {figure.shown_target}".rstrip()
            for figure in result.figures
        ]
    return "\n".join(lines[1:])


def read(folder: Path) -> dict[str, Result]:
    """Read the results that were kept, by the name of their benchmark."""
    file = folder / "figures.json"
    return msgspec.json.decode(file.read_bytes(), type=dict[str, Result]) if file.exists() else {}


def keep(folder: Path, results: Mapping[str, Result], order: Iterable[str]) -> None:
    """Write results beside those of the benchmarks that were not run now, or found nothing."""
    found = {name: result for name, result in results.items() if result.figures}
    merged = {**results, **read(folder), **found}
    kept = {name: merged[name] for name in order if name in merged}
    text = msgspec.json.format(msgspec.json.encode(kept), indent=2)
    (folder / "figures.json").write_bytes(text + b"\n")
    (folder / "figures.md").write_text(_document(kept), encoding="utf-8")


def _document(results: Mapping[str, Result]) -> str:
    sections = [_section(name, result) for name, result in results.items()]
    return "\n".join(["# The last figures\n", _INTRODUCTION, *sections])


def _section(name: str, result: Result) -> str:
    facts = {**result.machine, **result.peers}
    machine = "; ".join(f"{fact} {value}" for fact, value in facts.items())
    lines = [f"\n## {name}\n", f"Measured {result.measured_at:%Y-%m-%d %H:%M} UTC. {machine}.\n"]
    lines += [f"Left out: {sentence}\n" for sentence in result.missing]
    if not result.figures:
        return "\n".join(lines)
    lines += ["| Figure | Value | Limit |", "|---|---:|---|"]
    lines += [f"| {one.name} | {one.shown_value} | {one.shown_target} |" for one in result.figures]
    return "\n".join([*lines, ""])


_INTRODUCTION = "Written by `make bench`; README.md says what they mean. Ratios come first."
