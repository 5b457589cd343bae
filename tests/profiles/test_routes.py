"""Profiles over HTTP: who may call, what comes back, and how it fails."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx
import pytest

from streamverse.kit.clock import new_id
from tests.factories.pictures import PictureFactory

if TYPE_CHECKING:
    from tests.conftest import Clients

PROFILES = "/users/me/profiles"
PIN = "2468"


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> PictureFactory:
    """Make pictures on demand."""
    return PictureFactory.in_folder(tmp_path_factory.mktemp("pictures"))


def assert_problem(response: httpx.Response, status: int, code: str) -> None:
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert (response.status_code, problem["status"], problem["code"]) == (status, status, code)
    assert problem["detail"]


async def family(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    """List a family as its screen sees it."""
    answer = await client.get(PROFILES)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def add(client: httpx.AsyncClient, name: str, **more: object) -> str:
    """Add a profile and give its path."""
    answer = await client.post(PROFILES, json={"name": name, **more})
    assert answer.status_code == 201, answer.text
    return f"{PROFILES}/{answer.json()['id']}"


async def first(client: httpx.AsyncClient) -> str:
    """Give the path of the first profile."""
    return f"{PROFILES}/{(await family(client))[0]['id']}"


# --- the family -----------------------------------------------------------------------------------


async def test_the_first_look_finds_the_first_profile(clients: Clients) -> None:
    answer = await clients.viewer.get(PROFILES)

    assert answer.status_code == 200
    (item,) = answer.json()["items"]
    assert item == {
        "id": item["id"],
        "name": "Viewer",
        "avatar": "preset:1",
        "avatar_url": "/api/v1/avatars/1",
        "is_kids": False,
        "maturity_limit": 18,
        "pin_above_age": None,
        "language": "en",
        "has_pin": False,
        "is_current": False,
        "created_at": "2030-01-01T00:00:00Z",
    }
    presets = answer.json()["presets"]
    assert len(presets) == 24
    assert presets[2] == {"avatar": "preset:3", "url": "/api/v1/avatars/3"}
    assert await family(clients.viewer) == [item]


async def test_a_profile_is_made_changed_and_removed(clients: Clients) -> None:
    await family(clients.viewer)
    made = await clients.viewer.post(
        PROFILES, json={"name": "Kid", "is_kids": True, "avatar": "preset:9", "language": "de"}
    )
    assert made.status_code == 201
    kid = made.json()
    assert (kid["name"], kid["is_kids"], kid["maturity_limit"]) == ("Kid", True, 12)
    assert (kid["avatar"], kid["language"]) == ("preset:9", "de")

    path = f"{PROFILES}/{kid['id']}"
    changed = await clients.viewer.patch(path, json={"name": "Mia", "maturity_limit": 6})
    assert changed.status_code == 200
    assert changed.json() == {**kid, "name": "Mia", "maturity_limit": 6}

    assert (await clients.viewer.delete(path)).status_code == 204
    assert [item["name"] for item in await family(clients.viewer)] == ["Viewer"]
    assert_problem(await clients.viewer.delete(path), 404, "profiles.profile_not_found")


async def test_the_last_profile_stays_and_there_is_no_ninth(clients: Clients) -> None:
    path = await first(clients.viewer)
    assert_problem(await clients.viewer.delete(path), 409, "profiles.last_profile")
    for number in range(7):
        await add(clients.viewer, f"{number}")

    ninth = await clients.viewer.post(PROFILES, json={"name": "9"})

    assert_problem(ninth, 409, "profiles.too_many_profiles")
    assert len(await family(clients.viewer)) == 8


@pytest.mark.parametrize(
    ("form", "fields"),
    [
        ({"name": " "}, ["name"]),
        ({"name": "A", "maturity_limit": 5}, ["maturity_limit"]),
        ({"name": "A", "language": "x"}, ["language"]),
        ({"name": "A", "avatar": "../1"}, ["avatar"]),
        ({"name": "x" * 1001}, ["name"]),
        ({}, ["name"]),
        ({"name": "A", "proof": {"profile_id": "1", "pin": "1"}}, ["proof.profile_id"]),
    ],
)
async def test_a_wrong_form_makes_nobody(
    clients: Clients, form: dict[str, object], fields: list[str]
) -> None:
    refused = await clients.viewer.post(PROFILES, json=form)

    assert_problem(refused, 422, "kit.invalid")
    assert len(await family(clients.viewer)) == 1
    if "proof" not in form and form:
        assert [found["field"] for found in refused.json()["fields"]] == fields


ADDRESSES: list[tuple[str, str, dict[str, str] | None]] = [
    ("PATCH", "", {"name": "Mine"}),
    ("DELETE", "", None),
    ("POST", "/switch", {}),
    ("POST", "/switch", {"pin": "1234"}),
    ("GET", "/preferences", None),
    ("PATCH", "/preferences", {"interface_language": "de"}),
    ("GET", "/avatar", None),
    ("PUT", "/avatar", {}),
    ("DELETE", "/avatar", None),
    ("PUT", "/pin", {"pin": "1234"}),
    ("PUT", "/pin", {}),
    ("DELETE", "/pin", None),
]


@pytest.mark.parametrize("role", ["viewer", "stranger"])
async def test_a_profile_of_another_family_is_nowhere(clients: Clients, role: str) -> None:
    path = await first(clients.owner)
    before = await family(clients.owner)

    for method, below, body in ADDRESSES:
        for place in (path, f"{PROFILES}/{new_id()}"):
            refused = await clients.of(role).request(method, place + below, json=body)
            assert_problem(refused, 404, "profiles.profile_not_found")

    proof = {"profile_id": before[0]["id"], "pin": "1234"}
    refused = await clients.of(role).post(PROFILES, json={"name": "A", "proof": proof})
    assert_problem(refused, 404, "profiles.profile_not_found")
    assert await family(clients.owner) == before


async def test_nobody_has_no_profiles(clients: Clients) -> None:
    for method, below, body in [("GET", "", None), ("POST", "", {"name": "A"})]:
        refused = await clients.nobody.request(method, PROFILES + below, json=body)
        assert_problem(refused, 401, "kit.unauthenticated")
    for method, below, body in ADDRESSES:
        path = f"{PROFILES}/{UUID(int=7)}{below}"
        refused = await clients.nobody.request(method, path, json=body)
        assert_problem(refused, 401, "kit.unauthenticated")


# --- who is watching ------------------------------------------------------------------------------


async def test_the_screen_remembers_who_watches(clients: Clients) -> None:
    await family(clients.viewer)
    path = await add(clients.viewer, "Teen", maturity_limit=12)

    switched = await clients.viewer.post(f"{path}/switch", json={})

    assert switched.status_code == 200
    assert (switched.json()["name"], switched.json()["is_current"]) == ("Teen", True)
    found = {item["name"]: item["is_current"] for item in await family(clients.viewer)}
    assert found == {"Viewer": False, "Teen": True}


async def test_a_child_leaves_only_with_a_grown_up(clients: Clients) -> None:
    client = clients.viewer
    parent = await first(client)
    child = await add(client, "Child", is_kids=True)
    assert (await client.put(f"{parent}/pin", json={"pin": PIN})).json()["has_pin"] is True
    other = await add(client, "Open")
    assert (await client.post(f"{child}/switch", json={})).status_code == 200

    assert_problem(await client.post(f"{parent}/switch", json={}), 403, "profiles.pin_required")
    wrong = await client.post(f"{parent}/switch", json={"pin": "0000"})
    assert_problem(wrong, 403, "profiles.pin_wrong")
    refused = await client.post(f"{other}/switch", json={})
    assert_problem(refused, 403, "profiles.grown_up_required")
    parent_id = parent.rsplit("/", 1)[-1]
    assert refused.json()["facts"] == {"profile_ids": [parent_id]}
    assert_problem(
        await client.patch(child, json={"is_kids": False}), 403, "profiles.grown_up_required"
    )
    assert next(p for p in await family(client) if p["is_current"])["name"] == "Child"

    proof = {"profile_id": parent_id, "pin": PIN}
    freed = await client.patch(child, json={"is_kids": False, "proof": proof})
    assert (freed.status_code, freed.json()["is_kids"]) == (200, False)
    kept = await client.patch(child, json={"is_kids": True})
    assert (kept.status_code, kept.json()["maturity_limit"]) == (200, 12)
    left = await client.post(f"{other}/switch", json={"proof": proof})
    assert (left.status_code, left.json()["name"]) == (200, "Open")
    entered = await client.post(f"{parent}/switch", json={"pin": PIN, "proof": proof})
    assert entered.status_code == 200


async def test_too_many_wrong_pins_say_when_to_come_back(clients: Clients) -> None:
    client = clients.viewer
    parent = await first(client)
    await client.put(f"{parent}/pin", json={"pin": PIN})

    for _ in range(5):
        wrong = await client.post(f"{parent}/switch", json={"pin": "0000"})
        assert_problem(wrong, 403, "profiles.pin_wrong")
    paused = await client.post(f"{parent}/switch", json={"pin": PIN})

    assert_problem(paused, 429, "profiles.pin_paused")
    assert paused.headers["retry-after"] == "30"
    assert (await client.delete(f"{parent}/pin")).status_code == 204
    assert (await client.post(f"{parent}/switch", json={})).status_code == 200


async def test_a_pin_is_never_shown(clients: Clients) -> None:
    client = clients.viewer
    parent = await first(client)

    answers = [
        await client.put(f"{parent}/pin", json={"pin": "97531864"}),
        await client.get(PROFILES),
        await client.post(f"{parent}/switch", json={"pin": "97531864"}),
        await client.get(f"{parent}/preferences"),
    ]

    for answer in answers:
        assert answer.status_code == 200
        assert "97531864" not in answer.text
        assert "argon2" not in answer.text


@pytest.mark.parametrize("pin", ["12", "abcd", "1" * 9, "", "1" * 101, 1234, None])
async def test_what_is_no_pin_is_refused(clients: Clients, pin: object) -> None:
    parent = await first(clients.viewer)

    refused = await clients.viewer.put(f"{parent}/pin", json={"pin": pin})

    assert_problem(refused, 422, "kit.invalid")
    assert (await family(clients.viewer))[0]["has_pin"] is False


async def test_a_pin_of_ten_megabytes_is_not_read(clients: Clients) -> None:
    parent = await first(clients.viewer)

    refused = await clients.viewer.put(f"{parent}/pin", json={"pin": "1" * (10 << 20)})

    assert_problem(refused, 413, "kit.http_413")


# --- preferences ----------------------------------------------------------------------------------


async def test_preferences_change_piece_by_piece(clients: Clients) -> None:
    path = f"{await first(clients.viewer)}/preferences"
    defaults = (await clients.viewer.get(path)).json()
    assert defaults["playback"]["is_next_autoplayed"] is True

    changed = await clients.viewer.patch(
        path, json={"playback": {"is_next_autoplayed": False}, "interface_language": "ar"}
    )

    expected = {
        **defaults,
        "interface_language": "ar",
        "playback": {**defaults["playback"], "is_next_autoplayed": False},
    }
    assert (changed.status_code, changed.json()) == (200, expected)
    assert (await clients.viewer.get(path)).json() == expected
    assert (await family(clients.viewer))[0]["language"] == "ar"


@pytest.mark.parametrize(
    ("patch", "fields"),
    [
        ({"theme": "dark", "playback": {"speed": 2}}, ["theme", "playback.speed"]),
        ({"privacy": {"is_history_kept": 1}}, ["privacy.is_history_kept"]),
    ],
)
async def test_wrong_preferences_are_named(
    clients: Clients, patch: dict[str, object], fields: list[str]
) -> None:
    path = f"{await first(clients.viewer)}/preferences"
    before = (await clients.viewer.get(path)).json()

    refused = await clients.viewer.patch(path, json=patch)

    assert_problem(refused, 422, "kit.invalid")
    assert [found["field"] for found in refused.json()["fields"]] == fields
    assert (await clients.viewer.get(path)).json() == before


@pytest.mark.parametrize("body", ["[]", '"text"', "null", "{"])
async def test_preferences_are_an_object(clients: Clients, body: str) -> None:
    path = f"{await first(clients.viewer)}/preferences"

    refused = await clients.viewer.patch(
        path, content=body, headers={"Content-Type": "application/json"}
    )

    assert refused.status_code in (400, 422), refused.text


# --- pictures -------------------------------------------------------------------------------------


async def test_a_picture_is_shown_remembered_and_taken_down(
    clients: Clients, pictures: PictureFactory
) -> None:
    client = clients.viewer
    path = await first(client)

    sent = await client.put(f"{path}/avatar", content=pictures.make_from_camera())

    assert sent.status_code == 200, sent.text
    assert sent.json()["avatar"] == "picture"
    url = sent.json()["avatar_url"].removeprefix("/api/v1")
    shown = await client.get(url)
    assert shown.status_code == 200
    assert shown.headers["content-type"] == "image/webp"
    assert shown.headers["cache-control"] == "private, max-age=86400"
    assert pictures.size(shown.content) == 256 * 256
    assert b"Ulm" not in shown.content
    again = await client.get(url, headers={"If-None-Match": shown.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert_problem(await clients.owner.get(url), 404, "profiles.profile_not_found")
    assert_problem(await clients.nobody.get(url), 401, "kit.unauthenticated")

    assert (await client.delete(f"{path}/avatar")).status_code == 204
    assert (await family(client))[0]["avatar"] == "preset:1"
    preset = await client.get(f"{path}/avatar")
    assert preset.headers["content-type"].startswith("image/svg+xml")


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 422, "profiles.picture_unreadable"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 422, "profiles.picture_unreadable"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), 422, "profiles.picture_unreadable"),
        (b"\xff\xd8\xff" + bytes(5 << 20), 413, "profiles.picture_too_large"),
    ],
)
async def test_what_is_no_picture_changes_nothing(
    clients: Clients, tmp_path: Path, content: bytes, status: int, code: str
) -> None:
    path = await first(clients.viewer)
    before = await family(clients.viewer)

    refused = await clients.viewer.put(f"{path}/avatar", content=content)

    assert_problem(refused, status, code)
    assert await family(clients.viewer) == before
    assert list(tmp_path.rglob("upload")) == []


async def test_presets_are_drawn_for_everybody(clients: Clients) -> None:
    drawn = await clients.nobody.get("/avatars/24")

    assert drawn.status_code == 200
    assert drawn.headers["content-type"].startswith("image/svg+xml")
    assert drawn.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert drawn.text.startswith("<svg ")
    for number in (0, 25, -1):
        refused = await clients.nobody.get(f"/avatars/{number}")
        assert_problem(refused, 404, "profiles.preset_not_found")


# --- the language of the mails --------------------------------------------------------------------


async def test_the_first_profile_sets_the_language_of_the_mails(clients: Clients) -> None:
    viewer = clients.viewer
    mine, other = await first(viewer), await add(viewer, "Other")

    assert (await viewer.patch(other, json={"language": "ar"})).status_code == 200
    assert (await viewer.get("/auth/me")).json()["locale"] == "en"

    assert (await viewer.patch(mine, json={"language": "de"})).status_code == 200
    assert (await viewer.get("/auth/me")).json()["locale"] == "de"
    chosen = await viewer.patch(f"{mine}/preferences", json={"interface_language": "ar"})
    assert chosen.status_code == 200
    assert (await viewer.get("/auth/me")).json()["locale"] == "ar"
    assert (await clients.owner.get("/auth/me")).json()["locale"] == "en"
