"""Encrypted films: what is stored and told of them, and who gets their keys."""

from __future__ import annotations

import base64
import json
import logging
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select

from streamverse.domains.catalog.contracts import TitleId, TitlePatch, WindowLine
from streamverse.domains.catalog.service.editing import edit_titles
from streamverse.domains.identity.contracts import IdentitySettings
from streamverse.domains.media.contracts import AssetId, PackageId
from streamverse.domains.media.models import KeyRow
from streamverse.domains.media.public import KeySafe, MediaAddresses, give_keys
from streamverse.domains.media.repository import Packages
from streamverse.domains.media.service.keys import ENCRYPTED_KINDS, make_keys
from streamverse.domains.playback.rules.licenses import write_base64url
from streamverse.domains.playback.service.license_throttle import LICENSES_PER_WINDOW, WINDOW
from streamverse.kit.clock import FixedClock
from streamverse.kit.crypto import KEY_BYTES, Undecryptable, Vault
from streamverse.kit.work import Actor, Workshop
from tests.conftest import Clients, Visit
from tests.factories.accounts import People, make_session
from tests.factories.media import MediaFactory, frame_numbers
from tests.factories.pipeline import WorkOff, fetch, make_film, play
from tests.factories.titles import make_title

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

EARLIER, LATER = datetime(2029, 12, 31, tzinfo=UTC), datetime(2030, 1, 2, tzinfo=UTC)
NEWER_VAULT = [b"the vault's key of tomorrow....."[:KEY_BYTES]]


@dataclass(frozen=True)
class Started:
    """A film that somebody has begun to watch."""

    title_id: str
    answer: dict[str, Any]

    @property
    def license_path(self) -> str:
        return self.answer["drm"]["license_url"].removeprefix("/api/v1")

    @property
    def base(self) -> str:
        return self.answer["hls_url"].removesuffix("master.m3u8")

    @property
    def package_id(self) -> PackageId:
        return PackageId(UUID(self.base.split("/")[3]))


@pytest.fixture
async def film(
    clients: Clients, workshop: Workshop, people: People, identity_settings: IdentitySettings
) -> Started:
    """Let a viewer start to watch an encrypted film, of which there is everything but media."""
    return await add_film(clients, workshop, people, KeySafe(identity_settings.vault))


async def add_film(clients: Clients, workshop: Workshop, people: People, safe: KeySafe) -> Started:
    async with workshop.work(people.owner) as work:
        title_id = await make_title(work)
        (package,) = await Packages(work).of_assets([AssetId(title_id)])
        make_keys(work, safe, PackageId(package.id), ENCRYPTED_KINDS)
    return Started(str(title_id), await play(clients.viewer, str(title_id)))


@pytest.fixture
async def whole(clients: Clients, work_off: WorkOff, media: MediaFactory) -> Started:
    """Let a viewer start to watch an encrypted film that has gone the whole way."""
    title_id = await make_film(clients.owner, work_off, media.make("short"), protection="clearkey")
    return Started(title_id, await play(clients.viewer, title_id))


async def key_rows(workshop: Workshop) -> list[KeyRow]:
    async with workshop.reading(Actor.system()) as work:
        return list(await work.session.scalars(select(KeyRow).order_by(KeyRow.kind)))


async def kids(workshop: Workshop) -> list[str]:
    return [write_base64url(row.id.bytes) for row in await key_rows(workshop)]


async def ask(
    client: httpx.AsyncClient, film: Started, wanted: list[str], **changes: Any
) -> httpx.Response:
    path = changes.pop("path", film.license_path)
    return await client.post(path, json={"kids": wanted, "type": "temporary", **changes})


async def licensed(client: httpx.AsyncClient, film: Started, wanted: list[str]) -> dict[str, bytes]:
    """Get the keys, by the names that were asked for."""
    answer = await ask(client, film, wanted)
    assert answer.status_code == 200, answer.text
    assert {key["kty"] for key in answer.json()["keys"]} == {"oct"}
    return {key["kid"]: base64.urlsafe_b64decode(f"{key['k']}==") for key in answer.json()["keys"]}


def refused(answer: httpx.Response, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert '"k"' not in answer.text


async def save(clients: Clients, film: Started, folder: Path) -> Path:
    """Fetch the pictures, as a player does, into one file."""
    playlist = (await fetch(clients.nobody, f"{film.base}v360.m3u8")).text
    names = ["v360/init.mp4", *(line for line in playlist.splitlines() if line.endswith(".m4s"))]
    path = folder / "fetched.mp4"
    path.write_bytes(
        b"".join([(await fetch(clients.nobody, film.base + name)).content for name in names])
    )
    return path


# --- what is stored and told ----------------------------------------------------------------------


async def test_segments_play_with_their_licence_and_not_without(
    clients: Clients, whole: Started, workshop: Workshop, media: MediaFactory, tmp_path: Path
):
    path = await save(clients, whole, tmp_path)
    sound, pictures = await kids(workshop)
    keys = await licensed(clients.viewer, whole, [pictures, sound])
    opened = tmp_path / "opened.mp4"
    ffmpeg = (str(media.tools.ffmpeg), "-v", "error", "-nostdin")
    subprocess.run(
        [
            *(*ffmpeg, "-decryption_key", keys[pictures].hex(), "-i", str(path)),
            *("-c", "copy", str(opened)),
        ],
        check=True,
        timeout=240,
    )
    assert frame_numbers(opened, media.tools) == list(range(30))
    for options in ((), ("-decryption_key", keys[sound].hex())):
        tried = subprocess.run(
            [*ffmpeg, *options, "-xerror", "-i", str(path), "-f", "null", "-"],
            check=False,
            capture_output=True,
            timeout=240,
        )
        assert tried.returncode != 0


async def test_manifests_name_the_keys_and_where_to_ask(
    clients: Clients, whole: Started, workshop: Workshop
):
    sound, pictures = [row.id for row in await key_rows(workshop)]
    master = (await fetch(clients.nobody, f"{whole.base}master.m3u8")).text
    for key_id in (sound, pictures):
        assert f"KEYID=0x{key_id.hex.upper()}" in master
    for name, key_id in (("v360", pictures), ("a0", sound)):
        playlist = (await fetch(clients.nobody, f"{whole.base}{name}.m3u8")).text
        assert playlist.count("#EXT-X-KEY:METHOD=SAMPLE-AES") == 1
        assert f"KEYID=0x{key_id.hex.upper()}" in playlist
    mpd = (await fetch(clients.nobody, whole.answer["dash_url"])).text
    assert mpd.count(f">{whole.answer['drm']['license_url']}</dashif:Laurl>") == 4
    assert whole.answer["drm"]["key_system"] == "org.w3.clearkey"
    assert whole.answer["drm"]["key_ids"] == await kids(workshop)


async def test_the_address_in_a_manifest_is_that_of_who_fetches_it(
    clients: Clients, whole: Started
):
    theirs = await play(clients.owner, whole.title_id)
    for answer in (theirs, whole.answer, theirs):
        mpd = (await fetch(clients.nobody, answer["dash_url"])).text
        assert mpd.count(f">{answer['drm']['license_url']}</dashif:Laurl>") == 4
    assert theirs["drm"] != whole.answer["drm"]


async def test_keys_are_told_in_licences_alone(
    clients: Clients,
    whole: Started,
    workshop: Workshop,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
):
    caplog.set_level(logging.DEBUG)
    keys = await licensed(clients.viewer, whole, await kids(workshop))
    assert len(set(keys.values())) == 2
    manifests = ("master.m3u8", "manifest.mpd", "v360.m3u8", "a0.m3u8")
    told = [(await fetch(clients.nobody, whole.base + name)).text for name in manifests]
    paths = (f"/titles/{whole.title_id}", "/uploads", "/jobs", "/auth/audit-log")
    told += [(await clients.owner.get(path)).text for path in paths]
    told += [json.dumps(whole.answer), caplog.text]
    files = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert any(b"media_key" in content for content in files)
    for secret in keys.values():
        forms = (secret.hex(), write_base64url(secret), base64.b64encode(secret).decode())
        assert not [text for text in told for form in forms if form in text]
        assert not [content for content in files if secret in content]
        assert not [content for content in files for form in forms if form.encode() in content]


async def test_a_film_in_the_clear_has_no_keys(
    clients: Clients, work_off: WorkOff, media: MediaFactory, workshop: Workshop
):
    title_id = await make_film(clients.owner, work_off, media.make("sound"))
    started = await play(clients.viewer, title_id)
    assert started["drm"] is None
    assert await key_rows(workshop) == []
    grant, package_id = started["hls_url"].split("/")[2:4]
    answer = await clients.viewer.post(
        f"/playback/licenses/clearkey/{package_id}/{grant}",
        json={"kids": [write_base64url(uuid4().bytes)]},
    )
    refused(answer, 404, "playback.title_not_found")


# --- who gets a licence ---------------------------------------------------------------------------


async def test_a_licence_is_never_stored(clients: Clients, film: Started, workshop: Workshop):
    wanted = await kids(workshop)
    headers = {"Idempotency-Key": "again"}
    for _ in range(2):
        answer = await clients.viewer.post(
            film.license_path, json={"kids": wanted}, headers=headers
        )
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        assert answer.json()["type"] == "temporary"
        assert "idempotency-replayed" not in answer.headers


async def test_others_are_refused(
    clients: Clients, film: Started, workshop: Workshop, people: People, visit: Visit
):
    wanted = await kids(workshop)
    refused(await ask(clients.nobody, film, wanted), 401, "kit.unauthenticated")
    for other in (clients.owner, clients.stranger):
        refused(await ask(other, film, wanted), 403, "playback.license_not_yours")
    assert people.viewer.account_id is not None
    async with workshop.work(people.viewer) as work:
        secret = make_session(work, people.viewer.account_id)
    async with visit(headers={"Authorization": f"Bearer {secret}"}) as same_person:
        refused(await ask(same_person, film, wanted), 403, "playback.license_not_yours")
    assert len(await licensed(clients.viewer, film, wanted)) == 2


async def test_a_grant_that_is_not_ours_or_for_something_else(
    clients: Clients,
    film: Started,
    workshop: Workshop,
    addresses: MediaAddresses,
    clock: FixedClock,
    people: People,
    identity_settings: IdentitySettings,
):
    wanted = await kids(workshop)
    *_, package_id, grant = film.license_path.split("/")
    base = "/playback/licenses/clearkey"
    altered = f"{grant[:20]}{'A' if grant[20] != 'A' else 'B'}{grant[21:]}"
    pictures = addresses.pictures_base(film.package_id, clock.now()).split("/")[2]
    for given in (altered, grant[:-1], pictures, pictures + grant[32:], "x"):
        answer = await ask(clients.viewer, film, wanted, path=f"{base}/{package_id}/{given}")
        refused(answer, 403, "kit.grant_invalid")
    other = await add_film(clients, workshop, people, KeySafe(identity_settings.vault))
    for package, given in ((other.package_id, grant), (package_id, other.base.split("/")[2])):
        answer = await ask(clients.viewer, film, wanted, path=f"{base}/{package}/{given}")
        refused(answer, 403, "kit.grant_invalid")
    # The keys of one film are none of the other's.
    refused(await ask(clients.viewer, other, wanted), 404, "media.key_unknown")


async def test_an_expired_grant(
    clients: Clients,
    film: Started,
    workshop: Workshop,
    addresses: MediaAddresses,
    clock: FixedClock,
):
    wanted = await kids(workshop)
    clock.advance(addresses.expires_at(clock.now()) - clock.now() - timedelta(seconds=1))
    assert len(await licensed(clients.viewer, film, wanted)) == 2
    clock.advance(timedelta(seconds=1))
    refused(await ask(clients.viewer, film, wanted), 403, "kit.grant_expired")


async def test_a_log_in_that_has_ended(clients: Clients, film: Started, workshop: Workshop):
    wanted = await kids(workshop)
    assert (await clients.viewer.post("/auth/logout")).status_code == 204
    refused(await ask(clients.viewer, film, wanted), 401, "kit.unauthenticated")


async def test_a_title_that_was_taken_off(clients: Clients, film: Started, workshop: Workshop):
    wanted = await kids(workshop)
    assert (await clients.owner.post(f"/titles/{film.title_id}/unpublish")).status_code == 200
    refused(await ask(clients.viewer, film, wanted), 404, "playback.title_not_found")
    owners = Started(film.title_id, await play(clients.owner, film.title_id))
    assert len(await licensed(clients.owner, owners, wanted)) == 2


async def test_keys_of_a_deleted_title_wait_with_it_and_go_for_good_with_it(
    clients: Clients, film: Started, workshop: Workshop
):
    wanted = await kids(workshop)
    owners = Started(film.title_id, await play(clients.owner, film.title_id))
    assert (await clients.owner.delete(f"/titles/{film.title_id}")).status_code == 204
    for client, started in ((clients.viewer, film), (clients.owner, owners)):
        refused(await ask(client, started, wanted), 404, "playback.title_not_found")
    assert await kids(workshop) == wanted
    restored = await clients.owner.post(f"/admin/titles/{film.title_id}/restore")
    assert restored.is_success, restored.text
    assert len(await licensed(clients.viewer, film, wanted)) == 2
    await clients.owner.delete(f"/titles/{film.title_id}")
    gone = await clients.owner.delete(f"/admin/titles/{film.title_id}/permanently")
    assert gone.status_code == 204, gone.text
    # The session went with the title, so that the grant is nobody's.
    refused(await ask(clients.viewer, film, wanted), 403, "playback.license_not_yours")
    assert await kids(workshop) == []


@pytest.mark.parametrize(
    "window",
    [
        WindowLine("DE"),
        WindowLine(is_barring=True),
        WindowLine(ends_at=EARLIER),
        WindowLine(starts_at=LATER),
    ],
    ids=["elsewhere", "barred", "over", "later"],
)
async def test_a_title_that_is_no_more_available_to_viewers(
    clients: Clients, film: Started, workshop: Workshop, people: People, window: WindowLine
):
    wanted = await kids(workshop)
    owners = Started(film.title_id, await play(clients.owner, film.title_id))
    async with workshop.work(people.owner) as work:
        title_id = TitleId(UUID(film.title_id))
        await edit_titles(work, [title_id], TitlePatch(windows=[window]), "Moved")
    refused(await ask(clients.viewer, film, wanted), 404, "playback.title_not_found")
    assert len(await licensed(clients.owner, owners, wanted)) == 2


async def test_a_child_gets_no_key_to_what_a_grown_up_began(
    clients: Clients, film: Started, workshop: Workshop, people: People
):
    wanted = await kids(workshop)
    child = await clients.viewer.post("/users/me/profiles", json={"name": "Child", "is_kids": True})
    switch = f"/users/me/profiles/{child.json()['id']}/switch"
    assert (await clients.viewer.post(switch, json={})).status_code == 200
    refused(await ask(clients.viewer, film, wanted), 404, "playback.title_not_found")
    async with workshop.work(people.owner) as work:
        title_id = TitleId(UUID(film.title_id))
        await edit_titles(work, [title_id], TitlePatch(minimum_age=0), "Rated")
    assert len(await licensed(clients.viewer, film, wanted)) == 2


async def test_what_is_no_request(clients: Clients, film: Started, workshop: Workshop):
    wanted = await kids(workshop)
    for given in ([], ["x"], [wanted[0], "é"], wanted * 51, [f"{wanted[0]}AAAA"]):
        refused(await ask(clients.viewer, film, given), 422, "playback.license_request_invalid")
    answer = await ask(clients.viewer, film, wanted, type="persistent-license")
    refused(answer, 422, "playback.license_request_invalid")
    unknown = [*wanted, write_base64url(uuid4().bytes)]
    refused(await ask(clients.viewer, film, unknown), 404, "media.key_unknown")


async def test_too_many_at_once(clients: Clients, film: Started, clock: FixedClock):
    unknown = [write_base64url(uuid4().bytes)]
    for _ in range(LICENSES_PER_WINDOW):
        refused(await ask(clients.viewer, film, unknown), 404, "media.key_unknown")
    answer = await ask(clients.viewer, film, unknown)
    refused(answer, 429, "playback.licenses_throttled")
    assert answer.headers["retry-after"] == "60"
    owners = Started(film.title_id, await play(clients.owner, film.title_id))
    refused(await ask(clients.owner, owners, unknown), 404, "media.key_unknown")
    clock.advance(WINDOW)
    refused(await ask(clients.viewer, film, unknown), 404, "media.key_unknown")


# --- keys at rest ---------------------------------------------------------------------------------


async def test_a_licence_seals_a_key_anew_when_the_vault_has_another_key(
    clients: Clients, film: Started, workshop: Workshop, identity_settings: IdentitySettings
):
    assert film
    ids = [row.id for row in await key_rows(workshop)]
    old = identity_settings.vault
    package_id = film.package_id

    async def opened(vault: Vault) -> Any:
        async with workshop.work(Actor.system()) as work:
            return await give_keys(work, KeySafe(vault), package_id, ids)

    before = [row.secret_sealed for row in await key_rows(workshop)]
    secrets = await opened(old)
    assert [row.secret_sealed for row in await key_rows(workshop)] == before
    both = Vault([*NEWER_VAULT, b"the key of identity's secrets...."[:KEY_BYTES]])
    assert await opened(both) == secrets
    assert all(both.is_current(row.secret_sealed) for row in await key_rows(workshop))
    assert await opened(Vault(NEWER_VAULT)) == secrets
    with pytest.raises(Undecryptable):
        await opened(old)


async def test_a_sealed_key_cannot_take_the_place_of_another(
    clients: Clients, film: Started, workshop: Workshop
):
    wanted = await kids(workshop)
    async with workshop.work(Actor.system()) as work:
        first, second = await work.session.scalars(select(KeyRow))
        first.secret_sealed, second.secret_sealed = second.secret_sealed, first.secret_sealed
    refused(await ask(clients.viewer, film, wanted), 503, "kit.undecryptable")
