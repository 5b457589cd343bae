"""Home: what the home page's data takes at a hundred requests a second, in a large library."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random
from statistics import quantiles
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, text

from benchmarks.api import ROWS_AT_ONCE, fill
from benchmarks.bench import Bench
from benchmarks.databases import Settings, databases
from benchmarks.figures import Figure
from benchmarks.pace import Ask, ask_steadily
from benchmarks.programs import inside, running
from streamverse.app.resources import Resources
from streamverse.domains.catalog.models import GenreRow, TitleGenreRow, TitleRow
from streamverse.domains.identity.contracts import DEFAULT_TENANT_ID
from streamverse.domains.library.models import ProgressRow, ViewingRow
from streamverse.domains.profiles.models import ProfileRow
from streamverse.domains.profiles.rules.preferences import nothing_chosen
from streamverse.domains.recommendations.service.trends import compute_trends
from streamverse.kit.clock import new_id
from streamverse.kit.work import Actor, Work
from tests.factories.processes import Process, owner_client

PER_SECOND = 100
MOST_MS = 50.0
PROFILES, GENRES, DAYS = 500, 20, 30
OWN_TITLES = 200
FILM_MS = 30_000


def measure(bench: Bench) -> list[Figure]:
    """Ask for the home page at a steady pace, on every database."""
    figures: list[Figure] = []
    with databases(bench) as kinds:
        for kind, settings in kinds.items():
            figures += _measure_on(bench, kind, settings)
    return figures


def _measure_on(bench: Bench, kind: str, settings: Settings) -> list[Figure]:
    with running(bench, "api", settings) as api, owner_client(api) as client:
        family = client.get("/users/me/profiles").raise_for_status().json()
        profile_id = UUID(family["items"][0]["id"])
        switch = f"/users/me/profiles/{profile_id}/switch"
        client.post(switch, json={}).raise_for_status()
        asyncio.run(fill(api, bench.scale.home_title_count))
        asyncio.run(_watch(api, profile_id, bench.scale.history_count))
        kinds = {rail["kind"] for rail in client.get("/home/rails").json()["rails"]}
        if not kinds >= {"continue_watching", "new", "trending", "top10", "because", "genre"}:
            raise RuntimeError(f"The home page lacks rails: it has {sorted(kinds)}.")
        headers = {"Authorization": client.headers["Authorization"]}
        url = f"{client.base_url}".rstrip("/") + "/home/rails"
        ask = Ask.of("GET", url, headers)
        questions = [ask] * int(bench.scale.home_seconds * PER_SECOND)
        times_ms = asyncio.run(ask_steadily(questions, PER_SECOND))
    cuts = quantiles(times_ms, n=100)
    name = f"{kind}: home page data at {PER_SECOND} requests/s"
    return [
        Figure(name=f"{name}, p50", value=cuts[49], unit="ms"),
        Figure(name=f"{name}, p99", value=cuts[98], unit="ms", at_most=MOST_MS),
    ]


async def _watch(api: Process, profile_id: UUID, history_count: int) -> None:
    """Let many profiles have watched, and the owner too; sort the titles into genres."""
    async with inside(api) as resources:
        actor = Actor.system(DEFAULT_TENANT_ID)
        async with resources.workshop.work(actor) as work:
            title_ids = list(await work.session.scalars(select(TitleRow.id)))
            watchers = await _settle(work, profile_id)
            await _sort(work, title_ids)
            own = [_progress(profile_id, title_id, work.now) for title_id in title_ids[:OWN_TITLES]]
            await work.session.execute(insert(ProgressRow), own)
        for rows in _viewings(resources, watchers, title_ids, history_count):
            async with resources.workshop.work(actor) as work:
                await work.session.execute(insert(ViewingRow), rows)
        async with resources.workshop.work(Actor.system()) as work:
            await compute_trends(work)
        if not resources.database.is_sqlite:
            async with resources.database.engine.begin() as connection:
                await connection.execute(text("ANALYZE"))


async def _settle(work: Work, profile_id: UUID) -> Sequence[UUID]:
    owner = await work.session.get_one(ProfileRow, profile_id)
    rows: list[dict[str, Any]] = [
        {
            "id": new_id(),
            "account_id": owner.account_id,
            "name": f"Viewer {number}",
            "preset": 1,
            "is_kids": False,
            "maturity_limit": 18,
            "language": "en",
            "preferences": nothing_chosen(),
            "pin_failures": 0,
            "created_at": work.now,
        }
        for number in range(PROFILES)
    ]
    await work.session.execute(insert(ProfileRow), rows)
    return [row["id"] for row in rows]


async def _sort(work: Work, title_ids: Sequence[UUID]) -> None:
    genres: list[dict[str, Any]] = [
        {"id": new_id(), "slug": f"genre-{number}", "name": f"Genre {number}", "names": {}}
        for number in range(GENRES)
    ]
    await work.session.execute(insert(GenreRow), genres)
    for start in range(0, len(title_ids), ROWS_AT_ONCE):
        rows = [
            {"title_id": title_id, "genre_id": genres[number % GENRES]["id"], "position": 0}
            for number, title_id in enumerate(title_ids[start : start + ROWS_AT_ONCE])
        ]
        await work.session.execute(insert(TitleGenreRow), rows)


def _progress(profile_id: UUID, title_id: UUID, now: datetime) -> dict[str, Any]:
    return {
        "profile_id": profile_id,
        "title_id": title_id,
        "root_id": title_id,
        "position_ms": FILM_MS // 2,
        "duration_ms": FILM_MS,
        "is_finished": False,
        "is_hidden": False,
        "began_at": now,
        "watched_at": now,
    }


def _viewings(
    resources: Resources, watchers: Sequence[UUID], title_ids: Sequence[UUID], count: int
) -> Iterator[list[dict[str, Any]]]:
    random = Random(1)  # noqa: S311 - the same library every time
    now = resources.workshop.clock.now()
    for start in range(0, count, ROWS_AT_ONCE):
        rows: list[dict[str, Any]] = []
        for _ in range(min(ROWS_AT_ONCE, count - start)):
            # Few titles have most of the audience.
            title_id = title_ids[int(len(title_ids) * random.random() ** 3)]
            seen_at = now - timedelta(days=DAYS * random.random())
            rows.append(
                {
                    "id": new_id(),
                    "profile_id": random.choice(watchers),
                    "title_id": title_id,
                    "root_id": title_id,
                    "region": random.choice(("DE", "FR", None)),
                    "sequence": 1,
                    "position_ms": FILM_MS,
                    "duration_ms": FILM_MS,
                    "watched_ms": FILM_MS,
                    "is_finished": True,
                    "started_at": seen_at,
                    "seen_at": seen_at,
                }
            )
        yield rows
