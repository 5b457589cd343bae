"""The command line of the lint rules: what it prints and how it ends."""

from pathlib import Path

import pytest

from tools.lint.__main__ import main
from tools.lint.figures import Figures
from tools.lint.source import Source

CLEAN = '"""Holds a number."""\n\n# Why it is one.\nx = 1\n\n\ndef get():\n    return x\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a folder with one clean file."""
    monkeypatch.chdir(tmp_path)
    Path("src").mkdir()
    Path("src/clean.py").write_text(CLEAN)
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_clean_code_ends_with_its_figures(capsys: pytest.CaptureFixture[str]):
    assert main(["src"]) == 0
    assert capsys.readouterr().out == (
        "1 files; median function 2 lines (10 is the aim); "
        "of 100 lines 20.0 are comments (3 to 8) and 20.0 docstrings\n"
    )


@pytest.mark.usefixtures("folder")
def test_findings_come_by_file_and_line(capsys: pytest.CaptureFixture[str]):
    Path("src/utils.py").write_text("x = 1\n# TODO later\n")
    Path("src/bare.py").touch()
    assert main(["src"]) == 1
    places = [line.partition(": ")[::2] for line in capsys.readouterr().out.splitlines()[:-1]]
    assert [(place, rest[:5]) for place, rest in places] == [
        ("src/bare.py:1", "SV008"),
        ("src/utils.py:1", "SV008"),
        ("src/utils.py:1", "SV009"),
        ("src/utils.py:2", "SV011"),
    ]


@pytest.mark.usefixtures("folder")
def test_one_file_may_be_named(capsys: pytest.CaptureFixture[str]):
    assert main(["src/clean.py"]) == 0
    assert capsys.readouterr().out.startswith("1 files;")


@pytest.mark.usefixtures("folder")
def test_a_file_that_is_no_python_is_named(capsys: pytest.CaptureFixture[str]):
    Path("src/broken.py").write_text("x = 1\ndef (:\n")
    assert main(["src"]) == 1
    assert capsys.readouterr().out == "src/broken.py:2: SV000 This is not Python: invalid syntax.\n"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "Name the folders to check: python -m tools.lint src tools tests\n"),
        (["nowhere"], "There is no nowhere here.\n"),
    ],
)
def test_a_wrong_call_is_told_in_a_sentence(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
):
    assert main(arguments) == 2
    assert capsys.readouterr().err == sentence


def test_figures_of_nothing_are_zero():
    assert Figures.of([]) == Figures(0, 0, 0, 0)


def test_figures_count_every_kind_of_docstring():
    code = '"""A\n\nb."""\n\nclass C:\n    """D."""\n\n    async def f(self):\n        """G."""\n'
    figures = Figures.of([Source.parse(Path("x.py"), code)])
    assert figures.docstrings_per_hundred_lines == pytest.approx(100 * 5 / 6)
