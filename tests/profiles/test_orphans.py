"""A picture that was let go and is chosen again while what nothing refers to is deleted."""

from __future__ import annotations

import asyncio
from pathlib import Path

from streamverse.app.registry import STORE_OWNERS
from streamverse.domains.profiles.service.pictures import Picture, PictureStudio, set_picture
from streamverse.kit.orphans import OrphanCollector
from streamverse.kit.storage import open_store
from streamverse.kit.work import Workshop
from streamverse.mediakit.ffmpeg import Tools
from tests.factories.accounts import People
from tests.factories.families import make_home

PICTURE = Picture(b"a picture", "a" * 64)


async def test_a_picture_that_is_chosen_again_meanwhile_stays(
    workshop: Workshop, people: People, tmp_path: Path
) -> None:
    home = await make_home(workshop, people.viewer)
    store = open_store((tmp_path / "store").as_uri())
    studio = PictureStudio(store, Tools(Path("ffmpeg"), Path("ffprobe")), tmp_path)
    key = f"avatars/{people.viewer.account_id}/{PICTURE.digest}.webp"
    await store.put(key, PICTURE.content)
    collector = OrphanCollector(workshop, store, STORE_OWNERS)
    assert (await collector.collect(is_dry_run=True)).examples == [key]
    async with workshop.work(home.door) as work:
        await set_picture(work, studio, home.first, PICTURE)
        collecting = asyncio.create_task(collector.collect(is_dry_run=False))
        await asyncio.wait([collecting], timeout=0.2)
        assert not collecting.done()
    assert (await collecting).deleted.count == 0
    assert await store.get(key) == PICTURE.content
    assert (await collector.collect(is_dry_run=False)).orphans.count == 0
    await store.aclose()
