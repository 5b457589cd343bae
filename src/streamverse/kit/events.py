"""Facts that happened, told upward: rows in the transaction that made them true.

A listener is called by a job of its own, so it is called at least once, in its own transaction, and
a failing one delays nobody else.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

import msgspec
from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from streamverse.kit.db import Base, JsonObject, TenantOwned
from streamverse.kit.naming import stored_name

if TYPE_CHECKING:
    from streamverse.kit.work import Work


class Event:
    """The parent of every event: subclasses are frozen dataclasses named noun + past participle."""

    __slots__ = ()


class EventRow(TenantOwned, Base):
    """An event as it is kept: the outbox, and the history that read tables are rebuilt from."""

    __tablename__ = "kit_event"
    __table_args__ = (Index(None, "name", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    payload: Mapped[JsonObject]
    occurred_at: Mapped[datetime]


E = TypeVar("E", bound=Event)
Reaction = Callable[["Work", Any], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Listener:
    """A reaction to one type of event, by the name under which its deliveries are stored."""

    name: str
    event: type[Event]
    react: Reaction
    takes_many: bool = False


class Listeners:
    """The reactions that one domain declares in its ``listeners.py``."""

    def __init__(self, owner: str) -> None:
        self._owner = owner
        self._all: list[Listener] = []

    def on(
        self, event: type[E]
    ) -> Callable[[Callable[[Work, E], Awaitable[None]]], Callable[[Work, E], Awaitable[None]]]:
        """Declare the reaction to an event; it may run more than once, so it must bear that."""

        def declare(
            react: Callable[[Work, E], Awaitable[None]],
        ) -> Callable[[Work, E], Awaitable[None]]:
            name = f"{self._owner}.{react.__name__}"
            self._all.append(Listener(name=name, event=event, react=react))
            return react

        return declare

    def on_many(
        self, event: type[E]
    ) -> Callable[
        [Callable[[Work, Sequence[E]], Awaitable[None]]],
        Callable[[Work, Sequence[E]], Awaitable[None]],
    ]:
        """Declare the reaction to all events of a type that one Work tells.

        Where it fails for many of them, it is asked again for each.
        """

        def declare(
            react: Callable[[Work, Sequence[E]], Awaitable[None]],
        ) -> Callable[[Work, Sequence[E]], Awaitable[None]]:
            name = f"{self._owner}.{react.__name__}"
            self._all.append(Listener(name, event, react, takes_many=True))
            return react

        return declare

    def __iter__(self) -> Iterator[Listener]:
        """Iterate over what was declared."""
        return iter(self._all)


def to_payload(event: Event) -> JsonObject:
    """Turn an event into what is stored."""
    return msgspec.to_builtins(event)


def from_payload(event: type[E], payload: JsonObject) -> E:
    """Turn what was stored into the event again."""
    return msgspec.convert(payload, event)


def event_name(event: type[Event]) -> str:
    """Give the stored name of a type of event."""
    return stored_name(event)
