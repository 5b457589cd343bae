"""The failures of the library."""

from __future__ import annotations

from streamverse.kit.errors import Conflict, NotFound


class ViewingNotFound(NotFound):
    """The profile has no such entry in its history."""

    code = "library.viewing_not_found"
    title = "No such entry"

    def __init__(self) -> None:
        super().__init__("This entry is not in the history; it may have been removed already.")


class FolderNotFound(NotFound):
    """The list has no such folder."""

    code = "library.folder_not_found"
    title = "No such folder"

    def __init__(self) -> None:
        super().__init__("This folder is not in the list; it may have been removed already.")


class FolderExists(Conflict):
    """The list has a folder of this name."""

    code = "library.folder_exists"
    title = "There is such a folder"

    def __init__(self, name: str) -> None:
        super().__init__(f"There is a folder “{name}” already: choose another name.", name=name)


class ListFull(Conflict):
    """A list holds no more."""

    code = "library.list_full"
    title = "The list is full"

    def __init__(self, limit: int, what: str) -> None:
        super().__init__(
            f"A list has room for {limit} {what}: take something off it first.", limit=limit
        )


class ShareNotFound(NotFound):
    """There is no such link, or it was revoked."""

    code = "library.share_not_found"
    title = "No such list"

    def __init__(self) -> None:
        super().__init__("This link leads to no list: it may have been revoked.")
