"""SV010: the permission stands beside the path."""

import ast
from collections.abc import Iterator

from tools.lint.finding import Finding
from tools.lint.source import Source

HANDLERS = frozenset(
    {
        "asgi",
        "delete",
        "get",
        "head",
        "patch",
        "post",
        "put",
        "route",
        "websocket",
        "websocket_listener",
        "websocket_stream",
    }
)


def check(source: Source) -> Iterator[Finding]:
    """Find route handlers in domains that do not say who may call them."""
    if not source.is_in("domains"):
        return
    for function in source.functions():
        for decorator in function.decorator_list:
            if _is_handler(source, decorator) and not _declares_guards(decorator):
                yield source.finding(
                    decorator.lineno,
                    "SV010",
                    f"`{function.name}` does not say who may call it: "
                    "add `guards=[...]` beside the path.",
                )


def _is_handler(source: Source, decorator: ast.expr) -> bool:
    handler = decorator.func if isinstance(decorator, ast.Call) else decorator
    package, _, name = (source.full_name(handler) or "").rpartition(".")
    return package.partition(".")[0] == "litestar" and name in HANDLERS


def _declares_guards(decorator: ast.expr) -> bool:
    return isinstance(decorator, ast.Call) and any(
        keyword.arg == "guards" for keyword in decorator.keywords
    )
