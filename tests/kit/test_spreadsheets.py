"""Tables for spreadsheets."""

from __future__ import annotations

import pytest

from streamverse.kit.spreadsheets import as_csv, plain


def test_a_spreadsheet_runs_nothing() -> None:
    written = as_csv(["title", "ms"], [["=1+1", 5], ["a, b", None], ["-x", 0]])
    assert written == "title,ms\r\n'=1+1,5\r\n\"a, b\",\r\n'-x,0\r\n"


@pytest.mark.parametrize("text", ["=1+1", "+x", "-x", "@x", "\tx", "\rx", "x=1", "'Allo 'Allo!"])
def test_what_is_read_back_is_what_was_written(text: str) -> None:
    cell = as_csv((), [[text]]).removeprefix("\r\n").removesuffix("\r\n").strip('"')
    assert plain(cell) == text
