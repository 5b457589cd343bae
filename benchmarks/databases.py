"""The databases that are measured: SQLite always, PostgreSQL where there is one."""

from __future__ import annotations

import asyncio
import os
import re
import sqlite3
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg  # pyright: ignore[reportMissingTypeStubs]

from benchmarks.bench import Bench

SERVICES = Path(__file__).parents[1] / "tools/services.sh"
VARIABLE = "STREAMVERSE_TEST_POSTGRES_URL"
Settings = dict[str, str]
# It comes without types.
_untyped: Any = asyncpg


@contextmanager
def databases(bench: Bench) -> Generator[dict[str, Settings]]:
    """Give the settings of each kind of database; none of them outlives the block."""
    found: dict[str, Settings] = {"SQLite": {}}
    bench.peers["SQLite"] = sqlite3.sqlite_version
    with _postgres_server(bench) as server:
        if server is None:
            yield found
            return
        name = f"sv_bench_{uuid4().hex}"
        bench.peers["PostgreSQL"] = asyncio.run(_create(server, name))
        try:
            url = f"{server.rpartition('/')[0]}/{name}"
            yield {**found, "PostgreSQL": {"STREAMVERSE_DATABASE_URL": url}}
        finally:
            asyncio.run(_drop(server, name))


@contextmanager
def _postgres_server(bench: Bench) -> Generator[str | None]:
    if given := os.environ.get(VARIABLE):
        yield given
        return
    if bench.scale.is_quick:
        bench.missing.append(f"PostgreSQL is not started in a hurry: name one in {VARIABLE}.")
        yield None
        return
    # A folder of its own, so that a server which somebody uses for tests stays up.
    environment = {**os.environ, "STREAMVERSE_SERVICES_DIR": str(_open_to_all(bench) / "server")}
    started = subprocess.run(
        [SERVICES, "start"], env=environment, capture_output=True, text=True, check=False
    )
    try:
        found = re.search(rf"{VARIABLE}=(\S+)", started.stdout)
        if found is None:
            bench.missing.append(started.stderr.strip().replace(str(bench.folder), "FOLDER"))
        yield found[1] if found else None
    finally:
        subprocess.run([SERVICES, "stop"], env=environment, capture_output=True, check=False)


def _open_to_all(bench: Bench) -> Path:
    """Make a folder that PostgreSQL can enter, which runs as somebody else where we are root."""
    folder = bench.new_folder("services")
    for one in (bench.folder, folder):
        one.chmod(0o755)
    return folder


async def _create(server: str, name: str) -> str:
    """Create a database and give the version of its server."""
    connection = await _untyped.connect(server.replace("+asyncpg", ""))
    try:
        await connection.execute(f"CREATE DATABASE {name}")
        version: str = await connection.fetchval("SHOW server_version")
        return version.split(maxsplit=1)[0]
    finally:
        await connection.close()


async def _drop(server: str, name: str) -> None:
    connection = await _untyped.connect(server.replace("+asyncpg", ""))
    try:
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await connection.close()
