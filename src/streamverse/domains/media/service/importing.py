"""Taking in a file that is already on this machine, the way an uploaded one is taken in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING

from streamverse.domains.media.contracts import UploadId
from streamverse.domains.media.errors import FileEmpty
from streamverse.domains.media.service.uploads import (
    NewUpload,
    Reception,
    UploadLimits,
    create_upload,
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
    if size_bytes == 0:
        raise FileEmpty
    async with workshop.work(actor) as work:
        new = NewUpload(size_bytes, {"filename": path.name, **metadata})
        row = await create_upload(work, store, limits, new)
    reception = Reception(workshop, actor, store, limits, UploadId(row.id))
    async with aclosing(_blocks(path)) as blocks:
        return await receive(reception, 0, None, blocks)


async def _blocks(path: Path) -> AsyncGenerator[bytes]:
    with path.open("rb") as file:
        while block := await asyncio.to_thread(file.read, BLOCK_BYTES):
            yield block
