"""Passwords are hashed slowly, aside, and in bounded numbers."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from threading import Event

import httpx
import pytest
from argon2 import PasswordHasher, extract_parameters

from streamverse.domains.identity.errors import LogInsBusy
from streamverse.domains.identity.service import passwords
from streamverse.domains.identity.service.passwords import (
    HashingThreads,
    hash_password,
    is_password,
    needs_new_hash,
)
from streamverse.kit.work import Workshop
from tests.factories.accounts import PASSWORD, People, password_hash
from tests.factories.factors import VIEWER, activity, refusal


async def test_a_hash_knows_its_password_and_no_other() -> None:
    hashed = await hash_password(PASSWORD)

    assert hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await is_password(PASSWORD, hashed)
    assert not await is_password(PASSWORD.upper(), hashed)


async def test_two_hashes_of_one_password_differ() -> None:
    assert await hash_password(PASSWORD) != await hash_password(PASSWORD)


async def test_the_same_letters_typed_otherwise_are_the_same_password() -> None:
    hashed = await hash_password("Zo\u00eb und Caf\u00e9")

    assert await is_password("Zoe\u0308 und Cafe\u0301", hashed)


async def test_nobodys_password_is_never_right_and_takes_as_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    checked: list[str] = []

    def take_down(hashed: str, _password: str) -> bool:
        checked.append(hashed)
        return True

    monkeypatch.setattr(passwords, "_verify", take_down)
    assert not await is_password(PASSWORD, None)

    (nobodys,) = checked
    assert extract_parameters(nobodys) == extract_parameters(password_hash())


async def test_hashes_of_older_parameters_are_noticed() -> None:
    assert not needs_new_hash(password_hash())
    assert needs_new_hash(password_hash().replace("t=2", "t=1"))


async def test_the_loop_goes_on_while_passwords_are_hashed() -> None:
    hashing = asyncio.create_task(hash_password(PASSWORD))
    turns = 0
    while not hashing.done():
        await asyncio.sleep(0)
        turns += 1

    assert turns > 10


async def test_hashing_lets_everybody_else_go_first() -> None:
    threads = HashingThreads(threads=1, places=1)

    def niceness() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    own = niceness()
    assert await threads.run(niceness) == 10
    assert niceness() == own == 0


async def test_a_thread_rests_between_passwords_while_others_wait() -> None:
    threads = HashingThreads(threads=1, places=2)

    def look() -> tuple[float, float]:
        started_at = time.monotonic()
        PasswordHasher().hash(PASSWORD)
        return started_at, time.monotonic()

    (began, ended), (next_began, _) = await asyncio.gather(threads.run(look), threads.run(look))

    assert next_began - ended >= ended - began > 0


async def test_who_finds_the_queue_full_is_sent_away_before_anything_is_looked_up(
    elsewhere: httpx.AsyncClient,
    people: People,
    workshop: Workshop,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert people
    threads, may_end = HashingThreads(threads=1, places=1), Event()
    monkeypatch.setattr("streamverse.domains.identity.service.passwords._threads", threads)
    waiting = asyncio.create_task(threads.run(may_end.wait))
    await asyncio.sleep(0)

    for _ in range(9):
        busy = await elsewhere.post("/auth/login", json={**VIEWER, "password": "wrong"})
        assert refusal(busy) == (429, "identity.log_ins_busy")
        assert 2 <= int(busy.headers["retry-after"]) <= 6

    assert await activity(workshop) == []
    may_end.set()
    await waiting
    # None of them counts as a guess.
    assert (await elsewhere.post("/auth/login", json=VIEWER)).status_code == 200


async def test_a_full_queue_refuses_and_recovers() -> None:
    threads = HashingThreads(threads=1, places=2)
    may_end = Event()
    first = asyncio.create_task(threads.run(may_end.wait))
    second = asyncio.create_task(threads.run(may_end.wait))
    await asyncio.sleep(0)

    with pytest.raises(LogInsBusy):
        await threads.run(may_end.wait)
    with pytest.raises(LogInsBusy):
        threads.require_place()

    second.cancel()
    await asyncio.wait([second])
    third = asyncio.create_task(threads.run(may_end.wait))
    await asyncio.sleep(0)
    may_end.set()
    assert await asyncio.gather(first, third) == [True, True]
    threads.require_place()
