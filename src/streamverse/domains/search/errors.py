"""The failures of search."""

from __future__ import annotations

from streamverse.kit.errors import NotFound


class SearchNotFound(NotFound):
    """The history of the profile has no such search."""

    code = "search.search_not_found"
    title = "This search is not in the history"

    def __init__(self) -> None:
        super().__init__("This search is not in the history of your profile, or no longer.")
