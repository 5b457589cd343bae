"""What applications beside the framework answer: to players of any site, and with problems."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from streamverse.kit.http import PROBLEM_MEDIA_TYPE, problem_out

if TYPE_CHECKING:
    from streamverse.kit.errors import Problem
    from streamverse.kit.files import Headers, Send

CROSS_ORIGIN: Headers = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"Content-Length, Content-Range"),
    (b"cross-origin-resource-policy", b"cross-origin"),
]


async def refuse(send: Send, problem: Problem) -> None:
    """Answer with a problem."""
    body = msgspec.json.encode(problem_out(problem))
    own = [(name.lower().encode(), value.encode()) for name, value in problem.headers().items()]
    headers: Headers = [*CROSS_ORIGIN, *own, (b"content-type", PROBLEM_MEDIA_TYPE.encode())]
    await answer(send, problem.status, headers, body)


async def answer(send: Send, status: int, headers: Headers, body: bytes) -> None:
    """Answer with all of a body."""
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body})
