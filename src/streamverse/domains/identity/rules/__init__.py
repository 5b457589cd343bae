"""Identity's decisions, without I/O."""

from streamverse.domains.identity.rules.accounts import (
    check_new_account,
    check_new_email,
    check_new_password,
)
from streamverse.domains.identity.rules.emails import clean_email, normalise_email
from streamverse.domains.identity.rules.permissions import permissions_of
from streamverse.domains.identity.rules.sessions import is_due_for_renewal

__all__ = [
    "check_new_account",
    "check_new_email",
    "check_new_password",
    "clean_email",
    "is_due_for_renewal",
    "normalise_email",
    "permissions_of",
]
