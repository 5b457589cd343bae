"""The JSON of forgotten passwords."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

# Beyond any length that the rules allow; they say it in better words.
Text = Annotated[str, Meta(max_length=1000)]


class ResetRequestIn(Struct):
    """The address of an account whose password is forgotten."""

    email: Text


class ResetVerifyIn(Struct):
    """The secret of the link that went to the address."""

    token: Text


class ResetLinkOut(Struct):
    """A link that is still good."""

    expires_at: datetime


class ResetConfirmIn(Struct):
    """The secret of the link, and the new password."""

    token: Text
    password: Text
