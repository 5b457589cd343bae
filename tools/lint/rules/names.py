"""SV009: no module is named after nothing."""

from collections.abc import Iterator

from tools.lint.finding import Finding
from tools.lint.source import Source

EMPTY_WORDS = frozenset(
    {"util", "utils", "helper", "helpers", "common", "manager", "managers", "data", "info"}
)


def check(source: Source) -> Iterator[Finding]:
    """Find module names that would fit any module."""
    name = source.module_name
    for word in name.split("_"):
        if word in EMPTY_WORDS:
            yield source.finding(
                1, "SV009", f"`{word}` in `{name}` says nothing: name what the module holds."
            )
