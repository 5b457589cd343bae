"""The command line: ``streamverse`` and ``python -m streamverse``."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command that was given, and end with its exit code."""
    from streamverse.app.cli import run  # noqa: PLC0415 - `--help` must not wait for everything

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
