"""SV001: only the kit ends a transaction."""

import ast
from collections.abc import Iterator

from tools.lint.finding import Finding
from tools.lint.source import Source


def check(source: Source) -> Iterator[Finding]:
    """Find commits and rollbacks outside the kit."""
    if not source.is_product() or source.is_in("kit"):
        return
    for node in ast.walk(source.tree):
        match node:
            case ast.Call(func=ast.Attribute(attr="commit" | "rollback" as verb)):
                yield source.finding(
                    node.lineno,
                    "SV001",
                    f"Leave the {verb} to the kit: one Work is one transaction, "
                    "and it ends at the edge.",
                )
            case _:
                pass
