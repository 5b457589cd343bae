"""The edge finds out who asks, ends the Work before it answers, and words every failure alike."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator
from typing import Any

import httpx
import pytest
from litestar import Litestar
from sqlalchemy import func, select

from streamverse.kit.errors import Conflict, Forbidden, Invalid, NotFound
from streamverse.kit.events import EventRow
from streamverse.kit.http import (
    PROBLEM_MEDIA_TYPE,
    SECURITY_HEADERS,
    EdgeMiddleware,
    ForeignOrigin,
    problems,
    with_headers,
)
from streamverse.kit.work import Actor, Workshop
from tests.kit.desk import ACCOUNT_OF_ADA, ACCOUNT_OF_BOB, COOKIE, open_desk, visitor
from tests.kit.library import Shelf

SHELF = {"id": 1, "name": "new"}


@pytest.fixture
def desk(workshop: Workshop) -> Litestar:
    return open_desk(workshop)


@pytest.fixture
async def client(desk: Litestar) -> AsyncGenerator[httpx.AsyncClient]:
    async with visitor(desk) as opened:
        yield opened


async def list_names(workshop: Workshop) -> list[str]:
    async with workshop.reading(Actor.system()) as work:
        return list(await work.session.scalars(select(Shelf.name).order_by(Shelf.id)))


async def count_events(workshop: Workshop) -> int:
    async with workshop.reading(Actor.system()) as work:
        return await work.session.scalar(select(func.count()).select_from(EventRow)) or 0


def assert_problem(answer: httpx.Response, status: int, code: str, detail: str) -> dict[str, Any]:
    """Check the parts that every problem has, and give the others."""
    assert answer.headers["content-type"] == PROBLEM_MEDIA_TYPE
    body = answer.json()
    assert answer.status_code == status
    assert {name: body.pop(name) for name in ("type", "status", "code", "detail")} == {
        "type": f"urn:streamverse:problem:{code}",
        "status": status,
        "code": code,
        "detail": detail,
    }
    return body


# --- who asks -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "account_id"),
    [
        ({"Authorization": "Bearer ada"}, ACCOUNT_OF_ADA),
        ({"Cookie": f"{COOKIE}=bob"}, ACCOUNT_OF_BOB),
    ],
    ids=["bearer", "cookie"],
)
async def test_a_route_knows_who_asks(
    client: httpx.AsyncClient, headers: dict[str, str], account_id: object
) -> None:
    answer = await client.get("/for-signed-in", headers=headers)

    assert (answer.status_code, answer.text) == (200, str(account_id))


@pytest.mark.parametrize(
    ("path", "admitted"),
    [
        ("/for-anyone", {None, "bob", "ada"}),
        ("/for-signed-in", {"bob", "ada"}),
        ("/for-owner", {"ada"}),
    ],
)
@pytest.mark.parametrize("who", [None, "bob", "ada"])
async def test_the_guard_beside_the_path_decides(
    desk: Litestar, path: str, who: str | None, admitted: set[str | None]
) -> None:
    async with visitor(desk, who) as client:
        answer = await client.get(path)

    if who in admitted:
        assert answer.status_code == 200
    elif who is None:
        assert_problem(answer, 401, "kit.unauthenticated", "Log in to do this.")
        assert answer.headers["www-authenticate"] == "Bearer"
    else:
        detail = "Only the owner of this service may do this."
        assert_problem(answer, 403, "kit.forbidden", detail)


OURS, THEIRS = "https://library.example", "https://elsewhere.example"


@pytest.mark.parametrize(
    ("headers", "is_refused"),
    [
        ({}, False),
        ({"Sec-Fetch-Site": "same-origin"}, False),
        ({"Sec-Fetch-Site": "none"}, False),
        ({"Sec-Fetch-Site": "same-site"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, True),
        ({"Sec-Fetch-Site": "cross-site", "Origin": OURS}, True),
        ({"Origin": OURS}, False),
        ({"Origin": THEIRS}, True),
        ({"Origin": f"{OURS}.elsewhere.example"}, True),
        ({"Origin": "null"}, True),
        ({"Origin": ""}, True),
    ],
)
async def test_a_page_of_another_site_cannot_write_with_our_cookie(
    client: httpx.AsyncClient, workshop: Workshop, headers: dict[str, str], is_refused: bool
) -> None:
    by_cookie = {"Cookie": f"{COOKIE}=ada", **headers}
    answer = await client.post("/shelves", json=SHELF, headers=by_cookie)

    if is_refused:
        detail = "Your browser sent this from another site's page. Open this site and try again."
        assert_problem(answer, 403, ForeignOrigin.code, detail)
        assert await list_names(workshop) == []
    else:
        assert answer.status_code == 201
        assert await list_names(workshop) == ["new"]


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/for-signed-in", {"Cookie": f"{COOKIE}=ada"}, 200),
        ("POST", "/shelves", {"Authorization": "Bearer ada"}, 201),
    ],
    ids=["reading", "without a cookie"],
)
async def test_what_other_sites_may_do(
    client: httpx.AsyncClient, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    foreign = {"Sec-Fetch-Site": "cross-site", "Origin": THEIRS, **headers}
    answer = await client.request(method, path, json=SHELF, headers=foreign)

    assert answer.status_code == status


# --- one Work, ended before the answer leaves -----------------------------------------------------


async def test_what_an_answer_reports_is_committed_before_it_leaves(
    desk: Litestar, workshop: Workshop
) -> None:
    seen: list[tuple[str, list[str], int]] = []

    async def observed(scope: Any, receive: Any, send: Any) -> None:
        async def look_and_send(message: Any) -> None:
            seen.append((message["type"], await list_names(workshop), await count_events(workshop)))
            await send(message)

        await desk(scope, receive, look_and_send)

    async with visitor(observed) as client:
        answer = await client.post("/shelves", json=SHELF)

    assert (answer.status_code, answer.json()) == (201, SHELF)
    assert seen == [("http.response.start", ["new"], 1), ("http.response.body", ["new"], 1)]


async def test_a_commit_that_fails_takes_the_answer_back(
    client: httpx.AsyncClient, workshop: Workshop, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await client.post("/books/99")

    assert answer.status_code == 500
    assert answer.json()["code"] == "kit.internal"
    assert [record.message for record in caplog.records] == ["a request crashed"]
    await client.post("/shelves", json=SHELF)
    assert await list_names(workshop) == ["new"]


async def test_an_answer_without_a_body_is_committed_as_well(
    client: httpx.AsyncClient, workshop: Workshop
) -> None:
    await client.post("/shelves", json=SHELF)
    answer = await client.post("/books/1")

    assert (answer.status_code, answer.content) == (204, b"")


async def test_a_request_that_is_given_up_leaves_nothing(
    client: httpx.AsyncClient, workshop: Workshop
) -> None:
    asking = asyncio.create_task(client.post("/waits"))
    await asyncio.sleep(0.1)
    asking.cancel()
    await asyncio.wait([asking])

    assert asking.cancelled()
    assert (await client.post("/shelves", json=SHELF)).status_code == 201
    assert await list_names(workshop) == ["new"]


async def test_a_request_has_one_work(client: httpx.AsyncClient) -> None:
    assert (await client.get("/works")).json() is True


async def test_a_route_that_is_read_cannot_write(
    client: httpx.AsyncClient, workshop: Workshop, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await client.get("/writes")

    assert answer.status_code == 500
    assert "A read-only Work was about to write" in caplog.text
    assert await list_names(workshop) == []


async def test_what_is_no_request_passes_untouched() -> None:
    calls: list[tuple[object, ...]] = []

    async def app(*call: object) -> None:
        calls.append(call)

    async def authenticate(_connection: object) -> Actor:
        raise AssertionError

    call: Any = ({"type": "websocket"}, object(), object())
    await EdgeMiddleware(app, authenticate=authenticate)(*call)
    await with_headers(app, SECURITY_HEADERS)(*call)

    assert calls == [call, call]


# --- failures -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "status", "code", "detail", "rest"),
    [
        (
            "invalid",
            422,
            "kit.invalid",
            "No.",
            {
                "title": "The request is not valid",
                "fields": [{"field": "name", "problem": "is odd"}],
                "facts": {"shelf": 1},
            },
        ),
        ("unauthenticated", 401, "kit.unauthenticated", "Who?", {"title": "Log in first"}),
        ("forbidden", 403, "kit.forbidden", "Not you.", {"title": "You may not do this"}),
        (
            "not found",
            404,
            "kit.not_found",
            "No such shelf.",
            {"title": "Not found", "facts": {"shelf": 1}},
        ),
        ("conflict", 409, "kit.conflict", "Not now.", {"title": "This cannot be done now"}),
        ("throttled", 429, "kit.throttled", "Slowly.", {"title": "Too many requests"}),
        (
            "unavailable",
            503,
            "kit.unavailable",
            "The store is away.",
            {"title": "Not available right now"},
        ),
        (
            "framework 401",
            401,
            "kit.unauthenticated",
            "Framework's words",
            {"title": "Log in first"},
        ),
        (
            "framework 403",
            403,
            "kit.forbidden",
            "Framework's words",
            {"title": "You may not do this"},
        ),
        (
            "framework 418",
            418,
            "kit.http_418",
            "I am a teapot.",
            {"title": "The request was refused"},
        ),
    ],
)
async def test_every_failure_is_a_problem_and_changes_nothing(
    client: httpx.AsyncClient,
    workshop: Workshop,
    name: str,
    status: int,
    code: str,
    detail: str,
    rest: object,
) -> None:
    answer = await client.post(f"/failures/{name}")

    assert assert_problem(answer, status, code, detail) == rest
    assert await list_names(workshop) == []


async def test_a_problem_brings_its_headers(client: httpx.AsyncClient) -> None:
    throttled = await client.post("/failures/throttled")
    unknown = await client.post("/failures/unauthenticated")

    assert throttled.headers["retry-after"] == "7"
    assert unknown.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("name", ["crash", "framework 503"])
async def test_a_crash_is_ours_and_only_the_log_knows_why(
    client: httpx.AsyncClient, workshop: Workshop, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await client.post(f"/failures/{name}")

    incident = answer.json()["facts"]["incident"]
    rest = assert_problem(
        answer,
        500,
        "kit.internal",
        f"Something went wrong on our side. The log has it under {incident}.",
    )
    assert rest == {
        "title": "Something went wrong on our side",
        "facts": {"incident": incident},
    }
    assert re.search("secret|Traceback|Error", answer.text) is None
    (record,) = caplog.records
    assert (record.message, vars(record)["incident"]) == ("a request crashed", incident)
    assert "the secret reason" in caplog.text
    assert await list_names(workshop) == []


async def test_what_somebody_tries_in_vain_is_logged(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    await client.post("/failures/forbidden", headers={"Authorization": "Bearer bob"})
    await client.post("/failures/throttled")
    await client.post("/failures/invalid")

    logged = [
        {name: vars(record)[name] for name in ("message", "code", "method", "path", "account")}
        for record in caplog.records
    ]
    refused = {"message": "a request was refused", "method": "POST"}
    forbidden, throttled = (
        {**refused, "code": f"kit.{name}", "path": f"/failures/{name}"}
        for name in ("forbidden", "throttled")
    )
    assert logged == [
        {**forbidden, "account": str(ACCOUNT_OF_BOB)},
        {**throttled, "account": ""},
    ]


@pytest.mark.parametrize(
    ("content", "detail", "fields"),
    [
        (
            b'{"id": "one", "name": "new"}',
            "Please correct the request: id: Expected `int`, got `str`",
            [{"field": "id", "problem": "Expected `int`, got `str`"}],
        ),
        (
            b'{"id": 1, "name": ""}',
            "Please correct the request: name: Expected `str` of length >= 1",
            [{"field": "name", "problem": "Expected `str` of length >= 1"}],
        ),
        (
            b'{"id": 1}',
            "Please correct the request: Object missing required field `name`",
            [{"field": "", "problem": "Object missing required field `name`"}],
        ),
    ],
)
async def test_what_is_wrong_with_a_body_is_said_field_by_field(
    client: httpx.AsyncClient, content: bytes, detail: str, fields: object
) -> None:
    answer = await client.post(
        "/shelves", content=content, headers={"Content-Type": "application/json"}
    )

    rest = assert_problem(answer, 422, "kit.invalid", detail)
    assert rest == {"title": "The request is not valid", "fields": fields}


@pytest.mark.parametrize(
    ("method", "path", "content", "status", "code", "detail"),
    [
        ("GET", "/nowhere", b"", 404, "kit.not_found", "There is nothing at this address."),
        (
            "DELETE",
            "/shelves",
            b"",
            405,
            "kit.http_405",
            "This address does not support that method.",
        ),
        (
            "POST",
            "/shelves",
            b"x" * 1001,
            413,
            "kit.http_413",
            "The request is larger than this address accepts.",
        ),
        ("GET", "/shelves/one", b"", 404, "kit.not_found", "There is nothing at this address."),
    ],
    ids=["no route", "no method", "too large", "no number"],
)
async def test_what_the_framework_refuses_is_worded_like_everything_else(
    client: httpx.AsyncClient,
    method: str,
    path: str,
    content: bytes,
    status: int,
    code: str,
    detail: str,
) -> None:
    answer = await client.request(
        method, path, content=content, headers={"Content-Type": "application/json"}
    )

    assert_problem(answer, status, code, detail)


async def test_a_body_that_is_no_json_is_refused(
    client: httpx.AsyncClient, workshop: Workshop
) -> None:
    answer = await client.post(
        "/shelves", content=b"{", headers={"Content-Type": "application/json"}
    )

    assert (answer.status_code, answer.headers["content-type"]) == (400, PROBLEM_MEDIA_TYPE)
    assert await list_names(workshop) == []


def test_the_document_lists_problems_by_status() -> None:
    described = problems(NotFound, Conflict, Invalid, ForeignOrigin, Forbidden)

    assert {status: spec.description for status, spec in described.items()} == {
        404: "`kit.not_found`: Not found",
        409: "`kit.conflict`: This cannot be done now",
        422: "`kit.invalid`: The request is not valid",
        403: (
            "`kit.foreign_origin`: This request comes from another site; "
            "`kit.forbidden`: You may not do this"
        ),
    }
    assert {spec.media_type for spec in described.values()} == {PROBLEM_MEDIA_TYPE}


# --- headers --------------------------------------------------------------------------------------


async def test_every_answer_tells_browsers_to_be_careful(desk: Litestar) -> None:
    async with visitor(with_headers(desk, SECURITY_HEADERS)) as client:
        answers = [await client.get(path) for path in ("/for-anyone", "/nowhere")]

    for answer in answers:
        assert {name: answer.headers[name] for name in SECURITY_HEADERS} == SECURITY_HEADERS


async def test_an_answer_that_has_its_own_policy_keeps_it() -> None:
    async def app(_scope: object, _receive: object, send: Any) -> None:
        headers = [(b"referrer-policy", b"no-referrer")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    async with visitor(with_headers(app, SECURITY_HEADERS)) as client:
        answer = await client.get("/")

    assert answer.headers.get_list("referrer-policy") == ["no-referrer"]
    assert answer.headers["x-content-type-options"] == "nosniff"


# --- reads that rarely change ---------------------------------------------------------------------


async def test_an_answer_that_has_not_changed_is_not_sent_again(client: httpx.AsyncClient) -> None:
    await client.post("/shelves", json=SHELF)
    first = await client.get("/shelves")
    etag = first.headers["etag"]
    again = await client.get("/shelves", headers={"If-None-Match": etag})

    assert (first.status_code, first.json()) == (200, [SHELF])
    assert re.fullmatch('"[0-9a-f]{24}"', etag)
    assert first.headers["cache-control"] == "private, no-cache"
    assert (again.status_code, again.content) == (304, b"")
    assert dict(again.headers) == {"etag": etag, "cache-control": "private, no-cache"}


async def test_an_answer_that_has_changed_is_sent(client: httpx.AsyncClient) -> None:
    old = (await client.get("/shelves")).headers["etag"]
    await client.post("/shelves", json=SHELF)
    answer = await client.get("/shelves", headers={"If-None-Match": old})

    assert (answer.status_code, answer.json()) == (200, [SHELF])
    assert answer.headers["etag"] != old


async def test_people_who_see_something_else_have_another_etag(desk: Litestar) -> None:
    async with visitor(desk, "ada") as ada, visitor(desk, "bob") as bob:
        await ada.post("/shelves", json=SHELF)
        of_ada = (await ada.get("/shelves")).headers["etag"]
        answer = await bob.get("/shelves", headers={"If-None-Match": of_ada})

    assert (answer.status_code, answer.json()) == (200, [])


async def test_a_failure_has_no_etag(client: httpx.AsyncClient) -> None:
    answer = await client.get("/shelves/1", headers={"If-None-Match": "*"})

    assert answer.status_code == 404
    assert not {"etag", "cache-control"} & set(answer.headers)


async def test_what_comes_in_pieces_has_no_etag(client: httpx.AsyncClient) -> None:
    answer = await client.get("/stream", headers={"If-None-Match": "*"})

    assert (answer.status_code, answer.content) == (200, b"one two")
    assert "etag" not in answer.headers
