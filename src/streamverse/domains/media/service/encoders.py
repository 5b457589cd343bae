"""Who makes a part: the encoder of its group, and what happens when that fails."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from streamverse.domains.media.contracts import DeleteFiles
from streamverse.domains.media.repository import Packages
from streamverse.domains.media.rules.encoders import begun_with, choose_encoder
from streamverse.domains.media.rules.packages import Recipe, RungGroup, package_prefix
from streamverse.domains.media.rules.states import PartKind
from streamverse.domains.media.service.packages import order_part
from streamverse.kit.heartbeats import Workers

if TYPE_CHECKING:
    from streamverse.domains.media.contracts import PackageId
    from streamverse.domains.media.models import PartRow
    from streamverse.kit.work import Work
    from streamverse.mediakit.hardware import Encoder

# Other workers may still be storing what they had begun.
DELETED_AFTER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Turn:
    """A part that is to be encoded, and by what; sound has no encoder to choose.

    Where another machine must do it, it `is_elsewhere`.
    """

    part: PartRow
    encoder: Encoder | None = None
    is_elsewhere: bool = False

    @property
    def hardware(self) -> Encoder | None:
        """The encoder, if it is more than a program."""
        return self.encoder if self.encoder is not None and self.encoder.is_hardware else None


async def start_part(
    work: Work, package_id: PackageId, number: int, offered: Sequence[Encoder] = ()
) -> Turn:
    """Note that an encoder starts on a part, and tell where it must go on."""
    packages = Packages(work)
    package = await packages.lock(package_id)
    part = await packages.lock_part(package_id, number)
    if part.finished_at is not None:
        return Turn(part)
    encoder = None
    if part.kind == PartKind.VIDEO:
        parts = await packages.parts(package_id)
        encoder = choose_encoder(Recipe.read(package.recipe), parts, part, offered)
        group = RungGroup(part.group)
        if encoder is None:
            begun = begun_with(parts, group)
            if await _is_offered(work, begun):
                return Turn(part, is_elsewhere=True)
            await make_again(work, package_id, group, begun)
            encoder = choose_encoder(Recipe.read(package.recipe), parts, part, offered)
    part.encode_starts += 1
    part.made_with = encoder.name if encoder is not None else None
    return Turn(part, encoder)


async def make_again(
    work: Work, package_id: PackageId, group: RungGroup, failed: str | None
) -> None:
    """Let a group that an encoder has begun be made in software, all of it, under other names.

    Nobody has been shown anything of it. Doing it twice changes nothing.
    """
    packages = Packages(work)
    package = await packages.lock(package_id)
    parts = await packages.parts(package_id)
    if begun_with(parts, group) != failed:
        return
    recipe = Recipe.read(package.recipe)
    again = {rung.track_name: replace(rung, is_again=True) for rung in recipe.groups[group]}
    package.recipe = recipe.with_rungs(group, tuple(again.values())).stored()
    tracks = [track for track in await packages.tracks(package_id) if track.name in again]
    await packages.forget_segments([track.id for track in tracks])
    for track in tracks:
        track.name, track.codec = again[track.name].track_name, again[track.name].codec
    for part in parts:
        if part.kind == PartKind.VIDEO and part.group == group:
            part.next_segment, part.encode_starts = part.first_segment, 0
            part.finished_at = part.made_with = part.decoded = None
            order_part(work, package, part, is_leading=False)
    prefixes = [f"{package_prefix(package_id)}/{name}/" for name in again]
    work.enqueue(DeleteFiles(tuple(prefixes)), run_at=work.now + DELETED_AFTER)


async def _is_offered(work: Work, encoder: str | None) -> bool:
    """Tell whether any worker that is alive has an encoder."""
    alive = [row for row in await Workers(work).all() if not row.is_missed(work.now)]
    return any(encoder in row.offers.values() for row in alive)
