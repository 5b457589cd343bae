"""Tables as spreadsheets read them, with no text that they would run as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def as_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Write a table as CSV, with a quote in front of what would be a formula."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(header)
    writer.writerows([_guarded(value) for value in row] for row in rows)
    return written.getvalue()


def _guarded(value: object) -> object:
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return "" if value is None else value


def plain(cell: str) -> str:
    """Take off a cell what keeps spreadsheets from running it as a formula.

    >>> plain("'=1+1"), plain("'Allo 'Allo!")
    ('=1+1', "'Allo 'Allo!")
    """
    is_guarded = cell.startswith("'") and cell[1:].startswith(_FORMULA_STARTS)
    return cell[1:] if is_guarded else cell
