"""Two encoders of one stream: the backup steps in, and the main one comes back."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from streamverse.domains.live.contracts import Comeback, Encoder
from streamverse.domains.live.rules.backups import GAP_S, STALLED_S, STEADY_S, Pace, may_go_on_air
from streamverse.kit.events import EventRow
from streamverse.kit.work import Actor, Workshop
from streamverse.mediakit.ingest.samples import PublishRefused, PublishRequest
from tests.conftest import Clients
from tests.factories.pipeline import eventually
from tests.live.conftest import Channel, Clock, Line, Publisher, go_on

# --- the rule -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoder", "steady_s", "silent_s", "comeback", "may"),
    [
        (Encoder.BACKUP, 100, 0, Comeback.TAKE_BACK, False),
        (Encoder.BACKUP, 0, STALLED_S, Comeback.TAKE_BACK, True),
        (Encoder.BACKUP, 0, STALLED_S - 0.1, Comeback.TAKE_BACK, False),
        (Encoder.MAIN, STEADY_S, 0, Comeback.TAKE_BACK, True),
        (Encoder.MAIN, STEADY_S - 0.1, 0, Comeback.TAKE_BACK, False),
        (Encoder.MAIN, 100, 0, Comeback.WAIT, False),
        (Encoder.MAIN, 0, STALLED_S, Comeback.WAIT, True),
    ],
)
def test_who_may_go_on_air(
    encoder: Encoder, steady_s: float, silent_s: float, comeback: Comeback, may: bool
):
    own, other = Pace(1000, 1000 - steady_s), Pace(1000 - silent_s, 0)
    assert may_go_on_air(encoder, own, other, comeback, 1000) is may
    assert may_go_on_air(encoder, own, None, comeback, 1000) is True


def test_a_gap_begins_the_steady_time_anew():
    pace = Pace(0, 0)
    for tenth in range(11):
        pace.note(tenth / 10)
    assert (pace.last_s, pace.steady_since_s) == (1, 0)
    pace.note(1 + GAP_S + 0.1)
    assert pace.steady_since_s == 2.1


# --- a stream with both ---------------------------------------------------------------------------


@pytest.fixture
async def backup_key(clients: Clients, channel: Channel) -> str:
    """Let the stream have a backup encoder."""
    made = await clients.owner.post(f"/live/streams/{channel.id}/backup")
    assert made.status_code == 201, made.text
    key: str = made.json()["key"]
    return key


async def connect(channel: Channel, key: str) -> Publisher:
    """Let an encoder begin."""
    line = Line()
    request = PublishRequest(key, "rtmp", "192.0.2.8", "Encoder/1.0", line)
    publisher = Publisher(await channel.desk.admit(request), line)
    publisher.begin()
    return publisher


async def encoders(clients: Clients, channel: Channel) -> tuple[str | None, list[str]]:
    health = (await clients.owner.get(f"/live/streams/{channel.id}/health")).json()
    return health["on_air"], health["connected"]


async def told(workshop: Workshop) -> list[str]:
    async with workshop.reading(Actor.system()) as work:
        query = select(EventRow).where(EventRow.name == "live.encoder_changed")
        rows = await work.session.scalars(query.order_by(EventRow.id))
        return [row.payload["encoder"] for row in rows]


async def test_a_backup_disturbs_nobody_and_steps_in_when_the_main_one_is_gone(
    clients: Clients, channel: Channel, pace: Clock, backup_key: str, workshop: Workshop
):
    main = await connect(channel, channel.key)
    go_on(pace, 4, main)
    broadcast = channel.desk.find(channel.id)
    assert broadcast is not None
    backup = await connect(channel, backup_key)
    go_on(pace, 4, main, backup)
    assert await encoders(clients, channel) == ("main", ["main", "backup"])
    assert main.line.closed == []
    assert len(broadcast.edge.stretches) == 1
    main.receiver.on_end("The encoder hung up.")
    assert channel.desk.is_away(channel.id) is False
    go_on(pace, 4, backup)
    assert await encoders(clients, channel) == ("backup", ["backup"])
    assert channel.desk.find(channel.id) is broadcast
    assert len(broadcast.edge.stretches) == 2
    numbers = [one.number for one in broadcast.edge.tracks["v"].segments]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))

    async def is_told() -> bool:
        return await told(workshop) == ["backup"]

    await eventually(is_told)


async def test_a_main_one_that_stalls_is_passed_over_and_gets_back_once_it_is_steady(
    clients: Clients, channel: Channel, pace: Clock, backup_key: str
):
    main = await connect(channel, channel.key)
    backup = await connect(channel, backup_key)
    go_on(pace, 4, main, backup)
    go_on(pace, 2.5, backup)
    assert (await encoders(clients, channel))[0] == "main"
    go_on(pace, 3, backup)
    assert await encoders(clients, channel) == ("backup", ["main", "backup"])
    go_on(pace, 9, main, backup)
    assert (await encoders(clients, channel))[0] == "backup"
    go_on(pace, 4, main, backup)
    assert (await encoders(clients, channel))[0] == "main"


async def test_a_main_one_that_is_to_wait_waits(
    clients: Clients, channel: Channel, pace: Clock, backup_key: str
):
    main = await connect(channel, channel.key)
    backup = await connect(channel, backup_key)
    go_on(pace, 1, main, backup)
    path = f"/live/streams/{channel.id}/backup"
    chosen = await clients.owner.put(path, json={"comeback": "wait"})
    assert (chosen.status_code, chosen.json()["comeback"]) == (200, "wait")
    go_on(pace, 6, backup)
    go_on(pace, 30, main, backup)
    assert (await encoders(clients, channel))[0] == "backup"
    backup.receiver.on_end("The encoder hung up.")
    go_on(pace, 3, main)
    assert await encoders(clients, channel) == ("main", ["main"])


async def test_both_gone_is_gone_and_stopping_ends_both(
    clients: Clients, channel: Channel, pace: Clock, backup_key: str
):
    main = await connect(channel, channel.key)
    backup = await connect(channel, backup_key)
    go_on(pace, 2, main, backup)
    await channel.desk.stop(channel.id)
    assert [len(one.line.closed) for one in (main, backup)] == [1, 1]
    backup = await connect(channel, backup_key)
    go_on(pace, 2, backup)
    assert await encoders(clients, channel) == ("backup", ["backup"])
    backup.receiver.on_end("The encoder hung up.")
    assert channel.desk.is_away(channel.id) is True


async def test_the_backup_key(clients: Clients, channel: Channel, backup_key: str):
    path = f"/live/streams/{channel.id}/backup"
    shown: dict[str, Any] = (await clients.owner.get(path)).json()
    assert shown["backup"] == {
        **dict.fromkeys(("rtmp_url", "rtmps_url", "srt_url", "whip_url")),
        "key": backup_key,
        "comeback": "take_back",
    }
    other = (await clients.owner.post(path)).json()["key"]
    assert other not in {backup_key, channel.key}
    with pytest.raises(PublishRefused, match="This stream key is not known"):
        await connect(channel, backup_key)
    assert (await clients.owner.delete(path)).status_code == 204
    assert (await clients.owner.get(path)).json() == {"backup": None}
    answer = await clients.owner.put(path, json={"comeback": "wait"})
    assert (answer.status_code, answer.json()["code"]) == (404, "live.backup_not_found")
    with pytest.raises(PublishRefused, match="This stream key is not known"):
        await connect(channel, other)
    for method in ("GET", "POST", "DELETE"):
        answer = await clients.stranger.request(method, path)
        assert (answer.status_code, answer.json()["code"]) == (404, "live.stream_not_found")
