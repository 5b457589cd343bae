"""The library's desk: a few routes that answer, change, refuse and break, behind the real edge."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated
from uuid import UUID

import httpx
import msgspec
from litestar import Litestar, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.exceptions import (
    HTTPException,
    NotAuthorizedException,
    PermissionDeniedException,
    ServiceUnavailableException,
)
from litestar.middleware import DefineMiddleware
from litestar.params import FromPath, JSONBody
from litestar.response import Stream
from sqlalchemy import select

from streamverse.kit.errors import (
    Conflict,
    FieldProblem,
    Forbidden,
    Invalid,
    NotFound,
    Throttled,
    Unauthenticated,
    Unavailable,
)
from streamverse.kit.http import (
    EXCEPTION_HANDLERS,
    AnyRequest,
    Connection,
    EdgeMiddleware,
    anyone,
    owner,
    provide_work,
    revalidated,
    signed_in,
)
from streamverse.kit.work import Actor, Role, Work, Workshop
from tests.kit.library import ADA, BOB, Book, BookAdded, Shelf

ACCOUNT_OF_ADA = UUID("0190a000-0000-7000-8000-0000000000aa")
ACCOUNT_OF_BOB = UUID("0190b000-0000-7000-8000-0000000000bb")
ACCOUNT_OF_CY = UUID("0190a000-0000-7000-8000-0000000000cc")
PEOPLE = {
    "ada": Actor(ADA, ACCOUNT_OF_ADA, frozenset({Role.OWNER})),
    "bob": Actor(BOB, ACCOUNT_OF_BOB, frozenset({Role.VIEWER})),
    "cy": Actor(ADA, ACCOUNT_OF_CY, frozenset({Role.VIEWER})),
}
COOKIE = "who"
FAILURES: dict[str, Callable[[], Exception]] = {
    "invalid": lambda: Invalid("No.", fields=(FieldProblem("name", "is odd"),), shelf=1),
    "unauthenticated": lambda: Unauthenticated("Who?"),
    "forbidden": lambda: Forbidden("Not you."),
    "not found": lambda: NotFound("No such shelf.", shelf=1),
    "conflict": lambda: Conflict("Not now."),
    "throttled": lambda: Throttled("Slowly.", retry_after_s=7),
    "unavailable": lambda: Unavailable("The store is away."),
    "crash": lambda: ZeroDivisionError("the secret reason"),
    "framework 401": lambda: NotAuthorizedException("Framework's words"),
    "framework 403": lambda: PermissionDeniedException("Framework's words"),
    "framework 418": lambda: HTTPException("I am a teapot.", status_code=418),
    "framework 503": lambda: ServiceUnavailableException("the secret reason"),
}


class ShelfIn(msgspec.Struct):
    """A shelf to build."""

    id: Annotated[int, msgspec.Meta(ge=1)]
    name: Annotated[str, msgspec.Meta(min_length=1)]


class ShelfOut(msgspec.Struct):
    """A shelf."""

    id: int
    name: str


async def authenticate(connection: Connection) -> Actor:
    """Know people by their names, in a cookie or behind ``Bearer``."""
    bearer = connection.headers.get("authorization", "").removeprefix("Bearer ")
    return PEOPLE.get(bearer or connection.cookies.get(COOKIE, ""), Actor(ADA))


@get("/for-anyone", guards=[anyone])
async def for_anyone() -> str:
    """Answer everybody."""
    return "welcome"


@get("/for-signed-in", guards=[signed_in])
async def for_signed_in(work: NamedDependency[Work]) -> str:
    """Answer who is known."""
    return str(work.actor.account_id)


@get("/for-owner", guards=[owner])
async def for_owner() -> str:
    """Answer the owner."""
    return "at your service"


@get("/shelves", guards=[anyone], middleware=[revalidated])
async def list_shelves(work: NamedDependency[Work]) -> list[ShelfOut]:
    """List the tenant's shelves."""
    found = await work.session.scalars(select(Shelf).order_by(Shelf.id))
    return [ShelfOut(shelf.id, shelf.name) for shelf in found]


@get("/shelves/{shelf_id:int}", guards=[anyone], middleware=[revalidated])
async def get_shelf(shelf_id: FromPath[int], work: NamedDependency[Work]) -> ShelfOut:
    """Show a shelf."""
    shelf = await work.session.get(Shelf, shelf_id)
    if shelf is None:
        raise NotFound("No such shelf.")
    return ShelfOut(shelf.id, shelf.name)


@get("/stream", guards=[anyone], middleware=[revalidated])
async def stream() -> Stream:
    """Answer piece by piece."""

    async def pieces() -> AsyncIterator[bytes]:
        yield b"one "
        yield b"two"

    return Stream(pieces())


@post("/shelves", guards=[anyone])
async def build_shelf(data: JSONBody[ShelfIn], work: NamedDependency[Work]) -> ShelfOut:
    """Build a shelf and tell of it."""
    if await work.session.get(Shelf, data.id) is not None:
        raise Conflict("There is such a shelf.")
    work.session.add(Shelf(id=data.id, name=data.name))
    work.emit(BookAdded(book_id=data.id, added_at=work.now))
    return ShelfOut(data.id, data.name)


@post("/books/{shelf_id:int}", guards=[anyone], status_code=204)
async def add_book(shelf_id: FromPath[int], work: NamedDependency[Work]) -> None:
    """Put a book on a shelf; whether there is one comes out at the commit."""
    work.session.add(Book(id=1, shelf_id=shelf_id))


@post("/failures/{name:str}", guards=[anyone])
async def fail(name: FromPath[str], work: NamedDependency[Work]) -> None:
    """Change something, then fail."""
    work.session.add(Shelf(id=1, name="in vain"))
    await work.session.flush()
    make_failure = FAILURES[name]
    raise make_failure()


@post("/waits", guards=[anyone])
async def wait(work: NamedDependency[Work]) -> None:
    """Change something, then wait for ever."""
    work.session.add(Shelf(id=1, name="in vain"))
    await work.session.flush()
    await asyncio.Event().wait()


@get("/works", guards=[anyone])
async def ask_twice(request: AnyRequest, work: NamedDependency[Work]) -> bool:
    """Tell whether who asks for the Work again gets the same."""
    return await provide_work(request) is work


@get("/writes", guards=[anyone])
async def write_while_reading(work: NamedDependency[Work]) -> None:
    """Change something although it was only asked for."""
    work.session.add(Shelf(id=1, name="in vain"))


def open_desk(workshop: Workshop) -> Litestar:
    """Open the desk of a library."""
    return Litestar(
        route_handlers=[
            for_anyone,
            for_signed_in,
            for_owner,
            list_shelves,
            get_shelf,
            stream,
            build_shelf,
            add_book,
            fail,
            wait,
            ask_twice,
            write_while_reading,
        ],
        state=State({"workshop": workshop}),
        dependencies={"work": Provide(provide_work)},
        middleware=[DefineMiddleware(EdgeMiddleware, authenticate=authenticate)],
        exception_handlers=EXCEPTION_HANDLERS,
        request_max_body_size=1000,
        openapi_config=None,
        logging_config=None,
    )


def visitor(desk: Callable[..., Awaitable[None]], who: str | None = None) -> httpx.AsyncClient:
    """Let somebody ask at the desk."""
    headers = {"Authorization": f"Bearer {who}"} if who else {}
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(desk), base_url="https://library.example", headers=headers
    )
