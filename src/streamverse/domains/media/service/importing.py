"""Taking in a file that is already on this machine, the way an uploaded one is taken in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING

from streamverse.domains.media.service.uploads import (
    NewUpload,
    UploadLimits,
    open_reception,
    receive,
)

if TYPE_CHECKING:
    from streamverse.domains.media.models import UploadRow
    from streamverse.kit.storage import ObjectStore
    from streamverse.kit.work import Actor, Workshop

BLOCK_BYTES = 1 << 20


async def import_file(  # noqa: PLR0917 - what the composition root has at hand, then what to do
    workshop: Workshop,
    actor: Actor,
    store: ObjectStore,
    limits: UploadLimits,
    path: Path,
    metadata: dict[str, str],
) -> UploadRow:
    """Copy a file into the store and order its check; ``metadata`` is as tus clients send it."""
    size_bytes = (await asyncio.to_thread(path.stat)).st_size
    new = NewUpload(size_bytes, {"filename": path.name, **metadata})
    reception = await open_reception(workshop, actor, store, limits, new)
    async with aclosing(_blocks(path)) as blocks:
        return await receive(reception, 0, None, blocks)


async def _blocks(path: Path) -> AsyncGenerator[bytes]:
    with path.open("rb") as file:
        while block := await asyncio.to_thread(file.read, BLOCK_BYTES):
            yield block
