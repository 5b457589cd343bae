"""Events on their way to those who react: a job for each, or one for many where that is wanted."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from streamverse.kit import jobs
from streamverse.kit.clock import new_id
from streamverse.kit.db import JsonObject
from streamverse.kit.events import Event, Listener, from_payload, to_payload
from streamverse.kit.jobs import Handler, JobOrder

if TYPE_CHECKING:
    from streamverse.kit.work import Work

log = logging.getLogger(__name__)

EVENTS_AT_ONCE = 50
_MANY = "events"


def orders_of(
    events: Sequence[Event],
    listeners_of: Callable[[type[Event]], Iterable[Listener]],
    now: datetime,
) -> list[JobOrder]:
    """Order the deliveries of what one Work has told."""
    orders: list[JobOrder] = []
    together: dict[Listener, list[JsonObject]] = defaultdict(list)
    for event in events:
        for listener in listeners_of(type(event)):
            if listener.takes_many:
                together[listener].append(to_payload(event))
            else:
                orders.append(_order(listener, to_payload(event), now))
    for listener, payloads in together.items():
        for first in range(0, len(payloads), EVENTS_AT_ONCE):
            some = payloads[first : first + EVENTS_AT_ONCE]
            orders.append(_order(listener, some[0] if len(some) == 1 else {_MANY: some}, now))
    return orders


def _order(listener: Listener, arguments: JsonObject, now: datetime) -> JobOrder:
    return JobOrder(
        id=new_id(),
        name=jobs.listener_job_name(listener.name),
        lane=jobs.DEFAULT_LANE,
        arguments=arguments,
        run_at=now,
        priority=jobs.HIGH,
    )


def handler_of(listener: Listener) -> Handler:
    """Say how the deliveries to a listener are done."""
    name = jobs.listener_job_name(listener.name)
    if listener.takes_many:
        react = partial(_tell_many, listener)
        return Handler(name, JsonObject, brief=react)
    return Handler(name, listener.event, brief=listener.react)


async def _tell_many(listener: Listener, work: Work, arguments: JsonObject) -> None:
    payloads: list[Any] = arguments.get(_MANY, [arguments])
    events = [from_payload(listener.event, payload) for payload in payloads]
    if len(events) == 1:
        await listener.react(work, events)
        return
    try:
        async with work.session.begin_nested():
            await listener.react(work, events)
    except Exception:
        log.exception("events could not be told together: each is told alone")
        work.deliver(_order(listener, payload, work.now) for payload in payloads)
