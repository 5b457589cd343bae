"""How sessions go, over HTTP: what players tell, and what is told of it."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from streamverse.domains.playback.contracts import PlaybackSessionId
from streamverse.domains.playback.errors import (
    EventsTokenInvalid,
    SessionEnded,
    SessionNotFound,
    TooManyIssues,
)
from streamverse.domains.playback.rules.summaries import Grouping
from streamverse.domains.playback.schemas.starting import OwnPlanOut
from streamverse.domains.playback.schemas.telling import (
    AnalyticsOut,
    DebugOut,
    EventsIn,
    EventsOut,
    IssueIn,
    IssueOut,
    QualitySwitchIn,
    SummariesOut,
    SummaryOut,
    WatchedListOut,
    WatchedOut,
)
from streamverse.domains.playback.service import reports, usage
from streamverse.domains.playback.service.desk import PlaybackDesk
from streamverse.kit.errors import Unauthenticated
from streamverse.kit.http import anyone, may, problems, signed_in
from streamverse.kit.paging import CursorInvalid
from streamverse.kit.work import Work

EVENTS_LIMIT_BYTES = 64 * 1024
ISSUE_LIMIT_BYTES = 16 * 1024


@post(
    "/player/events",
    guards=[anyone],
    status_code=202,
    request_max_body_size=EVENTS_LIMIT_BYTES,
    responses=problems(EventsTokenInvalid),
)
async def take_events(
    data: JSONBody[EventsIn], playback_desk: NamedDependency[PlaybackDesk]
) -> EventsOut:
    """Take what a player tells of its session; the token of the session stands for a log-in."""
    session_id = PlaybackSessionId(data.session_id)
    events = [event.event() for event in data.events]
    return EventsOut(playback_desk.take(session_id, data.token, events))


@get(
    "/player/sessions/{session_id:uuid}/analytics",
    guards=[signed_in],
    responses=problems(SessionNotFound),
)
async def get_analytics(
    session_id: FromPath[UUID],
    work: NamedDependency[Work],
    playback_desk: NamedDependency[PlaybackDesk],
) -> AnalyticsOut:
    """Tell how a session went, moment by moment: to whose it is, and to staff."""
    await playback_desk.write()
    return AnalyticsOut.of(await reports.get_session(work, PlaybackSessionId(session_id)))


@get(
    "/player/sessions/{session_id:uuid}/debug-info",
    guards=[signed_in],
    responses=problems(SessionNotFound),
)
async def get_debug_facts(
    session_id: FromPath[UUID],
    work: NamedDependency[Work],
    playback_desk: NamedDependency[PlaybackDesk],
) -> DebugOut:
    """Tell what a session was given and what is known of it: to whose it is, and to staff."""
    await playback_desk.write()
    watched = await reports.get_session(work, PlaybackSessionId(session_id))
    return DebugOut.of(watched, work.now)


@post(
    "/player/sessions/{session_id:uuid}/report-issue",
    guards=[signed_in],
    status_code=201,
    request_max_body_size=ISSUE_LIMIT_BYTES,
    responses=problems(SessionNotFound, TooManyIssues),
)
async def report_issue(
    session_id: FromPath[UUID], data: JSONBody[IssueIn], work: NamedDependency[Work]
) -> IssueOut:
    """Report what is wrong with a session of one's own."""
    reported = await reports.report_issue(work, PlaybackSessionId(session_id), data.issue())
    return IssueOut.of(reported)


@post(
    "/player/sessions/{session_id:uuid}/quality-switch",
    guards=[signed_in],
    status_code=204,
    responses=problems(SessionNotFound, SessionEnded),
)
async def switch_quality(
    session_id: FromPath[UUID], data: JSONBody[QualitySwitchIn], work: NamedDependency[Work]
) -> None:
    """Tell that the viewer has chosen a quality by hand, or none."""
    await reports.switch_quality(work, PlaybackSessionId(session_id), data.height)


@get("/users/me/plan", guards=[signed_in], responses=problems(Unauthenticated))
async def get_own_plan(
    work: NamedDependency[Work], playback_desk: NamedDependency[PlaybackDesk]
) -> OwnPlanOut:
    """Show what you may by your plan, who watches with your account, and on which devices."""
    return await usage.get_own_plan(work, playback_desk.settings)


@get("/admin/sessions", guards=[may(reports.STAFF)], responses=problems(CursorInvalid))
async def list_sessions(  # noqa: PLR0917 - what the framework injects, by name
    work: NamedDependency[Work],
    playback_desk: NamedDependency[PlaybackDesk],
    is_running: FromQuery[bool | None] = None,
    is_reported: FromQuery[bool | None] = None,
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
) -> WatchedListOut:
    """List the sessions of everybody, the newest first: that run, are over, or were reported."""
    await playback_desk.write()
    page = await reports.list_sessions(
        work, is_running=is_running, is_reported=bool(is_reported), cursor=cursor, limit=limit
    )
    return WatchedListOut([WatchedOut.of(one) for one in page.items], page.next_cursor)


@get("/admin/sessions/quality", guards=[may(reports.STAFF)])
async def summarise_sessions(
    work: NamedDependency[Work],
    playback_desk: NamedDependency[PlaybackDesk],
    by: FromQuery[Grouping] = Grouping.TITLE,
    days: Annotated[int, QueryParameter(ge=1, le=90)] = 7,
) -> SummariesOut:
    """Tell how the sessions of the last days went by title, device, region or network."""
    await playback_desk.write()
    found = await reports.summarise_sessions(work, by, days)
    return SummariesOut([SummaryOut.of(summary, name) for summary, name in found])
