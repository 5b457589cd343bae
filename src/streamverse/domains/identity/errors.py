"""The failures of identity."""

from __future__ import annotations

from streamverse.domains.identity.contracts import AccountId
from streamverse.kit.errors import Conflict, Forbidden, NotFound, Throttled, Unauthenticated


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


class WrongCredentials(Unauthenticated):
    """No account has this address and this password."""

    code = "identity.wrong_credentials"
    title = "Wrong e-mail or password"

    def __init__(self) -> None:
        super().__init__("The e-mail address or the password is wrong.")


class TooManyAttempts(Throttled):
    """Too many log-ins failed."""

    code = "identity.too_many_attempts"
    title = "Too many failed log-ins"

    def __init__(self, retry_after_s: int) -> None:
        plural = "" if retry_after_s == 1 else "s"
        super().__init__(
            f"Too many log-ins have failed: try again in {retry_after_s} second{plural}.",
            retry_after_s=retry_after_s,
        )


class LogInsBusy(Throttled):
    """More people log in at once than there is room for."""

    code = "identity.log_ins_busy"
    title = "Too many log-ins at once"

    def __init__(self) -> None:
        super().__init__(
            "Too many people are logging in at this moment: try again in a few seconds.",
            retry_after_s=3,
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
