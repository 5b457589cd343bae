"""The failures of intake."""

from __future__ import annotations

from streamverse.kit.errors import Conflict, NotFound, Throttled


class FolderNotFound(NotFound):
    """There is no such folder."""

    code = "intake.folder_not_found"
    title = "No such folder"

    def __init__(self) -> None:
        super().__init__("This folder is not in the library.")


class FolderNested(Conflict):
    """A folder lies in another one, or holds it."""

    code = "intake.folder_nested"
    title = "The folders overlap"

    def __init__(self, other: str) -> None:
        super().__init__(
            f"{other} is in the library already and overlaps with this folder: "
            "its files would be taken in twice. Remove it first.",
            other=other,
        )


class FileNotFound(NotFound):
    """There is no such file."""

    code = "intake.file_not_found"
    title = "No such file"

    def __init__(self) -> None:
        super().__init__("This file is not in any folder of the library.")


class FileUnderWay(Conflict):
    """A file is being taken in."""

    code = "intake.file_under_way"
    title = "The file is being taken in"

    def __init__(self) -> None:
        super().__init__("This file is being taken in at the moment: wait until that is done.")


class SourceMissing(Conflict):
    """No metadata source is set up."""

    code = "intake.source_missing"
    title = "Titles are not looked up"

    def __init__(self) -> None:
        super().__init__(
            "Titles are not looked up there: get a key at themoviedb.org and set "
            "STREAMVERSE_TMDB_KEY to it, or set STREAMVERSE_ANILIST to true for AniList."
        )


class SourceRefused(Conflict):
    """The metadata source does not accept our key."""

    code = "intake.source_refused"
    title = "The TMDB key is not accepted"

    def __init__(self) -> None:
        super().__init__(
            "The TMDB key is not accepted: set STREAMVERSE_TMDB_KEY to the key or the token that "
            "themoviedb.org shows in your account's settings under API."
        )


class SourceBusy(Throttled):
    """The metadata source wants to be left alone for a while."""

    code = "intake.source_busy"
    title = "The metadata source is busy"

    def __init__(self, service: str, retry_after_s: int) -> None:
        super().__init__(
            f"{service} gets too many requests at the moment: try again in {retry_after_s} s.",
            retry_after_s=retry_after_s,
        )


class EntryNotFound(NotFound):
    """The metadata source has no such entry."""

    code = "intake.entry_not_found"
    title = "No such entry"

    def __init__(self) -> None:
        super().__init__("There is no such entry any more: search for the title again.")


class TitleNotMatchable(Conflict):
    """Only films and series are looked up."""

    code = "intake.title_not_matchable"
    title = "This is neither a film nor a series"

    def __init__(self) -> None:
        super().__init__(
            "Only films and series are looked up: seasons and episodes are filled by their series."
        )
