"""Which films are encrypted, who decides it, and that their keys are made once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from sqlalchemy import select

from streamverse.app.resources import Resources
from streamverse.app.settings import load_settings
from streamverse.app.worker import open_worker
from streamverse.domains.identity.contracts import IdentitySettings
from streamverse.domains.media.contracts import (
    AssetId,
    CheckUpload,
    PackageId,
    Protection,
    UploadId,
)
from streamverse.domains.media.errors import ProtectionNotYours, ProtectionUnknown
from streamverse.domains.media.models import KeyRow, PackageRow, UploadRow
from streamverse.domains.media.repository import Packages
from streamverse.domains.media.rules.keys import read_choice
from streamverse.domains.media.schemas.uploads import BucketImportIn, ImportIn
from streamverse.domains.media.service.keys import (
    ENCRYPTED_KINDS,
    KeySafe,
    make_keys,
    open_keys,
    protect_if_wished,
)
from streamverse.kit.work import Actor, Role, Workshop
from tests.conftest import Clients, Visit
from tests.factories.accounts import People, make_account, make_session
from tests.factories.media import MediaFactory
from tests.factories.pipeline import (
    TUS,
    WorkOff,
    make_film,
    metadata_header,
    stored_files,
    upload,
    upload_row,
)
from tests.factories.titles import make_asset


async def keys(workshop: Workshop) -> Sequence[KeyRow]:
    async with workshop.reading(Actor.system()) as work:
        return list(await work.session.scalars(select(KeyRow).order_by(KeyRow.kind)))


@pytest.mark.parametrize(
    ("text", "may_choose", "choice"),
    [
        (None, False, None),
        ("", False, None),
        ("none", True, Protection.NONE),
        ("clearkey", True, Protection.CLEARKEY),
    ],
)
def test_wishes(text: str | None, may_choose: bool, choice: Protection | None):
    assert read_choice(text, may_choose=may_choose) is choice


def test_wishes_that_are_refused():
    with pytest.raises(ProtectionUnknown, match="'widevine' is not known: say none or clearkey"):
        read_choice("widevine", may_choose=True)
    with pytest.raises(ProtectionNotYours):
        read_choice("none", may_choose=False)


def test_imports_carry_the_wish():
    fetched = ImportIn("https://example.org/film.mp4", protection=Protection.CLEARKEY)
    assert fetched.to_import().metadata["protection"] == "clearkey"
    assert ImportIn("https://example.org/film.mp4").to_import().metadata["protection"] == ""
    taken = BucketImportIn("films", ["a.mp4", "b.mp4"], protection=Protection.NONE)
    assert [each.metadata["protection"] for each in taken.to_imports()] == ["none", "none"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("default", "wish", "is_encrypted"),
    [
        ("none", {}, False),
        ("none", {"protection": "clearkey"}, True),
        ("clearkey", {}, True),
        ("clearkey", {"protection": "none"}, False),
    ],
)
async def test_the_setting_holds_unless_staff_chooses(
    clients: Clients,
    resources: Resources,
    workshop: Workshop,
    media: MediaFactory,
    default: str,
    wish: dict[str, str],
    is_encrypted: bool,
):
    overrides = {"data_dir": resources.settings.data_dir, "protection": default}
    set_up = replace(resources, settings=load_settings({}, overrides=overrides))
    path = await upload(clients.owner, media.make("one_frame").read_bytes(), **wish)
    async with open_worker(set_up) as worker:
        await worker.run_until_idle()
    assert (await upload_row(clients.owner, path))["state"] == "accepted"
    assert [key.kind for key in await keys(workshop)] == (["video"] if is_encrypted else [])
    store = resources.settings.data_dir / "store"
    heads = [store / name for name in stored_files(store) if name.endswith("init.mp4")]
    assert len(heads) == 1
    assert (b"encv" in heads[0].read_bytes()) is is_encrypted


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_checks_see_through_the_encryption(
    clients: Clients, workshop: Workshop, work_off: WorkOff, media: MediaFactory
):
    await make_film(clients.owner, work_off, media.make("short"), protection="clearkey")
    async with workshop.reading(Actor.system()) as work:
        (package,) = await work.session.scalars(select(PackageRow))
    assert package.state == "ready"
    assert package.checks is not None
    assert package.checks["problem"] is None
    tracks = {track["name"]: track for track in package.checks["tracks"]}
    assert tracks["v360"]["decoded_ms"] == 1000
    assert tracks["a0"]["loudness_lufs"] > -40


async def test_uploads_tell_what_holds(clients: Clients):
    assert (await clients.owner.get("/uploads")).json()["protection"] == "none"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_sound_alone_has_one_key(
    clients: Clients, workshop: Workshop, work_off: WorkOff, media: MediaFactory
):
    await make_film(clients.owner, work_off, media.make("sound"), protection="clearkey")
    (key,) = await keys(workshop)
    assert key.kind == "audio"
    assert key.id.version == 4


async def test_what_is_no_wish_is_refused_before_a_byte_is_sent(
    clients: Clients, workshop: Workshop, people: People, visit: Visit
):
    async with workshop.work(people.owner) as work:
        account = await make_account(work, "creator@example.org", role=Role.CREATOR)
        secret = make_session(work, account.id)
    async with visit(headers={"Authorization": f"Bearer {secret}"}) as creator:
        for client, wish, status, code in (
            (clients.owner, "fairplay", 422, "media.protection_unknown"),
            (creator, "none", 403, "media.protection_not_yours"),
            (creator, "clearkey", 403, "media.protection_not_yours"),
        ):
            headers = {
                "Upload-Length": "9",
                "Upload-Metadata": metadata_header({"protection": wish}),
            }
            answer = await client.post("/uploads", headers={**TUS, **headers})
            assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert (await creator.post("/uploads", headers={**TUS, "Upload-Length": "9"})).is_success
    async with workshop.reading(people.owner) as work:
        (left,) = await work.session.scalars(select(UploadRow))
        assert (left.account_id, left.protection) == (account.id, None)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_keys_are_made_once_however_often_the_check_runs(
    clients: Clients,
    workshop: Workshop,
    work_off: WorkOff,
    media: MediaFactory,
    identity_settings: IdentitySettings,
):
    await make_film(clients.owner, work_off, media.make("short"), protection="clearkey")
    before = [(key.id, key.secret_sealed) for key in await keys(workshop)]
    assert len(before) == 2
    safe = KeySafe(identity_settings.vault)
    async with workshop.work(Actor.system()) as work:
        (upload,) = await work.session.scalars(select(UploadRow))
        assert upload.asset_id is not None
        upload_id, asset_id = UploadId(upload.id), AssetId(upload.asset_id)
        await protect_if_wished(work, safe, upload_id, asset_id)
        work.enqueue(CheckUpload(upload_id))
    await work_off()
    assert [(key.id, key.secret_sealed) for key in await keys(workshop)] == before


async def test_another_tenant_has_no_such_keys(
    workshop: Workshop, people: People, identity_settings: IdentitySettings
):
    safe = KeySafe(identity_settings.vault)
    async with workshop.work(people.owner) as work:
        (package,) = await Packages(work).of_assets([await make_asset(work)])
        package_id = PackageId(package.id)
        make_keys(work, safe, package_id, ENCRYPTED_KINDS)
    async with workshop.work(people.owner) as work:
        assert set(await open_keys(work, safe, package_id)) == set(ENCRYPTED_KINDS)
    async with workshop.work(people.stranger) as work:
        assert await open_keys(work, safe, package_id) == {}
