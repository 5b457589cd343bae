"""The failures of playback."""

from __future__ import annotations

from collections.abc import Sequence

from streamverse.domains.profiles.contracts import ProfileId
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


class TitleTooMature(Forbidden):
    """The title is above the age limit of the profile."""

    code = "playback.title_too_mature"
    title = "Not for this profile"

    def __init__(self) -> None:
        super().__init__("This title is above the age limit of your profile: choose another one.")


class PinNeeded(Forbidden):
    """The title is above the age from which the profile asks for a PIN."""

    code = "playback.pin_needed"
    title = "This title takes a PIN"

    def __init__(self, openers: Sequence[ProfileId]) -> None:
        mend = "enter it" if openers else "but none has one, so set it under Profiles first"
        super().__init__(
            f"This title asks for the PIN of an adult's profile: {mend}.",
            profile_ids=[str(profile_id) for profile_id in openers],
        )


class TitleNotHere(Forbidden):
    """The title may not be watched in the viewer's region."""

    code = "playback.title_not_here"
    title = "Not available here"

    def __init__(self) -> None:
        super().__init__("This title may not be watched in the region that you are in.")


class TitleNotNow(Forbidden):
    """The title may be watched earlier or later."""

    code = "playback.title_not_now"
    title = "Not available now"

    def __init__(self) -> None:
        super().__init__("This title may not be watched now: it comes later, or its time is over.")


class PlanNeeded(Forbidden):
    """The title is part of other plans."""

    code = "playback.plan_needed"
    title = "Not in your plan"

    def __init__(self, plans: Sequence[str]) -> None:
        where = " or ".join(plans)
        super().__init__(
            f"This title is part of the plan {where}, which you do not have: ask for it.",
            plans=list(plans),
        )


class PlanRegion(Forbidden):
    """The plan is not for the region that the viewer is in."""

    code = "playback.plan_region"
    title = "Your plan is for other countries"

    def __init__(self, plan: str, regions: Sequence[str]) -> None:
        super().__init__(
            f"Your plan, {plan}, is for watching in {', '.join(regions)}: watch there, or ask for "
            "another plan.",
            plan=plan,
            regions=list(regions),
        )


class DeviceCannotPlay(Conflict):
    """The title exists in no form that the device decodes."""

    code = "playback.device_cannot_play"
    title = "Not playable on this device"

    def __init__(self) -> None:
        super().__init__(
            "This device plays none of the forms that the title exists in: try another device, or "
            "another browser."
        )


class TooManyDevices(Conflict):
    """The account watches on as many devices as it may."""

    code = "playback.too_many_devices"
    title = "Too many devices"

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"This account may be watched on {limit} devices: remove one of them under Your plan.",
            limit=limit,
        )


class TooManyStreams(Conflict):
    """The account watches as much at once as it may; the facts name what can be ended."""

    code = "playback.too_many_streams"
    title = "Too many streams"

    def __init__(self, limit: int, streams: Sequence[object]) -> None:
        super().__init__(
            f"As many are watching with this account as may at once ({limit}): end one of them.",
            limit=limit,
            streams=streams,
        )


class SessionNotFound(NotFound):
    """There is no such session, or it is somebody else's."""

    code = "playback.session_not_found"
    title = "No such session"

    def __init__(self) -> None:
        super().__init__("There is no such session of playing, or it is somebody else's.")


class SessionEnded(Conflict):
    """The session is over."""

    code = "playback.session_ended"
    title = "The session is over"

    def __init__(self) -> None:
        super().__init__("This session of playing is over: press play again to open another.")


class SessionLive(Conflict):
    """The session is of a live stream, which no token or cookie opens."""

    code = "playback.session_live"
    title = "A session of a live stream"

    def __init__(self) -> None:
        super().__init__(
            "This session is of a live stream, which only the addresses open that its player was "
            "given: name a session of a title."
        )


class TooManyIssues(Conflict):
    """As much was reported of a session as is kept."""

    code = "playback.too_many_issues"
    title = "Reported often enough"

    def __init__(self, limit: int) -> None:
        super().__init__(f"This session has {limit} reports already: they will be read.")


class EventsTokenInvalid(Forbidden):
    """The token of the events is not that of their session."""

    code = "playback.events_token_invalid"
    title = "Not the token of this session"

    def __init__(self) -> None:
        super().__init__("The token is not that of the session, or it has expired: open another.")


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
