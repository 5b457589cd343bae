"""SV011: what is left to do stands in an issue."""

import re
from collections.abc import Iterator

from tools.lint.finding import Finding
from tools.lint.source import Source

MARK = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
ISSUE = re.compile(r"#\d+\b")


def check(source: Source) -> Iterator[Finding]:
    """Find notes of unfinished work that name no issue."""
    for line, comment in source.comments():
        mark = MARK.search(comment)
        if mark and not ISSUE.search(comment, mark.end()):
            yield source.finding(
                line,
                "SV011",
                f"Do it now or write `{mark.group()} #12:` with the number of its issue.",
            )
