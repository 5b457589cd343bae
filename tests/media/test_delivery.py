"""What players fetch: who may, how it is cached, and that segments need no database."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import event

from streamverse.domains.media.contracts import PackageId
from streamverse.domains.media.public import MediaAddresses
from streamverse.domains.media.rules.packages import init_key, segment_key
from streamverse.domains.media.rules.pictures import picture_key
from streamverse.domains.media.rules.subtitles import subtitles_key
from streamverse.domains.media.service.delivery import HOLDER_REMEMBERED_FOR_S, NOBODY
from streamverse.kit.clock import FixedClock
from streamverse.kit.db import Database
from streamverse.kit.storage import ObjectStore
from streamverse.kit.tokens import Signer
from tests.conftest import ORIGIN, Clients
from tests.factories.media import MediaFactory
from tests.factories.pipeline import WorkOff, make_film, play

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

SEGMENT = bytes(range(256)) * 8
LARGE = bytes(range(256)) * 4096
PACKAGE = PackageId(UUID(int=0x123))
OTHER = PackageId(UUID(int=0x456))
PICTURE = UUID(int=0x789)
FOREVER = "public, max-age=31536000, immutable"


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """Note what the database is asked."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(database.engine.sync_engine, "before_cursor_execute", note)


@pytest.fixture
async def player(application: Any) -> AsyncGenerator[httpx.AsyncClient]:
    """Open a player that is not logged in."""
    transport = httpx.ASGITransport(application)
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
        yield client


@pytest.fixture
async def base(store: ObjectStore, addresses: MediaAddresses, clock: FixedClock) -> str:
    """Let two packages have a segment each, and sign the address of one."""
    for package_id in (PACKAGE, OTHER):
        await store.put(segment_key(package_id, "v360", 0), SEGMENT)
    await store.put(segment_key(PACKAGE, "v360", 1), LARGE)
    await store.put(segment_key(PACKAGE, "a0", 0), SEGMENT)
    await store.put(init_key(PACKAGE, "v360"), b"init")
    for name in ("320.avif", "320.jpg", "320.webp", "preview.mp4", "index.vtt"):
        await store.put(picture_key(PACKAGE, PICTURE, name), name.encode())
    await store.put(subtitles_key(PACKAGE, "t12", "all.vtt"), b"WEBVTT")
    await store.put(subtitles_key(PACKAGE, "t12", "3.vtt"), b"WEBVTT")
    return addresses.stream_base(PACKAGE, NOBODY, clock.now())


def refusal(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["access-control-allow-origin"] == "*"
    return answer.status_code, answer.json()["code"]


# --- whole, in part, and not at all ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content_type", "cache_control"),
    [
        ("v360/0.m4s", "video/mp4", "public, max-age=31536000, immutable"),
        ("v360/1.m4s", "video/mp4", "public, max-age=31536000, immutable"),
        ("v360/init.mp4", "video/mp4", "public, max-age=31536000, immutable"),
        ("a0/0.m4s", "audio/mp4", "public, max-age=31536000, immutable"),
        (f"pictures/{PICTURE}/320.avif", "image/avif", FOREVER),
        (f"pictures/{PICTURE}/320.jpg", "image/jpeg", FOREVER),
        (f"pictures/{PICTURE}/320.webp", "image/webp", FOREVER),
        (f"pictures/{PICTURE}/preview.mp4", "video/mp4", FOREVER),
        (f"pictures/{PICTURE}/index.vtt", "text/vtt; charset=utf-8", FOREVER),
        ("t12/all.vtt", "text/vtt; charset=utf-8", FOREVER),
        ("t12/3.vtt", "text/vtt; charset=utf-8", FOREVER),
    ],
)
async def test_objects_are_served_without_the_database(
    player: httpx.AsyncClient,
    base: str,
    database: Database,
    name: str,
    content_type: str,
    cache_control: str,
    tmp_path: Path,
):
    content = (tmp_path / "store/packages" / str(PACKAGE) / name).read_bytes()
    with statements(database) as asked:
        for _ in range(2):
            answer = await player.get(f"{base}/{name}")
            assert (answer.status_code, answer.content) == (200, content)
            assert answer.headers["content-type"] == content_type
            assert answer.headers["cache-control"] == cache_control
            assert answer.headers["accept-ranges"] == "bytes"
            assert answer.headers["access-control-allow-origin"] == "*"
            assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
            assert "set-cookie" not in answer.headers
        head = await player.head(f"{base}/{name}")
        assert (head.status_code, head.content) == (200, b"")
        assert dict(head.headers) == dict(answer.headers)
        condition = {"If-None-Match": answer.headers["etag"]}
        assert (await player.get(f"{base}/{name}", headers=condition)).status_code == 304
    assert asked == []


@pytest.mark.parametrize(("number", "content"), [(0, SEGMENT), (1, LARGE)])
@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        *[("bytes=0-99", 0, 100), ("bytes=100-", 100, None), ("bytes=-10", -10, None)],
        ("bytes=5-999999999", 5, None),
    ],
)
async def test_parts(
    player: httpx.AsyncClient,
    base: str,
    number: int,
    content: bytes,
    asked: str,
    start: int,
    stop: int | None,
):
    answer = await player.get(f"{base}/v360/{number}.m4s", headers={"Range": asked})
    expected = content[start:stop]
    assert (answer.status_code, answer.content) == (206, expected)
    first = start % len(content)
    assert answer.headers["content-range"] == (
        f"bytes {first}-{first + len(expected) - 1}/{len(content)}"
    )
    assert int(answer.headers["content-length"]) == len(expected)


@pytest.mark.parametrize("asked", ["bytes=2048-", "bytes=99999-100000"])
async def test_a_part_behind_the_end(player: httpx.AsyncClient, base: str, asked: str):
    answer = await player.get(f"{base}/v360/0.m4s", headers={"Range": asked})
    assert (answer.status_code, answer.headers["content-range"]) == (416, "bytes */2048")


@pytest.mark.parametrize("asked", ["bytes=0-1,5-6", "lines=1-2", "bytes=5-1", "bytes=-"])
async def test_a_range_that_we_do_not_read_means_the_whole(
    player: httpx.AsyncClient, base: str, asked: str
):
    answer = await player.get(f"{base}/v360/0.m4s", headers={"Range": asked})
    assert (answer.status_code, answer.content) == (200, SEGMENT)


async def test_pages_of_other_sites_may_ask(player: httpx.AsyncClient, base: str):
    answer = await player.options(f"{base}/v360/0.m4s")
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-methods"] == "GET, HEAD"
    assert answer.headers["access-control-allow-headers"] == (
        "Range, cmcd-object, cmcd-request, cmcd-session, cmcd-status"
    )


# --- grants ---------------------------------------------------------------------------------------


async def test_a_grant_ends(
    player: httpx.AsyncClient, base: str, addresses: MediaAddresses, clock: FixedClock
):
    left = addresses.expires_at(clock.now()) - clock.now()
    assert timedelta(hours=12) <= left <= timedelta(hours=13)
    clock.advance(left - timedelta(seconds=1))
    assert (await player.get(f"{base}/v360/0.m4s")).status_code == 200
    clock.advance(timedelta(seconds=1))
    for name in ("v360/0.m4s", f"pictures/{PICTURE}/320.webp", "t12/3.vtt"):
        assert refusal(await player.get(f"{base}/{name}")) == (403, "kit.grant_expired")


async def test_a_grant_covers_its_package_only_and_as_it_is(player: httpx.AsyncClient, base: str):
    _, _, grant, package = base.split("/")
    altered = [
        grant[:at] + ("A" if grant[at] != "A" else "B") + grant[at + 1 :] for at in (0, 9, 20)
    ]
    for given in (*altered, grant[:-4], grant + "AAAA", "A" * len(grant)):
        answer = await player.get(f"/media/{given}/{package}/v360/0.m4s")
        assert refusal(answer) == (403, "kit.grant_invalid")
    answer = await player.get(f"/media/{grant}/{OTHER}/v360/0.m4s")
    assert refusal(answer) == (403, "kit.grant_invalid")
    assert (await player.get(f"{base}/v360/0.m4s")).status_code == 200


async def test_a_grant_of_another_service_is_none(
    player: httpx.AsyncClient, base: str, clock: FixedClock
):
    theirs = MediaAddresses(Signer([b"the key of another service"]), timedelta(hours=12))
    answer = await player.get(f"{theirs.stream_base(PACKAGE, NOBODY, clock.now())}/v360/0.m4s")
    assert refusal(answer) == (403, "kit.grant_invalid")
    assert base


async def test_a_grant_of_pictures_opens_nothing_else(
    player: httpx.AsyncClient, base: str, addresses: MediaAddresses, clock: FixedClock
):
    pictures = addresses.pictures_base(PACKAGE, clock.now())
    for name in ("320.webp", "preview.mp4", "index.vtt"):
        answer = await player.get(f"{pictures}/pictures/{PICTURE}/{name}")
        assert answer.content == name.encode()
    for name in (
        *("v360/0.m4s", "v360/init.mp4", "t12/all.vtt", "t12/3.vtt"),
        *("master.m3u8", "manifest.mpd", "v360.m3u8"),
    ):
        assert refusal(await player.get(f"{pictures}/{name}")) == (403, "kit.grant_invalid")
    _, _, grant, _ = pictures.split("/")
    _, _, streams, package = base.split("/")
    for given in (grant + streams[32:], grant[:32] + "f" * 32, streams[:32]):
        answer = await player.get(f"/media/{given}/{package}/v360/0.m4s")
        assert refusal(answer) == (403, "kit.grant_invalid")


async def test_a_grant_belongs_to_one_holder(
    player: httpx.AsyncClient, base: str, addresses: MediaAddresses, clock: FixedClock
):
    _, _, grant, package = addresses.stream_base(PACKAGE, uuid4(), clock.now()).split("/")
    _, _, of_nobody, _ = base.split("/")
    answer = await player.get(f"/media/{grant[:32]}{of_nobody[32:]}/{package}/v360/0.m4s")
    assert refusal(answer) == (403, "kit.grant_invalid")


# --- the end of a log-in --------------------------------------------------------------------------


async def test_a_stream_ends_with_its_log_in_and_asks_about_it_once_in_a_while(
    clients: Clients,
    player: httpx.AsyncClient,
    base: str,
    addresses: MediaAddresses,
    clock: FixedClock,
    database: Database,
):
    assert base
    session_id = (await clients.viewer.get("/auth/sessions")).json()["items"][0]["id"]
    own = addresses.stream_base(PACKAGE, UUID(session_id), clock.now())
    with statements(database) as asked:
        for number in (0, 1, 0, 1):
            assert (await player.get(f"{own}/v360/{number}.m4s")).status_code == 200
    assert len([text for text in asked if "identity_session" in text]) == 1
    assert (await clients.viewer.delete(f"/auth/sessions/{session_id}")).status_code == 204
    clock.advance(timedelta(seconds=HOLDER_REMEMBERED_FOR_S - 1))
    assert (await player.get(f"{own}/v360/0.m4s")).status_code == 200
    clock.advance(timedelta(seconds=1))
    with statements(database) as asked:
        for name in ("v360/0.m4s", "master.m3u8"):
            assert refusal(await player.get(f"{own}/{name}")) == (403, "kit.grant_expired")
    assert len([text for text in asked if "identity_session" in text]) == 1
    assert (await player.get(f"{own}/pictures/{PICTURE}/320.webp")).status_code == 200


async def test_a_stream_ends_with_its_key_of_the_api(
    clients: Clients,
    player: httpx.AsyncClient,
    base: str,
    addresses: MediaAddresses,
    clock: FixedClock,
):
    assert base
    made = await clients.owner.post(
        "/admin/api-keys",
        json={
            "name": "Robot",
            "scopes": ["titles.edit"],
            "expires_at": (clock.now() + timedelta(days=1)).isoformat(),
        },
    )
    key_id = made.json()["api_key"]["id"]
    own = addresses.stream_base(PACKAGE, UUID(key_id), clock.now())
    assert (await player.get(f"{own}/v360/0.m4s")).status_code == 200
    assert (await clients.owner.delete(f"/admin/api-keys/{key_id}")).status_code == 204
    clock.advance(timedelta(seconds=HOLDER_REMEMBERED_FOR_S))
    assert refusal(await player.get(f"{own}/v360/0.m4s")) == (403, "kit.grant_expired")


# --- addresses ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        *("v360/7.m4s", "v360/init.mp5", "v360/-1.m4s", "v360/0.m4s/", "v360//0.m4s", "v360"),
        *(
            "",
            "source",
            "V360/0.m4s",
            "v360/0.M4S",
            "v360/\u0660.m4s",
            "v360/0.m4s%00",
            "%2e%2e/x.m4s",
        ),
        *("../{other}/v360/0.m4s", "v360/../../{other}/v360/0.m4s", "..%2f{other}%2fv360%2f0.m4s"),
        "v360/..%2f..%2f{other}%2fv360%2f0.m4s",
    ],
)
async def test_other_addresses_lead_nowhere(
    application: Any, base: str, name: str, store: ObjectStore
):
    address = f"{base}/{name.format(other=OTHER)}"
    decoded = httpx.URL(f"{ORIGIN}{address}").path
    # Clients tidy `..` up before they ask; so ask the application itself.
    for path in (address, decoded):
        sent: list[dict[str, Any]] = []

        async def send(message: dict[str, Any], sent: list[dict[str, Any]] = sent) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "GET", "path": path, "headers": []}
        scope |= {"query_string": b""}
        await application(scope, None, send)
        assert sent[0]["status"] in {403, 404}
        assert SEGMENT not in b"".join(message.get("body", b"") for message in sent)
    assert await store.head(segment_key(OTHER, "v360", 0)) == len(SEGMENT)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
async def test_media_can_only_be_read(player: httpx.AsyncClient, base: str, method: str):
    answer = await player.request(method, f"{base}/v360/0.m4s")
    assert refusal(answer) == (404, "media.package_not_found")


@pytest.mark.parametrize(
    "name", ["master.m3u8", "manifest.mpd", "v360.m3u8", "t1.m3u8", "t1/0.vtt"]
)
async def test_a_package_that_is_not_there(
    player: httpx.AsyncClient, addresses: MediaAddresses, clock: FixedClock, name: str
):
    base = addresses.stream_base(PackageId(uuid4()), NOBODY, clock.now())
    assert refusal(await player.get(f"{base}/{name}")) == (404, "media.package_not_found")


# --- manifests ------------------------------------------------------------------------------------


async def test_whole_manifests_are_rendered_once_and_tagged_by_their_text(
    clients: Clients,
    player: httpx.AsyncClient,
    work_off: WorkOff,
    media: MediaFactory,
    database: Database,
):
    title_id = await make_film(clients.owner, work_off, media.make("pattern"))
    started = await play(clients.owner, title_id)
    base = started["hls_url"].removesuffix("master.m3u8")
    tags = set[str]()
    for name, content_type in (
        ("master.m3u8", "application/vnd.apple.mpegurl"),
        ("v360.m3u8", "application/vnd.apple.mpegurl"),
        ("manifest.mpd", "application/dash+xml"),
    ):
        first = await player.get(f"{base}{name}")
        assert (first.status_code, first.headers["content-type"]) == (200, content_type)
        assert first.headers["cache-control"] == "public, max-age=3600"
        with statements(database) as asked:
            again = await player.get(f"{base}{name}")
            condition = {"If-None-Match": again.headers["etag"]}
            assert (await player.get(f"{base}{name}", headers=condition)).status_code == 304
        assert asked == []
        assert (again.content, again.headers["etag"]) == (first.content, first.headers["etag"])
        tags.add(first.headers["etag"])
    assert len(tags) == 3
    assert refusal(await player.get(f"{base}v720.m3u8")) == (404, "media.package_not_found")


async def test_the_same_viewer_gets_the_same_address_for_an_hour(
    player: httpx.AsyncClient, base: str, addresses: MediaAddresses, clock: FixedClock
):
    clock.advance(timedelta(minutes=1))
    later = addresses.stream_base(PACKAGE, NOBODY, clock.now())
    clock.advance(timedelta(minutes=59))
    assert addresses.stream_base(PACKAGE, NOBODY, clock.now()) == later
    clock.advance(timedelta(minutes=1))
    latest = addresses.stream_base(PACKAGE, NOBODY, clock.now())
    for address in {base, later, latest}:
        assert (await player.get(f"{address}/v360/0.m4s")).status_code == 200
    assert len({base, later, latest}) == 3
