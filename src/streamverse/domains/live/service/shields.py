"""What goes out on a protected stream is encrypted before anybody sees it, by keys that change."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from streamverse.domains.media.public import KeySafe, make_reel_keys
from streamverse.kit.work import Actor
from streamverse.mediakit.boxes import StreamMalformed
from streamverse.mediakit.cenc import Protector, decrypt_init, decrypt_segment
from streamverse.mediakit.ingest.samples import MediaRefused
from streamverse.mediakit.timeline import TrackKind

if TYPE_CHECKING:
    from uuid import UUID

    from streamverse.domains.media.contracts import ReelId
    from streamverse.kit.work import Workshop
    from streamverse.mediakit.cenc import ContentKey
    from streamverse.mediakit.cmaf import InitSegment
    from streamverse.mediakit.live.packager import Part

log = logging.getLogger(__name__)

KeySet = Mapping[TrackKind, "ContentKey"]
MakeKeys = Callable[[], Awaitable[KeySet]]
# The keys of now, those that are announced, and those that are announced after the next change.
SETS_READY: Final = 3
# Heads whose segments may still be on their way.
HEADS_KEPT: Final = 16
TRY_AGAIN_S: Final = 1.0
UNSHIELDED: Final = (
    "This stream is protected, and what the encoder sends cannot be encrypted: choose another "
    "profile or codec in the encoder"
)


class KeyRing:
    """The keys of a broadcast, made ahead; each lasts for some time."""

    def __init__(self, make: MakeKeys, lasts: timedelta, find_now: Callable[[], datetime]) -> None:
        self._make = make
        self._lasts = lasts
        self._find_now = find_now
        self._sets = deque[KeySet]()
        self._changes_at = find_now() + lasts
        self._filling: asyncio.Task[None] | None = None

    async def fill(self) -> None:
        """Make keys until there are enough."""
        while len(self._sets) < SETS_READY:
            self._sets.append(await self._make())

    @property
    def is_due(self) -> bool:
        """Whether other keys are to be used by now, and are there."""
        return self._find_now() >= self._changes_at and len(self._sets) >= SETS_READY

    def change(self) -> None:
        """Use the keys that were announced."""
        self._sets.popleft()
        self._changes_at = self._find_now() + self._lasts
        self._filling = asyncio.create_task(self._refill())

    def protector(self) -> Protector:
        """Give what encrypts with the keys of now, and names those that follow."""
        current, following = self._sets[0], self._sets[1]
        return Protector(current, [key.id for key in following.values()])

    async def _refill(self) -> None:
        while len(self._sets) < SETS_READY:
            try:
                await self.fill()
            except Exception:
                log.exception("The next keys of a live stream could not be made yet.")
                await asyncio.sleep(TRY_AGAIN_S)

    def close(self) -> None:
        """Make no more keys."""
        if self._filling is not None:
            self._filling.cancel()


async def open_shield(
    workshop: Workshop, safe: KeySafe, tenant_id: UUID, reel_id: ReelId, lasts: timedelta
) -> Shield:
    """Prepare to encrypt a broadcast by keys that last for some time each."""

    async def make() -> KeySet:
        async with workshop.work(Actor.system(tenant_id)) as work:
            return make_reel_keys(work, safe, reel_id)

    ring = KeyRing(make, lasts, workshop.clock.now)
    await ring.fill()
    return Shield(ring)


class Shield:
    """Encrypts heads and parts, by the numbers of their heads; without keys they stay as they are.

    A number has one set of keys, whichever track comes first with it.
    """

    def __init__(self, ring: KeyRing | None = None) -> None:
        self._ring = ring
        self._protectors: dict[int, Protector] = {}

    @property
    def is_on(self) -> bool:
        """Whether anything is encrypted."""
        return self._ring is not None

    @property
    def is_due(self) -> bool:
        """Whether the next segment is to have other keys."""
        return self._ring is not None and self._ring.is_due

    def change_keys(self) -> None:
        """Let the heads that begin from now on have other keys."""
        if self._ring is not None:
            self._ring.change()

    def begin_head(self, number: int) -> None:
        """Give a number the keys of now."""
        if self._ring is not None:
            self._protectors[number] = self._ring.protector()
            for old in sorted(self._protectors)[:-HEADS_KEPT]:
                del self._protectors[old]

    def head(self, number: int, track: str, head: InitSegment) -> InitSegment:
        """Say in a head how its track is encrypted."""
        protector = self._protectors.get(number)
        if protector is None:
            return head
        return replace(head, payload=protector.init(track, bytes(head)))

    def part(self, number: int, track: str, part: Part, *, begins_segment: bool) -> Part:
        """Encrypt a part of a segment with a head."""
        protector = self._protectors.get(number)
        if protector is None:
            return part
        try:
            payload = protector.part(track, part.payload, begins_segment=begins_segment)
        except StreamMalformed as malformed:
            raise MediaRefused(f"{UNSHIELDED} ({malformed})") from malformed
        return replace(part, payload=payload)

    def open(self, number: int, head: InitSegment, payload: bytes) -> bytes:
        """Give a head and what follows it as they were before they were encrypted."""
        protector = self._protectors.get(number)
        if protector is None:
            return bytes(head) + payload
        kind = TrackKind.AUDIO if head.width is None else TrackKind.VIDEO
        clear = decrypt_segment(bytes(head), payload, protector.keys[kind])
        return decrypt_init(bytes(head)) + clear

    def close(self) -> None:
        """Make no more keys."""
        if self._ring is not None:
            self._ring.close()
