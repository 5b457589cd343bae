"""How links, tickets and other secrets that are good once fail."""

from __future__ import annotations

from streamverse.kit.errors import Conflict, Forbidden


class LinkInvalid(Forbidden):
    """The secret is not one of ours, or for something else."""

    code = "identity.link_invalid"
    title = "The link or code is not valid"

    def __init__(self) -> None:
        super().__init__("This link or code is not valid: check that it is whole, or begin again.")


class LinkExpired(Forbidden):
    """The secret was good once."""

    code = "identity.link_expired"
    title = "The link or code has expired"

    def __init__(self) -> None:
        super().__init__("This link or code has expired: begin again to get a new one.")


class LinkUsed(Conflict):
    """The secret was spent."""

    code = "identity.link_used"
    title = "The link or code was used already"

    def __init__(self) -> None:
        super().__init__("This link or code was used already: begin again to get a new one.")


class TriesUsedUp(Forbidden):
    """Too many wrong codes were entered with a ticket."""

    code = "identity.tries_used_up"
    title = "Too many wrong codes"

    def __init__(self) -> None:
        super().__init__("Too many wrong codes were entered: log in again from the start.")
