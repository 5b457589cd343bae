"""Every route as every role, as nobody, and as the owner of another tenant.

The table below must name each route: a new one fails the test until somebody has decided who may
call it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from litestar.routes import HTTPRoute

from streamverse.app.api import create_api
from streamverse.app.settings import load_settings

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Clients

ANYONE, SIGNED_IN, OWNER = "anyone", "signed_in", "owner"

# Who may call what. Roles above the named one may as well.
TABLE = {
    ("GET", "/api"): ANYONE,
    ("GET", "/api/openapi.json"): ANYONE,
    ("GET", "/api/{path}"): ANYONE,
    ("GET", "/api/v1/setup"): ANYONE,
    ("POST", "/api/v1/setup"): ANYONE,
    ("POST", "/api/v1/auth/login"): ANYONE,
    ("POST", "/api/v1/auth/token"): ANYONE,
    ("GET", "/api/v1/auth/me"): SIGNED_IN,
    ("GET", "/api/v1/accounts"): OWNER,
    ("POST", "/api/v1/accounts"): OWNER,
    ("DELETE", "/api/v1/accounts/{account_id}"): OWNER,
    ("GET", "/api/v1/home/rails"): SIGNED_IN,
    ("GET", "/api/v1/titles"): SIGNED_IN,
    ("GET", "/api/v1/titles/{title_id}"): SIGNED_IN,
    ("PATCH", "/api/v1/titles/{title_id}"): OWNER,
    ("DELETE", "/api/v1/titles/{title_id}"): OWNER,
    ("POST", "/api/v1/titles/{title_id}/publish"): OWNER,
    ("POST", "/api/v1/titles/{title_id}/unpublish"): OWNER,
    ("POST", "/api/v1/titles/{title_id}/playback"): SIGNED_IN,
    ("OPTIONS", "/api/v1/uploads"): ANYONE,
    ("GET", "/api/v1/uploads"): OWNER,
    ("POST", "/api/v1/uploads"): OWNER,
    ("HEAD", "/api/v1/uploads/{upload_id}"): OWNER,
    ("PATCH", "/api/v1/uploads/{upload_id}"): OWNER,
    ("DELETE", "/api/v1/uploads/{upload_id}"): OWNER,
    ("GET", "/api/v1/processing"): OWNER,
    ("GET", "/api/v1/jobs"): OWNER,
    ("POST", "/api/v1/jobs/{job_id}/cancel"): OWNER,
    ("POST", "/api/v1/jobs/{job_id}/retry"): OWNER,
    ("GET", "/api/v1/ops/health"): ANYONE,
    ("GET", "/api/v1/ops/version"): ANYONE,
    # Nobody is anybody after this one, so it comes last.
    ("POST", "/api/v1/auth/logout"): ANYONE,
}
ROLES = ("nobody", "viewer", "owner", "stranger")
SOMETHING = UUID(int=77)
REFUSED = (401, 403)


def routes_of(app: Any) -> Iterator[tuple[str, str]]:
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                for method in handler.http_methods:
                    if method == "OPTIONS" and (handler.fn.__name__ == "options_handler"):
                        continue
                    yield str(method), route.path_format.removesuffix("/") or "/"


@pytest.fixture(scope="module")
def declared(tmp_path_factory: pytest.TempPathFactory) -> set[tuple[str, str]]:
    """List the routes that the real API has."""
    from tests.contract.assembly import resources_without_world  # noqa: PLC0415

    folder: Path = tmp_path_factory.mktemp("data")
    settings = load_settings({}, overrides={"data_dir": folder})
    return set(routes_of(create_api(resources_without_world(settings))))


def test_the_table_names_every_route(declared: set[tuple[str, str]]) -> None:
    assert declared == set(TABLE)


def expected_refusal(permission: str, role: str) -> int | None:
    """Give the status of the refusal, or None where the call is let in."""
    if permission == ANYONE:
        return None
    if role == "nobody":
        return 401
    return 403 if permission == OWNER and role == "viewer" else None


@pytest.mark.parametrize("role", ROLES)
async def test_each_route_lets_in_whom_the_table_says(clients: Clients, role: str) -> None:
    client = clients.of(role)
    wrong: dict[tuple[str, str], int] = {}
    for (method, path), permission in TABLE.items():
        if not path.startswith("/api/v1"):
            continue
        address = path.removeprefix("/api/v1")
        for name in ("account_id", "title_id", "upload_id", "job_id"):
            address = address.replace(f"{{{name}}}", str(SOMETHING))
        answer = await client.request(method, address, headers={"Tus-Resumable": "1.0.0"})
        refusal = expected_refusal(permission, role)
        is_right = answer.status_code == refusal if refusal else answer.status_code not in REFUSED
        # Wrong credentials are what a log-in without any answers to everybody.
        if not is_right and not path.startswith("/api/v1/auth/"):
            wrong[method, path] = answer.status_code
    assert wrong == {}


@pytest.mark.parametrize("role", ["viewer", "owner", "stranger"])
async def test_what_does_not_exist_is_not_found_by_anyone(clients: Clients, role: str) -> None:
    for (method, path), permission in TABLE.items():
        if "_id}" not in path or expected_refusal(permission, role):
            continue
        address = path.removeprefix("/api/v1").split("{")[0] + str(SOMETHING) + path.split("}")[1]
        headers = {
            "Tus-Resumable": "1.0.0",
            "Upload-Offset": "0",
            "Content-Type": (
                "application/offset+octet-stream" if "uploads" in path else "application/json"
            ),
        }
        content = b"" if "uploads" in path else b"{}"
        answer = await clients.of(role).request(method, address, headers=headers, content=content)
        assert answer.status_code == 404, (method, path, answer.text)
