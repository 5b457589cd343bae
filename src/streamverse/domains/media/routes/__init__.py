"""Media over HTTP: uploads by tus, processing, and the media themselves."""

from litestar import Router

from streamverse.domains.media.routes.delivery import Delivery
from streamverse.domains.media.routes.imports import import_router
from streamverse.domains.media.routes.ladders import routes as ladder_routes
from streamverse.domains.media.routes.pictures import routes as picture_routes
from streamverse.domains.media.routes.processing import routes as processing_routes
from streamverse.domains.media.routes.storage import routes as storage_routes
from streamverse.domains.media.routes.subtitles import routes as subtitle_routes
from streamverse.domains.media.routes.uploads import upload_router

router = Router(
    path="/",
    route_handlers=[
        *(upload_router, import_router, *processing_routes),
        *(*picture_routes, *subtitle_routes, *storage_routes, *ladder_routes),
    ],
    tags=["media"],
)

__all__ = ["Delivery", "router"]
