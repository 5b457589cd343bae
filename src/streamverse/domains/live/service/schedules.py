"""When streams are to go out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from streamverse.domains.live.errors import StreamInvalid
from streamverse.domains.live.models import SlotRow
from streamverse.domains.live.repository import Slots, Streams
from streamverse.domains.live.rules.schedules import Slot, is_zone
from streamverse.kit.clock import new_id

if TYPE_CHECKING:
    from streamverse.domains.live.contracts import StreamId
    from streamverse.kit.work import Work


def slot_of(row: SlotRow) -> Slot:
    """Read a time from its row."""
    return Slot(datetime.fromisoformat(row.begins), row.zone, row.minutes, row.is_weekly)


async def list_slots(work: Work, stream_id: StreamId) -> Sequence[Slot]:
    """List the times of a stream, the earliest first."""
    await Streams(work).get(stream_id)
    return [slot_of(row) for row in (await Slots(work).of([stream_id])).get(stream_id, ())]


async def replace_slots(work: Work, stream_id: StreamId, slots: Sequence[Slot]) -> None:
    """Write all times at which a stream is to go out."""
    await Streams(work).lock([stream_id])
    for place, slot in enumerate(slots):
        if not is_zone(slot.zone):
            raise StreamInvalid(
                f"slots[{place}].zone",
                f"There is no time zone {slot.zone!r}: name one such as Europe/Berlin.",
            )
    await Slots(work).replace(
        stream_id,
        [
            SlotRow(
                id=new_id(),
                stream_id=stream_id,
                begins=slot.begins.isoformat(),
                zone=slot.zone,
                minutes=slot.minutes,
                is_weekly=slot.is_weekly,
            )
            for slot in slots
        ],
    )
