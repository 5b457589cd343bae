"""The HTTP application: the API, the media beside it, and the web app for everything else."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import msgspec
from litestar import Litestar, Router, get
from litestar.datastructures import State
from litestar.di import Provide
from litestar.enums import ScopeType
from litestar.middleware import DefineMiddleware
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.routes import HTTPRoute

import streamverse
from streamverse.app.crawlers import Crawlers
from streamverse.app.web import DOCUMENT, WebApp
from streamverse.domains.billing.routes import router as billing_router
from streamverse.domains.catalog.routes import router as catalog_router
from streamverse.domains.identity.routes import authenticate, get_jwks, people_only
from streamverse.domains.identity.routes import router as identity_router
from streamverse.domains.identity.rules.federation import parse_providers
from streamverse.domains.identity.service.exports import Archive
from streamverse.domains.identity.service.openid import Federation
from streamverse.domains.intake.routes import router as intake_router
from streamverse.domains.intake.service.matches import MatchDesk
from streamverse.domains.library.routes import router as library_router
from streamverse.domains.live.public import LIVE_PREFIX
from streamverse.domains.live.routes import WHIP_PREFIX, Elsewhere, LiveDelivery, WebRtcDoor
from streamverse.domains.live.routes import router as live_router
from streamverse.domains.media.public import Receptions
from streamverse.domains.media.routes import Delivery
from streamverse.domains.media.routes import router as media_router
from streamverse.domains.notifications.routes import router as notifications_router
from streamverse.domains.playback.public import admit_holder
from streamverse.domains.playback.routes import router as playback_router
from streamverse.domains.profiles.public import PictureStudio
from streamverse.domains.profiles.routes import router as profiles_router
from streamverse.domains.recommendations.routes import router as recommendations_router
from streamverse.domains.search.routes import router as search_router
from streamverse.domains.social.routes import router as social_router
from streamverse.kit.edges import refuse
from streamverse.kit.errors import NotFound
from streamverse.kit.http import (
    EXCEPTION_HANDLERS,
    INERT_HEADERS,
    ONLY_HTTPS,
    SECURITY_HEADERS,
    EdgeMiddleware,
    anyone,
    provide_work,
    with_headers,
)
from streamverse.kit.networks import find_place

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from litestar.types import ASGIApp, Receive, Scope, Send

    from streamverse.app.resources import Resources
    from streamverse.kit.files import Send as EdgeSend
    from streamverse.kit.http import Connection
    from streamverse.kit.work import Actor

API_PREFIX = "/api"
MEDIA_PREFIX = "/media/"
# Unless an answer says what else may be done with it.
NOT_STORED = {"Cache-Control": "no-store"}
WELL_KNOWN_PREFIX = "/.well-known/"
WEB_FOLDER = Path(streamverse.__file__).parents[2] / "web" / "dist"


# What routes and the edge ask for by name, and where it comes from.
GIVEN: Mapping[str, Callable[[Resources], object]] = {
    "workshop": lambda world: world.workshop,
    "store": lambda world: world.store,
    "media_addresses": lambda world: world.addresses,
    "manifests": lambda world: world.manifests,
    "identity_settings": lambda world: world.identity_settings,
    "regions": lambda world: world.regions,
    "correspondence": lambda world: world.correspondence,
    "postbox": lambda world: world.correspondence.postbox,
    "upload_limits": lambda world: world.upload_limits,
    "key_safe": lambda world: world.key_safe,
    "trusted_proxies": lambda world: tuple(map(ip_network, world.settings.trusted_proxies)),
    "intake": lambda world: world.intake,
    "retention": lambda world: world.retention,
    "fetcher": lambda world: world.fetcher,
    "webhook_settings": lambda world: world.webhook_settings,
    "receptions": lambda _: Receptions(),
    "federation": lambda world: Federation(parse_providers(world.settings.oidc_providers)),
    "archive": lambda world: Archive(world.store, world.vault),
    "picture_studio": lambda world: PictureStudio(world.store, world.tools, world.scratch),
    "search_desk": lambda world: world.search_desk,
    "playback_desk": lambda world: world.playback_desk,
    "live_desk": lambda world: world.live_desk,
    "lightbox": lambda world: world.lightbox,
    "library_roots": lambda world: world.library_roots,
    "match_desk": lambda world: MatchDesk(world.metadata_sources),
}


class NotAnsweredHere(NotFound):
    """A live node is asked for a page or a film."""

    code = "app.not_answered_here"
    title = "This server only takes live streams"

    def __init__(self) -> None:
        super().__init__("This server only takes live streams: open the address of the service.")


class HealthOut(msgspec.Struct):
    """Whether the program answers."""

    status: str


class VersionOut(msgspec.Struct):
    """Which version of the program this is."""

    version: str


@get("/ops/health", guards=[anyone], tags=["operation"])
async def get_health() -> HealthOut:
    """Tell that the program answers."""
    return HealthOut("ok")


@get("/ops/version", guards=[anyone], tags=["operation"])
async def get_version() -> VersionOut:
    """Tell which version this is."""
    return VersionOut(streamverse.__version__)


def assemble_api() -> Litestar:
    """Assemble the API from the routes of all domains; ``furnish`` gives it a world."""
    of_people = Router(
        path="/",
        route_handlers=[identity_router, profiles_router, library_router, social_router],
        guards=[people_only],
    )
    v1 = Router(
        path=f"{API_PREFIX}/v1",
        route_handlers=[
            of_people,
            billing_router,
            catalog_router,
            playback_router,
            media_router,
            live_router,
            notifications_router,
            search_router,
            recommendations_router,
            intake_router,
            get_health,
            get_version,
        ],
    )
    given = {name: Provide(_giver(name), sync_to_thread=False) for name in GIVEN}
    api = Litestar(
        route_handlers=[v1, get_jwks],
        dependencies={"work": Provide(provide_work), **given},
        middleware=[DefineMiddleware(EdgeMiddleware, authenticate=_find_actor)],
        exception_handlers=EXCEPTION_HANDLERS,
        # The program sets up its logs by itself.
        logging_config=None,
        openapi_config=OpenAPIConfig(
            title="StreamVerse",
            version=streamverse.__version__,
            path=f"{API_PREFIX}/openapi.json",
            render_plugins=[JsonRenderPlugin(path="/")],
        ),
    )
    _give_in_turn(api)
    return api


def _give_in_turn(api: Litestar) -> None:
    """Give handlers what they ask for one by one: tasks for it take longer than all of it."""
    for route in api.routes:
        if isinstance(route, HTTPRoute):
            for _, asked in route.route_handler_map.values():
                batches = cast("list[set[Any]]", asked.dependency_batches)
                asked.dependency_batches = [{one} for batch in batches for one in batch]


def furnish(api: Litestar, resources: Resources) -> Litestar:
    """Give the API the world it answers from, and let it forget everything of any other."""
    api.state.clear()
    api.state.update({name: find(resources) for name, find in GIVEN.items()})
    return api


async def _find_actor(connection: Connection) -> Actor:
    state = connection.app.state
    actor = await authenticate(connection, state.identity_settings)
    return replace(actor, region=state.regions.find(actor.place))


def _giver(name: str) -> Callable[[State], Any]:
    def give(state: State) -> Any:  # noqa: ANN401 - as different as the things are
        return state[name]

    return give


def create_app(
    resources: Resources,
    *,
    web_folder: Path = WEB_FOLDER,
    api: Litestar | None = None,
    is_live_alone: bool = False,
) -> ASGIApp:
    """Make the ASGI application that everything is served by, with an API that nobody else uses.

    A live node alone has none of the pages and films.
    """
    https = ONLY_HTTPS if resources.settings.is_secure else {}
    furnished = furnish(api or assemble_api(), resources)
    guarded_api = with_headers(
        cast("ASGIApp", Elsewhere(resources.live_desk, furnished)),
        {**SECURITY_HEADERS, **NOT_STORED, **https},
    )
    pages = Crawlers(cast("ASGIApp", WebApp(web_folder)), web_folder / DOCUMENT, resources)
    web = with_headers(cast("ASGIApp", pages), {**SECURITY_HEADERS, **https})
    desk = resources.playback_desk
    trusted = tuple(map(ip_network, resources.settings.trusted_proxies))
    delivery = Delivery(
        *(resources.workshop, resources.store, resources.addresses, admit_holder),
        find_place=lambda scope: find_place(scope, trusted),
        note_fetch=desk.note_fetch,
        is_withdrawn=desk.has_ended,
        manifests=resources.manifests,
    )
    media = with_headers(cast("ASGIApp", delivery), {**INERT_HEADERS, **https})
    live_delivery = LiveDelivery(
        *(resources.live_desk, resources.addresses, delivery.holders),
        *(delivery.find_place, desk.note_fetch),
    )
    live = with_headers(cast("ASGIApp", live_delivery), {**INERT_HEADERS, **https})
    door = WebRtcDoor(
        *(resources.live_desk, resources.addresses, delivery.holders),
        *(delivery.find_place, desk.note_fetch),
    )
    webrtc = with_headers(cast("ASGIApp", door), {**INERT_HEADERS, **https})

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"] if scope["type"] == ScopeType.HTTP else API_PREFIX
        if path == API_PREFIX or path.startswith((f"{API_PREFIX}/", WELL_KNOWN_PREFIX)):
            await guarded_api(scope, receive, send)
        elif path.startswith(MEDIA_PREFIX) and not is_live_alone:
            await media(scope, receive, send)
        elif path.startswith((WHIP_PREFIX, f"{LIVE_PREFIX}/")) and door.covers(path):
            await webrtc(scope, receive, send)
        elif path.startswith(f"{LIVE_PREFIX}/"):
            await live(scope, receive, send)
        elif is_live_alone:
            await refuse(cast("EdgeSend", send), NotAnsweredHere())
        else:
            await web(scope, receive, send)

    return application
