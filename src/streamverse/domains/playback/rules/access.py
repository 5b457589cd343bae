"""Whether somebody may watch a title here, now and on this device."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from streamverse.domains.catalog.contracts import Visibility
from streamverse.mediakit.ladder import CodecFamily
from streamverse.mediakit.tailoring import EVERYTHING, SAMPLE_ENTRIES, Tailoring


class Access(enum.Enum):
    """What becomes of a wish to watch."""

    ALLOWED = enum.auto()
    NOT_FOUND = enum.auto()
    TOO_MATURE = enum.auto()
    NOT_HERE = enum.auto()
    NOT_NOW = enum.auto()
    PLAN_NEEDED = enum.auto()
    PLAN_REGION = enum.auto()
    NOT_YET = enum.auto()
    FAILED = enum.auto()
    NOT_ON_DEVICE = enum.auto()
    TOO_MANY_DEVICES = enum.auto()
    TOO_MANY_STREAMS = enum.auto()
    PIN_NEEDED = enum.auto()


OF_VISIBILITY: Mapping[Visibility, Access] = {
    Visibility.GONE: Access.NOT_FOUND,
    Visibility.NOT_PUBLISHED: Access.NOT_FOUND,
    Visibility.TOO_MATURE: Access.TOO_MATURE,
    Visibility.NOT_HERE: Access.NOT_HERE,
    Visibility.NOT_NOW: Access.NOT_NOW,
    Visibility.NOT_IN_PLAN: Access.PLAN_NEEDED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What decides over a wish to watch; a limit of 0 is none.

    ``streams`` are those that the account runs beside this one, ``devices`` those that it has
    watched on lately beside this one. ``regions`` are those that the plan is for, of which none is
    everywhere; a region that is not known is in none of them. ``age`` is the one that the title is
    for, ``open_age`` the highest that plays without a PIN.
    """

    is_playable: bool
    has_failed: bool
    visibility: Visibility = Visibility.VISIBLE
    region: str | None = None
    regions: tuple[str, ...] = ()
    codec_families: tuple[CodecFamily, ...] = ()
    tailoring: Tailoring = EVERYTHING
    streams: int = 0
    streams_at_once: int = 0
    devices: int = 0
    devices_at_most: int = 0
    is_device_known: bool = True
    age: int = 0
    open_age: int = 0
    is_pin_shown: bool = False


def decide_access(wish: Wish) -> Access:
    """Decide whether a title can be watched; of several reasons against it, the first is told."""
    if wish.visibility is not Visibility.VISIBLE:
        return OF_VISIBILITY[wish.visibility]
    if wish.regions and wish.region not in wish.regions:
        return Access.PLAN_REGION
    if not wish.is_playable:
        return Access.FAILED if wish.has_failed else Access.NOT_YET
    if not _is_decodable(wish):
        return Access.NOT_ON_DEVICE
    return _decide_place(wish)


def _decide_place(wish: Wish) -> Access:
    """Decide whether there is a place for whoever could watch."""
    if not wish.is_device_known and 0 < wish.devices_at_most <= wish.devices:
        return Access.TOO_MANY_DEVICES
    if 0 < wish.streams_at_once <= wish.streams:
        return Access.TOO_MANY_STREAMS
    # Last, because only a PIN that lets somebody in is remembered.
    if wish.age > wish.open_age and not wish.is_pin_shown:
        return Access.PIN_NEEDED
    return Access.ALLOWED


def _is_decodable(wish: Wish) -> bool:
    families = wish.codec_families
    return not families or any(wish.tailoring.decodes(SAMPLE_ENTRIES[one]) for one in families)
