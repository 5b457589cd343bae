"""A film whose encoding went wrong is never shown: staff hear why, and try it again."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from streamverse.app import registry
from streamverse.domains.media.contracts import ENCODE_LANE, SOUND_LANE
from streamverse.domains.media.models import PackageRow, PartRow, SegmentRow, TrackRow
from streamverse.domains.media.rules.packages import Recipe
from streamverse.kit.heartbeats import Abilities
from streamverse.kit.work import Actor, Workshop
from streamverse.kit.worker import Worker
from streamverse.mediakit.boxes import boxes_in
from streamverse.mediakit.encode import EncodedSegment, encode_chunk
from streamverse.mediakit.probe import probe
from tests.factories.media import MediaFactory, beep, picture
from tests.factories.pictures import PictureFactory
from tests.factories.pipeline import (
    Json,
    WorkOff,
    check_only,
    eventually,
    fetch,
    held_worker,
    stored_files,
    upload,
    upload_row,
)

if TYPE_CHECKING:
    from streamverse.app.resources import Resources
    from tests.conftest import Clients

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
CODE = "media.package_broken"
NOT_SHOWN = ", so the film is not shown to anyone: try it again."
# From a minute on a film has a preview, and is compared with its source.
MINUTE_S = 61
SRT = b"1\n00:00:01,000 --> 00:00:02,000\nHello\n"
Break = Callable[[Path], None]


@pytest.fixture
def film(media: MediaFactory, tmp_path: Path) -> Path:
    """Make a film of two renditions and sound."""
    path = tmp_path / "film.mp4"
    media.lavfi(path, picture(854, 480, rate="25", seconds=6), beep(6))
    return path


@pytest.fixture
async def title_id(clients: Clients, resources: Resources, film: Path) -> str:
    """Encode the film, up to its checks."""
    path = await upload(clients.owner, film.read_bytes())
    return await encode(clients, resources, path)


async def encode(clients: Clients, resources: Resources, path: str) -> str:
    """Encode what was uploaded, up to its checks, and give its title."""
    await check_only(resources)
    worker = Worker(
        resources.workshop,
        registry.handlers_by_name(resources),
        name="encodes",
        lanes={ENCODE_LANE: 1, SOUND_LANE: 1},
        abilities=Abilities(offers={"h264": "libx264"}),
    )
    await worker.run_until_idle()
    return (await upload_row(clients.owner, path))["title_id"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give the folder of the package in the store."""
    return tmp_path / "store/packages"


async def package_of(workshop: Workshop) -> PackageRow:
    async with workshop.reading(Actor.system()) as work:
        return (await work.session.scalars(select(PackageRow))).one()


async def failure(clients: Clients, work_off: WorkOff, title_id: str) -> str:
    """Run the checks, and see that nobody can watch what has not passed them."""
    await work_off()
    title: Json = (await clients.owner.get(f"/titles/{title_id}")).json()
    assert title["state"] == "failed"
    assert title["problem"]["code"] == CODE
    answer = await clients.viewer.post(f"/titles/{title_id}/playback")
    assert answer.status_code in (404, 409), answer.text
    (item,) = (await clients.owner.get("/processing")).json()["items"]
    assert (item["stage"], item["problem"]) == ("failed", title["problem"])
    detail: str = title["problem"]["detail"]
    assert detail.endswith(NOT_SHOWN)
    return detail.removesuffix(NOT_SHOWN)


def segment(folder: Path, name: str) -> Path:
    (path,) = folder.glob(f"*/{name}.m4s")
    return path


async def test_a_sound_film_passes_and_its_figures_are_kept(
    clients: Clients, work_off: WorkOff, title_id: str, workshop: Workshop
) -> None:
    await work_off()
    title = (await clients.owner.get(f"/titles/{title_id}")).json()
    assert (title["state"], title["problem"]) == ("ready", None)
    kept: dict[str, Any] = (await package_of(workshop)).checks or {}

    assert (kept["problem"], kept["is_full"]) == (None, False)
    assert kept["sound_offset_ms"] == 0
    assert abs(kept["sound_drift_ms"]) <= 50
    tracks = {track["name"]: track for track in kept["tracks"]}
    assert set(tracks) == {"v480", "v360", "a0"}
    assert [tracks[name]["duration_ms"] for name in ("v480", "v360")] == [6000, 6000]
    # The smallest is decoded whole, of the others a segment.
    assert (tracks["v360"]["decoded_ms"], tracks["v480"]["decoded_ms"]) == (6000, 2000)
    assert tracks["v360"]["likeness"] == 1
    assert tracks["v480"]["likeness"] > 0.95
    assert tracks["a0"]["loudness_lufs"] == pytest.approx(-23, abs=10)


def garble(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-len(content) // 2 :] = b"\xa5" * len(content[-len(content) // 2 :])
    path.write_bytes(content)


@pytest.mark.parametrize(("track", "held"), [("v360", "/v360/2.m4s"), ("a0", "/a0/2.m4s")])
async def test_whoever_encodes_a_part_notices_that_it_cannot_be_played(
    clients: Clients,
    resources: Resources,
    work_off: WorkOff,
    film: Path,
    folder: Path,
    track: str,
    held: str,
) -> None:
    path = await upload(clients.owner, film.read_bytes())
    async with held_worker(resources, held):
        pass  # The worker ends in the middle, and what it has announced stays.
    garble(segment(folder, f"{track}/0"))

    detail = await failure(clients, work_off, (await upload_row(clients.owner, path))["title_id"])
    assert detail == f"The track {track} is damaged: It cannot be decoded"
    async with resources.workshop.reading(Actor.system()) as work:
        assert {
            row.track_name or row.group: row.decoded is not None and row.finished_at is not None
            for row in await work.session.scalars(select(PartRow))
        }[track if track == "a0" else "h264"] is False


async def test_a_segment_that_was_cut_short_is_noticed(
    clients: Clients, work_off: WorkOff, title_id: str, folder: Path
) -> None:
    path = segment(folder, "v480/2")
    content = path.read_bytes()
    path.write_bytes(content[:-100])

    assert await failure(clients, work_off, title_id) == (
        f"Segment 2 of the track v480 has {len(content) - 100} bytes, not {len(content)}"
    )


async def test_a_segment_that_was_lost_is_noticed(
    clients: Clients, work_off: WorkOff, title_id: str, folder: Path
) -> None:
    path = segment(folder, "a0/1")
    size_bytes = path.stat().st_size
    path.unlink()

    assert await failure(clients, work_off, title_id) == (
        f"Segment 1 of the track a0 has 0 bytes, not {size_bytes}"
    )


@pytest.mark.parametrize("track", ["v480", "v360", "a0"])
async def test_a_rendition_that_was_garbled_is_noticed(
    clients: Clients, work_off: WorkOff, title_id: str, folder: Path, track: str
) -> None:
    garble(segment(folder, f"{track}/1"))

    detail = await failure(clients, work_off, title_id)
    assert f"track {track}" in detail
    assert "cannot be decoded" in detail or "does not show" in detail or "pictures" in detail


async def test_sound_that_was_shifted_is_noticed(
    clients: Clients, work_off: WorkOff, title_id: str, folder: Path
) -> None:
    for path in folder.glob("*/a0/*.m4s"):
        shift_decode_times(path, 24_000)

    assert await failure(clients, work_off, title_id) == (
        "Segment 1 of the track a0 is shown 500 ms too late"
    )


def shift_decode_times(path: Path, ticks: int) -> None:
    """Move a segment in time, as an encoder that counts wrongly would."""
    content = path.read_bytes()
    shifted = bytearray(content)
    at = content.index(b"tfdt") + 8
    time = int.from_bytes(content[at : at + 8], "big") + ticks
    shifted[at : at + 8] = time.to_bytes(8, "big")
    assert [box.kind for box in boxes_in(memoryview(bytes(shifted)))] == [b"moof", b"mdat"]
    path.write_bytes(shifted)


async def put_in_place(
    film: Path, tracks: Sequence[str], media: MediaFactory, workshop: Workshop, folder: Path
) -> None:
    """Let renditions of a package show another film."""
    recipe = Recipe.read((await package_of(workshop)).recipe)
    facts = await probe(film, media.tools)
    sizes: dict[tuple[str, int], int] = {}
    rungs = [rung for rung in recipe.rungs if rung.track_name in tracks]
    for number in range(recipe.plan.chunk_count):
        chunk = recipe.plan.chunk(number)
        async for piece in encode_chunk(film, facts, rungs, recipe.plan, chunk, tools=media.tools):
            if isinstance(piece, EncodedSegment):
                segment(folder, f"{piece.track}/{piece.number}").write_bytes(piece.payload)
                sizes[piece.track, piece.number] = len(piece.payload)
    async with workshop.work(Actor.system()) as work:
        lines = await work.session.execute(
            select(SegmentRow, TrackRow.name).join(TrackRow).where(TrackRow.name.in_(tracks))
        )
        for line, track in lines:
            line.size_bytes = sizes[track, line.number]


async def test_a_black_rendition_is_noticed(
    clients: Clients,
    work_off: WorkOff,
    title_id: str,
    folder: Path,
    media: MediaFactory,
    workshop: Workshop,
    tmp_path: Path,
) -> None:
    black = tmp_path / "black.mp4"
    media.lavfi(black, "color=c=black:s=854x480:r=25:d=6", beep(6))
    await put_in_place(black, ["v480"], media, workshop, folder)

    assert await failure(clients, work_off, title_id) == (
        "Segment 1 of the track v480 does not show what the others show"
    )


@pytest.fixture
async def long_title_id(
    clients: Clients, resources: Resources, media: MediaFactory, tmp_path: Path
) -> str:
    """Encode a film of a minute by the fixed ladder, up to its checks."""
    film = tmp_path / "long.mp4"
    media.lavfi(film, picture(854, 480, rate="5", seconds=MINUTE_S), beep(MINUTE_S))
    settings = replace(resources.settings, ladder="fixed")
    path = await upload(clients.owner, film.read_bytes())
    return await encode(clients, replace(resources, settings=settings), path)


async def test_the_best_of_a_long_film_is_compared_with_its_source(
    clients: Clients, work_off: WorkOff, long_title_id: str, workshop: Workshop
) -> None:
    await work_off()
    title = (await clients.owner.get(f"/titles/{long_title_id}")).json()
    assert (title["state"], title["problem"]) == ("ready", None)
    checks = (await clients.owner.get(f"/titles/{long_title_id}/checks")).json()
    vmaf = {track["name"]: track["vmaf"] for track in checks["tracks"]}
    assert vmaf == {"v480": pytest.approx(95, abs=5), "v360": None, "a0": None}


async def test_renditions_that_agree_on_another_film_are_noticed(
    clients: Clients,
    work_off: WorkOff,
    long_title_id: str,
    folder: Path,
    media: MediaFactory,
    workshop: Workshop,
    tmp_path: Path,
) -> None:
    other = tmp_path / "other.mp4"
    media.lavfi(other, f"mandelbrot=s=854x480:r=5,trim=duration={MINUTE_S}", beep(MINUTE_S))
    await put_in_place(other, ["v480", "v360"], media, workshop, folder)
    said = await failure(clients, work_off, long_title_id)
    assert re.fullmatch(
        r"Segment \d+ of the track v480 does not look like its source \(VMAF 1?\d of 100\)", said
    )


async def test_what_was_broken_is_made_anew(
    clients: Clients,
    work_off: WorkOff,
    title_id: str,
    folder: Path,
    workshop: Workshop,
    tmp_path: Path,
) -> None:
    png = PictureFactory.in_folder(tmp_path).make("own.png", "640x360")
    broken = await package_of(workshop)
    given = await clients.owner.post(
        f"/assets/{title_id}/subtitles",
        params={"language": "en"},
        content=SRT,
    )
    assert given.status_code == 201, given.text
    own = (await clients.owner.post(f"/assets/{title_id}/poster", content=png)).json()
    path = segment(folder, "v480/1")
    path.write_bytes(path.read_bytes()[:-1])
    await failure(clients, work_off, title_id)
    assert (await package_of(workshop)).checks is not None
    dead = (await clients.owner.get("/jobs", params={"state": "dead"})).json()["items"]
    (job,) = [job for job in dead if job["name"] == "media.finish_package"]
    answer = await clients.owner.post(f"/jobs/{job['id']}/retry")
    assert answer.status_code == 200, answer.text
    await work_off()

    async def is_ready() -> bool:
        title = (await clients.owner.get(f"/titles/{title_id}")).json()
        return title["state"] == "ready" and title["problem"] is None

    assert await eventually(is_ready)
    fresh = await package_of(workshop)
    assert fresh.id != broken.id
    assert fresh.recipe == broken.recipe
    assert not [name for name in stored_files(folder) if str(broken.id) in name]
    played = (await clients.viewer.post(f"/titles/{title_id}/playback")).json()
    assert str(fresh.id) in played["hls_url"]
    assert played["poster_url"] is not None
    # What people gave for it is there as it was.
    pictures = (await clients.owner.get(f"/assets/{title_id}/pictures")).json()
    assert (pictures["poster_id"], pictures["is_poster_chosen"]) == (own["poster_id"], True)
    poster = (await clients.owner.get(f"/titles/{title_id}")).json()["poster"]
    assert str(fresh.id) in poster["base_url"]
    assert (await fetch(clients.nobody, f"{poster['base_url']}/640.jpg")).status_code == 200
    [text] = (await clients.owner.get(f"/assets/{title_id}/subtitles")).json()["items"]
    assert (text["language"], text["state"], text["cue_count"]) == ("en", "ready", 1)
    assert (folder / str(fresh.id) / "t1/all.vtt").read_text().endswith("Hello\n")
