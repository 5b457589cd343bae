"""Rebuffering: how long the picture stands still on bad networks, beside other players."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Browser

from benchmarks.bench import Bench
from benchmarks.figures import Figure
from benchmarks.playable import browser
from benchmarks.players import OURS, PLAYERS, Seen, Site, ask, site, visit

# A tenth of a second in 110 s: three pictures more or less are nobody's merit.
NOTICED = 0.1 / 110
TRACES = Path(__file__).parent / "traces.json"


def measure(bench: Bench) -> list[Figure]:
    """Play the film in all players at once, each on a network of its own that changes alike."""
    traces = read_traces()
    names = list(traces)[: bench.scale.trace_count]
    shares: dict[str, dict[str, float]] = {}
    figures: list[Figure] = []
    with site(bench) as plain, browser(bench) as chromium:
        for name in names:
            seen = _watch_all(chromium, plain, traces[name][: bench.scale.trace_steps])
            shares[name] = {player: _stalled_share(one) for player, one in seen.items()}
            for player, one in seen.items():
                figures += _weather_figures(f"{name}, {PLAYERS[player]}", one, plain.rates_bps)
    return [*_verdict(shares), *figures]


def _verdict(shares: Mapping[str, Mapping[str, float]]) -> list[Figure]:
    """Count the traces on which we stop for longer than somebody else, and for less."""
    peers = [player for player in PLAYERS if player != OURS]
    by = [[one[peer] - one[OURS] for peer in peers] for one in shares.values()]
    worse = sum(min(each) < -NOTICED for each in by)
    better = sum(max(each) > NOTICED for each in by)
    most = len(by) // 2 + 1
    return [
        Figure(name="traces with more rebuffering than another player", value=worse, at_most=0),
        Figure(
            name="traces with less rebuffering than another player", value=better, at_least=most
        ),
    ]


def _weather_figures(name: str, seen: Seen, rates_bps: Mapping[int, int]) -> list[Figure]:
    shown_ms = sum(seen["heightsMs"].values())
    bits = sum(rates_bps.get(int(height), 0) * ms for height, ms in seen["heightsMs"].items())
    return [
        Figure(name=f"{name}: rebuffering", value=100 * _stalled_share(seen), unit="%"),
        Figure(name=f"{name}: stalls", value=seen["stalls"]),
        Figure(name=f"{name}: first frame", value=seen["firstFrameMs"] or 0, unit="ms"),
        Figure(name=f"{name}: bit rate shown", value=bits / max(1, shown_ms) / 1e6, unit="Mb/s"),
    ]


def _stalled_share(seen: Seen) -> float:
    watched_ms = seen["playedMs"] + seen["stalledMs"]
    return seen["stalledMs"] / watched_ms if watched_ms else 1.0


def read_traces() -> Mapping[str, Sequence[tuple[float, int]]]:
    """Read from which second on a network gave how many kb/s.

    They were measured in Oslo by Riiser and others, "Commute path bandwidth traces from 3G
    networks", MMSys 2013; rounded, and the first 110 seconds of each.
    """
    traces: Mapping[str, Sequence[tuple[float, int]]] = json.loads(TRACES.read_text())
    return traces


def _watch_all(
    chromium: Browser, plain: Site, trace: Sequence[tuple[float, int]]
) -> Mapping[str, Seen]:
    with ExitStack() as stack:
        pages = {
            player: stack.enter_context(visit(chromium, place.url))
            for player, place in plain.places.items()
        }
        start = time.monotonic()
        for number, (at_s, kbps) in enumerate(trace):
            time.sleep(max(0.0, start + at_s - time.monotonic()))
            for place in plain.places.values():
                place.line.become(kbps)
            if number == 0:
                for page in pages.values():
                    page.get_by_role("button", name="Play").click()
        return {player: ask(page) for player, page in pages.items()}
