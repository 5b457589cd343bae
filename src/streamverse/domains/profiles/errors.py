"""The failures of profiles."""

from __future__ import annotations

from collections.abc import Sequence

from streamverse.domains.profiles.contracts import ProfileId
from streamverse.kit.errors import Conflict, Forbidden, Invalid, NotFound, Throttled


class ProfileNotFound(NotFound):
    """The account has no such profile."""

    code = "profiles.profile_not_found"
    title = "No such profile"

    def __init__(self, profile_id: ProfileId) -> None:
        super().__init__(
            "Your account has no such profile; it may have been removed.",
            profile_id=str(profile_id),
        )


class TooManyProfiles(Conflict):
    """The account has as many profiles as it may have."""

    code = "profiles.too_many_profiles"
    title = "No room for another profile"

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"An account has at most {limit} profiles: remove one that nobody uses first.",
            limit=limit,
        )


class LastProfile(Conflict):
    """An account keeps one profile."""

    code = "profiles.last_profile"
    title = "This is the last profile"

    def __init__(self) -> None:
        super().__init__(
            "The last profile of an account cannot be removed: add another one first, "
            "or rename this one."
        )


class SessionNeeded(Conflict):
    """There is no log-in that could remember the choice."""

    code = "profiles.session_needed"
    title = "Only a log-in can choose a profile"

    def __init__(self) -> None:
        super().__init__(
            "This request does not belong to a log-in, which is what remembers the profile: "
            "log in instead of using an API key."
        )


class PinRequired(Forbidden):
    """The profile is locked."""

    code = "profiles.pin_required"
    title = "This profile is locked"

    def __init__(self, profile_id: ProfileId) -> None:
        super().__init__("Enter the PIN of this profile.", profile_id=str(profile_id))


class GrownUpRequired(Forbidden):
    """A child could be asking."""

    code = "profiles.grown_up_required"
    title = "This is for grown-ups"

    def __init__(self, locked_adults: Sequence[ProfileId]) -> None:
        pin = "enter the PIN of an adult profile, or " if locked_adults else ""
        super().__init__(
            f"A grown-up has to do this: {pin}confirm the account's password, then try again.",
            profile_ids=[str(profile_id) for profile_id in locked_adults],
        )


class PasswordRequired(Forbidden):
    """Only whoever knows the account's password may do this."""

    code = "profiles.password_required"
    title = "Confirm the account's password"

    def __init__(self) -> None:
        super().__init__("Confirm the account's password, then try again.")


class PinWrong(Forbidden):
    """This is not the PIN."""

    code = "profiles.pin_wrong"
    title = "Wrong PIN"

    def __init__(self, profile_id: ProfileId) -> None:
        super().__init__("This is not the PIN of the profile.", profile_id=str(profile_id))


class PinPaused(Throttled):
    """Too many wrong PINs were given."""

    code = "profiles.pin_paused"
    title = "Too many wrong PINs"

    def __init__(self, profile_id: ProfileId, retry_after_s: int) -> None:
        plural = "" if retry_after_s == 1 else "s"
        super().__init__(
            f"Too many wrong PINs were entered: try again in {retry_after_s} second{plural}, "
            "or take the PIN off with the account's password.",
            retry_after_s=retry_after_s,
            profile_id=str(profile_id),
        )


class PictureTooLarge(Invalid):
    """The picture has more bytes than we take."""

    status = 413
    code = "profiles.picture_too_large"
    title = "The picture is too large"

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(
            f"A picture may have at most {limit_bytes >> 20} MB: choose a smaller one.",
            limit_bytes=limit_bytes,
        )


class PictureUnreadable(Invalid):
    """The bytes are no picture that we can read."""

    code = "profiles.picture_unreadable"
    title = "The picture cannot be read"


class PresetNotFound(NotFound):
    """There is no avatar of this number."""

    code = "profiles.preset_not_found"
    title = "No such avatar"

    def __init__(self, number: int) -> None:
        super().__init__(f"There is no avatar number {number}.", number=number)
