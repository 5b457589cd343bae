"""What the database and the store of a running program say, read beside it."""

from __future__ import annotations

import hashlib
import sqlite3
from pathlib import Path


class Records:
    """The database of a program that keeps it in its data folder."""

    def __init__(self, data_dir: Path) -> None:
        self._file = data_dir / "streamverse.db"

    def query(self, sql: str) -> list[tuple[object, ...]]:
        """Ask the database."""
        connection = sqlite3.connect(self._file, timeout=10)
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    def finished_parts(self) -> dict[object, object]:
        """Give the parts that are whole, by number, with how often each was begun."""
        rows = self.query(
            "SELECT number, encode_starts FROM media_part WHERE finished_at IS NOT NULL"
        )
        return dict(rows)  # type: ignore[arg-type]

    def announced(self) -> set[tuple[object, ...]]:
        """Give the lines of the segment index."""
        return set(
            self.query("SELECT track_id, number, duration_ticks, size_bytes FROM media_segment")
        )


def segment_hashes(data_dir: Path) -> dict[str, str]:
    """Give the hash of every segment in the store."""
    folder = data_dir / "store" / "packages"
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in folder.rglob("*.m4s")
    }
