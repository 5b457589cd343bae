"""What delivers media in the program's place: signed addresses, tokens, and a real nginx."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from streamverse.app.api import create_app
from streamverse.app.resources import Resources
from streamverse.domains.catalog.contracts import TitleId
from streamverse.domains.media.public import MediaAddresses
from streamverse.domains.playback.contracts import PlaybackSettings
from streamverse.kit.clock import FixedClock
from streamverse.kit.work import Actor, Workshop
from tests.conftest import ORIGIN, Clients
from tests.factories.accounts import People, make_session
from tests.factories.media import MediaFactory
from tests.factories.pipeline import WorkOff, fetch, make_film
from tests.factories.processes import Process, free_port, owner_client
from tests.factories.titles import make_title
from tests.playback.test_sessions import Json, opened, refusal

DOCUMENT = Path(__file__).parents[2] / "docs/operate/delivery.md"
API = "/api/v1"
UNKNOWN = (404, "playback.session_not_found")


@pytest.fixture
async def session(clients: Clients, workshop: Workshop, people: People) -> Json:
    """Let the viewer watch a film."""
    async with workshop.work(people.owner) as work:
        film: TitleId = await make_title(work)
    return await opened(clients.viewer, film)


def own_base(session: Json) -> str:
    return session["playback"]["hls_url"].removesuffix("master.m3u8")


async def test_the_log_in_of_a_session_gets_its_addresses_and_its_token(
    clients: Clients, session: Json, addresses: MediaAddresses, clock: FixedClock
):
    asked = {"session_id": session["session_id"]}
    signed = (await clients.viewer.get("/delivery/signed-url", params=asked)).json()
    assert signed["url"] == session["playback"]["hls_url"]
    assert signed["expires_at"] == session["playback"]["expires_at"]
    segment = await clients.viewer.get(
        "/delivery/signed-url", params={**asked, "name": "v360/12.m4s"}
    )
    assert segment.json()["url"] == f"{own_base(session)}v360/12.m4s"
    told = (await clients.viewer.get("/delivery/token", params=asked)).json()
    assert told["path"] == own_base(session)
    assert told["token"] == own_base(session).split("/")[2]
    # Later on they are signed for longer.
    clock.advance(timedelta(hours=2))
    later = (await clients.viewer.get("/delivery/signed-url", params=asked)).json()
    assert later["expires_at"] > signed["expires_at"]
    assert later["url"] != signed["url"]
    assert addresses.expires_at(clock.now()).isoformat().startswith(later["expires_at"][:19])


@pytest.mark.parametrize("name", ["signed-url", "token", "cookies"])
async def test_nobody_else_gets_them_and_nobody_when_it_is_over(
    clients: Clients, session: Json, name: str
):
    asked = {"session_id": session["session_id"]}
    for client in (clients.owner, clients.stranger):
        assert refusal(await client.get(f"/delivery/{name}", params=asked)) == UNKNOWN
    unknown = {"session_id": str(uuid4())}
    assert refusal(await clients.viewer.get(f"/delivery/{name}", params=unknown)) == UNKNOWN
    await clients.viewer.delete(f"/player/sessions/{session['session_id']}")
    told = refusal(await clients.viewer.get(f"/delivery/{name}", params=asked))
    assert told == (409, "playback.session_ended")


@pytest.mark.parametrize("name", ["../x.m3u8", "v360/../../x/0.m4s", "source", "v360/0.m4s\n", ""])
async def test_only_media_has_addresses(clients: Clients, session: Json, name: str):
    asked = {"session_id": session["session_id"], "name": name}
    assert (await clients.viewer.get("/delivery/signed-url", params=asked)).status_code != 200


async def test_a_cookie_opens_the_media_of_a_session(clients: Clients, session: Json):
    asked = {"session_id": session["session_id"]}
    answer = await clients.viewer.get("/delivery/cookies", params=asked)
    path, token = (
        f"/media/cookie/{own_base(session).split('/')[3]}",
        own_base(session).split("/")[2],
    )
    assert answer.json() == {"path": f"{path}/", "expires_at": session["playback"]["expires_at"]}
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"streamverse_media={token}; ")
    said = {part.lower() for part in cookie.split("; ")[1:]}
    assert said >= {"httponly", "secure", "samesite=lax", f"path={path}"}
    assert not any(part.startswith("domain") for part in said)
    # This film has no segments: who is let in learns that.
    segment = f"{path}/v360/0.m4s"
    let_in = await fetch(clients.viewer, segment, Cookie=f"a=1; streamverse_media={token}")
    assert refusal(let_in) == (404, "media.package_not_found")
    for wrong in ("", "streamverse_media=", f"streamverse_media={token[:-1]}", f"other={token}"):
        told = await fetch(clients.viewer, segment, Cookie=wrong)
        assert refusal(told) == (403, "kit.grant_invalid")


async def test_a_cookie_may_be_for_the_hosts_of_a_domain(
    clients: Clients, session: Json, resources: Resources
):
    resources.playback_desk.settings = PlaybackSettings(media_cookie_domain="example.org")
    asked = {"session_id": session["session_id"]}
    cookie = (await clients.viewer.get("/delivery/cookies", params=asked)).headers["set-cookie"]
    assert "domain=example.org" in cookie.lower()
    own = await opened(clients.owner, session["playback"]["title_id"])
    asked = {"session_id": own["session_id"]}
    shown = (await clients.owner.get("/admin/cdn-cookies", params=asked)).json()
    assert (shown["name"], shown["domain"]) == ("streamverse_media", "example.org")
    assert shown["value"] == own_base(own).split("/")[2]
    assert f"{shown['path']}/" == f"/media/cookie/{own_base(own).split('/')[3]}/"


# --- one network ----------------------------------------------------------------------------------

ELSEWHERE = (403, "media.address_elsewhere")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_an_address_that_is_bound_works_in_its_network_alone(
    resources: Resources, workshop: Workshop, people: People, media: MediaFactory, work_off: WorkOff
):
    addresses = replace(resources.addresses, is_bound_to_network=True)
    program = create_app(replace(resources, addresses=addresses))
    secrets = [await _log_in(workshop, who) for who in (people.owner, people.viewer)]
    async with AsyncExitStack() as stack:

        async def at(place: str, secret: str = "") -> httpx.AsyncClient:
            headers = {"Authorization": f"Bearer {secret}"} if secret else {}
            transport = httpx.ASGITransport(program, client=(place, 1234))
            return await stack.enter_async_context(
                httpx.AsyncClient(transport=transport, base_url=ORIGIN + API, headers=headers)
            )

        owner = await at("198.51.100.1", secrets[0])
        title_id = await make_film(owner, work_off, media.make("short"), protection="clearkey")
        viewer = await at("192.0.2.7", secrets[1])
        session = await opened(viewer, title_id)
        manifest = session["playback"]["hls_url"]
        segment = manifest.replace("master.m3u8", "v360/0.m4s")
        near, far = await at("192.0.2.200"), await at("192.0.3.7")
        for address in (manifest, segment):
            assert (await fetch(near, address)).status_code == 200
            assert refusal(await fetch(far, address)) == ELSEWHERE
        # Pictures are for everywhere.
        poster = session["playback"]["poster_url"]
        assert (await fetch(far, poster)).status_code == 200
        # Whoever has moved asks for another address and goes on with the same session.
        moved = await at("192.0.3.8", secrets[1])
        asked = {"session_id": session["session_id"]}
        token = (await moved.get("/delivery/token", params=asked)).json()
        assert (await fetch(far, f"{token['path']}v360/0.m4s")).status_code == 200
        again = await opened(moved, title_id, resumes=session["session_id"])
        assert again["session_id"] == session["session_id"]
        assert (await fetch(far, again["playback"]["hls_url"])).status_code == 200
        # So it is with licences.
        drm = session["playback"]["drm"]
        path, wanted = drm["license_url"].removeprefix(API), {"kids": drm["key_ids"]}
        assert refusal(await moved.post(path, json=wanted)) == ELSEWHERE
        assert (await viewer.post(path, json=wanted)).status_code == 200


async def _log_in(workshop: Workshop, who: Actor) -> str:
    assert who.account_id is not None
    async with workshop.work(who) as work:
        return make_session(work, who.account_id)


# --- nginx ----------------------------------------------------------------------------------------


@contextmanager
def nginx(folder: Path, app: Process) -> Iterator[str]:
    """Run nginx as the operator's manual has it, before a program."""
    executable = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/bin")
    assert executable, "Install nginx: on Debian and Ubuntu, apt install nginx-light."
    blocks = re.findall(r"```nginx\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    [config] = blocks
    port = free_port()
    for text, instead in (
        ("listen 80;", f"listen 127.0.0.1:{port};"),
        ("127.0.0.1:8000", f"127.0.0.1:{app.port}"),
        ("/var/lib/streamverse", str(app.data_dir)),
        ("/var/cache/nginx", str(folder / "cache")),
        ("/var/log/nginx", str(folder)),
    ):
        assert text in config
        config = config.replace(text, instead)
    kept = "".join(
        f"{kind}_temp_path {folder / kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    file = folder / "nginx.conf"
    # Whoever is root would otherwise work as somebody who may not read the test's folder.
    user = "user root; " if os.geteuid() == 0 else ""
    file.write_text(
        f"{user}pid {folder / 'nginx.pid'}; error_log {folder / 'error.log'}; daemon off;"
        f"worker_processes 1; events {{}} http {{ access_log off; {kept}\n{config}}}"
    )
    running = subprocess.Popen([executable, "-c", str(file), "-p", str(folder), "-e", "stderr"])
    try:
        _wait_for(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        running.terminate()
        running.wait(10)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            httpx.get(f"http://127.0.0.1:{port}/api/v1/ops/health", timeout=20)
        except httpx.TransportError:
            continue
        return
    raise TimeoutError("nginx does not answer")


@pytest.mark.parametrize("is_bound", ["false", "true"])
def test_nginx_sends_what_the_token_opens_and_nothing_else(
    tmp_path: Path, media: MediaFactory, is_bound: str
):
    folder = tmp_path / "nginx"
    (folder / "cache").mkdir(parents=True)
    settings = {
        "STREAMVERSE_IS_MEDIA_BOUND_TO_NETWORK": is_bound,
        "STREAMVERSE_TRUSTED_PROXIES": "127.0.0.1",
    }
    process = Process("serve", tmp_path / "data", settings=settings)
    process.start()
    try:
        with owner_client(process) as owner, nginx(folder, process) as front:
            _check_nginx(owner, front, media.make("short"))
            _check_network(owner, front, is_bound=is_bound == "true")
            _check_log(owner, front, folder / "media.log")
            if is_bound == "false":
                _check_plan(owner, front, _upload(owner, media.make("high")))
    finally:
        process.stop()


def _check_nginx(owner: httpx.Client, front: str, film: Path) -> None:
    session = _open(owner, _upload(owner, film))
    base = f"{front}{own_base(session)}"
    own = str(owner.base_url).split("/api")[0] + own_base(session)
    for name in ("master.m3u8", "v360/init.mp4", "v360/0.m4s"):
        answer = httpx.get(f"{base}{name}")
        assert (answer.status_code, answer.content) == (200, httpx.get(f"{own}{name}").content)
        is_segment = name.endswith("m4s")
        assert ("immutable" in answer.headers["cache-control"]) is (not name.endswith("m3u8"))
        # Only nginx says who it is there; the program's own answers come through it unnamed.
        assert answer.headers["server"] == "nginx"
        if is_segment:
            part = httpx.get(f"{base}{name}", headers={"Range": "bytes=0-9"})
            assert (part.status_code, part.content) == (206, answer.content[:10])
    assert httpx.get(f"{base}v999/0.m4s").status_code == 404
    assert httpx.get(f"{base}v360/999.m4s").status_code == 404
    _check_cookie(owner, front, session)
    *_, token, _package, _ = own_base(session).split("/")
    for wrong in (token[:-1] + ("0" if token[-1] != "0" else "1"), "A" * 64):
        answer = httpx.get(f"{base.replace(token, wrong)}v360/0.m4s")
        assert answer.status_code == 403
    assert httpx.get(f"{front}/token").status_code == 404
    owner.delete(f"/player/sessions/{session['session_id']}").raise_for_status()
    # What was allowed a moment ago still is; another session is refused as soon as it is over.
    over = _open(owner, session["playback"]["title_id"])
    owner.delete(f"/player/sessions/{over['session_id']}").raise_for_status()
    assert httpx.get(f"{front}{own_base(over)}v360/0.m4s").status_code == 403


def _check_plan(owner: httpx.Client, front: str, title_id: str) -> None:
    """Let the plan of everybody allow the lower pictures of a film alone."""
    plan = {"name": "Small", "max_height": 480, "is_default": True}
    owner.post("/admin/plans", json=plan).raise_for_status()
    base = f"{front}{own_base(_open(owner, title_id))}"
    statuses = [httpx.get(f"{base}{name}/0.m4s").status_code for name in ("v720", "v480", "v360")]
    assert statuses == [403, 200, 200]


def _check_log(owner: httpx.Client, front: str, log: Path) -> None:
    """Look for what a player says in nginx's log, where its token must not be."""
    [title] = owner.get("/titles").raise_for_status().json()["items"]
    session = _open(owner, title["id"])
    said = {"CMCD-Session": f'sid="{session["session_id"]}"', "CMCD-Object": "br=900,ot=v"}
    assert httpx.get(f"{front}{own_base(session)}v360/0.m4s", headers=said).status_code == 200
    *_, token, package, _ = own_base(session).split("/")
    # It is written when the answer has been sent.
    deadline = time.monotonic() + 60
    while session["session_id"] not in log.read_text() and time.monotonic() < deadline:
        time.sleep(0.05)
    [line] = [line for line in log.read_text().splitlines() if session["session_id"] in line]
    assert " 200 " in line
    assert f" {package}/v360/0.m4s " in line
    assert "br=900,ot=v" in line
    assert token not in line


def _check_cookie(owner: httpx.Client, front: str, session: Json) -> None:
    asked = {"session_id": session["session_id"]}
    cookie = owner.get("/admin/cdn-cookies", params=asked).raise_for_status().json()
    base = f"{front}{cookie['path']}"
    for name in ("master.m3u8", "v360.m3u8", "v360/init.mp4", "v360/0.m4s"):
        by_address = httpx.get(f"{front}{own_base(session)}{name}")
        own = {"Cookie": f"streamverse_media={cookie['value']}; other=1"}
        answer = httpx.get(f"{base}/{name}", headers=own)
        assert (answer.status_code, answer.content) == (200, by_address.content)
        assert "public" not in answer.headers["cache-control"]
        for wrong in ("", "../../api/v1/ops/health?", "A" * 64, cookie["value"] + "0"):
            forged = {"Cookie": f"streamverse_media={wrong}"}
            assert httpx.get(f"{base}/{name}", headers=forged).status_code == 403
        assert httpx.get(f"{base}/{name}").status_code == 403
        elsewhere = base.replace(cookie["path"][-36:], str(uuid4()))
        assert httpx.get(f"{elsewhere}/{name}", headers=own).status_code == 403


def _check_network(owner: httpx.Client, front: str, *, is_bound: bool) -> None:
    """Fetch from two networks of this machine, one after the other and both again."""
    [title] = owner.get("/titles").raise_for_status().json()["items"]
    segment = f"{front}{own_base(_open(owner, title['id']))}v360/0.m4s"
    for place in ("127.0.0.1", "127.0.1.1") * 2:
        with httpx.Client(transport=httpx.HTTPTransport(local_address=place)) as client:
            is_refused = is_bound and place == "127.0.1.1"
            assert client.get(segment).status_code == (403 if is_refused else 200)


def _upload(owner: httpx.Client, film: Path) -> str:
    content = film.read_bytes()
    headers = {
        "Tus-Resumable": "1.0.0",
        "Upload-Length": str(len(content)),
        "Upload-Metadata": "filename ZmlsbS5tcDQ=",
        "Content-Type": "application/offset+octet-stream",
    }
    answer = owner.post("/uploads", headers=headers, content=content).raise_for_status()
    upload_id = answer.headers["location"].rsplit("/", 1)[1]
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        items = owner.get("/uploads").raise_for_status().json()["items"]
        title_id = next(item["title_id"] for item in items if item["id"] == upload_id)
        if title_id and owner.get(f"/titles/{title_id}").json().get("state") == "ready":
            found: str = title_id
            return found
        time.sleep(0.2)
    raise TimeoutError(items)


def _open(owner: httpx.Client, title_id: str) -> Json:
    answer = owner.post("/player/sessions/enhanced", json={"title_id": title_id})
    session: Json = answer.raise_for_status().json()
    return session
