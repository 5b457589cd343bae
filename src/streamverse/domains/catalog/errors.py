"""The failures of the catalog."""

from __future__ import annotations

from streamverse.domains.catalog.contracts import TitleId, TitleKind, TitleState
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


class PlaceNotPossible(Conflict):
    """A title cannot stand where it was put."""

    code = "catalog.place_not_possible"
    title = "Not possible here"

    def __init__(self, kind: TitleKind, parent: TitleKind | None) -> None:
        where = f"beneath a {parent.value}" if parent else "by itself"
        super().__init__(
            f"A title of the kind {kind.value} cannot stand {where}: "
            "seasons belong to series, and episodes to seasons or series."
        )


class TitleNotDeleted(Conflict):
    """Only what is deleted can be purged."""

    code = "catalog.title_not_deleted"
    title = "The title is not deleted"

    def __init__(self) -> None:
        super().__init__("Delete the title first; then it can be removed for good.")


class EditNotFound(NotFound):
    """There is no such edit."""

    code = "catalog.edit_not_found"
    title = "No such edit"

    def __init__(self) -> None:
        super().__init__("This edit does not exist.")


class EditOvertaken(Conflict):
    """What an edit changed was changed again since."""

    code = "catalog.edit_overtaken"
    title = "Changed again since"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"“{name}” was changed again since, so that this edit cannot be undone: "
            "undo the later one first."
        )


class TitleNotMadeYet(Unavailable):
    """News of an asset came before the news that made its title."""

    code = "catalog.title_not_made_yet"
    title = "The title is not there yet"

    def __init__(self) -> None:
        super().__init__("The title of this asset is about to be made; this is tried again.")
