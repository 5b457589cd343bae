"""Log-ins: how many a second, and what a home call takes while a storm of them goes on."""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import httpx
import msgspec

from benchmarks.api import fill
from benchmarks.bench import Bench
from benchmarks.databases import Settings, databases
from benchmarks.figures import Figure
from benchmarks.load import Load, run_load
from benchmarks.peers import WRK, find_peer
from benchmarks.programs import inside, running
from streamverse.domains.identity.contracts import DEFAULT_TENANT_ID
from streamverse.kit.work import Actor
from tests.factories.accounts import PASSWORD, make_account
from tests.factories.processes import Process, owner_client

SCRIPT = Path(__file__).with_name("log_ins.lua")
HOME, LOG_IN = "/home/rails", "/auth/login"
# Twice as many as may wait for their turn: half of them are told to come back.
CONNECTIONS = 64
LEAD_S = 1
PERSON_COUNT = 200
# The storm comes from many networks, as the proxy in front says.
BEHIND_PROXY = {"STREAMVERSE_TRUSTED_PROXIES": "127.0.0.1"}
MOST = 2.0


class Storm(msgspec.Struct, frozen=True):
    """What became of a storm's log-ins."""

    entered: int
    refused: int
    put_off: int
    others: int
    duration_us: int

    @property
    def per_second(self) -> float:
        """Passwords checked in a second."""
        return (self.entered + self.refused) / self.duration_us * 1_000_000


def measure(bench: Bench) -> list[Figure]:
    """Ask for the home page in quiet and in a storm by turns, on every database."""
    find_peer(bench, WRK)
    figures: list[Figure] = []
    with databases(bench) as kinds:
        for kind, settings in kinds.items():
            figures += _measure_on(bench, kind, settings)
    return figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One turn of each: a home call in quiet, and one in the storm."""

    quiet: Load
    stormy: Load
    storm: Storm


def _measure_on(bench: Bench, kind: str, settings: Settings) -> list[Figure]:
    given = {**settings, **BEHIND_PROXY}
    with running(bench, "api", given) as api, owner_client(api) as client:
        asyncio.run(fill(api, bench.scale.title_count))
        asyncio.run(_settle(api))
        headers = {"Authorization": client.headers["Authorization"]}
        base_url = f"{client.base_url}".rstrip("/")
        turns = [
            _take_turn(bench, base_url, headers, seed) for seed in range(bench.scale.load_rounds)
        ]
    return _figures_of(kind, turns)


def _take_turn(bench: Bench, base_url: str, headers: dict[str, str], seed: int) -> Turn:
    quiet = run_load(bench, f"{base_url}{HOME}", connections=1, headers=headers)
    with _storm(bench, f"{base_url}{LOG_IN}", seed) as blowing:
        time.sleep(LEAD_S)
        stormy = run_load(bench, f"{base_url}{HOME}", connections=1, headers=headers)
        storm = _read_storm(blowing)
    _wait_for_the_last(f"{base_url}{LOG_IN}")
    return Turn(quiet=quiet, stormy=stormy, storm=storm)


def _figures_of(kind: str, turns: list[Turn]) -> list[Figure]:
    ratio = median(turn.stormy.p99_us / turn.quiet.p99_us for turn in turns)
    return [
        Figure(name=f"{kind}: p99 of a home call, storm / quiet", value=ratio, at_most=MOST),
        _milliseconds(f"{kind}: p50 of a home call in quiet", [t.quiet.p50_us for t in turns]),
        _milliseconds(f"{kind}: p50 of a home call in the storm", [t.stormy.p50_us for t in turns]),
        _milliseconds(f"{kind}: p99 of a home call in quiet", [t.quiet.p99_us for t in turns]),
        _milliseconds(f"{kind}: p99 of a home call in the storm", [t.stormy.p99_us for t in turns]),
        Figure(
            name=f"{kind}: passwords checked",
            value=median(turn.storm.per_second for turn in turns),
            unit="/s",
        ),
        Figure(
            name=f"{kind}: home calls by one client in the storm",
            value=median(turn.stormy.per_second for turn in turns),
            unit="/s",
        ),
    ]


def _milliseconds(name: str, times_us: list[int]) -> Figure:
    return Figure(name=name, value=median(times_us) / 1000, unit="ms")


def _wait_for_the_last(url: str) -> None:
    """Log in behind everybody who still waits for their turn."""
    person = {"email": "person-0@example.org", "password": PASSWORD}
    while not httpx.post(url, json=person, timeout=30).is_success:
        time.sleep(LEAD_S)


@contextmanager
def _storm(bench: Bench, url: str, seed: int) -> Generator[subprocess.Popen[str]]:
    seconds = bench.scale.load_seconds + 2 * LEAD_S
    command = [find_peer(bench, WRK), "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(SCRIPT)]
    arguments = [url, "--", str(PERSON_COUNT), PASSWORD, str(seed)]
    with subprocess.Popen([*command, *arguments], stdout=subprocess.PIPE, text=True) as blowing:
        yield blowing


def _read_storm(blowing: subprocess.Popen[str]) -> Storm:
    output, _ = blowing.communicate(timeout=30)
    storm = msgspec.json.decode(output.splitlines()[-1], type=Storm)
    if storm.others or not (storm.entered and storm.refused):
        raise RuntimeError(f"This was no storm of log-ins: {storm}")
    return storm


async def _settle(api: Process) -> None:
    """Give the running server people who log in."""
    async with (
        inside(api) as resources,
        resources.workshop.work(Actor.system(DEFAULT_TENANT_ID)) as work,
    ):
        for number in range(PERSON_COUNT):
            await make_account(work, f"person-{number}@example.org")
