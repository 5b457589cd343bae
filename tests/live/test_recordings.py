"""What went out becomes titles: recordings, clips and parts, of the segments that were stored."""

from __future__ import annotations

import asyncio
import re
import subprocess
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select

from streamverse.domains.live.contracts import TrimBroadcasts
from streamverse.domains.live.models import BroadcastRow
from streamverse.domains.live.public import LiveDesk
from streamverse.domains.media.models import ReelRow, ReelSegmentRow
from streamverse.kit.clock import FixedClock
from streamverse.kit.orphans import Census
from streamverse.kit.work import Actor, Workshop
from tests.conftest import Clients
from tests.factories.ingest import AAC, H264, run_ffmpeg, sources, until
from tests.factories.pipeline import WorkOff, eventually, fetch, play, remove_film, stored_files
from tests.live.conftest import Channel, make_stream

if TYPE_CHECKING:
    from streamverse.app.resources import Resources

Json = dict[str, Any]


@dataclass
class Studio:
    """A stream that encoders send to, and what becomes of it."""

    desk: LiveDesk
    resources: Resources
    clients: Clients
    stream_id: str
    key: str
    work_off: WorkOff

    async def send(self, seconds: float, size: tuple[int, int] = (320, 180)) -> None:
        """Send pictures and sound as fast as they are taken, until all of it has come."""
        before = self.shown_s()
        coding = (*sources(seconds, size), *H264, "-g", "60", *AAC, "-f", "flv")
        target = f"{self.desk.rtmp_url}/{self.key}"
        code, printed = await run_ffmpeg(self.resources.tools, *coding, target)
        assert code == 0, printed
        await until(lambda: self.shown_s() > before + seconds - 0.2)

    def shown_s(self) -> float:
        """Tell how much has come."""
        found = self.desk.find(UUID(self.stream_id))
        tracks = found.edge.tracks if found is not None else {}
        return sum(one.duration_s for one in tracks["v"].segments) if "v" in tracks else 0.0

    async def keep(self, **chosen: str) -> None:
        """Choose what becomes of what goes out."""
        said = {"recordings": "private", "clips": "off", **chosen}
        path = f"/live/streams/{self.stream_id}"
        assert (await self.clients.owner.patch(path, json=said)).status_code == 200

    async def end(self) -> None:
        """End what goes out, and do all the work."""
        await self.desk.end_all()
        await self.work_off()

    async def recordings(self, role: str = "owner") -> list[Json]:
        """List what was recorded."""
        path = f"/live/streams/{self.stream_id}/recordings"
        answer = await self.clients.of(role).get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
async def studio(
    resources: Resources, clients: Clients, work_off: WorkOff
) -> AsyncGenerator[Studio]:
    """Take publishers at a free port, for a stream."""
    desk = resources.live_desk
    desk.settings = replace(desk.settings, rtmp_port=0, srt_port=0)
    running = asyncio.create_task(desk.run())
    await until(lambda: desk.srt_port is not None)
    stream = await make_stream(clients)
    key = (await clients.owner.get(f"/live/streams/{stream['id']}/key")).json()["key"]
    yield Studio(desk, resources, clients, stream["id"], key, work_off)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def download(client: httpx.AsyncClient, url: str, folder: Path) -> None:
    """Fetch a manifest and all that it leads to, each to where it names it."""
    base, _, name = url.partition("?")[0].rpartition("/")
    names = [name]
    while names:
        name = names.pop()
        path = folder / name
        if path.exists():
            continue
        answer = await fetch(client, f"{base}/{name}")
        assert answer.status_code == 200, name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(answer.content)
        if name.endswith(".m3u8"):
            lines = answer.text.splitlines()
            names += [line for line in lines if line and not line.startswith("#")]
            names += re.findall(r'URI="([^"]+)"', answer.text)


def count_pictures(resources: Resources, manifest: Path) -> int:
    """Decode every picture and all sound, without one complaint."""
    done = subprocess.run(
        [
            *(str(resources.tools.ffmpeg), "-nostdin", "-v", "error", "-xerror"),
            *("-i", manifest.name, "-map", "0:v:0", "-map", "0:a:0"),
            *("-fps_mode", "passthrough", "-progress", "-", "-f", "null", "/dev/null"),
        ],
        cwd=manifest.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return int(re.findall(r"^frame=(\d+)", done.stdout, re.MULTILINE)[-1])


async def count_played(studio: Studio, title_id: str, folder: Path) -> int:
    """Play a title as viewers do, and count its pictures."""
    playing = await play(studio.clients.owner, title_id)
    await download(studio.clients.nobody, playing["hls_url"], folder)
    return count_pictures(studio.resources, folder / "master.m3u8")


async def test_a_broadcast_that_is_over_is_a_title_that_plays(studio: Studio, tmp_path: Path):
    await studio.send(7)
    await studio.end()
    (card,) = await studio.recordings()
    assert (card["kind"], card["state"], card["is_published"]) == ("event", "ready", False)
    assert re.fullmatch(r"Sunday service, \d{4}-\d\d-\d\d", card["name"])
    assert card["duration_ms"] == pytest.approx(7000, abs=50)
    assert card["poster_url"] is not None
    assert await studio.recordings("viewer") == []
    assert await count_played(studio, card["id"], tmp_path / "played") == 210
    playing = await play(studio.clients.owner, card["id"])
    index = (await fetch(studio.clients.nobody, playing["thumbnails_url"])).text
    assert index.startswith("WEBVTT")


async def test_not_a_segment_is_copied_or_made_anew(studio: Studio, resources: Resources):
    await studio.send(5)
    await studio.desk.end_all()
    root = resources.store.local_path("live")
    assert root is not None
    before = {name: (root / name).read_bytes() for name in stored_files(root)}
    await studio.work_off()
    assert {name: (root / name).read_bytes() for name in stored_files(root)} == before
    packages = stored_files(root.parent / "packages")
    assert {name.split("/")[1] for name in packages} == {"pictures"}


async def test_a_recording_weighs_what_it_plays(studio: Studio, resources: Resources):
    await studio.send(5)
    await studio.end()
    root = resources.store.local_path("live")
    assert root is not None
    segments = {name: (root / name).stat().st_size for name in stored_files(root)}
    pictures, sound = (
        sum(size for name, size in segments.items() if f"/{track}/" in name and "init" not in name)
        for track in ("v", "a")
    )
    weights = (await studio.clients.owner.get("/media/storage")).json()["totals"]
    assert (weights["h264_bytes"], weights["sound_bytes"]) == (pictures, sound)


async def test_viewers_find_what_is_to_be_public(studio: Studio):
    await studio.keep(recordings="public")
    await studio.send(3)
    await studio.end()
    (card,) = await studio.recordings("viewer")
    assert card["is_published"]
    answer = await studio.clients.viewer.post(f"/titles/{card['id']}/playback")
    assert answer.status_code == 200


async def test_what_is_not_to_be_kept_is_let_go(
    studio: Studio, resources: Resources, clock: FixedClock
):
    await studio.keep(recordings="off")
    await studio.send(3)
    await studio.end()
    root = resources.store.local_path("live")
    assert root is not None
    # Whoever follows it may still rewind.
    assert stored_files(root) != []
    clock.advance(timedelta(minutes=3))
    await studio.work_off()
    assert stored_files(root) == []
    assert await studio.recordings() == []


async def test_what_goes_out_without_end_fills_no_disk(
    studio: Studio, resources: Resources, workshop: Workshop, clock: FixedClock
):
    await studio.keep(recordings="off", clips="public")
    path = f"/live/streams/{studio.stream_id}"
    await studio.clients.owner.patch(path, json={"rewind_minutes": 1})
    await studio.send(12)
    broadcast = studio.desk.find(UUID(studio.stream_id))
    assert broadcast is not None
    pictures = broadcast.edge.tracks["v"]
    await until(lambda: all(one.is_stored for one in pictures.segments if one.is_whole))
    folder = resources.store.local_path(f"live/{broadcast.id}/v")
    assert folder is not None
    segments = {f"{one.number}.m4s" for one in pictures.segments if one.is_stored}
    assert len(segments) >= 5

    async def left() -> set[str]:
        async with workshop.work(Actor.system()) as work:
            work.enqueue(TrimBroadcasts())
        await studio.work_off()
        return segments & set(stored_files(folder))

    assert await left() == segments
    clipped = await studio.clients.viewer.post(f"{path}/clips")
    assert clipped.status_code == 201, clipped.text
    clock.advance(timedelta(minutes=4))
    assert await left() == segments
    # Nobody plays it any more, but its first segment still tells how its times are counted.
    await remove_film(studio.clients.owner, clipped.json()["title_id"])
    assert await left() == {"0.m4s"}


async def test_a_broadcast_of_a_process_that_died_is_kept(
    studio: Studio,
    workshop: Workshop,
    resources: Resources,
    tmp_path: Path,
    clock: FixedClock,
):
    await studio.send(5)
    broadcast = studio.desk.find(UUID(studio.stream_id))
    assert broadcast is not None
    tracks = broadcast.edge.tracks.values()
    await until(lambda: all(one.is_stored for t in tracks for one in t.segments if one.is_whole))
    # Nobody renews its lease; another process starts, and finds that in the records.
    studio.desk.lose(broadcast)
    clock.advance(timedelta(minutes=1))
    other = LiveDesk(workshop, resources.store, studio.desk.settings)
    running = asyncio.create_task(other.run())
    await until(lambda: other.srt_port is not None)
    await studio.work_off()
    (card,) = await studio.recordings()
    assert await count_played(studio, card["id"], tmp_path / "played") in {120, 150}
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_another_size_is_another_span_of_the_same_title(studio: Studio, tmp_path: Path):
    await studio.send(3)
    await studio.send(3, (640, 360))
    await studio.end()
    (card,) = await studio.recordings()
    playing = await play(studio.clients.owner, card["id"])
    mpd = (await fetch(studio.clients.nobody, playing["dash_url"])).text
    assert mpd.count("<Period ") == 2
    assert re.findall(r'<Representation id="(v\d+)"', mpd) == ["v360", "v360"]
    await download(studio.clients.nobody, playing["hls_url"], tmp_path / "played")
    text = (tmp_path / "played" / "v360.m3u8").read_text()
    assert text.count("#EXT-X-DISCONTINUITY\n") == 1
    assert count_pictures(studio.resources, tmp_path / "played" / "master.m3u8") == 180


async def test_a_recording_outlives_its_stream_and_goes_with_its_title(
    studio: Studio, resources: Resources, workshop: Workshop, clock: FixedClock, tmp_path: Path
):
    await studio.send(5)
    await studio.end()
    (card,) = await studio.recordings()
    removed = await studio.clients.owner.delete(f"/live/streams/{studio.stream_id}")
    assert removed.status_code == 204
    clock.advance(timedelta(minutes=3))
    await studio.work_off()
    async with workshop.reading(Actor.system()) as work:
        assert (await work.session.scalars(select(BroadcastRow))).all() == []
    assert await count_played(studio, card["id"], tmp_path / "played") == 150
    clock.advance(timedelta(days=2))
    census = await resources.orphan_collector.collect(is_dry_run=False, census=Census())
    assert census.orphans.count == 0
    await remove_film(studio.clients.owner, card["id"])
    await studio.work_off()
    clock.advance(timedelta(minutes=3))
    await studio.work_off()
    root = resources.store.local_path("live")
    assert root is not None
    assert stored_files(root) == []
    async with workshop.reading(Actor.system()) as work:
        assert (await work.session.scalars(select(ReelRow))).all() == []
        assert (await work.session.scalars(select(ReelSegmentRow))).all() == []


# --- clips ----------------------------------------------------------------------------------------


async def clip(studio: Studio, role: str = "viewer") -> httpx.Response:
    """Clip the last minute."""
    return await studio.clients.of(role).post(f"/live/streams/{studio.stream_id}/clips")


async def test_viewers_clip_where_they_may(studio: Studio, tmp_path: Path):
    await studio.send(5)
    refused = await clip(studio)
    assert (refused.status_code, refused.json()["code"]) == (403, "live.clips_off")
    await studio.keep(clips="public")
    await until(lambda: stored_count(studio) == 6)
    made = await clip(studio)
    assert made.status_code == 201, made.text
    assert made.json()["is_public"]
    await studio.work_off()
    shown = (await studio.clients.viewer.get(f"/titles/{made.json()['title_id']}")).json()
    assert (shown["kind"], shown["name"]) == ("clip", made.json()["name"])
    assert shown["duration_ms"] == pytest.approx(5000, abs=50)
    assert await count_played(studio, shown["id"], tmp_path / "played") == 150
    again = await clip(studio)
    assert (again.status_code, again.json()["code"]) == (429, "live.clipped_just_now")


def stored_count(studio: Studio) -> int:
    """Count the whole segments that are in the store and in the index."""
    broadcast = studio.desk.find(UUID(studio.stream_id))
    tracks = broadcast.edge.tracks.values() if broadcast is not None else ()
    return sum(one.is_stored for track in tracks for one in track.segments)


async def test_nothing_is_clipped_of_what_is_not_live(studio: Studio):
    answer = await clip(studio, "owner")
    assert (answer.status_code, answer.json()["code"]) == (409, "live.stream_not_live")


async def test_nothing_is_clipped_of_what_has_only_just_begun(channel: Channel, clients: Clients):
    publisher = await channel.connect()
    publisher.begin()
    publisher.send(1)

    async def is_live() -> bool:
        return (await clients.owner.get(f"/live/streams/{channel.id}")).json()["state"] == "live"

    await eventually(is_live)
    answer = await clients.owner.post(f"/live/streams/{channel.id}/clips")
    assert (answer.status_code, answer.json()["code"]) == (409, "live.nothing_to_clip")


async def test_a_clip_that_is_removed_takes_nothing_from_what_goes_out(
    studio: Studio, resources: Resources, clock: FixedClock, tmp_path: Path
):
    await studio.send(5)
    await until(lambda: stored_count(studio) == 6)
    title_id = (await clip(studio, "owner")).json()["title_id"]
    await studio.work_off()
    await remove_film(studio.clients.owner, title_id)
    await studio.work_off()
    clock.advance(timedelta(minutes=3))
    await studio.work_off()
    await studio.end()
    (card,) = await studio.recordings()
    assert await count_played(studio, card["id"], tmp_path / "played") == 150


async def test_a_clip_keeps_no_more_than_it_plays(
    studio: Studio, resources: Resources, clock: FixedClock, tmp_path: Path
):
    await studio.keep(recordings="off")
    await studio.send(5)
    await until(lambda: stored_count(studio) == 6)
    title_id = (await clip(studio, "owner")).json()["title_id"]
    await studio.send(4)
    await studio.end()
    clock.advance(timedelta(minutes=3))
    await studio.work_off()
    root = resources.store.local_path("live")
    assert root is not None
    kept = [name.partition("/")[2] for name in stored_files(root)]
    assert kept == [
        f"{track}/{name}"
        for track in ("a", "v")
        for name in ("0.m4s", "1.m4s", "2.m4s", "init-0.mp4")
    ]
    assert await count_played(studio, title_id, tmp_path / "played") == 150


# --- the editor -----------------------------------------------------------------------------------


async def recorded(studio: Studio, seconds: float = 9) -> str:
    """Make a recording and give its title."""
    await studio.send(seconds)
    await studio.end()
    (card,) = await studio.recordings()
    return card["id"]


async def test_a_recording_is_trimmed_and_put_back(studio: Studio, tmp_path: Path):
    title_id = await recorded(studio)
    owner = studio.clients.owner
    cut = (await owner.get(f"/admin/titles/{title_id}/cut")).json()
    shown = (await fetch(studio.clients.nobody, cut.pop("thumbnails_url"))).text
    assert shown.startswith("WEBVTT")
    assert cut == {
        "instants_ms": [0, 2000, 4000, 6000, 8000, pytest.approx(9000, abs=50)],
        "parts": [{"start": 0, "stop": 5}],
    }
    playing = await play(owner, title_id)
    base = playing["hls_url"].rpartition("/")[0]
    trimmed = await owner.put(f"/admin/titles/{title_id}/cut", json={"start": 1, "stop": 3})
    assert trimmed.json() == {**cut, "parts": [{"start": 1, "stop": 3}], "thumbnails_url": None}
    assert (await owner.get(f"/titles/{title_id}")).json()["duration_ms"] == 4000
    nobody = studio.clients.nobody
    # Whoever watches goes on with what is left, and nobody gets the rest.
    assert (await fetch(nobody, f"{base}/v180-s0/2.m4s")).status_code == 200
    assert (await fetch(nobody, f"{base}/v180-s0/0.m4s")).status_code == 404
    assert (await fetch(nobody, f"{base}/v180-s0/3.m4s")).status_code == 404
    assert await count_played(studio, title_id, tmp_path / "trimmed") == 120
    back = await owner.put(f"/admin/titles/{title_id}/cut", json={"start": 0, "stop": 5})
    assert back.json() == {**cut, "thumbnails_url": None}
    assert await count_played(studio, title_id, tmp_path / "back") == 270


async def test_what_is_played_of_a_part_begins_at_its_beginning(studio: Studio, tmp_path: Path):
    title_id = await recorded(studio)
    owner = studio.clients.owner
    await owner.put(f"/admin/titles/{title_id}/cut", json={"start": 2, "stop": 5})
    playing = await play(owner, title_id)
    mpd = (await fetch(studio.clients.nobody, playing["dash_url"])).text
    offsets = {int(found) for found in re.findall(r'presentationTimeOffset="(\d+)"', mpd)}
    starts = {int(found) for found in re.findall(r'<S t="(\d+)"', mpd)}
    assert min(offsets) >= 4 * 48_000
    assert all(any(abs(start - offset) < 2000 for start in starts) for offset in offsets)
    assert re.search(r'mediaPresentationDuration="PT[45]\.\d+S"', mpd)


async def test_chapters_stay_where_they_are_in_what_was_recorded(studio: Studio):
    title_id = await recorded(studio)
    owner = studio.clients.owner
    markers = [
        {"kind": "chapter", "start_ms": 0, "end_ms": 1500, "label": "Before"},
        {"kind": "chapter", "start_ms": 3000, "end_ms": 5000, "label": "Sermon"},
    ]
    said = await owner.patch(f"/admin/titles/{title_id}", json={"markers": markers})
    assert said.status_code == 200, said.text
    await owner.put(f"/admin/titles/{title_id}/cut", json={"start": 1, "stop": 5})
    found = (await owner.get(f"/admin/titles/{title_id}")).json()["said"]["markers"]
    assert [(one["label"], one["start_ms"], one["end_ms"]) for one in found] == [
        ("Sermon", 1000, 3000)
    ]


async def test_a_recording_is_split_in_two(studio: Studio, tmp_path: Path):
    title_id = await recorded(studio)
    owner = studio.clients.owner
    said = {"at": 2, "name": "Second half"}
    made = await owner.post(f"/admin/titles/{title_id}/split", json=said)
    assert (made.status_code, made.json()["name"]) == (201, "Second half")
    assert await count_played(studio, title_id, tmp_path / "first") == 120
    assert await count_played(studio, made.json()["id"], tmp_path / "second") == 150
    shown = (await owner.get(f"/titles/{made.json()['id']}")).json()
    assert (shown["kind"], shown["is_published"]) == ("event", False)
    assert {card["name"] for card in await studio.recordings()} >= {"Second half"}


async def test_a_part_is_a_clip_that_outlives_what_it_is_of(
    studio: Studio, clock: FixedClock, tmp_path: Path
):
    title_id = await recorded(studio)
    owner = studio.clients.owner
    said = {"start": 1, "stop": 2, "name": "The best of it"}
    made = await owner.post(f"/admin/titles/{title_id}/parts", json=said)
    await remove_film(owner, title_id)
    await studio.work_off()
    clock.advance(timedelta(minutes=3))
    await studio.work_off()
    assert (await owner.get(f"/titles/{made.json()['id']}")).json()["kind"] == "clip"
    assert await count_played(studio, made.json()["id"], tmp_path / "played") == 60


@pytest.mark.parametrize(
    ("path", "said", "code"),
    [
        ("cut", {"start": 3, "stop": 3}, "media.cut_empty"),
        ("cut", {"start": 99, "stop": 100}, "media.cut_empty"),
        ("parts", {"start": 2, "stop": 1, "name": "x"}, "media.cut_empty"),
        ("split", {"at": 0, "name": "x"}, "kit.invalid"),
        ("split", {"at": 5, "name": "x"}, "kit.invalid"),
    ],
)
async def test_what_would_leave_nothing_is_refused(
    studio: Studio, path: str, said: Json, code: str
):
    title_id = await recorded(studio)
    owner = studio.clients.owner
    cut = (await owner.get(f"/admin/titles/{title_id}/cut")).json()
    method = "PUT" if path == "cut" else "POST"
    answer = await owner.request(method, f"/admin/titles/{title_id}/{path}", json=said)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert (await owner.get(f"/admin/titles/{title_id}/cut")).json() == cut
    assert len(await studio.recordings()) == 1


async def test_only_recordings_are_cut(clients: Clients):
    said = {"kind": "movie", "name": "To come"}
    made = (await clients.owner.post("/admin/titles", json=said)).json()
    answer = await clients.owner.get(f"/admin/titles/{made['title']['id']}/cut")
    assert (answer.status_code, answer.json()["code"]) == (409, "media.no_recording")
