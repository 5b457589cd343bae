"""The audit log on both databases: added to with what is done, never changed, verified, listed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from streamverse.domains.identity import public
from streamverse.domains.identity.contracts import ApiKeyId, KeyHolder
from streamverse.domains.identity.models import AuditHeadRow, AuditRow
from streamverse.domains.identity.service import audit
from streamverse.domains.identity.service.mails import Correspondence
from streamverse.kit.clock import FixedClock
from streamverse.kit.db import ALL_TENANTS, Database
from streamverse.kit.work import Actor, Role, Workshop
from tests.factories.accounts import PASSWORD, People, make_account
from tests.factories.mails import read_mails, token_in

if TYPE_CHECKING:
    from tests.conftest import Clients

REFUSAL = "only added to"


def assert_refused(response: httpx.Response, status: int, code: str) -> None:
    assert (response.status_code, response.json()["code"]) == (status, code)


async def write(workshop: Workshop, actor: Actor, *subjects: str) -> None:
    for subject in subjects:
        async with workshop.work(actor) as work:
            await public.record_audit(work, "house.swept", subject, {"rooms": ["hall"], "count": 2})


async def entries(workshop: Workshop, actor: Actor) -> Sequence[AuditRow]:
    async with workshop.reading(actor) as work:
        return (await work.session.scalars(select(AuditRow).order_by(AuditRow.seq))).all()


async def actions(workshop: Workshop, actor: Actor) -> list[tuple[str, str]]:
    return [(row.action, row.subject) for row in await entries(workshop, actor)]


async def verdict(workshop: Workshop, actor: Actor) -> str:
    async with workshop.reading(actor) as work:
        return (await audit.verify_audit_log(work, "Ours")).sentence()


@pytest.fixture
async def tampering(database: Database) -> Any:
    """Let a test do what only somebody with the tables' own rights can: work without triggers."""

    async def tamper(*commands: str) -> None:
        async with database.engine.begin() as connection:
            if database.is_sqlite:
                names = await connection.execute(
                    text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
                )
                off = [f"DROP TRIGGER {name}" for name in names.scalars().all()]
                on: list[str] = []
            else:
                tables = ("identity_audit", "identity_audit_head")
                off = [f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in tables]
                on = [f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in tables]
                off.append(f"SELECT set_config('streamverse.tenant_id', '{ALL_TENANTS}', true)")
            for command in (*off, *commands, *on):
                await connection.execute(text(command))

    return tamper


async def test_an_entry_says_who_did_what_and_from_where(
    workshop: Workshop, people: People, clock: FixedClock
) -> None:
    owner_id = people.owner.account_id
    actor = Actor(people.owner.tenant_id, owner_id, place="192.0.2.7")
    key = KeyHolder(people.owner.tenant_id, owner_id, api_key_id=ApiKeyId(UUID(int=5)))
    await write(workshop, actor, "house:1")
    await write(workshop, key, "house:2")

    first, second = await entries(workshop, people.owner)

    assert (first.seq, first.at, first.actor_id, first.api_key_id) == (
        1,
        clock.now(),
        owner_id,
        None,
    )
    assert (first.place, first.action, first.subject) == ("192.0.2.7", "house.swept", "house:1")
    assert first.facts == {"rooms": ["hall"], "count": 2}
    assert first.previous_hash == "0" * 64
    assert (second.seq, second.previous_hash) == (2, first.hash)
    assert second.api_key_id == UUID(int=5)
    assert await verdict(workshop, people.owner) == (
        f"The audit log of Ours is whole: 2 entries, the last with hash {second.hash}."
    )


async def test_what_is_not_committed_is_not_in_the_log(workshop: Workshop, people: People) -> None:
    await write(workshop, people.owner, "house:1")
    with pytest.raises(LookupError):
        async with workshop.work(people.owner) as work:
            await public.record_audit(work, "house.sold", "house:1")
            raise LookupError
    with pytest.raises(ValueError, match="password"):
        async with workshop.work(people.owner) as work:
            await public.record_audit(work, "house.sold", "house:1", {"password": "x"})
    assert await actions(workshop, people.owner) == [("house.swept", "house:1")]
    assert "is whole: one entry" in await verdict(workshop, people.owner)


async def test_the_log_is_somebodys(workshop: Workshop, people: People) -> None:
    with pytest.raises(ValueError, match="name a tenant"):
        async with workshop.work(Actor.system()) as work:
            await public.record_audit(work, "house.swept", "house:1")
    await write(workshop, people.owner, "house:1")
    await write(workshop, people.stranger, "house:1", "house:2")

    found = [row.seq for row in await entries(workshop, Actor.system())]
    assert sorted(found) == [1, 1, 2]
    assert len(await entries(workshop, people.stranger)) == 2
    sentences = [v.sentence() async for v in public.verify_audit_logs(workshop)]
    assert [s.partition(", the last")[0] for s in sentences] == [
        "The audit log of StreamVerse is whole: one entry",
        "The audit log of Another service is whole: 2 entries",
    ]


async def test_several_entries_of_one_work_are_chained(workshop: Workshop, people: People) -> None:
    async with workshop.work(people.owner) as work:
        for number in range(3):
            await public.record_audit(work, "house.swept", f"house:{number}")
    assert [row.seq for row in await entries(workshop, people.owner)] == [1, 2, 3]
    assert "is whole: 3 entries" in await verdict(workshop, people.owner)


async def test_many_who_write_at_once_do_not_fork_the_chain(
    workshop: Workshop, people: People
) -> None:
    await asyncio.gather(*(write(workshop, people.owner, f"house:{n}") for n in range(12)))

    rows = await entries(workshop, people.owner)
    assert [row.seq for row in rows] == list(range(1, 13))
    assert sorted(row.subject for row in rows) == sorted(f"house:{n}" for n in range(12))
    assert "is whole: 12 entries" in await verdict(workshop, people.owner)


async def test_the_log_is_verified_while_it_grows(workshop: Workshop, people: People) -> None:
    async def look() -> set[bool]:
        return {" is whole: " in await verdict(workshop, people.owner) for _ in range(10)}

    seen, _ = await asyncio.gather(
        look(), write(workshop, people.owner, *(f"house:{n}" for n in range(20)))
    )
    assert seen == {True}


async def test_a_long_log_is_read_in_parts(
    workshop: Workshop, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streamverse.domains.identity.repository.audit.BATCH_SIZE", 3)
    await write(workshop, people.owner, *(f"house:{n}" for n in range(7)))
    assert "is whole: 7 entries" in await verdict(workshop, people.owner)


@pytest.mark.parametrize(
    "command",
    [
        "UPDATE identity_audit SET action = 'house.sold'",
        "DELETE FROM identity_audit",
        "DELETE FROM identity_audit WHERE seq = 2",
        "DELETE FROM identity_audit_head",
        "UPDATE identity_audit_head SET count = 1",
        "TRUNCATE identity_audit",
        "TRUNCATE identity_audit_head",
    ],
)
async def test_the_database_itself_refuses_to_change_the_log(
    workshop: Workshop, people: People, database: Database, command: str
) -> None:
    if command.startswith("TRUNCATE") and database.is_sqlite:
        return
    await write(workshop, people.owner, "house:1", "house:2")
    with pytest.raises(DBAPIError, match=REFUSAL):
        async with workshop.work(people.owner) as work:
            await work.session.execute(text(command))
    assert "is whole: 2 entries" in await verdict(workshop, people.owner)


@pytest.mark.parametrize(
    ("commands", "found"),
    [
        (["DELETE FROM identity_audit WHERE seq = 2"], "entry 2 is missing"),
        (["DELETE FROM identity_audit WHERE seq = 1"], "entry 1 is missing"),
        (
            ["UPDATE identity_audit SET action = 'house.sold' WHERE seq = 2"],
            "entry 2 does not say what was written",
        ),
        (
            [
                "UPDATE identity_audit SET seq = 9 WHERE seq = 1",
                "UPDATE identity_audit SET seq = 1 WHERE seq = 2",
                "UPDATE identity_audit SET seq = 2 WHERE seq = 9",
            ],
            "entry 1 does not say what was written",
        ),
        (
            ["DELETE FROM identity_audit WHERE seq >= 2"],
            "entry 2 and whatever followed are missing",
        ),
        (["DELETE FROM identity_audit"], "entry 1 and whatever followed are missing"),
        (["DELETE FROM identity_audit_head"], "entry 1 was not added by this program"),
    ],
)
async def test_what_was_done_behind_the_programs_back_shows(
    workshop: Workshop, people: People, tampering: Any, *, commands: list[str], found: str
) -> None:
    await write(workshop, people.owner, "house:1", "house:2", "house:3")
    await tampering(*commands)
    assert await verdict(workshop, people.owner) == (
        f"The audit log of Ours does not hold: {found}. Compare it with a backup."
    )


async def test_the_log_is_verified_over_http(
    clients: Clients, workshop: Workshop, people: People, tampering: Any
) -> None:
    empty = await clients.owner.get("/auth/audit-log/verify")
    assert (empty.status_code, empty.json()) == (
        200,
        {"is_whole": True, "count": 0, "hash": "0" * 64, "broken_at": None, "problem": None},
    )
    await write(workshop, people.owner, "house:1", "house:2", "house:3")
    last = (await entries(workshop, people.owner))[-1]
    whole = {
        "is_whole": True,
        "count": 3,
        "hash": last.hash,
        "broken_at": None,
        "problem": None,
    }
    assert (await clients.owner.get("/auth/audit-log/verify")).json() == whole

    await tampering("DELETE FROM identity_audit WHERE seq = 2")

    assert (await clients.owner.get("/auth/audit-log/verify")).json() == {
        **whole,
        "is_whole": False,
        "broken_at": 2,
        "problem": "entry 2 is missing",
    }
    # Everybody verifies their own.
    assert (await clients.stranger.get("/auth/audit-log/verify")).json()["is_whole"] is True
    assert_refused(await clients.viewer.get("/auth/audit-log/verify"), 403, "kit.forbidden")


async def test_an_empty_log_is_whole(workshop: Workshop, people: People) -> None:
    assert await verdict(workshop, people.owner) == (
        "The audit log of Ours is whole: it has no entries yet."
    )
    async with workshop.reading(people.owner) as work:
        assert await work.session.scalar(select(AuditHeadRow)) is None


# --- what is written ------------------------------------------------------------------------------


async def test_what_staff_does_to_accounts_is_written(
    clients: Clients, workshop: Workshop, people: People
) -> None:
    form = {
        "email": "ada@example.org",
        "password": "a much longer and newer phrase",
        "display_name": "Ada",
        "role": "editor",
    }
    added = (await clients.owner.post("/accounts", json=form)).json()["id"]
    assert (await clients.owner.delete(f"/accounts/{added}")).status_code == 204
    invited = await clients.owner.post("/invitations", json={"email": "bob@example.org"})
    invitation = invited.json()["id"]
    assert (await clients.owner.delete(f"/invitations/{invitation}")).status_code == 204
    assert (await clients.owner.post("/admin/jwks")).status_code == 201

    rows = await entries(workshop, people.owner)
    assert [(row.action, row.subject) for row in rows[:4]] == [
        ("identity.account_added", f"account:{added}"),
        ("identity.account_removed", f"account:{added}"),
        ("identity.invitation_sent", f"invitation:{invitation}"),
        ("identity.invitation_withdrawn", f"invitation:{invitation}"),
    ]
    assert [row.facts for row in rows[:4]] == [
        {"role": "editor"},
        {"role": "editor"},
        {"role": "viewer"},
        {},
    ]
    assert rows[4].action == "identity.signing_key_rotated"
    assert {row.actor_id for row in rows} == {people.owner.account_id}
    assert "example.org" not in "".join(str(row.facts) for row in rows)


async def test_whoever_accepts_an_invitation_is_written_without_a_name(
    clients: Clients, workshop: Workshop, people: People, correspondence: Correspondence
) -> None:
    form = {"email": "ada@example.org", "role": "editor"}
    invitation = (await clients.owner.post("/invitations", json=form)).json()["id"]
    token = token_in((await read_mails(workshop, correspondence))[-1])
    accepted = await clients.nobody.post(
        "/invitations/accept",
        json={"token": token, "password": "a much newer phrase", "display_name": "Ada"},
    )

    latest = (await entries(workshop, people.owner))[-1]
    assert (latest.action, latest.subject, latest.actor_id) == (
        "identity.invitation_accepted",
        f"invitation:{invitation}",
        None,
    )
    assert latest.facts == {"role": "editor", "account_id": accepted.json()["id"]}


async def test_what_is_refused_is_not_written(
    clients: Clients, workshop: Workshop, people: People
) -> None:
    taken = {"email": "viewer@example.org", "password": "a longer phrase", "display_name": "V"}
    assert_refused(await clients.owner.post("/accounts", json=taken), 409, "identity.email_taken")
    assert_refused(
        await clients.owner.delete(f"/accounts/{people.owner.account_id}"),
        409,
        "identity.own_account",
    )
    assert await entries(workshop, people.owner) == []


# --- the list -------------------------------------------------------------------------------------


async def shown(client: httpx.AsyncClient, **asked: object) -> list[str]:
    answer = await client.get("/auth/audit-log", params=asked)
    assert answer.status_code == 200, answer.text
    return [item["subject"] for item in answer.json()["items"]]


async def test_the_list_is_filtered(
    clients: Clients, workshop: Workshop, people: People, clock: FixedClock
) -> None:
    start = clock.now()
    await write(workshop, people.owner, "house:1")
    clock.advance(timedelta(hours=1))
    await write(workshop, people.viewer, "house:2")
    async with workshop.work(people.owner) as work:
        await public.record_audit(work, "house.sold", "house:2")
    await write(workshop, people.stranger, "house:9")
    later = clock.now().isoformat()
    owner = clients.owner

    assert await shown(owner) == ["house:2", "house:2", "house:1"]
    assert await shown(owner, actor_id=people.viewer.account_id) == ["house:2"]
    assert await shown(owner, action="house.swept") == ["house:2", "house:1"]
    assert await shown(owner, subject="house:2", action="house.sold") == ["house:2"]
    assert await shown(owner, since=later) == ["house:2", "house:2"]
    assert await shown(owner, since=start.isoformat(), until=later) == ["house:1"]
    assert await shown(owner, action="house.burnt") == []
    assert await shown(clients.stranger) == ["house:9"]


async def test_the_list_comes_in_pages(
    clients: Clients, workshop: Workshop, people: People
) -> None:
    await write(workshop, people.owner, "house:1", "house:2", "house:3")
    first = (await clients.owner.get("/auth/audit-log", params={"limit": 2})).json()
    assert [item["seq"] for item in first["items"]] == [3, 2]
    cursor = first["next_cursor"]
    second = (await clients.owner.get("/auth/audit-log", params={"cursor": cursor})).json()
    assert [(item["seq"], item["facts"]) for item in second["items"]] == [
        (1, {"rooms": ["hall"], "count": 2})
    ]
    assert second["next_cursor"] is None


@pytest.mark.parametrize(
    "asked",
    [
        {"actor_id": "me"},
        {"since": "yesterday"},
        {"since": "2030-01-01T12:00:00"},
        {"cursor": "nonsense"},
        {"action": "x" * 201},
    ],
)
async def test_a_question_that_makes_no_sense_is_refused(
    clients: Clients, asked: dict[str, str]
) -> None:
    answer = await clients.owner.get("/auth/audit-log", params=asked)
    assert answer.status_code == 422
    assert answer.json()["fields"][0]["field"] == next(iter(asked))


async def test_support_reads_the_log_and_viewers_do_not(
    clients: Clients, workshop: Workshop, people: People
) -> None:
    assert_refused(await clients.viewer.get("/auth/audit-log"), 403, "kit.forbidden")
    assert_refused(await clients.nobody.get("/auth/audit-log"), 401, "kit.unauthenticated")
    async with workshop.work(Actor.system(people.owner.tenant_id)) as work:
        await make_account(work, "support@example.org", role=Role.SUPPORT)
    form = {"email": "support@example.org", "password": PASSWORD}
    token = (await clients.nobody.post("/auth/token", json=form)).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert (await clients.nobody.get("/auth/audit-log", headers=headers)).status_code == 200
