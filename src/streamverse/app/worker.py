"""The worker process: takes jobs until it is told to stop."""

from __future__ import annotations

import fcntl
import os
import socket
import sys
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from streamverse.app import registry
from streamverse.domains.intake.contracts import METADATA_LANE
from streamverse.domains.media.contracts import (
    ENCODE_LANE,
    FETCH_LANE,
    PICTURES_LANE,
    SOUND_LANE,
)
from streamverse.domains.notifications.contracts import NOTIFY_LANE
from streamverse.kit.clock import new_id
from streamverse.kit.heartbeats import Abilities
from streamverse.kit.jobs import DEFAULT_LANE
from streamverse.kit.worker import Timing, Worker
from streamverse.mediakit import hardware
from streamverse.mediakit.ffmpeg import usable_processors
from streamverse.mediakit.hardware import SOFTWARE, Encoder

if TYPE_CHECKING:
    from streamverse.app.resources import Resources
    from streamverse.app.settings import Settings

BRIEF_JOBS_AT_ONCE = 3
FETCHES_AT_ONCE = 3
DELIVERIES_AT_ONCE = 4
MAX_PLACES = 1000
NODE_FILE = "node.id"


@asynccontextmanager
async def open_worker(resources: Resources, *, is_alone: bool = False) -> AsyncGenerator[Worker]:
    """Make a worker that no living one is named like; it takes its dead namesake's jobs back."""
    settings = resources.settings
    resources = replace(resources, encoders=await _find_encoders(resources))
    with _own_name(settings.data_dir) as name:
        if is_alone:
            keep_to_threads(settings.worker_threads, int(name.rpartition("/")[2]))
        worker = Worker(
            resources.workshop,
            registry.handlers_by_name(resources),
            name=name,
            lanes=_lanes(settings),
            schedules=registry.schedules(resources),
            timing=Timing(
                lease=timedelta(seconds=settings.job_lease_seconds),
                poll_s=settings.worker_poll_ms / 1000,
            ),
            abilities=Abilities(
                host=socket.gethostname(),
                offers={
                    codec: _first_of(codec, resources.encoders).name
                    for codec in settings.worker_codecs
                },
                threads=usable_processors(),
            ),
        )
        await worker.reclaim()
        await resources.store.sweep()
        yield worker


async def _find_encoders(resources: Resources) -> tuple[Encoder, ...]:
    """Try what this machine has in hardware, unless the operator wants none of it."""
    if not resources.settings.is_hardware_used:
        return ()
    return (await hardware.detect(resources.tools)).encoders


def _first_of(codec: str, encoders: Sequence[Encoder]) -> Encoder:
    return next((encoder for encoder in encoders if encoder.codec == codec), SOFTWARE[codec])


def _lanes(settings: Settings) -> dict[str, int]:
    places = {
        DEFAULT_LANE: BRIEF_JOBS_AT_ONCE,
        ENCODE_LANE: settings.worker_encode_slots,
        SOUND_LANE: 1,
        FETCH_LANE: FETCHES_AT_ONCE,
        PICTURES_LANE: 1,
        NOTIFY_LANE: DELIVERIES_AT_ONCE,
        METADATA_LANE: 1,
    }
    return {lane: count for lane, count in places.items() if lane in settings.worker_lanes}


def keep_to_threads(threads: int, place: int) -> None:
    """Keep this process and its tools to some processors, another share for each worker here.

    The encoders start as many threads as they think fit; the kernel holds all of them to these.
    """
    if sys.platform != "linux":
        return
    processors = sorted(os.sched_getaffinity(0))
    if 0 < threads < len(processors):
        first = place * threads
        chosen = {processors[(first + n) % len(processors)] for n in range(threads)}
        os.sched_setaffinity(0, chosen)


@contextmanager
def _own_name(data_dir: Path) -> Generator[str]:
    """Lend a name of this machine; the kernel takes the lock back however the process ends."""
    folder = data_dir / "workers"
    folder.mkdir(parents=True, exist_ok=True)
    node = _node_id(data_dir / NODE_FILE)
    for place in range(MAX_PLACES):
        descriptor = os.open(folder / f"{place}.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            continue
        try:
            yield f"{node}/{place}"
        finally:
            os.close(descriptor)
        return
    message = f"More than {MAX_PLACES} workers run on this machine."
    raise RuntimeError(message)


def _node_id(file: Path) -> str:
    try:
        with file.open("x") as created:
            created.write(str(new_id()))
    except FileExistsError:
        pass
    return file.read_text().strip()


async def run_worker(resources: Resources, *, is_alone: bool = False) -> None:
    """Work until cancelled; ``is_alone`` where nothing but a worker runs in this process."""
    async with open_worker(resources, is_alone=is_alone) as worker:
        await worker.run()
