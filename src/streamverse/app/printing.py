"""What the commands print."""

from __future__ import annotations

import sys

import msgspec


def print_line(text: str) -> None:
    """Print a line at once, whoever reads it."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def print_json(thing: object) -> None:
    """Print something as JSON that people can read too."""
    print_line(msgspec.json.format(msgspec.json.encode(thing, enc_hook=str), indent=2).decode())
