"""Which addresses, passwords and names will do for an account."""

from __future__ import annotations

from collections.abc import Iterator

from streamverse.domains.identity.rules.emails import clean_email, problems_of_email
from streamverse.domains.identity.rules.passwords import problems_of_password
from streamverse.kit.errors import FieldProblem, Invalid

DISPLAY_NAME_LIMIT = 100


def check_new_account(email: str, password: str, display_name: str) -> None:
    """Raise Invalid with everything that is wrong with a new account."""
    _raise_any(
        (
            *problems_of_email(clean_email(email)),
            *problems_of_password(password, email, display_name),
            *_problems_of_display_name(display_name.strip()),
        )
    )


def check_new_email(email: str) -> None:
    """Raise Invalid with what is wrong with a new address."""
    _raise_any(tuple(problems_of_email(clean_email(email))))


def check_new_password(password: str, email: str, display_name: str) -> None:
    """Raise Invalid with what is wrong with a new password of somebody."""
    _raise_any(tuple(problems_of_password(password, email, display_name)))


def _raise_any(problems: tuple[FieldProblem, ...]) -> None:
    if problems:
        raise Invalid(" ".join(found.problem for found in problems), fields=problems)


def _problems_of_display_name(display_name: str) -> Iterator[FieldProblem]:
    if not display_name:
        yield FieldProblem("display_name", "Enter a name to show.")
    elif len(display_name) > DISPLAY_NAME_LIMIT:
        yield FieldProblem("display_name", f"A name has at most {DISPLAY_NAME_LIMIT} characters.")
    elif not display_name.isprintable():
        yield FieldProblem(
            "display_name", "Leave line breaks and control characters out of the name."
        )
