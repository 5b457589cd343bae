"""SV008: every module says in a sentence what it is."""

import ast
from collections.abc import Iterator

from tools.lint.finding import Finding
from tools.lint.source import Source


def check(source: Source) -> Iterator[Finding]:
    """Find modules without a docstring."""
    if not ast.get_docstring(source.tree):
        yield source.finding(
            1, "SV008", "Say in the module's docstring, in one sentence, what it is for."
        )
