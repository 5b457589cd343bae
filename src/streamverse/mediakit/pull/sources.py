"""What a source is asked by, what it gives, and how it fails."""

from __future__ import annotations

from asyncio import StreamReader, StreamWriter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from streamverse.mediakit.ingest.elementary import Heard

__all__ = ["Connect", "Credentials", "Fetch", "Fetched", "Heard", "PieceMissing", "PullFailed"]


class PullFailed(Exception):
    """A source gives no stream: a sentence for whoever named its address."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class PieceMissing(PullFailed):
    """One piece of a source could not be had; another one may be."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who asks."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address gave, and the address that gave it in the end."""

    address: str
    body: bytes


# Asks for an address, or for some of its bytes (first, count), and takes so many at most.
Fetch = Callable[[str, tuple[int, int] | None, int], Awaitable[Fetched]]
Connect = Callable[[str], Awaitable[tuple[StreamReader, StreamWriter]]]
