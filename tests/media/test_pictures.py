"""The pictures of a film: made by themselves, chosen and given by staff, fetched by anyone."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from PIL import Image

from streamverse.domains.media.contracts import AssetId, MakePictures, PackageId
from streamverse.domains.media.repository import Assets
from streamverse.kit.work import Workshop
from tests.conftest import Clients
from tests.factories.accounts import People
from tests.factories.media import MediaFactory
from tests.factories.pictures import PictureFactory
from tests.factories.pipeline import (
    Json,
    WorkOff,
    fetch,
    make_film,
    play,
    remove_film,
    stored_files,
)

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give the folder of the store."""
    return tmp_path / "store"


@pytest.fixture(scope="session")
def film(media: MediaFactory) -> Path:
    """Make a film of three scenes and two chapters."""
    folder = media.folder / "scenes"
    folder.mkdir()
    chapters = folder / "chapters.txt"
    chapters.write_text(
        ";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=6000\ntitle=Beginning\n"
        "[CHAPTER]\nTIMEBASE=1/1000\nSTART=6000\nEND=12000\ntitle=End\n"
    )
    sources = ("testsrc", "smptebars", "rgbtestsrc")
    inputs = [
        part for source in sources for part in ("-f", "lavfi", "-i", f"{source}=s=640x360:r=25:d=4")
    ]
    path = folder / "film.mkv"
    media.write(
        path,
        *(*inputs, "-i", str(chapters), "-filter_complex", "concat=n=3:v=1,format=yuv420p"),
        *("-map_chapters", "3", "-c:v", "libx264", "-preset", "ultrafast", "-g", "25"),
    )
    return path


async def pictures_of(clients: Clients, title_id: str) -> Json:
    answer = await clients.owner.get(f"/assets/{title_id}/pictures")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def opened(clients: Clients, url: str) -> Image.Image:
    answer = await fetch(clients.nobody, url)
    assert answer.status_code == 200, url
    return Image.open(BytesIO(answer.content))


# --- made by themselves ---------------------------------------------------------------------------


@on_sqlite
async def test_a_film_gets_posters_chapters_scenes_and_a_preview(
    clients: Clients, work_off: WorkOff, film: Path
):
    title_id = await make_film(clients.owner, work_off, film)

    found = await pictures_of(clients, title_id)

    assert [poster["at_ms"] is not None for poster in found["posters"]] == [True, True]
    assert found["poster_id"] == found["posters"][0]["id"]
    assert found["is_poster_chosen"] is False
    assert [(c["label"], c["at_ms"], c["end_ms"]) for c in found["chapters"]] == [
        *(("Beginning", 0, 6000), ("End", 6000, 12_000)),
    ]
    assert [(s["at_ms"], s["end_ms"]) for s in found["scenes"]] == [
        *((0, 4000), (4000, 8000), (8000, 12_000)),
    ]
    title = (await clients.viewer.get(f"/titles/{title_id}")).json()
    assert title["poster"]["widths"] == found["posters"][0]["widths"] == [320, 640]
    assert title["poster_url"] == f"{title['poster']['base_url']}/640.jpg"
    for ending in ("avif", "webp", "jpg"):
        with await opened(clients, f"{title['poster']['base_url']}/320.{ending}") as poster:
            assert poster.size == (320, 180)
    preview = await fetch(clients.nobody, title["poster"]["preview_url"])
    assert (preview.headers["content-type"], preview.content[4:8]) == ("video/mp4", b"ftyp")


@on_sqlite
async def test_the_bar_of_time_gets_sprites(clients: Clients, work_off: WorkOff, film: Path):
    title_id = await make_film(clients.owner, work_off, film)

    answer = await clients.viewer.get(f"/titles/{title_id}/thumbnail-sprite")

    sprite = answer.json()
    assert [sprite[key] for key in ("tile_width", "tile_height", "tile_count")] == [160, 90, 6]
    assert [sprite["columns"], sprite["rows"]] == [10, 10]
    with await opened(clients, sprite["sheet_urls"][0]) as sheet:
        assert sheet.size == (960, 90)
    assert (await play(clients.viewer, title_id))["thumbnails_url"] == sprite["index_url"]
    index = (await fetch(clients.nobody, sprite["index_url"])).text
    assert index.count(" --> ") == 6
    assert "00:00:10.000 --> 00:00:12.000\n0.webp#xywh=800,0,160,90" in index


@on_sqlite
async def test_sound_has_no_sprites(clients: Clients, work_off: WorkOff, media: MediaFactory):
    title_id = await make_film(clients.owner, work_off, media.make("sound"))

    answer = await clients.viewer.get(f"/titles/{title_id}/thumbnail-sprite")

    assert (answer.status_code, answer.json()["code"]) == (404, "playback.thumbnails_not_found")
    assert (await pictures_of(clients, title_id))["posters"] == []


@on_sqlite
async def test_making_them_again_changes_nothing(
    clients: Clients, work_off: WorkOff, film: Path, folder: Path
):
    title_id = await make_film(clients.owner, work_off, film)
    before = (await pictures_of(clients, title_id), stored_files(folder))

    answer = await clients.owner.post(f"/assets/{title_id}/pictures/make")

    assert answer.status_code == 202
    assert (await pictures_of(clients, title_id))["is_being_made"] is True
    await work_off()
    assert (await pictures_of(clients, title_id), stored_files(folder)) == before


@on_sqlite
async def test_pictures_of_a_film_that_is_gone_leave_nothing(
    clients: Clients,
    work_off: WorkOff,
    film: Path,
    folder: Path,
    workshop: Workshop,
    people: People,
):
    title_id = await make_film(clients.owner, work_off, film)
    poster, *_ = (await pictures_of(clients, title_id))["posters"]
    package_id = PackageId(UUID(poster["base_url"].split("/")[3]))
    await remove_film(clients.owner, title_id)
    async with workshop.work(people.owner) as work:
        work.enqueue(MakePictures(package_id), subject_id=AssetId(uuid4()))
    await work_off()

    assert stored_files(folder) == []


@on_sqlite
async def test_what_is_only_heard_has_no_pictures_but_can_be_given_one(
    clients: Clients, work_off: WorkOff, media: MediaFactory, tmp_path: Path
):
    title_id = await make_film(clients.owner, work_off, media.make("sound"))

    assert (await clients.owner.post(f"/assets/{title_id}/pictures/make")).status_code == 202
    await work_off()

    assert await pictures_of(clients, title_id) == {
        "poster_id": None,
        "is_poster_chosen": False,
        "is_being_made": False,
        "posters": [],
        "chapters": [],
        "scenes": [],
    }
    given = PictureFactory.in_folder(tmp_path).make("cover.png", "600x600")
    answer = await clients.owner.post(f"/assets/{title_id}/poster", content=given)
    assert answer.json()["poster_id"] == answer.json()["posters"][0]["id"]


@on_sqlite
async def test_no_others_are_looked_for_once_the_original_file_is_gone(
    clients: Clients,
    work_off: WorkOff,
    media: MediaFactory,
    workshop: Workshop,
    people: People,
    folder: Path,
):
    title_id = await make_film(clients.owner, work_off, media.make("pattern"))
    async with workshop.work(people.owner) as work:
        asset = await Assets(work).find(AssetId(UUID(title_id)))
        assert asset is not None
        asset.source_deleted_at = work.now
    before = (await pictures_of(clients, title_id), stored_files(folder))

    answer = await clients.owner.post(f"/assets/{title_id}/pictures/make")

    assert (answer.status_code, answer.json()["code"]) == (409, "media.source_let_go")
    await work_off()
    assert (await pictures_of(clients, title_id), stored_files(folder)) == before


# --- chosen and given -----------------------------------------------------------------------------


@on_sqlite
async def test_staff_chooses_the_poster_and_it_stays(
    clients: Clients, work_off: WorkOff, film: Path
):
    title_id = await make_film(clients.owner, work_off, film)
    wanted = (await pictures_of(clients, title_id))["posters"][1]["id"]

    answer = await clients.owner.put(f"/assets/{title_id}/poster", json={"picture_id": wanted})

    assert (answer.status_code, answer.json()["poster_id"]) == (200, wanted)
    await clients.owner.post(f"/assets/{title_id}/pictures/make")
    await work_off()
    found = await pictures_of(clients, title_id)
    assert (found["poster_id"], found["is_poster_chosen"]) == (wanted, True)
    title = (await clients.viewer.get(f"/titles/{title_id}")).json()
    assert title["poster"]["base_url"].endswith(wanted)


@on_sqlite
async def test_only_posters_of_the_same_film_can_be_chosen(
    clients: Clients, work_off: WorkOff, film: Path
):
    title_id = await make_film(clients.owner, work_off, film)
    before = await pictures_of(clients, title_id)

    for wanted in (before["scenes"][0]["id"], str(uuid4())):
        answer = await clients.owner.put(f"/assets/{title_id}/poster", json={"picture_id": wanted})
        assert (answer.status_code, answer.json()["code"]) == (404, "media.picture_not_found")

    assert await pictures_of(clients, title_id) == before


@on_sqlite
async def test_a_picture_of_ones_own_becomes_the_poster(
    clients: Clients, work_off: WorkOff, media: MediaFactory, tmp_path: Path
):
    title_id = await make_film(clients.owner, work_off, media.make("pattern"))
    given = PictureFactory.in_folder(tmp_path).make("given.png", "900x600")

    for _ in range(2):
        answer = await clients.owner.post(f"/assets/{title_id}/poster", content=given)
        assert answer.status_code == 201, answer.text

    found = answer.json()
    (uploaded,) = [poster for poster in found["posters"] if poster["is_uploaded"]]
    assert (found["poster_id"], uploaded["widths"]) == (uploaded["id"], [320, 640])
    with await opened(clients, f"{uploaded['base_url']}/640.webp") as poster:
        assert poster.size == (640, 427)
    await clients.owner.post(f"/assets/{title_id}/pictures/make")
    await work_off()
    assert (await pictures_of(clients, title_id))["poster_id"] == uploaded["id"]


@on_sqlite
@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"<svg/>", 422, "media.poster_unreadable"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), 422, "media.poster_unreadable"),
        (bytes((20 << 20) + 1), 413, "media.file_too_large"),
    ],
)
async def test_what_is_no_picture_changes_nothing(
    clients: Clients,
    work_off: WorkOff,
    media: MediaFactory,
    folder: Path,
    content: bytes,
    status: int,
    code: str,
):
    title_id = await make_film(clients.owner, work_off, media.make("pattern"))
    before = (await pictures_of(clients, title_id), stored_files(folder))

    answer = await clients.owner.post(f"/assets/{title_id}/poster", content=content)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (await pictures_of(clients, title_id), stored_files(folder)) == before
