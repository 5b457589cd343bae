"""Playback over HTTP."""

from __future__ import annotations

from litestar import Router
from litestar.di import Provide

from streamverse.domains.playback.routes.delivery import (
    give_cookie,
    give_token,
    show_cookie,
    sign_address,
)
from streamverse.domains.playback.routes.sessions import (
    get_analytics,
    get_debug_facts,
    get_own_plan,
    list_sessions,
    report_issue,
    summarise_sessions,
    switch_quality,
    take_events,
)
from streamverse.domains.playback.routes.starting import (
    end_session,
    get_thumbnails,
    give_license,
    give_live_license,
    open_live_session,
    open_session,
    provide_door,
    provide_licenses,
    provide_live_door,
    start_live_playback,
    start_playback,
)

router = Router(
    path="/",
    route_handlers=[
        start_playback,
        start_live_playback,
        get_thumbnails,
        give_license,
        give_live_license,
        open_session,
        open_live_session,
        end_session,
        take_events,
        get_analytics,
        get_debug_facts,
        report_issue,
        switch_quality,
        get_own_plan,
        list_sessions,
        summarise_sessions,
        sign_address,
        give_token,
        give_cookie,
        show_cookie,
    ],
    dependencies={
        "door": Provide(provide_door, sync_to_thread=False),
        "live_door": Provide(provide_live_door, sync_to_thread=False),
        "licenses": Provide(provide_licenses, sync_to_thread=False),
    },
    tags=["playback"],
)
