"""Search: how long it takes with a slip and while one types, and whether the right title is found.

Against SQLite's FTS5 with trigrams, on the same names and the same queries in turn.
"""

from __future__ import annotations

import asyncio
import gc
import os
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from time import perf_counter
from typing import Any

from sqlalchemy import insert

from benchmarks.bench import Bench
from benchmarks.figures import Figure
from benchmarks.names import SLIP_KINDS, make_people, make_slip, make_titles, make_words
from benchmarks.programs import resident_bytes
from streamverse.app import registry
from streamverse.app.resources import Resources, open_resources
from streamverse.app.settings import load_settings
from streamverse.domains.catalog.models import CreditRow, PersonRow, TitleRow
from streamverse.domains.catalog.rules.words import search_form
from streamverse.domains.identity.contracts import DEFAULT_TENANT_ID
from streamverse.domains.search.contracts import Filters, SyncDocuments
from streamverse.domains.search.service import searching
from streamverse.kit.clock import new_id
from streamverse.kit.jobs import DEFAULT_LANE
from streamverse.kit.work import Actor
from streamverse.kit.worker import Worker
from tests.factories.titles import title_columns

SEED = 20
PEOPLE_OF_A_TITLE = 2
FIRST_FEW = 3
PROPOSALS = 8
ROWS_AT_ONCE = 2_000
WORDS_FOR_A_TITLE = 0.3


def measure(bench: Bench) -> list[Figure]:
    """Fill a library, let search take it in, and ask."""
    return asyncio.run(_measure(bench))


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody types, and the name that they mean."""

    kind: str
    query: str
    name: str


@dataclass(slots=True)
class Asked:
    """How long answers took, and how many of them were right."""

    times_s: list[float] = field(default_factory=list[float])
    right: list[bool] = field(default_factory=list[bool])

    def p50_ms(self) -> float:
        """Give the time that half of the answers stay below."""
        return self._quantile_ms(0.5)

    def p99_ms(self) -> float:
        """Give the time that 99 of 100 answers stay below."""
        return self._quantile_ms(0.99)

    def _quantile_ms(self, share: float) -> float:
        return sorted(self.times_s)[int(len(self.times_s) * share)] * 1000

    def share_right(self) -> float:
        """Give the share of right answers."""
        return sum(self.right) / len(self.right)


async def _measure(bench: Bench) -> list[Figure]:
    random = Random(SEED)  # noqa: S311 - for names
    count = bench.scale.found_title_count
    words = make_words(random, max(200, int(count * WORDS_FOR_A_TITLE)))
    titles = make_titles(random, count, words)
    people = make_people(random, 2 * count, words)
    typed = _make_typed(random, titles, bench.scale.typo_count)
    settings = load_settings(
        dict(bench.settings), overrides={"data_dir": bench.new_folder("search")}
    )
    async with open_resources(settings) as resources:
        await _fill(resources, random, titles, people)
        before = perf_counter()
        await _take_in(resources)
        taken_in_s = perf_counter() - before
        before, memory = perf_counter(), resident_bytes(os.getpid())
        await resources.search_desk.catch_up()
        built_s, held = perf_counter() - before, resident_bytes(os.getpid()) - memory
        peer = _trigrams(titles, people)
        # As a server does when it has started.
        gc.freeze()
        ours, proposals, theirs = await _ask(resources, typed, peer)
        gc.unfreeze()
    return [
        Figure(name="one slip: p50", value=ours.p50_ms(), unit="ms"),
        Figure(name="one slip: p99", value=ours.p99_ms(), unit="ms", at_most=20),
        Figure(name="while typing: p50", value=proposals.p50_ms(), unit="ms"),
        Figure(name="while typing: p99", value=proposals.p99_ms(), unit="ms", at_most=10),
        Figure(name=f"right in the first {FIRST_FEW}", value=ours.share_right(), at_least=0.95),
        Figure(name="FTS5 trigrams: one slip: p99", value=theirs.p99_ms(), unit="ms"),
        Figure(name=f"FTS5 trigrams: right in the first {FIRST_FEW}", value=theirs.share_right()),
        *_by_kind(typed, ours),
        Figure(name="documents from the catalog", value=taken_in_s, unit="s"),
        Figure(name="index from the documents", value=built_s, unit="s"),
        Figure(name="memory of the index", value=held / 1e6, unit="MB"),
    ]


def _by_kind(typed: Sequence[Typed], ours: Asked) -> list[Figure]:
    figures: list[Figure] = []
    for kind in SLIP_KINDS:
        right = [ok for ok, one in zip(ours.right, typed, strict=True) if one.kind == kind]
        if right:
            figures.append(Figure(name=f"right, {kind}", value=sum(right) / len(right)))
    return figures


def _make_typed(random: Random, titles: Sequence[str], count: int) -> Sequence[Typed]:
    typed: list[Typed] = []
    while len(typed) < count:
        kind, name = SLIP_KINDS[len(typed) % len(SLIP_KINDS)], random.choice(titles)
        query = make_slip(random, kind, name)
        if query is not None:
            typed.append(Typed(kind, query, name))
    return typed


async def _fill(
    resources: Resources, random: Random, titles: Sequence[str], people: Sequence[str]
) -> None:
    ids = [new_id() for _ in people]
    for start in range(0, len(people), ROWS_AT_ONCE):
        part = range(start, min(start + ROWS_AT_ONCE, len(people)))
        async with resources.workshop.work(Actor.system(DEFAULT_TENANT_ID)) as work:
            rows: list[dict[str, Any]] = [
                {
                    "id": ids[number],
                    "slug": f"{number}",
                    "name": people[number],
                    "name_search": search_form(people[number]),
                    "biography": "",
                    "birthplace": "",
                    "external_ids": {},
                    "created_at": work.now,
                }
                for number in part
            ]
            await work.session.execute(insert(PersonRow), rows)
    for start in range(0, len(titles), ROWS_AT_ONCE):
        async with resources.workshop.work(Actor.system(DEFAULT_TENANT_ID)) as work:
            rows = [
                title_columns(name, work.now, year=random.randrange(1920, 2027))
                for name in titles[start : start + ROWS_AT_ONCE]
            ]
            await work.session.execute(insert(TitleRow), rows)
            credited = [
                {
                    "id": new_id(),
                    "title_id": row["id"],
                    "person_id": ids[(2 * (start + at) + place) % len(ids)],
                    "job": "actor",
                    "character": "",
                    "position": place,
                }
                for at, row in enumerate(rows)
                for place in range(PEOPLE_OF_A_TITLE)
            ]
            await work.session.execute(insert(CreditRow), credited)


async def _take_in(resources: Resources) -> None:
    async with resources.workshop.work(Actor.system(DEFAULT_TENANT_ID)) as work:
        work.enqueue(SyncDocuments())
    worker = Worker(
        resources.workshop,
        registry.handlers_by_name(resources),
        name="bench",
        lanes={DEFAULT_LANE: 1},
    )
    await worker.run_until_idle()


async def _ask(
    resources: Resources, typed: Sequence[Typed], trigrams: sqlite3.Connection
) -> tuple[Asked, Asked, Asked]:
    ours, proposals, theirs = Asked(), Asked(), Asked()
    desk, actor = resources.search_desk, Actor.system(DEFAULT_TENANT_ID)
    async with resources.workshop.reading(actor) as work:
        for one in typed:
            before = perf_counter()
            found = await searching.search(work, desk, one.query, Filters(), 60)
            ours.times_s.append(perf_counter() - before)
            ours.right.append(one.name in [hit.entry.name for hit in found.hits[:FIRST_FEW]])
            for end in range(1, len(one.query) + 1):
                before = perf_counter()
                await searching.suggest(work, desk, one.query[:end], PROPOSALS)
                proposals.times_s.append(perf_counter() - before)
            before = perf_counter()
            names = _ask_trigrams(trigrams, one.query)
            theirs.times_s.append(perf_counter() - before)
            theirs.right.append(one.name in names)
    return ours, proposals, theirs


def _trigrams(titles: Sequence[str], people: Sequence[str]) -> sqlite3.Connection:
    peer = sqlite3.connect(":memory:")
    tokenizer = "trigram remove_diacritics 1"
    if sqlite3.sqlite_version_info < (3, 45):
        tokenizer = "trigram"
    peer.execute(f"CREATE VIRTUAL TABLE names USING fts5(name, tokenize='{tokenizer}')")
    peer.executemany("INSERT INTO names VALUES (?)", ((name,) for name in (*titles, *people)))
    return peer


def _ask_trigrams(peer: sqlite3.Connection, query: str) -> Sequence[str]:
    parts = {query[at : at + 3] for at in range(len(query) - 2)}
    asked = " OR ".join(f'"{part}"' for part in sorted(parts))
    rows = peer.execute(
        "SELECT name FROM names WHERE names MATCH ? ORDER BY rank LIMIT ?", (asked, FIRST_FEW)
    )
    return [name for (name,) in rows]
