"""What a process costs, and waiting for one."""

from __future__ import annotations

import os

import httpx
import pytest

from benchmarks.programs import cpu_seconds, is_ready, resident_bytes, wait_for


def test_a_process_has_used_processors_and_memory() -> None:
    assert 0 < cpu_seconds(os.getpid()) <= sum(os.times()[:2]) + 0.1
    assert resident_bytes(os.getpid()) > 1_000_000


def test_waiting_ends_with_what_was_found_even_if_it_is_nothing_much() -> None:
    answers = iter([None, None, 0])

    assert wait_for(lambda: next(answers), timeout_s=10) == 0


def test_waiting_in_vain_ends() -> None:
    with pytest.raises(TimeoutError, match=r"Nothing came within 0\.05 s\."):
        wait_for(lambda: None, timeout_s=0.05)


def test_a_title_is_ready_when_it_is_encoded_and_a_problem_is_raised() -> None:
    answers = iter(
        [
            httpx.Response(404),
            httpx.Response(200, json={"state": "encoding", "problem": None}),
            httpx.Response(200, json={"state": "ready", "problem": None}),
            httpx.Response(200, json={"state": "failed", "problem": {"detail": "It is broken."}}),
        ]
    )
    transport = httpx.MockTransport(lambda _: next(answers))
    with httpx.Client(base_url="http://streamverse", transport=transport) as client:
        assert [is_ready(client, "one") for _ in range(3)] == [False, False, True]
        with pytest.raises(RuntimeError, match=r"It is broken\."):
            is_ready(client, "one")
