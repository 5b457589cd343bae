"""How asking for mails, and what they invite to, fails."""

from __future__ import annotations

from uuid import UUID

from streamverse.kit.errors import Conflict, Forbidden, NotFound, Throttled


class TooManyMails(Throttled):
    """Too many mails were asked for."""

    code = "identity.too_many_mails"
    title = "Too many mails"

    def __init__(self, retry_after_s: int) -> None:
        plural = "" if retry_after_s == 1 else "s"
        super().__init__(
            "A mail was asked for too often: look into the mailbox, its spam folder too, "
            f"or ask again in {retry_after_s} second{plural}.",
            retry_after_s=retry_after_s,
        )


class EmailVerifiedAlready(Conflict):
    """There is nothing left to confirm."""

    code = "identity.email_verified_already"
    title = "The address is confirmed"

    def __init__(self) -> None:
        super().__init__("Your e-mail address is confirmed already.")


class InvitationNotFound(NotFound):
    """There is no such invitation."""

    code = "identity.invitation_not_found"
    title = "No such invitation"

    def __init__(self, invitation_id: UUID) -> None:
        super().__init__(
            "This invitation does not exist: it was accepted, withdrawn or has expired.",
            invitation_id=str(invitation_id),
        )


class RoleNotYours(Forbidden):
    """Only whoever manages roles gives out more than the least of them."""

    code = "identity.role_not_yours"
    title = "You may not give this role"

    def __init__(self) -> None:
        super().__init__(
            "You may only add and invite viewers: ask somebody who manages roles for all others."
        )
