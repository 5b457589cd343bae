"""SV002: times are aware, and a domain reads them from its Work."""

import ast
from collections.abc import Iterator

from tools.lint.finding import Finding
from tools.lint.source import Source

ALWAYS_NAIVE = frozenset(
    {
        "datetime.datetime.today",
        "datetime.datetime.utcfromtimestamp",
        "datetime.datetime.utcnow",
        "datetime.date.today",
    }
)
NAIVE_WITHOUT_ZONE = "datetime.datetime.now"
CLOCKS = ALWAYS_NAIVE | {NAIVE_WITHOUT_ZONE, "time.time", "time.time_ns"}


def check(source: Source) -> Iterator[Finding]:
    """Find naive times anywhere and clocks in domains."""
    aware = {
        id(node.func)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and (node.args or node.keywords)
    }
    for node, name in source.references():
        if source.is_in("domains") and name in CLOCKS:
            yield source.finding(
                node.lineno,
                "SV002",
                f"Take the time from `work.now` instead of `{name}`, so that a test can fix it.",
            )
        elif name in ALWAYS_NAIVE or (name == NAIVE_WITHOUT_ZONE and id(node) not in aware):
            yield source.finding(
                node.lineno,
                "SV002",
                f"`{name}` has no time zone: write `datetime.now(UTC)`.",
            )
