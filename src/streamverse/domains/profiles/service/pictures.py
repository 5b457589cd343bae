"""Pictures that people upload of themselves: made small in the sandbox, kept as objects."""

from __future__ import annotations

import asyncio
import hashlib
import re
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from streamverse.domains.identity.contracts import AccountId
from streamverse.domains.profiles.contracts import ProfileId, SweepPictures
from streamverse.domains.profiles.errors import PictureUnreadable
from streamverse.domains.profiles.models import ProfileRow
from streamverse.domains.profiles.repository import Profiles
from streamverse.domains.profiles.rules.access import may_change
from streamverse.domains.profiles.service.family import (
    Family,
    account_of,
    load_family,
    view_of,
)
from streamverse.domains.profiles.service.profiles import drop_picture
from streamverse.kit.orphans import UUID_PATTERN, StoreOwner
from streamverse.kit.storage import ObjectStore
from streamverse.kit.work import Actor, Work, Workshop
from streamverse.mediakit.ffmpeg import Tools
from streamverse.mediakit.portraits import PictureRefused, portrait

SIDE_PIXELS = 256
PICTURE_LIMIT_BYTES = 5 << 20
AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it is kept: WebP, named by its content."""

    content: bytes
    digest: str


@dataclass(frozen=True, slots=True)
class PictureStudio:
    """Makes and keeps pictures: needs the store, the tools, and a folder for what comes in."""

    store: ObjectStore
    tools: Tools
    scratch: Path
    # Each takes a processor for a moment.
    places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def develop(self, content: bytes) -> Picture:
        """Make a small square picture of what was uploaded, or raise PictureUnreadable."""
        async with self.places:
            folder = await asyncio.to_thread(self._lay_down, content)
            try:
                small = await portrait(folder / "upload", side_pixels=SIDE_PIXELS, tools=self.tools)
            except PictureRefused as refusal:
                raise PictureUnreadable(str(refusal), reason=refusal.code) from refusal
            finally:
                await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
        return Picture(small, hashlib.sha256(small).hexdigest())

    def _lay_down(self, content: bytes) -> Path:
        self.scratch.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(dir=self.scratch))
        (folder / "upload").write_bytes(content)
        return folder


async def check_sitter(workshop: Workshop, actor: Actor, profile_id: ProfileId) -> None:
    """Fail early if the actor may not give this profile a picture, before anything is read."""
    async with workshop.reading(actor) as work:
        family = await load_family(work)
        view = view_of(family.get(work, profile_id))
        family.ensure(may_change(family.current, view, view, family.prove(work)))


async def set_picture(
    work: Work, studio: PictureStudio, profile_id: ProfileId, picture: Picture
) -> tuple[ProfileRow, Family]:
    """Let a profile show a picture, and give it with its family.

    Stored while the family is locked, so that no sweep takes it for one that nobody shows.
    """
    family = await load_family(work, is_locked=True)
    row = family.get(work, profile_id)
    view = view_of(row)
    family.ensure(may_change(family.current, view, view, family.prove(work)))
    if row.picture_digest != picture.digest:
        drop_picture(work, row)
        key = _key(account_of(work.actor), picture.digest)
        await studio.store.put(key, picture.content, is_create_only=True)
        row.picture_digest = picture.digest
    return row, family


async def remove_picture(work: Work, profile_id: ProfileId) -> None:
    """Let a profile show its preset. Doing so again changes nothing."""
    family = await load_family(work, is_locked=True)
    row = family.get(work, profile_id)
    view = view_of(row)
    family.ensure(may_change(family.current, view, view, family.prove(work)))
    drop_picture(work, row)


async def read_picture(studio: PictureStudio, row: ProfileRow) -> bytes:
    """Read the picture that a profile shows."""
    return await studio.store.get(_key(AccountId(row.account_id), row.picture_digest or ""))


async def sweep_pictures(work: Work, store: ObjectStore, job: SweepPictures) -> None:
    """Delete what no profile of the account shows."""
    rows = await Profiles(work).lock_account(job.account_id)
    shown = {_key(job.account_id, row.picture_digest) for row in rows if row.picture_digest}
    stored = [found.key async for found in store.list(_folder(job.account_id))]
    for key in stored:
        if key not in shown:
            await store.delete(key)


def _folder(account_id: AccountId) -> str:
    return f"avatars/{account_id}"


def _key(account_id: AccountId, digest: str) -> str:
    return f"{_folder(account_id)}/{digest}.webp"


_KEYS = re.compile(rf"avatars/({UUID_PATTERN})/([0-9a-f]{{64}})\.webp")


async def _find_owned(work: Work, keys: Sequence[str]) -> set[str]:
    accounts = {AccountId(UUID(match[1])) for key in keys if (match := _KEYS.fullmatch(key))}
    shown = await Profiles(work).pictures_of(accounts)
    return {_key(account_id, digest) for account_id, digest in shown}


async def _lock(work: Work, keys: Sequence[str]) -> None:
    """Keep the families from choosing a picture that they had before."""
    for account_id in sorted({match[1] for key in keys if (match := _KEYS.fullmatch(key))}):
        await Profiles(work).lock_account(AccountId(UUID(account_id)))


STORE_OWNERS = (StoreOwner(_KEYS, _find_owned, _lock),)
