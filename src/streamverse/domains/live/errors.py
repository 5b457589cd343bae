"""The failures of live."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from streamverse.kit.errors import (
    Conflict,
    FieldProblem,
    Forbidden,
    Invalid,
    NotFound,
    Throttled,
    Unauthenticated,
    Unavailable,
)


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
            "This stream is live: stop it, or end it in the encoder first.",
            stream_id=str(stream_id),
        )


class StreamPlanNeeded(Forbidden):
    """The stream is for plans that whoever asks does not have."""

    code = "live.plan_needed"
    title = "Not part of your plan"

    def __init__(self, plans: Iterable[str]) -> None:
        names = ", ".join(plans)
        sentence = (
            f"This stream is part of another plan: {names}."
            if names
            else ("This stream is part of no plan right now.")
        )
        super().__init__(f"{sentence} Ask whoever runs this service.")


class StreamPlanRegion(Forbidden):
    """The plan is not for the region that the viewer is in."""

    code = "live.plan_region"
    title = "Your plan is for other countries"

    def __init__(self, plan: str, regions: Sequence[str]) -> None:
        super().__init__(
            f"Your plan, {plan}, is for watching in {', '.join(regions)}: watch there, or ask for "
            "another plan.",
            plan=plan,
            regions=list(regions),
        )


class SlateTooLarge(Invalid):
    """The picture for a stream has more bytes than we take."""

    status = 413
    code = "live.slate_too_large"
    title = "The picture is too large"

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(
            f"A picture may have at most {limit_bytes >> 20} MB: choose a smaller one.",
            limit_bytes=limit_bytes,
        )


class ThumbnailNotFound(NotFound):
    """There is no picture of what goes out."""

    code = "live.thumbnail_not_found"
    title = "No picture"

    def __init__(self) -> None:
        super().__init__("There is no picture of this stream right now. Ask again in a moment.")


class TemplateNotFound(NotFound):
    """There is no such template."""

    code = "live.template_not_found"
    title = "No such template"

    def __init__(self, template_id: UUID) -> None:
        super().__init__("There is no such template.", template_id=str(template_id))


class StreamInvalid(Invalid):
    """A stream cannot be as somebody wants it; the field says what."""

    code = "live.stream_invalid"
    title = "This stream cannot be so"

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence, fields=(FieldProblem(field, sentence),))


class BackupNotFound(NotFound):
    """The stream has no key for a backup encoder."""

    code = "live.backup_not_found"
    title = "No backup encoder"

    def __init__(self) -> None:
        super().__init__("The stream has no backup encoder. Make a backup key first.")


class TargetNotFound(NotFound):
    """There is no such target."""

    code = "live.target_not_found"
    title = "No such target"

    def __init__(self, target_id: UUID) -> None:
        super().__init__("The stream is not sent on to such a target.", target_id=str(target_id))


class TargetInvalid(Invalid):
    """A stream cannot be sent on to there; the field says why."""

    code = "live.target_invalid"
    title = "The stream cannot be sent on to there"

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence, fields=(FieldProblem(field, sentence),))


class TooManyTargets(Conflict):
    """The stream is sent on to as many targets as there may be."""

    code = "live.too_many_targets"
    title = "No more targets for this stream"

    def __init__(self, at_most: int) -> None:
        super().__init__(
            f"A stream is sent on to {at_most} targets at most: remove one first, or have whoever "
            "runs this service set STREAMVERSE_LIVE_TARGETS.",
            at_most=at_most,
        )


class SourceInvalid(Invalid):
    """A stream cannot be fetched as somebody wants it; the field says what is wrong."""

    code = "live.source_invalid"
    title = "This source cannot be used"

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence, fields=(FieldProblem(field, sentence),))


class SourceNotFound(NotFound):
    """The stream is fetched from nowhere."""

    code = "live.source_not_found"
    title = "No such source"

    def __init__(self) -> None:
        super().__init__("This stream is fetched from nowhere: an encoder sends it.")


class TooManyTrials(Throttled):
    """More addresses are tried than there may be at once."""

    code = "live.too_many_trials"
    title = "Too many addresses are tried at once"

    def __init__(self) -> None:
        super().__init__(
            "Other addresses are being tried. Try again in some seconds.", retry_after_s=10
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


class EdgeMoving(Unavailable):
    """The server that held the stream is gone, and no other one has taken it in time."""

    code = "live.edge_moving"
    title = "The stream is interrupted"

    def __init__(self) -> None:
        super().__init__(
            "The server of this stream is gone, and its encoder has not come back. Ask again."
        )

    def headers(self) -> dict[str, str]:
        """Say when to come back."""
        return {"Retry-After": "5"}


class NotHeldHere(Conflict):
    """One of our processes asked another one for a stream that it does not hold."""

    status = 421
    code = "live.not_held_here"
    title = "Another server has this stream"

    def __init__(self) -> None:
        super().__init__("Another server has this stream by now: ask who has it, and ask there.")


class LeaseLost(Conflict):
    """Another node holds the stream."""

    code = "live.lease_lost"
    title = "Another server has taken this stream"

    def __init__(self, stream_id: UUID) -> None:
        super().__init__(
            "Another server has taken this stream, so this one may store nothing more of it.",
            stream_id=str(stream_id),
        )


class ClipsOff(Forbidden):
    """Viewers may not clip the stream."""

    code = "live.clips_off"
    title = "No clips of this stream"

    def __init__(self) -> None:
        super().__init__("This stream is not to be clipped. Ask whoever runs it to allow clips.")


class NothingToClip(Conflict):
    """The stream has only just begun."""

    code = "live.nothing_to_clip"
    title = "Nothing to clip yet"

    def __init__(self) -> None:
        super().__init__("The stream has only just begun. Try again in a few seconds.")


class ClippedJustNow(Throttled):
    """Somebody clips again and again."""

    code = "live.clipped_just_now"
    title = "You have clipped this just now"


class StreamKeyUnknown(Unauthenticated):
    """Somebody publishes without the key of a stream."""

    code = "live.stream_key_unknown"
    title = "This stream key is not known"

    def __init__(self) -> None:
        super().__init__(
            "This stream key is not known: copy it again from the stream's page, and send it as a "
            "bearer token."
        )


class PublishingRefused(Conflict):
    """Somebody publishes to a stream that is stopped, or to which somebody sends already."""

    code = "live.publishing_refused"
    title = "Nobody may send to this stream now"


class OfferRefused(Invalid):
    """An offer of WebRTC that cannot be answered."""

    code = "live.offer_refused"
    title = "This cannot be sent or watched by WebRTC"


class OfferTypeUnknown(Invalid):
    """A body of another type than WHIP and WHEP have."""

    status = 415
    code = "live.offer_type_unknown"
    title = "This is no offer of WebRTC"

    def __init__(self, expected: str) -> None:
        super().__init__(f"Send a body of the type {expected}.")


class NotByWebRtc(Conflict):
    """What goes out cannot be passed on by WebRTC."""

    code = "live.not_by_webrtc"
    title = "This stream cannot be watched by WebRTC"


class WebRtcUnavailable(Unavailable):
    """No peers are taken here."""

    code = "live.webrtc_unavailable"
    title = "WebRTC is not taken here"

    def __init__(self) -> None:
        super().__init__(
            "This server takes no connections of WebRTC: its port is taken, or several processes "
            "answer. Ask whoever runs it to set STREAMVERSE_WEBRTC_PORT."
        )


class TooManyConnecting(Throttled):
    """More are on their way in than there may be."""

    code = "live.too_many_connecting"
    title = "Too many connect at once"

    def __init__(self) -> None:
        super().__init__("Too many connect at once. Try again in some seconds.", retry_after_s=5)


class PeerNotFound(NotFound):
    """There is no such connection, or none any more."""

    code = "live.peer_not_found"
    title = "No such connection"

    def __init__(self) -> None:
        super().__init__("There is no such connection any more: connect anew.")


class PeerChanged(Conflict):
    """A change of a connection that is meant for another state of it."""

    status = 412
    code = "live.peer_changed"
    title = "The connection is another one by now"

    def __init__(self) -> None:
        super().__init__("The connection was restarted since: use the ETag of its last answer.")


class PeerConditionMissing(Conflict):
    """A change of a connection that does not say which state of it is meant."""

    status = 428
    code = "live.peer_condition_missing"
    title = "Say which connection is meant"

    def __init__(self) -> None:
        super().__init__("Send If-Match with the ETag of the connection, or * to restart it.")
