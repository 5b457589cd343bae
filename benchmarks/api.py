"""API: what the home page asks for, in a library of ten thousand titles."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from sqlalchemy import insert, text

from benchmarks.bench import Bench
from benchmarks.databases import Settings, databases
from benchmarks.figures import Figure
from benchmarks.hello import hello
from benchmarks.load import Load, run_load
from benchmarks.peers import WRK, find_peer
from benchmarks.programs import inside, running
from streamverse.app.resources import Resources
from streamverse.domains.catalog.models import TitleRow
from streamverse.domains.identity.contracts import DEFAULT_TENANT_ID
from streamverse.domains.media.models import AssetRow, PackageRow
from streamverse.kit.clock import new_id
from streamverse.kit.work import Actor
from tests.factories.processes import Process, owner_client
from tests.factories.titles import RECIPE, title_columns

CALLS = ("/auth/me", "/home/rails", "/titles")
CONNECTIONS = 16
ROWS_AT_ONCE = 1_000


def measure(bench: Bench) -> list[Figure]:
    """Measure every call on every database, taking turns with an application that says hello."""
    find_peer(bench, WRK)
    figures: list[Figure] = []
    with databases(bench) as kinds, hello() as hello_url:
        for kind, settings in kinds.items():
            figures += _measure_on(bench, kind, settings, hello_url)
    return figures


def _measure_on(bench: Bench, kind: str, settings: Settings, hello_url: str) -> list[Figure]:
    with running(bench, "api", settings) as api, owner_client(api) as client:
        asyncio.run(fill(api, bench.scale.title_count))
        shown = client.get("/home/rails").raise_for_status().json()
        if not shown["rails"]:
            raise RuntimeError("The home page shows nothing of the library.")
        headers = {"Authorization": client.headers["Authorization"]}
        base_url = f"{client.base_url}".rstrip("/")
        return [
            figure
            for call in CALLS
            for figure in _compare(
                f"{kind}, {call}",
                [
                    _take_turn(bench, f"{base_url}{call}", headers, hello_url)
                    for _ in range(bench.scale.load_rounds)
                ],
            )
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One turn of each: a call by one client and by many, and the hello by many."""

    alone: Load
    together: Load
    hello: Load


def _take_turn(bench: Bench, url: str, headers: dict[str, str], hello_url: str) -> Turn:
    return Turn(
        alone=run_load(bench, url, connections=1, headers=headers),
        together=run_load(bench, url, connections=CONNECTIONS, headers=headers),
        hello=run_load(bench, hello_url, connections=CONNECTIONS),
    )


def _compare(name: str, turns: Sequence[Turn]) -> list[Figure]:
    return [
        Figure(
            name=f"{name}: requests/s / bare ASGI",
            value=median(turn.together.per_second / turn.hello.per_second for turn in turns),
        ),
        _milliseconds(f"{name}: p50 alone", (turn.alone.p50_us for turn in turns)),
        _milliseconds(f"{name}: p99 alone", (turn.alone.p99_us for turn in turns)),
        _milliseconds(f"{name}: p50 of {CONNECTIONS}", (turn.together.p50_us for turn in turns)),
        _milliseconds(f"{name}: p99 of {CONNECTIONS}", (turn.together.p99_us for turn in turns)),
        Figure(
            name=f"{name}: by {CONNECTIONS}",
            value=median(turn.together.per_second for turn in turns),
            unit="/s",
        ),
    ]


def _milliseconds(name: str, times_us: Iterable[int]) -> Figure:
    return Figure(name=name, value=median(times_us) / 1000, unit="ms")


async def fill(api: Process, title_count: int) -> None:
    """Put published titles with posters into the library of a running server."""
    async with inside(api) as resources:
        for start in range(0, title_count, ROWS_AT_ONCE):
            await _insert(resources, range(start, min(start + ROWS_AT_ONCE, title_count)))
        if not resources.database.is_sqlite:
            # PostgreSQL does this by itself, but a minute later.
            async with resources.database.engine.begin() as connection:
                await connection.execute(text("ANALYZE"))


async def _insert(resources: Resources, numbers: Sequence[int]) -> None:
    async with resources.workshop.work(Actor.system(DEFAULT_TENANT_ID)) as work:
        titles = [
            title_columns(f"Film number {number}", work.now, has_poster=True) for number in numbers
        ]
        rows: dict[type[Any], list[dict[str, Any]]] = {
            AssetRow: [_asset(title) for title in titles],
            PackageRow: [_package(title) for title in titles],
            TitleRow: titles,
        }
        for table, columns in rows.items():
            await work.session.execute(insert(table), columns)


def _asset(title: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": title["asset_id"],
        "name": title["name"],
        "source_key": f"assets/{title['asset_id']}/source",
        "size_bytes": 1,
        "duration_ms": title["duration_ms"],
        "facts": {},
        "created_at": title["created_at"],
    }


def _package(title: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": new_id(),
        "asset_id": title["asset_id"],
        "recipe": RECIPE.stored(),
        "state": "ready",
        "duration_ms": title["duration_ms"],
        "has_poster": True,
        "created_at": title["created_at"],
        "playable_at": title["created_at"],
        "ready_at": title["created_at"],
    }
