"""Titles that were recorded of streams: taken in, trimmed, split, and made of parts of others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from msgspec import structs

from streamverse.domains.catalog.contracts import (
    MarkerLine,
    TitleAdded,
    TitleChanged,
    TitleId,
    TitleKind,
    TitleState,
)
from streamverse.domains.catalog.models import RecordingRow, TitleRow
from streamverse.domains.catalog.repository import Aspects, Recordings, Titles
from streamverse.domains.catalog.rules.words import search_form
from streamverse.domains.catalog.schemas.titles import TitleCardOut
from streamverse.domains.catalog.service.shelves import show_cards
from streamverse.domains.catalog.service.standing import settle
from streamverse.domains.catalog.service.titles import get_title_to_edit
from streamverse.domains.catalog.service.viewers import viewer_of
from streamverse.domains.identity import public as identity
from streamverse.domains.live import public as live
from streamverse.domains.live.contracts import RecordingKind, RecordingMade, StreamId
from streamverse.domains.media import public as media
from streamverse.domains.media.contracts import AssetId
from streamverse.domains.media.public import CutView, MediaAddresses, NewCut
from streamverse.kit.errors import FieldProblem, Invalid
from streamverse.kit.work import Work

SHOWN_RECORDINGS = 12
KINDS: Mapping[RecordingKind, TitleKind] = {
    RecordingKind.WHOLE: TitleKind.EVENT,
    RecordingKind.CLIP: TitleKind.CLIP,
}


async def take_in(work: Work, made: RecordingMade) -> None:
    """Make the title of a recording, which has the id of its asset as every title has."""
    if await Titles(work).find_of_asset(made.asset_id) is not None:
        return
    cut = NewCut(made.asset_id, made.duration_ms, made.width, made.height)
    row = _new_title(work, KINDS[made.kind], made.name, cut)
    Titles(work).add(row)
    await work.session.flush()
    Recordings(work).add(
        RecordingRow(title_id=row.id, stream_id=made.stream_id, recorded_at=made.recorded_at)
    )
    work.emit(TitleAdded(TitleId(row.id)))
    if made.is_public:
        row.published_at = work.now
        await settle(work, row)


def _new_title(work: Work, kind: TitleKind, name: str, cut: NewCut) -> TitleRow:
    return TitleRow(
        id=cut.asset_id,
        asset_id=cut.asset_id,
        kind=kind.value,
        root_id=cut.asset_id,
        name=name,
        name_search=search_form(name),
        state=TitleState.READY.value,
        duration_ms=cut.duration_ms,
        width=cut.width,
        height=cut.height,
        created_at=work.now,
    )


async def list_recordings(
    work: Work, addresses: MediaAddresses, stream_id: UUID
) -> Sequence[TitleCardOut]:
    """List what was recorded of a stream, as far as the actor may know of it, newest first."""
    await live.require_known(work, StreamId(stream_id))
    viewer = await viewer_of(work)
    found = await Recordings(work).visible_of(stream_id, viewer, SHOWN_RECORDINGS)
    cards = await show_cards(work, addresses, found, viewer)
    return [cards[title_id] for title_id in found if title_id in cards]


# --- the editor -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Part:
    """Segments of the whole of a recording, up to one that is left out."""

    start: int
    stop: int


async def get_cut(work: Work, title_id: TitleId) -> CutView:
    """Show where a recording may be cut, and what of it is played."""
    row = await get_title_to_edit(work, title_id)
    return await media.view_cut(work, AssetId(row.asset_id or row.id))


async def find_thumbnails(work: Work, addresses: MediaAddresses, title_id: TitleId) -> str | None:
    """Sign the address of the small pictures of what is played, once they are made."""
    row = await get_title_to_edit(work, title_id)
    package = await media.find_package(work, AssetId(row.asset_id or row.id))
    if package is None or package.sprites is None:
        return None
    return addresses.sprites(package.package_id, package.sprites, work.now).index_url


async def trim_title(work: Work, title_id: TitleId, part: Part) -> CutView:
    """Play another part of the whole; chapters stay where they are in it."""
    row = await Titles(work).lock(title_id)
    asset_id = AssetId(row.asset_id or row.id)
    before = await media.view_cut(work, asset_id)
    row.duration_ms = await media.recut(work, asset_id, part.start, part.stop)
    after = await media.view_cut(work, asset_id)
    shift_ms = _begins_ms(before) - _begins_ms(after)
    await _shift_markers(work, row, shift_ms)
    await work.session.flush()
    work.emit(TitleChanged(title_id))
    await identity.record_audit(
        work, "catalog.title_trimmed", f"title:{row.id}", {"name": row.name}
    )
    return after


async def take_part(
    work: Work, title_id: TitleId, part: Part, name: str, kind: TitleKind = TitleKind.CLIP
) -> TitleRow:
    """Make another title of a part of a recording; nobody sees it yet."""
    row = await Titles(work).lock(title_id)
    cut = await media.cut_again(
        work, AssetId(row.asset_id or row.id), name.strip(), part.start, part.stop
    )
    made = _new_title(work, kind, name.strip(), cut)
    Titles(work).add(made)
    await work.session.flush()
    recorded = await Recordings(work).find(title_id)
    if recorded is not None:
        Recordings(work).add(
            RecordingRow(
                title_id=made.id, stream_id=recorded.stream_id, recorded_at=recorded.recorded_at
            )
        )
    work.emit(TitleAdded(TitleId(made.id)))
    await identity.record_audit(
        work, "catalog.part_taken", f"title:{row.id}", {"name": row.name, "part": made.name}
    )
    return made


async def split_title(work: Work, title_id: TitleId, at: int, name: str) -> TitleRow:
    """Make two titles of a recording: this one ends where the other, which nobody sees, begins."""
    row = await Titles(work).lock(title_id)
    cut = await media.view_cut(work, AssetId(row.asset_id or row.id))
    start, stop = cut.runs[0][0], cut.runs[-1][1]
    if not start < at < stop:
        problem = "Choose a place within what is played now."
        raise Invalid(problem, fields=(FieldProblem("at", problem),))
    rest = await take_part(work, title_id, Part(at, stop), name, TitleKind(row.kind))
    await trim_title(work, title_id, Part(start, at))
    return rest


def _begins_ms(cut: CutView) -> int:
    return cut.instants_ms[cut.runs[0][0]]


async def _shift_markers(work: Work, row: TitleRow, shift_ms: int) -> None:
    """Keep named stretches where they are in what was recorded, as far as that is played."""
    lines = (await Aspects(work).markers([row.id])).get(row.id, [])
    moved = [_shift(line, shift_ms, row.duration_ms or 0) for line in lines]
    await Aspects(work).replace_markers(row.id, [line for line in moved if line is not None])


def _shift(line: MarkerLine, shift_ms: int, duration_ms: int) -> MarkerLine | None:
    start_ms = max(0, line.start_ms + shift_ms)
    end_ms = min(duration_ms, line.end_ms + shift_ms)
    if start_ms >= end_ms:
        return None
    return structs.replace(line, start_ms=start_ms, end_ms=end_ms)
