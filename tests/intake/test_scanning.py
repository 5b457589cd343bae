"""What a scan makes of a folder, and of what happens in it afterwards."""

from __future__ import annotations

import os
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from streamverse.app.resources import Resources
from streamverse.domains.catalog.models import TitleRow
from streamverse.domains.intake.models import FileRow
from streamverse.domains.media.models import RemoteImportRow, UploadRow
from streamverse.kit.clock import FixedClock
from streamverse.kit.jobs import JobRow
from streamverse.kit.work import Actor, Workshop
from tests.conftest import Clients
from tests.factories.pipeline import Json
from tests.factories.statements import heard
from tests.intake.conftest import Library, Scan, touch

ADDED = "%added@event"
Look = Callable[[], Awaitable[None]]


async def titles(workshop: Workshop) -> list[TitleRow]:
    async with workshop.reading(Actor.system()) as work:
        query = select(TitleRow).order_by(TitleRow.kind, TitleRow.name, TitleRow.id)
        return list(await work.session.scalars(query))


async def named(workshop: Workshop) -> list[tuple[str, str, int | None]]:
    return [(row.kind, row.name, row.number) for row in await titles(workshop)]


async def files(client: httpx.AsyncClient, folder: Json, state: str) -> list[Json]:
    answer = await client.get(f"/admin/folders/{folder['id']}/files", params={"which": state})
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def counts(folder: Json) -> dict[str, int]:
    return {name: count for name, count in folder["counts"].items() if count}


async def test_films_and_shows_become_titles_that_wait_for_their_media(
    library: Library, scan: Scan, workshop: Workshop, clients: Clients
) -> None:
    library.add("Film (1999).mkv")
    library.add("Show (2008)/Season 01/Show - S01E01 - Pilot.mkv")
    library.add("Show (2008)/Season 01/Show - S01E02E03.mkv")
    library.add("Show (2008)/Specials/Show - S00E01.mkv")
    library.add("Film (1999).srt")
    library.add("sample.mkv")
    folder = await scan()
    assert await named(workshop) == [
        ("episode", "Episode 1", 1),
        ("episode", "Episodes 2-3", 2),
        ("episode", "Pilot", 1),
        ("movie", "Film", None),
        ("season", "Season 1", 1),
        ("season", "Specials", 0),
        ("series", "Show", None),
    ]
    assert counts(folder) == {"taken": 4}
    assert folder["problem"] is None
    rows = {row.name: row for row in await titles(workshop)}
    assert (rows["Film"].year, rows["Show"].year) == (1999, 2008)
    assert rows["Film"].state == "announced"
    assert rows["Pilot"].parent_id == rows["Season 1"].id
    assert rows["Pilot"].root_id == rows["Season 1"].parent_id == rows["Show"].id
    assert all(row.published_at is None for row in rows.values())
    assert rows["Film"].edited_fields == []
    async with workshop.reading(Actor.system()) as work:
        addresses = list(await work.session.scalars(select(RemoteImportRow.address)))
    assert min(addresses) == (library.root / "Film (1999).mkv").as_uri()
    assert (await clients.viewer.get("/titles")).json()["items"] == []


async def test_a_film_is_written_together_with_what_its_name_says(
    library: Library, scan: Scan, workshop: Workshop
) -> None:
    for number in range(3):
        library.add(f"Film {number} (1999).mkv")
    with heard(workshop.database) as asked:
        await scan()
    made = [text for _, text in asked if text.startswith("INSERT INTO catalog_title ")]
    described = [text for _, text in asked if re.match(r"UPDATE catalog_title SET .*\byear=", text)]
    assert (len(made), described) == (3, [])
    # Who hears of titles hears of all of them at once.
    async with workshop.reading(Actor.system()) as work:
        added = await work.session.scalars(select(JobRow.name).where(JobRow.name.like(ADDED)))
        assert added.all() == ["search.follow_added@event"]
    assert [row.year for row in await titles(workshop)] == [1999] * 3


async def test_a_second_look_changes_nothing(
    library: Library, scan: Scan, workshop: Workshop
) -> None:
    library.add("Film (1999).mkv")
    library.add("What.mkv")
    first = await scan()
    before = await named(workshop)
    assert counts(await scan()) == counts(first)
    assert await named(workshop) == before


async def test_two_films_of_one_name_stay_two(
    library: Library, scan: Scan, workshop: Workshop
) -> None:
    library.add("a/Film (1999).mkv")
    library.add("b/Film (1999).mkv")
    library.add("b/Film (1999) copy/Film (1999).mkv", b"b/Film (1999).mkv")
    await scan()
    assert await named(workshop) == [("movie", "Film", None)] * 3


async def test_an_edition_is_a_film_beside_the_other(
    library: Library, scan: Scan, workshop: Workshop, clients: Clients
) -> None:
    library.add("Film (1999)/Film (1999) - Director's Cut.mkv")
    library.add("Film (1999)/Film (1999).mkv")
    library.add("Film (1999)/Trailers/Teaser.mp4")
    library.add("Film (1999)/Behind the scenes/Making.mp4")
    await scan("films")
    rows = {row.name: row for row in await titles(workshop)}
    assert sorted(rows) == ["Film", "Film: Director's Cut", "Making", "Teaser"]
    said = (await clients.owner.get(f"/admin/titles/{rows['Film'].id}")).json()["said"]
    assert {(line["title_id"], line["kind"]) for line in said["related"]} == {
        (str(rows["Film: Director's Cut"].id), "version"),
        (str(rows["Teaser"].id), "trailer"),
        (str(rows["Making"].id), "bonus"),
    }


async def test_a_renamed_or_moved_file_keeps_its_title(
    library: Library, scan: Scan, workshop: Workshop, clients: Clients
) -> None:
    file = library.add("Flim (1998).mkv")
    await scan()
    [before] = await titles(workshop)
    target = library.root / "Sorted" / "Film (1999).mkv"
    target.parent.mkdir()
    file.rename(target)
    folder = await scan()
    [after] = await titles(workshop)
    assert (after.id, after.name, after.year) == (before.id, "Film", 1999)
    [shown] = await files(clients.owner, folder, "taken")
    assert (shown["path"], shown["title_id"]) == ("Sorted/Film (1999).mkv", str(before.id))
    assert counts(folder) == {"taken": 1}


async def test_what_staff_has_said_survives_a_new_name(
    library: Library, scan: Scan, workshop: Workshop, clients: Clients
) -> None:
    file = library.add("Flim (1998).mkv")
    await scan()
    [row] = await titles(workshop)
    answer = await clients.owner.patch(f"/admin/titles/{row.id}", json={"name": "My film"})
    assert answer.status_code == 200
    file.rename(library.root / "Film (1999).mkv")
    await scan()
    [row] = await titles(workshop)
    assert (row.name, row.year, row.edited_fields) == ("My film", 1999, ["name"])


async def test_a_vanished_file_is_shown_and_deletes_nothing(
    library: Library, scan: Scan, workshop: Workshop, clients: Clients
) -> None:
    content = b"a film"
    file = library.add("Film (1999).mkv", content)
    await scan()
    before = await named(workshop)
    file.unlink()
    folder = await scan()
    assert counts(folder) == {"missing": 1}
    [shown] = await files(clients.owner, folder, "missing")
    assert (shown["path"], shown["is_missing"]) == ("Film (1999).mkv", True)
    assert await named(workshop) == before
    library.add("Film (1999).mkv", content)
    assert counts(await scan()) == {"taken": 1}
    assert await named(workshop) == before


async def test_a_file_that_grows_is_left_alone_until_it_stands_still(
    library: Library, scan: Scan, workshop: Workshop, clock: FixedClock, look: Look
) -> None:
    file = library.add("Film (1999).mkv", b"the beginning")
    touch(file, clock.now().timestamp() - 1)
    assert counts(await scan()) == {"growing": 1}
    assert await titles(workshop) == []
    clock.advance(timedelta(seconds=15))
    library.add("Film (1999).mkv", b"the beginning and more")
    touch(file, clock.now().timestamp() - 1)
    await look()
    assert await titles(workshop) == []
    clock.advance(timedelta(seconds=15))
    await look()
    assert await named(workshop) == [("movie", "Film", None)]


async def test_a_changed_file_is_shown_and_taken_again_only_when_wanted(
    library: Library, scan: Scan, workshop: Workshop, clients: Clients, look: Look
) -> None:
    file = library.add("Film (1999).mkv", b"a film")
    await scan()
    [before] = await titles(workshop)
    touch(file, 1)
    assert counts(await scan()) == {"taken": 1}
    library.add("Film (1999).mkv", b"a better film")
    touch(file, 2)
    folder = await scan()
    assert counts(folder) == {"changed": 1}
    async with workshop.work(Actor.system()) as work:
        [row] = await work.session.scalars(select(FileRow))
        row.state = "ready"
    [shown] = await files(clients.owner, folder, "changed")
    again = await clients.owner.post(
        f"/admin/folders/files/{shown['id']}", json={"decision": {"type": "take_again"}}
    )
    assert (again.status_code, again.json()["state"]) == (200, "waiting")
    await look()
    [after] = await titles(workshop)
    assert after.id == before.id
    assert after.asset_id != before.asset_id


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("Film (1999) cd1.avi", "part_of_several"),
        ("Film (1999).iso", "disc_image"),
        ("S01E02.mkv", "no_show_name"),
        ("Show/Season 01/Which one.mkv", "no_episode_number"),
        ("Nothing/Trailers/Teaser.mkv", "whose_extra"),
    ],
)
async def test_what_is_not_understood_says_why_and_makes_no_title(
    library: Library, scan: Scan, workshop: Workshop, clients: Clients, path: str, reason: str
) -> None:
    library.add(path)
    folder = await scan()
    assert counts(folder) == {"unclear": 1}
    [shown] = await files(clients.owner, folder, "unclear")
    assert (shown["path"], shown["reason"], shown["title_id"]) == (path, reason, None)
    assert await titles(workshop) == []


async def test_the_second_file_of_one_episode_is_not_taken_in(
    library: Library, scan: Scan, workshop: Workshop, clients: Clients
) -> None:
    library.add("Show S01E01.avi")
    library.add("Show S01E01.mkv")
    folder = await scan()
    [shown] = await files(clients.owner, folder, "unclear")
    assert (shown["path"], shown["reason"]) == ("Show S01E01.mkv", "twice")
    assert [row.kind for row in await titles(workshop)] == ["episode", "season", "series"]


async def test_a_file_whose_title_the_catalogue_refuses_says_so_and_stops_no_other(
    library: Library, scan: Scan, workshop: Workshop, clients: Clients
) -> None:
    library.add("Film (1999)/Film (1999).mkv")
    library.add("Film (1999)/Trailers/\N{ZERO WIDTH SPACE}.mkv")
    library.add("Film (1999)/Trailers/Teaser.mkv")
    folder = await scan()
    assert await named(workshop) == [("clip", "Teaser", None), ("movie", "Film", None)]
    assert counts(folder) == {"taken": 2, "refused": 1}
    [shown] = await files(clients.owner, folder, "refused")
    assert shown["path"] == "Film (1999)/Trailers/\N{ZERO WIDTH SPACE}.mkv"
    assert shown["problem"] == {"code": "kit.invalid", "detail": "Enter a name."}
    assert (shown["reason"], shown["title_id"]) == (None, None)
    assert counts(await scan()) == {"taken": 2, "refused": 1}
    [film] = [row.id for row in await titles(workshop) if row.kind == "movie"]
    said = {"type": "extra", "name": "Making", "of_title_id": str(film), "extra": "bonus"}
    explained = await clients.owner.post(
        f"/admin/folders/files/{shown['id']}", json={"decision": said}
    )
    assert (explained.json()["state"], explained.json()["problem"]) == ("waiting", None)


async def test_a_new_season_of_a_deleted_series_waits_until_that_is_restored(
    library: Library, scan: Scan, workshop: Workshop, clients: Clients
) -> None:
    library.add("Show S01E01.mkv")
    await scan()
    [series] = [row for row in await titles(workshop) if row.kind == "series"]
    assert (await clients.owner.delete(f"/titles/{series.id}")).status_code == 204
    library.add("Show S02E01.mkv")
    library.add("Film (1999).mkv")
    folder = await scan()
    [shown] = await files(clients.owner, folder, "unclear")
    assert (shown["path"], shown["reason"]) == ("Show S02E01.mkv", "container_deleted")
    assert ("movie", "Film", None) in await named(workshop)
    restored = await clients.owner.post(f"/admin/titles/{series.id}/restore")
    assert restored.status_code == 200, restored.text
    again = await clients.owner.post(
        f"/admin/folders/files/{shown['id']}", json={"decision": {"type": "take_again"}}
    )
    assert again.json()["state"] == "waiting"
    assert ("season", "Season 2", 2) in await named(workshop)


async def test_letters_that_become_several_make_no_name_too_long(
    library: Library, scan: Scan, workshop: Workshop
) -> None:
    # One letter of three bytes, kept as three: the name of a file holds seventy of them.
    letter = "\N{HEBREW LETTER SHIN WITH DAGESH AND SHIN DOT}"
    library.add(f"Show/Season 1/S01E01 {letter * 70}.mkv")
    assert counts(await scan()) == {"taken": 1}
    [episode] = [row for row in await titles(workshop) if row.kind == "episode"]
    assert episode.name == ("\u05e9\u05bc\u05c1" * 70)[:200]


async def test_staff_says_what_a_file_is(
    library: Library, scan: Scan, workshop: Workshop, clients: Clients, look: Look
) -> None:
    library.add("Nothing/Trailers/Teaser.mkv")
    library.add("Film.part1.mkv")
    library.add("S01E02.mkv")
    library.add("Other.cd2.mkv")
    folder = await scan()
    found = {each["path"]: each["id"] for each in await files(clients.owner, folder, "unclear")}

    async def decide(path: str, **decision: object) -> httpx.Response:
        return await clients.owner.post(
            f"/admin/folders/files/{found[path]}", json={"decision": decision}
        )

    film = await decide("Film.part1.mkv", type="film", name="The film", year=1999)
    assert film.json()["state"] == "waiting"
    owner = film.json()["title_id"]
    episode = {"type": "episode", "show": "Show", "season": 1, "number": 2}
    assert (await decide("S01E02.mkv", **episode)).json()["state"] == "waiting"
    twice = await decide("Other.cd2.mkv", **episode)
    assert (twice.status_code, twice.json()["detail"]) == (
        422,
        "Another file is this episode already.",
    )
    extra = {"type": "extra", "name": "Teaser", "of_title_id": owner, "extra": "trailer"}
    assert (await decide("Nothing/Trailers/Teaser.mkv", **extra)).json()["state"] == "waiting"
    assert (await decide("Other.cd2.mkv", type="set_aside")).json()["state"] == "set_aside"
    assert await named(workshop) == [
        ("clip", "Teaser", None),
        ("episode", "Episode 2", 2),
        ("movie", "The film", None),
        ("season", "Season 1", 1),
        ("series", "Show", None),
    ]
    await look()
    assert counts(await scan()) == {"taken": 3, "set_aside": 1}
    assert (await decide("S01E02.mkv", **episode)).status_code == 409


async def test_a_file_whose_title_was_removed_is_not_taken_in_again(
    library: Library, scan: Scan, workshop: Workshop, clients: Clients
) -> None:
    library.add("Film (1999).mkv")
    await scan()
    [row] = await titles(workshop)
    for path in (f"/titles/{row.id}", f"/admin/titles/{row.id}/permanently"):
        assert (await clients.owner.delete(path)).status_code == 204
    assert counts(await scan()) == {"set_aside": 1}
    assert await titles(workshop) == []


async def test_links_lead_neither_outside_nor_round_and_round(
    library: Library, scan: Scan, workshop: Workshop, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "Secret (1999).mkv").write_bytes(b"secret")
    library.add("Real/Film (1999).mkv")
    (library.root / "Real" / "round").symlink_to(library.root, target_is_directory=True)
    (library.root / "out").symlink_to(secret, target_is_directory=True)
    (library.root / "Other (1999).mkv").symlink_to(secret / "Secret (1999).mkv")
    (library.root / "self").symlink_to(library.root / "self")
    os.mkfifo(library.root / "Pipe (1999).mkv")
    folder = await scan()
    assert await named(workshop) == [("movie", "Film", None)]
    assert {line["path"]: line["reason"] for line in folder["skipped"]} == {
        "Other (1999).mkv": "leads_outside",
        "out": "leads_outside",
        "self": "leads_nowhere",
    }


async def test_a_name_that_is_no_text_is_told_and_harms_nothing(
    library: Library, scan: Scan, workshop: Workshop
) -> None:
    library.add("Film (1999).mkv")
    Path(os.fsdecode(os.fsencode(library.root) + b"/odd \xff (1999).mkv")).write_bytes(b"odd")
    folder = await scan()
    assert await named(workshop) == [("movie", "Film", None)]
    assert folder["skipped"] == [{"path": "odd \\udcff (1999).mkv", "reason": "not_text"}]


async def test_a_folder_that_cannot_be_read_keeps_everything(
    library: Library, scan: Scan, workshop: Workshop
) -> None:
    library.add("Film (1999).mkv")
    await scan()
    library.root.rename(library.root.with_name("elsewhere"))
    folder = await scan()
    assert folder["problem"]["code"] == "kit.folder_refused"
    assert counts(folder) == {"taken": 1}
    assert await named(workshop) == [("movie", "Film", None)]


async def test_only_what_lies_beneath_the_roots_can_be_added(
    library: Library, clients: Clients, tmp_path: Path
) -> None:
    (library.root / "Films").mkdir()
    (library.root / "link").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "library-not").mkdir()
    for path in ("/etc", str(library.root / ".."), str(library.root / "link"), "relative"):
        refused = await clients.owner.post("/admin/folders", json={"path": path, "kind": "films"})
        assert (refused.status_code, refused.json()["code"]) == (422, "kit.folder_refused"), path
    neighbour = {"path": str(tmp_path / "library-not"), "kind": "films"}
    assert (await clients.owner.post("/admin/folders", json=neighbour)).status_code == 422
    assert (await clients.owner.get("/admin/folders")).json()["items"] == []
    places = (await clients.owner.get("/admin/folders/places")).json()["items"]
    assert places == [str(library.root)]
    beneath = await clients.owner.get("/admin/folders/places", params={"path": places[0]})
    assert str(library.root / "Films") in beneath.json()["items"]
    outside = await clients.owner.get("/admin/folders/places", params={"path": "/etc"})
    assert outside.status_code == 422


async def test_folders_do_not_overlap_and_one_that_comes_back_goes_on(
    library: Library, scan: Scan, clients: Clients, workshop: Workshop
) -> None:
    library.add("Films/Film (1999).mkv")
    folder = await scan()
    inner = await clients.owner.post(
        "/admin/folders", json={"path": str(library.root / "Films"), "kind": "films"}
    )
    assert (inner.status_code, inner.json()["code"]) == (409, "intake.folder_nested")
    before = await named(workshop)
    gone = await clients.owner.delete(f"/admin/folders/{folder['id']}")
    assert gone.status_code == 204
    assert await named(workshop) == before
    again = await scan()
    assert (again["id"], counts(again)) == (folder["id"], {"taken": 1})
    assert await named(workshop) == before


async def test_nobody_orders_a_file_of_the_server_by_its_address(
    clients: Clients, library: Library, workshop: Workshop
) -> None:
    file = library.add("Film (1999).mkv")
    refused = await clients.owner.post("/uploads/from-url", json={"url": file.as_uri()})
    assert (refused.status_code, refused.json()["code"]) == (422, "kit.address_refused")
    async with workshop.reading(Actor.system()) as work:
        assert list(await work.session.scalars(select(UploadRow))) == []


async def test_another_tenant_sees_no_disk(clients: Clients, library: Library) -> None:
    listed = await clients.stranger.get("/admin/folders/places")
    assert (listed.status_code, listed.json()["items"]) == (200, [])
    said = {"path": str(library.root), "kind": "films"}
    refused = await clients.stranger.post("/admin/folders", json=said)
    assert (refused.status_code, refused.json()["code"]) == (422, "kit.folder_refused")


async def test_few_files_are_given_to_media_at_a_time(
    library: Library, scan: Scan, resources: Resources
) -> None:
    for number in range(9):
        library.add(f"Film {number} (1999).mkv")
    assert counts(await scan()) == {"taken": 6, "waiting": 3}


async def test_what_is_too_deep_or_too_much_is_told_and_counts_as_there(
    library: Library,
    scan: Scan,
    workshop: Workshop,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    library.add("a/Film (1999).mkv")
    library.add("b/c/Deep (1999).mkv")
    await scan()
    monkeypatch.setattr("streamverse.kit.folders.MAX_DEPTH", 1)
    folder = await scan()
    assert folder["skipped"] == [{"path": "b/c", "reason": "too_deep"}]
    assert counts(folder) == {"taken": 2}
    monkeypatch.setattr("streamverse.kit.folders.MAX_FILES", 0)
    folder = await scan()
    assert folder["skipped"] == [{"path": "", "reason": "too_many"}]
    assert counts(folder) == {"taken": 2}
