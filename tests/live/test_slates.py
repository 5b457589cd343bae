"""The picture of a stream for when nothing comes in: given, shown, removed, for whom it is."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from streamverse.kit.clock import FixedClock
from tests.conftest import ORIGIN, Clients
from tests.factories.pictures import PictureFactory
from tests.factories.pipeline import WorkOff, stored_files
from tests.live.conftest import Channel, make_stream

CONTENT_TYPES = {"avif": "AVIF", "webp": "WEBP", "jpg": "JPEG"}


@pytest.fixture
def picture(tmp_path: Path) -> bytes:
    """Draw a picture."""
    return PictureFactory.in_folder(tmp_path).make("given.png", "1920x1080")


async def slate_of(clients: Clients, stream_id: object) -> dict[str, Any] | None:
    shown = (await clients.viewer.get(f"/live/streams/{stream_id}")).json()
    slate: dict[str, Any] | None = shown["slate"]
    return slate


async def test_a_picture_is_shown_in_every_size_and_form(
    clients: Clients, channel: Channel, picture: bytes
):
    assert await slate_of(clients, channel.id) is None
    set_ = await clients.owner.put(f"/live/streams/{channel.id}/slate", content=picture)
    assert set_.status_code == 200, set_.text
    slate = await slate_of(clients, channel.id)
    assert slate == set_.json()
    assert slate["widths"] == [320, 640, 1280]
    for width in slate["widths"]:
        for ending, form in CONTENT_TYPES.items():
            answer = await clients.nobody.get(f"{ORIGIN}{slate['base_url']}/{width}.{ending}")
            assert answer.status_code == 200
            with Image.open(BytesIO(answer.content)) as found:
                assert (found.format, found.width) == (form, width)
    changed = await clients.owner.patch(f"/live/streams/{channel.id}", json={"name": "Vespers"})
    assert changed.json()["slate"] == slate
    (listed,) = (await clients.viewer.get("/live/streams")).json()
    assert listed["slate"] == slate


async def test_another_picture_takes_its_place(
    clients: Clients,
    channel: Channel,
    picture: bytes,
    tmp_path: Path,
    work_off: WorkOff,
    clock: FixedClock,
):
    path = f"/live/streams/{channel.id}/slate"
    first = (await clients.owner.put(path, content=picture)).json()
    other = PictureFactory.in_folder(tmp_path).make("other.png", "640x360")
    second = (await clients.owner.put(path, content=other)).json()
    assert second["base_url"] != first["base_url"]
    assert await slate_of(clients, channel.id) == second
    for _ in range(2):
        assert (await clients.owner.delete(path)).status_code == 204
    assert await slate_of(clients, channel.id) is None
    clock.advance(timedelta(days=2))
    await work_off()
    assert stored_files(tmp_path / "store") == []


async def test_a_stream_takes_its_picture_along(
    clients: Clients, picture: bytes, tmp_path: Path, work_off: WorkOff, clock: FixedClock
):
    stream_id = (await make_stream(clients))["id"]
    await clients.owner.put(f"/live/streams/{stream_id}/slate", content=picture)
    assert len(stored_files(tmp_path / "store")) == 9
    assert (await clients.owner.delete(f"/live/streams/{stream_id}")).status_code == 204
    clock.advance(timedelta(days=2))
    await work_off()
    assert stored_files(tmp_path / "store") == []


async def test_a_picture_is_for_those_who_may_know_of_the_stream(
    clients: Clients, channel: Channel, picture: bytes
):
    path = f"/live/streams/{channel.id}/slate"
    for client, status in ((clients.nobody, 401), (clients.viewer, 403), (clients.stranger, 404)):
        assert (await client.put(path, content=picture)).status_code == status
        assert (await client.delete(path)).status_code == status
    assert await slate_of(clients, channel.id) is None
    assert (await clients.owner.put(path, content=picture)).status_code == 200
    await clients.owner.patch(f"/live/streams/{channel.id}", json={"access": "staff"})
    assert (await clients.viewer.get(f"/live/streams/{channel.id}")).status_code == 404
    assert (await clients.viewer.get("/live/streams")).json() == []


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"<svg/>", 422, "media.poster_unreadable"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), 422, "media.poster_unreadable"),
        (bytes((20 << 20) + 1), 413, "live.slate_too_large"),
    ],
)
async def test_what_is_no_picture_changes_nothing(
    clients: Clients, channel: Channel, picture: bytes, content: bytes, status: int, code: str
):
    path = f"/live/streams/{channel.id}/slate"
    before = (await clients.owner.put(path, content=picture)).json()
    answer = await clients.owner.put(path, content=content)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await slate_of(clients, channel.id) == before
