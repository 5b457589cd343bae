"""What many sessions have in common: how they went by title, device, region or network."""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final
from uuid import UUID

from streamverse.domains.playback.rules.quality import average_bitrate_bps, rebuffering_ratio

PERCENTILE: Final = 95


class Grouping(enum.StrEnum):
    """By what sessions are put together; a live stream stands where a title would."""

    TITLE = "title"
    DEVICE = "device"
    REGION = "region"
    NETWORK = "network"


@dataclass(frozen=True, slots=True)
class Measured:
    """How one session went."""

    title_id: UUID | None
    stream_id: UUID | None
    device_name: str
    region: str | None
    network: str
    startup_ms: int | None
    played_ms: int
    stalled_ms: int
    stall_count: int
    played_kilobits: int
    error_count: int

    def key(self, by: Grouping) -> str:
        """Name the group that the session is in; nothing where that is not known."""
        keys = {
            Grouping.TITLE: str(self.title_id or self.stream_id),
            Grouping.DEVICE: self.device_name,
            Grouping.REGION: self.region or "",
            Grouping.NETWORK: self.network,
        }
        return keys[by]


@dataclass(frozen=True, slots=True)
class Summary:
    """How the sessions of a group went; start-up is that of those that showed a picture."""

    key: str
    sessions: int
    startup_median_ms: int | None
    startup_slow_ms: int | None
    rebuffering_ratio: float
    stall_count: int
    average_bitrate_bps: int
    played_ms: int
    failed_sessions: int


def summarise(sessions: Iterable[Measured], by: Grouping, limit: int) -> Sequence[Summary]:
    """Put sessions together, the largest group first."""
    groups: defaultdict[str, list[Measured]] = defaultdict(list)
    for session in sessions:
        groups[session.key(by)].append(session)
    largest = sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))
    return [_summary(key, group) for key, group in largest[:limit]]


def _summary(key: str, group: Sequence[Measured]) -> Summary:
    startups = sorted(one.startup_ms for one in group if one.startup_ms is not None)
    played_ms = sum(one.played_ms for one in group)
    return Summary(
        key=key,
        sessions=len(group),
        startup_median_ms=round(median(startups)) if startups else None,
        startup_slow_ms=startups[(len(startups) - 1) * PERCENTILE // 100] if startups else None,
        rebuffering_ratio=rebuffering_ratio(played_ms, sum(one.stalled_ms for one in group)),
        stall_count=sum(one.stall_count for one in group),
        average_bitrate_bps=average_bitrate_bps(
            sum(one.played_kilobits for one in group), played_ms
        ),
        played_ms=played_ms,
        failed_sessions=sum(one.error_count > 0 for one in group),
    )
