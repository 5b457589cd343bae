"""How setting up, registering and keeping accounts fails."""

from __future__ import annotations

from streamverse.domains.identity.contracts import AccountId
from streamverse.kit.errors import Conflict, Forbidden, NotFound


class SetupClosed(Conflict):
    """The service has an owner."""

    code = "identity.setup_closed"
    title = "This service is set up already"

    def __init__(self) -> None:
        super().__init__("This service already has an owner: log in instead.")


class SetupTokenWrong(Forbidden):
    """The set-up link is not the one that this service printed."""

    code = "identity.setup_token_wrong"
    title = "The set-up link does not fit"

    def __init__(self) -> None:
        super().__init__(
            "This set-up link does not belong to this service: "
            "open the one that it printed when it started."
        )


class EmailTaken(Conflict):
    """Another account has the address."""

    code = "identity.email_taken"
    title = "The e-mail address is taken"

    def __init__(self) -> None:
        super().__init__("Somebody already has an account with this e-mail address.")


class AccountNotFound(NotFound):
    """There is no such account."""

    code = "identity.account_not_found"
    title = "No such account"

    def __init__(self, account_id: AccountId) -> None:
        super().__init__(
            "This account does not exist, or has been removed.", account_id=str(account_id)
        )


class OwnAccount(Conflict):
    """Nobody removes the account they are logged in with."""

    code = "identity.own_account"
    title = "This is your own account"

    def __init__(self) -> None:
        super().__init__("You cannot remove your own account: ask another owner to do it.")


class RegistrationClosed(Forbidden):
    """Accounts are made by staff only."""

    code = "identity.registration_closed"
    title = "Nobody can register here"

    def __init__(self) -> None:
        super().__init__(
            "Accounts of this service are made by its staff: ask whoever runs it for one."
        )
