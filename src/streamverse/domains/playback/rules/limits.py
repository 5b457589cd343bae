"""What limits an account: its plan, or the operator's settings where it has none."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from streamverse.mediakit.tailoring import SAMPLE_ENTRIES, Tailoring

if TYPE_CHECKING:
    from streamverse.domains.billing.contracts import Entitlements
    from streamverse.domains.media.contracts import PackageView
    from streamverse.domains.playback.contracts import PlaybackSettings


@dataclass(frozen=True, slots=True)
class Limits:
    """How much at once, and on how many devices; 0 is no limit."""

    streams_at_once: int
    devices_at_most: int


def limits_of(settings: PlaybackSettings, entitled: Entitlements) -> Limits:
    """Tell what limits somebody: what the plan says goes before what the settings say."""
    streams, devices = entitled.streams_at_once, entitled.devices_at_most
    return Limits(
        settings.streams_at_once if streams is None else streams,
        settings.devices_at_most if devices is None else devices,
    )


def allow_height(
    tailoring: Tailoring, entitled: Entitlements, package: PackageView | None
) -> Tailoring:
    """Say how tall a picture may be; the lowest that the device plays always may."""
    if entitled.max_height is None:
        return tailoring
    renditions = package.renditions if package else ()
    playable = [lines for family, lines in renditions if tailoring.decodes(SAMPLE_ENTRIES[family])]
    lowest = min(playable or (lines for _, lines in renditions), default=0)
    return replace(tailoring, allowed_height=max(entitled.max_height, lowest))
