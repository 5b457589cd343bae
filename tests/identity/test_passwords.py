"""Passwords are hashed slowly, aside, and in bounded numbers."""

from __future__ import annotations

import asyncio
import time
from threading import Event

import pytest

from streamverse.domains.identity.errors import LogInsBusy
from streamverse.domains.identity.service.passwords import (
    HashingThreads,
    hash_password,
    is_password,
    needs_new_hash,
)
from tests.factories.accounts import PASSWORD, password_hash


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


async def test_nobodys_password_is_never_right_and_takes_as_long() -> None:
    start = time.perf_counter()
    assert not await is_password(PASSWORD, password_hash() and None)
    nobodys_s = time.perf_counter() - start
    start = time.perf_counter()
    assert not await is_password("wrong", password_hash())
    somebodys_s = time.perf_counter() - start

    assert 0.2 < nobodys_s / somebodys_s < 5


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


async def test_a_full_queue_refuses_and_recovers() -> None:
    threads = HashingThreads(threads=1, places=2)
    may_end = Event()
    first = asyncio.create_task(threads.run(may_end.wait))
    second = asyncio.create_task(threads.run(may_end.wait))
    await asyncio.sleep(0)

    with pytest.raises(LogInsBusy):
        await threads.run(may_end.wait)

    second.cancel()
    await asyncio.wait([second])
    third = asyncio.create_task(threads.run(may_end.wait))
    await asyncio.sleep(0)
    may_end.set()
    assert await asyncio.gather(first, third) == [True, True]
