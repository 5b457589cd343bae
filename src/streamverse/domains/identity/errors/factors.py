"""How second factors and passkeys fail."""

from __future__ import annotations

from uuid import UUID

from streamverse.kit.errors import (
    Conflict,
    Forbidden,
    NotFound,
    Throttled,
    Unauthenticated,
    Unavailable,
)


class FactorPaused(Throttled):
    """Too many wrong codes were entered for an account."""

    code = "identity.factor_paused"
    title = "Too many wrong codes"

    def __init__(self, retry_after_s: int) -> None:
        plural = "" if retry_after_s == 1 else "s"
        super().__init__(
            f"Too many wrong codes were entered: try again in {retry_after_s} second{plural}, "
            "or use a passkey.",
            retry_after_s=retry_after_s,
        )


class TotpSetupMissing(Conflict):
    """There is no authenticator app that waits to be confirmed."""

    code = "identity.totp_setup_missing"
    title = "Begin again with the QR code"

    def __init__(self) -> None:
        super().__init__("No authenticator app waits for its first code: scan a new QR code first.")


class SecondFactorOff(Conflict):
    """The account is asked for its password only."""

    code = "identity.second_factor_off"
    title = "Two-factor log-in is off"

    def __init__(self) -> None:
        super().__init__("Turn on two-factor log-in first: backup codes come with it.")


class OwnFactors(Conflict):
    """One's own factors are turned off, not reset."""

    code = "identity.own_factors"
    title = "This is your own account"

    def __init__(self) -> None:
        super().__init__("Turn your own two-factor log-in off in your settings instead.")


class PasskeyWrong(Unauthenticated):
    """A passkey did not log anybody in: unknown, of another site, or wrongly signed."""

    code = "identity.passkey_wrong"
    title = "The passkey does not fit"

    def __init__(self) -> None:
        super().__init__(
            "This passkey does not open an account here: try again, or log in in another way."
        )


class PasskeyRefused(Forbidden):
    """What the browser made is no passkey that we can check."""

    code = "identity.passkey_refused"
    title = "The passkey could not be added"

    def __init__(self) -> None:
        super().__init__(
            "Your browser's answer could not be checked: begin again, "
            "at the address that this service is published under."
        )


class PasskeyTaken(Conflict):
    """The passkey belongs to an account already."""

    code = "identity.passkey_taken"
    title = "The passkey is known already"

    def __init__(self) -> None:
        super().__init__("This passkey is in use here already: make a new one on this device.")


class TooManyPasskeys(Conflict):
    """An account has as many passkeys as it can have."""

    code = "identity.too_many_passkeys"
    title = "Too many passkeys"

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"An account can have {limit} passkeys: remove one that you no longer use.",
            limit=limit,
        )


class PasskeyNotFound(NotFound):
    """There is no such passkey, or it is somebody else's."""

    code = "identity.passkey_not_found"
    title = "No such passkey"

    def __init__(self, passkey_id: UUID) -> None:
        super().__init__(
            "This passkey has been removed already, or is not one of yours.",
            passkey_id=str(passkey_id),
        )


class PasskeysUnavailable(Unavailable):
    """The service is published under a number, which passkeys cannot be bound to."""

    code = "identity.passkeys_unavailable"
    title = "Passkeys need a host name"

    def __init__(self) -> None:
        super().__init__(
            "Passkeys need this service to have a name instead of a number as its address: "
            "whoever runs it can set STREAMVERSE_PUBLIC_URL."
        )


class TooManyPasskeyQuestions(Throttled):
    """A network has begun too many log-ins by passkey."""

    code = "identity.too_many_passkey_questions"
    title = "Too many questions for passkeys"

    def __init__(self, retry_after_s: int) -> None:
        plural = "" if retry_after_s == 1 else "s"
        super().__init__(
            "Your network has asked to log in by passkey too often: try again in "
            f"{retry_after_s} second{plural}, or log in with your password.",
            retry_after_s=retry_after_s,
        )
