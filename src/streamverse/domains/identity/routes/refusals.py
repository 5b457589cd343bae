"""What is refused before any handler sees it, and still shows in the activity log."""

from __future__ import annotations

from litestar import Response
from litestar.exceptions import HTTPException

from streamverse.domains.identity.contracts import ActivityKind
from streamverse.domains.identity.errors import TooManyAttempts
from streamverse.domains.identity.routes.visits import AnyRequest
from streamverse.domains.identity.rules.user_agents import LENGTH_LIMIT
from streamverse.domains.identity.service import activity
from streamverse.domains.identity.service.throttle import LogInThrottle, network_of
from streamverse.domains.identity.service.visits import Visit
from streamverse.kit.http import (
    ProblemOut,
    client_address,
    on_http_exception,
    open_work,
    problem_response,
)


def refuse_oversized(request: AnyRequest, problem: HTTPException) -> Response[ProblemOut]:
    """Refuse a body that nobody needs, such as ten megabytes of password, and write it down."""
    visit = Visit(client_address(request), request.headers.get("user-agent", "")[:LENGTH_LIMIT])
    throttle: LogInThrottle = request.app.state.setdefault("log_in_throttle", LogInThrottle())
    work = open_work(request)
    subject = f"oversized requests from {network_of(visit.ip)}"
    try:
        throttle.enter(subject, visit.ip, work.now)
    except TooManyAttempts as pause:
        return problem_response(pause)
    facts = {"problem": "kit.http_413", "path": request.url.path}
    about = work.actor.account_id
    activity.record_if_refused(work, about, ActivityKind.REQUEST_REFUSED, visit, facts)
    return on_http_exception(request, problem)
