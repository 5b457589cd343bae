"""Recordings of streams over HTTP: listed, trimmed, split, and clipped."""

from __future__ import annotations

from uuid import UUID

from litestar import get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from streamverse.domains.catalog.contracts import TitleId
from streamverse.domains.catalog.errors import TitleNotFound
from streamverse.domains.catalog.schemas.cutting import (
    CutOut,
    NamedPartIn,
    NewTitleOut,
    PartIn,
    SplitIn,
)
from streamverse.domains.catalog.schemas.titles import TitleCardOut
from streamverse.domains.catalog.service import recordings
from streamverse.domains.live.public import StreamNotFound
from streamverse.domains.media.public import CutEmpty, MediaAddresses, NoRecording
from streamverse.kit.errors import Forbidden, Invalid, Unauthenticated
from streamverse.kit.http import may, problems, signed_in
from streamverse.kit.work import Work

CUT = problems(Unauthenticated, Forbidden, TitleNotFound, NoRecording, CutEmpty, Invalid)


@get(
    "/live/streams/{stream_id:uuid}/recordings",
    guards=[signed_in],
    responses=problems(Unauthenticated, StreamNotFound),
)
async def list_recordings(
    stream_id: FromPath[UUID],
    work: NamedDependency[Work],
    media_addresses: NamedDependency[MediaAddresses],
) -> list[TitleCardOut]:
    """List what was recorded of a stream, newest first; viewers see what is published."""
    return list(await recordings.list_recordings(work, media_addresses, stream_id))


@get("/admin/titles/{title_id:uuid}/cut", guards=[may("titles.edit")], responses=CUT)
async def get_cut(
    title_id: FromPath[UUID],
    work: NamedDependency[Work],
    media_addresses: NamedDependency[MediaAddresses],
) -> CutOut:
    """Show where a recording may be cut, and what of it is played."""
    cut = await recordings.get_cut(work, TitleId(title_id))
    shown = await recordings.find_thumbnails(work, media_addresses, TitleId(title_id))
    return CutOut.of(cut, shown)


@put("/admin/titles/{title_id:uuid}/cut", guards=[may("titles.edit")], responses=CUT)
async def trim_title(
    title_id: FromPath[UUID], data: JSONBody[PartIn], work: NamedDependency[Work]
) -> CutOut:
    """Play another part of a recording; what it leaves out is kept, and may be put back."""
    cut = await recordings.trim_title(work, TitleId(title_id), data.to_part())
    # Those that there are show what was played until now.
    return CutOut.of(cut, thumbnails_url=None)


@post("/admin/titles/{title_id:uuid}/split", guards=[may("titles.edit")], responses=CUT)
async def split_title(
    title_id: FromPath[UUID], data: JSONBody[SplitIn], work: NamedDependency[Work]
) -> NewTitleOut:
    """Make two titles of a recording; the second one is a draft."""
    row = await recordings.split_title(work, TitleId(title_id), data.at, data.name)
    return NewTitleOut(row.id, row.name)


@post("/admin/titles/{title_id:uuid}/parts", guards=[may("titles.edit")], responses=CUT)
async def take_part(
    title_id: FromPath[UUID], data: JSONBody[NamedPartIn], work: NamedDependency[Work]
) -> NewTitleOut:
    """Make a clip of a part of a recording, as a draft."""
    row = await recordings.take_part(work, TitleId(title_id), data.to_part(), data.name)
    return NewTitleOut(row.id, row.name)
