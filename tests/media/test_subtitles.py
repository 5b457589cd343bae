"""The subtitles of a film: taken out of it, added, named and removed, and seen by players."""

from __future__ import annotations

import struct
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import m3u8
import pytest

from streamverse.kit.clock import FixedClock
from tests.conftest import Clients
from tests.factories.media import MediaFactory
from tests.factories.pipeline import Json, WorkOff, fetch, make_film, play, stored_files

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

SRT = (
    b"1\n00:00:01,000 --> 00:00:02,500\nHello <b>you</b>\n\n2\n00:00:04,500 --> 00:00:05,000\nBye\n"
)
HEAD = "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give the folder of the store."""
    return tmp_path / "store"


@pytest.fixture
async def title_id(clients: Clients, work_off: WorkOff, media: MediaFactory) -> str:
    """Let there be a film of six seconds without subtitles."""
    return await make_film(clients.owner, work_off, media.make("pattern"))


async def add(clients: Clients, title_id: str, content: bytes = SRT, **said: str) -> Json:
    answer = await clients.owner.post(f"/assets/{title_id}/subtitles", params=said, content=content)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def listed(clients: Clients, title_id: str) -> list[Json]:
    return (await clients.owner.get(f"/assets/{title_id}/subtitles")).json()["items"]


async def text_media(clients: Clients, title_id: str) -> list[dict[str, str]]:
    """List the subtitles of the master playlist, as another parser reads them."""
    started = await play(clients.viewer, title_id)
    master = m3u8.loads((await fetch(clients.nobody, started["hls_url"])).text)
    return [
        {
            "name": media.name or "",
            "language": media.language or "",
            "forced": media.forced or "",
            "for": media.characteristics or "",
            "uri": f"{started['hls_url'].rpartition('/')[0]}/{media.uri}",
        }
        for media in master.media
        if media.type == "SUBTITLES"
    ]


# --- added ----------------------------------------------------------------------------------------


async def test_added_subtitles_are_cut_on_the_grid_of_the_film(
    clients: Clients, work_off: WorkOff, title_id: str
):
    assert await text_media(clients, title_id) == []
    added = await add(clients, title_id, language="en", label="English", is_sdh="true")
    assert (added["state"], added["format"], added["cue_count"]) == ("preparing", "srt", 2)
    assert await text_media(clients, title_id) == []

    await work_off()

    (track,) = await text_media(clients, title_id)
    assert (track["name"], track["language"], track["forced"]) == ("English", "en", "")
    assert "describes-music-and-sound" in track["for"]
    playlist = m3u8.loads((await fetch(clients.nobody, track["uri"])).text)
    assert [segment.duration for segment in playlist.segments] == [2, 2, 2]
    texts = [
        (await fetch(clients.nobody, f"{track['uri'].rpartition('/')[0]}/{segment.uri}")).text
        for segment in playlist.segments
    ]
    hello = "00:00:01.000 --> 00:00:02.500\nHello <b>you</b>\n"
    bye = "00:00:04.500 --> 00:00:05.000\nBye\n"
    assert texts == [f"{HEAD}\n{hello}", f"{HEAD}\n{hello}", f"{HEAD}\n{bye}"]
    (shown,) = await listed(clients, title_id)
    assert (await fetch(clients.nobody, shown["url"])).text == f"WEBVTT\n\n{hello}\n{bye}"
    mpd = (await fetch(clients.nobody, (await play(clients.viewer, title_id))["dash_url"])).text
    assert 'mimeType="text/vtt"' in mpd
    assert f"<BaseURL>{shown['url'].split('/')[-2]}/all.vtt</BaseURL>" in mpd


async def test_what_remembers_manifests_notices_new_subtitles(
    clients: Clients, work_off: WorkOff, title_id: str
):
    first = (await play(clients.viewer, title_id))["hls_url"]
    before = (await fetch(clients.nobody, first)).text
    await add(clients, title_id, language="en")
    await work_off()

    second = (await play(clients.viewer, title_id))["hls_url"]

    assert second != first
    assert (await fetch(clients.nobody, first)).text == before
    assert "SUBTITLES" in (await fetch(clients.nobody, second)).text


async def test_what_was_mended_is_said(clients: Clients, title_id: str):
    text = "1\n00:00:01,000 --> 00:00:02,000\nÉté\n\n2\n00:10:00,000 --> 00:10:01,000\nLate\n"

    added = await add(clients, title_id, text.encode("cp1252"))

    assert [notice["code"] for notice in added["notices"]] == ["encoding_guessed", "after_the_end"]
    assert (added["language"], added["label"], added["cue_count"]) == (None, None, 1)


@pytest.mark.parametrize(
    ("content", "said", "status", "code"),
    [
        (b"PK\3\4" + bytes(100), {}, 422, "media.subtitles_unreadable"),
        (b"no times", {}, 422, "media.subtitles_unreadable"),
        (b"1\n01:00:00,000 --> 01:00:01,000\nLate\n", {}, 422, "media.subtitles_unreadable"),
        (b" " * ((10 << 20) + 1), {}, 413, "media.file_too_large"),
        (SRT, {"language": 'en",URI="//evil'}, 422, "kit.invalid"),
        (SRT, {"label": "x" * 101}, 422, "kit.invalid"),
    ],
)
async def test_what_cannot_be_read_changes_nothing(
    clients: Clients,
    title_id: str,
    folder: Path,
    content: bytes,
    said: dict[str, str],
    status: int,
    code: str,
):
    before = stored_files(folder)

    answer = await clients.owner.post(f"/assets/{title_id}/subtitles", params=said, content=content)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (await listed(clients, title_id), stored_files(folder)) == ([], before)


async def test_a_film_has_so_many_subtitles_and_no_more(clients: Clients, title_id: str):
    for _ in range(64):
        await add(clients, title_id)

    answer = await clients.owner.post(f"/assets/{title_id}/subtitles", content=SRT)

    assert (answer.status_code, answer.json()["code"]) == (409, "media.too_many_subtitles")
    assert len(await listed(clients, title_id)) == 64


# --- named and removed ----------------------------------------------------------------------------


async def test_they_are_named_anew(clients: Clients, work_off: WorkOff, title_id: str):
    added = await add(clients, title_id, language="en")
    await work_off()
    said = {"language": "de", "label": "Schilder", "is_forced": True, "is_sdh": False}

    answer = await clients.owner.patch(f"/assets/{title_id}/subtitles/{added['id']}", json=said)

    assert answer.status_code == 200
    assert {key: answer.json()[key] for key in said} == said
    (track,) = await text_media(clients, title_id)
    assert (track["name"], track["language"], track["forced"]) == ("Schilder", "de", "YES")


async def test_they_are_removed_and_their_files_a_day_later(
    clients: Clients, work_off: WorkOff, title_id: str, folder: Path, clock: FixedClock
):
    added = await add(clients, title_id)
    await work_off()
    assert [name for name in stored_files(folder) if name.endswith("all.vtt")] != []
    (track,) = await text_media(clients, title_id)

    answer = await clients.owner.delete(f"/assets/{title_id}/subtitles/{added['id']}")

    assert answer.status_code == 204
    await work_off()
    assert await text_media(clients, title_id) == []
    segment = track["uri"].replace(".m3u8", "/0.vtt")
    assert (await fetch(clients.nobody, segment)).status_code == 200
    clock.advance(timedelta(hours=25))
    await work_off()
    assert [name for name in stored_files(folder) if "/t1/" in name] == []
    again = await clients.owner.delete(f"/assets/{title_id}/subtitles/{added['id']}")
    assert (again.status_code, again.json()["code"]) == (404, "media.subtitle_not_found")


async def test_those_of_another_film_are_not_found(
    clients: Clients, title_id: str, work_off: WorkOff, media: MediaFactory
):
    other = await make_film(clients.owner, work_off, media.make("silent"))
    added = await add(clients, other)

    answer = await clients.owner.delete(f"/assets/{title_id}/subtitles/{added['id']}")

    assert (answer.status_code, answer.json()["code"]) == (404, "media.subtitle_not_found")
    assert len(await listed(clients, other)) == 1
    assert (await clients.owner.get(f"/assets/{uuid4()}/subtitles")).status_code == 404


# --- inside the film ------------------------------------------------------------------------------


async def test_words_inside_a_film_become_subtitles(
    clients: Clients, work_off: WorkOff, media: MediaFactory
):
    title_id = await make_film(clients.owner, work_off, media.make("chapters"))

    (found,) = await listed(clients, title_id)

    assert [found[key] for key in ("origin", "format", "language", "is_forced", "state")] == [
        *("embedded", "subrip", "eng", True, "ready"),
    ]
    (track,) = await text_media(clients, title_id)
    assert (track["language"], track["forced"]) == ("eng", "YES")
    text = (await fetch(clients.nobody, track["uri"].replace(".m3u8", "/0.vtt"))).text
    assert text == f"{HEAD}\n00:00:01.000 --> 00:00:02.000\nWords\n"


async def test_pictures_of_words_are_set_aside_with_a_notice(
    clients: Clients, work_off: WorkOff, media: MediaFactory, tmp_path: Path
):
    words = tmp_path / "words.sup"
    # One display set of PGS: a composition without objects, and its end.
    composition = struct.pack(">HHBHBBBB", 320, 180, 0x10, 0, 0x80, 0, 0, 0)
    words.write_bytes(
        b"".join(
            b"PG" + struct.pack(">IIBH", 90_000, 0, kind, len(data)) + data
            for kind, data in ((0x16, composition), (0x80, b""))
        )
    )
    film = tmp_path / "film.mkv"
    media.write(
        film,
        *("-i", str(media.make("chapters")), "-i", str(words)),
        *("-map", "0", "-map", "1", "-c", "copy"),
    )
    title_id = await make_film(clients.owner, work_off, film)

    text, picture = await listed(clients, title_id)

    assert (text["state"], picture["state"], picture["url"]) == ("ready", "set_aside", None)
    (notice,) = picture["notices"]
    assert notice["detail"] == (
        "These subtitles are pictures of words (PGS), which cannot become text: "
        "add them as an SRT or WebVTT file."
    )
    assert len(await text_media(clients, title_id)) == 1
    said = {"language": "en", "label": None, "is_forced": False, "is_sdh": False}
    path = f"/assets/{title_id}/subtitles/{picture['id']}"
    answer = await clients.owner.patch(path, json=said)
    assert (answer.status_code, answer.json()["code"]) == (409, "media.subtitles_not_shown")
    assert (await clients.owner.delete(path)).status_code == 204
    assert len(await listed(clients, title_id)) == 1
