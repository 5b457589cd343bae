"""The library over HTTP."""

from __future__ import annotations

from litestar import Router

from streamverse.domains.library.routes import history, reminders, schedule, watching, watchlists

of_profile = Router(
    path="/users/{profile_id:uuid}",
    route_handlers=[
        *watching.handlers,
        *history.handlers,
        *watchlists.handlers,
        *reminders.handlers,
    ],
)
router = Router(
    path="/",
    route_handlers=[of_profile, watchlists.open_share, *schedule.handlers],
    request_max_body_size=65_536,
    tags=["library"],
)
