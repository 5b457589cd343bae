"""The rules, a module each: a rule takes a source and yields findings."""

from collections.abc import Callable, Iterator

from tools.lint.finding import Finding
from tools.lint.rules import (
    clock,
    docstrings,
    domain_files,
    guards,
    names,
    open_ends,
    randomness,
    sizes,
    subprocesses,
    transactions,
)
from tools.lint.source import Source

Rule = Callable[[Source], Iterator[Finding]]

RULES: tuple[Rule, ...] = (
    transactions.check,
    clock.check,
    subprocesses.check,
    randomness.check,
    sizes.check,
    domain_files.check,
    docstrings.check,
    names.check,
    guards.check,
    open_ends.check,
)
