"""Streams over HTTP: made, shown with their key, given another, removed."""

from __future__ import annotations

from uuid import uuid4

import pytest

from streamverse.mediakit.ingest.samples import PublishRefused
from tests.conftest import Clients
from tests.live.conftest import Channel, make_stream


async def test_a_stream_is_made_and_listed(clients: Clients):
    made = await make_stream(clients, description="Every week.", rewind_minutes=30)
    assert (made["name"], made["description"], made["rewind_minutes"]) == (
        *("Sunday service", "Every week.", 30),
    )
    assert (made["state"], made["live_since"]) == ("idle", None)
    assert (await clients.viewer.get("/live/streams")).json() == [made]
    assert (await clients.viewer.get(f"/live/streams/{made['id']}")).json() == made


@pytest.mark.parametrize(
    "wrong", [{"name": " "}, {"name": "x" * 201}, {"name": "A", "rewind_minutes": 0}]
)
async def test_a_stream_without_sense_is_refused(clients: Clients, wrong: dict[str, object]):
    assert (await clients.owner.post("/live/streams", json=wrong)).status_code == 422
    assert (await clients.owner.get("/live/streams")).json() == []


async def test_a_key_stays_until_it_is_changed(clients: Clients, channel: Channel):
    shown = await clients.owner.get(f"/live/streams/{channel.id}/key")
    assert shown.headers["cache-control"] == "no-store"
    assert shown.json() == {
        **dict.fromkeys(("rtmp_url", "rtmps_url", "srt_url", "whip_url")),
        "key": channel.key,
    }
    changed = (await clients.owner.post(f"/live/streams/{channel.id}/key")).json()["key"]
    assert changed != channel.key
    assert (await clients.owner.get(f"/live/streams/{channel.id}/key")).json()["key"] == changed
    with pytest.raises(PublishRefused, match="This stream key is not known"):
        await channel.connect()


async def test_a_stream_that_is_live_stays(clients: Clients, channel: Channel):
    publisher = await channel.connect()
    publisher.begin()
    publisher.send(3)
    await channel.settle()
    refused = await clients.owner.delete(f"/live/streams/{channel.id}")
    assert (refused.status_code, refused.json()["code"]) == (409, "live.stream_is_live")
    shown = (await clients.viewer.get(f"/live/streams/{channel.id}")).json()
    assert shown["state"] == "live"
    assert shown["live_since"] is not None
    await channel.desk.end_all()
    assert (await clients.owner.delete(f"/live/streams/{channel.id}")).status_code == 204
    assert (await clients.owner.get("/live/streams")).json() == []


async def test_what_is_not_there_or_not_ones_own_is_not_found(clients: Clients, channel: Channel):
    for client, stream_id in ((clients.owner, uuid4()), (clients.stranger, channel.id)):
        for method, path in (("GET", ""), ("GET", "/key"), ("POST", "/key"), ("DELETE", "")):
            answer = await client.request(method, f"/live/streams/{stream_id}{path}")
            assert (answer.status_code, answer.json()["code"]) == (404, "live.stream_not_found")
        answer = await client.post(f"/live/streams/{stream_id}/playback")
        assert answer.status_code == 404


async def test_what_is_not_live_cannot_be_watched(clients: Clients, channel: Channel):
    refused = await clients.viewer.post(f"/live/streams/{channel.id}/playback")
    assert (refused.status_code, refused.json()["code"]) == (409, "live.stream_not_live")
