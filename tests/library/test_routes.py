"""The library over HTTP: progress, what to go on with, and histories."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from streamverse.domains.catalog.contracts import TitleId
from streamverse.domains.identity.contracts import AccountId
from streamverse.domains.library.service.history import EXPORTERS
from streamverse.kit.clock import FixedClock, new_id
from streamverse.kit.work import Workshop
from tests.factories.accounts import People
from tests.factories.titles import make_title

if TYPE_CHECKING:
    import httpx

    from tests.conftest import Clients


@pytest.fixture
async def film(workshop: Workshop, people: People) -> TitleId:
    """Let there be a film."""
    async with workshop.work(people.owner) as work:
        return await make_title(work, "=Big Buck Bunny")


async def profile_of(client: httpx.AsyncClient) -> str:
    profiles = (await client.get("/users/me/profiles")).json()["items"]
    return str(profiles[0]["id"])


def report(position_ms: int) -> dict[str, Any]:
    return {
        "viewing_id": str(new_id()),
        "sequence": 1,
        "position_ms": position_ms,
        "duration_ms": 30_000,
        "watched_ms": position_ms,
    }


async def test_progress_is_reported_and_found(clients: Clients, film: TitleId) -> None:
    me = f"/users/{await profile_of(clients.viewer)}"
    reported = await clients.viewer.put(f"{me}/progress/{film}", json=report(12_000))
    assert (reported.status_code, reported.content) == (204, b"")

    found = (await clients.viewer.get(f"{me}/progress", params={"title_id": [str(film)]})).json()
    assert [(one["title_id"], one["resume_at_ms"]) for one in found["items"]] == [
        (str(film), 12_000)
    ]
    [continued] = (await clients.viewer.get(f"{me}/continue-watching")).json()["items"]
    assert (continued["title"]["name"], continued["resume_at_ms"]) == ("=Big Buck Bunny", 12_000)
    hidden = await clients.viewer.delete(f"{me}/continue-watching/{film}")
    assert hidden.status_code == 204
    assert (await clients.viewer.get(f"{me}/continue-watching")).json() == {"items": []}


@pytest.mark.parametrize(
    "changes", [{"position_ms": -1}, {"sequence": -1}, {"viewing_id": "x"}, {"watched_ms": 10**12}]
)
async def test_nonsense_is_refused(
    clients: Clients, film: TitleId, changes: dict[str, object]
) -> None:
    me = f"/users/{await profile_of(clients.viewer)}"
    body = {**report(12_000), **changes}
    refused = await clients.viewer.put(f"{me}/progress/{film}", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "kit.invalid")
    assert (await clients.viewer.get(f"{me}/history/streams")).json()["items"] == []


@pytest.mark.parametrize("role", ["owner", "stranger"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "history/streams"),
        ("GET", "history/downloads"),
        ("GET", "history/activity"),
        ("GET", "history/stats"),
        ("POST", "history/export"),
        ("DELETE", "history/streams"),
        ("GET", "continue-watching"),
        ("GET", "continue-watching/0198c0de-0000-7000-8000-000000000000"),
        ("GET", "progress"),
    ],
)
async def test_other_families_profiles_do_not_exist(
    clients: Clients, film: TitleId, method: str, path: str, role: str
) -> None:
    me = f"/users/{await profile_of(clients.viewer)}"
    await clients.viewer.put(f"{me}/progress/{film}", json=report(12_000))
    refused = await clients.of(role).request(method, f"{me}/{path}")
    assert (refused.status_code, refused.json()["code"]) == (404, "profiles.profile_not_found")
    assert len((await clients.viewer.get(f"{me}/history/streams")).json()["items"]) == 1


async def test_a_history_is_listed_counted_and_written_out(
    clients: Clients, film: TitleId, clock: FixedClock
) -> None:
    me = f"/users/{await profile_of(clients.viewer)}"
    for position_ms in (12_000, 29_000):
        await clients.viewer.put(f"{me}/progress/{film}", json=report(position_ms))

    first = (await clients.viewer.get(f"{me}/history/streams", params={"limit": 1})).json()
    second = (
        await clients.viewer.get(
            f"{me}/history/streams", params={"limit": 1, "cursor": first["next_cursor"]}
        )
    ).json()
    told = [(one["kind"], one["position_ms"], one["is_finished"]) for one in first["items"]]
    told += [(one["kind"], one["position_ms"], one["is_finished"]) for one in second["items"]]
    assert sorted(told) == [("stream", 12_000, False), ("stream", 29_000, True)]
    assert second["next_cursor"] is None
    assert len((await clients.viewer.get(f"{me}/history/activity")).json()["items"]) == 2
    downloads = (await clients.viewer.get(f"{me}/history/downloads")).json()
    assert downloads == {"items": [], "next_cursor": None}

    counted = (await clients.viewer.get(f"{me}/history/stats")).json()
    assert len(counted["days"]) == 30
    today = {"day": clock.now().date().isoformat(), "watched_ms": 41_000}
    assert counted["days"][-1] == today
    del counted["days"]
    assert counted == {
        "watched_ms": 41_000,
        "viewing_count": 2,
        "title_count": 1,
        "finished_count": 1,
        "genres": [],
    }

    written = await clients.viewer.post(f"{me}/history/export", params={"form": "csv"})
    assert written.headers["content-disposition"] == 'attachment; filename="history.csv"'
    lines = written.text.splitlines()
    assert lines[0].split(",")[:2] == ["title_id", "title"]
    assert [line.split(",")[1] for line in lines[1:]] == ["'=Big Buck Bunny"] * 2
    whole = (await clients.viewer.post(f"{me}/history/export")).json()["items"]
    assert [entry["title"] for entry in whole] == ["=Big Buck Bunny"] * 2


async def test_one_entry_is_removed_and_then_all(clients: Clients, film: TitleId) -> None:
    me = f"/users/{await profile_of(clients.viewer)}"
    for position_ms in (12_000, 15_000):
        await clients.viewer.put(f"{me}/progress/{film}", json=report(position_ms))
    streams = (await clients.viewer.get(f"{me}/history/streams")).json()["items"]
    one = f"{me}/history/streams/{streams[0]['id']}"
    assert (await clients.viewer.delete(one)).status_code == 204
    again = await clients.viewer.delete(one)
    assert (again.status_code, again.json()["code"]) == (404, "library.viewing_not_found")
    left = (await clients.viewer.get(f"{me}/history/streams")).json()["items"]
    assert [entry["id"] for entry in left] == [streams[1]["id"]]
    assert len((await clients.viewer.get(f"{me}/continue-watching")).json()["items"]) == 1

    assert (await clients.viewer.delete(f"{me}/history/streams")).status_code == 204
    assert (await clients.viewer.get(f"{me}/history/streams")).json()["items"] == []
    assert (await clients.viewer.get(f"{me}/continue-watching")).json()["items"] == []


async def test_the_copy_of_all_that_is_kept_holds_the_history(
    clients: Clients, workshop: Workshop, people: People, film: TitleId
) -> None:
    profile_id = await profile_of(clients.viewer)
    path = f"/users/{profile_id}/progress/{film}"
    await clients.viewer.put(path, json=report(12_000))
    assert people.viewer.account_id is not None
    async with workshop.reading(people.viewer) as work:
        [exporter] = EXPORTERS
        exported: Any = await exporter.export(work, AccountId(people.viewer.account_id))
    [entry] = exported
    assert exporter.name == "history"
    assert (str(entry["profile_id"]), entry["title"]) == (profile_id, "=Big Buck Bunny")
