"""SV005, SV006: functions and files that fit in a head."""

from collections.abc import Iterator

from tools.lint.finding import Finding
from tools.lint.source import Source, length_in_lines

FUNCTION_LINES = 60
FILE_LINES = 600
SERVICE_LINES = 400


def check(source: Source) -> Iterator[Finding]:
    """Find functions and files that grew too long."""
    # A revision of the tables is one long list of statements, and nobody edits it again.
    if not source.is_in("migrations", "versions"):
        yield from _check_functions(source)
        yield from _check_file(source)


def _check_functions(source: Source) -> Iterator[Finding]:
    for function in source.functions():
        lines = length_in_lines(function)
        if lines > FUNCTION_LINES:
            yield source.finding(
                function.lineno,
                "SV005",
                f"`{function.name}` has {lines} lines: "
                f"split it into functions of at most {FUNCTION_LINES}.",
            )


def _check_file(source: Source) -> Iterator[Finding]:
    lines = len(source.text.splitlines())
    if _is_service(source) and lines > SERVICE_LINES:
        yield source.finding(
            1,
            "SV006",
            f"The service has {lines} lines: beyond {SERVICE_LINES} it becomes a package "
            "with a module for each family of use cases.",
        )
    elif lines > FILE_LINES:
        yield source.finding(
            1, "SV006", f"The file has {lines} lines: split it into files of at most {FILE_LINES}."
        )


def _is_service(source: Source) -> bool:
    return source.is_in("domains") and source.path.name == "service.py"
