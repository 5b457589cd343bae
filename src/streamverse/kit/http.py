"""The HTTP edge that all routes share: who asks, one Work per request, problems as RFC 9457.

A request's Work is opened when a handler first asks for it, committed when the answer is ready and
before a byte of it is sent, and closed without commit when anything failed.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import blake2b
from typing import Any, cast
from urllib.parse import urlsplit

import msgspec
from litestar import Request, Response
from litestar.connection import ASGIConnection
from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.exceptions import HTTPException, ValidationException
from litestar.handlers import BaseRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.status_codes import (
    HTTP_200_OK,
    HTTP_304_NOT_MODIFIED,
    HTTP_500_INTERNAL_SERVER_ERROR,
)
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from streamverse.kit.clock import new_id
from streamverse.kit.errors import (
    FieldProblem,
    Forbidden,
    Invalid,
    NotFound,
    Problem,
    Throttled,
    Unauthenticated,
)
from streamverse.kit.files import is_known
from streamverse.kit.idempotency import Answer, RepeatableRequest, find_answer, keep_answer
from streamverse.kit.networks import Network, find_visitor
from streamverse.kit.work import Actor, Work, Workshop

log = logging.getLogger(__name__)

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
PROBLEM_MEDIA_TYPE = "application/problem+json"
FIRST_FAILURE = 400
RECENT = timedelta(minutes=10)
NOT_REPEATED = frozenset({"content-length", "set-cookie"})
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
        "style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; connect-src 'self'; "
        "object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(self), geolocation=()",
}
# What is no page needs nothing of a browser.
INERT_HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
}
# Who once came by https never comes without it, for a year.
ONLY_HTTPS = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}

Connection = ASGIConnection[Any, Any, Any, Any]
AnyRequest = Request[Any, Any, Any]


class ForeignOrigin(Forbidden):
    """A browser sent this request from a page of another site."""

    code = "kit.foreign_origin"
    title = "This request comes from another site"


class ProblemOut(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What went wrong, as RFC 9457 has it."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    fields: list[FieldProblem] = []
    facts: dict[str, Any] = {}


# --- who may call: the permission that stands beside every path ----------------------------------
# Asynchronous, because the framework would send them to a thread and wait for it.


async def anyone(_connection: Connection, _handler: BaseRouteHandler) -> None:
    """Let everybody in."""


async def signed_in(connection: Connection, _handler: BaseRouteHandler) -> None:
    """Let in whoever has shown who they are."""
    if not cast("Actor", connection.user).is_signed_in:
        raise Unauthenticated("Log in to do this.")


async def owner(connection: Connection, handler: BaseRouteHandler) -> None:
    """Let in the owner of the service."""
    await signed_in(connection, handler)
    if not cast("Actor", connection.user).is_owner:
        raise Forbidden("Only the owner of this service may do this.")


@dataclass(frozen=True, slots=True)
class May:
    """The guard of one permission."""

    permission: str

    async def __call__(self, connection: Connection, handler: BaseRouteHandler) -> None:
        """Let in whoever has the permission."""
        await signed_in(connection, handler)
        if not cast("Actor", connection.user).may(self.permission):
            raise Forbidden(
                f"Your role does not include the permission {self.permission}: "
                "ask whoever runs this service for it.",
                permission=self.permission,
            )


def may(permission: str) -> May:
    """Let in whoever has a permission, say ``titles.edit``."""
    return May(permission)


class ReauthRequired(Forbidden):
    """The log-in is too long ago for something this sensitive."""

    code = "identity.reauth_required"
    title = "Confirm that it is you"

    def __init__(self) -> None:
        minutes = RECENT // timedelta(minutes=1)
        super().__init__(
            f"This needs a log-in of the last {minutes} minutes: confirm that it is you, "
            "then try again."
        )


async def recently_authenticated(connection: Connection, handler: BaseRouteHandler) -> None:
    """Let in whoever has shown who they are within the last ten minutes."""
    await signed_in(connection, handler)
    workshop: Workshop = connection.app.state.workshop
    at = cast("Actor", connection.user).authenticated_at
    if at is None or workshop.clock.now() - at > RECENT:
        raise ReauthRequired


# --- where a request comes from -------------------------------------------------------------------


def client_address(connection: Connection) -> str:
    """Give the network address of the visitor, or nothing where it is not known.

    Only the settings' trusted proxies are believed when they name somebody else.
    """
    trusted: Sequence[Network] = connection.app.state.get("trusted_proxies", ())
    peer = connection.client.host if connection.client else ""
    named = ",".join(connection.headers.getall("x-forwarded-for", []))
    return find_visitor(peer, named, trusted)


# --- one Work per request -------------------------------------------------------------------------


async def provide_work(request: AnyRequest) -> Work:
    """Give a handler the Work of its request."""
    return open_work(request)


def open_work(request: AnyRequest) -> Work:
    """Give the request's Work; safe methods get one that cannot write."""
    work = _work_of(request.scope)
    if work is None:
        workshop: Workshop = request.app.state.workshop
        work = workshop.start(request.user, is_read_only=request.method in SAFE_METHODS)
        request.scope["state"]["work"] = work
    return work


def _work_of(scope: Scope) -> Work | None:
    return scope["state"].get("work")


class EdgeMiddleware:
    """Finds out who asks, refuses forged requests, and ends the Work before the answer leaves."""

    def __init__(
        self, app: ASGIApp, *, authenticate: Callable[[Connection], Awaitable[Actor]]
    ) -> None:
        self._app = app
        self._authenticate = authenticate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Carry one request through."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        request: AnyRequest = Request(scope, receive, send)
        refuse_foreign_origin(request)
        scope["user"] = await self._authenticate(request)
        repeatable = await _find_repeatable(request)
        if repeatable is not None:
            given = await _find_given(request, repeatable)
            if given is not None:
                await _respond(request, given, send)
                return
        try:
            await self._app(scope, receive, _CommitGate(request, send, repeatable).send)
        finally:
            await _close_work(scope)


class _CommitGate:
    """Holds a successful answer back until what it reports is committed.

    Should the commit fail, the answer is replaced: by now the framework has let go of it.
    """

    def __init__(
        self, request: AnyRequest, send: Send, repeatable: RepeatableRequest | None
    ) -> None:
        self._request = request
        self._send = send
        self._repeatable = repeatable
        self._held: list[Any] = []
        self._is_open = False
        self._is_replaced = False

    async def send(self, message: Message) -> None:
        """Pass a message on, once the Work has ended."""
        if self._is_replaced:
            return
        if self._is_open:
            await self._send(message)
            return
        self._held.append(message)
        is_whole = message["type"] == "http.response.body" and not message.get("more_body", False)
        if self._repeatable is None or is_whole:
            await self._open()

    async def _open(self) -> None:
        try:
            instead = await self._settle()
        except Exception as failure:  # noqa: BLE001 - answered as at the framework's own edge
            is_known = isinstance(failure, Problem)
            instead = problem_response(failure) if is_known else on_crash(self._request, failure)
        if instead is not None:
            self._is_replaced = True
            await _respond(self._request, instead, self._send)
            return
        self._is_open = True
        for message in self._held:
            await self._send(message)

    async def _settle(self) -> Response[bytes] | None:
        """End the Work; who fails looks again, because a twin may have succeeded meanwhile."""
        try:
            if await self._end_work():
                return None
        except Exception:
            twin = await self._find_twin()
            if twin is None:
                raise
            return twin
        return await self._find_twin()

    async def _find_twin(self) -> Response[bytes] | None:
        return await _find_given(self._request, self._repeatable) if self._repeatable else None

    async def _end_work(self) -> bool:
        """Commit what succeeded, undo what did not, and tell which it was."""
        is_success = self._held[0]["status"] < FIRST_FAILURE
        work = _work_of(self._request.scope)
        if work is None:
            return is_success
        try:
            if is_success:
                if self._repeatable is not None and not _is_secret(self._held[0]):
                    await keep_answer(work, self._repeatable, _answer_in(self._held))
                await work.commit()
        finally:
            await _close_work(self._request.scope)
        return is_success


async def _close_work(scope: Scope) -> None:
    work = _work_of(scope)
    if work is not None:
        await work.close()


async def _respond(request: AnyRequest, response: Response[Any], send: Send) -> None:
    answer = response.to_asgi_response(None, request)  # pyright: ignore[reportUnknownMemberType]
    await answer(request.scope, request.receive, send)


# --- reads that rarely change ---------------------------------------------------------------------


def revalidated(app: ASGIApp) -> ASGIApp:
    """Give a GET route's answers an ETag; who has the answer already gets 304 and no body.

    Stands beside the path as ``middleware=[revalidated]``.
    """

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        asked = dict(scope["headers"]).get(b"if-none-match")
        await app(scope, receive, _Revalidation(asked, send).send)

    return wrapped


class _Revalidation:
    """Holds the start of an answer back until its body shows which version it is."""

    def __init__(self, asked: bytes | None, send: Send) -> None:
        self._asked = asked
        self._send = send
        self._start: Any = None

    async def send(self, message: Any) -> None:  # noqa: ANN401 - ASGI's messages are dicts
        """Pass a message on, the start together with the first of the body."""
        if message["type"] == "http.response.start":
            self._start = message
            return
        start, self._start = self._start, None
        if start is not None:
            is_whole = not message.get("more_body", False)
            if start["status"] == HTTP_200_OK and is_whole:
                self._compare(start, message)
            await self._send(start)
        await self._send(message)

    def _compare(self, start: Any, body: Any) -> None:  # noqa: ANN401
        etag = f'"{blake2b(body["body"], digest_size=12).hexdigest()}"'
        headers = MutableScopeHeaders.from_message(start)
        headers["ETag"], headers["Cache-Control"] = etag, "private, no-cache"
        if is_known(etag, self._asked):
            start["status"], body["body"] = HTTP_304_NOT_MODIFIED, b""
            del headers["Content-Type"], headers["Content-Length"]


# --- writes that a client may repeat --------------------------------------------------------------


async def _find_repeatable(request: AnyRequest) -> RepeatableRequest | None:
    """Recognise a request under an Idempotency-Key; the bytes of an upload are not read for it."""
    key = request.headers.get("idempotency-key")
    account_id = cast("Actor", request.user).account_id
    is_upload = request.headers.get("content-type", "").startswith("application/offset")
    if key is None or account_id is None or request.method != "POST" or is_upload:
        return None
    path = f"{request.url.path}?{request.url.query}"
    return RepeatableRequest.of(account_id, key, request.method, path, await request.body())


def _answer_in(messages: Sequence[Any]) -> Answer:
    start, *bodies = messages
    headers = {name.decode(): value.decode("latin-1") for name, value in start["headers"]}
    kept = {name: value for name, value in headers.items() if name not in NOT_REPEATED}
    return Answer(start["status"], kept, b"".join(body["body"] for body in bodies))


def _is_secret(start: Any) -> bool:  # noqa: ANN401 - an ASGI message
    """Tell whether an answer must not be kept: it holds a secret that is shown this once."""
    return (b"cache-control", b"no-store") in start["headers"]


async def _find_given(request: AnyRequest, repeatable: RepeatableRequest) -> Response[bytes] | None:
    """Find the answer that an earlier request under the same key was given."""
    answer = await find_answer(request.app.state.workshop, request.user, repeatable)
    if answer is None:
        return None
    headers = {**answer.headers, "idempotency-replayed": "true"}
    return Response(answer.body, status_code=answer.status, headers=headers)


def with_headers(app: ASGIApp, given: Mapping[str, str]) -> ASGIApp:
    """Wrap an application so that every answer has these headers, or its own of the same name."""
    encoded = [(name.lower().encode(), value.encode()) for name, value in given.items()]

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = list(message["headers"])
                names = {name for name, _ in own}
                message["headers"] = own + [pair for pair in encoded if pair[0] not in names]
            await send(message)

        await app(scope, receive, send_with_headers if scope["type"] == ScopeType.HTTP else send)

    return wrapped


def refuse_foreign_origin(connection: Connection) -> None:
    """Refuse an unsafe request that a browser sends with our cookie from somebody else's page."""
    if connection.scope["method"] in SAFE_METHODS or not connection.cookies:  # type: ignore[typeddict-item]
        return
    site = connection.headers.get("sec-fetch-site")
    origin = connection.headers.get("origin")
    if site in ("same-origin", "none") or (site is None and origin is None):
        return
    if site is None and origin and urlsplit(origin).netloc == connection.headers.get("host"):
        return
    raise ForeignOrigin(
        "Your browser sent this from another site's page. Open this site and try again."
    )


# --- problems -------------------------------------------------------------------------------------


def problem_out(problem: Problem) -> ProblemOut:
    """Turn a failure into what its answer says."""
    return ProblemOut(
        type=f"urn:streamverse:problem:{problem.code}",
        title=problem.title,
        status=problem.status,
        code=problem.code,
        detail=problem.detail,
        fields=list(problem.fields) if isinstance(problem, Invalid) else [],
        facts=problem.facts,
    )


def problem_response(problem: Problem) -> Response[ProblemOut]:
    """Turn a failure into its answer."""
    return Response(
        problem_out(problem),
        status_code=problem.status,
        media_type=PROBLEM_MEDIA_TYPE,
        headers=problem.headers(),
    )


def on_problem(request: AnyRequest, problem: Problem) -> Response[ProblemOut]:
    """Answer with a domain's own words, and log what somebody tried in vain."""
    if isinstance(problem, Forbidden | Throttled):
        _log_refusal(request, problem)
    return problem_response(problem)


def _log_refusal(request: AnyRequest, problem: Problem) -> None:
    # Somebody else's page is refused before anybody looks who asks.
    actor = cast("dict[str, Any]", request.scope).get("user")
    log.warning(
        "a request was refused",
        extra={
            "code": problem.code,
            "method": request.method,
            "path": request.url.path,
            "account": str(actor.account_id) if actor and actor.account_id else "",
            "place": client_address(request),
        },
    )


def on_http_exception(request: AnyRequest, problem: HTTPException) -> Response[ProblemOut]:
    """Answer what the framework refused in the same form as everything else."""
    status = problem.status_code
    if isinstance(problem, ValidationException):
        return problem_response(_validation_problem(problem))
    if status >= HTTP_500_INTERNAL_SERVER_ERROR:
        return on_crash(request, problem)
    detail = _SENTENCES.get(status, problem.detail)
    if status in _KNOWN:
        return problem_response(_KNOWN[status](detail))
    code = f"kit.http_{status}"
    return Response(
        ProblemOut(
            type=f"urn:streamverse:problem:{code}",
            title="The request was refused",
            status=status,
            code=code,
            detail=detail,
        ),
        status_code=status,
        media_type=PROBLEM_MEDIA_TYPE,
        headers=problem.headers,
    )


_KNOWN: Mapping[int, type[Problem]] = {401: Unauthenticated, 403: Forbidden, 404: NotFound}
_SENTENCES = {
    404: "There is nothing at this address.",
    405: "This address does not support that method.",
    413: "The request is larger than this address accepts.",
}


def _validation_problem(problem: ValidationException) -> Invalid:
    found = tuple(
        FieldProblem(_field_named_by(str(item.get("key", ""))), str(item.get("message", "")))
        for item in cast("list[dict[str, Any]]", problem.extra or [])
    )
    named = "; ".join(f"{f.field}: {f.problem}" if f.field else f.problem for f in found)
    return Invalid(f"Please correct the request: {named or problem.detail}", fields=found)


def _field_named_by(key: str) -> str:
    # What is wrong with a body as a whole comes under the name of the handler's argument.
    return "" if key == "data" else key


def on_crash(request: AnyRequest, crash: Exception) -> Response[ProblemOut]:
    """Answer that it is our fault, with a number under which the log has the rest."""
    incident = new_id()
    log.error(
        "a request crashed",
        exc_info=crash,
        extra={"incident": str(incident), "path": request.url.path},
    )
    return problem_response(
        Problem(
            f"Something went wrong on our side. The log has it under {incident}.",
            incident=str(incident),
        )
    )


EXCEPTION_HANDLERS: dict[Any, Any] = {
    Problem: on_problem,
    HTTPException: on_http_exception,
    Exception: on_crash,
}


def problems(*kinds: type[Problem]) -> dict[int, ResponseSpec]:
    """Describe in the OpenAPI document how a route can fail."""
    by_status: dict[int, list[str]] = {}
    for kind in kinds:
        by_status.setdefault(kind.status, []).append(f"`{kind.code}`: {kind.title}")
    return {
        status: ResponseSpec(
            ProblemOut,
            description="; ".join(lines),
            media_type=PROBLEM_MEDIA_TYPE,
            generate_examples=False,
        )
        for status, lines in by_status.items()
    }
