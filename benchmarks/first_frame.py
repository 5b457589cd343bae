"""First frame: from a click until a player shows something, beside other players."""

from __future__ import annotations

from statistics import median

from playwright.sync_api import Page

from benchmarks.bench import Bench
from benchmarks.figures import Figure
from benchmarks.playable import browser
from benchmarks.players import OURS, PLAYERS, ask, site, visit

FIRST_FRAME_WITHIN_MS = 60_000


def measure(bench: Bench) -> list[Figure]:
    """Take turns: each player begins the film on a page that has loaded it, caches empty."""
    took_ms: dict[str, list[float]] = {player: [] for player in PLAYERS}
    with site(bench) as plain, browser(bench) as chromium:
        for number in range(bench.scale.first_frame_rounds + 1):
            for player, times in took_ms.items():
                with visit(chromium, plain.places[player].url) as page:
                    page.get_by_role("button", name="Play").click()
                    took = _first_frame_ms(page)
                    # The first visits warm the browser up.
                    times.extend([took] if number else [])
    ours = took_ms[OURS]
    return [
        *(
            Figure(
                name=f"click to first frame, {PLAYERS[OURS]} / {PLAYERS[peer]}",
                value=median(ours) / median(times),
                at_most=1.1,
            )
            for peer, times in took_ms.items()
            if peer != OURS
        ),
        *(
            Figure(name=f"{PLAYERS[player]}: click to first frame", value=median(times), unit="ms")
            for player, times in took_ms.items()
        ),
    ]


def _first_frame_ms(page: Page) -> float:
    page.wait_for_function("() => seen.firstFrameMs !== null", timeout=FIRST_FRAME_WITHIN_MS)
    return ask(page)["firstFrameMs"] or 0.0
