"""What a worker process takes upon itself: its share of the processors."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

PROGRAM = """
import json, os, sys
from streamverse.app.worker import keep_to_threads
keep_to_threads(int(sys.argv[1]), int(sys.argv[2]))
from streamverse.mediakit.ffmpeg import usable_processors
child = os.popen(f"{sys.executable} -c 'import os; print(len(os.sched_getaffinity(0)))'").read()
print(json.dumps([sorted(os.sched_getaffinity(0)), usable_processors(), int(child)]))
"""


def processors(threads: int, place: int) -> tuple[list[int], int, int]:
    command = [sys.executable, "-c", PROGRAM, str(threads), str(place)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True, timeout=240)
    own, usable, of_child = json.loads(answer.stdout)
    return own, usable, of_child


@pytest.mark.parametrize("place", [0, 1, 5])
def test_workers_of_one_machine_share_its_processors(place: int) -> None:
    here = sorted(os.sched_getaffinity(0))
    mine, usable, of_child = processors(1, place)

    assert mine == [here[place % len(here)]]
    assert (usable, of_child) == (1, 1)


@pytest.mark.parametrize("threads", [0, 10_000])
def test_a_worker_without_a_limit_uses_them_all(threads: int) -> None:
    here = sorted(os.sched_getaffinity(0))
    assert processors(threads, 3) == (here, len(here), len(here))
