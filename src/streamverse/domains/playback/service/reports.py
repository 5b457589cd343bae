"""How sessions go, for those who watch and for staff, and what is reported of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from streamverse.domains.catalog import public as catalog
from streamverse.domains.catalog.contracts import TitleId
from streamverse.domains.live import public as live
from streamverse.domains.playback.contracts import Issue, PlaybackSessionId
from streamverse.domains.playback.errors import SessionEnded, SessionNotFound, TooManyIssues
from streamverse.domains.playback.models import IssueRow, PlaybackSessionRow
from streamverse.domains.playback.repository import Issues, PlaybackSessions
from streamverse.domains.playback.rules.quality import Quality
from streamverse.domains.playback.rules.summaries import Grouping, Summary, summarise
from streamverse.kit.clock import milliseconds, new_id
from streamverse.kit.paging import Listing, Page
from streamverse.kit.work import Work

SESSIONS = Listing("playback.sessions", tuple[UUID])
STAFF = "reports.read"
ISSUES_LIMIT = 20
SUMMARISED_LIMIT = 20_000
GROUPS_LIMIT = 50


@dataclass(frozen=True, slots=True)
class Watched:
    """A session with the name of what is watched, and what was reported of it."""

    row: PlaybackSessionRow
    title: str
    issues: Sequence[IssueRow] = ()


async def get_session(work: Work, session_id: PlaybackSessionId) -> Watched:
    """Get a session: one of the actor's account, or any for staff.

    What the actor may not know of has no name, such as a grown-up's title to a child.
    """
    row = await _get(work, session_id)
    names = await _find_names(work, [row], is_staff=work.actor.may(STAFF))
    issues = await Issues(work).of_sessions([row.id])
    return Watched(row, _name_of(row, names), issues)


async def _get(work: Work, session_id: PlaybackSessionId) -> PlaybackSessionRow:
    row = await PlaybackSessions(work).find(session_id)
    if row is None or not (row.account_id == work.actor.account_id or work.actor.may(STAFF)):
        raise SessionNotFound
    return row


async def _find_names(
    work: Work, rows: Collection[PlaybackSessionRow], *, is_staff: bool
) -> Mapping[UUID, str]:
    """Find what is called how that is watched in some sessions."""
    title_ids = {TitleId(row.title_id) for row in rows if row.title_id is not None}
    stream_ids = {row.stream_id for row in rows if row.stream_id is not None}
    if is_staff:
        streams = await live.find_stream_names(work, stream_ids)
    else:
        title_ids = await catalog.keep_visible(work, title_ids)
        streams = await live.find_known_names(work, stream_ids)
    return {**await catalog.find_names(work, title_ids), **streams}


def _name_of(row: PlaybackSessionRow, names: Mapping[UUID, str]) -> str:
    watched_id = row.title_id or row.stream_id
    return names.get(watched_id, "") if watched_id is not None else ""


async def list_sessions(
    work: Work,
    *,
    is_running: bool | None,
    is_reported: bool = False,
    cursor: str | None,
    limit: int | None,
) -> Page[Watched]:
    """List who watches, or has watched, the newest first; with what was reported."""
    request = SESSIONS.request(cursor, limit)
    rows = await PlaybackSessions(work).page(
        is_running=is_running,
        is_reported=is_reported,
        before=request.after[0] if request.after else None,
        limit=request.fetch_limit,
    )
    names = await _find_names(work, rows, is_staff=True)
    page = request.page(rows, lambda row: (row.id,))
    issues: dict[UUID, list[IssueRow]] = {row.id: [] for row in page.items}
    for issue in await Issues(work).of_sessions(issues):
        issues[issue.session_id].append(issue)
    return page.map(lambda row: Watched(row, _name_of(row, names), issues[row.id]))


async def summarise_sessions(work: Work, by: Grouping, days: int) -> Sequence[tuple[Summary, str]]:
    """Tell how the sessions of some days went, put together, with the names of the groups."""
    since = work.now - timedelta(days=days)
    measured = await PlaybackSessions(work).measured(since, SUMMARISED_LIMIT)
    summaries = summarise(measured, by, GROUPS_LIMIT)
    if by is Grouping.TITLE:
        ids = {UUID(one.key) for one in summaries}
        titles = await catalog.find_names(work, {TitleId(one) for one in ids})
        names = {**titles, **await live.find_stream_names(work, ids - titles.keys())}
        return [(one, names.get(UUID(one.key), "")) for one in summaries]
    return [(one, one.key) for one in summaries]


async def report_issue(work: Work, session_id: PlaybackSessionId, issue: Issue) -> IssueRow:
    """Keep what somebody reports of a session of their account."""
    row = await PlaybackSessions(work).get(session_id, work.actor.account_id)
    if await Issues(work).count(session_id) >= ISSUES_LIMIT:
        raise TooManyIssues(ISSUES_LIMIT)
    reported = IssueRow(
        id=new_id(),
        session_id=row.id,
        kind=issue.kind,
        words=issue.words,
        facts=issue.facts,
        reported_at=work.now,
    )
    await Issues(work).add(reported)
    return reported


async def switch_quality(work: Work, session_id: PlaybackSessionId, height: int | None) -> None:
    """Write down that the viewer has chosen a quality by hand, or lets the player choose again."""
    row = await PlaybackSessions(work).get_for_change(session_id, work.actor.account_id)
    if row.ended_at is not None:
        raise SessionEnded
    quality = Quality(timeline=list(row.timeline))
    quality.add_point(milliseconds(work.now - row.opened_at), "chosen", height or 0)
    row.timeline = quality.timeline
