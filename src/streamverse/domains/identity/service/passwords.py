"""Passwords: hashed by Argon2id in threads of their own, so that nobody else waits for them.

A hash takes tens of milliseconds on purpose. Never call these with a transaction open.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import time
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import VerifyMismatchError

from streamverse.domains.identity.errors import LogInsBusy

NICENESS = 10
MOST_THREADS = 4

P = ParamSpec("P")
T = TypeVar("T")

# The OWASP Password Storage Cheat Sheet's choice for Argon2id.
_hasher = PasswordHasher(
    time_cost=2, memory_cost=19_456, parallelism=1, hash_len=32, salt_len=16, type=Type.ID
)
# What nobody's password hashes to: checking it takes the same time as checking somebody's.
_NOBODYS_HASH = (
    f"$argon2id$v=19$m={_hasher.memory_cost},t={_hasher.time_cost},p={_hasher.parallelism}"
    f"${'A' * 22}${'A' * 43}"
)


class HashingThreads:
    """A few threads for hashing, and a queue that is only so long.

    While some wait, a thread rests after each hash for as long as that took: a log-in needs
    processors after its password too, and a storm of them leaves most to those who watch.
    """

    def __init__(self, threads: int, places: int) -> None:
        self._threads = ThreadPoolExecutor(
            threads, thread_name_prefix="password", initializer=_step_back
        )
        self._thread_count = threads
        self._places = places
        self._inside = 0
        self._counting = threading.Lock()
        self._resting = threading.local()

    def require_place(self) -> None:
        """Raise LogInsBusy when too many wait already, before anything is done in vain."""
        if self._inside >= self._places:
            raise LogInsBusy

    async def run(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call in a thread, or raise LogInsBusy when too many wait already."""
        with self._counting:
            self.require_place()
            self._inside += 1
        hashing = self._threads.submit(self._take_turns, call, *args, **kwargs)
        # Whoever gives up waiting frees no thread: a place is free when its work is done.
        hashing.add_done_callback(self._leave)
        return await asyncio.wrap_future(hashing)

    def _leave(self, _hashing: object) -> None:
        with self._counting:
            self._inside -= 1

    def _take_turns(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        time.sleep(max(0.0, getattr(self._resting, "until", 0.0) - time.monotonic()))
        started_at = time.monotonic()
        try:
            return call(*args, **kwargs)
        finally:
            now, is_crowded = time.monotonic(), self._inside > self._thread_count
            self._resting.until = now + (now - started_at if is_crowded else 0.0)


def _step_back() -> None:
    """Let everybody else go first: on Linux each thread has a niceness of its own."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


# One processor is left to those who are in already.
_threads = HashingThreads(threads=max(1, min(MOST_THREADS, (os.cpu_count() or 1) - 1)), places=32)


def require_place() -> None:
    """Raise LogInsBusy when a password could not be checked now, before it is looked up."""
    _threads.require_place()


async def hash_password(password: str) -> str:
    """Hash a password for keeping."""
    return await _threads.run(_hasher.hash, _normalise(password))


async def is_password(password: str, password_hash: str | None) -> bool:
    """Check a password; without a hash, take as long and say no."""
    is_right = await _threads.run(_verify, password_hash or _NOBODYS_HASH, _normalise(password))
    return is_right and password_hash is not None


def needs_new_hash(password_hash: str) -> bool:
    """Tell whether a hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(password_hash)


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except VerifyMismatchError:
        return False


def _normalise(password: str) -> str:
    # NIST SP 800-63B §5.1.1.2: the same letters typed on another keyboard are the same password.
    return unicodedata.normalize("NFKC", password)
