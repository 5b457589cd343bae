"""The failures of playback."""

from __future__ import annotations

from streamverse.kit.errors import Conflict, NotFound


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
