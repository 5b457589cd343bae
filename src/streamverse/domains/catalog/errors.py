"""The failures of the catalog."""

from __future__ import annotations

from streamverse.domains.catalog.contracts import TitleId, TitleKind, TitleState
from streamverse.kit.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable


class TitleNotFound(NotFound):
    """There is no such title, or none that the caller may know of."""

    code = "catalog.title_not_found"
    title = "No such title"

    def __init__(self, title_id: TitleId) -> None:
        super().__init__(
            "This title does not exist, or is not available to you.", title_id=str(title_id)
        )


class TitleNotHere(Forbidden):
    """The title is for other countries than the one that the caller is in."""

    code = "catalog.title_not_here"
    title = "Not available here"

    def __init__(self) -> None:
        super().__init__("This title may not be shown in the country that you are in.")


class TitleNotNow(Forbidden):
    """The title was there, or will be."""

    code = "catalog.title_not_now"
    title = "Not available now"

    def __init__(self) -> None:
        super().__init__("This title is not available now: it comes later, or its time is over.")


class PictureOfMedia(Conflict):
    """The title has media, and its picture belongs to that."""

    code = "catalog.picture_of_media"
    title = "The picture belongs to the film"

    def __init__(self, title_id: TitleId) -> None:
        super().__init__(
            "This title has a film: choose its picture on the page of its media.",
            title_id=str(title_id),
        )


class PictureTooLarge(Invalid):
    """The picture for a title has more bytes than we take."""

    status = 413
    code = "catalog.picture_too_large"
    title = "The picture is too large"

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(
            f"A picture may have at most {limit_bytes >> 20} MB: choose a smaller one.",
            limit_bytes=limit_bytes,
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


class PersonNotFound(NotFound):
    """There is no such person, or nothing of theirs that the caller may know of."""

    code = "catalog.person_not_found"
    title = "No such person"

    def __init__(self) -> None:
        super().__init__("This person is in no title that is available to you.")


class StudioNotFound(NotFound):
    """There is no such studio, or nothing of it that the caller may know of."""

    code = "catalog.studio_not_found"
    title = "No such studio"

    def __init__(self) -> None:
        super().__init__("This studio made no title that is available to you.")


class GenreNotFound(NotFound):
    """There is no such genre, or nothing of it that the caller may know of."""

    code = "catalog.genre_not_found"
    title = "No such genre"

    def __init__(self) -> None:
        super().__init__("There is no title of this genre that is available to you.")


class SeasonNotFound(NotFound):
    """A series has no season of this number, or none that the caller may know of."""

    code = "catalog.season_not_found"
    title = "No such season"

    def __init__(self, number: int) -> None:
        super().__init__(f"There is no season {number} that is available to you.", number=number)


class CollectionNotFound(NotFound):
    """There is no such collection or bundle, or none that the caller may know of."""

    code = "catalog.collection_not_found"
    title = "No such collection"

    def __init__(self) -> None:
        super().__init__("This collection does not exist, or is not available to you.")


class CollectionNameTaken(Conflict):
    """Another collection has this name."""

    code = "catalog.collection_name_taken"
    title = "The name is taken"

    def __init__(self, name: str) -> None:
        super().__init__(f"There is another one called “{name}”: choose another name.")


class ImportOutdated(Conflict):
    """A file would do something else by now than what was shown."""

    code = "catalog.import_outdated"
    title = "The catalogue has changed"

    def __init__(self) -> None:
        super().__init__(
            "What this file changes was changed meanwhile, or it is another file: "
            "nothing was applied. Look at the preview again."
        )


class ImportNotClean(Conflict):
    """A file has lines that are wrong, and is applied as a whole or not at all."""

    code = "catalog.import_not_clean"
    title = "Some lines are wrong"

    def __init__(self, wrong: int) -> None:
        super().__init__(
            f"{wrong} lines of this file are wrong: mend them, or take them out. "
            "Nothing was applied.",
            wrong=wrong,
        )
