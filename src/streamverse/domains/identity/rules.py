"""Identity's decisions: which addresses and passwords will do, and when a session is renewed."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import datetime, timedelta

from streamverse.kit.errors import FieldProblem, Invalid

EMAIL_LIMIT = 254
DISPLAY_NAME_LIMIT = 100
PASSWORD_MINIMUM, PASSWORD_LIMIT = 8, 256
RENEW_EVERY = timedelta(hours=1)


def normalise_email(email: str) -> str:
    """Give the form in which two spellings of one address are equal."""
    folded = unicodedata.normalize("NFKC", email).casefold()
    # Folding may leave letters decomposed that were one before.
    return unicodedata.normalize("NFKC", folded).strip()


def check_new_account(email: str, password: str, display_name: str) -> None:
    """Raise Invalid with everything that is wrong with a new account."""
    problems = (
        *_problems_of_email(email.strip()),
        *_problems_of_password(password, email),
        *_problems_of_display_name(display_name.strip()),
    )
    if problems:
        raise Invalid(" ".join(found.problem for found in problems), fields=problems)


def is_due_for_renewal(last_used_at: datetime, now: datetime) -> bool:
    """Tell whether a session was last seen long enough ago to write down that it is in use."""
    return now - last_used_at >= RENEW_EVERY


def _problems_of_email(email: str) -> Iterator[FieldProblem]:
    local, _, domain = email.rpartition("@")
    if len(email) > EMAIL_LIMIT:
        yield FieldProblem("email", f"An e-mail address has at most {EMAIL_LIMIT} characters.")
    elif not local or not domain or not email.isprintable() or " " in email:
        yield FieldProblem("email", "Enter an e-mail address such as name@example.org.")


def _problems_of_password(password: str, email: str) -> Iterator[FieldProblem]:
    if len(password) < PASSWORD_MINIMUM:
        yield FieldProblem(
            "password", f"Choose a password of at least {PASSWORD_MINIMUM} characters."
        )
    elif len(password) > PASSWORD_LIMIT:
        yield FieldProblem("password", f"A password has at most {PASSWORD_LIMIT} characters.")
    elif normalise_email(password) == normalise_email(email):
        yield FieldProblem("password", "Choose a password other than your e-mail address.")


def _problems_of_display_name(display_name: str) -> Iterator[FieldProblem]:
    if not display_name:
        yield FieldProblem("display_name", "Enter a name to show.")
    elif len(display_name) > DISPLAY_NAME_LIMIT:
        yield FieldProblem("display_name", f"A name has at most {DISPLAY_NAME_LIMIT} characters.")
    elif not display_name.isprintable():
        yield FieldProblem(
            "display_name", "Leave line breaks and control characters out of the name."
        )
