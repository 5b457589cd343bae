"""The catalog over HTTP: who may call, what comes back, and how it fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from streamverse.domains.catalog.contracts import TitleId
from streamverse.domains.catalog.models import TitleRow
from streamverse.kit.clock import FixedClock, new_id
from streamverse.kit.work import Actor, Role, Workshop
from tests.factories.accounts import People, make_account, make_session
from tests.factories.titles import make_library, make_title

if TYPE_CHECKING:
    from tests.conftest import Clients, Visit


@pytest.fixture
async def shown(workshop: Workshop, people: People) -> TitleId:
    """Let there be a published title."""
    async with workshop.work(people.owner) as work:
        return await make_title(work, "Big Buck Bunny", credit="Blender Foundation", year=2008)


@pytest.fixture
async def hidden(workshop: Workshop, people: People) -> TitleId:
    """Let there be a title that is not published."""
    async with workshop.work(people.owner) as work:
        return await make_title(work, "Hidden", published_at=None)


async def stored(workshop: Workshop, title_id: TitleId) -> TitleRow | None:
    async with workshop.reading(Actor.system()) as work:
        return await work.session.get(TitleRow, title_id)


def assert_problem(response: httpx.Response, status: int, code: str) -> None:
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert (response.status_code, problem["status"], problem["code"]) == (status, status, code)


def moment(clock: FixedClock) -> str:
    return clock.now().isoformat().replace("+00:00", "Z")


def card(title_id: TitleId, clock: FixedClock) -> dict[str, object]:
    return {
        "id": str(title_id),
        "name": "Big Buck Bunny",
        "kind": "movie",
        "state": "ready",
        "is_published": True,
        "duration_ms": 30_000,
        "poster_url": None,
        "poster": None,
        "created_at": moment(clock),
        "progress": None,
        "locked_by": None,
    }


# --- permission -----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/titles", "/titles/{id}"])
async def test_nobody_sees_anything_without_logging_in(
    clients: Clients, shown: TitleId, path: str
) -> None:
    refused = await clients.nobody.get(path.format(id=shown))

    assert_problem(refused, 401, "kit.unauthenticated")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PATCH", "/titles/{id}"),
        ("POST", "/titles/{id}/publish"),
        ("POST", "/titles/{id}/unpublish"),
        ("DELETE", "/titles/{id}"),
    ],
)
@pytest.mark.parametrize(
    ("role", "status", "code"),
    [
        ("nobody", 401, "kit.unauthenticated"),
        ("viewer", 403, "kit.forbidden"),
        ("stranger", 404, "catalog.title_not_found"),
    ],
)
async def test_only_the_owner_changes_titles(
    clients: Clients,
    workshop: Workshop,
    shown: TitleId,
    *,
    method: str,
    path: str,
    role: str,
    status: int,
    code: str,
) -> None:
    before = await stored(workshop, shown)
    body = {"json": {"name": "Changed"}} if method == "PATCH" else {}

    refused = await clients.of(role).request(method, path.format(id=shown), **body)

    assert_problem(refused, status, code)
    after = await stored(workshop, shown)
    assert before is not None
    assert after is not None
    assert (after.name, after.published_at) == (before.name, before.published_at)


async def test_viewers_do_not_learn_of_hidden_titles(clients: Clients, hidden: TitleId) -> None:
    assert_problem(await clients.viewer.get(f"/titles/{hidden}"), 404, "catalog.title_not_found")
    assert (await clients.viewer.get("/titles")).json() == {"items": [], "next_cursor": None}
    assert (await clients.owner.get(f"/titles/{hidden}")).json()["is_published"] is False


@pytest.mark.parametrize(("method", "verb"), [("GET", ""), ("DELETE", ""), ("POST", "/publish")])
async def test_what_is_not_there_is_not_found(clients: Clients, method: str, verb: str) -> None:
    missing = await clients.owner.request(method, f"/titles/{new_id()}{verb}")
    assert_problem(missing, 404, "catalog.title_not_found")

    no_id = await clients.owner.request(method, f"/titles/nonsense{verb}")
    assert_problem(no_id, 404, "kit.not_found")


# --- shape ----------------------------------------------------------------------------------------


async def test_a_list_of_titles(clients: Clients, shown: TitleId, clock: FixedClock) -> None:
    listed = await clients.viewer.get("/titles")

    assert listed.json() == {"items": [card(shown, clock)], "next_cursor": None}


async def test_a_title(clients: Clients, shown: TitleId, clock: FixedClock) -> None:
    title = await clients.viewer.get(f"/titles/{shown}")

    assert title.json() == {
        **card(shown, clock),
        "asset_id": str(shown),
        "parent_id": None,
        "number": None,
        "original_name": "",
        "tagline": "",
        "description": "",
        "credit": "Blender Foundation",
        "year": 2008,
        "released_on": None,
        "minimum_age": None,
        "advisories": [],
        "width": 1920,
        "height": 1080,
        "problem": None,
    }


async def test_a_failed_title_says_why(
    clients: Clients, workshop: Workshop, people: People
) -> None:
    problem = {"code": "media.encoding_failed", "detail": "The encoder stopped."}
    async with workshop.work(people.owner) as work:
        title_id = await make_title(work, state="failed", problem=problem, published_at=None)

    title = (await clients.owner.get(f"/titles/{title_id}")).json()

    assert (title["state"], title["problem"]) == ("failed", problem)


async def test_pages_and_queries(clients: Clients, workshop: Workshop, people: People) -> None:
    async with workshop.work(people.owner) as work:
        await make_library(work, ["Big Buck Bunny", "Sintel", "Tears of Steel"])

    first = (await clients.viewer.get("/titles", params={"limit": 2})).json()
    rest = await clients.viewer.get("/titles", params={"cursor": first["next_cursor"]})
    found = await clients.viewer.get("/titles", params={"query": "STEEL of"})

    assert [item["name"] for item in first["items"]] == ["Tears of Steel", "Sintel"]
    assert [item["name"] for item in rest.json()["items"]] == ["Big Buck Bunny"]
    assert rest.json()["next_cursor"] is None
    assert [item["name"] for item in found.json()["items"]] == ["Tears of Steel"]


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"cursor": "forged"}, "kit.cursor_invalid"),
        ({"limit": "many"}, "kit.invalid"),
        ({"query": "x" * 201}, "kit.invalid"),
    ],
)
async def test_a_list_refuses_nonsense(clients: Clients, params: dict[str, str], code: str) -> None:
    assert_problem(await clients.viewer.get("/titles", params=params), 422, code)


# --- changes --------------------------------------------------------------------------------------


async def test_the_owner_changes_some_words(clients: Clients, shown: TitleId) -> None:
    changed = await clients.owner.patch(
        f"/titles/{shown}", json={"name": "Bunny", "description": "A rabbit.", "year": None}
    )

    assert changed.status_code == 200
    title = changed.json()
    assert (title["name"], title["description"], title["year"]) == ("Bunny", "A rabbit.", None)
    assert title["credit"] == "Blender Foundation"
    assert (await clients.viewer.get(f"/titles/{shown}")).json() == title


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"name": "", "year": 1}, ["name", "year"]),
        ({"name": None}, ["name"]),
        ({"year": "soon"}, ["year"]),
        ({"description": "x" * 10_001}, ["description"]),
    ],
)
async def test_a_refused_change_changes_nothing(
    clients: Clients, workshop: Workshop, shown: TitleId, body: object, fields: list[str]
) -> None:
    refused = await clients.owner.patch(f"/titles/{shown}", json=body)

    assert_problem(refused, 422, "kit.invalid")
    assert [found["field"] for found in refused.json()["fields"]] == fields
    row = await stored(workshop, shown)
    assert row is not None
    assert (row.name, row.year) == ("Big Buck Bunny", 2008)


async def test_the_owner_publishes_and_hides(clients: Clients, hidden: TitleId) -> None:
    published = await clients.owner.post(f"/titles/{hidden}/publish")
    assert (published.status_code, published.json()["is_published"]) == (200, True)
    assert (await clients.viewer.get(f"/titles/{hidden}")).status_code == 200

    unpublished = await clients.owner.post(f"/titles/{hidden}/unpublish")
    assert (unpublished.status_code, unpublished.json()["is_published"]) == (200, False)
    assert (await clients.viewer.get(f"/titles/{hidden}")).status_code == 404


async def test_what_cannot_be_played_is_not_published(
    clients: Clients, workshop: Workshop, people: People
) -> None:
    async with workshop.work(people.owner) as work:
        title_id = await make_title(work, state="processing", published_at=None)

    refused = await clients.owner.post(f"/titles/{title_id}/publish")

    assert_problem(refused, 409, "catalog.title_not_playable")
    assert refused.json()["facts"] == {"title_id": str(title_id), "state": "processing"}
    row = await stored(workshop, title_id)
    assert row is not None
    assert row.published_at is None


async def test_the_owner_deletes(clients: Clients, workshop: Workshop, shown: TitleId) -> None:
    deleted = await clients.owner.delete(f"/titles/{shown}")

    assert (deleted.status_code, deleted.content) == (204, b"")
    row = await stored(workshop, shown)
    assert row is not None
    assert row.deleted_at is not None
    again = await clients.owner.delete(f"/titles/{shown}")
    assert_problem(again, 404, "catalog.title_not_found")


# --- the audit log --------------------------------------------------------------------------------


async def test_what_staff_does_to_titles_is_written_down_once(
    clients: Clients, hidden: TitleId, people: People
) -> None:
    for path in ("publish", "publish", "unpublish", "unpublish"):
        assert (await clients.owner.post(f"/titles/{hidden}/{path}")).status_code == 200
    assert (await clients.owner.delete(f"/titles/{hidden}")).status_code == 204
    assert (await clients.owner.delete(f"/titles/{hidden}")).status_code == 404

    entries = (await clients.owner.get("/auth/audit-log")).json()["items"]

    assert [entry["action"] for entry in entries] == [
        "catalog.title_deleted",
        "catalog.title_unpublished",
        "catalog.title_published",
    ]
    assert {entry["subject"] for entry in entries} == {f"title:{hidden}"}
    assert {entry["actor_id"] for entry in entries} == {str(people.owner.account_id)}
    assert entries[0]["facts"] == {"name": "Hidden"}


async def test_an_editor_works_on_what_is_not_published_and_a_creator_does_not(
    visit: Visit, workshop: Workshop, people: People, hidden: TitleId
) -> None:
    for role, status in ((Role.EDITOR, 200), (Role.CREATOR, 404)):
        async with workshop.work(Actor.system(people.owner.tenant_id)) as work:
            account = await make_account(work, f"{role}@example.org", role=role)
            secret = make_session(work, account.id)
        async with visit(headers={"Authorization": f"Bearer {secret}"}) as client:
            assert (await client.get(f"/titles/{hidden}")).status_code == status
            listed = (await client.get("/titles")).json()["items"]
            assert len(listed) == (1 if role is Role.EDITOR else 0)
