"""The failures of live."""

from __future__ import annotations

from uuid import UUID

from streamverse.kit.errors import Conflict, FieldProblem, Invalid, NotFound, Unavailable


class StreamNotFound(NotFound):
    """There is no such stream."""

    code = "live.stream_not_found"
    title = "No such stream"

    def __init__(self, stream_id: UUID) -> None:
        super().__init__("There is no such stream.", stream_id=str(stream_id))


class StreamNotLive(Conflict):
    """Nothing goes out on the stream right now."""

    code = "live.stream_not_live"
    title = "Not live right now"

    def __init__(self, stream_id: UUID) -> None:
        super().__init__(
            "This stream is not live right now. Come back when it starts.",
            stream_id=str(stream_id),
        )


class StreamIsLive(Conflict):
    """Something goes out on the stream right now."""

    code = "live.stream_is_live"
    title = "This stream is live"

    def __init__(self, stream_id: UUID) -> None:
        super().__init__(
            "This stream is live: end it in the encoder first.", stream_id=str(stream_id)
        )


class PartNotFound(NotFound):
    """The broadcast has no such file, or none any more."""

    code = "live.part_not_found"
    title = "No such part"

    def __init__(self) -> None:
        super().__init__("The stream has no such part, or it is too old. Load the player again.")


class PlaylistUnlikely(Invalid):
    """A playlist is asked for that there will not be soon (RFC 8216bis, section 6.2.5.2)."""

    status = 400
    code = "live.playlist_unlikely"
    title = "There will be no such playlist soon"

    def __init__(self, name: str, sentence: str) -> None:
        super().__init__(sentence, fields=(FieldProblem(name, sentence),))


class EdgeTooSlow(Unavailable):
    """What was asked for did not come in time."""

    code = "live.edge_too_slow"
    title = "The stream is late"

    def __init__(self) -> None:
        super().__init__("The stream is late: its encoder sends nothing right now. Ask again.")
