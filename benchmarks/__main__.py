"""The command: ``python -m benchmarks [NAME ...] [--quick]``."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import (
    api,
    encode,
    figures,
    first_frame,
    home,
    jobs,
    kills,
    ladder,
    live,
    log_ins,
    machine,
    playable,
    rebuffering,
    scan,
    search,
    segments,
    sessions,
    soak,
    startup,
    whep,
    workers,
)
from benchmarks.bench import FULL, QUICK, Bench, Scale
from benchmarks.figures import CannotMeasure, Figure, Result

BENCHMARKS: Mapping[str, Callable[[Bench], list[Figure]]] = {
    "encode": encode.measure,
    "ladder": ladder.measure,
    "playable": playable.measure,
    "first_frame": first_frame.measure,
    "rebuffering": rebuffering.measure,
    "segments": segments.measure,
    "api": api.measure,
    "search": search.measure,
    "home": home.measure,
    "scan": scan.measure,
    "log_ins": log_ins.measure,
    "sessions": sessions.measure,
    "jobs": jobs.measure,
    "workers": workers.measure,
    "kills": kills.measure,
    "live": live.measure,
    "whep": whep.measure,
    "soak": soak.measure,
    "startup": startup.measure,
}
FOLDER = Path(__file__).parent


def build_parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure StreamVerse on this machine. Let nothing else run meanwhile.",
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)}")
    parser.add_argument(
        "--quick", action="store_true", help="show in seconds that all of it runs; keep nothing"
    )
    parser.add_argument(
        "--keep", metavar="FOLDER", type=Path, help="where to keep the figures (benchmarks/)"
    )
    return parser


def main(
    arguments: Sequence[str],
    benchmarks: Mapping[str, Callable[[Bench], list[Figure]]] = BENCHMARKS,
) -> int:
    """Run the chosen benchmarks, print their figures and keep them; 1 if there are none."""
    parser = build_parser()
    given = parser.parse_args(arguments)
    if unknown := set(given.names) - benchmarks.keys():
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}")
    scale = QUICK if given.quick else FULL
    results: dict[str, Result] = {}
    for name in given.names or benchmarks:
        print(f"measuring {name}", file=sys.stderr)
        results[name] = run(benchmarks[name], scale)
    print(figures.show(results))
    folder = given.keep or (None if given.quick else FOLDER)
    if folder is not None:
        figures.keep(folder, results, benchmarks)
    return 0 if any(result.figures for result in results.values()) else 1


def run(measure: Callable[[Bench], list[Figure]], scale: Scale) -> Result:
    """Run one benchmark in a folder of its own."""
    facts, started_at, host = machine.describe(), datetime.now(UTC), machine.Host()
    found: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="streamverse-bench-") as folder:
        bench = Bench(scale, Path(folder))
        try:
            found = measure(bench)
        except CannotMeasure as lack:
            bench.missing.append(str(lack))
    return Result(
        measured_at=started_at,
        machine={**facts, **host.describe()},
        peers=bench.peers,
        figures=figures.ratios_first(found),
        missing=tuple(bench.missing),
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
