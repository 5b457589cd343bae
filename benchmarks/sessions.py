"""Sessions: how long somebody waits for one at 200 a second, and what their heartbeats cost."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median, quantiles
from uuid import UUID

from sqlalchemy import select

from benchmarks.api import ROWS_AT_ONCE, fill
from benchmarks.bench import Bench
from benchmarks.databases import Settings, databases
from benchmarks.figures import Figure
from benchmarks.load import run_script
from benchmarks.pace import Ask, ask_steadily
from benchmarks.peers import WRK, find_peer
from benchmarks.programs import cpu_seconds, inside, running
from streamverse.domains.catalog.models import TitleRow
from streamverse.domains.identity.contracts import DEFAULT_TENANT_ID, AccountId
from streamverse.domains.identity.models import SessionRow
from streamverse.domains.playback.contracts import LEASE, PlaybackSessionId
from streamverse.domains.playback.models import PlaybackSessionRow
from streamverse.domains.profiles.contracts import ProfileId
from streamverse.domains.profiles.repository import Choices
from streamverse.domains.profiles.service.profiles import add_first_profile
from streamverse.kit.clock import new_id
from streamverse.kit.work import Actor
from tests.factories.accounts import make_account, make_session
from tests.factories.processes import Process

SCRIPT = Path(__file__).with_name("heartbeats.lua")
PER_SECOND, MOST_MS = 200, 50.0
# A tenth of the sessions come first, slowly: a server that has just started prepares itself.
WARM_UP_PER_SECOND = 40
# The host of a machine takes its processors away at times: the middle of so many is kept.
ROUNDS = 5
BEATS, MOST_PROCESSORS = 1_000, 1.0
CONNECTIONS = 16
# What was taken is written within a second.
WRITTEN_AFTER_S = 2.5


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who is logged in, as who watches is settled."""

    account_id: UUID
    log_in_id: UUID
    secret: str


def measure(bench: Bench) -> list[Figure]:
    """Open sessions at a steady pace, and let many players tell of theirs, on every database."""
    find_peer(bench, WRK)
    figures: list[Figure] = []
    with databases(bench) as kinds:
        for kind, settings in kinds.items():
            figures += _measure_on(bench, kind, settings)
    return figures


def _measure_on(bench: Bench, kind: str, settings: Settings) -> list[Figure]:
    with running(bench, "api", settings) as api:
        asyncio.run(fill(api, bench.scale.title_count))
        viewers = asyncio.run(_settle(api, bench.scale.viewer_count))
        title_id = asyncio.run(_find_title(api))
        questions = [_opening(api, viewer, title_id) for viewer in viewers]
        warm = len(questions) // 10
        first_ms, *_ = asyncio.run(ask_steadily(questions[:warm], WARM_UP_PER_SECOND))
        times_ms = asyncio.run(ask_steadily(questions[warm:], PER_SECOND))
        rounds = _rounds(times_ms)
        beat_s = _beat(bench, api, asyncio.run(_watch(api, viewers, title_id)))
    worst_ms = [quantiles(each, n=100)[98] for each in rounds]
    name = f"{kind}: opening a session at {PER_SECOND}/s"
    return [
        Figure(name=f"{name}, p50", value=median(times_ms), unit="ms"),
        Figure(name=f"{name}, p99", value=median(worst_ms), unit="ms", at_most=MOST_MS),
        Figure(name=f"{name}, p99 of the worst round", value=max(worst_ms), unit="ms"),
        Figure(name=f"{kind}: the very first session of a server", value=first_ms, unit="ms"),
        Figure(
            name=f"{kind}: processors for {BEATS} heartbeats/s",
            value=beat_s * BEATS,
            at_most=MOST_PROCESSORS,
        ),
    ]


def _rounds(times_ms: Sequence[float]) -> Sequence[Sequence[float]]:
    """Cut what came one after the other into rounds of the same length."""
    count = max(2, len(times_ms) // ROUNDS)
    return [times_ms[at : at + count] for at in range(0, len(times_ms) - count + 1, count)]


def _opening(api: Process, viewer: Viewer, title_id: UUID) -> Ask:
    url = f"{api.url}/api/v1/player/sessions/enhanced"
    headers = {"Authorization": f"Bearer {viewer.secret}"}
    return Ask.of("POST", url, headers, {"title_id": str(title_id)})


def _beat(bench: Bench, api: Process, players: Sequence[tuple[UUID, str]]) -> float:
    """Tell what one heartbeat costs the processors, until it is written down."""
    known = bench.folder / "players.txt"
    known.write_text("".join(f"{session_id} {token}\n" for session_id, token in players))
    before_s = cpu_seconds(api.pid)
    url = f"{api.url}/api/v1/player/events"
    load = run_script(bench, SCRIPT, url, str(known), connections=CONNECTIONS)
    time.sleep(WRITTEN_AFTER_S)
    return (cpu_seconds(api.pid) - before_s) / load.requests


async def _settle(api: Process, count: int) -> list[Viewer]:
    """Let there be people who are logged in and have said who of them watches."""
    secrets: dict[UUID, str] = {}
    async with inside(api) as resources:
        for start in range(0, count, ROWS_AT_ONCE):
            numbers = range(start, min(start + ROWS_AT_ONCE, count))
            async with resources.workshop.work(Actor.system(DEFAULT_TENANT_ID)) as work:
                for number in numbers:
                    account = await make_account(work, f"viewer-{number}@example.org")
                    await add_first_profile(work, AccountId(account.id))
                    secrets[account.id] = make_session(work, account.id)
        async with resources.workshop.work(Actor.system(DEFAULT_TENANT_ID)) as work:
            found = await work.session.execute(select(SessionRow.account_id, SessionRow.id))
            log_ins = {one.account_id: one.id for one in found}
            for account_id in secrets:
                await Choices(work).choose(log_ins[account_id], ProfileId(account_id))
    return [Viewer(one, log_ins[one], secret) for one, secret in secrets.items()]


async def _find_title(api: Process) -> UUID:
    async with inside(api) as resources, resources.workshop.reading(Actor.system()) as work:
        title_id = await work.session.scalar(select(TitleRow.id).limit(1))
    if title_id is None:
        raise RuntimeError("The library is empty.")
    return title_id


async def _watch(api: Process, viewers: Sequence[Viewer], title_id: UUID) -> list[tuple[UUID, str]]:
    """Let everybody watch on several screens; give what their players tell of it with."""
    async with inside(api) as resources:
        desk = resources.playback_desk
        async with resources.workshop.work(Actor.system(DEFAULT_TENANT_ID)) as work:
            rows = [
                PlaybackSessionRow(
                    id=new_id(),
                    account_id=viewer.account_id,
                    title_id=title_id,
                    log_in_id=viewer.log_in_id,
                    package_id=new_id(),
                    device_name="",
                    network="",
                    tailoring={},
                    opened_at=work.now,
                    lease_until=work.now + LEASE,
                )
                for viewer in viewers
                for _ in range(5)
            ]
            work.session.add_all(rows)
            until = work.now + timedelta(hours=1)
            return [(row.id, desk.sign(PlaybackSessionId(row.id), until)) for row in rows]
