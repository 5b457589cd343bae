"""The failures of the catalog."""

from __future__ import annotations

from streamverse.domains.catalog.contracts import TitleId, TitleState
from streamverse.kit.errors import Conflict, NotFound, Unavailable


class TitleNotFound(NotFound):
    """There is no such title, or none that the caller may know of."""

    code = "catalog.title_not_found"
    title = "No such title"

    def __init__(self, title_id: TitleId) -> None:
        super().__init__(
            "This title does not exist, or is not available to you.", title_id=str(title_id)
        )


class TitleNotPlayable(Conflict):
    """Nothing of the title can be played."""

    code = "catalog.title_not_playable"
    title = "The title cannot be played"

    def __init__(self, title_id: TitleId, state: TitleState) -> None:
        reason = (
            "its processing failed: retry it first"
            if state is TitleState.FAILED
            else "it is still being processed: wait until it can be played"
        )
        super().__init__(
            f"This title cannot be shown to viewers, because {reason}.",
            title_id=str(title_id),
            state=state.value,
        )


class TitleNotMadeYet(Unavailable):
    """News of an asset came before the news that made its title."""

    code = "catalog.title_not_made_yet"
    title = "The title is not there yet"

    def __init__(self) -> None:
        super().__init__("The title of this asset is about to be made; this is tried again.")
