"""The failures of playback."""

from __future__ import annotations

from streamverse.kit.errors import Conflict, Forbidden, Invalid, NotFound, Throttled


class TitleNotPlayable(Conflict):
    """The title cannot be played at the moment."""

    code = "playback.title_not_playable_yet"
    title = "Not playable yet"

    def __init__(self, *, has_failed: bool) -> None:
        super().__init__(
            "This title could not be prepared for playing. Its owner can try again."
            if has_failed
            else "This title is still being prepared. It can be played in a moment.",
        )


class TitleNotVisible(NotFound):
    """There is no such title, or none that the viewer may know of."""

    code = "playback.title_not_found"
    title = "No such title"

    def __init__(self) -> None:
        super().__init__("There is no such title, or it has been taken off.")


class ThumbnailsNotMade(NotFound):
    """The title has no small pictures, or not yet."""

    code = "playback.thumbnails_not_found"
    title = "No thumbnails"

    def __init__(self) -> None:
        super().__init__("This title has no thumbnails, or they are still being made.")


class LicenseNotYours(Forbidden):
    """The licence was granted to another log-in."""

    code = "playback.license_not_yours"
    title = "This licence is another log-in's"

    def __init__(self) -> None:
        super().__init__("This licence was granted to another log-in: press play here to get one.")


class LicenseRequestInvalid(Invalid):
    """The body is not a licence request as W3C's Clear Key has it."""

    code = "playback.license_request_invalid"
    title = "The licence request is not valid"


class LicensesThrottled(Throttled):
    """One log-in asks for more licences than watching takes."""

    code = "playback.licenses_throttled"
    title = "Too many licences"

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(
            f"Too many licences were asked for at once: try again in {retry_after_s} seconds.",
            retry_after_s=retry_after_s,
        )
