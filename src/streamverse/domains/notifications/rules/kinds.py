"""What other programs can be told: each kind of event, and what is said of it.

What is said is written down here apart from our own events, which may change; this may only grow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec

from streamverse.domains.catalog.contracts import (
    TitleDeleted,
    TitlePublished,
    TitlePurged,
    TitleRestored,
    TitleUnpublished,
)
from streamverse.domains.identity.contracts import AccountAdded, AccountRemoved
from streamverse.domains.live.contracts import (
    BroadcastEnded,
    BroadcastStarted,
    EncoderChanged,
    StreamUnwell,
    StreamWell,
    TargetFailed,
    TargetRecovered,
)
from streamverse.domains.media.contracts import (
    AssetAccepted,
    AssetFailed,
    PackagePlayable,
    PackageReady,
)
from streamverse.domains.notifications.errors import KindUnknown
from streamverse.kit.events import Event

TEST_KIND = "notifications.test"

E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of event that other programs can be told of."""

    name: str
    event: type[Event]
    say: Callable[[Any], Mapping[str, object]]


def _kind(name: str, event: type[E], say: Callable[[E], Mapping[str, object]]) -> Kind:
    return Kind(name, event, say)


def _say_accepted(told: AssetAccepted) -> Mapping[str, object]:
    return {
        "asset_id": told.asset_id,
        "name": told.name,
        "duration_ms": told.duration_ms,
        "width": told.width,
        "height": told.height,
    }


def _say_playable(told: PackagePlayable) -> Mapping[str, object]:
    return {"asset_id": told.asset_id, "package_id": told.package_id}


def _say_ready(told: PackageReady) -> Mapping[str, object]:
    return {
        "asset_id": told.asset_id,
        "package_id": told.package_id,
        "duration_ms": told.duration_ms,
    }


def _say_failed(told: AssetFailed) -> Mapping[str, object]:
    return {
        "asset_id": told.asset_id,
        "problem": {"code": told.problem.code, "detail": told.problem.detail},
        "is_input_at_fault": told.is_input_at_fault,
    }


def _say_title(
    told: TitlePublished | TitleUnpublished | TitleDeleted | TitleRestored,
) -> Mapping[str, object]:
    return {"title_id": told.title_id}


def _say_purged(told: TitlePurged) -> Mapping[str, object]:
    return {"title_id": told.title_id, "asset_id": told.asset_id}


def _say_account(told: AccountAdded | AccountRemoved) -> Mapping[str, object]:
    return {"account_id": told.account_id}


def _say_broadcast(told: BroadcastStarted | BroadcastEnded) -> Mapping[str, object]:
    return {"stream_id": told.stream_id, "broadcast_id": told.broadcast_id}


def _say_unwell(told: StreamUnwell) -> Mapping[str, object]:
    return {**_say_well(told), "sentences": told.sentences}


def _say_well(told: StreamUnwell | StreamWell) -> Mapping[str, object]:
    return {
        "stream_id": told.stream_id,
        "broadcast_id": told.broadcast_id,
        "name": told.name,
    }


def _say_encoder(told: EncoderChanged) -> Mapping[str, object]:
    return {
        "stream_id": told.stream_id,
        "broadcast_id": told.broadcast_id,
        "name": told.name,
        "encoder": told.encoder,
    }


def _say_target(told: TargetFailed | TargetRecovered) -> Mapping[str, object]:
    return {
        "stream_id": told.stream_id,
        "broadcast_id": told.broadcast_id,
        "target_id": told.target_id,
        "name": told.name,
    }


def _say_target_failed(told: TargetFailed) -> Mapping[str, object]:
    return {**_say_target(told), "sentence": told.sentence}


KINDS = (
    _kind("media.asset_accepted", AssetAccepted, _say_accepted),
    _kind("media.package_playable", PackagePlayable, _say_playable),
    _kind("media.package_ready", PackageReady, _say_ready),
    _kind("media.asset_failed", AssetFailed, _say_failed),
    _kind("catalog.title_published", TitlePublished, _say_title),
    _kind("catalog.title_unpublished", TitleUnpublished, _say_title),
    _kind("catalog.title_deleted", TitleDeleted, _say_title),
    _kind("catalog.title_restored", TitleRestored, _say_title),
    _kind("catalog.title_purged", TitlePurged, _say_purged),
    _kind("live.broadcast_started", BroadcastStarted, _say_broadcast),
    _kind("live.broadcast_ended", BroadcastEnded, _say_broadcast),
    _kind("live.stream_unwell", StreamUnwell, _say_unwell),
    _kind("live.stream_well", StreamWell, _say_well),
    _kind("live.encoder_changed", EncoderChanged, _say_encoder),
    _kind("live.target_failed", TargetFailed, _say_target_failed),
    _kind("live.target_recovered", TargetRecovered, _say_target),
    _kind("identity.account_added", AccountAdded, _say_account),
    _kind("identity.account_removed", AccountRemoved, _say_account),
)
NAMES = frozenset(kind.name for kind in KINDS)


def check_kinds(names: Iterable[str]) -> list[str]:
    """Give the names of kinds in order, or raise KindUnknown."""
    wanted = set(names)
    if unknown := wanted - NAMES:
        raise KindUnknown(", ".join(sorted(unknown)))
    return sorted(wanted)


def write_body(message_id: str, kind: str, said: Mapping[str, object], now: datetime) -> str:
    """Write a message: the same bytes for every attempt and every endpoint."""
    message = {
        "id": message_id,
        "type": kind,
        "timestamp": now.astimezone(UTC),
        "data": said,
    }
    return msgspec.json.encode(message).decode()
