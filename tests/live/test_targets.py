"""Streams sent on to other services: kept, shown without secrets, begun and ended with them."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from streamverse.domains.live.errors import TargetInvalid
from streamverse.domains.live.rules.health import News
from streamverse.domains.live.rules.targets import Destination, TargetWatch, read_destination
from streamverse.kit.events import EventRow
from streamverse.kit.fetching import GuardedFetcher
from streamverse.kit.reach import Reach
from streamverse.kit.work import Actor, Workshop
from streamverse.mediakit.ingest import outlet as outlets
from streamverse.mediakit.ingest.flv import FlvTracks, write_format, write_sample
from streamverse.mediakit.ingest.flv_tags import (
    AUDIO_FLAG,
    AUDIO_TAG,
    TagReader,
    write_head,
    write_tag,
)
from streamverse.mediakit.ingest.formats import join_nals
from streamverse.mediakit.ingest.rtmp_server import RtmpServer
from streamverse.mediakit.ingest.samples import AudioFormat, Receiver, Sample
from tests.conftest import Clients
from tests.factories.ingest import KEY, Studio, run_ffmpeg, until
from tests.factories.media import beep, beep_starts_ms
from tests.factories.pipeline import eventually
from tests.live.conftest import Channel, Publisher

if TYPE_CHECKING:
    from streamverse.app.resources import Resources

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


# --- addresses ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "key", "passphrase", "found"),
    [
        (
            *("rtmp://a.example.org/live2", "abcd-efgh", None),
            Destination("rtmp", "a.example.org", 1935, "live2", "abcd-efgh"),
        ),
        (
            *(" rtmps://A.example.org:444/app/x?token=1 ", " key ", None),
            Destination("rtmps", "a.example.org", 444, "app/x?token=1", "key"),
        ),
        (
            *("rtmps://a.example.org/rtmp/key-123?ds=1", "", None),
            Destination("rtmps", "a.example.org", 443, "rtmp", "key-123?ds=1"),
        ),
        (
            *("srt://a.example.org:9000", "", None),
            Destination("srt", "a.example.org", 9000),
        ),
        (
            *("srt://[2001:db8::1]:9000?mode=caller&streamid=one&passphrase=a+long+one", "", None),
            Destination("srt", "2001:db8::1", 9000, "", "one", "a long one"),
        ),
        (
            *("srt://a.example.org:9000?streamid=one", "two", "another one"),
            Destination("srt", "a.example.org", 9000, "", "two", "another one"),
        ),
    ],
)
def test_addresses(address: str, key: str, passphrase: str | None, found: Destination):
    assert read_destination(address, key, passphrase) == found


@pytest.mark.parametrize(
    ("address", "key", "passphrase", "field"),
    [
        ("https://example.org/live", "key", None, "address"),
        ("rtmp://", "key", None, "address"),
        ("rtmp://me:secret@example.org/live", "key", None, "address"),
        ("rtmp://example.org", "key", None, "address"),
        ("rtmp://example.org:port/live", "key", None, "address"),
        ("rtmp://example.org/live", "", None, "address"),
        ("rtmp://example.org/live/", "key", "a long passphrase", "passphrase"),
        ("srt://example.org", "key", None, "address"),
        ("srt://example.org:9000?mode=listener", "key", None, "address"),
        ("srt://example.org:9000", "key", "short", "passphrase"),
        ("srt://example.org:9000", "k" * 513, None, "key"),
    ],
)
def test_addresses_that_lead_nowhere(address: str, key: str, passphrase: str | None, field: str):
    with pytest.raises(TargetInvalid) as caught:
        read_destination(address, key, passphrase)
    assert [one.field for one in caught.value.fields] == [field]


def test_secrets_are_not_written_by_accident():
    found = read_destination("srt://example.org:9000", "the-key-1234", "the passphrase")
    assert repr(found) == "Destination(scheme='srt', host='example.org', port=9000)"
    assert (found.server, found.key_end) == ("srt://example.org:9000", "1234")
    assert read_destination("rtmp://example.org/live", "short-key", None).key_end is None
    assert read_destination("rtmps://[2001:db8::1]/live", "k", None).server == (
        "rtmps://[2001:db8::1]"
    )


def test_what_lasts_is_told_once():
    watch = TargetWatch()
    told: list[News | None] = []
    for second in range(120):
        is_failing = 10 <= second < 60
        now = NOW + timedelta(seconds=second)
        told.append(watch.see(now, is_failing=is_failing, is_sending=not is_failing))
    assert [(at, news) for at, news in enumerate(told) if news is not None] == [
        (25, News.UNWELL),
        (75, News.WELL),
    ]


def test_a_short_failure_is_not_told():
    watch = TargetWatch()
    for second in range(60):
        now = NOW + timedelta(seconds=second)
        is_failing = second % 20 < 14
        assert watch.see(now, is_failing=is_failing, is_sending=not is_failing) is None


# --- over HTTP ------------------------------------------------------------------------------------


async def add(clients: Clients, channel: Channel, **more: Any) -> dict[str, Any]:
    said = {"name": "Elsewhere", "address": "rtmp://127.0.0.1/live", "key": KEY, **more}
    answer = await clients.owner.post(f"/live/streams/{channel.id}/targets", json=said)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def targets_of(clients: Clients, channel: Channel) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (
        await clients.owner.get(f"/live/streams/{channel.id}/targets")
    ).json()
    return found


@pytest.fixture
def nearby(resources: Resources) -> None:
    """Let streams be sent on to this machine."""
    fetcher = GuardedFetcher(Reach.of(["127.0.0.1"]))
    object.__setattr__(resources.live_desk.settings, "fetcher", fetcher)


async def test_a_target_is_shown_without_its_secrets(
    clients: Clients, channel: Channel, nearby: None
):
    made = await add(clients, channel, key="abcd-efgh-ijkl-mnop")
    assert made == {
        "id": made["id"],
        "name": "Elsewhere",
        "server": "rtmp://127.0.0.1",
        "key_end": "mnop",
        "has_passphrase": False,
        "is_on": True,
        "state": "waiting",
        "since": None,
        "bitrate_bps": 0,
        "dropped_pictures": 0,
        "problem": None,
    }
    assert await targets_of(clients, channel) == [made]
    path = f"/live/streams/{channel.id}/targets/{made['id']}"
    changed = await clients.owner.patch(path, json={"name": "There", "is_on": False})
    expected = {**made, "name": "There", "is_on": False, "state": "off"}
    assert (changed.status_code, changed.json()) == (200, expected)
    moved = await clients.owner.patch(
        path, json={"address": "srt://127.0.0.1:9000", "passphrase": "a long passphrase"}
    )
    assert moved.json() == {
        **expected,
        "server": "srt://127.0.0.1:9000",
        "key_end": None,
        "has_passphrase": True,
    }
    assert (await clients.owner.delete(path)).status_code == 204
    assert await targets_of(clients, channel) == []


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"address": "rtmp://127.0.0.1/live"}, "address"),
        ({"address": "rtmp://10.0.0.7/live"}, "address"),
        ({"address": "rtmp://192.0.2.7:25/live"}, "address"),
        ({"address": "ftp://example.org/live"}, "address"),
        ({"address": "rtmp://127.0.0.1/live", "passphrase": "a long one"}, "passphrase"),
    ],
)
async def test_a_target_that_may_not_be(
    clients: Clients, channel: Channel, said: dict[str, Any], field: str
):
    path = f"/live/streams/{channel.id}/targets"
    refused = await clients.owner.post(path, json={"name": "A", "key": "key", **said})
    assert (refused.status_code, refused.json()["code"]) == (422, "live.target_invalid")
    assert [one["field"] for one in refused.json()["fields"]] == [field]
    assert await targets_of(clients, channel) == []


async def test_there_may_be_so_many(
    clients: Clients, channel: Channel, resources: Resources, nearby: None
):
    object.__setattr__(resources.live_desk.settings, "targets_at_most", 1)
    made = await add(clients, channel)
    said = {"name": "B", "address": "rtmp://127.0.0.1/live", "key": "key"}
    refused = await clients.owner.post(f"/live/streams/{channel.id}/targets", json=said)
    assert (refused.status_code, refused.json()["code"]) == (409, "live.too_many_targets")
    assert await targets_of(clients, channel) == [made]


async def test_a_key_alone_changes_nothing(clients: Clients, channel: Channel, nearby: None):
    made = await add(clients, channel)
    path = f"/live/streams/{channel.id}/targets/{made['id']}"
    refused = await clients.owner.patch(path, json={"key": "another"})
    assert (refused.status_code, refused.json()["code"]) == (422, "live.target_invalid")
    assert await targets_of(clients, channel) == [made]


async def test_what_is_not_there_or_not_ones_own(clients: Clients, channel: Channel, nearby: None):
    made = await add(clients, channel)
    for client, stream_id, target_id in (
        (clients.owner, channel.id, uuid4()),
        (clients.owner, uuid4(), made["id"]),
        (clients.stranger, channel.id, made["id"]),
    ):
        path = f"/live/streams/{stream_id}/targets/{target_id}"
        for answer in (await client.patch(path, json={"is_on": False}), await client.delete(path)):
            assert (answer.status_code, answer.json()["code"]) == (404, "live.target_not_found")
    answer = await clients.stranger.get(f"/live/streams/{channel.id}/targets")
    assert (answer.status_code, answer.json()["code"]) == (404, "live.stream_not_found")
    assert await targets_of(clients, channel) == [made]


# --- while it is live -----------------------------------------------------------------------------


@pytest.fixture
async def service() -> AsyncGenerator[tuple[Studio, int]]:
    """Let there be another service."""
    studio = Studio()
    server = RtmpServer(studio.admit)
    yield studio, await server.listen("127.0.0.1", 0)
    await server.close()


@pytest.fixture(autouse=True)
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try again at once."""
    monkeypatch.setattr(outlets, "FIRST_PAUSE_S", 0.05)
    monkeypatch.setattr(outlets, "LONGEST_PAUSE_S", 0.1)


class Framed:
    """Makes of what a publisher says NAL units, which a server of RTMP looks at."""

    def __init__(self, receiver: Receiver) -> None:
        self.on_format, self.on_end = receiver.on_format, receiver.on_end
        self.writable = receiver.writable
        self._receiver = receiver

    def on_sample(self, sample: Sample, /) -> None:
        """Hand on a sample."""
        if sample.kind == "video":
            head = b"\x65" if sample.is_keyframe else b"\x41"
            sample = replace(sample, payload=join_nals([head + sample.payload]))
        self._receiver.on_sample(sample)


async def connect(channel: Channel) -> Publisher:
    """Let an encoder begin."""
    publisher = await channel.connect()
    publisher.receiver = Framed(publisher.receiver)
    publisher.begin()
    return publisher


async def go_on_until(publisher: Publisher, is_so: Any) -> None:
    """Send on until something has come about."""

    async def has_come() -> bool:
        publisher.send(0.2)
        return bool(is_so())

    await eventually(has_come)


async def told_of(workshop: Workshop) -> list[tuple[str, Any]]:
    """List what was told of targets."""
    async with workshop.reading(Actor.system()) as work:
        query = select(EventRow).where(EventRow.name.startswith("live.target"))
        rows = await work.session.scalars(query.order_by(EventRow.id))
        return [(row.name, row.payload) for row in rows]


async def state_of(clients: Clients, channel: Channel) -> dict[str, Any]:
    await channel.desk.restreams.look()
    (target,) = await targets_of(clients, channel)
    return target


async def test_a_stream_that_is_live_is_sent_on_at_once(
    clients: Clients, channel: Channel, nearby: None, service: tuple[Studio, int]
):
    studio, port = service
    publisher = await connect(channel)
    publisher.send(3)
    made = await add(clients, channel, address=f"rtmp://127.0.0.1:{port}/live")
    await go_on_until(publisher, lambda: len(studio.recorder.of("video")) > 100)
    first = studio.recorder.of("video")[0]
    assert (first.decode_ticks, first.is_keyframe) == (0, True)
    found = await state_of(clients, channel)
    assert (found["state"], found["problem"]) == ("sending", None)
    assert found["since"] is not None
    # Switched off, it ends; on again, it begins again.
    path = f"/live/streams/{channel.id}/targets/{made['id']}"
    await clients.owner.patch(path, json={"is_on": False})
    await until(lambda: studio.recorder.reasons == ["The publisher ended the stream."])
    await clients.owner.patch(path, json={"is_on": True})
    await go_on_until(publisher, lambda: len(studio.asked) == 2)
    # It ends with the broadcast.
    await channel.desk.end_all()
    await until(lambda: len(studio.recorder.reasons) == 2)


async def test_it_survives_a_publisher_who_comes_back(
    clients: Clients, channel: Channel, nearby: None, service: tuple[Studio, int]
):
    studio, port = service
    await add(clients, channel, address=f"rtmp://127.0.0.1:{port}/live")
    publisher = await connect(channel)
    publisher.send(1)
    await channel.desk.restreams.look()
    await go_on_until(publisher, lambda: len(studio.recorder.of("video")) > 30)
    publisher.receiver.on_end("The encoder hung up.")
    again = await connect(channel)
    count = len(studio.recorder.of("video"))
    await go_on_until(again, lambda: len(studio.recorder.of("video")) > count + 30)
    assert (len(studio.asked), studio.recorder.reasons) == (1, [])


async def test_a_target_that_refuses_says_why_and_is_told(
    clients: Clients,
    channel: Channel,
    nearby: None,
    service: tuple[Studio, int],
    workshop: Workshop,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr("streamverse.domains.live.rules.targets.FAILED_AFTER", timedelta())
    monkeypatch.setattr("streamverse.domains.live.rules.targets.RECOVERED_AFTER", timedelta())
    _, port = service
    made = await add(
        clients, channel, address=f"rtmp://127.0.0.1:{port}/live", key="not-a-key-1234"
    )
    publisher = await connect(channel)
    publisher.send(3)
    await channel.settle()

    async def is_failing() -> bool:
        publisher.send(0.2)
        return (await state_of(clients, channel))["problem"] is not None

    await eventually(is_failing)
    found = await state_of(clients, channel)
    sentence = "The service refuses the stream: There is no stream with this key."
    assert found["problem"] == sentence
    ((name, told),) = await told_of(workshop)
    assert name == "live.target_failed"
    assert (told["target_id"], told["name"], told["sentence"]) == (
        *(made["id"], "Elsewhere", sentence),
    )
    path = f"/live/streams/{channel.id}/targets/{made['id']}"
    moved = {"address": f"rtmp://127.0.0.1:{port}/live/{KEY}"}
    assert (await clients.owner.patch(path, json=moved)).status_code == 200

    async def is_well() -> bool:
        publisher.send(0.2)
        return (await state_of(clients, channel))["state"] == "sending"

    await eventually(is_well)
    assert [name for name, _ in await told_of(workshop)] == ["live.target_failed"]


async def test_opus_goes_out_as_aac_by_rtmp_and_can_be_heard(
    clients: Clients,
    channel: Channel,
    nearby: None,
    service: tuple[Studio, int],
    resources: Resources,
    tmp_path: Path,
):
    studio, port = service
    channel.desk.settings = replace(channel.desk.settings, ffmpeg=resources.tools.ffmpeg)
    path = tmp_path / "beeps.flv"
    coding = ("-f", "lavfi", "-i", beep(12), "-c:a", "libopus", "-b:a", "96k", "-f", "flv")
    assert await run_ffmpeg(resources.tools, *coding, str(path)) == (0, "")
    tracks = FlvTracks()
    tags = TagReader().feed(path.read_bytes())
    heard = [tracks.read_audio(data, at) for kind, at, data in tags if kind == AUDIO_TAG]
    (media,) = [one for one in heard if isinstance(one, AudioFormat)]
    assert media.codec == "opus"
    frames = deque(one for one in heard if isinstance(one, Sample))
    publisher = await channel.connect()
    publisher.receiver = Framed(publisher.receiver)
    publisher.begin(audio=media)
    publisher.send(1, has_audio=False)
    await add(clients, channel, address=f"rtmp://127.0.0.1:{port}/live", key=KEY)
    await channel.desk.restreams.look()

    async def is_heard() -> bool:
        publisher.send(0.1, has_audio=False)
        while frames and frames[0].decode_ticks < publisher.at:
            publisher.receiver.on_sample(frames.popleft())
        return len(studio.recorder.of("audio")) > 120

    await eventually(is_heard)
    (told,) = [one for one in studio.recorder.formats if isinstance(one, AudioFormat)]
    assert (told.codec, told.sample_rate_hz, told.channels) == ("aac", 48_000, 2)
    got = tmp_path / "got.flv"
    tags_out = [write_tag(AUDIO_TAG, write_format(told), 0)]
    sound = studio.recorder.of("audio")
    tags_out += [
        write_tag(AUDIO_TAG, write_sample(told, one), one.decode_ticks // 90) for one in sound
    ]
    got.write_bytes(write_head(AUDIO_FLAG) + b"".join(tags_out))
    assert len(beep_starts_ms(got, resources.tools)) >= 2
    steps = [after.decode_ticks - before.decode_ticks for before, after in pairwise(sound)]
    assert {round(step / 90) for step in steps} <= {21, 22}
