"""Folders that others fill."""

from __future__ import annotations

from pathlib import Path

import pytest

from streamverse.kit.folders import Roots


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "library" / "film.nfo"
    path.parent.mkdir()
    path.write_bytes(b"words")
    return path


def test_a_small_file_is_read_whole(file: Path) -> None:
    roots = Roots.of([str(file.parent)])
    assert roots.read(file, 5) == b"words"
    assert roots.read(file, 4) is None


def test_a_file_that_has_become_forbidden_or_is_gone_is_not_read(
    file: Path, tmp_path: Path
) -> None:
    roots = Roots.of([str(file.parent)])
    secret = tmp_path / "secret"
    secret.write_bytes(b"words")
    file.unlink()
    assert roots.read(file, 5) is None
    file.symlink_to(secret)
    assert roots.read(file, 5) is None
    file.unlink()
    file.mkdir()
    assert roots.read(file, 5) is None
