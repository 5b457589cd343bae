"""Finding out which entries of a metadata source films and series are, and taking its words.

Staff's own words come first, then what lies beside a file (NFO), then the source, and last what
the name of a file says. No transaction is open while the source is asked.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec
from msgspec import UNSET

from streamverse.domains.catalog import public as catalog
from streamverse.domains.catalog.contracts import (
    RelatedLine,
    RelationKind,
    TitleId,
    TitleKind,
    TitlePatch,
)
from streamverse.domains.intake.contracts import (
    FetchArtwork,
    MatchState,
    MatchTitles,
    SourceName,
)
from streamverse.domains.intake.errors import EntryNotFound
from streamverse.domains.intake.models import MatchRow
from streamverse.domains.intake.repository import Files, Matches
from streamverse.domains.intake.rules.descriptions import (
    Description,
    SeasonDescription,
    instead_of_another,
)
from streamverse.domains.intake.rules.matching import (
    MOST_SHOWN,
    SURE,
    Verdict,
    Wanted,
    judge,
    rank,
    score_of_best,
)
from streamverse.kit.errors import Invalid
from streamverse.kit.jobs import JobRow, Jobs, JobState, job_name

if TYPE_CHECKING:
    from streamverse.domains.intake.contracts import Candidate
    from streamverse.domains.intake.service.sources import MetadataSource, Sources
    from streamverse.kit.work import Work
    from streamverse.kit.worker import Run

MATCHABLE = frozenset({TitleKind.MOVIE, TitleKind.SERIES})
# Terms of TMDB: nothing of it is kept longer than six months without a look.
REFRESH_AFTER = timedelta(days=30)
# The words that come with a file have this long to arrive.
SETTLING = timedelta(seconds=20)
# A source that could not be asked is left alone for so long.
REST = timedelta(minutes=15)
LOOKED_AT_CLOSELY = 3
MATCH_KEY = "intake:match"


@dataclass(frozen=True, slots=True)
class Subject:
    """A film or series that is looked up, and which of its seasons and episodes there are."""

    title_id: TitleId
    kind: TitleKind
    wanted: Wanted
    ids: Mapping[str, str]
    seasons: Mapping[int, TitleId] = field(default_factory=dict[int, TitleId])


@dataclass(frozen=True, slots=True)
class Entry:
    """What a title is: a number of a source."""

    source: SourceName
    number: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a source knows of a title, and of those of its seasons that there are."""

    entry: Entry
    description: Description
    seasons: Mapping[int, SeasonDescription] = field(default_factory=dict[int, SeasonDescription])


# --- what there is to look up ---------------------------------------------------------------------


async def note_titles(work: Work, title_ids: Collection[TitleId]) -> None:
    """Let films and series be looked up soon; a new episode has its series done again."""
    kinds = await catalog.find_kinds(work, title_ids)
    await _await_turns(work, [title_id for title_id, kind in kinds.items() if kind in MATCHABLE])
    episodes = [title_id for title_id, kind in kinds.items() if kind is TitleKind.EPISODE]
    places = (await catalog.find_places(work, episodes)).values()
    for row in (await Matches(work).lock_all({place.series_id for place in places})).values():
        if row.state == MatchState.MATCHED:
            row.due_at = work.now + SETTLING


async def _await_turns(work: Work, title_ids: Collection[TitleId]) -> Mapping[UUID, MatchRow]:
    rows = dict(await Matches(work).lock_all(title_ids))
    for title_id in title_ids:
        if title_id not in rows:
            row = MatchRow(title_id=title_id, state=MatchState.NEW.value, candidates=[])
            Matches(work).add(row)
            rows[title_id] = row
        rows[title_id].due_at = work.now + SETTLING
    await work.session.flush()
    return rows


async def find_subject(work: Work, title_id: TitleId) -> Subject | None:
    """Say what is known of a film or series; None where it is neither, or gone."""
    title = await catalog.find_title(work, title_id)
    said = await catalog.describe_title(work, title_id)
    if title is None or said is None or title.kind not in MATCHABLE:
        return None
    translations = {} if said.translations is UNSET else said.translations
    names = (title.name, said.original_name, *(words.name for words in translations.values()))
    seasons: Mapping[int, TitleId] = {}
    if title.kind is TitleKind.SERIES:
        seasons = await catalog.find_numbered(work, title_id)
    wanted = Wanted(
        names=tuple(name for name in names if isinstance(name, str) and name),
        year=None if said.year is UNSET else said.year,
        seasons=max(seasons, default=None),
    )
    ids = {} if said.external_ids is UNSET else said.external_ids
    return Subject(title_id, title.kind, wanted, ids, seasons)


# --- asking the source ----------------------------------------------------------------------------


async def identify(sources: Sources, subject: Subject) -> tuple[Entry | None, Verdict]:
    """Find what a title is: by the numbers it has elsewhere, else by its name and year.

    A source is only asked for a name where none before it is sure, and only believed where none
    before it knows another that fits.
    """
    for source in sources.members:
        known = await source.find_known(subject.kind, subject.ids)
        if known is not None:
            return Entry(source.name, known), Verdict(None, ())
    likely: list[Candidate] = []
    for source in sources.members:
        verdict = await _look_up(source, subject)
        is_alone = score_of_best(subject.wanted, likely) < SURE
        if verdict.sure is not None and is_alone:
            return Entry(source.name, verdict.sure.number), verdict
        likely += verdict.ranked
    return None, Verdict(None, tuple(rank(subject.wanted, likely)[:MOST_SHOWN]))


async def _look_up(source: MetadataSource, subject: Subject) -> Verdict:
    wanted = subject.wanted
    found = await source.search(subject.kind, wanted.names[0], wanted.year)
    verdict = judge(wanted, found)
    if verdict.sure is None and found:
        # Lists give two names of an entry; it may be known by another one.
        likely = rank(wanted, found)
        first, others = likely[:LOOKED_AT_CLOSELY], likely[LOOKED_AT_CLOSELY:]
        closely = [await source.look_closer(subject.kind, each) for each in first]
        verdict = judge(wanted, (*closely, *others))
    return verdict


async def search(
    sources: Sources, kind: TitleKind, name: str, year: int | None
) -> Sequence[Candidate]:
    """Find what is called like this at each source, the likeliest of each first."""
    return [
        candidate
        for source in sources.members
        for candidate in await source.search(kind, name, year)
    ]


async def describe(sources: Sources, subject: Subject, entry: Entry) -> Found:
    """Get what a source knows of a title, and of its seasons that there are."""
    source = sources.named(entry.source)
    description = await source.describe(subject.kind, entry.number)
    seasons: dict[int, SeasonDescription] = {}
    for season in sorted(subject.seasons):
        try:
            seasons[season] = await source.describe_season(entry.number, season)
        except EntryNotFound:
            continue  # others count the seasons in another way
    return Found(entry, description, seasons)


# --- writing it down ------------------------------------------------------------------------------


async def take_description(
    work: Work, title_id: TitleId, found: Found, *, what: str | None = None
) -> MatchRow:
    """Take the words of the source for a title and what is beneath it, and order its picture."""
    row = await _lock(work, title_id)
    entry = found.entry
    was_another = _entry_of(row) not in {None, entry}
    row.state, row.candidates = MatchState.MATCHED.value, []
    row.source, row.number = entry.source, entry.number
    row.picture, row.faces = found.description.picture, dict(found.description.faces)
    row.looked_at, row.due_at = work.now, work.now + REFRESH_AFTER
    related = [
        RelatedLine(other, RelationKind.RELATED)
        for other in await Matches(work).of_numbers(entry.source, found.description.related)
        if other != title_id
    ]
    patch = found.description.patch
    if related:
        patch = msgspec.structs.replace(patch, related=related)
    if was_another:
        patch = instead_of_another(patch)
    patches = {title_id: patch, **await _beneath(work, title_id, found)}
    described = await Files(work).described(patches)
    await catalog.fill_titles(work, patches, only_empty=described, what=what)
    order_artwork(work, title_id)
    return row


async def _beneath(work: Work, title_id: TitleId, found: Found) -> Mapping[TitleId, TitlePatch]:
    """Give what is known of the seasons and episodes that there are."""
    patches: dict[TitleId, TitlePatch] = {}
    for number, season_id in (await catalog.find_numbered(work, title_id)).items():
        season = found.seasons.get(number)
        if season is None:
            continue
        patches[season_id] = season.patch
        for place, episode_id in (await catalog.find_numbered(work, season_id)).items():
            if place in season.episodes:
                patches[episode_id] = season.episodes[place]
    return patches


async def note_doubt(work: Work, title_id: TitleId, verdict: Verdict) -> MatchRow:
    """Keep what a title may be until somebody says which; what nobody knows is tried again."""
    row = await _lock(work, title_id)
    row.candidates = [msgspec.to_builtins(each) for each in verdict.ranked]
    row.state = (MatchState.UNSURE if verdict.ranked else MatchState.UNKNOWN).value
    row.source = row.number = None
    row.looked_at = work.now
    row.due_at = None if verdict.ranked else work.now + REFRESH_AFTER
    return row


async def set_aside(work: Work, title_id: TitleId) -> MatchRow:
    """Leave a title alone: it is none of the entries."""
    row = await _lock(work, title_id)
    row.state, row.candidates = MatchState.SET_ASIDE.value, []
    row.source = row.number = None
    row.due_at, row.looked_at = None, work.now
    return row


async def _lock(work: Work, title_id: TitleId) -> MatchRow:
    return await Matches(work).lock(title_id) or (await _await_turns(work, [title_id]))[title_id]


def order_artwork(work: Work, title_id: UUID) -> None:
    """Order the picture of a title, and those of its people."""
    key = f"intake:artwork:{title_id}"
    work.enqueue(FetchArtwork(title_id), subject_id=title_id, dedupe_key=key)


async def order_known_artwork(work: Work, title_id: UUID | None) -> None:
    """Order the picture of a title that was matched before it had media to carry one."""
    row = await Matches(work).find(title_id) if title_id else None
    if row is not None and row.picture is not None:
        order_artwork(work, row.title_id)


# --- by themselves --------------------------------------------------------------------------------


def order_matching(work: Work) -> None:
    """Order that the titles whose turn it is are matched; one such job waits or runs at a time."""
    work.enqueue(MatchTitles(), subject_id=work.actor.tenant_id, dedupe_key=MATCH_KEY)


async def has_just_failed(work: Work) -> bool:
    """Tell whether the source could not be asked a moment ago, so that it is left alone."""
    job = await find_failure(work)
    return job is not None and job.finished_at is not None and job.finished_at > work.now - REST


async def find_failure(work: Work) -> JobRow | None:
    """Find the last job that matched titles, if it was given up."""
    name = job_name(MatchTitles)
    jobs = [job for job in await Jobs(work).of_subjects([work.actor.tenant_id]) if job.name == name]
    return jobs[-1] if jobs and jobs[-1].state == JobState.DEAD else None


async def match_titles(run: Run, sources: Sources) -> None:
    """Match the titles whose turn it is; a source that does not answer ends it for now."""
    while True:
        async with run.work() as work:
            row = await Matches(work).next_due(work.now)
            if row is None:
                return
            known = _entry_of(row)
            if known is not None and known.source not in sources.names:
                # What a source has said stays while it is not asked.
                row.due_at = work.now + REFRESH_AFTER
                continue
            subject = await find_subject(work, TitleId(row.title_id))
            # Should something go wrong with this one, the others have their turn first.
            row.due_at = work.now + REST if subject else None
        if subject is not None:
            await _match(run, sources, subject, known)


def _entry_of(row: MatchRow) -> Entry | None:
    if row.source is None or row.number is None:
        return None
    return Entry(SourceName(row.source), row.number)


async def _match(run: Run, sources: Sources, subject: Subject, known: Entry | None) -> None:
    try:
        entry, verdict = known, Verdict(None, ())
        if entry is None:
            entry, verdict = await identify(sources, subject)
        found = await describe(sources, subject, entry) if entry else None
        async with run.work() as work:
            if found is not None:
                await take_description(work, subject.title_id, found)
            else:
                await note_doubt(work, subject.title_id, verdict)
    except (EntryNotFound, Invalid):
        # It knows the title no longer, or says what the catalogue does not take.
        async with run.work() as work:
            await note_doubt(work, subject.title_id, Verdict(None, ()))
