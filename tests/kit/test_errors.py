"""The seven kinds of failure, and what each says beyond its sentence."""

from __future__ import annotations

import pytest

from streamverse.kit.errors import (
    Conflict,
    FieldProblem,
    Forbidden,
    Invalid,
    NotFound,
    Problem,
    Throttled,
    Unauthenticated,
    Unavailable,
)


@pytest.mark.parametrize(
    ("kind", "status", "code", "exit_code"),
    [
        (Problem, 500, "kit.internal", 1),
        (Invalid, 422, "kit.invalid", 2),
        (Unauthenticated, 401, "kit.unauthenticated", 1),
        (Forbidden, 403, "kit.forbidden", 1),
        (NotFound, 404, "kit.not_found", 1),
        (Conflict, 409, "kit.conflict", 1),
        (Unavailable, 503, "kit.unavailable", 1),
    ],
)
def test_each_kind_has_its_status_code_and_exit_code(
    kind: type[Problem], status: int, code: str, exit_code: int
) -> None:
    problem = kind("The shelf is gone.", shelf_id=7)

    assert (problem.status, problem.code, problem.exit_code) == (status, code, exit_code)
    assert (str(problem), problem.detail) == ("The shelf is gone.", "The shelf is gone.")
    assert problem.facts == {"shelf_id": 7}


def test_throttled_says_when_to_come_back() -> None:
    problem = Throttled("Too fast.", retry_after_s=30, limit=5)

    assert (problem.status, problem.code) == (429, "kit.throttled")
    assert problem.headers() == {"Retry-After": "30"}
    assert problem.facts == {"limit": 5}


def test_unauthenticated_names_the_scheme() -> None:
    assert Unauthenticated("Log in.").headers() == {"WWW-Authenticate": "Bearer"}


def test_other_kinds_add_no_headers() -> None:
    assert Conflict("No.").headers() == {}


def test_invalid_names_the_fields() -> None:
    fields = (FieldProblem("title", "is empty"),)

    problem = Invalid("Please correct the request.", fields=fields, limit=3)

    assert problem.fields == fields
    assert problem.facts == {"limit": 3}
