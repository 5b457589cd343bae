"""The command line of our lint rules: `python -m tools.lint src tools tests`."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from tools.lint.figures import Figures
from tools.lint.finding import Finding
from tools.lint.rules import RULES
from tools.lint.source import Source


def main(arguments: Sequence[str]) -> int:
    """Check files and folders; return the exit code."""
    if not arguments:
        print("Name the folders to check: python -m tools.lint src tools tests", file=sys.stderr)
        return 2
    missing = [argument for argument in arguments if not Path(argument).exists()]
    if missing:
        print(f"There is no {missing[0]} here.", file=sys.stderr)
        return 2
    try:
        sources = [Source.read(path) for argument in arguments for path in _files(Path(argument))]
    except SyntaxError as error:
        print(f"{error.filename}:{error.lineno}: SV000 This is not Python: {error.msg}.")
        return 1
    findings = find(sources)
    for finding in findings:
        print(finding)
    print(Figures.of(sources))
    return 1 if findings else 0


def find(sources: Sequence[Source]) -> list[Finding]:
    """Apply every rule to every source."""
    return sorted(finding for source in sources for rule in RULES for finding in rule(source))


def _files(path: Path) -> Iterator[Path]:
    yield from [path] if path.is_file() else sorted(path.rglob("*.py"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
