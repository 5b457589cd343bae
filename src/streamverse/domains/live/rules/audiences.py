"""Who watches, counted by devices: somebody is there who waits for something, or just asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

# Players ask again after a segment, which is four seconds at most.
THERE_FOR_S: Final = 7.0


@dataclass(slots=True)
class _Presence:
    seen_s: float
    waiting: int = 0

    def is_there(self, now_s: float) -> bool:
        return self.waiting > 0 or now_s - self.seen_s < THERE_FOR_S


@dataclass(slots=True)
class Audience:
    """Who watches from one process; ``now_s`` is a clock of ours that never jumps."""

    _devices: dict[UUID, dict[str, _Presence]] = field(
        default_factory=dict[UUID, dict[str, _Presence]]
    )

    def enter(self, broadcast_id: UUID, device: str, now_s: float) -> None:
        """Note that a device asks for something, for which it may have to wait."""
        devices = self._devices.setdefault(broadcast_id, {})
        presence = devices.setdefault(device, _Presence(now_s))
        presence.waiting += 1

    def leave(self, broadcast_id: UUID, device: str, now_s: float) -> None:
        """Note that it has what it asked for."""
        presence = self._devices[broadcast_id][device]
        presence.waiting -= 1
        presence.seen_s = now_s

    def count(self, broadcast_id: UUID, now_s: float) -> int:
        """Count the devices that are there."""
        devices = self._devices.get(broadcast_id, {})
        return sum(one.is_there(now_s) for one in devices.values())

    def counts(self, now_s: float) -> dict[UUID, int]:
        """Count them for all broadcasts, and forget who is not there any more."""
        for broadcast_id, devices in list(self._devices.items()):
            there = {name: one for name, one in devices.items() if one.is_there(now_s)}
            self._devices[broadcast_id] = there
            if not there:
                del self._devices[broadcast_id]
        return {broadcast_id: len(devices) for broadcast_id, devices in self._devices.items()}
