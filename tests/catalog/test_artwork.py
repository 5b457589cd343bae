"""Pictures of titles without media: given, shown, taken away, and for whom that is."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from PIL import Image

from streamverse.domains.catalog.contracts import TitleId
from streamverse.kit.clock import FixedClock
from tests.conftest import ORIGIN
from tests.factories.pictures import PictureFactory
from tests.factories.pipeline import WorkOff, stored_files, work_off
from tests.factories.titles import make_title

if TYPE_CHECKING:
    from streamverse.kit.work import Workshop
    from tests.conftest import Clients
    from tests.factories.accounts import People

__all__ = ["work_off"]

FORMS = {"avif": "AVIF", "webp": "WEBP", "jpg": "JPEG"}


@pytest.fixture
def picture(tmp_path: Path) -> bytes:
    """Draw a picture."""
    return PictureFactory.in_folder(tmp_path).make("given.png", "1920x1080")


@pytest.fixture
async def show(clients: Clients) -> UUID:
    """Let there be a series that viewers see."""
    said = {"kind": "series", "name": "The station", "minimum_age": 0}
    made = await clients.owner.post("/admin/titles", json=said)
    assert made.status_code == 201, made.text
    show_id = made.json()["title"]["id"]
    assert (await clients.owner.post(f"/titles/{show_id}/publish")).is_success
    return UUID(show_id)


async def poster_of(clients: Clients, show: UUID) -> dict[str, Any] | None:
    [hero] = [
        item
        for rail in (await clients.viewer.get("/home/rails")).json()["rails"]
        if rail["kind"] == "new"
        for item in rail["items"]
        if item["id"] == str(show)
    ]
    shown = (await clients.viewer.get(f"/titles/{show}")).json()
    assert hero["poster"] == shown["poster"]
    poster: dict[str, Any] | None = shown["poster"]
    return poster


async def test_a_series_has_a_picture_of_its_own_everywhere_at_once(
    clients: Clients,
    show: UUID,
    picture: bytes,
    tmp_path: Path,
    work_off: WorkOff,
    clock: FixedClock,
) -> None:
    path = f"/admin/titles/{show}/picture"
    assert await poster_of(clients, show) is None
    given = await clients.owner.put(path, content=picture)
    assert given.status_code == 200, given.text
    first = await poster_of(clients, show)
    assert first is not None
    assert (first, first["widths"]) == (given.json()["poster"], [320, 640, 1280])
    for width in first["widths"]:
        for ending, form in FORMS.items():
            answer = await clients.nobody.get(f"{ORIGIN}{first['base_url']}/{width}.{ending}")
            assert answer.status_code == 200
            with Image.open(BytesIO(answer.content)) as found:
                assert (found.format, found.width) == (form, width)
    other = PictureFactory.in_folder(tmp_path).make("other.png", "640x360")
    second = (await clients.owner.put(path, content=other)).json()["poster"]
    assert second["base_url"] != first["base_url"]
    assert await poster_of(clients, show) == second
    for _ in range(2):
        assert (await clients.owner.delete(path)).json()["poster"] is None
    assert await poster_of(clients, show) is None
    clock.advance(timedelta(days=2))
    await work_off()
    assert stored_files(tmp_path / "store") == []


async def test_a_picture_goes_with_its_title(
    clients: Clients,
    show: UUID,
    picture: bytes,
    tmp_path: Path,
    work_off: WorkOff,
    clock: FixedClock,
) -> None:
    assert (await clients.owner.put(f"/admin/titles/{show}/picture", content=picture)).is_success
    assert stored_files(tmp_path / "store") != []
    assert (await clients.owner.delete(f"/titles/{show}")).is_success
    assert (await clients.owner.delete(f"/admin/titles/{show}/permanently")).is_success
    clock.advance(timedelta(days=2))
    await work_off()
    assert stored_files(tmp_path / "store") == []


async def test_what_cannot_be_a_picture_changes_nothing(
    clients: Clients, show: UUID, picture: bytes, workshop: Workshop, people: People
) -> None:
    async with workshop.work(people.owner) as work:
        film: TitleId = await make_title(work, "A film")
    path = f"/admin/titles/{show}/picture"
    for to, content, status, code in (
        (path, b"no picture at all", 422, "media.poster_unreadable"),
        (path, bytes((20 << 20) + 1), 413, "catalog.picture_too_large"),
        (f"/admin/titles/{film}/picture", picture, 409, "catalog.picture_of_media"),
        (f"/admin/titles/{UUID(int=7)}/picture", picture, 404, "catalog.title_not_found"),
    ):
        refused = await clients.owner.put(to, content=content)
        assert (refused.status_code, refused.json()["code"]) == (status, code)
    refused = await clients.viewer.put(path, content=picture)
    assert (refused.status_code, refused.json()["code"]) == (403, "kit.forbidden")
    assert await poster_of(clients, show) is None
