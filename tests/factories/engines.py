"""Engines of the tests: each has a database of its own, and all say the same things to them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

_first: dict[str, Engine] = {}


def make_engine(address: str, **options: Any) -> AsyncEngine:
    """Make an engine that compiles no statement which another one of its dialect has compiled.

    A program has one engine for as long as it runs; tests make thousands.
    """
    made = create_async_engine(address, **options)
    own = made.sync_engine
    first = _first.setdefault(own.dialect.name, own)
    # What a dialect knows of its server it learns when it first connects.
    if first.dialect.server_version_info is not None:
        own.dialect, own._compiled_cache = first.dialect, first._compiled_cache  # noqa: SLF001
    return made
