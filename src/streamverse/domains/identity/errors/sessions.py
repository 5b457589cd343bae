"""How keeping up and ending sessions fails."""

from __future__ import annotations

from streamverse.kit.errors import NotFound, Unauthenticated


class SessionNotFound(NotFound):
    """There is no such session, or it is somebody else's."""

    code = "identity.session_not_found"
    title = "No such session"

    def __init__(self) -> None:
        super().__init__("This session has ended already, or is not one of yours.")


class DeviceNotFound(NotFound):
    """There is no such device, or it is somebody else's."""

    code = "identity.device_not_found"
    title = "No such device"

    def __init__(self) -> None:
        super().__init__("This device has been removed already, or is not one of yours.")


class RefreshInvalid(Unauthenticated):
    """The refresh token is not one of ours, or its session has ended."""

    code = "identity.refresh_invalid"
    title = "The refresh token is not valid"

    def __init__(self) -> None:
        super().__init__("This refresh token is not valid any more: log in again.")


class RefreshReused(Unauthenticated):
    """The refresh token was exchanged before: somebody else has had it."""

    code = "identity.refresh_reused"
    title = "The refresh token was used twice"

    def __init__(self) -> None:
        super().__init__(
            "This refresh token was used before, so somebody may have copied it. "
            "The session was ended to be safe: log in again."
        )
