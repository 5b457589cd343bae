"""How logging in with another service fails."""

from __future__ import annotations

from uuid import UUID

from streamverse.kit.errors import Conflict, Forbidden, NotFound, Unavailable


class ProviderNotFound(NotFound):
    """People cannot log in with this service here."""

    code = "identity.provider_not_found"
    title = "No such log-in"

    def __init__(self, provider_id: str) -> None:
        super().__init__(
            "You cannot log in with this service here: choose another way.", provider=provider_id
        )


class ProviderUnavailable(Unavailable):
    """The other service does not answer, or not as it must."""

    code = "identity.provider_unavailable"
    title = "The other service does not answer"

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(
            f"{name} does not answer as it must: try again later, or log in with your password.",
            reason=reason,
        )


class ProviderRefused(Forbidden):
    """Somebody did not log in there, or did not want to."""

    code = "identity.provider_refused"
    title = "The other service did not log you in"

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} did not log you in: try again, or log in with your password.")


class ProviderAnswerInvalid(Forbidden):
    """What the other service says of somebody cannot be trusted."""

    code = "identity.provider_answer_invalid"
    title = "The answer of the other service is not valid"

    def __init__(self, reason: str) -> None:
        super().__init__(
            "What the other service says of you cannot be trusted, so nobody was logged in: "
            "begin again.",
            reason=reason,
        )


class ProviderEmailUnverified(Forbidden):
    """The other service does not vouch for the address."""

    code = "identity.provider_email_unverified"
    title = "The address is not confirmed there"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} does not vouch for your e-mail address. Confirm it there and try again; or "
            "log in with your password, then link your account in its settings."
        )


class LinkNeeded(Conflict):
    """The address has an account, which nobody but its owner may link."""

    code = "identity.link_needed"
    title = "Log in with your password first"

    def __init__(self) -> None:
        super().__init__(
            "Your e-mail address has an account here already: log in with its password, then link "
            "the other service in your settings."
        )


class IdentityTaken(Conflict):
    """The person of the other service is somebody else here."""

    code = "identity.identity_taken"
    title = "Linked to another account"

    def __init__(self) -> None:
        super().__init__(
            "This log-in belongs to another account here: remove it there before you link it."
        )


class IdentityNotFound(NotFound):
    """There is no such link, or it is somebody else's."""

    code = "identity.identity_not_found"
    title = "No such link"

    def __init__(self, identity_id: UUID) -> None:
        super().__init__(
            "This log-in has been removed already, or is not one of yours.",
            identity_id=str(identity_id),
        )


class LastWayIn(Conflict):
    """Without this one the account could not be entered any more."""

    code = "identity.last_way_in"
    title = "This is your only way in"

    def __init__(self) -> None:
        super().__init__(
            "This is the only way to log in to your account: choose a password first, by way of "
            "a forgotten one."
        )
