"""How logging in fails."""

from __future__ import annotations

from collections.abc import Sequence

from streamverse.kit.clock import new_id
from streamverse.kit.errors import Forbidden, Throttled, Unauthenticated

BUSY_FOR_S = range(2, 7)


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
        # Not all at the same moment again.
        retry_after_s = BUSY_FOR_S[new_id().int % len(BUSY_FOR_S)]
        super().__init__(
            f"Too many people are logging in at this moment: try again in {retry_after_s} seconds.",
            retry_after_s=retry_after_s,
        )


class EmailUnverified(Forbidden):
    """The address of the account has not been confirmed yet."""

    code = "identity.email_unverified"
    title = "Confirm your e-mail address first"

    def __init__(self) -> None:
        super().__init__(
            "This e-mail address has not been confirmed yet: open the link in the mail that we "
            "sent to it."
        )


class AccountDeactivated(Forbidden):
    """The account sleeps until its owner wakes it."""

    code = "identity.account_deactivated"
    title = "This account is deactivated"

    def __init__(self) -> None:
        super().__init__("This account is deactivated: reactivate it to log in.")


class SecondFactorRequired(Unauthenticated):
    """The password was right, and the account asks for more."""

    code = "identity.second_factor_required"
    title = "A second factor is needed"

    def __init__(self, methods: Sequence[str]) -> None:
        super().__init__(
            "This account asks for a second factor: send a code along with the password.",
            methods=list(methods),
        )


class FactorWrong(Forbidden):
    """The second factor is not right."""

    code = "identity.factor_wrong"
    title = "The code does not fit"

    def __init__(self) -> None:
        super().__init__("This code is wrong or no longer good: enter a new one.")


class SessionNeeded(Forbidden):
    """A key of the API has no log-in that could be confirmed."""

    code = "identity.session_needed"
    title = "Only a person who is logged in can do this"

    def __init__(self) -> None:
        super().__init__("Log in as a person to do this: a key of the API cannot.")


class PasswordWrong(Forbidden):
    """Somebody who is logged in has not given the account's password."""

    code = "identity.password_wrong"
    title = "The password is wrong"

    def __init__(self) -> None:
        super().__init__("This is not the password of your account.")
