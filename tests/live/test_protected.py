"""Protected streams: encrypted by keys that change, for those who may watch and nobody else."""

from __future__ import annotations

import asyncio
import base64
import re
import subprocess
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select

from streamverse.domains.live.contracts import StreamId
from streamverse.domains.live.public import LiveDesk
from streamverse.domains.live.service.ladders import LadderDesk
from streamverse.domains.media.models import ReelKeyRow
from streamverse.kit.clock import FixedClock
from streamverse.kit.work import Actor
from streamverse.mediakit.cenc import ContentKey, decrypt_init, decrypt_segment, name_keys
from tests.conftest import Clients
from tests.factories.ingest import AAC, H264, sources, until
from tests.factories.media import frame_numbers
from tests.factories.pipeline import WorkOff, fetch, play
from tests.factories.samples import film
from tests.live.conftest import Channel, make_stream
from tests.live.test_ladders import begin

if TYPE_CHECKING:
    from streamverse.app.resources import Resources
    from streamverse.domains.live.service.broadcasts import Broadcast

KEY_LASTS = timedelta(seconds=20)


@dataclass
class Studio:
    """A protected stream that an encoder sends to at the speed of life."""

    desk: LiveDesk
    resources: Resources
    clients: Clients
    clock: FixedClock
    stream_id: str
    key: str

    @property
    def broadcast(self) -> Broadcast:
        found = self.desk.find(UUID(self.stream_id))
        assert found is not None
        return found

    @asynccontextmanager
    async def sending(self) -> AsyncGenerator[None]:
        coding = ("-re", *sources(600), *H264, *AAC, "-f", "flv")
        target = f"{self.desk.rtmp_url}/{self.key}"
        ffmpeg = (str(self.resources.tools.ffmpeg), "-v", "error", "-nostdin")
        encoder = await asyncio.create_subprocess_exec(*ffmpeg, *coding, target)
        try:
            await until(lambda: self.desk.find(UUID(self.stream_id)) is not None)
            yield
        finally:
            encoder.kill()
            await encoder.wait()

    async def reach(self, head: int) -> None:
        """Wait until a segment with a head is stored of every track."""

        def is_there() -> bool:
            return all(
                any(one.head == head and one.is_stored for one in track.segments)
                for track in self.broadcast.edge.tracks.values()
            )

        await until(is_there)

    async def watch(self, client: httpx.AsyncClient | None = None) -> dict[str, Any]:
        path = f"/live/streams/{self.stream_id}/playback"
        answer = await (client or self.clients.viewer).post(path)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def licensed(self, url: str, ids: Sequence[UUID]) -> dict[UUID, bytes]:
        """Get keys as a viewer's player does."""
        answer = await ask(self.clients.viewer, url, ids)
        assert answer.status_code == 200, answer.text
        return {UUID(bytes=_read(one["kid"])): _read(one["k"]) for one in answer.json()["keys"]}


def _read(text: str) -> bytes:
    return base64.urlsafe_b64decode(f"{text}==")


async def ask(client: httpx.AsyncClient, url: str, ids: Sequence[UUID]) -> httpx.Response:
    kids = [base64.urlsafe_b64encode(one.bytes).rstrip(b"=").decode() for one in ids]
    body = {"kids": kids, "type": "temporary"}
    return await client.post(url.removeprefix("/api/v1"), json=body)


@pytest.fixture
async def studio(
    resources: Resources, clients: Clients, clock: FixedClock
) -> AsyncGenerator[Studio]:
    desk = resources.live_desk
    desk.settings = replace(desk.settings, rtmp_port=0, srt_port=0)
    running = asyncio.create_task(desk.run())
    await until(lambda: desk.srt_port is not None)
    stream = await make_stream(clients, protection="clearkey", key_lasts_s=20)
    assert (stream["protection"], stream["key_lasts_s"]) == ("clearkey", 20)
    key = (await clients.owner.get(f"/live/streams/{stream['id']}/key")).json()["key"]
    yield Studio(desk, resources, clients, clock, stream["id"], key)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def save(studio: Studio, base: str, track: str, head: int, folder: Path) -> Path:
    """Fetch a head and all that is coded by it into one file."""
    text = (await fetch(studio.clients.nobody, f"{base}{track}.m3u8")).text
    named = set(re.findall(rf"^{track}/\d+\.m4s$", text, re.MULTILINE))
    numbers = [
        f"{track}/{one.number}.m4s"
        for one in studio.broadcast.edge.tracks[track].segments
        if one.head == head
    ]
    names = [f"{track}/init-{head}.mp4", *(name for name in numbers if name in named)]
    path = folder / f"{track}-{head}.mp4"
    contents = [(await fetch(studio.clients.nobody, base + name)).content for name in names]
    path.write_bytes(b"".join(contents))
    return path


def decode(studio: Studio, path: Path, *options: str) -> tuple[int, str]:
    done = subprocess.run(
        [
            *(str(studio.resources.tools.ffmpeg), "-v", "error", "-nostdin", *options),
            *("-xerror", "-i", str(path), "-f", "null", "-"),
        ],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.returncode, done.stderr


async def test_keys_change_as_it_goes_out_and_segments_alone_do_not_decode(
    studio: Studio, tmp_path: Path
):
    async with studio.sending():
        await studio.reach(0)
        playing = await studio.watch()
        base = playing["hls_url"].removesuffix("master.m3u8")
        studio.clock.advance(KEY_LASTS)
        await studio.reach(1)
        studio.clock.advance(KEY_LASTS)
        await studio.reach(2)
        names = {
            (track, head): name_keys(
                (await fetch(studio.clients.nobody, f"{base}{track}/init-{head}.mp4")).content
            )
            for track in "va"
            for head in range(3)
        }
        owns = [ids[0] for ids in names.values()]
        assert len(set(owns)) == 6
        # The next key is announced with each head, before anything needs it.
        for track in "va":
            for head in range(2):
                assert names[track, head + 1][0] in names[track, head]
        for track in "va":
            text = (await fetch(studio.clients.nobody, f"{base}{track}.m3u8")).text
            shown = re.findall(r"#EXT-X-KEY:METHOD=SAMPLE-AES,\S+KEYID=0x([0-9A-F]{32})", text)
            assert [UUID(hex=one) for one in shown] == [names[track, head][0] for head in range(3)]
            assert text.count("#EXT-X-DISCONTINUITY\n") == 2
        mpd = (await fetch(studio.clients.nobody, f"{base}manifest.mpd")).text
        assert re.findall(r'default_KID="([^"]+)"', mpd) == [
            str(names[track, head][0]) for head in range(3) for track in "va"
        ]
        keys = await studio.licensed(playing["license_url"], owns)
        for (track, head), ids in names.items():
            path = await save(studio, base, track, head, tmp_path)
            assert decode(studio, path, "-decryption_key", keys[ids[0]].hex()) == (0, "")
            assert decode(studio, path)[0] != 0
            other = keys[names[track, (head + 1) % 3][0]]
            assert decode(studio, path, "-decryption_key", other.hex())[0] != 0


async def test_parts_are_pieces_of_their_segments(studio: Studio):
    async with studio.sending():
        await studio.reach(0)
        base = (await studio.watch())["hls_url"].removesuffix("master.m3u8")
        for track in "va":
            segment = studio.broadcast.edge.tracks[track].segments[0]
            parts = [
                (await fetch(studio.clients.nobody, f"{base}{track}/0.{part}.m4s")).content
                for part in range(len(segment.parts))
            ]
            assert len(parts) > 1
            whole = (await fetch(studio.clients.nobody, f"{base}{track}/0.m4s")).content
            assert whole == b"".join(parts)


async def test_keys_are_given_to_who_may_watch(studio: Studio):
    async with studio.sending():
        await studio.reach(0)
        playing = await studio.watch()
        own = name_keys(bytes(studio.broadcast.edge.tracks["v"].heads[0]))[0]
        url = playing["license_url"]
        refused = await ask(studio.clients.owner, url, [own])
        assert (refused.status_code, refused.json()["code"]) == (403, "playback.license_not_yours")
        unknown = await ask(studio.clients.viewer, url, [UUID(int=1)])
        assert (unknown.status_code, unknown.json()["code"]) == (404, "media.key_unknown")
        path = f"/live/streams/{studio.stream_id}"
        hidden = await studio.clients.owner.patch(path, json={"access": "staff"})
        assert hidden.status_code == 200
        gone = await ask(studio.clients.viewer, url, [own])
        assert (gone.status_code, gone.json()["code"]) == (404, "live.stream_not_found")
        async with studio.resources.workshop.reading(Actor.system()) as work:
            rows = (await work.session.scalars(select(ReelKeyRow))).all()
        assert {row.id for row in rows} >= {own}
        assert all(len(row.secret_sealed) > 16 for row in rows)


async def test_a_protected_stream_is_not_to_be_had_by_webrtc(studio: Studio):
    async with studio.sending():
        await studio.reach(0)
        playing = await studio.watch()
        assert playing["whep_url"] is None
        assert playing["whep_refusal"] == (
            "This stream is protected, which it cannot be by WebRTC: it plays by HLS and DASH."
        )
        assert studio.broadcast.relay.relay.video is None


async def test_it_has_a_picture_of_what_goes_out(studio: Studio):
    async with studio.sending():
        await studio.reach(0)
        path = f"/live/streams/{studio.stream_id}/thumbnails/jpg"
        answer = await studio.clients.viewer.get(path)
        assert answer.status_code == 200
        assert answer.content[:2] == b"\xff\xd8"


async def test_a_recording_has_the_keys_of_all_that_went_out(studio: Studio, work_off: WorkOff):
    async with studio.sending():
        await studio.reach(0)
        studio.clock.advance(KEY_LASTS)
        await studio.reach(1)
        heads = studio.broadcast.edge.tracks["v"].heads
        own = [name_keys(bytes(head))[0] for head in heads]
    await studio.desk.end_all()
    await work_off()
    path = f"/live/streams/{studio.stream_id}/recordings"
    (card,) = (await studio.clients.owner.get(path)).json()
    assert card["poster_url"] is not None
    playing = await play(studio.clients.owner, card["id"])
    assert len(playing["drm"]["key_ids"]) == 4
    ids = [UUID(bytes=_read(one)) for one in playing["drm"]["key_ids"]]
    assert set(own) <= set(ids)
    url = playing["drm"]["license_url"]
    answer = await ask(studio.clients.owner, url, ids)
    assert answer.status_code == 200, answer.text
    base = playing["hls_url"].rpartition("/")[0]
    master = (await fetch(studio.clients.nobody, playing["hls_url"])).text
    (name,) = re.findall(r"^(v\S+)\.m3u8", master, re.MULTILINE)
    text = (await fetch(studio.clients.nobody, f"{base}/{name}.m3u8")).text
    shown = re.findall(r"KEYID=0x([0-9A-F]{32})", text)
    assert [UUID(hex=one) for one in shown] == own
    mpd = (await fetch(studio.clients.nobody, playing["dash_url"])).text
    assert url in mpd


# --- rungs ----------------------------------------------------------------------------------------


async def test_rungs_are_encrypted_by_the_keys_of_what_is_sent(
    clients: Clients, resources: Resources, clock: FixedClock, tmp_path: Path
):
    stream = await make_stream(clients, protection="clearkey", key_lasts_s=20, ladder="smaller")
    key = (await clients.owner.get(f"/live/streams/{stream['id']}/key")).json()["key"]
    desk, tools = resources.live_desk, resources.tools
    desk.ladders = LadderDesk(tools.ffmpeg, 100)
    filmed = await film(tools, tmp_path, seconds=7, size=(854, 480))
    show = await begin(Channel(desk, StreamId(UUID(stream["id"])), key), filmed)
    try:
        await show.send(filmed.samples[:90], ["v360"])
        clock.advance(KEY_LASTS)
        await show.send(filmed.samples[90:], ["v360"])
        await show.channel.settle()
        answer = await clients.viewer.post(f"/live/streams/{stream['id']}/playback")
        playing = answer.json()
        base = playing["hls_url"].removesuffix("master.m3u8")
        for name in ("v", "v360"):
            segments = [one for one in show.track(name).segments if one.is_stored]
            assert [one.head for one in segments] == [0, 0, 1]
            clear: list[bytes] = []
            for head in range(2):
                init = (await fetch(clients.nobody, f"{base}{name}/init-{head}.mp4")).content
                assert name_keys(init) == name_keys(bytes(show.track("v").heads[head]))
                answer = await ask(clients.viewer, playing["license_url"], name_keys(init)[:1])
                secret = _read(answer.json()["keys"][0]["k"])
                content = content_key(init, secret)
                clear += [decrypt_init(init)] if head == 0 else []
                for one in segments:
                    if one.head == head:
                        url = f"{base}{name}/{one.number}.m4s"
                        payload = (await fetch(clients.nobody, url)).content
                        clear.append(decrypt_segment(init, payload, content))
            path = tmp_path / f"{name}.mp4"
            path.write_bytes(b"".join(clear))
            assert frame_numbers(path, tools) == list(range(180))
    finally:
        await desk.end_all()


def content_key(init: bytes, secret: bytes) -> ContentKey:
    """Put the key of an init segment together with what its box says beside it."""
    at = init.index(b"tenc") + 4
    return ContentKey(name_keys(init)[0], secret, init[at + 25 : at + 41])
