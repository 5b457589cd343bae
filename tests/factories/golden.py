"""Golden files: what a text must be, letter by letter."""

import os
from pathlib import Path

import pytest


def assert_golden(path: Path, text: str) -> None:
    """Compare with a file; `STREAMVERSE_TEST_WRITE_GOLDEN=1` writes it, to be read and kept."""
    if os.environ.get("STREAMVERSE_TEST_WRITE_GOLDEN"):
        path.write_text(text)
    if not path.exists():
        pytest.fail(f"There is no golden file {path.name}.")
    assert text == path.read_text()
