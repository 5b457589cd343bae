"""A repeated request is answered as the first one was, and done once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta
from uuid import UUID

import httpx
import pytest
from litestar import Litestar
from sqlalchemy import select

from streamverse.kit.clock import FixedClock
from streamverse.kit.db import ALL_TENANTS
from streamverse.kit.errors import Invalid
from streamverse.kit.idempotency import (
    KEPT_FOR,
    KEY_LIMIT,
    Answer,
    IdempotencyKeyReused,
    IdempotencyRow,
    RepeatableRequest,
    RequestUnderWay,
    find_answer,
    keep_answer,
)
from streamverse.kit.work import Actor, Workshop
from tests.kit.desk import ACCOUNT_OF_ADA, PEOPLE, open_desk, visitor
from tests.kit.library import ADA, BOB, Shelf

ADAS = PEOPLE["ada"]
FIRST: dict[str, object] = {"id": 1, "name": "first"}
SECOND: dict[str, object] = {"id": 2, "name": "second"}


@pytest.fixture
def desk(workshop: Workshop) -> Litestar:
    return open_desk(workshop)


@pytest.fixture
async def ada(desk: Litestar) -> AsyncGenerator[httpx.AsyncClient]:
    async with visitor(desk, "ada") as client:
        yield client


async def build(
    client: httpx.AsyncClient, shelf: dict[str, object], key: str = "k", path: str = "/shelves"
) -> httpx.Response:
    return await client.post(path, json=shelf, headers={"Idempotency-Key": key})


async def list_names(workshop: Workshop) -> list[str]:
    async with workshop.reading(Actor.system()) as work:
        return list(await work.session.scalars(select(Shelf.name).order_by(Shelf.id)))


async def list_keys(workshop: Workshop) -> list[tuple[UUID, str]]:
    async with workshop.reading(Actor.system()) as work:
        found = await work.session.execute(select(IdempotencyRow.account_id, IdempotencyRow.key))
        return [(account_id, key) for account_id, key in found]


# --- through the edge -----------------------------------------------------------------------------


async def test_a_repeated_request_is_told_the_same_and_does_nothing(
    ada: httpx.AsyncClient, workshop: Workshop
) -> None:
    first = await build(ada, FIRST)
    again = await build(ada, FIRST)

    assert (first.status_code, first.json()) == (201, FIRST)
    assert "idempotency-replayed" not in first.headers
    assert (again.status_code, again.content) == (201, first.content)
    assert dict(again.headers) == {**first.headers, "idempotency-replayed": "true"}
    assert await list_names(workshop) == ["first"]


async def test_an_answer_without_a_body_is_repeated_too(ada: httpx.AsyncClient) -> None:
    await build(ada, FIRST)
    answers = [await build(ada, {}, "another", "/books/1") for _ in range(2)]

    assert [(answer.status_code, answer.content) for answer in answers] == [(204, b"")] * 2


async def test_without_a_key_every_request_is_new(
    ada: httpx.AsyncClient, workshop: Workshop
) -> None:
    for shelf in (FIRST, SECOND):
        assert (await ada.post("/shelves", json=shelf)).status_code == 201

    assert await list_names(workshop) == ["first", "second"]
    assert await list_keys(workshop) == []


@pytest.mark.parametrize(
    ("path", "shelf"),
    [("/shelves", SECOND), ("/shelves?draft=1", FIRST), ("/failures/conflict", FIRST)],
    ids=["body", "query", "path"],
)
async def test_a_key_that_was_used_for_something_else_is_refused(
    ada: httpx.AsyncClient, workshop: Workshop, path: str, shelf: dict[str, object]
) -> None:
    await build(ada, FIRST)
    refused = await build(ada, shelf, path=path)

    assert (refused.status_code, refused.json()["code"]) == (409, IdempotencyKeyReused.code)
    assert await list_names(workshop) == ["first"]


@pytest.mark.parametrize("who", ["bob", "cy"])
async def test_a_key_belongs_to_one_account(
    ada: httpx.AsyncClient, desk: Litestar, workshop: Workshop, who: str
) -> None:
    await build(ada, FIRST)
    async with visitor(desk, who) as other:
        answer = await build(other, SECOND)

    assert (answer.status_code, answer.json()) == (201, SECOND)
    assert await list_names(workshop) == ["first", "second"]


async def test_a_failure_is_not_kept(ada: httpx.AsyncClient, workshop: Workshop) -> None:
    refused = await build(ada, {"id": 0, "name": "first"})
    assert refused.status_code == 422
    assert await list_keys(workshop) == []

    assert (await build(ada, FIRST)).status_code == 201


async def test_a_commit_that_fails_keeps_no_answer(
    ada: httpx.AsyncClient, workshop: Workshop
) -> None:
    broken = await build(ada, {}, path="/books/1")
    assert broken.status_code == 500
    assert await list_keys(workshop) == []

    await build(ada, FIRST, key="another")
    assert (await build(ada, {}, path="/books/1")).status_code == 204


async def test_a_key_may_be_used_anew_once_its_time_is_over(
    ada: httpx.AsyncClient, workshop: Workshop, clock: FixedClock
) -> None:
    await build(ada, FIRST)
    clock.advance(KEPT_FOR)
    assert (await build(ada, FIRST)).headers["idempotency-replayed"] == "true"

    clock.advance(timedelta(seconds=1))
    assert (await build(ada, SECOND)).status_code == 201
    assert (await build(ada, SECOND)).headers["idempotency-replayed"] == "true"
    assert await list_names(workshop) == ["first", "second"]


async def test_two_at_once_are_done_once_and_told_the_same(
    ada: httpx.AsyncClient, workshop: Workshop
) -> None:
    # The second is refused by the route on SQLite, and by a constraint on PostgreSQL.
    answers = await asyncio.gather(build(ada, FIRST), build(ada, FIRST))

    assert [(answer.status_code, answer.json()) for answer in answers] == [(201, FIRST)] * 2
    assert sum("idempotency-replayed" in answer.headers for answer in answers) == 1
    assert await list_names(workshop) == ["first"]
    assert await list_keys(workshop) == [(ACCOUNT_OF_ADA, "k")]


async def test_two_at_once_that_differ_are_told_so(
    ada: httpx.AsyncClient, workshop: Workshop
) -> None:
    answers = await asyncio.gather(build(ada, FIRST), build(ada, SECOND))

    assert sorted(answer.status_code for answer in answers) == [201, 409]
    (refused,) = [answer for answer in answers if answer.status_code == 409]
    assert refused.json()["code"] == IdempotencyKeyReused.code
    assert len(await list_names(workshop)) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer nobody"},
        {"Content-Type": "application/offset+octet-stream"},
    ],
    ids=["nobody known", "an upload"],
)
async def test_what_is_not_kept_at_all(
    ada: httpx.AsyncClient, workshop: Workshop, headers: dict[str, str]
) -> None:
    await ada.post("/shelves", json=FIRST, headers={"Idempotency-Key": "k", **headers})

    assert await list_keys(workshop) == []


async def test_reading_is_never_kept(ada: httpx.AsyncClient, workshop: Workshop) -> None:
    await ada.get("/shelves", headers={"Idempotency-Key": "k"})

    assert await list_keys(workshop) == []


async def test_a_key_that_is_too_long_is_refused(
    ada: httpx.AsyncClient, workshop: Workshop
) -> None:
    assert (await build(ada, FIRST, key="k" * KEY_LIMIT)).status_code == 201
    refused = await build(ada, SECOND, key="k" * (KEY_LIMIT + 1))

    assert refused.status_code == 422
    assert refused.json()["detail"] == "An Idempotency-Key has at most 200 characters."
    assert await list_names(workshop) == ["first"]


# --- beneath it -----------------------------------------------------------------------------------


def request(body: bytes = b"{}", *, key: str = "k", path: str = "/x") -> RepeatableRequest:
    return RepeatableRequest.of(ACCOUNT_OF_ADA, key, "POST", path, body)


def test_a_request_is_recognised_by_all_that_says_what_it_wants() -> None:
    asked = [
        request(),
        request(b"{ }"),
        request(path="/y"),
        RepeatableRequest.of(ACCOUNT_OF_ADA, "k", "PUT", "/x", b"{}"),
    ]

    assert len({each.request_hash for each in asked}) == len(asked)
    assert request() == request()
    with pytest.raises(Invalid, match="at most 200 characters"):
        request(key="k" * 201)


async def test_while_one_is_under_way_its_twin_does_nothing(workshop: Workshop) -> None:
    answer = Answer(201, {"location": "/1"}, b"made")
    async with workshop.work(ADAS) as work:
        work.session.add(Shelf(id=1, name="first"))
        await keep_answer(work, request(), answer)

    # It looked before the first had committed, and comes to its own end only now.
    with pytest.raises(RequestUnderWay):
        async with workshop.work(ADAS) as work:
            work.session.add(Shelf(id=2, name="twin"))
            await keep_answer(work, request(), answer)

    assert await list_names(workshop) == ["first"]
    assert await find_answer(workshop, ADAS, request()) == answer


async def test_an_answer_is_kept_only_with_what_it_reports(workshop: Workshop) -> None:
    with pytest.raises(ZeroDivisionError):
        async with workshop.work(ADAS) as work:
            await keep_answer(work, request(), Answer(201, {}, b""))
            raise ZeroDivisionError

    assert await find_answer(workshop, ADAS, request()) is None


@pytest.mark.parametrize("tenant_id", [BOB, ALL_TENANTS])
async def test_an_answer_stays_with_its_tenant(workshop: Workshop, tenant_id: UUID) -> None:
    async with workshop.work(ADAS) as work:
        await keep_answer(work, request(), Answer(201, {}, b""))

    assert ADAS.tenant_id == ADA
    elsewhere = Actor(tenant_id, ACCOUNT_OF_ADA)
    assert await find_answer(workshop, elsewhere, request()) is None
    assert await find_answer(workshop, ADAS, request()) is not None
