"""What staff sees of matches, and decides about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from streamverse.domains.catalog import public as catalog
from streamverse.domains.catalog.contracts import Title, TitleId
from streamverse.domains.intake.contracts import Candidate, MatchState
from streamverse.domains.intake.errors import EntryNotFound, TitleNotMatchable
from streamverse.domains.intake.models import MatchRow
from streamverse.domains.intake.repository import Files, Matches
from streamverse.domains.intake.service import matching
from streamverse.domains.intake.service.matching import Entry, Subject
from streamverse.domains.intake.service.sources import Sources
from streamverse.kit.memory import ShortMemory
from streamverse.kit.paging import Listing, Page
from streamverse.mediakit.portraits import PictureRefused, recognise

if TYPE_CHECKING:
    from streamverse.domains.media.public import MediaAddresses, PosterAddresses
    from streamverse.kit.work import Work, Workshop

MATCHES = Listing("intake.matches", tuple[UUID])
# How the edits are called that staff can undo.
FETCHED, CHOSEN = "fetched from {}", "matched with {}"
THUMBNAILS_BYTES, THUMBNAILS_S = 16 << 20, 3600.0
_MEDIA_TYPES = {"png_pipe": "image/png", "jpeg_pipe": "image/jpeg", "webp_pipe": "image/webp"}


@dataclass(frozen=True, slots=True)
class ShownMatch:
    """A title, what may be said of it, and the first of its files."""

    row: MatchRow
    title: Title
    poster: PosterAddresses | None
    file: str | None

    @property
    def candidates(self) -> Sequence[Candidate]:
        """The entries that the title may be."""
        return [msgspec.convert(each, Candidate) for each in self.row.candidates]


@dataclass(frozen=True, slots=True)
class MatchDesk:
    """Where staff asks the metadata source; it remembers small pictures for a while."""

    sources: Sources
    thumbnails: ShortMemory[str, bytes] = field(
        default_factory=lambda: ShortMemory[str, bytes](
            limit=THUMBNAILS_BYTES, seconds=THUMBNAILS_S, weigh=len
        )
    )

    async def search(
        self, workshop: Workshop, work: Work, title_id: TitleId, name: str, year: int | None
    ) -> Sequence[Candidate]:
        """Find entries of all sources by hand."""
        subject = await self._find_subject(workshop, work, title_id)
        self.sources.require()
        asked = name.strip() or subject.wanted.names[0]
        return await matching.search(self.sources, subject.kind, asked, year)

    async def choose(
        self, workshop: Workshop, work: Work, title_id: TitleId, entry: Entry
    ) -> MatchRow:
        """Let a title be an entry, and take its words; that can be undone."""
        subject = await self._find_subject(workshop, work, title_id)
        source = self.sources.named(entry.source)
        found = await matching.describe(self.sources, subject, entry)
        return await matching.take_description(
            work, title_id, found, what=CHOSEN.format(source.label)
        )

    async def fetch(self, workshop: Workshop, work: Work, title_id: TitleId) -> MatchRow:
        """Take the words of the entry that a title is, or find out what it may be."""
        subject = await self._find_subject(workshop, work, title_id)
        self.sources.require()
        entry, verdict = await matching.identify(self.sources, subject)
        if entry is None:
            return await matching.note_doubt(work, title_id, verdict)
        found = await matching.describe(self.sources, subject, entry)
        what = FETCHED.format(self.sources.named(entry.source).label)
        return await matching.take_description(work, title_id, found, what=what)

    async def set_aside(self, workshop: Workshop, work: Work, title_id: TitleId) -> MatchRow:
        """Leave a title alone: it is none of the entries."""
        await self._find_subject(workshop, work, title_id)
        return await matching.set_aside(work, title_id)

    async def thumbnail(self, picture: str) -> tuple[bytes, str]:
        """Give a small picture of an entry, and its media type."""
        content = self.thumbnails.find(picture)
        if content is None:
            content = await self.sources.fetch_picture(picture, is_small=True)
            self.thumbnails.keep(picture, content)
        try:
            return content, _MEDIA_TYPES[recognise(content[:32])]
        except PictureRefused as refused:
            raise EntryNotFound from refused

    async def _find_subject(self, workshop: Workshop, work: Work, title_id: TitleId) -> Subject:
        # In a transaction of its own, which is over while the source is asked.
        async with workshop.reading(work.actor) as reading:
            if not await catalog.is_kept(reading, title_id):
                raise catalog.TitleNotFound(title_id)
            subject = await matching.find_subject(reading, title_id)
        if subject is None:
            raise TitleNotMatchable
        return subject


async def list_matches(
    work: Work,
    addresses: MediaAddresses,
    state: MatchState,
    *,
    cursor: str | None = None,
    limit: int | None = None,
) -> Page[ShownMatch]:
    """List the titles whose match is in a state, in the order in which they came."""
    request = MATCHES.request(cursor, limit)
    after = request.after[0] if request.after else None
    rows = await Matches(work).page(state, after=after, limit=request.fetch_limit)
    page = request.page(rows, lambda row: (row.title_id,))
    shown = await _show(work, addresses, page.items)
    return Page(tuple(shown), page.next_cursor)


async def show_match(work: Work, addresses: MediaAddresses, row: MatchRow) -> ShownMatch:
    """Show one title with its match."""
    shown = await _show(work, addresses, [row])
    if not shown:
        raise catalog.TitleNotFound(TitleId(row.title_id))
    return shown[0]


async def _show(
    work: Work, addresses: MediaAddresses, rows: Sequence[MatchRow]
) -> list[ShownMatch]:
    ids = [row.title_id for row in rows]
    posters: Mapping[UUID, PosterAddresses] = await catalog.posters_of_titles(work, addresses, ids)
    files = await Files(work).paths_of_roots(ids)
    shown: list[ShownMatch] = []
    for row in rows:
        title = await catalog.find_title(work, TitleId(row.title_id))
        if title is not None and await catalog.is_kept(work, title.id):
            poster, file = posters.get(row.title_id), files.get(row.title_id)
            shown.append(ShownMatch(row, title, poster, file))
    return shown
