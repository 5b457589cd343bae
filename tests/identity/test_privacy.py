"""People decide about their data: accounts that sleep and go, copies, and consent."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select

from streamverse.app import registry
from streamverse.domains.identity.contracts import (
    AccountId,
    AccountPaused,
    AccountRemoved,
    ActivityKind,
    BuildExport,
    ConsentChanged,
    DeleteAccount,
    DeletionScheduled,
    DropExports,
    Exporter,
    IdentitySettings,
)
from streamverse.domains.identity.jobs import DropExpiredExports, privacy_handlers
from streamverse.domains.identity.models import (
    AccountRow,
    ActivityRow,
    AuditRow,
    ConsentRow,
    DeletionRow,
    DeviceRow,
    ExportRow,
    RemovalRow,
    SessionRow,
)
from streamverse.domains.identity.rules.privacy import account_hash
from streamverse.domains.identity.service import privacy
from streamverse.domains.identity.service.exports import Archive
from streamverse.domains.identity.service.mails import Correspondence
from streamverse.domains.identity.service.visits import NOWHERE
from streamverse.domains.profiles.models import ProfileRow
from streamverse.kit.clock import FixedClock
from streamverse.kit.errors import Unavailable
from streamverse.kit.events import EventRow, Listener, event_name
from streamverse.kit.jobs import DEFAULT_LANE, JobRow, JobState, job_name
from streamverse.kit.storage import ObjectStore
from streamverse.kit.work import Actor, Role, Work, Workshop
from streamverse.kit.worker import Worker, handlers_of
from tests.factories.accounts import PASSWORD, People, make_account
from tests.factories.mails import read_mails
from tests.factories.pipeline import store

__all__ = ["store"]

VIEWER, OWNER = "viewer@example.org", "owner@example.org"
ACCOUNT, CONSENTS = "/auth/account", "/auth/consents"
EXPORT = f"{ACCOUNT}/export"

Visit = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]
WorkOff = Callable[..., Awaitable[None]]


@pytest.fixture
async def viewer(visit: Visit, people: People) -> AsyncGenerator[httpx.AsyncClient]:
    """Log the viewer in."""
    async with visit() as client:
        await log_in(client, VIEWER)
        yield client


@pytest.fixture
def archive(store: ObjectStore, identity_settings: IdentitySettings) -> Archive:
    return Archive(store, identity_settings.vault)


@pytest.fixture
def work_off(
    workshop: Workshop,
    archive: Archive,
    correspondence: Correspondence,
    listeners: list[Listener],
) -> WorkOff:
    """Give what does all jobs that are due."""

    async def work(*more: Exporter) -> None:
        exporters = (*registry.EXPORTERS, *more)
        handlers = handlers_of(privacy_handlers(archive, correspondence, exporters), listeners)
        worker = Worker(workshop, handlers, name="test", lanes={DEFAULT_LANE: 1})
        await worker.run_until_idle()

    return work


async def log_in(client: httpx.AsyncClient, email: str) -> None:
    answer = await client.post("/auth/login", json={"email": email, "password": PASSWORD})
    assert answer.status_code == 200, answer.text


def reactivate(client: httpx.AsyncClient, password: str = PASSWORD) -> Awaitable[httpx.Response]:
    given = {"email": VIEWER, "password": password}
    return client.post(f"{ACCOUNT}/reactivate", json=given)


def problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def rows(workshop: Workshop, table: type[Any]) -> list[Any]:
    async with workshop.reading(Actor.system()) as work:
        return list((await work.session.scalars(select(table).order_by(table.id))).all())


async def kinds(workshop: Workshop) -> list[str]:
    return [row.kind for row in await rows(workshop, ActivityRow)]


async def events(workshop: Workshop, kind: type[Any]) -> list[Any]:
    return [row.payload for row in await rows(workshop, EventRow) if row.name == event_name(kind)]


async def own_account(workshop: Workshop, actor: Actor) -> AccountRow | None:
    return next((r for r in await rows(workshop, AccountRow) if r.id == actor.account_id), None)


# --- sleeping and waking --------------------------------------------------------------------------


async def test_an_account_sleeps_until_it_is_woken(
    viewer: httpx.AsyncClient,
    people: People,
    workshop: Workshop,
    correspondence: Correspondence,
    work_off: WorkOff,
):
    asleep = await viewer.post(f"{ACCOUNT}/deactivate")
    assert (asleep.status_code, asleep.content) == (204, b"")
    assert "__Host-sv_session" not in viewer.cookies
    assert await rows(workshop, SessionRow) == []
    assert await events(workshop, AccountPaused) == [{"account_id": str(people.viewer.account_id)}]
    await work_off()
    mails = await read_mails(workshop, correspondence)
    assert [mail.subject for mail in mails] == ["Your account is deactivated"]

    refused = await viewer.post("/auth/login", json={"email": VIEWER, "password": PASSWORD})
    assert problem(refused) == (403, "identity.account_deactivated")
    assert problem(await reactivate(viewer, "wrong")) == (401, "identity.wrong_credentials")
    woken = await reactivate(viewer)
    assert (woken.status_code, woken.json()["email"]) == (200, VIEWER)
    assert (await viewer.get("/auth/me")).status_code == 200
    assert [kind for kind in await kinds(workshop) if kind.endswith("activated")] == [
        ActivityKind.DEACTIVATED,
        ActivityKind.REACTIVATED,
    ]


async def test_waking_an_account_that_is_awake_is_logging_in(
    viewer: httpx.AsyncClient, workshop: Workshop
):
    assert (await reactivate(viewer)).status_code == 200
    assert ActivityKind.REACTIVATED not in await kinds(workshop)


@pytest.mark.parametrize("what", ["deactivate", "delete", "export"])
async def test_sensitive_things_take_a_log_in_of_late(
    viewer: httpx.AsyncClient, clock: FixedClock, workshop: Workshop, what: str
):
    clock.advance(timedelta(minutes=11))
    refused = await viewer.post(f"{ACCOUNT}/{what}")
    assert problem(refused) == (403, "identity.reauth_required")
    for table in (DeletionRow, ExportRow):
        assert await rows(workshop, table) == []
    assert (await viewer.get("/auth/me")).status_code == 200


async def test_a_second_factor_is_needed_to_wake_as_well(
    viewer: httpx.AsyncClient,
    people: People,
    workshop: Workshop,
    monkeypatch: pytest.MonkeyPatch,
):
    from streamverse.domains.identity.service.second_factors import AccountFactors  # noqa: PLC0415

    async def methods_of(self: Any, work: Work, account_id: UUID) -> tuple[str, ...]:
        return ("totp",)

    async def check_totp(self: Any, work: Work, account_id: UUID, code: str) -> None:
        if code != "123456":
            raise FactorWrong

    from streamverse.domains.identity.errors import FactorWrong  # noqa: PLC0415

    await viewer.post(f"{ACCOUNT}/delete")
    monkeypatch.setattr(AccountFactors, "methods_of", methods_of)
    monkeypatch.setattr(AccountFactors, "check_totp", check_totp)
    asked = await reactivate(viewer)
    assert (asked.status_code, asked.json()["methods"]) == (202, ["totp"])

    answer = {"ticket": asked.json()["ticket"]}
    wrong = await viewer.post("/auth/login/mfa", json={**answer, "code": "000000"})
    assert problem(wrong) == (403, "identity.factor_wrong")
    sleeping = await own_account(workshop, people.viewer)
    assert sleeping is not None
    assert sleeping.deactivated_at is not None
    assert len(await rows(workshop, DeletionRow)) == 1

    right = await viewer.post("/auth/login/mfa", json={**answer, "code": "123456"})
    assert right.status_code == 200
    assert await rows(workshop, DeletionRow) == []


# --- deleting -------------------------------------------------------------------------------------


async def test_an_account_goes_when_the_grace_is_over(
    viewer: httpx.AsyncClient,
    people: People,
    workshop: Workshop,
    clock: FixedClock,
    correspondence: Correspondence,
    work_off: WorkOff,
):
    account_id = people.viewer.account_id
    assert account_id is not None
    await work_off()
    asked = await viewer.post(f"{ACCOUNT}/delete")
    delete_at = clock.now() + timedelta(days=30)
    shown = delete_at.isoformat().replace("+00:00", "Z")
    assert (asked.status_code, asked.json()) == (202, {"delete_at": shown})
    assert (await viewer.get("/auth/me")).status_code == 401
    assert await events(workshop, DeletionScheduled) == [
        {"account_id": str(account_id), "delete_at": shown}
    ]
    clock.advance(timedelta(days=29))
    await work_off()
    assert await own_account(workshop, people.viewer) is not None

    clock.advance(timedelta(days=1))
    await work_off()
    assert await own_account(workshop, people.viewer) is None
    for table in (DeviceRow, DeletionRow, ProfileRow):
        assert account_id not in [row.account_id for row in await rows(workshop, table)]
    assert await events(workshop, AccountRemoved) == [{"account_id": str(account_id)}]
    async with workshop.reading(Actor.system()) as work:
        [entry] = await work.session.scalars(select(AuditRow))
    assert (entry.action, entry.actor_id) == ("identity.account_removed", None)
    assert entry.subject == f"account:{account_id}"
    assert entry.facts == {"role": "viewer", "is_own_wish": True}
    [removal] = await rows(workshop, RemovalRow)
    assert removal.account_hash == account_hash(account_id)
    assert (removal.requested_at, removal.removed_at) == (
        delete_at - timedelta(days=30),
        clock.now(),
    )
    assert (removal.removed["devices"], removal.removed["sessions"]) == (1, 0)
    assert [mail.subject for mail in await read_mails(workshop, correspondence)] == [
        "Your account will be deleted",
        "Your account is deleted",
    ]
    assert problem(await reactivate(viewer)) == (401, "identity.wrong_credentials")


async def test_doing_it_twice_is_harmless(
    viewer: httpx.AsyncClient,
    people: People,
    workshop: Workshop,
    clock: FixedClock,
    correspondence: Correspondence,
):
    assert people.viewer.account_id is not None
    account_id = AccountId(people.viewer.account_id)
    await viewer.post(f"{ACCOUNT}/delete")
    clock.advance(timedelta(days=30))
    for _ in range(2):
        async with workshop.work(Actor.system(people.viewer.tenant_id)) as work:
            await privacy.delete_if_due(work, correspondence, account_id)
    assert len(await rows(workshop, RemovalRow)) == 1
    assert len(await events(workshop, AccountRemoved)) == 1


async def test_asking_twice_changes_nothing(
    viewer: httpx.AsyncClient, people: People, workshop: Workshop, clock: FixedClock
):
    assert people.viewer.account_id is not None
    account_id = AccountId(people.viewer.account_id)
    first = (await viewer.post(f"{ACCOUNT}/delete")).json()["delete_at"]
    clock.advance(timedelta(days=3))
    async with workshop.work(people.viewer) as work:
        again = await privacy.request_deletion(work, account_id, NOWHERE)
    assert again.isoformat().replace("+00:00", "Z") == first
    assert len(await events(workshop, DeletionScheduled)) == 1


async def test_a_killed_job_is_done_by_the_next_worker(
    viewer: httpx.AsyncClient,
    people: People,
    workshop: Workshop,
    clock: FixedClock,
    correspondence: Correspondence,
    work_off: WorkOff,
    monkeypatch: pytest.MonkeyPatch,
):
    await viewer.post(f"{ACCOUNT}/delete")
    clock.advance(timedelta(days=30))
    whole = Correspondence.deletion_done

    def die(self: Correspondence, work: Work, to: AccountRow) -> None:
        whole(self, work, to)
        raise Unavailable("The machine is switched off.")

    monkeypatch.setattr(Correspondence, "deletion_done", die)
    await work_off()
    # Half done is not done at all.
    assert await own_account(workshop, people.viewer) is not None
    assert await rows(workshop, RemovalRow) == []
    monkeypatch.undo()
    clock.advance(timedelta(minutes=1))
    await work_off()
    assert await own_account(workshop, people.viewer) is None
    assert len(await rows(workshop, RemovalRow)) == 1


async def test_whoever_comes_back_in_time_keeps_the_account(
    viewer: httpx.AsyncClient,
    people: People,
    workshop: Workshop,
    clock: FixedClock,
    work_off: WorkOff,
):
    await viewer.post(f"{ACCOUNT}/delete")
    clock.advance(timedelta(days=20))
    assert (await reactivate(viewer)).status_code == 200
    assert await rows(workshop, DeletionRow) == []
    [job] = [r for r in await rows(workshop, JobRow) if r.name == job_name(DeleteAccount)]
    assert job.state == JobState.CANCELLED

    # Another wish later has a grace of its own.
    await viewer.post(f"{ACCOUNT}/delete")
    clock.advance(timedelta(days=11))
    await work_off()
    assert await own_account(workshop, people.viewer) is not None
    clock.advance(timedelta(days=19))
    await work_off()
    assert await own_account(workshop, people.viewer) is None


async def test_the_last_owner_stays_while_others_are_here(
    visit: Visit, people: People, workshop: Workshop, clock: FixedClock, work_off: WorkOff
):
    async with workshop.work(people.owner) as work:
        second = await make_account(work, "second@example.org", role=Role.OWNER)
    async with visit() as first, visit() as other:
        await log_in(first, OWNER)
        await log_in(other, second.email)
        assert (await other.post(f"{ACCOUNT}/delete")).status_code == 202
        # The second does not count any more: they are about to go.
        refused = await first.post(f"{ACCOUNT}/delete")
        assert problem(refused) == (409, "identity.last_owner")
        assert (await first.get("/auth/me")).status_code == 200

        async with workshop.work(people.owner) as work:
            await work.session.delete(await work.session.get(AccountRow, people.owner.account_id))
        clock.advance(timedelta(days=30))
        await work_off()
        # The first has gone otherwise, so that the second has to wait.
        assert second.id in [row.id for row in await rows(workshop, AccountRow)]
        async with workshop.work(Actor.system(people.owner.tenant_id)) as work:
            viewer = await work.session.get(AccountRow, people.viewer.account_id)
            await work.session.delete(viewer)
        clock.advance(timedelta(days=1))
        await work_off()
        assert second.id not in [row.id for row in await rows(workshop, AccountRow)]


# --- copies ---------------------------------------------------------------------------------------


def parts_of(content: bytes) -> dict[str, Any]:
    """Read a copy."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: json.loads(archive.read(name)) for name in archive.namelist()}


async def add_profile(workshop: Workshop, actor: Actor) -> None:
    """Let somebody watch with an account."""
    async with workshop.work(Actor.system(actor.tenant_id)) as work:
        row = ProfileRow(
            id=UUID(int=5),
            account_id=actor.account_id,
            name="Vera",
            preset=1,
            is_kids=False,
            maturity_limit=18,
            language="en",
            preferences={"version": 1, "chosen": {}},
            created_at=work.now,
        )
        work.session.add(row)


async def test_everything_that_is_kept_can_be_taken_along(
    viewer: httpx.AsyncClient,
    people: People,
    workshop: Workshop,
    clock: FixedClock,
    application: Any,
    store: ObjectStore,
    work_off: WorkOff,
):
    await viewer.put(
        CONSENTS, json={"version": "1", "items": [{"kind": "marketing", "is_given": True}]}
    )
    assert problem(await viewer.get(EXPORT)) == (404, "identity.export_not_found")
    asked = await viewer.post(EXPORT)
    assert (asked.status_code, asked.json()["state"]) == (202, "waiting")
    assert (await viewer.post(EXPORT)).json()["id"] == asked.json()["id"]
    early = await viewer.get(f"{EXPORT}/{asked.json()['id']}/download")
    assert problem(early) == (409, "identity.export_not_ready")
    await add_profile(workshop, people.viewer)
    await work_off()
    ready = (await viewer.get(EXPORT)).json()
    assert ready["state"] == "ready"
    kept = [found.key async for found in store.list("exports")]
    assert kept == [f"exports/{people.viewer.account_id}/{ready['id']}.zip.sealed"]
    assert not (await store.get(kept[0])).startswith(b"PK")

    answer = await viewer.get(ready["download"].removeprefix("/api/v1"))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    assert answer.headers["content-disposition"] == 'attachment; filename="streamverse.zip"'
    assert answer.headers["cache-control"] == "no-store"
    assert len(answer.content) == ready["size_bytes"]
    parts = parts_of(answer.content)
    names = (
        *("account", "activity", "api_keys", "authenticator_apps", "consents", "devices"),
        *(
            "history",
            "identities",
            "passkeys",
            "plans",
            "playback",
            "profiles",
            "reminders",
            "reviews",
            "searches",
        ),
        *("sessions", "stream_reminders", "watchlist"),
    )
    assert sorted(parts) == [f"{name}.json" for name in names]
    assert parts["account.json"]["email"] == VIEWER
    assert [row["kind"] for row in parts["activity.json"]] == ["device_added", "logged_in"]
    assert [(row["kind"], row["is_given"]) for row in parts["consents.json"]] == [
        ("marketing", True)
    ]
    assert [row["name"] for row in parts["profiles.json"]] == ["Vera"]
    assert "preferences" in parts["profiles.json"][0]
    text = json.dumps(parts)
    assert "hash" not in text
    assert "argon2" not in text


async def test_a_copy_is_for_its_owner_alone(
    viewer: httpx.AsyncClient, visit: Visit, clock: FixedClock, work_off: WorkOff
):
    await viewer.post(EXPORT)
    await work_off()
    address = (await viewer.get(EXPORT)).json()["download"].removeprefix("/api/v1")
    async with visit() as other:
        assert (await other.get(address)).status_code == 401
        await log_in(other, OWNER)
        assert problem(await other.get(address)) == (404, "identity.export_not_found")
    clock.advance(timedelta(minutes=11))
    assert problem(await viewer.get(address)) == (403, "identity.reauth_required")


async def test_a_copy_is_kept_for_a_week(
    viewer: httpx.AsyncClient,
    workshop: Workshop,
    clock: FixedClock,
    store: ObjectStore,
    work_off: WorkOff,
):
    await viewer.post(EXPORT)
    await work_off()
    address = (await viewer.get(EXPORT)).json()["download"].removeprefix("/api/v1")
    clock.advance(timedelta(days=7))
    await log_in(viewer, VIEWER)
    assert problem(await viewer.get(EXPORT)) == (404, "identity.export_not_found")
    assert problem(await viewer.get(address)) == (404, "identity.export_not_found")
    async with workshop.work(Actor.system()) as work:
        work.enqueue(DropExpiredExports())
    await work_off()
    assert [found.key async for found in store.list("exports")] == []
    assert await rows(workshop, ExportRow) == []


async def test_copies_go_with_the_account(
    viewer: httpx.AsyncClient,
    people: People,
    workshop: Workshop,
    clock: FixedClock,
    store: ObjectStore,
    work_off: WorkOff,
):
    clock.advance(timedelta(minutes=1))
    await viewer.post(EXPORT)
    await work_off()
    async with workshop.work(people.owner) as work:
        work.emit(AccountRemoved(AccountId(people.viewer.account_id or UUID(int=0))))
    await work_off()
    assert [found.key async for found in store.list("exports")] == []
    assert job_name(DropExports) in [row.name for row in await rows(workshop, JobRow)]


async def test_a_copy_that_cannot_be_made_says_so_and_can_be_asked_for_again(
    viewer: httpx.AsyncClient, workshop: Workshop, clock: FixedClock, work_off: WorkOff
):
    async def break_down(work: Work, account_id: AccountId) -> object:
        raise Unavailable("The records of something are away.")

    await viewer.post(EXPORT)
    for _ in range(5):
        await work_off(Exporter("something", break_down))
        clock.advance(timedelta(minutes=1))
    failed = (await viewer.get(EXPORT)).json()
    assert (failed["state"], failed["download"]) == ("failed", None)
    await viewer.post(EXPORT)
    await work_off()
    assert (await viewer.get(EXPORT)).json()["state"] == "ready"
    made = [row for row in await rows(workshop, JobRow) if row.name == job_name(BuildExport)]
    assert [row.state for row in made] == [JobState.DEAD, JobState.DONE]


# --- consent --------------------------------------------------------------------------------------


def decide(client: httpx.AsyncClient, version: str, **said: bool) -> Awaitable[httpx.Response]:
    items = [{"kind": kind, "is_given": is_given} for kind, is_given in said.items()]
    return client.put(CONSENTS, json={"version": version, "items": items})


async def test_consent_is_given_and_withdrawn_and_every_change_is_kept(
    viewer: httpx.AsyncClient, people: People, workshop: Workshop, clock: FixedClock
):
    asked = (await viewer.get(CONSENTS)).json()
    assert asked["version"] == "1"
    assert [(item["kind"], item["is_given"], item["at"]) for item in asked["items"]] == [
        ("terms", False, None),
        ("marketing", False, None),
        ("analytics", False, None),
    ]
    given = (await decide(viewer, "1", terms=True, marketing=True)).json()["items"]
    at = clock.now().isoformat().replace("+00:00", "Z")
    assert given[0] == {
        "kind": "terms",
        "is_given": True,
        "version": "1",
        "at": at,
        "is_current": True,
    }
    clock.advance(timedelta(days=1))
    await decide(viewer, "1", marketing=False, terms=True)
    kept = [(row.kind, row.is_given) for row in await rows(workshop, ConsentRow)]
    assert kept == [("terms", True), ("marketing", True), ("marketing", False)]
    told = [(event["kind"], event["is_given"]) for event in await events(workshop, ConsentChanged)]
    assert told == kept


async def test_nobody_agrees_to_terms_that_have_changed(
    viewer: httpx.AsyncClient, workshop: Workshop
):
    refused = await decide(viewer, "0", terms=True, marketing=False)
    assert problem(refused) == (409, "identity.terms_outdated")
    assert refused.json()["facts"] == {"version": "1"}
    assert await rows(workshop, ConsentRow) == []
    assert (await decide(viewer, "0", marketing=False)).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {"version": "1", "items": []},
        {"version": "1", "items": [{"kind": "everything", "is_given": True}]},
        {"version": "1", "items": [{"kind": "terms", "is_given": "yes"}]},
        {"items": [{"kind": "terms", "is_given": True}]},
    ],
)
async def test_a_decision_that_is_none_is_refused(
    viewer: httpx.AsyncClient, workshop: Workshop, body: Any
):
    assert (await viewer.put(CONSENTS, json=body)).status_code == 422
    assert await rows(workshop, ConsentRow) == []
