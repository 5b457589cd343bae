"""The failures a person may see, in seven kinds.

    Problem
    ├── Invalid          422  the request says something that cannot be
    ├── Unauthenticated  401  we do not know who is asking
    ├── Forbidden        403  we know who asks, and they may not
    ├── NotFound         404  there is no such thing, or none that the caller may know of
    ├── Conflict         409  the thing is not in a state that allows this
    ├── Throttled        429  too much, too soon: ``retry_after_s`` says when to come back
    └── Unavailable      503  something we need does not answer

A domain's error subclasses one kind and adds a ``code`` that never changes once released, a
sentence that helps the reader, and facts as data. Each edge maps them once: HTTP to problem+json
(RFC 9457), jobs to a retry or a dead letter, the command line to a sentence and an exit code.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


class Problem(Exception):
    """A failure that is explained to the person who caused or met it."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "kit.internal"
    title: ClassVar[str] = "Something went wrong on our side"
    exit_code: ClassVar[int] = 1

    def __init__(self, detail: str, **facts: object) -> None:
        super().__init__(detail)
        self.detail = detail
        self.facts = facts

    def headers(self) -> dict[str, str]:
        """Give the HTTP headers that belong to this failure."""
        return {}


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One field of the input and what is wrong with it."""

    field: str
    problem: str


class Invalid(Problem):
    """The request says something that cannot be."""

    status = 422
    code = "kit.invalid"
    title = "The request is not valid"
    exit_code = 2

    def __init__(
        self, detail: str, *, fields: tuple[FieldProblem, ...] = (), **facts: object
    ) -> None:
        super().__init__(detail, **facts)
        self.fields = fields


class Unauthenticated(Problem):
    """We do not know who is asking."""

    status = 401
    code = "kit.unauthenticated"
    title = "Log in first"

    def headers(self) -> dict[str, str]:
        """Name the scheme, as RFC 9110 §11.6.1 asks of every 401."""
        return {"WWW-Authenticate": "Bearer"}


class Forbidden(Problem):
    """We know who asks, and they may not."""

    status = 403
    code = "kit.forbidden"
    title = "You may not do this"


class NotFound(Problem):
    """There is no such thing, or none that the caller may know of."""

    status = 404
    code = "kit.not_found"
    title = "Not found"


class Conflict(Problem):
    """The thing is not in a state that allows this."""

    status = 409
    code = "kit.conflict"
    title = "This cannot be done now"


class Throttled(Problem):
    """Too much, too soon."""

    status = 429
    code = "kit.throttled"
    title = "Too many requests"

    def __init__(self, detail: str, *, retry_after_s: int, **facts: object) -> None:
        super().__init__(detail, **facts)
        self.retry_after_s = retry_after_s

    def headers(self) -> dict[str, str]:
        """Say when to come back."""
        return {"Retry-After": str(self.retry_after_s)}


class Unavailable(Problem):
    """Something we need does not answer; trying later may help."""

    status = 503
    code = "kit.unavailable"
    title = "Not available right now"
