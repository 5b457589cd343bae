"""How giving power and keys fails."""

from __future__ import annotations

from streamverse.kit.errors import Conflict, Forbidden


class PermissionNotYours(Forbidden):
    """Nobody gives what they do not have."""

    code = "identity.permission_not_yours"
    title = "You may not give this permission"

    def __init__(self, *missing: str) -> None:
        super().__init__(
            f"You cannot give what you do not have yourself: {', '.join(missing)}. "
            "Ask an owner to do it.",
            missing=list(missing),
        )


class AccountAboveYou(Forbidden):
    """Nobody changes or removes an account that may do more than they."""

    code = "identity.account_above_you"
    title = "This account may do more than you"

    def __init__(self) -> None:
        super().__init__("This account may do more than you: ask an owner to do it.")


class OwnRole(Conflict):
    """Nobody changes their own role."""

    code = "identity.own_role"
    title = "This is your own role"

    def __init__(self) -> None:
        super().__init__("You cannot change your own role: ask somebody else who manages roles.")


class OnlyOwner(Conflict):
    """A service never runs out of owners."""

    code = "identity.only_owner"
    title = "This is the only owner"

    def __init__(self) -> None:
        super().__init__(
            "This is the only owner of the service: make somebody else an owner first."
        )
