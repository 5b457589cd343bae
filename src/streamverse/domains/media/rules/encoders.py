"""Which encoder makes a group of renditions: one for all parts of it, hardware where that may be.

Each encoder writes heads of its own, so what one has begun no other may end. What playing waits for
is made in software, so that nothing of it ever has to be made again under viewers' eyes; the other
groups are shown when they are whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from streamverse.domains.media.rules.packages import (
    Recipe,
    RungGroup,
    leading_parts,
    needed_codec,
)
from streamverse.domains.media.rules.states import PartKind
from streamverse.mediakit.hardware import SOFTWARE, Encoder

if TYPE_CHECKING:
    from streamverse.domains.media.models import PartRow


def choose_encoder(
    recipe: Recipe, parts: Sequence[PartRow], part: PartRow, offered: Sequence[Encoder]
) -> Encoder | None:
    """Choose what makes a part of pictures; None if only another machine has what began it."""
    group, codec = RungGroup(part.group), needed_codec(part)
    rungs, software = recipe.groups[group], SOFTWARE[codec or ""]
    if part in leading_parts(parts) or any(rung.is_again for rung in rungs):
        return software
    usable = [encoder for encoder in offered if encoder.codec == codec and encoder.can_make(rungs)]
    begun = begun_with(parts, group)
    if begun is None:
        return usable[0] if usable else software
    return next((one for one in (*usable, software) if one.name == begun), None)


def begun_with(parts: Sequence[PartRow], group: RungGroup) -> str | None:
    """Name the encoder that has begun a group; in software where nobody wrote that down."""
    same = [part for part in parts if part.kind == PartKind.VIDEO and part.group == group]
    begun = [part for part in same if part.encode_starts]
    if not begun:
        return None
    named = (part.made_with for part in begun)
    return next(filter(None, named), SOFTWARE[needed_codec(begun[0]) or ""].name)
