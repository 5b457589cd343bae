"""How pausing, deleting and exporting one's account fails."""

from __future__ import annotations

from streamverse.kit.errors import Conflict, NotFound


class LastOwner(Conflict):
    """Without this account nobody would run the service, though others use it."""

    code = "identity.last_owner"
    title = "You are the only owner"

    def __init__(self) -> None:
        super().__init__(
            "You are the only owner of this service, and others use it: make somebody else an "
            "owner first, or remove the other accounts."
        )


class ExportNotFound(NotFound):
    """There is no such copy, or it is somebody else's."""

    code = "identity.export_not_found"
    title = "No such copy"

    def __init__(self) -> None:
        super().__init__(
            "There is no such copy of your account, or it has been deleted: ask for a new one."
        )


class ExportNotReady(Conflict):
    """The copy is still being made, or could not be."""

    code = "identity.export_not_ready"
    title = "The copy is not ready"

    def __init__(self, state: str) -> None:
        super().__init__("This copy of your account is not ready to be downloaded.", state=state)


class TermsOutdated(Conflict):
    """Somebody agrees to terms that are not those of today."""

    code = "identity.terms_outdated"
    title = "The terms have changed"

    def __init__(self, version: str) -> None:
        super().__init__(
            "The terms have changed meanwhile: read them as they are now, then agree to those.",
            version=version,
        )
