"""Staff: nobody gives more than they have, and the service never runs out of owners."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamverse.domains.identity.contracts import AccountId
from streamverse.domains.identity.errors.staff import (
    AccountAboveYou,
    OnlyOwner,
    PermissionNotYours,
)
from streamverse.domains.identity.models import AccountRow
from streamverse.domains.identity.repository import Accounts, AuditFilter
from streamverse.domains.identity.rules.permissions import ALL_PERMISSIONS, PERMISSIONS
from streamverse.domains.identity.rules.staff import (
    STAFF_ROLES,
    Power,
    check_permissions,
    extra_to,
    power_of,
    write_permissions,
)
from streamverse.domains.identity.service import accounts, staff
from streamverse.domains.identity.service.activity import list_activity
from streamverse.domains.identity.service.audit import list_audit_log
from streamverse.kit.clock import FixedClock
from streamverse.kit.errors import Invalid
from streamverse.kit.work import Actor, Role, Workshop
from tests.factories.accounts import PASSWORD, People, make_account, make_session

if TYPE_CHECKING:
    from tests.conftest import Clients, Visit

ROLES = st.sampled_from(Role)
PERMISSION_SETS = st.frozensets(st.sampled_from(sorted(ALL_PERMISSIONS)))


def assert_refused(response: httpx.Response, status: int, code: str) -> None:
    assert (response.status_code, response.json()["code"]) == (status, code), response.text


# --- rules ----------------------------------------------------------------------------------------


@given(ROLES, PERMISSION_SETS)
def test_power_is_the_role_and_what_is_beside_it(role: Role, extra: frozenset[str]) -> None:
    power = power_of(role, write_permissions(extra_to(role, extra)))
    assert power == Power(PERMISSIONS[role] | extra, role is Role.OWNER)
    assert power_of(Role.OWNER).covers(power)
    assert power.covers(power_of(Role.VIEWER))


@given(ROLES, PERMISSION_SETS)
def test_owners_are_covered_by_owners_alone(role: Role, extra: frozenset[str]) -> None:
    power = power_of(role, write_permissions(extra))
    assert power.covers(power_of(Role.OWNER)) is (role is Role.OWNER)


def test_a_permission_that_there_no_longer_is_counts_for_nothing() -> None:
    assert power_of(Role.VIEWER, "audit.read house.burn") == Power(frozenset({"audit.read"}))
    with pytest.raises(Invalid, match=r"no such permission: house\.burn, x"):
        check_permissions(["x", "house.burn", "audit.read"], "scopes")


def test_creators_and_viewers_are_no_staff() -> None:
    assert set(Role) - STAFF_ROLES == {Role.CREATOR, Role.VIEWER}


# --- HTTP -----------------------------------------------------------------------------------------


async def add(
    workshop: Workshop, people: People, role: Role, extra: str = "", name: str | None = None
) -> AccountId:
    async with workshop.work(Actor.system(people.owner.tenant_id)) as work:
        row = await make_account(work, f"{name or role}@example.org", role=role)
        row.extra_permissions = extra
    return AccountId(row.id)


async def client_of(workshop: Workshop, visit: Visit, account_id: AccountId) -> Any:
    async with workshop.work(Actor.system()) as work:
        row = await Accounts(work).get(account_id)
    async with workshop.work(Actor.system(row.tenant_id)) as work:
        secret = make_session(work, account_id)
    return visit(headers={"Authorization": f"Bearer {secret}"})


async def find(workshop: Workshop, account_id: UUID) -> AccountRow | None:
    async with workshop.reading(Actor.system()) as work:
        return await Accounts(work).find(AccountId(account_id))


async def standing(workshop: Workshop, account_id: UUID) -> tuple[str, str]:
    row = await find(workshop, account_id)
    assert row is not None
    return row.role, row.extra_permissions


async def audited(workshop: Workshop, people: People) -> list[dict[str, Any]]:
    async with workshop.reading(people.owner) as work:
        page = await list_audit_log(work, AuditFilter(action="identity.role_changed"))
    return [{"subject": row.subject, **row.facts} for row in page.items]


async def test_what_there_is_and_what_each_role_has(clients: Clients) -> None:
    shown = (await clients.viewer.get("/admin/permissions")).json()
    assert shown["permissions"] == sorted(ALL_PERMISSIONS)
    assert {r["role"]: frozenset(r["permissions"]) for r in shown["roles"]} == dict(PERMISSIONS)
    assert shown["own"] == []
    own = (await clients.owner.get("/admin/permissions")).json()["own"]
    assert own == sorted(ALL_PERMISSIONS)


async def test_a_role_is_given_and_written_down(
    clients: Clients, workshop: Workshop, people: People
) -> None:
    viewer_id = people.viewer.account_id
    assert viewer_id is not None

    change = {"role": "editor", "extra_permissions": ["audit.read", "titles.edit"]}
    changed = await clients.owner.patch(f"/admin/staff/{viewer_id}", json=change)

    assert changed.status_code == 200
    assert changed.json() == {
        "id": str(viewer_id),
        "email": "viewer@example.org",
        "display_name": "Viewer",
        "role": "editor",
        "extra_permissions": ["audit.read"],
        "permissions": sorted(PERMISSIONS[Role.EDITOR] | {"audit.read"}),
    }
    listed = (await clients.owner.get("/admin/staff")).json()["items"]
    assert [item["email"] for item in listed] == ["owner@example.org", "viewer@example.org"]
    assert listed[1] == changed.json()
    after = {"role": "editor", "extra_permissions": ["audit.read"]}
    assert await audited(workshop, people) == [
        {
            "subject": f"account:{viewer_id}",
            "role_before": "viewer",
            "extra_permissions_before": [],
            **after,
        }
    ]
    async with workshop.reading(people.viewer) as work:
        [latest] = (await list_activity(work, AccountId(viewer_id), limit=1)).items
    assert (latest.kind, latest.facts, latest.ip) == ("role_changed", after, "")
    # Logged out everywhere, and more powerful from the next log-in on.
    assert_refused(await clients.viewer.get("/auth/me"), 401, "kit.unauthenticated")
    async with workshop.work(people.viewer) as work:
        again = {"Authorization": f"Bearer {make_session(work, viewer_id)}"}
    assert (await clients.nobody.get("/auth/audit-log", headers=again)).status_code == 200
    assert (await clients.nobody.get("/jobs", headers=again)).status_code == 200


async def test_what_is_left_out_stays_and_the_same_again_changes_nothing(
    clients: Clients, workshop: Workshop, people: People
) -> None:
    path = f"/admin/staff/{people.viewer.account_id}"
    await clients.owner.patch(path, json={"extra_permissions": ["audit.read"]})
    assert await standing(workshop, people.viewer.account_id or UUID(int=0)) == (
        "viewer",
        "audit.read",
    )
    await clients.owner.patch(path, json={"role": "moderator"})
    for same in ({}, {"role": "moderator"}, {"extra_permissions": ["audit.read"]}):
        answer = await clients.owner.patch(path, json=same)
        assert (answer.json()["role"], answer.json()["extra_permissions"]) == (
            "moderator",
            ["audit.read"],
        )
    # A permission that comes with the role now is no extra any more.
    answer = await clients.owner.patch(path, json={"role": "support"})
    assert answer.json()["extra_permissions"] == []
    assert len(await audited(workshop, people)) == 3


async def test_an_account_that_loses_all_is_no_staff(
    clients: Clients, workshop: Workshop, people: People
) -> None:
    editor = await add(workshop, people, Role.EDITOR, "audit.read")
    extra_alone = await add(workshop, people, Role.CREATOR, "reports.read")
    await add(workshop, people, Role.CREATOR, name="plain")
    listed = (await clients.owner.get("/admin/staff")).json()["items"]
    assert {item["id"] for item in listed} == {
        str(people.owner.account_id),
        str(editor),
        str(extra_alone),
    }
    nothing = {"role": "viewer", "extra_permissions": []}
    await clients.owner.patch(f"/admin/staff/{editor}", json=nothing)
    listed = (await clients.owner.get("/admin/staff")).json()["items"]
    assert str(editor) not in {item["id"] for item in listed}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"role": "king"}, "role"),
        ({"extra_permissions": ["house.burn"]}, "extra_permissions"),
        ({"extra_permissions": "audit.read"}, "extra_permissions"),
        ({"extra_permissions": ["x" * 1001]}, "extra_permissions"),
    ],
)
async def test_a_change_that_will_not_do_changes_nothing(
    clients: Clients, workshop: Workshop, people: People, change: dict[str, Any], field: str
) -> None:
    answer = await clients.owner.patch(f"/admin/staff/{people.viewer.account_id}", json=change)
    assert_refused(answer, 422, "kit.invalid")
    assert field in answer.json()["fields"][0]["field"]
    assert await standing(workshop, people.viewer.account_id or UUID(int=0)) == ("viewer", "")
    assert await audited(workshop, people) == []
    assert (await clients.viewer.get("/auth/me")).status_code == 200


async def test_nobody_changes_their_own_role(
    clients: Clients, workshop: Workshop, people: People
) -> None:
    answer = await clients.owner.patch(
        f"/admin/staff/{people.owner.account_id}", json={"role": "viewer"}
    )
    assert_refused(answer, 409, "identity.own_role")
    assert await standing(workshop, people.owner.account_id or UUID(int=0)) == ("owner", "")


async def test_a_role_is_given_soon_after_a_log_in_only(
    clients: Clients, workshop: Workshop, people: People, clock: FixedClock
) -> None:
    clock.advance(timedelta(minutes=11))
    answer = await clients.owner.patch(
        f"/admin/staff/{people.viewer.account_id}", json={"role": "editor"}
    )
    assert_refused(answer, 403, "identity.reauth_required")
    assert await standing(workshop, people.viewer.account_id or UUID(int=0)) == ("viewer", "")


async def test_accounts_of_another_tenant_are_not_there(
    clients: Clients, workshop: Workshop, people: People
) -> None:
    for account_id in (people.viewer.account_id, uuid4()):
        answer = await clients.stranger.patch(f"/admin/staff/{account_id}", json={"role": "editor"})
        assert_refused(answer, 404, "identity.account_not_found")
    assert await standing(workshop, people.viewer.account_id or UUID(int=0)) == ("viewer", "")


async def test_nobody_gives_or_takes_what_they_do_not_have(
    workshop: Workshop, people: People, visit: Visit
) -> None:
    boss = await add(workshop, people, Role.ADMIN, "roles.manage", name="boss")
    viewer, owner = people.viewer.account_id, people.owner.account_id
    rival = await add(workshop, people, Role.ADMIN, "signing_keys.manage", name="rival")
    assert viewer is not None
    assert owner is not None
    async with await client_of(workshop, visit, boss) as client:
        for change in ({"role": "owner"}, {"extra_permissions": ["signing_keys.manage"]}):
            answer = await client.patch(f"/admin/staff/{viewer}", json=change)
            assert_refused(answer, 403, "identity.permission_not_yours")
        for above in (owner, rival):
            answer = await client.patch(f"/admin/staff/{above}", json={"role": "viewer"})
            assert_refused(answer, 403, "identity.account_above_you")
            answer = await client.delete(f"/accounts/{above}")
            assert_refused(answer, 403, "identity.account_above_you")
        form = {
            "email": "ada@example.org",
            "password": "a much longer and newer phrase",
            "display_name": "Ada",
            "role": "owner",
        }
        answer = await client.post("/accounts", json=form)
        assert_refused(answer, 403, "identity.permission_not_yours")
        assert answer.json()["facts"]["missing"] == ["signing_keys.manage"]
        invitation = {"email": "ada@example.org", "role": "owner"}
        answer = await client.post("/invitations", json=invitation)
        assert_refused(answer, 403, "identity.permission_not_yours")
        assert await standing(workshop, viewer) == ("viewer", "")
        assert await standing(workshop, owner) == ("owner", "")
        assert await standing(workshop, rival) == ("admin", "signing_keys.manage")

        given = {"role": "admin", "extra_permissions": ["roles.manage"]}
        assert (await client.patch(f"/admin/staff/{viewer}", json=given)).status_code == 200
        added = await client.post("/accounts", json={**form, "role": "admin"})
        assert (added.status_code, added.json()["role"]) == (201, "admin")


async def test_whoever_has_every_permission_is_still_no_owner(
    workshop: Workshop, people: People, visit: Visit
) -> None:
    regent = await add(workshop, people, Role.ADMIN, write_permissions(ALL_PERMISSIONS))
    async with await client_of(workshop, visit, regent) as client:
        answer = await client.patch(
            f"/admin/staff/{people.viewer.account_id}", json={"role": "owner"}
        )
        assert_refused(answer, 403, "identity.permission_not_yours")
        assert answer.json()["facts"]["missing"] == ["owner"]
        answer = await client.patch(
            f"/admin/staff/{people.owner.account_id}", json={"role": "viewer"}
        )
        assert_refused(answer, 403, "identity.account_above_you")
        assert_refused(await client.get("/mails"), 403, "kit.forbidden")


async def test_an_admin_adds_and_removes_viewers_alone(
    clients: Clients, workshop: Workshop, people: People, visit: Visit
) -> None:
    admin = await add(workshop, people, Role.ADMIN)
    form = {
        "email": "ada@example.org",
        "password": "a much longer and newer phrase",
        "display_name": "Ada",
    }
    async with await client_of(workshop, visit, admin) as client:
        refused = await client.post("/accounts", json={**form, "role": "editor"})
        assert_refused(refused, 403, "identity.role_not_yours")
        assert (await client.post("/accounts", json=form)).status_code == 201
        assert (await client.delete(f"/accounts/{people.viewer.account_id}")).status_code == 204
        refused = await client.patch(f"/admin/staff/{uuid4()}", json={"role": "viewer"})
        assert_refused(refused, 403, "kit.forbidden")
    assert_refused(await clients.viewer.get("/auth/me"), 401, "kit.unauthenticated")


# --- races and the last owner ---------------------------------------------------------------------


async def test_two_owners_who_demote_each_other_leave_one(
    workshop: Workshop, people: People
) -> None:
    second = await add(workshop, people, Role.OWNER, name="second")
    first = people.owner.account_id
    assert first is not None
    other = Actor(people.owner.tenant_id, second, people.owner.roles, people.owner.permissions)

    async def demote(actor: Actor, account_id: UUID) -> None:
        async with workshop.work(actor) as work:
            await staff.change_staff(work, AccountId(account_id), role=Role.VIEWER)

    outcomes = await asyncio.gather(
        demote(people.owner, second), demote(other, first), return_exceptions=True
    )

    failures = [outcome for outcome in outcomes if outcome is not None]
    assert [type(failure) for failure in failures] == [AccountAboveYou]
    standings = {await standing(workshop, first), await standing(workshop, second)}
    assert standings == {("owner", ""), ("viewer", "")}


async def test_whoever_was_demoted_meanwhile_gives_no_more(
    workshop: Workshop, people: People
) -> None:
    admin = await add(workshop, people, Role.ADMIN, "roles.manage")
    stale = Actor(
        people.owner.tenant_id,
        admin,
        frozenset({Role.ADMIN}),
        power_of(Role.ADMIN, "roles.manage").permissions,
    )
    async with workshop.work(people.owner) as work:
        await staff.change_staff(work, admin, role=Role.VIEWER, extra_permissions=[])
    with pytest.raises(PermissionNotYours):
        async with workshop.work(stale) as work:
            await staff.change_staff(
                work, AccountId(people.viewer.account_id or UUID(int=0)), role=Role.ADMIN
            )
    assert await standing(workshop, people.viewer.account_id or UUID(int=0)) == ("viewer", "")


async def test_the_last_owner_who_can_log_in_stays(
    workshop: Workshop, people: People, clock: FixedClock
) -> None:
    asleep = await add(workshop, people, Role.OWNER, name="asleep")
    owner_id = AccountId(people.owner.account_id or UUID(int=0))
    async with workshop.work(Actor.system(people.owner.tenant_id)) as work:
        row = await Accounts(work).get(asleep)
        row.deactivated_at = clock.now()
    program = Actor.system(people.owner.tenant_id)

    with pytest.raises(OnlyOwner):
        async with workshop.work(program) as work:
            await staff.change_staff(work, owner_id, role=Role.VIEWER)
    with pytest.raises(OnlyOwner):
        async with workshop.work(program) as work:
            await accounts.remove_account(work, owner_id)
    with pytest.raises(OnlyOwner):
        async with workshop.work(program) as work:
            await staff.require_other_owner(work, await staff.lock_below(work, owner_id))
    assert await standing(workshop, owner_id) == ("owner", "")


# --- what happened around log-ins -----------------------------------------------------------------


async def test_staff_reads_what_happened_around_everybodys_log_ins(
    clients: Clients, people: People
) -> None:
    wrong = {"email": "viewer@example.org", "password": "wrong"}
    unknown = {"email": "eve@example.org", "password": "wrong"}
    for form in (wrong, unknown, {**wrong, "password": PASSWORD}):
        await clients.nobody.post("/auth/token", json=form)

    async def read(client: httpx.AsyncClient, **asked: object) -> list[tuple[str, str | None]]:
        answer = await client.get("/admin/activity", params=asked)
        assert answer.status_code == 200, answer.text
        return [(item["kind"], item["account_id"]) for item in answer.json()["items"]]

    viewer_id = str(people.viewer.account_id)
    of_viewer = [
        ("logged_in", viewer_id),
        ("device_added", viewer_id),
        ("log_in_failed", viewer_id),
    ]
    assert await read(clients.owner) == [*of_viewer[:2], ("log_in_failed", None), of_viewer[2]]
    assert await read(clients.owner, account_id=viewer_id) == of_viewer
    assert await read(clients.owner, kind="log_in_failed", account_id=viewer_id) == of_viewer[2:]
    assert await read(clients.owner, limit=1) == of_viewer[:1]
    assert await read(clients.stranger) == []
    refused = await clients.viewer.get("/admin/activity")
    assert (refused.status_code, refused.json()["code"]) == (403, "kit.forbidden")
    unheard = await clients.owner.get("/admin/activity", params={"kind": "danced"})
    assert (unheard.status_code, unheard.json()["fields"][0]["field"]) == (422, "kind")
