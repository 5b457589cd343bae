"""How logging in on a television fails, in the words of RFC 8628 §3.5."""

from __future__ import annotations

from typing import ClassVar

from streamverse.kit.errors import Invalid, NotFound


class TvLogInFailure(Invalid):
    """Why a television that asks has no log-in."""

    status: ClassVar[int] = 400


class AuthorizationPending(TvLogInFailure):
    """Nobody has decided yet."""

    code = "identity.authorization_pending"
    title = "Nobody has decided yet"

    def __init__(self, interval_s: int) -> None:
        super().__init__(
            f"Nobody has entered the code yet: ask again in {interval_s} seconds.",
            interval_s=interval_s,
        )


class SlowDown(TvLogInFailure):
    """The television asks too often."""

    code = "identity.slow_down"
    title = "Too fast"

    def __init__(self, interval_s: int) -> None:
        super().__init__(
            f"This asks too often: leave {interval_s} seconds between two questions from now on.",
            interval_s=interval_s,
        )


class TvCodeExpired(TvLogInFailure):
    """Nobody has entered the code in time."""

    code = "identity.expired"
    title = "The code has expired"

    def __init__(self) -> None:
        super().__init__("The code has expired: show a new one.")


class TvLogInDenied(TvLogInFailure):
    """Whoever entered the code does not know the television."""

    code = "identity.denied"
    title = "The log-in was denied"

    def __init__(self) -> None:
        super().__init__("Whoever entered the code denied this log-in: show a new one.")


class TvCodeNotFound(NotFound):
    """No television shows this code."""

    code = "identity.tv_code_not_found"
    title = "No such code"

    def __init__(self) -> None:
        super().__init__(
            "No television shows this code, or it has expired: compare it with the screen."
        )
