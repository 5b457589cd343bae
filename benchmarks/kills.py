"""Kills: what an encode loses when its worker is killed at random moments, again and again."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.figures import Figure
from benchmarks.programs import is_ready, title_of_upload, upload, wait_for
from benchmarks.workers import installation, pattern_film
from tests.factories.processes import owner_client
from tests.factories.records import Records, segment_hashes

MOST_SECONDS = 1800
RESTING_S = (0.3, 2.5)
SETTINGS = {"STREAMVERSE_JOB_LEASE_SECONDS": "5", "STREAMVERSE_WORKER_POLL_MS": "100"}


@dataclass(frozen=True, slots=True)
class Made:
    """What an encode has left in the store, how long it took, and what was done twice."""

    hashes: dict[str, str]
    seconds: float
    kills: int
    encoded_twice: int


def measure(bench: Bench) -> list[Figure]:
    """Encode a film in peace, and again with kills."""
    film = pattern_film(bench)
    peaceful = encode(bench, film, kills=0)
    killed = encode(bench, film, kills=bench.scale.kills)
    names = peaceful.hashes.keys() | killed.hashes.keys()
    different = sum(peaceful.hashes.get(name) != killed.hashes.get(name) for name in names)
    return [
        Figure(name="kills while it was encoded", value=killed.kills, unit=""),
        Figure(
            name="finished parts that were encoded again",
            value=killed.encoded_twice,
            unit="",
            at_most=0,
        ),
        Figure(
            name=f"of {len(names)} segments, different from those of an undisturbed run",
            value=different,
            unit="",
            at_most=0,
        ),
        Figure(name="with kills / undisturbed, time", value=killed.seconds / peaceful.seconds),
    ]


def encode(bench: Bench, film: Path, kills: int) -> Made:
    """Encode a film in a new installation, and kill its worker so many times meanwhile."""
    dice = random.Random(kills)  # noqa: S311 - the same moments each time
    with (
        installation(bench, 1, SETTINGS) as (api, (worker,)),
        owner_client(api) as client,
    ):
        records = Records(api.data_dir)
        location = upload(client, film)
        started_at = time.monotonic()
        worker.start()
        title_id = title_of_upload(client, location)
        done = 0
        finished: dict[object, object] = {}
        encoded_twice = 0
        while done < kills and not is_ready(client, title_id):
            time.sleep(dice.uniform(*RESTING_S))
            now = records.finished_parts()
            encoded_twice += sum(now.get(part) != starts for part, starts in finished.items())
            finished = now
            worker.kill()
            worker.start()
            done += 1
        wait_for(lambda: is_ready(client, title_id) or None, timeout_s=MOST_SECONDS)
        now = records.finished_parts()
        encoded_twice += sum(now.get(part) != starts for part, starts in finished.items())
        hashes = segment_hashes(api.data_dir)
        seconds = time.monotonic() - started_at
    # The folder of the package is named differently each time.
    bare = {name.partition("/")[2]: digest for name, digest in hashes.items()}
    return Made(bare, seconds, done, encoded_twice)
