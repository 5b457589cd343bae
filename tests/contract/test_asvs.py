"""The table of security requirements is whole, and names tests that exist."""

from __future__ import annotations

import ast
import re
from itertools import groupby
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROW = re.compile(
    r"^\| v5\.0\.0-(?P<number>[\d.]+) \| (?P<level>\d) \| [^|]+ \| (?P<how>[^|]+) \|$",
    re.MULTILINE,
)
REFERENCE = re.compile(r"`((?:tests|web|packages)/[^`]+)`")
PAGE = (ROOT / "docs/develop/asvs.md").read_text(encoding="utf-8")
ROWS = list(ROW.finditer(PAGE))
REASONS = ("met: ", "does not apply: ", "left to the operator: ", "**gap**: ")
# What OWASP counts of each level.
OF_LEVEL_1, OF_LEVEL_2 = 70, 183


def number_of(row: re.Match[str]) -> tuple[int, ...]:
    return tuple(map(int, row["number"].split(".")))


def functions_of(file: Path) -> set[str]:
    return {
        node.name
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def test_each_requirement_stands_there_once_and_in_order() -> None:
    numbers = [number_of(row) for row in ROWS]

    assert numbers == sorted(set(numbers))
    assert len(numbers) == PAGE.count("| v5.0.0-")


def test_no_requirement_of_the_two_levels_is_left_out() -> None:
    levels = [row["level"] for row in ROWS]

    assert (levels.count("1"), levels.count("2")) == (OF_LEVEL_1, OF_LEVEL_2)
    assert {chapter for chapter, *_ in map(number_of, ROWS)} == set(range(1, 18))


def test_each_requirement_has_tests_or_a_reason() -> None:
    assert [
        row["number"]
        for row in ROWS
        if not row["how"].startswith(REASONS) and REFERENCE.match(row["how"]) is None
    ] == []


def test_the_named_tests_exist() -> None:
    named = sorted({reference.partition("::")[::2] for reference in REFERENCE.findall(PAGE)})
    missing: list[str] = []
    for path, references in groupby(named, key=lambda reference: reference[0]):
        file = ROOT / path
        known = functions_of(file) if file.suffix == ".py" and file.is_file() else set()
        names = [name for _, name in references]
        if not file.is_file():
            missing.append(path)
        missing += [f"{path}::{name}" for name in names if name and name not in known]

    assert missing == []
