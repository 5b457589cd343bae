"""The command: which benchmarks there are, and how it ends."""

from __future__ import annotations

from pathlib import Path

import pytest

import benchmarks
from benchmarks import figures
from benchmarks.__main__ import BENCHMARKS, main
from benchmarks.bench import Bench
from benchmarks.figures import CannotMeasure, Figure

FOLDER = Path(benchmarks.__file__).parent


def measure_well(bench: Bench) -> list[Figure]:
    bench.peers["nginx"] = "1.22.1"
    bench.missing.append("PostgreSQL is not installed.")
    return [Figure(name="ours / theirs", value=2, at_most=1)]


def measure_nothing(_bench: Bench) -> list[Figure]:
    raise CannotMeasure("nginx is not installed: on Debian and Ubuntu, apt install nginx-light.")


def test_every_benchmark_is_listed() -> None:
    measuring = {file.stem for file in FOLDER.glob("*.py") if "\ndef measure(" in file.read_text()}

    assert set(BENCHMARKS) == measuring
    assert all(measure.__module__ == f"benchmarks.{name}" for name, measure in BENCHMARKS.items())


@pytest.mark.parametrize("name", BENCHMARKS)
def test_every_benchmark_is_explained(name: str) -> None:
    assert f"\n| `{name}` |" in (FOLDER / "README.md").read_text()


def test_the_named_ones_are_run_and_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(
        ["good", "--keep", str(tmp_path)], {"good": measure_well, "unwanted": measure_nothing}
    )

    assert code == 0
    assert "≤ 1 MISSED" in capsys.readouterr().out
    [(name, kept)] = figures.read(tmp_path).items()
    assert name == "good"
    assert kept.peers == {"nginx": "1.22.1"}
    assert kept.missing == ("PostgreSQL is not installed.",)


def test_what_cannot_be_measured_does_not_stop_the_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["--keep", str(tmp_path)], {"bad": measure_nothing, "good": measure_well})

    assert code == 0
    assert "left out: nginx is not installed" in capsys.readouterr().out
    assert list(figures.read(tmp_path)) == ["bad", "good"]


def test_it_fails_if_nothing_could_be_measured(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--quick"], {"bad": measure_nothing}) == 1
    assert "left out: nginx is not installed" in capsys.readouterr().out


def test_an_unknown_name_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["sgments"])

    assert end.value.code == 2
    assert "there is no benchmark sgments" in capsys.readouterr().err
